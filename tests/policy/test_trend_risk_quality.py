"""Update trend, risk scores, quality and capitation: worked examples and closed forms."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.policy.capitation import (
    apo_true_up,
    base_pcc,
    capitation_gain,
    enhanced_pcc,
    fee_reductions,
    preferred_reduction,
    total_care_capitation,
)
from sim.policy.cara import home_modification, reconciled, target_price
from sim.policy.quality import (
    earned_back,
    earning_score,
    high_performers_pool,
    improves_or_sustains,
    total_score,
)
from sim.policy.rate_book import aco_rates, blend_rate_book, cost_index, county_rates
from sim.policy.risk import blended_score, capped_ratio, coding_intensity_factor, normalised
from sim.policy.trend import cumulative_growth, guarded_trend, two_way_trend

GUARD = {"two_way_weight": 2 / 3, "guard_below": 0.002, "guard_above": 0.003}


@pytest.mark.parametrize(("target", "expected"), [("prospective", 1.0460), ("blend", 1.0480)])
def test_guardrail_in_both_readings(target, expected):
    assert guarded_trend(1.0450, 1.0665, **GUARD, guard_target=target) == pytest.approx(expected, abs=5e-6)


def test_blend_without_a_guardrail():
    wide = GUARD | {"guard_below": 1.0, "guard_above": 1.0}
    assert guarded_trend(1.0450, 1.0665, **wide, guard_target="blend") == pytest.approx(1.05217, abs=5e-6)


@given(st.floats(0.8, 1.3), st.floats(0.8, 1.3), st.sampled_from(["prospective", "blend"]))
def test_the_guarded_trend_stays_near_the_two_way_trend(two_way, prospective, target):
    trend = guarded_trend(two_way, prospective, **GUARD, guard_target=target)
    assert two_way - 0.002 - 1e-12 <= trend <= two_way + 0.003 + 1e-12


def test_the_national_weight_is_the_market_share():
    assert two_way_trend(1.10, 1.20, [0.0, 0.25, 1.0]) == pytest.approx([1.20, 1.175, 1.10])


def test_cumulative_growth_compounds():
    assert cumulative_growth([[0.10, 0.0], [0.10, 0.02]]) == pytest.approx(
        np.array([[1.1, 1.0], [1.21, 1.02]])
    )


def test_risk_caps():
    assert capped_ratio([1.052, 1.01, 0.94], [1.0, 1.0, 1.0], [0.03, 0.03, 0.04]) == pytest.approx(
        [1.03, 1.01, 0.96]
    )


def test_scores_are_normalised_blended_and_corrected_for_coding():
    assert normalised([1.2, 0.9], 1.2) == pytest.approx([1.0, 0.75])
    assert blended_score(1.2, 0.9, 1 / 3) == pytest.approx(1.1)
    assert coding_intensity_factor([1.005, 1.05, 0.99], max_reduction=0.01) == pytest.approx(
        [1 / 1.005, 0.99, 1 / 0.99]
    )


def test_rate_book_from_counties():
    index = cost_index([[[900.0], [1100.0]], [[950.0], [1050.0]]], [[1000.0], [1000.0]])
    assert index[:, 0] == pytest.approx([0.925, 1.075])
    rates = county_rates(index, [1200.0])
    assert rates[:, 0] == pytest.approx([1110.0, 1290.0])
    assert aco_rates(rates, [[[300.0], [100.0]]])[0, 0] == pytest.approx(1155.0)
    blend = blend_rate_book(np.array([1000.0, 1000.0]), [1155.0, 0.0], 1.1, share=0.2)
    assert blend == pytest.approx([0.8 * 1000 + 0.2 * 1155 * 1.1, 1000.0])


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


@pytest.mark.parametrize(("base", "enhanced"), [(0.03164, 0.03836), (0.055, 0.02)])
def test_enhanced_primary_care_capitation(base, enhanced):
    assert enhanced_pcc(1000.0, base_pcc(1000.0, share=base), target=0.07, floor=0.02) == pytest.approx(
        1000 * enhanced
    )


def test_capitation_and_advances():
    reductions = fee_reductions([100.0, 200.0], [1.0, preferred_reduction(0.001, least=0.01, most=1.0)])
    assert reductions == pytest.approx([100.0, 2.0])
    assert total_care_capitation(1000.0, 0.4, 0.9, leakage_withhold=0.1) == pytest.approx(324.0)
    assert capitation_gain(120.0, 100.0) == pytest.approx(20.0)
    assert apo_true_up(90.0, 100.0) == pytest.approx(10.0)


def test_episodes_reconcile_against_the_agreed_price():
    assert target_price(20_000.0, 1.1, discount=0.03) == pytest.approx(21_340.0)
    paid = reconciled([1000.0, -1000.0], 0.75, performance_adjustment=0.4, loss_adjustment="mirror")
    assert paid == pytest.approx([900.0, -700.0])
    plain = reconciled(-1000.0, 0.75, performance_adjustment=0.4, loss_adjustment="none")
    assert plain == pytest.approx(-1000.0)
    assert home_modification([900.0, 4000.0], limit=2500.0).tolist() == [900.0, 2500.0]
