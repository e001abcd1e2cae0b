"""An MSSP agreement in plain Python, one ACO and type after another, beside the rules: worlds with holes.

Nothing here calls a rule. It is longer than the rules and slower, and says the same in other words.
"""

from dataclasses import fields

import numpy as np
import pytest

from sim.inputs.mssp_terms import agreement_terms
from sim.inputs.rulebook import load_rulebook
from sim.policy.mssp_agreement import AgreementInputs, YearInputs, agreement_benchmark, updated_benchmark

BOOK = load_rulebook("mssp")
ACOS, TYPES, BASE_YEARS = 12, 4, 3


def world(seed):
    """Return a random world in which nation and regions each lack a type or a year of one."""
    rng = np.random.default_rng(seed)
    level = np.array([90_000.0, 12_000.0, 18_000.0, 10_000.0])
    people = rng.integers(0, 9_000, (ACOS, TYPES)) * (rng.random((ACOS, TYPES)) > 0.2)

    def around(spread, *shape):
        return rng.uniform(1.0 - spread, 1.0 + spread, shape)

    base = AgreementInputs(
        per_capita=level[:, None] * around(0.1, ACOS, TYPES, BASE_YEARS),
        risk=around(0.2, ACOS, TYPES, BASE_YEARS),
        region_per_capita=level[:, None] * around(0.1, ACOS, TYPES, BASE_YEARS),
        region_risk=around(0.1, ACOS, TYPES, BASE_YEARS),
        national_per_capita=level[:, None] * around(0.1, TYPES, BASE_YEARS),
        national_risk=around(0.05, TYPES, BASE_YEARS),
        market_share=rng.uniform(0.0, 0.6, (ACOS, TYPES, BASE_YEARS)),
        person_years=people.astype(float),
        times_used=rng.integers(1, 7, ACOS),
        dual_share=rng.uniform(0.0, 0.4, ACOS),
        needy_share=rng.uniform(0.0, 0.4, ACOS),
        prior_savings=rng.normal(0.0, 1_500.0, (ACOS, BASE_YEARS)),
        prior_person_years=rng.uniform(2_000.0, 20_000.0, ACOS),
    )
    year = YearInputs(
        person_years=rng.uniform(0.0, 9_000.0, (ACOS, TYPES)),
        risk=around(0.2, ACOS, TYPES),
        demographic_growth=around(0.05, ACOS, TYPES),
        region_per_capita=level * around(0.2, ACOS, TYPES),
        region_risk=around(0.1, ACOS, TYPES),
        market_share=rng.uniform(0.0, 0.6, (ACOS, TYPES)),
        national_per_capita=level * around(0.2, TYPES),
        national_risk=around(0.05, TYPES),
        prospective=around(0.1, TYPES),
        coded=around(0.1, ACOS, TYPES),
    )
    # The nation, and so each region, has nobody of the first type in BY1 and in the performance year.
    base.national_per_capita[0, 0] = year.national_per_capita[0] = 0.0
    base.region_per_capita[:, 0, 0] = year.region_per_capita[:, 0] = 0.0
    # Nor of the last type in any base year; and some regions have nobody of a type that the nation has.
    base.national_per_capita[3] = 0.0
    base.region_per_capita[:, 3] = base.region_per_capita[::3, 1] = 0.0
    # One ACO costs more than its region and has lost before: what its people need is all it may have.
    base.region_per_capita[4] *= 0.6
    base.prior_savings[4], base.needy_share[4] = -500.0, 0.3
    base.risk[1, 2, 0] = year.risk[2, 1] = 0.0
    return base, year


def over(top, bottom, otherwise):
    return top / bottom if top > 0.0 and bottom > 0.0 else otherwise


def mean(values, weights):
    return (
        sum(v * w for v, w in zip(values, weights, strict=True)) / sum(weights) if sum(weights) > 0.0 else 0.0
    )


def between(low, value, high):
    return min(max(value, low), high)


