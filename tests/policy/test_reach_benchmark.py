"""ACO REACH's benchmark before discount: history, blend with the rate book and its limits, risk, trend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.inputs.reach_terms import TYPES, reach_base_years, reach_benchmark_terms
from sim.inputs.rulebook import load_rulebook
from sim.policy.reach_benchmark import reach_benchmark, reach_history

RULES = load_rulebook("reach-py2024")
TERMS = reach_benchmark_terms(RULES)
STANDARD, NEW_ENTRANT = TYPES.index("standard"), TYPES.index("new_entrant")
ONE = np.ones((1, 6))


def history(
    pbpm=(800.0, 900.0, 1000.0), risk=(1.0, 1.0, 1.0), months=(100.0, 100.0, 100.0), growth=(1.0, 1.0, 1.0)
):
    def cells(values):
        return np.broadcast_to(np.array(values), (1, 6, 3)).copy()

    national = np.broadcast_to(np.array(growth), (6, 3))
    return reach_history(cells(pbpm), cells(risk), cells(months), national, TERMS)


def both(
    of=None, rate=1000.0, risk=1.0, aco_type=STANDARD, prospective=1.0, actual=1.0, terms=TERMS, coded=1.0
):
    return reach_benchmark(
        history() if of is None else of,
        rate * ONE,
        risk * ONE,
        [aco_type],
        1000.0 * ONE[0],
        prospective * ONE[0],
        actual * ONE[0],
        terms,
        coded * ONE,
    )


def benchmark(*of, **changed):
    return both(*of, **changed).pbpm[0]


def steps(*of, **changed):
    """Return the first cell with one rule more at a time."""
    found = both(*of, **changed).steps_pbpm[:, 0]
    np.testing.assert_array_equal(found[-1], benchmark(*of, **changed))
    return found[:, 0]


def test_history_weighs_10_30_60_at_risk_1_and_the_prices_of_by3():
    assert reach_base_years(RULES) == (2017, 2018, 2019)
    np.testing.assert_allclose(history().pbpm, 0.1 * 800 + 0.3 * 900 + 0.6 * 1000)
    trended = history(growth=(1.1, 1.05, 1.0), risk=(1.0, 1.0, 1.25))
    np.testing.assert_allclose(trended.pbpm, 0.1 * 880 + 0.3 * 945 + 0.6 * 800)
    np.testing.assert_allclose(trended.risk, 1.25)


def test_the_blend_and_its_limits():
    own = history().pbpm[0, 0]
    share = TERMS.history_share[STANDARD]
    np.testing.assert_allclose(benchmark(rate=960.0), share * own + (1 - share) * 960.0)
    np.testing.assert_allclose(benchmark(rate=1500.0), own + TERMS.effect_up * 1000.0)
    np.testing.assert_allclose(benchmark(rate=500.0), own - TERMS.effect_down * 1000.0)
    np.testing.assert_allclose(benchmark(rate=500.0, aco_type=NEW_ENTRANT), 500.0)


def test_cells_without_history_have_the_rate_book_and_no_cap():
    none = history(months=(0.0, 0.0, 0.0))
    np.testing.assert_allclose(benchmark(none, rate=700.0, risk=1.5), 1050.0)


@pytest.mark.parametrize(
    ("risk", "plain", "high_needs"), [(1.02, 1.02, 1.02), (1.2, 1.03, 1.1), (0.8, 0.97, 0.9)]
)
def test_growth_of_scores_is_capped_both_ways(risk, plain, high_needs):
    found = benchmark(risk=risk) / benchmark()
    np.testing.assert_allclose(found, [plain, plain, high_needs] * 2)


def test_a_score_grows_from_that_of_by3():
    sick = history(risk=(1.25, 1.25, 1.25))
    np.testing.assert_allclose(
        benchmark(sick, rate=960.0, risk=1.26)[0] / 1.26, benchmark(sick, rate=960.0, risk=1.25)[0] / 1.25
    )
    np.testing.assert_allclose(benchmark(history(months=(0.0, 0.0, 0.0)), rate=960.0, risk=1.25), 1200.0)
    share, own = TERMS.history_share[STANDARD], 0.8 * history().pbpm[0, 0]
    np.testing.assert_allclose(
        benchmark(sick, rate=750.0, risk=1.25), 1.25 * (share * own + (1 - share) * 750.0)
    )


def test_a_trend_that_nobody_has_seen_is_not_corrected():
    np.testing.assert_allclose(benchmark(prospective=1.05, actual=0.0), 1.05 * benchmark())


@pytest.mark.parametrize(
    ("missed", "corrected"),
    [(0.0, 0.0), (0.005, 0.0), (0.03, 0.03), (0.06, 0.05), (0.2, 0.06), (-0.03, -0.03)],
)
def test_a_missed_trend_is_corrected_in_part(missed, corrected):
    found = benchmark(prospective=1.05, actual=1.05 * (1.0 + missed)) / benchmark()
    np.testing.assert_allclose(found, 1.05 * (1.0 + corrected))


def test_each_limit_acts():
    free = replace(TERMS, effect_up=np.inf)
    assert (benchmark(rate=1500.0, terms=free) > benchmark(rate=1500.0)).all()


def test_each_step_adds_one_rule():
    own, blend = history().pbpm[0, 0], TERMS.history_share[STANDARD]
    held = own - TERMS.effect_down * 1000.0
    # A score 6 % up, 2 % of it coding, at prices 10 % up: growth of 3 % counts.
    grown = {"risk": 1.06, "coded": 1.02, "prospective": 1.1, "actual": 1.1}
    levels = np.array([own, held, held]) * 1.06 / 1.02 * 1.1
    np.testing.assert_allclose(steps(rate=500.0, **grown), [*levels, held * 1.03 * 1.1])
    mixed = blend * own + (1 - blend) * 960.0
    np.testing.assert_allclose(steps(rate=960.0), [own, mixed, mixed, mixed])
    np.testing.assert_allclose(steps(rate=500.0, aco_type=NEW_ENTRANT), [own, own, 500.0, 500.0])
    none = history(months=(0.0, 0.0, 0.0))
    np.testing.assert_allclose(steps(none, rate=700.0, risk=1.5, coded=1.2), [875.0, 875.0, 875.0, 1050.0])


def test_each_step_is_at_the_acos_own_score():
    """Of a score that nobody has, BY3's stands; without a word of coding all of it is health."""
    sick, share = history(risk=(1.25, 1.25, 1.25)), TERMS.history_share[STANDARD]
    own = 0.8 * history().pbpm[0, 0]
    mixed = share * own + (1 - share) * 750.0
    for risk in (1.25, 0.0):
        np.testing.assert_allclose(
            steps(sick, rate=750.0, risk=risk)[:3], 1.25 * np.array([own, mixed, mixed])
        )
    alone = reach_benchmark(sick, 750.0 * ONE, 1.25 * ONE, [STANDARD], 1000.0 * ONE[0], ONE[0], ONE[0], TERMS)
    np.testing.assert_allclose(alone.steps_pbpm[:3, 0, 0], 1.25 * np.array([own, mixed, mixed]))
