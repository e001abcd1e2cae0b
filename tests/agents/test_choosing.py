"""Whose agreement ACOs are in that choose their program: one begins with the year in which they come."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import contracts

from sim.agents.choosing import OPTIONS, Choosing, Means
from sim.behaviour.belief import Belief
from sim.behaviour.book import Behaviours
from sim.inputs.evidence import load_evidence
from sim.settlement.retained import Offer

N = 3
OUT, GLOBAL, PROFESSIONAL, MSSP = range(len(OPTIONS))
NOTHING = np.zeros(N)
ALL = np.ones(N, bool)
# As a file has it: an agreement from before the first performance year, its track stated for another one.
FILED = replace(
    contracts("mssp"),
    agreement_start=np.array([2024, 2025, 2027]),
    track_year=np.array([2026, 2026, 2027]),
    track=np.full(N, "basic-a"),
)


class Office:
    """Settles nothing, and keeps the contracts that it was asked about, by program."""

    first_py = 2027

    def __init__(self):
        self.asked = {}

    def offer(self, year, program, option, higher):
        return Offer(NOTHING, NOTHING, 0.0, 0.0)

    def retained(self, year, held, savings, lives):
        self.asked[held.program[0]] = held
        return np.zeros_like(savings)


def choosing(*places, first=2027, stated=FILED):
    """Return who chooses these options, year after year from the first on, and its office."""
    wanted = iter(places)
    rule = {"choice": lambda parameters, **state: np.full(N, next(wanted))}
    office = Office()
    made = Choosing(office, Behaviours.read(load_evidence(), rule), N)
    belief, means = Belief(*[NOTHING] * 4), Means(*[NOTHING] * 4)
    for year in range(first, first + len(places)):
        made.decide(year, stated, ALL, belief, means)
    return made, office


@pytest.mark.parametrize("first", [2027, 2029])
def test_where_it_is_as_stated_so_is_its_agreement(first):
    made, office = choosing(MSSP, MSSP, first=first)
    for held in (made.followed(first + 1, FILED), office.asked["mssp"]):
        assert held.agreement_start.tolist() == FILED.agreement_start.tolist()
        assert held.track_year.tolist() == FILED.track_year.tolist()


def test_who_comes_to_another_program_begins_an_agreement():
    made, office = choosing(GLOBAL)
    # Weighed against an agreement that went on.
    assert office.asked["mssp"].agreement_start.tolist() == FILED.agreement_start.tolist()
    assert made.followed(2027, FILED).agreement_start.tolist() == [2027] * N
    assert made.followed(2030, FILED).agreement_start.tolist() == [2027] * N


def test_another_program_is_weighed_as_one_that_begins_now():
    _, office = choosing(GLOBAL, GLOBAL, PROFESSIONAL, stated=contracts("lead"))
    assert office.asked["mssp"].agreement_start.tolist() == [2029] * N
    assert office.asked["mssp"].track_year.tolist() == [2029] * N
    assert office.asked["lead"].agreement_start.tolist() == contracts("lead").agreement_start.tolist()


def test_who_comes_back_to_the_shared_savings_program_begins_a_new_agreement():
    made, _ = choosing(GLOBAL, GLOBAL, MSSP, MSSP)
    for year in (2029, 2032):
        held = made.followed(year, FILED)
        assert held.program.tolist() == ["mssp"] * N
        assert held.agreement_start.tolist() == held.track_year.tolist() == [2029] * N


def test_an_agreement_goes_on_where_the_scenario_has_the_aco_elsewhere_later():
    made, _ = choosing(PROFESSIONAL, first=2028, stated=contracts("lead"))
    elsewhere = replace(contracts("mssp"), agreement_start=np.full(N, 2030))
    for year in (2030, 2031):
        held = made.followed(year, elsewhere)
        assert held.program.tolist() == ["lead"] * N
        assert held.agreement_start.tolist() == contracts("lead").agreement_start.tolist()
