"""LEAD in plain Python, one ACO and cell after another, beside the rules: every step of worlds with holes.

Nothing here calls a rule. It is longer than the rules and slower, and says the same in other words.
"""

from dataclasses import fields, replace

import numpy as np
import pytest
from lead_world import CELLS, random_world, terms_of

from sim.policy.lead import STEPS, historical_baseline, settle_performance_year

BASE_YEARS, CATEGORIES, ACOS = 3, 3, 12


def world(seed):
    """Return a random world in which nation, regions, ACOs and the book each lack a cell or a year of one."""
    base, year = random_world(seed, acos=ACOS)
    base.base_months[::2, 3] = 0.0
    base.base_months[1, [0, 3]] = 0.0
    base.base_months[3, 2] = 0.0
    base.base_months[4, 0, 0] = 0.5
    base.base_months[5, :, 2] = 0.0
    base = replace(base, base_risk=np.where(base.base_months == 0.0, 0.0, base.base_risk))
    # The nation has nobody in one voluntary cell, and in another nobody in BY1; nor has any region.
    for cell, years in ((4, slice(None)), (5, slice(0, 1))):
        base.national_base_pbpm[cell, years] = 0.0
        base.region_base_pbpm[:, cell, years] = 0.0
    # In the performance year it has nobody in a third one either.
    year.national_pbpm[[1, 4]] = 0.0
    year.region_pbpm[:, 4] = 0.0
    # Some regions have nobody in a cell that the nation has people in: they have its price, or its growth.
    base.region_base_pbpm[::3, 1] = 0.0
    year.region_pbpm[::4, 2] = 0.0
    year.rate_book_pbpm[::2, 0] = 0.0
    year.risk[1, 0] = 0.0
    year.months[0] = 0.5
    # Nothing of a cell without months need be known.
    year.months[2] = year.months[3, 1] = 0.0
    year.market_share[3, 1] = np.nan
    coded = np.random.default_rng(seed + 1).uniform(0.9, 1.2, year.risk.shape)
    return base, replace(year, coded=coded)


def over(top, bottom, otherwise):
    return top / bottom if top > 0.0 and bottom > 0.0 else otherwise


def mean(values, weights):
    return (
        sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights) if sum(weights) > 0.0 else 0.0
    )


def between(low, value, high):
    return min(max(value, low), high)


def prices(pbpm, risk, else_these):
    return [over(p, r, e) for p, r, e in zip(pbpm, risk, else_these, strict=True)]


def baseline_of(base, aco, terms):
    """Return each step of the historical baseline of one ACO."""
    own, at_risk_one, score, known, region, nation = [], [], [], [], [], []
    stated = terms.base_weights_new if base.newly_entering[aco] else terms.base_weights_renewing
    for cell in range(CELLS):
        months, risk = base.base_months[aco, cell], base.base_risk[aco, cell]
        of_nation = prices(base.national_base_pbpm[cell], base.national_base_risk[cell], [0.0] * BASE_YEARS)
        of_region = prices(base.region_base_pbpm[aco, cell], base.region_base_risk[aco, cell], of_nation)
        seen = [by for by in range(BASE_YEARS) if months[by] > 0.0]
        total = sum(stated[by] for by in seen)
        history = 0.0
        for by in seen:
            share = base.market_share[aco, cell, by]
            growth = share * over(of_nation[-1], of_nation[by], 1.0)
            growth += (1.0 - share) * over(of_region[-1], of_region[by], 1.0)
            history += stated[by] / total * growth * base.base_pbpm[aco, cell, by] / risk[by]
        score.append(risk[seen[-1]] if seen else 1.0)
        known.append(bool(seen))
        own.append(history * score[-1])
        region.append(of_region[-1])
        nation.append(of_nation[-1])
    limited = [False] * CELLS
    for cell in range(CATEGORIES, CELLS):
        claims = own[cell - CATEGORIES]
        if known[cell] and known[cell - CATEGORIES]:
            held = between(
                claims * (1 - terms.voluntary_limit), own[cell], claims * (1 + terms.voluntary_limit)
            )
            limited[cell], own[cell] = held != own[cell], held
    for cell in range(CELLS):
        if known[cell]:
            at_risk_one.append(own[cell] / score[cell])
        else:
            at_risk_one.append(region[cell] if cell < CATEGORIES else at_risk_one[cell - CATEGORIES])
    h = [one * risk for one, risk in zip(at_risk_one, score, strict=True)]
    gap = [price * risk - spent for price, risk, spent in zip(region, score, h, strict=True)]
    by3 = base.base_months[aco, :, -1]
    higher = mean(gap, by3) <= 0.0 if terms.tie_is_higher_spending else mean(gap, by3) < 0.0
    reference = [price * risk for price, risk in zip(nation, score, strict=True)]
    former = base.former_mssp[aco] and not base.newly_entering[aco]
    cap = terms.efficiency_cap_former_mssp if former else terms.efficiency_cap
    rea = [terms.efficiency_share * one for one in gap]
    if terms.efficiency_floor_level == "cell":
        rea = [max(one, 0.0) for one in rea]
    if terms.efficiency_cap_level == "cell":
        rea = [min(one, cap * of) for one, of in zip(rea, reference, strict=True)]
    elif mean(rea, by3) > cap * mean(reference, by3):
        rea = [one * cap * mean(reference, by3) / mean(rea, by3) for one in rea]
    if higher or mean(rea, by3) < 0.0:
        rea = [0.0] * CELLS
    psa = terms.prior_savings_share * base.prior_savings_pbpm[aco]
    psa = between(0.0, psa, terms.prior_savings_cap * mean(reference, by3))
    if higher and not terms.prior_savings_for_higher_spending:
        psa = 0.0
    by_savings = psa > mean(rea, by3)
    return {
        "history_pbpm": h,
        "reference_risk": score,
        "has_history": known,
        "voluntary_limited": limited,
        "region_pbpm": region,
        "gap_pbpm": gap,
        "higher_spending": higher,
        "efficiency_pbpm": rea,
        "prior_savings_pbpm": psa,
        "adjustment_pbpm": [psa] * CELLS if by_savings else rea,
        "is_prior_savings": by_savings,
        "national_pbpm": nation,
    }


