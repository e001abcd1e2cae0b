"""What the Shared Savings Program gathers from a made-up history: edges that lived people seldom show."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import (
    ACO_MARKET,
    ONE,
    PARTICIPANTS,
    PRACTICE_ACO,
    PRACTICE_MARKET,
    RURAL,
    TREND,
    TWO,
    changed,
    contracts,
    history,
    shown,
)

from sim.inputs.mssp_terms import agreement_terms
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import Kind, TypeSum
from sim.policy.mssp_agreement import updated_benchmark
from sim.settlement import mssp
from sim.settlement.mssp import Mssp

RULES = load_rulebook("mssp")
EVERYBODY = np.ones(3, bool)
HELD = contracts("mssp", elected_rate=[0.005] * 3)


def person_years(year):
    participants = shown(year, HELD).participants
    return participants.observe_types(history(), year).person_years.sum(axis=-1)


def of_types(places, year):
    return history()[year].types[: len(PRACTICE_ACO)][places].sum(axis=0).astype(float)


def means(sums):
    """Return person-years, dollars a person-year and both scores by type; 0 of nobody."""
    months = sums[:, TypeSum.MONTHS]
    there = np.maximum(months, 1.0)
    scores = [sums[:, which] / 1e6 / there for which in (TypeSum.CODED_RISK, TypeSum.DEMOGRAPHIC_RISK)]
    return months / 12.0, sums[:, TypeSum.TRUNCATED] / 100.0 / there * 12.0, *scores


@pytest.mark.parametrize("aco", [ONE, TWO, RURAL])
@pytest.mark.parametrize("start", [2027, 2032])
def test_base_years_by_hand(aco, start):
    base = Mssp(RULES, TREND).benchmark(history(), PARTICIPANTS, start)
    its, here = aco == PRACTICE_ACO, ACO_MARKET[aco] == PRACTICE_MARKET
    for at, year in enumerate(range(start - 3, start)):
        people, cost, score, _ = means(of_types(its, year))
        region_people, region_cost, region_score, _ = means(of_types(here, year))
        _, national_cost, national_score, _ = means(of_types(PRACTICE_ACO > -2, year))
        for name, expected in (
            ("per_capita", cost),
            ("risk", score / national_score),
            ("region_per_capita", region_cost),
            ("region_risk", region_score / national_score),
            ("market_share", people / region_people),
        ):
            np.testing.assert_allclose(base[name][aco, :, at], expected, err_msg=name)
        np.testing.assert_allclose(base["national_per_capita"][:, at], national_cost)
    assert (base["national_risk"] == 1.0).all()
    by3 = of_types(its, start - 1)
    people, _, _, demographic = means(by3)
    np.testing.assert_allclose(base["person_years"][aco], people)
    of_nation = means(of_types(PRACTICE_ACO > -2, start - 1))[-1]
    np.testing.assert_allclose(base["demographic"][aco], demographic / of_nation)
    dual = by3[:, TypeSum.DUAL_MONTHS].sum() / by3[:, TypeSum.MONTHS].sum()
    assert base["dual_share"][aco] == pytest.approx(dual)
    assert base["needy_share"][aco] == pytest.approx(dual)


def test_prior_savings_are_of_the_years_that_were_settled():
    """Half of them, over all three base years, less what has been gained in people since those settled."""
    program = Mssp(RULES, TREND)
    active = {2027: EVERYBODY, 2028: np.array([True, False, True]), 2029: np.array([True, False, False])}
    years = list(active)
    gross = np.array(
        [program.settle(year, shown(year, HELD), active[year])["gross_savings"] / 100.0 for year in years]
    )
    settled, people = np.array(list(active.values())), np.array([person_years(year) for year in years])
    saved = np.where(settled, gross / people, 0.0).sum(axis=0) / 3.0
    then = np.where(settled, people, 0.0).sum(axis=0) / settled.sum(axis=0)
    terms = replace(agreement_terms(RULES, 2030, first=False), prior_savings_cap=100.0)
    found = program.agreement(shown(2030, HELD), 2030, np.full(3, 2), terms)[0].prior_savings
    expected = np.maximum(0.5 * saved * np.minimum(then / people[-1], 1.0), 0.0)
    np.testing.assert_allclose(found, expected, rtol=1e-5)
    assert (expected > 0.0).sum() >= 2
    assert (then < people[-1]).any()


def test_nobody_has_prior_savings_before_a_year_is_settled():
    terms = agreement_terms(RULES, 2027, first=True)
    agreed = Mssp(RULES, TREND).agreement(shown(2027, HELD), 2027, np.ones(3, np.int64), terms)[0]
    assert agreed.prior_savings.tolist() == [0.0] * 3


@pytest.fixture
def year_inputs(monkeypatch):
    """Return a list to which what the update is shown is added."""
    seen = []

    def spy(agreed, inputs, terms):
        seen.append(inputs)
        return updated_benchmark(agreed, inputs, terms)

    monkeypatch.setattr(mssp, "updated_benchmark", spy)
    return seen


def test_who_was_not_there_in_by3_has_not_aged(year_inputs):
    """In BY3 the second ACO has nobody of one type; in the year itself it has."""
    lived = changed(2026, [2, 3], Kind.DISABLED)
    Mssp(RULES, TREND).settle(2027, shown(2027, HELD, lived), EVERYBODY)
    growth = year_inputs[0].demographic_growth
    assert growth[TWO, Kind.DISABLED] == 1.0
    assert (growth[ONE] != 1.0).all()
    assert year_inputs[0].person_years[RURAL, Kind.ESRD] == 0.0
    assert (year_inputs[0].person_years[TWO] > 0.0).all()


def test_base_years_are_gathered_once_for_a_list_of_tins():
    program, experience = Mssp(RULES, TREND), shown(2027, HELD)
    gathered = [program._types(history(), experience.participants, 2026) for _ in range(2)]
    assert gathered[0] is gathered[1]
