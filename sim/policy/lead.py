"""LEAD end to end: historical baseline, then the settlement of one performance year, for all ACOs at once.

Shapes are (..., aco, cell), (..., aco) and, in the base years, (..., aco, cell, by=3); leading axes are free.
Money is float64 dollars, PBPM where the name says so. The cell axis is Aged & Disabled, ESRD, High Needs by
claims alignment, then the same by voluntary alignment. The steps follow CMS's LEAD PY2027 Alignment and
Finance Methodology; each function they call names its rule.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.policy import baseline as history
from sim.policy import efficiency
from sim.policy.arrays import Flags, Floats, dollars, over_cells, ratio
from sim.policy.discount import add_on, discount_rate
from sim.policy.quality import after_discount_and_quality, earned_back
from sim.policy.rate_book import blend_rate_book
from sim.policy.risk import capped_ratio
from sim.policy.sharing import share_savings
from sim.policy.terms import LeadTerms
from sim.policy.trend import annual_guarded_trend, guarded_trend, two_way_trend

STEPS = ("prices", "adjustment", "rate_book", "caps", "discount", "quality")
"""Rules that make a benchmark, one after another: history carried forward by trend and true risk; adjustment;
rate book; coding beyond BY3's and what limits it; discount and add-on inside; quality, the last."""


@dataclass(frozen=True, eq=False)
class BaselineInputs:
    """Experience of the base years, aligned by the current Participant TIN list.

    Attributes
    ----------
    base_pbpm, base_months, base_risk : numpy.ndarray, shape (..., aco, cell, by)
        Net spending, person-months and renormalised mean risk score of the ACO's people.
    region_base_pbpm, region_base_risk : numpy.ndarray, shape (..., aco, cell, by)
        Spending and risk of the assignable people of the ACO's region.
    national_base_pbpm, national_base_risk : numpy.ndarray, shape (..., cell, by)
        The same of the nation.
    market_share : numpy.ndarray, shape (..., aco, cell, by)
        ACO's share of its region's assignable people.
    former_mssp, newly_entering : numpy.ndarray of bool, shape (..., aco)
        What the ACO was before.
    prior_savings_pbpm : numpy.ndarray, shape (..., aco)
        Prorated average earlier savings, see
        :func:`sim.policy.efficiency.prorated_prior_savings`.
    """

    base_pbpm: Floats
    base_months: Floats
    base_risk: Floats
    region_base_pbpm: Floats
    region_base_risk: Floats
    national_base_pbpm: Floats
    national_base_risk: Floats
    market_share: Floats
    former_mssp: Flags
    newly_entering: Flags
    prior_savings_pbpm: Floats


@dataclass(frozen=True, eq=False)
class HistoricalBaseline:
    """Historical benchmark in PBPM of BY3, and what it says about the ACO.

    Attributes
    ----------
    history_pbpm : numpy.ndarray, shape (..., aco, cell)
        H: weighted, trended, risk-adjusted history.
    reference_risk : numpy.ndarray, shape (..., aco, cell)
        Risk score history is stated at; 1 where there is no history.
    has_history : numpy.ndarray of bool, shape (..., aco, cell)
        Whether the cell has base-year experience; without it the risk cap does not bind.
    voluntary_limited : numpy.ndarray of bool, shape (..., aco, cell)
        Whether the +/-10 % limit changed the cell.
    region_pbpm, national_pbpm : numpy.ndarray, shape (..., aco, cell) and (..., cell)
        BY3 spending at risk 1.
    gap_pbpm : numpy.ndarray, shape (..., aco, cell)
        Regional spending at the ACO's risk minus history.
    higher_spending : numpy.ndarray of bool, shape (..., aco)
        Spending designation.
    efficiency_pbpm : numpy.ndarray, shape (..., aco, cell)
        REA after floor and cap.
    prior_savings_pbpm : numpy.ndarray, shape (..., aco)
        PSA after cap.
    adjustment_pbpm : numpy.ndarray, shape (..., aco, cell)
        The higher of the two.
    is_prior_savings : numpy.ndarray of bool, shape (..., aco)
        Whether that is the PSA.
    """

    history_pbpm: Floats
    reference_risk: Floats
    has_history: Flags
    voluntary_limited: Flags
    region_pbpm: Floats
    national_pbpm: Floats
    gap_pbpm: Floats
    higher_spending: Flags
    efficiency_pbpm: Floats
    prior_savings_pbpm: Floats
    adjustment_pbpm: Floats
    is_prior_savings: Flags