def trend_of(own, py, aco, cell, terms):
    """Return two-way trend and guarded trend of a cell since BY3."""
    nation = over(py.national_pbpm[cell], py.national_risk[cell], 0.0)
    region = over(py.region_pbpm[aco, cell], py.region_risk[aco, cell], 0.0)
    growth = over(nation, own["national_pbpm"][cell], 1.0)
    share = py.market_share[aco, cell]
    two_way = share * growth + (1.0 - share) * over(region, own["region_pbpm"][cell], growth)
    low, high = two_way - terms.guard_below, two_way + terms.guard_above
    ahead = py.prospective_factor[cell]
    if terms.guard_target == "prospective":
        ahead = between(low, ahead, high)
    blend = terms.two_way_weight * two_way + (1.0 - terms.two_way_weight) * ahead
    return two_way, between(low, blend, high) if terms.guard_target == "blend" else blend


def kept_of(fraction, terms):
    shares = terms.corridor_savings if fraction > 0.0 else terms.corridor_losses
    ends = [*terms.corridor_edges[1:], np.inf]
    bands = zip(terms.corridor_edges, ends, shares, strict=True)
    kept = sum(share * between(0.0, abs(fraction) - start, end - start) for start, end, share in bands)
    return kept if fraction > 0.0 else -kept


