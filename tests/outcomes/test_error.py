"""Monte Carlo errors against brute force: the spread of the estimate over many independent samples."""

from __future__ import annotations

import math

import numpy as np
import pytest

from sim.outcomes.error import RunningError, mean_error, quantile_error, ratio_error

SAMPLES, SIZE = 3000, 200


@pytest.fixture(scope="module")
def samples() -> np.ndarray:
    """Skewed like money: shape (SAMPLES, SIZE)."""
    return np.random.default_rng(1).gamma(2.0, 50.0, (SAMPLES, SIZE))


def test_mean(samples: np.ndarray) -> None:
    brute = samples.mean(axis=1).std()
    estimate = np.mean([mean_error(row) for row in samples[:300]])
    assert estimate == pytest.approx(brute, rel=0.05)


@pytest.mark.parametrize("probability", [0.1, 0.5, 0.9])
def test_quantiles(samples: np.ndarray, probability: float) -> None:
    brute = np.quantile(samples, probability, axis=1).std()
    estimate = np.mean([quantile_error(row, probability) for row in samples[:300]])
    assert estimate == pytest.approx(brute, rel=0.1)


def test_ratio(samples: np.ndarray) -> None:
    below = samples + np.random.default_rng(2).gamma(3.0, 40.0, samples.shape)
    brute = (samples.sum(axis=1) / below.sum(axis=1)).std()
    estimate = np.mean(
        [ratio_error(top, bottom) for top, bottom in zip(samples[:300], below[:300], strict=True)]
    )
    assert estimate == pytest.approx(brute, rel=0.07)


def test_running_error_is_the_error_of_the_mean(samples: np.ndarray) -> None:
    running = RunningError()
    for row in samples[:50, :3]:
        running.add(row)
    assert running.mean == pytest.approx(samples[:50, :3].mean(axis=0))
    assert running.error == pytest.approx(max(mean_error(samples[:50, i]) for i in range(3)))


def test_incomplete_replicates_are_left_out(samples: np.ndarray) -> None:
    row = samples[0]
    gaps = np.insert(row, [3, 30], np.nan)
    assert mean_error(gaps) == mean_error(row)
    assert quantile_error(gaps, 0.5) == quantile_error(row, 0.5)
    assert ratio_error(gaps, np.insert(row + 1, [3, 30], 2.0)) == ratio_error(row, row + 1)


def test_a_quantile_too_far_out_for_the_sample_has_no_error() -> None:
    rows = np.random.default_rng(4).normal(size=16)
    for probability, enough in ((0.5, 3), (0.1, 15)):
        assert quantile_error(rows[:enough], probability) > 0
        assert math.isnan(quantile_error(rows[: enough - 1], probability))


def test_one_replicate_has_no_error() -> None:
    assert math.isnan(mean_error([1.0]))
    assert math.isnan(quantile_error([1.0], 0.5))
    assert math.isnan(ratio_error([1.0], [2.0]))
    running = RunningError()
    running.add(np.array([1.0]))
    assert math.isnan(running.error)
