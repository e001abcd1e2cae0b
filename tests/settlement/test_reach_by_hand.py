"""REACH's benchmark again in plain Python from a made-up history, and whose base years it remembers."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hand_made import (
    ACO_MARKET,
    ONE,
    PARTICIPANTS,
    PLAN,
    PRACTICE_ACO,
    PRACTICE_MARKET,
    RURAL,
    TREND,
    TWO,
    contracts,
    history,
    of,
    shown,
)

from sim.inputs.evidence import load_evidence
from sim.inputs.reach_terms import reach_benchmark_terms
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import N_CELLS, Cell, Sum
from sim.policy.reach import retrospective_trend_adjustment
from sim.settlement.reach import Reach, aco_type

BOOKS = {year: load_rulebook(f"reach-py{year}") for year in (2024, 2025)}
PLANS = (
    PLAN,
    replace(PLAN, name="two", entry="newly_entering"),
    replace(PLAN, name="rural", high_needs_share=0.5),
)
BASE = (2017, 2018, 2019)
EVERYBODY = np.ones(3, bool)
NATION = PRACTICE_ACO > -2


def program():
    return Reach(BOOKS, TREND, PLANS, 0.4, load_evidence())


def both(places, year, cell):
    """Return dollars a month, mean score and months of a category's people, whichever way aligned."""
    sums = of(places, year, cell % 3) + of(places, year, cell % 3 + 3)
    return priced(sums)


def priced(sums):
    months = sums[Sum.MONTHS]
    if not months:
        return 0.0, 0.0, 0.0
    return sums[Sum.SPEND] / 100.0 / months, sums[Sum.CODED_RISK] / 1e6 / months, months


def clip(low, value, high):
    return min(max(value, low), high)


def by_hand(year, aco, cell):
    """Return history at the score of BY3, and the benchmark a month."""
    terms = reach_benchmark_terms(BOOKS[year])
    nation = [both(NATION, base, cell) for base in BASE]
    region = [both(ACO_MARKET[aco] == PRACTICE_MARKET, base, cell) for base in BASE]
    own = [priced(of(aco == PRACTICE_ACO, base, cell)) for base in BASE]
    at_by3 = nation[-1][0]
    index = [
        here[0] / (here[1] / whole[1]) / whole[0] if here[1] else 1.0
        for here, whole in zip(region, nation, strict=True)
    ]
    rate = sum(index) / 3 * at_by3
    score = priced(of(aco == PRACTICE_ACO, year, cell))[1] / both(NATION, year, cell)[1]
    ahead = 1.04 ** (year - 2019) * math.exp((0.01 if cell % 3 == 1 else 0.0) * (year - 2019))
    missed = both(NATION, year, cell)[0] / at_by3 / ahead - 1.0
    bands = {"edges": terms.missed_trend_edges, "shares": terms.missed_trend_shares}
    ahead *= 1.0 + float(
        retrospective_trend_adjustment(missed, **bands, threshold=terms.missed_trend_threshold)
    )
    if not own[-1][2]:
        return 0.0, rate * score * ahead
    past = sum(
        weight * price / (risk / whole[1]) * at_by3 / whole[0]
        for weight, (price, risk, _), whole in zip(terms.base_weights, own, nation, strict=True)
    )
    share = terms.history_share[{ONE: 0, TWO: 1, RURAL: 2}[aco]]
    level = share * past + (1.0 - share) * rate
    level = clip(past - terms.effect_down * at_by3, level, past + terms.effect_up * at_by3)
    if share == 0.0:
        level = rate
    reference = own[-1][1] / nation[-1][1]
    cap = terms.risk_cap[cell % 3]
    return past * reference, level * reference * clip(1.0 - cap, score / reference, 1.0 + cap) * ahead


@pytest.mark.parametrize("year", [2024, 2025])
@pytest.mark.parametrize("aco", [ONE, TWO, RURAL])
def test_the_benchmark_by_hand(year, aco):
    out = program().settle(year, shown(year, contracts("reach")), EVERYBODY)
    hand = [by_hand(year, aco, cell) for cell in range(N_CELLS)]
    assert out["historical_benchmark"][aco] == pytest.approx([level for level, _ in hand])
    months = [of(aco == PRACTICE_ACO, year, cell)[Sum.MONTHS] for cell in range(N_CELLS)]
    assert (months[Cell.HN_VOLUNTARY] == 0.0) == (aco != RURAL)
    assert (months[Cell.ESRD_CLAIMS] == 0.0) == (aco == RURAL)
    dollars = sum(level * n for (_, level), n in zip(hand, months, strict=True))
    assert out["benchmark_before_discount"][aco] == pytest.approx(100.0 * dollars)
    assert out["agreement_start"][aco] == 2027.0


def test_savings_are_the_benchmark_less_what_all_cells_cost():
    out = program().settle(2024, shown(2024, contracts("reach")), EVERYBODY)
    spent = [int(of(aco == PRACTICE_ACO, 2024, slice(None)).sum(axis=0)[Sum.SPEND]) for aco in range(3)]
    assert out["expenditure"].sum(axis=1).tolist() == spent
    assert (out["benchmark"] - out["gross_savings"]).tolist() == spent
    assert (out["shared_savings"] - out["sequestration"]).tolist() == out["settlement"].tolist()
    assert (out["shared_savings"] > 0).any()


def test_each_aco_has_the_option_it_chose():
    mixed = contracts("reach", risk_option=["global", "professional", "global"])
    out = program().settle(2024, shown(2024, mixed), EVERYBODY)
    for option, whose in (("global", [ONE, RURAL]), ("professional", [TWO])):
        alone = program().settle(2024, shown(2024, contracts("reach", risk_option=[option] * 3)), EVERYBODY)
        for name in ("benchmark", "shared_savings", "settlement"):
            np.testing.assert_array_equal(out[name][whose], alone[name][whose])
    assert len(set(out["benchmark"])) == 3


def test_base_years_are_gathered_once_for_a_list_of_tins():
    reach = program()
    first = reach.benchmark(history(), PARTICIPANTS, 2024)
    assert reach.benchmark(history(), PARTICIPANTS, 2025) is first
    moved = PRACTICE_ACO.copy()
    moved[1] = TWO
    later = replace(PARTICIPANTS, practice_aco=moved)
    assert (reach.benchmark(history(), later, 2024).months[TWO] > first.months[TWO])[:5].all()
    again = reach.benchmark(history(), PARTICIPANTS, 2024)
    np.testing.assert_array_equal(again.months, first.months)


@pytest.mark.parametrize(("share", "expected"), [(None, 0), (0.4, 0), (0.41, 2), (0.0, 0)])
def test_a_high_needs_aco_has_more_than_the_share(share, expected):
    assert aco_type(replace(PLAN, high_needs_share=share), 0.4) == expected
