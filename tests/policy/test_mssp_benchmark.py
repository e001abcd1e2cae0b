"""The MSSP benchmark: closed forms of each step, and the ratchet of rebasing that LEAD removes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.mssp_terms import agreement_length
from sim.inputs.rulebook import load_rulebook
from sim.policy import mssp_benchmark as rules

BOOK = load_rulebook("mssp")
NATIONAL = BOOK.array("expenditure.national", 2022)
BELOW, ABOVE = (BOOK.array(f"benchmark.regional_weight_{side}") for side in ("below", "above"))
share = st.floats(0.0, 1.0)


def test_base_years_are_the_three_before_the_agreement():
    start = rules.agreement_start([2019, 2023, 2024, 2028, 2029], 2019, 5)
    assert start.tolist() == [2019, 2019, 2024, 2024, 2029]
    assert rules.base_years(2024).tolist() == [2021, 2022, 2023]


def test_rebasing_takes_the_savings_of_the_last_agreement_out_of_the_next_benchmark():
    """Flat prices; the ACO spends 5 % less from its first year on."""
    years = np.arange(2021, 2034)
    spend = dict(zip(years.tolist(), np.where(years < 2024, 10_000.0, 9_500.0).tolist(), strict=True))
    benchmark = {}
    for py in (2024, 2028, 2029, 2033):
        base = rules.base_years(
            rules.agreement_start(py, 2024, int(BOOK.number("benchmark.agreement_years", 2024)))
        )
        weights = BOOK.array("benchmark.base_weights_first" if py < 2029 else "benchmark.base_weights_later")
        history = np.array([[[spend[int(year)] for year in base]]])
        benchmark[py] = float(rules.historical(history, np.ones_like(history), 1.0, weights)[0, 0])
    assert benchmark == pytest.approx({2024: 10_000, 2028: 10_000, 2029: 9_500, 2033: 9_500})


@pytest.mark.parametrize(
    ("py", "first", "start", "before"),
    [
        (2015, 2013, 2013, 0),
        (2016, 2013, 2016, 1),
        (2021, 2018, 2018, 0),
        (2022, 2018, 2022, 1),
        (2026, 2016, 2024, 2),
        (2023, 2019, 2019, 0),
        (2026, 2027, 2022, -1),
    ],
)
def test_agreements_follow_each_other_each_as_long_as_its_start_says(py, first, start, before):
    assert rules.agreements_since(py, first, agreement_length(BOOK)) == (start, before)


@pytest.mark.parametrize(
    ("start", "before"),
    [(2016, 2013), (2018, 2015), (2019, 2016), (2022, 2018), (2023, 2018), (2024, 2019), (2032, 2027)],
)
def test_the_agreement_before_is_the_last_that_had_ended(start, before):
    assert rules.agreement_before(start, agreement_length(BOOK)) == before


def test_history_is_trended_and_risk_adjusted_to_by3_and_weighted():
    per_capita = np.array([[[900.0, 950.0, 1000.0]]])
    assert rules.historical(per_capita, np.ones((1, 1, 3)), 1.0, [0.1, 0.3, 0.6])[0, 0] == pytest.approx(975)
    trend, risk = np.array([1.2, 1.1, 1.0]), np.array([[[0.8, 1.0, 1.2]]])
    expected = 0.1 * 900 * 1.2 * 1.5 + 0.3 * 950 * 1.1 * 1.2 + 0.6 * 1000
    assert rules.historical(per_capita, risk, trend, [0.1, 0.3, 0.6])[0, 0] == pytest.approx(expected)


def test_truncation_cuts_both_ways_and_prorates_the_threshold():
    limit = BOOK.array("expenditure.truncation", 2022)[3]
    assert limit == 139_227.69
    cut = rules.truncated([1e6, -1e6, 50_000.0], limit)
    assert cut.tolist() == [limit, -limit, 50_000.0]
    assert rules.truncated(1e6, limit, 0.25) == pytest.approx(limit / 4)


def test_an_aco_at_or_a_cent_below_its_region_has_the_weights_of_one_below():
    weights = rules.regional_weight([0.0, 0.01, -0.01], [1, 1, 1], BELOW, ABOVE)
    assert weights.tolist() == [BELOW[0], BELOW[0], ABOVE[0]]


def test_a_loss_at_the_minimum_loss_rate_is_measured_by_the_update_that_makes_it_smaller():
    at, below = rules.guarded_benchmark([100.0, 100.0], [101.0, 101.0], [102.0, 101.99], [0.02, 0.02])
    assert (at, below) == (101.0, 100.0)


@pytest.mark.parametrize(("second", "held"), [(1.375, [1.125, 1.375]), (1.5, [1.125, 1.25])])
def test_growth_over_all_types_at_the_cap_is_not_held(second, held):
    one = np.ones((1, 2))
    found = rules.capped_risk_ratio([[1.125, second]], one, one, cap=0.25, allowance=[True])
    assert found[0].tolist() == held


def test_a_positive_adjustment_of_cents_is_not_offset():
    assert rules.offset_negative([0.5, 0.0, -0.5], 0.3, 1.1) == pytest.approx([0.5, 0.0, -0.3])


def test_prior_savings_are_nothing_to_an_aco_that_nobody_is_in_now():
    assert rules.prior_savings_adjustment([[600.0] * 3], [1_000.0], [0.0], share=0.5, limit=900.0)[0] == 0.0


@pytest.mark.parametrize(("needy", "given"), [(0.15, 0.15 * 400.0), (0.1499, 0.0)])
def test_the_population_adjustment_begins_at_its_smallest_share(needy, given):
    found = rules.population_adjustment(100.0, needy, limit=500.0, smallest_share=0.15)
    assert found == pytest.approx(given)


@pytest.mark.parametrize(
    ("gap", "time", "weight"),
    [
        (60, 1, 0.35),
        (60, 2, 0.5),
        (60, 9, 0.5),
        (-60, 1, 0.15),
        (-60, 2, 0.25),
        (-60, 3, 0.35),
        (-60, 4, 0.5),
    ],
)
def test_regional_weight_by_time_and_sign(gap, time, weight):
    assert rules.regional_weight(gap, time, BELOW, ABOVE) == pytest.approx(weight)


def test_caps_of_the_regional_adjustment_are_lopsided_from_2024():
    gap = np.array([[1e5, -1e5, 100.0, -100.0]])
    for start, down in ((2023, 0.05), (2024, 0.015)):
        found = rules.regional_adjustment(
            gap,
            0.5,
            NATIONAL,
            cap_up=BOOK.number("benchmark.regional_cap_up", start),
            cap_down=BOOK.number("benchmark.regional_cap_down", start),
        )
        assert found[0] == pytest.approx([0.05 * NATIONAL[0], -down * NATIONAL[1], 50.0, -50.0])


def test_only_a_negative_adjustment_is_offset():
    found = rules.offset_negative([-100.0, 100.0, -100.0, -100.0], [0.2, 0.2, 0.0, 0.9], [1.1, 1.1, 0.9, 1.5])
    assert found == pytest.approx([-70.0, 100.0, -100.0, 0.0])


def test_prior_savings_net_losses_and_prorate_growth():
    half = {"share": 0.5, "limit": 500.0}
    assert rules.prior_savings_adjustment([300.0, -60.0, 0.0], 8000, 10_000, **half) == pytest.approx(32.0)
    assert rules.prior_savings_adjustment([300.0, -60.0, 0.0], 9000, 8000, **half) == pytest.approx(40.0)
    assert rules.prior_savings_adjustment([-300.0, 60.0, 0.0], 9000, 8000, **half) == 0.0
    assert rules.prior_savings_adjustment([9e3, 9e3, 9e3], 9000, 8000, **half) == 500.0


def test_population_adjustment_fills_the_room_that_the_others_leave():
    found = rules.population_adjustment(
        [100.0, -50.0, 900.0, 100.0], [0.4, 0.4, 0.4, 0.1], limit=600.0, smallest_share=0.15
    )
    assert found == pytest.approx([200.0, 240.0, 0.0, 0.0])


@given(st.floats(-600, 600), st.floats(0, 600), st.floats(0, 600))
def test_one_adjustment_counts_and_never_a_sum(regional, savings, population):
    found = float(rules.best_adjustment(regional, savings, population, floored=True))
    assert found == max(regional, savings, population, 0.0)
    old = float(rules.best_adjustment(regional, 0.0, 0.0, floored=False))
    assert old == regional


def test_three_way_update_weighs_the_prospective_trend_by_a_third_from_2024():
    weights = [BOOK.number("benchmark.accountable_care_share", start) for start in (2023, 2024)]
    assert rules.three_way_update(1.045, 1.06, weights) == pytest.approx([1.045, 1.05])


def test_guardrail():
    # Loss either way: the smaller one. Savings by two-way: neither. A loss within the minimum rate: as it is.
    found = rules.guarded_benchmark(
        [100.0, 100.0, 100.0, 100.0, 100.0],
        [104.0, 95.0, 112.0, 112.0, 90.0],
        [108.0, 108.0, 108.0, 101.0, 90.0],
        0.02,
    )
    assert found.tolist() == [104.0, 100.0, 108.0, 100.0, 100.0]


def test_risk_cap_before_and_from_2024():
    growth = np.array([[1.10, 1.00, 1.02, 1.05], [1.10, 1.00, 1.02, 1.05]])
    demographic = np.array([[1.01] * 4, [1.03] * 4])
    weights = np.ones((2, 4))
    old = rules.capped_risk_ratio(growth, demographic, weights, cap=0.03, allowance=[False, False])
    assert old[0] == pytest.approx([1.03, 1.00, 1.02, 1.03])
    # Aggregate growth 1.0425: above 1.01 + 0.03, so capped by type; within 1.03 + 0.03, so left alone.
    new = rules.capped_risk_ratio(growth, demographic, weights, cap=0.03, allowance=[True, True])
    assert new[0] == pytest.approx([1.04, 1.00, 1.02, 1.04])
    assert new[1] == pytest.approx(growth[1])


@given(st.lists(st.floats(0.5, 1.6), min_size=4, max_size=4), st.floats(0.95, 1.05), st.booleans())
def test_the_risk_cap_never_raises_a_score(growth, demographic, allowance):
    ratios = np.array([growth])
    capped = rules.capped_risk_ratio(
        ratios, np.full((1, 4), demographic), np.ones((1, 4)), cap=0.03, allowance=[allowance]
    )
    assert (capped <= ratios).all()
