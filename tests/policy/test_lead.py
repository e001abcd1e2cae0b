"""LEAD from baseline to settlement: worked examples, properties, worlds with holes."""

import dataclasses
import sys

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lead_world import one_aco, one_year, random_world, settle_one, terms_of

from sim.policy.lead import historical_baseline, settle_performance_year

NATIONAL = {
    "national_base_risk",
    "national_base_pbpm",
    "national_pbpm",
    "national_risk",
    "prospective_factor",
}


def history(value: float):
    return one_aco(base_pbpm=np.full((1, 6, 3), value))


def test_efficiency_adjustment_of_a_lower_spending_aco():
    baseline, _ = settle_one(history(940.0))
    assert not baseline.higher_spending[0]
    assert baseline.adjustment_pbpm[0, 0] == pytest.approx(30.0)


def test_efficiency_adjustment_is_capped_at_3_percent_for_a_former_mssp_aco():
    # Half the gap is $70; 3 % of the national $1,050 is $31.50.
    base = dataclasses.replace(history(860.0), former_mssp=np.array([True]))
    assert settle_one(base)[0].adjustment_pbpm[0, 0] == pytest.approx(31.5)
    newly = dataclasses.replace(base, newly_entering=np.array([True]))
    assert settle_one(newly)[0].adjustment_pbpm[0, 0] == pytest.approx(52.5)


def test_a_cap_of_zero_leaves_no_adjustment():
    baseline, _ = settle_one(history(940.0), terms=terms_of(efficiency__cap=0, prior_savings__cap=0))
    assert (baseline.adjustment_pbpm[0, 0], baseline.efficiency_pbpm[0, 0]) == (0.0, 0.0)


def test_a_higher_spending_aco_has_no_adjustment_but_the_add_on():
    baseline, settled = settle_one(history(1040.0))
    assert baseline.higher_spending[0]
    assert baseline.adjustment_pbpm[0, 0] == 0.0
    assert settled.add_on_usd[0] == pytest.approx(0.015 * 1040.0 * 12_000)


@pytest.mark.parametrize(
    ("region", "quality", "final"), [(1200.0, 1.0, 1179.0), (1300.0, 1.0, 1164.0), (1300.0, 0.8, 1157.016)]
)
def test_discount_and_quality_on_1200_pbpm(region, quality, final):
    # Professional has no regional adjustment, Global's discount is put on it to keep 1,200 before discount.
    base = one_aco(base_pbpm=np.full((1, 6, 3), 1200.0), region_base_pbpm=np.full((1, 6, 3), region))
    year = one_year(quality_score=np.array([quality]), region_pbpm=np.full((1, 6), region))
    _, settled = settle_one(base, year, terms_of(efficiency__share=0))
    assert settled.before_discount_pbpm[0] == pytest.approx(1200.0)
    assert settled.final_pbpm[0] == pytest.approx(final)
    assert settled.add_on_usd[0] == pytest.approx(18.0 * 12_000 if region == 1200.0 else 0.0)


@pytest.mark.parametrize(("newly", "expected"), [(False, 950.0), (True, 975.0)])
def test_base_year_weights(newly, expected):
    base = one_aco(
        base_pbpm=np.tile([900.0, 950.0, 1000.0], (1, 6, 1)),
        newly_entering=np.array([newly]),
    )
    assert settle_one(base)[0].history_pbpm[0, 0] == pytest.approx(expected)


def test_an_empty_base_year_gives_its_weight_to_the_others():
    base = one_aco(base_pbpm=np.tile([900.0, 950.0, 1000.0], (1, 6, 1)), newly_entering=np.array([True]))
    base.base_months[0, 0, 0] = 0.0
    assert settle_one(base)[0].history_pbpm[0, 0] == pytest.approx((0.3 * 950 + 0.6 * 1000) / 0.9)


def test_history_is_trended_and_risk_adjusted_to_by3():
    # Nation grows 10 %, region 20 % from BY1 to BY3, share 25 %: two-way 1.175. Risk falls 1.1 to 1.0.
    base = one_aco(
        base_pbpm=np.tile([880.0, 0.0, 0.0], (1, 6, 1)),
        base_risk=np.tile([1.1, 1.0, 1.0], (1, 6, 1)),
        region_base_pbpm=np.tile([1000.0, 1100.0, 1200.0], (1, 6, 1)),
        national_base_pbpm=np.tile([1000.0, 1050.0, 1100.0], (6, 1)),
        market_share=np.full((1, 6, 3), 0.25),
    )
    assert settle_one(base)[0].history_pbpm[0, 0] == pytest.approx(880 / 1.1 * 1.175 / 3)


