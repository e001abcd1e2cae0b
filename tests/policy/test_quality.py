"""Quality: how scores are made and what they earn."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from sim.policy.quality import (
    after_discount_and_quality,
    earned_back,
    earning_score,
    high_performers_pool,
    improves_or_sustains,
    mean_above,
    measure_points,
    normal_share,
    percentile,
    shared_pool,
    total_score,
    withheld,
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


def test_without_an_earlier_score_the_gate_is_open():
    assert improves_or_sustains([0.2, 0.2], [np.nan, 0.2], improvement=0.03, sustained=0.8).tolist() == [
        True,
        False,
    ]


def test_weights_count_and_without_any_nothing_is_at_stake():
    told = np.ones((2, 3), bool)
    electronic = [False, False, True]
    score = total_score(SCORES, told, electronic, electronic_phase="unscored", weights=[3.0, 1.0, 9.0])
    assert score == pytest.approx([(2.7 + 0.5) / 4, (1.8 + 0.4) / 4])
    nothing = total_score(SCORES, told, electronic, electronic_phase="unscored", weights=[0.0, 0.0, 1.0])
    assert nothing.tolist() == [1.0, 1.0]


def test_weights_may_be_shares():
    told = np.ones((2, 3), bool)
    score = total_score(
        SCORES, told, [False] * 3, electronic_phase="performance", weights=[0.25, 0.125, 0.125]
    )
    assert score == pytest.approx([(2 * 0.9 + 0.5 + 0.7) / 4, (2 * 0.6 + 0.4 + 0.2) / 4])


def test_a_score_at_the_height_to_keep_sustains():
    now, before = [0.8, np.nextafter(0.8, 0.0)], [0.9, 0.9]
    assert improves_or_sustains(now, before, improvement=0.03, sustained=0.8).tolist() == [True, False]


def test_a_percentile_by_hand():
    """100 due and 110 seen: 10 % away; spread 3 % and chance 4 % (.16 over 100) are 5 % together."""
    seen, due = [[110.0, 110.0, 5.0]], [[100.0, 100.0, 0.0]]
    got = percentile(seen, due, [True, False, True], spread=0.03, dispersion=0.16)
    assert got[0] == pytest.approx(
        [stats.norm.cdf(-2.0), stats.norm.cdf(2.0), 0.5]
    )  # nobody to count is the middle


def test_a_fraction_of_a_case_that_is_due_counts():
    """Half a case due and one seen is twice as many; chance alone spreads that by the root of .5 over .5."""
    got = percentile([[1.0]], [[0.5]], [False], spread=0.0, dispersion=0.5)
    assert got[0, 0] == pytest.approx(stats.norm.cdf(1.0))


@pytest.mark.parametrize(("seen", "due"), [(0.0, 0.0), (3.0, 0.0), (120.0, 100.0)])
def test_where_nothing_is_spread_everybody_stands_in_the_middle(seen, due):
    assert percentile([[seen]], [[due]], [True], spread=0.0, dispersion=0.0)[0, 0] == 0.5


def test_chance_counts_for_more_in_a_small_aco():
    few, many = (percentile([[1.2 * n]], [[n]], [True], spread=0.1, dispersion=1.0)[0, 0] for n in (10, 1e6))
    assert many < few < 0.5
    assert many == pytest.approx(stats.norm.cdf(-2.0), abs=1e-3)


def test_points_rise_in_straight_lines_between_percentiles():
    got = measure_points([0.0, 0.15, 0.3, 0.6, 0.95], percentiles=[0, 0.3, 0.9], points=[0.4, 0.7, 1.0])
    assert got == pytest.approx([0.4, 0.55, 0.7, 0.85, 1.0])


def test_the_share_of_a_normal_distribution():
    at = np.array([[-3.0, -1.0, 0.0], [0.5, 2.0, 4.0]])
    np.testing.assert_allclose(normal_share(at), stats.norm.cdf(at), atol=1e-14)


def test_the_high_performers_pool_by_hand():
    """Of a withhold of 3 %, 21 % are unearned; half of that is shared by scores of .9 and more."""
    terms = {"withhold": 0.03, "share": 0.5, "threshold": 0.9}
    claims = mean_above(0.9, mean=0.79, spread=0.21)
    paid = high_performers_pool([1.0, 0.9, 0.89], [1000.0] * 3, **terms, mean=0.79, spread=0.21)
    assert paid == pytest.approx([0.5 * 0.03 * 0.21 / claims * 1000.0, 0.9 * paid[0], 0.0])
    assert not high_performers_pool(0.5, 1e3, **{**terms, "threshold": 0.4}, mean=0.3, spread=0.0)


@pytest.mark.parametrize(("threshold", "mean"), [(0.79, 0.79), (0.5, 0.79), (0.8, 0.0)])
def test_without_a_spread_all_scores_are_the_mean(threshold, mean):
    assert mean_above(threshold, mean=0.79, spread=0.0) == mean


def test_a_pool_is_shared_to_the_last_cent():
    assert shared_pool(100, [1.0, 1.0, 1.0]).tolist() == [34, 33, 33]
    assert shared_pool(101, [1.0, 0.0, 3.0]).tolist() == [25, 0, 76]
    assert shared_pool(7, [0.0, 0.0]).tolist() == [0, 0]


@given(st.integers(0, 10**12), st.lists(st.floats(0.0, 1e9), min_size=1, max_size=20))
def test_whatever_the_claims_the_pool_is_paid_out(pool, claims):
    paid = shared_pool(pool, claims)
    if sum(claims) > 0.0:
        assert paid.sum() == pool
        assert (np.abs(paid - pool * (np.array(claims) / sum(claims))) <= 1.0 + 1e-3).all()
    else:
        assert not paid.any()


@pytest.mark.parametrize(("combined", "expected"), [("product", 2.91), ("sum", 3.0)])
def test_what_is_withheld_is_of_what_the_withhold_is_taken_of(combined, expected):
    assert withheld(100.0, 97.0, withhold=0.03, combined=combined) == pytest.approx(expected)


def test_a_whole_program_is_paid_what_the_pool_holds():
    scores = np.random.default_rng(5).normal(0.79, 0.21, 400_000)
    assert mean_above(0.9, mean=0.79, spread=0.21) == pytest.approx(
        np.where(scores >= 0.9, scores, 0.0).mean(), rel=0.01
    )
    paid = high_performers_pool(
        scores, np.ones_like(scores), withhold=0.03, share=1.0, threshold=0.9, mean=0.79, spread=0.21
    )
    assert paid.mean() == pytest.approx(0.03 * 0.21, rel=0.01)