def settled_of(own, py, aco, terms):
    """Return each step of the settlement of one ACO."""
    higher, months = own["higher_spending"], py.months[aco]
    trends = [trend_of(own, py, aco, cell, terms) for cell in range(CELLS)]
    steps = np.zeros(4)
    ratios, updated = [], []
    for cell, (_, trend) in enumerate(trends):
        cap = terms.risk_cap[cell % CATEGORIES] if own["has_history"][cell] else np.inf
        true = over(py.risk[aco, cell], own["reference_risk"][cell], 1.0)
        ratios.append(terms.coding_intensity_factor * between(1.0 - cap, true, 1.0 + cap))
        true /= py.coded[aco, cell]
        history = own["history_pbpm"][cell] * trend
        adjusted = history + own["adjustment_pbpm"][cell] * trend
        book, share = py.rate_book_pbpm[aco, cell] * own["reference_risk"][cell], terms.rate_book_share
        price = (1.0 - share) * adjusted + share * book if book > 0.0 else adjusted
        updated.append(price * ratios[-1])
        if months[cell] > 0.0:
            steps += months[cell] * np.array([history * true, adjusted * true, price * true, updated[-1]])
    rate = terms.add_on_rate if higher else 0.0
    whole = steps[-1] * (1.0 + rate if terms.add_on_inside else 1.0)
    discount = terms.discount_higher if higher else terms.discount_lower
    unearned = terms.quality_withhold * (1.0 - py.quality_score[aco])
    left = 1.0 - discount - unearned
    if terms.quality_combined == "product":
        left = (1.0 - discount) * (1.0 - unearned)
    paid = sum(py.paid[aco])
    gross = whole * left - paid
    fraction = gross / (whole * left) if whole > 0.0 else 0.0
    shared = kept_of(fraction, terms) * whole * left
    taken = terms.sequestration * abs(shared)
    if terms.sequestration_base == "gains":
        taken = max(taken, 0.0) if shared > 0.0 else 0.0
    elif terms.sequestration_base == "gross":
        taken = shared - kept_of(fraction - terms.sequestration * abs(fraction), terms) * whole * left
    per_month = whole / sum(months) if sum(months) > 0.0 else 0.0
    by_cell = [
        price * count * whole / steps[-1] if count else 0.0
        for price, count in zip(updated, months, strict=True)
    ]
    return {
        "two_way_trend": [two_way for two_way, _ in trends],
        "update_trend": [trend for _, trend in trends],
        "capped_risk_ratio": ratios,
        "updated_pbpm": updated,
        "before_discount_pbpm": per_month,
        "discount": discount,
        "discounted_pbpm": per_month * (1.0 - discount),
        "final_pbpm": per_month * left,
        "before_cell_usd": by_cell,
        "benchmark_cell_usd": [amount * left for amount in by_cell],
        "benchmark_usd": whole * left,
        "benchmark_before_discount_usd": whole,
        "paid_usd": paid,
        "gross_savings_usd": gross,
        "shared_usd": shared,
        "sequestration_usd": taken,
        "settlement_usd": shared - taken,
        "add_on_usd": 0.0 if terms.add_on_inside else rate * whole,
        "steps_usd": [*steps, whole * (1.0 - discount), whole * left],
    }


WAYS = [
    {"py": 2027},
    {"py": 2033},
    {"py": 2030, "option": "professional"},
    {"py": 2033, "add_on__place": "inside", "add_on__rate": {2032: "1.5 %"}, "quality__combined": "sum"},
    {"py": 2029, "trend__guard_target": "blend", "sequestration__base": "gross"},
    {"py": 2031, "efficiency__cap_level": "total", "prior_savings__for_higher_spending": False},
    {"py": 2031, "efficiency__floor_level": "cell", "sequestration__base": "shared"},
    {"py": 2028, "risk__coding_intensity_factor": 0.99, "efficiency__cap": "1 %"},
]


@pytest.mark.parametrize("seed", [3, 5])
@pytest.mark.parametrize("way", WAYS, ids=[" ".join(map(str, way.values())) for way in WAYS])
def test_every_step_is_that_of_plain_python(way, seed):
    base, year = world(seed)
    terms = terms_of(**way)
    baseline = historical_baseline(base, terms)
    settled = settle_performance_year(baseline, year, terms)
    assert len(STEPS) == settled.steps_usd.shape[-1]
    for aco in range(ACOS):
        own = baseline_of(base, aco, terms)
        money = settled_of(own, year, aco, terms)
        for found, stated in ((baseline, own), (settled, money)):
            assert {one.name for one in fields(found)} == stated.keys()
            for name, value in stated.items():
                got = getattr(found, name)
                got = got if name == "national_pbpm" else got[aco]
                np.testing.assert_allclose(got, value, rtol=1e-9, atol=1e-6, err_msg=f"{name} of {aco}")


@pytest.mark.parametrize("seed", [3, 5])
def test_the_worlds_have_every_kind_of_aco(seed):
    base, year = world(seed)
    baseline = historical_baseline(base, terms_of())
    settled = settle_performance_year(baseline, year, terms_of())
    both = (baseline.higher_spending, baseline.is_prior_savings, settled.shared_usd > 0.0, base.former_mssp)
    assert all(0 < one.sum() < ACOS for one in both)
    assert 0 < baseline.voluntary_limited.sum() < (baseline.has_history[:, CATEGORIES:]).sum()
    assert not baseline.has_history[:, :CATEGORIES].all()
    assert (baseline.prior_savings_pbpm[baseline.higher_spending] > 0.0).any()