def agreement_of(base, aco, terms):
    """Return each step of the benchmark of one ACO's agreement."""
    history, gap, region, nation = [], [], [], []
    risk, people = base.risk[aco, :, -1], base.person_years[aco]
    for kind in range(TYPES):
        of_nation = [
            over(base.national_per_capita[kind, by], base.national_risk[kind, by], 0.0)
            for by in range(BASE_YEARS)
        ]
        of_region = [
            over(base.region_per_capita[aco, kind, by], base.region_risk[aco, kind, by], of_nation[by])
            for by in range(BASE_YEARS)
        ]
        total = 0.0
        for by in range(BASE_YEARS):
            share = base.market_share[aco, kind, by]
            growth = share * over(of_nation[-1], of_nation[by], 1.0)
            growth += (1.0 - share) * over(of_region[-1], of_region[by], 1.0)
            spent = base.per_capita[aco, kind, by] * over(risk[kind], base.risk[aco, kind, by], 1.0)
            total += terms.base_weights[by] * growth * spent
        history.append(total)
        region.append(of_region[-1])
        nation.append(of_nation[-1])
        gap.append(of_region[-1] * risk[kind] - total)
    weights = terms.regional_below if mean(gap, people) >= 0.0 else terms.regional_above
    weight = weights[min(base.times_used[aco], len(weights)) - 1]
    by_type = [
        between(-terms.regional_cap_down * price, weight * one, terms.regional_cap_up * price)
        for one, price in zip(gap, nation, strict=True)
    ]
    regional = whole = mean(by_type, people)
    if whole < 0.0:
        regional = whole * (1.0 - between(0.0, base.dual_share[aco] + mean(risk, people) - 1.0, 1.0))
    level = mean(nation, people)
    grown = min(over(base.prior_person_years[aco], sum(people), 0.0), 1.0)
    savings = terms.prior_savings_share * sum(base.prior_savings[aco]) / BASE_YEARS * grown
    savings = between(0.0, savings, terms.prior_savings_cap * level)
    population = 0.0
    if base.needy_share[aco] >= terms.population_smallest_share:
        room = terms.population_cap * level - max(regional, savings, 0.0)
        population = max(room, 0.0) * base.needy_share[aco]
    overall = max(regional, 0.0) if terms.regional_floor else regional
    flat = max(savings, population)
    adjustment = max(overall, flat) if flat > 0.0 else overall
    if flat > 0.0 and flat >= adjustment:
        added = [adjustment] * TYPES
    else:
        added = [one * adjustment / whole if whole != 0.0 else 0.0 for one in by_type]
    return {
        "history": history,
        "gap": gap,
        "benchmark": [spent + more for spent, more in zip(history, added, strict=True)],
        "risk": risk,
        "regional": regional,
        "prior_savings": savings,
        "population": population,
        "adjustment": adjustment,
        "region": region,
        "national": nation,
    }


def update_of(own, year, aco, terms):
    """Return each step of one ACO's updated benchmark."""
    usd, grown, three, two = [], [], [], []
    for kind in range(TYPES):
        nation = over(year.national_per_capita[kind], year.national_risk[kind], 0.0)
        region = over(year.region_per_capita[aco, kind], year.region_risk[aco, kind], 0.0)
        share = year.market_share[aco, kind]
        two_way = share * over(nation, own["national"][kind], 1.0)
        two_way += (1.0 - share) * over(region, own["region"][kind], 1.0)
        ahead = terms.accountable_care_share
        two.append(two_way)
        three.append((1.0 - ahead) * two_way + ahead * year.prospective[kind])
        usd.append(own["benchmark"][kind] * year.person_years[aco, kind])
        grown.append(over(year.risk[aco, kind], own["risk"][kind], 1.0))
    if terms.demographic_allowance:
        limit = mean(year.demographic_growth[aco], usd) + terms.risk_cap
        ratios = [min(one, limit) for one in grown] if mean(grown, usd) > limit else grown
    else:
        ratios = [min(one, 1.0 + terms.risk_cap) for one in grown]
    rows = list(zip(usd, ratios, three, two, strict=True))
    true = [one / coding for one, coding in zip(grown, year.coded[aco], strict=True)]
    plain = [one * people for one, people in zip(own["history"], year.person_years[aco], strict=True)]
    steps = [
        sum(one * ratio * trend for one, ratio, trend in zip(*given, three, strict=True))
        for given in ((plain, true), (usd, true), (usd, ratios))
    ]
    return {
        "risk_ratio": ratios,
        "three_way_usd": sum(one * ratio * trend for one, ratio, trend, _ in rows),
        "two_way_usd": sum(one * ratio * trend for one, ratio, _, trend in rows),
        "steps_usd": steps,
    }


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize(("start", "first"), [(2022, True), (2024, False), (2025, True)])
def test_every_step_is_that_of_plain_python(start, first, seed):
    base, year = world(seed)
    terms = agreement_terms(BOOK, start, first=first)
    agreement = agreement_benchmark(base, terms)
    updated = updated_benchmark(agreement, year, terms)
    for aco in range(ACOS):
        own = agreement_of(base, aco, terms)
        for found, stated in ((agreement, own), (updated, update_of(own, year, aco, terms))):
            assert {one.name for one in fields(found)} == stated.keys()
            for name, value in stated.items():
                got = getattr(found, name)
                got = got if name == "national" else got[aco]
                np.testing.assert_allclose(got, value, rtol=1e-9, atol=1e-6, err_msg=f"{name} of {aco}")


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_worlds_have_every_kind_of_aco(seed):
    base, year = world(seed)
    terms = agreement_terms(BOOK, 2025, first=True)
    found = agreement_benchmark(base, terms)
    best = np.stack([found.regional, found.prior_savings, found.population]).argmax(axis=0)
    assert set(best.tolist()) == {0, 1, 2}
    growth = updated_benchmark(found, year, terms).risk_ratio.max(axis=-1)
    assert (growth > 1.1).any()
    assert (growth < 1.1).any()
    assert (agreement_benchmark(base, agreement_terms(BOOK, 2022, first=True)).adjustment < 0.0).any()
