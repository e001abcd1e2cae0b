"""Indices of functions whose indices are known, and corners that are there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from worlds import aco, text_of

from sim.evaluation.discovery import discover
from sim.evaluation.metric import Question, Statistic
from sim.evaluation.sensitivity import ends_of, sensitivity
from sim.experiments.design import design_of
from sim.inputs.faults import InputError
from sim.scenarios import Scenario

KEYS = ("first", "second", "third")
# Ishigami and Homma 1990 with a = 7, b = 0.1: closed forms.
VARIANCE = 7**2 / 8 + 0.1 * np.pi**4 / 5 + 0.1**2 * np.pi**8 / 18 + 0.5
FIRST = np.array([0.5 * (1 + 0.1 * np.pi**4 / 5) ** 2, 7**2 / 8, 0.0]) / VARIANCE
TOTAL = FIRST + np.array([1.0, 0.0, 1.0]) * (8 * 0.1**2 * np.pi**8 / 225) / VARIANCE


def points(design: str, n: int, keys: int = 3) -> np.ndarray:
    over = "\n".join(f'over."evidence.{key}" = [0, 1]' for key in ("cost.a", "cost.b", "cost.c")[:keys])
    text = (
        text_of(aco("a", "6,000 people"), name="quick") + f'\n[sweep]\ndesign = "{design}"\nn = {n}\n{over}\n'
    )
    unit = design_of(Scenario.from_toml(text)).unit
    assert unit is not None
    return unit


def ishigami(unit: np.ndarray) -> np.ndarray:
    x = np.pi * (2 * unit - 1)
    return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])


def with_replicates(y: np.ndarray, replicates: int, noise: float) -> np.ndarray:
    draws = np.random.default_rng(11)
    shared, own = draws.normal(0, 1, (1, replicates)), draws.normal(0, noise, (y.size, replicates))
    return y[:, None] + shared + own


def test_ishigamis_indices_lie_in_their_intervals() -> None:
    unit = points("sobol", 1024)
    found = sensitivity(ishigami(unit)[:, None], Statistic("mean"), unit, KEYS, "sobol")
    for place, key in enumerate(KEYS):
        for name, known in (("first", FIRST), ("total", TOTAL)):
            one = found.indices[key][name]
            assert one.low <= known[place] <= one.high, (key, name, one, known[place])
            assert one.value == pytest.approx(known[place], abs=0.05)
    assert next(iter(found.indices)) == "first"


def test_intervals_carry_the_noise_of_replicates() -> None:
    unit = points("sobol", 256)
    widths = []
    for noise, replicates in ((0.0, 8), (6.0, 8), (6.0, 128)):
        values = with_replicates(ishigami(unit), replicates, noise)
        one = sensitivity(values, Statistic("mean"), unit, KEYS, "sobol").indices["second"]["first"]
        assert one.low <= FIRST[1] + 0.03
        widths.append(one.high - one.low)
    assert widths[1] > 1.15 * widths[0]
    assert widths[2] < widths[1]


def test_a_key_that_does_nothing_has_no_index_and_a_figure_that_never_changes_none() -> None:
    unit = points("sobol", 128)
    y = 3.0 * unit[:, 0]
    found = sensitivity(y[:, None], Statistic("mean"), unit, KEYS, "sobol").indices
    assert found["first"]["total"].value == pytest.approx(1.0, abs=0.03)
    assert found["third"]["total"].value == 0.0
    flat = sensitivity(np.ones((len(unit), 2)), Statistic("mean"), unit, KEYS, "sobol").indices
    assert all(one["total"].value == 0.0 for one in flat.values())


def test_morris_gives_the_slopes_of_a_plane() -> None:
    unit = points("morris", 12)
    y = 4.0 * unit[:, 0] - 2.0 * unit[:, 1]
    found = sensitivity(y[:, None], Statistic("mean"), unit, KEYS, "morris").indices
    assert list(found) == list(KEYS)
    assert found["first"]["mean_effect"].value == pytest.approx(4.0)
    assert found["second"]["mean_effect"].value == pytest.approx(-2.0)
    assert found["second"]["mean_effect_size"].value == pytest.approx(2.0)
    assert found["first"]["spread"].value == pytest.approx(0.0, abs=1e-9)
    assert found["third"]["mean_effect_size"].value == 0.0


def test_pawn_tells_what_moves_from_what_does_nothing() -> None:
    unit = points("lhs", 256)
    y = np.exp(2.0 * unit[:, 0]) + 0.3 * unit[:, 1]
    found = sensitivity(y[:, None], Statistic("mean"), unit, KEYS, "lhs", resamples=80).indices
    assert next(iter(found)) == "first"
    assert found["first"]["pawn"].low > found["first"]["pawn_of_nothing"].high
    assert found["third"]["pawn"].value < 2 * found["third"]["pawn_of_nothing"].value
    assert found["first"]["rank_correlation"].value > 0.95


def test_hand_made_designs_and_small_samples_have_no_indices() -> None:
    with pytest.raises(InputError, match="no sample"):
        sensitivity(np.ones((4, 2)), Statistic("mean"), np.ones((4, 3)), KEYS, "grid")
    with pytest.raises(InputError, match="at least 4"):
        sensitivity(np.ones((10, 2)), Statistic("mean"), np.ones((10, 3)), KEYS, "sobol")
    with pytest.raises(InputError, match="no replicate"):
        sensitivity(np.full((10, 2), np.nan), Statistic("mean"), np.ones((10, 3)), KEYS, "lhs")


@pytest.mark.parametrize(
    ("word", "value"),
    [("mean", 1.0), ("sd", np.sqrt(2.5)), ("p50", 1.0), ("loss", 0.2), ("p99", 2.96)],
)
def test_statistics_leave_out_what_is_not_complete(word: str, value: float) -> None:
    values = np.array([[-1.0, 0.0, 1.0, 2.0, 3.0, np.nan], [np.nan] * 6])
    found = Statistic.parse(word, "--statistic").over(values)
    assert found[0] == pytest.approx(value)
    assert np.isnan(found[1])


@pytest.mark.parametrize(
    ("text", "holds"),
    [
        ("P(loss) > 0.1", True),
        ("P(loss) > 50 %", False),
        ("P(gross_savings < -0.5) >= 20 %", True),
        ("mean(gross_savings) < 1 million USD", True),
        ("p10(gross_savings) > 0", False),
    ],
)
def test_questions_are_read_as_written(text: str, holds: bool) -> None:
    values = np.array([[-1.0, 0.0, 1.0, 2.0, 3.0]])
    assert Question.parse(text, "--where").holds(values).tolist() == [holds]


@pytest.mark.parametrize("text", ["loss", "P(loss > 0.2", "P(x) > 1", "mean(x) > many", "most(x) > 1", ""])
def test_questions_that_are_none_are_faults(text: str) -> None:
    with pytest.raises(InputError):
        Question.parse(text, "--where")


def test_a_corner_is_found_and_what_does_nothing_is_no_part_of_it() -> None:
    draws = np.random.default_rng(3)
    inputs: dict[str, Any] = {key: draws.random(400) for key in "abcd"}
    inputs["word"] = draws.choice(["left", "right"], 400).astype(object)
    inside = (inputs["a"] > 0.6) & (inputs["b"] < 0.5) & (inputs["word"] == "left")
    values = np.where(inside, -1.0, 1.0)[:, None] + draws.normal(0, 0.4, (400, 12))
    found = discover(values, Question.parse("P(loss) > 0.5", "--where"), inputs)
    sides = {side.key: side for side in found.sides}
    assert set(sides) == {"a", "b", "word"}
    assert sides["a"].low == pytest.approx(0.6, abs=0.06)
    assert sides["a"].high is None
    assert sides["b"].high == pytest.approx(0.5, abs=0.1)
    assert sides["word"].values == ("left",)
    assert found.density > 0.8
    assert found.coverage > 0.9
    assert found.density_range[0] <= found.density <= found.density_range[1]


def test_nothing_is_found_where_chance_decides() -> None:
    draws = np.random.default_rng(4)
    inputs: dict[str, Any] = {key: draws.random(200) for key in "abc"}
    values = draws.normal(0, 1, (200, 1))
    found = discover(values, Question.parse("P(loss) > 0.5", "--where"), inputs)
    assert found.density < 0.8
    with pytest.raises(InputError, match="at no point"):
        discover(np.ones((20, 2)), Question.parse("P(loss) > 0.5", "--where"), {"a": np.arange(20.0)})


def test_ends_are_the_means_of_the_outer_fifths() -> None:
    unit = points("lhs", 2000)
    y = 10.0 * unit[:, 0] + unit[:, 1] ** 2
    mean, ends = ends_of(with_replicates(y, 6, 0.0), Statistic("mean"), unit, KEYS)
    shared = float(with_replicates(0.0 * y, 6, 0.0).mean())
    assert mean == pytest.approx(5.0 + 1 / 3 + shared, abs=0.02)
    # Over the outer fifths a number from 0 to 1 is 0.1 and 0.9 on average, its square 0.04 / 3 and 2.44 / 3.
    for key, low, high in (
        ("first", -4.0, 4.0),
        ("second", 0.04 / 3 - 1 / 3, 2.44 / 3 - 1 / 3),
        ("third", 0, 0),
    ):
        for (value, error), wanted in ((ends[key].low, low), (ends[key].high, high)):
            assert value - mean == pytest.approx(wanted, abs=4 * error + 1e-9)
            assert 0.0 < error < 0.2
    with pytest.raises(InputError, match="no replicate that all points share"):
        ends_of(np.full((4, 2), np.nan), Statistic("mean"), unit[:4], KEYS)