def test_the_voluntary_cell_stays_within_10_percent_of_the_claims_cell():
    base = one_aco()
    base.base_months[0, 3] = 1200.0
    base.base_pbpm[0, 3] = 2000.0
    baseline, _ = settle_one(base)
    assert baseline.history_pbpm[0, 3] == pytest.approx(1034.0)
    assert baseline.voluntary_limited[0].tolist() == [False] * 3 + [True] + [False] * 2


def test_prior_savings_when_higher_and_capped():
    base = dataclasses.replace(history(940.0), prior_savings_pbpm=np.array([80.0]))
    baseline, _ = settle_one(base)
    assert baseline.is_prior_savings[0]
    assert baseline.adjustment_pbpm[0] == pytest.approx(np.full(6, 40.0))
    capped = dataclasses.replace(base, prior_savings_pbpm=np.array([500.0]))
    assert settle_one(capped)[0].adjustment_pbpm[0, 0] == pytest.approx(52.5)


def test_update_trend_and_risk_ratio_enter_the_benchmark():
    year = one_year(
        region_pbpm=np.full((1, 6), 1045.0),
        national_pbpm=np.full(6, 1050.0 * 1.045),
        prospective_factor=np.full(6, 1.0665),
        risk=np.full((1, 6), 1.052),
    )
    _, settled = settle_one(year=year)
    assert settled.update_trend[0, 0] == pytest.approx(1.0460)
    assert settled.capped_risk_ratio[0, :3] == pytest.approx([1.03, 1.052, 1.052])  # no history, no cap
    assert settled.updated_pbpm[0, 0] == pytest.approx(970.0 * 1.046 * 1.03)


def test_risk_caps_by_category():
    base = one_aco(base_months=np.full((1, 6, 3), 1200.0))
    year = one_year(risk=np.array([[1.052, 1.01, 0.94, 0.9, 1.1, 1.1]]))
    _, settled = settle_one(base, year)
    assert settled.capped_risk_ratio[0] == pytest.approx([1.03, 1.01, 0.96, 0.97, 1.03, 1.04])


def test_rate_book_replaces_own_history_by_share():
    for py, expected in ((2031, 970.0), (2032, 0.8 * 970 + 0.2 * 990), (2036, 990.0)):
        _, settled = settle_one(terms=terms_of(py))
        assert settled.before_discount_pbpm[0] == pytest.approx(expected)


def test_settlement_of_a_saving_and_a_losing_year():
    # Benchmark 970 x 0.97 = 940.90 PBPM; all inside the first band.
    _, saving = settle_one(year=one_year(paid=np.array([900.0 * 12_000])))
    assert saving.settlement_usd[0] == pytest.approx(0.98 * 40.9 * 12_000)
    _, losing = settle_one(year=one_year(paid=np.array([1000.0 * 12_000])))
    assert losing.settlement_usd[0] == pytest.approx(-59.1 * 12_000)
    year = one_year(paid=np.array([1000.0 * 12_000]))
    _, worsened = settle_one(year=year, terms=terms_of(sequestration__base="shared"))
    assert worsened.settlement_usd[0] == pytest.approx(-1.02 * 59.1 * 12_000)


def test_a_cell_without_history_is_paid_the_regional_rate_at_its_risk():
    year = one_year(risk=np.full((1, 6), 1.2))
    year.months[0] = [0, 0, 1200, 0, 0, 0]
    _, settled = settle_one(year=year)
    assert settled.updated_pbpm[0, 2] == pytest.approx(1200.0)