@dataclass(frozen=True, eq=False)
class YearsBetween:
    """The years after BY3, for a guardrail that is of each year's growth; years ascend.

    Attributes
    ----------
    region_pbpm : numpy.ndarray, shape (year, ..., aco, cell)
        Of the region, at risk 1, in the years before the performance year.
    national_pbpm : numpy.ndarray, shape (year, ..., cell)
        The same of the nation.
    prospective_factor : numpy.ndarray, shape (year, ..., cell)
        CMS's prospective growth since BY3 in those years.
    guard_below, guard_above : numpy.ndarray, shape (year + 1,)
        Widths in those years and the performance year.
    """

    region_pbpm: Floats
    national_pbpm: Floats
    prospective_factor: Floats
    guard_below: Floats
    guard_above: Floats


@dataclass(frozen=True, eq=False)
class PerformanceYearInputs:
    """Experience of one performance year.

    Attributes
    ----------
    months, risk : numpy.ndarray, shape (..., aco, cell)
        Person-months and renormalised mean risk score.
    paid : numpy.ndarray, shape (..., aco, cell) or (..., aco)
        Net performance-year expenditure, USD.
    region_pbpm, region_risk : numpy.ndarray, shape (..., aco, cell)
        Spending and renormalised mean risk of the region's assignable people.
    national_pbpm, national_risk : numpy.ndarray, shape (..., cell)
        The same of the nation.
    market_share : numpy.ndarray, shape (..., aco, cell)
        ACO's share of its region's assignable people.
    prospective_factor : numpy.ndarray, shape (..., cell)
        CMS's prospective growth (ACPT) since BY3, as a factor.
    quality_score : numpy.ndarray, shape (..., aco)
        0 to 1.
    rate_book_pbpm : numpy.ndarray, shape (..., aco, cell)
        Rate-book PBPM at risk 1; counts only where the terms give the rate book weight.
    coded : numpy.ndarray, shape (..., aco, cell), optional
        Coded over true risk against BY3's, which only tells the steps apart; 1 by default.
    between : YearsBetween, optional
        Needed where the terms apply the guardrail to each year's growth.
    """

    months: Floats
    risk: Floats
    paid: Floats
    region_pbpm: Floats
    region_risk: Floats
    national_pbpm: Floats
    national_risk: Floats
    market_share: Floats
    prospective_factor: Floats
    quality_score: Floats
    rate_book_pbpm: Floats
    coded: Floats | None = None
    between: YearsBetween | None = None


@dataclass(frozen=True, eq=False)
class PerformanceYearSettlement:
    """Every step from baseline to settlement; see :func:`settle_performance_year`.

    Attributes
    ----------
    two_way_trend, update_trend, capped_risk_ratio, updated_pbpm : numpy.ndarray, shape (..., aco, cell)
        Growth factors since BY3 and the benchmark they give (after rate-book blending).
    before_discount_pbpm, discounted_pbpm, final_pbpm : numpy.ndarray, shape (..., aco)
        Mix-weighted benchmark before discount, after it, and after earned quality.
    discount : numpy.ndarray, shape (..., aco)
        Discount rate.
    before_cell_usd, benchmark_cell_usd : numpy.ndarray, shape (..., aco, cell)
        Benchmark by cell before discount and withhold, and the final one, which sums to `benchmark_usd`.
    benchmark_usd, benchmark_before_discount_usd, paid_usd : numpy.ndarray, shape (..., aco)
        Final benchmark, the same before discount and withhold, and performance-year expenditure.
    gross_savings_usd : numpy.ndarray, shape (..., aco)
        Final benchmark minus expenditure.
    shared_usd, sequestration_usd, settlement_usd : numpy.ndarray, shape (..., aco)
        Amount after the corridors, what sequestration takes, and the difference of the two. Positive is paid
        to the ACO.
    add_on_usd : numpy.ndarray, shape (..., aco)
        Administrative add-on paid on top, never reconciled; 0 when the terms put it inside the benchmark.
    steps_usd : numpy.ndarray, shape (..., aco, step)
        The benchmark with one rule more at each of :data:`STEPS`.
    """

    two_way_trend: Floats
    update_trend: Floats
    capped_risk_ratio: Floats
    updated_pbpm: Floats
    before_discount_pbpm: Floats
    discount: Floats
    discounted_pbpm: Floats
    final_pbpm: Floats
    before_cell_usd: Floats
    benchmark_cell_usd: Floats
    benchmark_usd: Floats
    benchmark_before_discount_usd: Floats
    paid_usd: Floats
    gross_savings_usd: Floats
    shared_usd: Floats
    sequestration_usd: Floats
    settlement_usd: Floats
    add_on_usd: Floats
    steps_usd: Floats


