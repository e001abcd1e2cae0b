"""Quality: how scores are made and what they earn."""

import numpy as np
import pytest

from sim.policy.quality import (
    after_discount_and_quality,
    earned_back,
    earning_score,
    high_performers_pool,
    improves_or_sustains,
    total_score,
)

SCORES = np.array([[0.9, 0.5, 0.7], [0.6, 0.4, 0.2]])


@pytest.mark.parametrize(
    ("phase", "expected"),
    [("unscored", [0.7, 0.5]), ("reporting", [0.8, 1 / 3]), ("performance", [0.7, 1 / 3])],
)
def test_electronic_measures_phase_in(phase, expected):
    reported = [[True, True, True], [True, True, False]]
    score = total_score(SCORES, reported, [False, False, True], electronic_phase=phase)
    assert score == pytest.approx(expected)


def test_the_withhold_is_earned_back_by_score():
    assert earned_back([1.0, 0.8, 0.0], withhold=0.03) == pytest.approx([1.0, 0.994, 0.97])


@pytest.mark.parametrize(("combined", "left"), [("product", 0.96418), ("sum", 0.964)])
def test_discount_and_quality_are_multiplied_or_added(combined, left):
    earned = earned_back(0.8, withhold=0.03)
    assert after_discount_and_quality(0.03, earned, combined=combined) == pytest.approx(left)


def test_improving_or_sustaining_opens_the_gate():
    improving = improves_or_sustains([0.70, 0.90, 0.60], [0.67, 0.95, 0.60], improvement=0.03, sustained=0.80)
    assert improving.tolist() == [True, True, False]
    score = earning_score(0.8, improving, [True, False, True], gate=0.5, plan_share=0.25)
    assert score == pytest.approx([0.8, 0.6, 0.4])


def test_the_high_performers_pool_is_what_others_did_not_earn():
    paid = high_performers_pool(
        [30.0, 30.0, 30.0], [1.0, 0.9, 0.4], [1000.0, 1000.0, 1000.0], share=0.5, threshold=0.9
    )
    assert paid.sum() == pytest.approx(0.5 * (3.0 + 18.0))
    assert paid[2] == 0.0
    assert paid[0] / paid[1] == pytest.approx(1.0 / 0.9)