def test_an_aco_without_months_settles_at_zero():
    year = one_year(months=np.zeros((1, 6)), paid=np.zeros(1), risk=np.full((1, 6), np.nan))
    _, settled = settle_one(year=year)
    for one in dataclasses.fields(settled):
        assert np.isfinite(getattr(settled, one.name)).all(), one.name
    assert settled.settlement_usd[0] == settled.benchmark_usd[0] == 0.0


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), option=st.sampled_from(["global", "professional"]))
def test_whole_worlds_hold_together(seed, option):
    base, year = random_world(seed)
    terms = terms_of(2033, option)
    baseline = historical_baseline(base, terms)
    settled = settle_performance_year(baseline, year, terms)
    for result in (baseline, settled):
        for one in dataclasses.fields(result):
            assert np.isfinite(getattr(result, one.name)).all(), one.name
    assert settled.benchmark_cell_usd.sum(axis=-1) == pytest.approx(settled.benchmark_usd)
    months = year.months.sum(axis=-1)
    assert settled.final_pbpm * months == pytest.approx(settled.benchmark_usd)
    mixed = (settled.updated_pbpm * year.months).sum(axis=-1)
    assert settled.before_discount_pbpm * months == pytest.approx(mixed)
    paid = year.paid.sum(axis=-1)
    assert settled.gross_savings_usd == pytest.approx(settled.benchmark_usd - paid)
    # Caps bind and never both adjustments.
    reference = (baseline.national_pbpm * baseline.reference_risk * base.base_months[..., -1]).sum(axis=-1)
    rea = (baseline.efficiency_pbpm * base.base_months[..., -1]).sum(axis=-1)
    assert (rea <= 0.05 * reference * (1 + 1e-12)).all()
    both = baseline.is_prior_savings[:, None]
    assert np.array_equal(
        baseline.adjustment_pbpm,
        np.where(both, baseline.prior_savings_pbpm[:, None], baseline.efficiency_pbpm),
    )
    assert (baseline.efficiency_pbpm[baseline.higher_spending] == 0.0).all()
    assert (settled.capped_risk_ratio[baseline.has_history] <= 1.04).all()
    assert (settled.add_on_usd[~baseline.higher_spending] == 0.0).all()


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 2**32 - 1))
def test_permuting_acos_changes_nothing(seed):
    base, year = random_world(seed)
    terms = terms_of(2034)
    order = np.random.default_rng(seed).permutation(len(base.former_mssp))

    def shuffled(inputs):
        return dataclasses.replace(
            inputs,
            **{
                one.name: getattr(inputs, one.name)[order]
                for one in dataclasses.fields(inputs)
                if one.name not in (*NATIONAL, "between", "coded")
            },
        )

    straight = settle_performance_year(historical_baseline(base, terms), year, terms)
    mixed = settle_performance_year(historical_baseline(shuffled(base), terms), shuffled(year), terms)
    for one in dataclasses.fields(straight):
        assert np.array_equal(getattr(straight, one.name)[order], getattr(mixed, one.name)), one.name


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 2**32 - 1),
    extra=st.floats(0, 5e7),
    base_of=st.sampled_from(["shared", "gross", "gains"]),
    option=st.sampled_from(["global", "professional"]),
)
def test_settlement_falls_with_spending(seed, extra, base_of, option):
    base, year = random_world(seed)
    terms = terms_of(2029, option, sequestration__base=base_of)
    baseline = historical_baseline(base, terms)
    less = settle_performance_year(baseline, year, terms)
    paid = year.paid.sum(axis=-1) + extra
    more = settle_performance_year(baseline, dataclasses.replace(year, paid=paid), terms)
    assert (more.settlement_usd <= less.settlement_usd + 1e-6).all()


def test_leading_axes_settle_like_single_years():
    base, years = random_world(5, years=(3,))
    terms = terms_of(2028)
    baseline = historical_baseline(base, terms)
    together = settle_performance_year(baseline, years, terms)
    by_year = [one.name for one in dataclasses.fields(years) if one.name not in ("between", "coded")]
    for n in range(3):
        single = dataclasses.replace(years, **{name: getattr(years, name)[n] for name in by_year})
        alone = settle_performance_year(baseline, single, terms)
        assert np.array_equal(together.settlement_usd[n], alone.settlement_usd)


def test_no_step_runs_aco_by_aco():
    # Settling ten thousand ACOs calls as many functions as settling ten.
    counts = []
    for acos in (10, 10_000):
        base, year = random_world(1, acos=acos, years=(2,))
        terms = terms_of(2033)
        calls = []
        sys.setprofile(lambda frame, event, arg, calls=calls: calls.append(event))
        settle_performance_year(historical_baseline(base, terms), year, terms)
        sys.setprofile(None)
        counts.append(len(calls))
    assert counts[0] == counts[1]