def historical_baseline(inputs: BaselineInputs, terms: LeadTerms) -> HistoricalBaseline:
    """Compute the historical benchmark, designation and ACO-specific adjustment.

    Computed at entry and again whenever the Participant TIN list (or who is voluntarily aligned) changes.
    A cell without any base-year month gets the claims cell's or the region's spending, and its risk score is
    not capped.
    """
    months = inputs.base_months
    national = ratio(inputs.national_base_pbpm, inputs.national_base_risk, 0.0)
    region = ratio(inputs.region_base_pbpm, inputs.region_base_risk, national[..., None, :, :])
    to_by3 = two_way_trend(
        ratio(national[..., -1:], national, 1.0)[..., None, :, :],
        ratio(region[..., -1:], region, 1.0),
        inputs.market_share,
    )
    weights = history.base_year_weights(
        months, inputs.newly_entering, terms.base_weights_renewing, terms.base_weights_new
    )
    risk, known = history.reference_risk(inputs.base_risk, months)
    own = risk * history.historical_pbpm(inputs.base_pbpm, inputs.base_risk, months, to_by3, weights)
    held, limited = history.limit_voluntary(own, known, terms.voluntary_limit)
    h = risk * history.fill_unknown(held / risk, known, region[..., -1])
    by3 = months[..., -1]
    gap = region[..., -1] * risk - h
    higher = efficiency.is_higher_spending(gap, by3, tie_is_higher=terms.tie_is_higher_spending)
    national_at_risk = national[..., -1][..., None, :] * risk
    reference = efficiency.national_reference(national[..., -1], risk, by3)
    renewing_mssp = inputs.former_mssp & ~inputs.newly_entering
    cap = np.where(renewing_mssp, terms.efficiency_cap_former_mssp, terms.efficiency_cap)
    earned = efficiency.regional_adjustment(
        gap,
        by3,
        national_at_risk,
        share=terms.efficiency_share,
        cap=cap,
        cap_level=terms.efficiency_cap_level,
        floor_level=terms.efficiency_floor_level,
    )
    rea = np.where(higher[..., None], 0.0, earned)
    psa = efficiency.prior_savings_adjustment(
        inputs.prior_savings_pbpm, terms.prior_savings_cap * reference, share=terms.prior_savings_share
    )
    if not terms.prior_savings_for_higher_spending:
        psa = np.where(higher, 0.0, psa)
    adjustment, by_savings = efficiency.higher_of(rea, psa, by3)
    return HistoricalBaseline(
        history_pbpm=h,
        reference_risk=risk,
        has_history=known,
        voluntary_limited=limited,
        region_pbpm=region[..., -1],
        national_pbpm=national[..., -1],
        gap_pbpm=gap,
        higher_spending=higher,
        efficiency_pbpm=rea,
        prior_savings_pbpm=psa,
        adjustment_pbpm=adjustment,
        is_prior_savings=by_savings,
    )


