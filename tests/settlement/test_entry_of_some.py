"""Entry where only some ACOs are in LEAD, or some begin later, with people that are made up."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_made import ONE, PLAN, PRACTICE_ACO, RURAL, TWO, contracts, history, of

from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import Sum
from sim.settlement.entry import LeadEntry

PLANS = (PLAN, replace(PLAN, name="two"), replace(PLAN, name="rural", entry="newly_entering"))
MANY = 10**6
STRICT = {"below_minimum": "out", "newly_entering_by": "label", "buffer": 0.0, "glide_path": "held"}
# With these nobody is out.
FREE = {
    f"{kind}.{of_type}": 0
    for kind in ("minimum", "base_year_minimum")
    for of_type in ("standard", "newly_entering", "high_needs")
}


def door(**rules):
    stated = {f"eligibility.{key}": value for key, value in (STRICT | FREE | rules).items()}
    return LeadEntry(load_rulebook("lead-py2027", stated), PLANS)


def in_force(entry, year, held):
    return entry.in_force(year, held, history(), PRACTICE_ACO).program.tolist()


def persons(aco, year, cells=slice(None)):
    return int(of(aco == PRACTICE_ACO, year, cells).sum(axis=0)[Sum.PERSONS])


def test_only_who_is_to_be_in_lead_is_looked_at():
    entry = door(**{"minimum.standard": MANY})
    held = contracts(["lead", "mssp", "lead"])
    assert in_force(entry, 2027, held) == ["none", "mssp", "lead"]
    shown = entry.shown(2027)
    assert shown["meets_minimum"].tolist() == [0, -1, 1]
    assert shown["newly_entering"].tolist() == [0, -1, 1]
    np.testing.assert_array_equal(shown["minimum_people"], [MANY, np.nan, 0.0])
    # With one who is out at the door, nobody else is.
    assert in_force(door(), 2027, held) == held.program.tolist()


def test_without_an_aco_in_lead_there_is_nobody_to_look_at():
    entry, held = door(**{"minimum.standard": MANY}), contracts("mssp")
    assert entry.in_force(2027, held, history(), PRACTICE_ACO) is held
    assert entry.shown(2027) == {}


def test_each_aco_is_new_or_not_by_the_base_years_of_its_own_start():
    """The second ACO's base years are 2027 to 2029, the others' 2024 to 2026."""
    most = {
        start: [max(persons(aco, year, slice(0, 3)) for year in range(start - 3, start)) for aco in range(3)]
        for start in (2027, 2030)
    }
    own = [most[2027][ONE], most[2030][TWO], most[2027][RURAL]]
    held = contracts("lead", agreement_start=[2027, 2030, 2027])
    for below in sorted({*most[2027], *most[2030]}):
        for just in (below, below + 1):
            entry = door(newly_entering_by="people", newly_entering_below=just)
            entry.in_force(2030, held, history(), PRACTICE_ACO)
            assert entry.shown(2030)["newly_entering"].tolist() == [count < just for count in own]


def test_only_who_begins_needs_people_in_a_base_year():
    rules = {f"base_year_minimum.{of_type}": MANY for of_type in ("standard", "newly_entering", "high_needs")}
    held = contracts("lead", agreement_start=[2027, 2030, 2029])
    assert in_force(door(**rules), 2030, held) == ["lead", "none", "lead"]
    assert in_force(door(**rules), 2031, held) == ["lead"] * 3


def test_enough_people_in_the_best_base_year_is_enough():
    most = max(persons(ONE, year, slice(0, 3)) for year in (2024, 2025, 2026))
    for needed, there in ((most, "lead"), (most + 1, "none")):
        assert in_force(door(**{"base_year_minimum.standard": needed}), 2027, contracts("lead"))[ONE] == there


def test_the_minimum_is_held_against_everybody_of_the_year_before():
    for needed, there in ((persons(ONE, 2028), "lead"), (persons(ONE, 2028) + 1, "none")):
        assert in_force(door(**{"minimum.standard": needed}), 2029, contracts("lead"))[ONE] == there


@pytest.mark.parametrize(("counts", "cells"), [("high_needs", [2, 5]), ("high_needs_or_esrd", [2, 5, 1, 4])])
def test_the_type_goes_by_high_needs_people_of_both_routes(counts, cells):
    shares = [persons(aco, 2026, cells) / persons(aco, 2026) for aco in range(3)]
    assert len(set(shares)) == 3
    for limit in shares:
        entry = door(
            high_needs_share=limit,
            high_needs_test="at_or_above",
            high_needs_counts=counts,
            **{"minimum.high_needs": 1},
        )
        entry.in_force(2027, contracts("lead"), history(), PRACTICE_ACO)
        assert entry.shown(2027)["minimum_people"].tolist() == [float(share >= limit) for share in shares]


def test_a_year_outside_lead_uses_no_buffer():
    """The second ACO lacks a tenth each year; the buffer may save it once, and it does so when it is in."""
    needed = round(1.1 * max(persons(TWO, year) for year in (2026, 2027)))
    rules = {"minimum.standard": needed, "buffer": 0.5, "buffer_uses": 1}
    outside = contracts(["lead", "mssp", "lead"])
    entry = door(**rules)
    assert in_force(entry, 2027, outside)[TWO] == "mssp"
    assert in_force(entry, 2028, contracts("lead"))[TWO] == "lead"
    assert in_force(entry, 2029, contracts("lead"))[TWO] == "none"
    twice = door(**rules)
    assert in_force(twice, 2027, contracts("lead"))[TWO] == "lead"
    assert in_force(twice, 2028, contracts("lead"))[TWO] == "none"
    # It stays out, though it would have had the people.
    assert in_force(twice, 2029, contracts("lead"))[TWO] == "none"
