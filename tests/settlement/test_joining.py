"""Which ACOs take people in within a year: in LEAD, with hybrid alignment, of practices that ask for it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import PRACTICE_ACO, PRACTICE_MARKET, contracts

from sim.inputs.rulebook import load_rulebook
from sim.kernels.draws import make_key
from sim.kernels.layout import make_people
from sim.kernels.tally import zeros
from sim.settlement.joining import Joining

YEAR, N, OPEN = 2030, 40, 5
PRACTICES = np.arange(len(PRACTICE_ACO))
# The last practices' TINs are of no ACO, and one is newly added to ACO 1 within the year.
NEW = np.where(PRACTICES == OPEN, 1, -1)
ALL = np.ones(3, bool)


def came(hybrid=ALL, active=ALL, program="lead", attest=0.1):
    """Return, by ACO, how many of N people a practice come: of an ACO's they attest, else claims bring."""
    people = make_people(N * len(PRACTICES))
    practice = np.repeat(PRACTICES, N)
    people.months[:], people.entry_year[:], people.entry_month[:] = 12, 2020, 1
    people.attested[:] = np.where(PRACTICE_ACO[practice] >= 0, practice, -1)
    people.aligned[:] = np.where(PRACTICE_ACO[practice] >= 0, -1, practice)
    course = SimpleNamespace(joining=lambda year, month: NEW)
    providers = SimpleNamespace(market=PRACTICE_MARKET)
    made = Joining(
        load_rulebook("lead-py2027"), SimpleNamespace(course=course, providers=providers, key=make_key(7, 0))
    )
    held = contracts(program)
    held = replace(held, elections=replace(held.elections, hybrid=hybrid))
    practices = SimpleNamespace(attest=np.full(len(PRACTICES), attest), coding=np.ones(len(PRACTICES)))
    before = zeros(len(PRACTICES), 2)
    state = practices, YEAR, held, active, PRACTICE_ACO
    after = made.take_in(before, *state, lambda: people, lambda: people)
    assert (after is before) == (made.came is None)
    return made.told(PRACTICE_ACO, 3)["added_people"].tolist()


def test_people_come_to_whom_they_attest_and_by_newly_added_tins():
    two_practices, claims_too, one_practice = came()
    # One in twelve attests in December, too late.
    assert N < one_practice + two_practices < 3 * N
    assert claims_too > N + two_practices / 2


@pytest.mark.parametrize("which", ["hybrid", "active"])
def test_an_aco_that_does_not_elect_it_or_is_out_takes_nobody_in(which):
    here = np.array([False, True, True])
    assert came(**{which: here}) == [0, *came()[1:]]
    assert came(**{which: ~ALL}) == [0, 0, 0]


def test_it_is_leads():
    assert came(program="mssp") == came(program="reach") == [0, 0, 0]
    assert came(program=["lead", "reach", "lead"]) == [came()[0], 0, came()[2]]


def test_who_has_attested_to_a_practice_that_no_longer_asks_for_it_comes_by_claims_only():
    assert came(attest=0.0) == [0, N, 0]