def settle_performance_year(
    baseline: HistoricalBaseline, py: PerformanceYearInputs, terms: LeadTerms
) -> PerformanceYearSettlement:
    """Update the benchmark to the performance year and settle.

    Order: adjusted history x update trend x capped risk ratio; rate book; mix of the performance year;
    add-on if inside; discount; earned quality; corridors; sequestration. A cell without months weighs
    nothing, an ACO without months settles at zero.
    """
    national = ratio(py.national_pbpm, py.national_risk, 0.0)
    region = ratio(py.region_pbpm, py.region_risk, 0.0)
    two_way = _two_way_since_by3(baseline, region, national, py.market_share)
    update = _update_trend(baseline, py, two_way, terms)
    cap = np.where(baseline.has_history, over_cells(terms.risk_cap), np.inf)
    uncapped = capped_ratio(py.risk, baseline.reference_risk, np.full_like(cap, np.inf))
    risk_ratio = terms.coding_intensity_factor * capped_ratio(py.risk, baseline.reference_risk, cap)
    by_history = baseline.history_pbpm * update
    adjusted = (baseline.history_pbpm + baseline.adjustment_pbpm) * update

    def blended(at: Floats) -> Floats:
        return blend_rate_book(
            adjusted * at, py.rate_book_pbpm, baseline.reference_risk * at, share=terms.rate_book_share
        )

    updated = blended(risk_ratio)
    months = py.months.sum(axis=-1)
    add_on_rate = add_on(np.ones_like(months), baseline.higher_spending, rate=terms.add_on_rate)
    inside = 1.0 + add_on_rate if terms.add_on_inside else np.ones_like(add_on_rate)
    rates = {"lower": terms.discount_lower, "higher": terms.discount_higher}
    discount = discount_rate(baseline.higher_spending, **rates)
    earned = earned_back(py.quality_score, withhold=terms.quality_withhold)
    left = after_discount_and_quality(discount, earned, combined=terms.quality_combined)
    before_cell = dollars(updated, py.months) * inside[..., None]
    final_cell = before_cell * left[..., None]
    before, final = before_cell.sum(axis=-1), final_cell.sum(axis=-1)
    before_pbpm = ratio(before, months, 0.0)
    paid = py.paid.sum(axis=-1) if py.paid.shape == py.months.shape else py.paid
    gross, shared, taken = share_savings(final, paid, terms)
    true = uncapped if py.coded is None else uncapped / py.coded
    by_step = (by_history * true, adjusted * true, blended(true), updated)
    counted = [dollars(step, py.months).sum(axis=-1) for step in by_step]
    return PerformanceYearSettlement(
        two_way_trend=two_way,
        update_trend=update,
        capped_risk_ratio=risk_ratio,
        updated_pbpm=updated,
        before_discount_pbpm=before_pbpm,
        discount=discount,
        discounted_pbpm=before_pbpm * (1.0 - discount),
        final_pbpm=before_pbpm * left,
        before_cell_usd=before_cell,
        benchmark_cell_usd=final_cell,
        benchmark_usd=final,
        benchmark_before_discount_usd=before,
        paid_usd=paid,
        gross_savings_usd=gross,
        shared_usd=shared,
        sequestration_usd=taken,
        settlement_usd=shared - taken,
        add_on_usd=np.zeros_like(before) if terms.add_on_inside else add_on_rate * before,
        steps_usd=np.stack([*counted, before * (1.0 - discount), final], axis=-1),
    )


def benchmark_at_quality(
    done: PerformanceYearSettlement, score: Floats, terms: LeadTerms
) -> tuple[Floats, Floats]:
    """Return a settled year's final benchmark at other quality, 0 to 1: USD by cell, and PBPM."""
    earned = earned_back(score, withhold=terms.quality_withhold)
    left = after_discount_and_quality(done.discount, earned, combined=terms.quality_combined)
    return done.before_cell_usd * left[..., None], done.before_discount_pbpm * left


def _two_way_since_by3(
    baseline: HistoricalBaseline, region: Floats, national: Floats, market_share: Floats
) -> Floats:
    growth = ratio(national, baseline.national_pbpm, 1.0)[..., None, :]
    return two_way_trend(growth, ratio(region, baseline.region_pbpm, growth), market_share)


def _update_trend(
    baseline: HistoricalBaseline, py: PerformanceYearInputs, two_way: Floats, terms: LeadTerms
) -> Floats:
    """Return the guarded trend since BY3, guarded as a whole or year by year, at the ACO's present share."""
    prospective = py.prospective_factor[..., None, :]
    if terms.guard_applied == "cumulative":
        return guarded_trend(
            two_way,
            prospective,
            two_way_weight=terms.two_way_weight,
            guard_below=terms.guard_below,
            guard_above=terms.guard_above,
            guard_target=terms.guard_target,
        )
    if py.between is None:
        raise ValueError(
            "a guardrail of each year's growth needs the years between BY3 and the performance year"
        )
    earlier = py.between
    before = _two_way_since_by3(baseline, earlier.region_pbpm, earlier.national_pbpm, py.market_share)
    return annual_guarded_trend(
        np.concatenate([before, two_way[None]]),
        np.concatenate([earlier.prospective_factor[..., None, :], prospective[None]]),
        two_way_weight=terms.two_way_weight,
        guard_below=earlier.guard_below,
        guard_above=earlier.guard_above,
        guard_target=terms.guard_target,
    )
