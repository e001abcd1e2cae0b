"""Who is too small for the Shared Savings Program and ACO REACH: by hand, and in a little world."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from worlds import NO_ACO, aco, scenario_of

from sim.inputs.scenario_books import MSSP, REACH, reach_rulebook
from sim.kernels.codes import N_CELLS, N_SUMS, Sum
from sim.outcomes.registry import BY_NAME
from sim.population.plan import plan_acos
from sim.replicate import simulate
from sim.settlement.contracts import contracts_of
from sim.settlement.smallest import SmallestSizes

OUT = {
    "program.values.mssp.assignment.below_smallest": "out",
    "program.values.reach.alignment.below_smallest": "out",
}
# One ACO in each program and one that is in none, a practice each.
ACOS = (aco("one", 9_000), aco("two", 9_000), aco("three", 9_000))


def doorkeeper(program, first_py, type_of=0, **rules):
    """Return a function of a year and people by year that says what an ACO is in, and the doorkeeper."""
    arm = {"program": program, "acos": {"three": {"program": "none"}}}
    last_py = 2026 if program == REACH else first_py + 5
    made = scenario_of(*ACOS, arms={**NO_ACO, "x": arm}, first_py=first_py, last_py=last_py)
    made = made.replace(OUT | {f"program.values.{key}": value for key, value in rules.items()})
    books = {year: made.rulebook("x", reach_rulebook(year)) for year in range(2021, 2027)}
    types = np.full(3, type_of)
    door, plans = SmallestSizes(made.rulebook("x", MSSP), books, types, first_py), plan_acos(made)

    def program_in(year, people):
        """`people` are of the first ACO by year; the others always have enough of them."""
        history = {}
        for lived, number in people.items():
            care = np.zeros((4, N_CELLS, N_SUMS), np.int64)
            care[:3, 0, Sum.PERSONS] = [number - 5, 7_000, 10]
            care[0, 3, Sum.PERSONS] = 5
            history[lived] = SimpleNamespace(care=care)
        stated = contracts_of(made, "x", plans, year)
        found = door.in_force(year, stated, history, np.arange(3)).program.tolist()
        assert found[1:] == [program, "none"]
        shown = door.shown(year)
        assert shown["meets_minimum"].tolist()[1:] == [1, -1]
        assert shown["meets_minimum"][0] == (found[0] != "none")
        assert np.isnan(shown["minimum_people"][2])
        return found[0]

    return program_in, door


def test_an_agreement_of_2027_asks_for_the_last_benchmark_year():
    """Exactly 5,000 will do. Who is out is so for the agreement, and the next is another application."""
    people = dict.fromkeys(range(2018, 2040), 4_000)
    program_in, door = doorkeeper(MSSP, 2027)
    assert program_in(2027, people | {2026: 5_000}) == MSSP
    assert door.shown(2027)["minimum_people"].tolist()[:2] == [5_000.0, 5_000.0]
    for year in range(2028, 2032):
        assert program_in(year, people) == MSSP
    assert program_in(2032, people) == "none"
    program_in, _ = doorkeeper(MSSP, 2027)
    assert program_in(2027, people | {2025: 9_000, 2026: 4_999}) == "none"
    assert program_in(2028, people | {2027: 9_000}) == "none"
    assert program_in(2032, people | {2031: 5_000}) == MSSP


def test_an_agreement_before_asked_for_all_three():
    people = dict.fromkeys(range(2015, 2026), 6_000)
    program_in, _ = doorkeeper(MSSP, 2024)
    assert program_in(2024, people) == MSSP
    for short in (2021, 2022, 2023):
        program_in, _ = doorkeeper(MSSP, 2024)
        assert program_in(2024, people | {short: 4_999}) == "none"


def test_a_second_year_with_fewer_ended_an_agreement_until_2024():
    people = dict.fromkeys(range(2010, 2030), 6_000)
    few = {2020: 4_000, 2021: 4_000}
    program_in, _ = doorkeeper(MSSP, 2020)
    assert [program_in(year, people | few) for year in range(2020, 2024)] == [MSSP, MSSP, "none", "none"]
    # A year with enough in between, or years before the agreement, end nothing.
    program_in, _ = doorkeeper(MSSP, 2020)
    between = people | {2020: 4_000, 2022: 4_000}
    assert [program_in(year, between) for year in range(2020, 2025)] == [MSSP] * 5
    stays = {"mssp.assignment.smallest_later": "stays"}
    program_in, _ = doorkeeper(MSSP, 2020, **stays)
    assert [program_in(year, people | few) for year in range(2020, 2024)] == [MSSP] * 4
    ends = {"mssp.assignment.smallest_later": "remediation"}
    program_in, _ = doorkeeper(MSSP, 2027, **ends)
    later = people | {2027: 4_000, 2028: 4_000}
    assert [program_in(year, later) for year in range(2027, 2030)] == [MSSP, MSSP, "none"]


@pytest.mark.parametrize(
    ("kind", "needed"),
    [(0, [5000] * 6), (1, [1000, 1000, 2000, 3000, 4000, 5000]), (2, [250, 250, 500, 750, 1000, 1250])],
)
def test_reach_asks_each_year_for_what_its_type_needs(kind, needed):
    program_in, door = doorkeeper(REACH, 2021, kind)
    for year, number in zip(range(2021, 2027), needed, strict=True):
        assert program_in(year, {year - 1: number}) == REACH
        assert door.shown(year)["minimum_people"][0] == number
    for year, number in zip(range(2021, 2024), needed, strict=False):
        program_in, _ = doorkeeper(REACH, 2021, kind)
        assert program_in(year, {year - 1: number - 1}) == "none"


def test_reachs_buffer_helps_once_from_2024_on_and_who_is_out_stays_out():
    program_in, _ = doorkeeper(REACH, 2021)
    for year in (2021, 2022, 2023):
        assert program_in(year, {year - 1: 5_000}) == REACH
    assert program_in(2024, {2023: 4_500}) == REACH
    assert program_in(2025, {2024: 4_999}) == "none"
    assert program_in(2026, {2025: 9_000}) == "none"
    program_in, _ = doorkeeper(REACH, 2024)
    assert program_in(2024, {2023: 4_499}) == "none"
    twice = {"reach.alignment.buffer_uses": 2}
    program_in, _ = doorkeeper(REACH, 2024, **twice)
    assert [program_in(year, {year - 1: 4_600}) for year in (2024, 2025, 2026)] == [REACH, REACH, "none"]


@pytest.mark.parametrize(("program", "first_py"), [(MSSP, 2027), (REACH, 2024)])
def test_in_a_world_the_small_are_out_and_the_rest_are_as_they_were(program, first_py):
    """A sixth of the published numbers: nothing is settled of who is out, and nobody saves by it."""
    acos = (aco("large", 1_100, entry="renewing"), aco("small", 500, entry="renewing"))
    arms = {**NO_ACO, "x": {"program": program}}
    made = scenario_of(
        *acos, arms=arms, seed=3, first_py=first_py, last_py=first_py + 1, aco_market_share="50 %"
    )
    sizes = {
        "program.values.mssp.assignment.smallest": 800,
        "program.values.reach.alignment.smallest.standard": 800,
    }
    stays, out = (simulate(made.replace(sizes | changed), 0) for changed in ({}, OUT))
    for found, small in ((stays, program), (out, "none")):
        assert found["meets_minimum"][1].tolist() == [[1, 1], [0, 0]]
        assert (found["minimum_people"][1] == 800).all()
        settled = found["gross_savings"][1] != BY_NAME["gross_savings"].fill_value
        assert settled.tolist() == [[True] * 2, [small == program] * 2]
    assert (out["meets_minimum"][0] == -1).all()
    for name in ("expenditure", "stays", "person_months"):
        np.testing.assert_array_equal(out[name][1, 0], stays[name][1, 0])
        np.testing.assert_array_equal(out[name][0], stays[name][0])
    assert abs(out["true_savings"][1, 1].sum()) < 0.2 * abs(stays["true_savings"][1, 1].sum())
