"""What is wrong with the contracts of a scenario's arms, by what their rulebooks say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.inputs.benefit_faults import benefit_faults
from sim.inputs.cara_faults import cara_faults
from sim.inputs.faults import Fault, InputError
from sim.inputs.lead_terms import OPTIONS, lead_terms
from sim.inputs.mssp_terms import agreement_length, earliest_agreement
from sim.inputs.payment_faults import payment_faults
from sim.inputs.protection_faults import protection_faults
from sim.inputs.reach_terms import reach_benchmark_terms, reach_terms
from sim.inputs.scenario_arms import Arm
from sim.inputs.scenario_books import LEAD, MSSP, REACH, ScenarioBooks, reach_rulebook, reach_years
from sim.inputs.scenario_merge import Merged
from sim.inputs.scenario_schema import ScenarioTables
from sim.inputs.served_faults import served_faults
from sim.inputs.stated_arm import StatedArm, tables_of
from sim.policy.mssp_benchmark import agreements_since

PERCENTILE = "expenditure.truncation_percentile"


def contract_faults(tables: ScenarioTables, books: ScenarioBooks, merged: Merged) -> list[Fault]:
    """Return a fault for each program outside its years, and each term that its rulebook does not allow."""
    years = range(tables.horizon.first_py, tables.horizon.last_py + 1)
    faults: list[Fault] = []
    for name, arm in tables.arms.items():
        faults += _year_faults(name, arm, years, books, merged)
        faults += _agreement_faults(name, arm, years, books, merged)
        stated = StatedArm(name, arm, years, books, merged)
        for of_terms in (cara_faults, benefit_faults, payment_faults, protection_faults, served_faults):
            faults += of_terms(stated)
        if (name, MSSP) in books.own_others and _percentile(books, name) != _percentile(books, ""):
            key = f"arms.{name}.values.mssp.{PERCENTILE}"
            problem = "changes how the nation's spending is seen, which all arms share"
            allowed = f"state it for the whole scenario: program.values.mssp.{PERCENTILE}"
            faults.append(Fault(merged.file(key), key, problem, allowed))
        elections = books.rulebook(name, "mssp").array("msr.elections")
        for place, terms in stated.places():
            if terms.elected_rate is not None and not np.isclose(terms.elected_rate, elections).any():
                key = f"{place}.elected_rate"
                allowed = f"must be one of {', '.join(f'{100.0 * rate:g} %' for rate in elections)}"
                faults.append(Fault(merged.file(key), key, f"= {terms.elected_rate:g}", allowed))
    # Arms that share a rulebook share its faults.
    return list(dict.fromkeys(faults))


def _percentile(books: ScenarioBooks, arm: str) -> float:
    return books.rulebook(arm, MSSP).number(PERCENTILE)


def _year_faults(name: str, arm: Arm, years: range, books: ScenarioBooks, merged: Merged) -> Iterator[Fault]:
    for program, in_it in arm.programs(years).items():
        if program == "none":
            continue
        if program == REACH:
            covered = reach_years()
        else:
            book = books.rulebook(name, program)
            covered = range(book.first_py, book.last_py + 1)
        outside = sorted(year for year in in_it if year not in covered)
        if outside:
            key = _key_of(name, arm, program)
            span = f"{outside[0]}" if len(outside) == 1 else f"{outside[0]} to {outside[-1]}"
            allowed = f"a year of the program's rulebooks, {covered[0]} to {covered[-1]}"
            yield Fault(merged.file(key), key, f"= {program!r} in {span}", allowed)
        elif program == REACH:
            yield from _reach_faults(name, sorted(in_it), books)
        elif program == LEAD:
            yield from _lead_faults(name, sorted(in_it), books)


def _reach_faults(name: str, years: list[int], books: ScenarioBooks) -> Iterator[Fault]:
    """Yield what the terms of ACO REACH's rulebooks, as the scenario changes them, cannot be."""
    for year in years:
        book = books.rulebook(name, reach_rulebook(year))
        try:
            reach_benchmark_terms(book)
            for option in OPTIONS:
                reach_terms(book, option)
        except InputError as error:
            yield from error.faults


def _lead_faults(name: str, years: list[int], books: ScenarioBooks) -> Iterator[Fault]:
    """Yield what the terms of LEAD's rulebook, as the scenario changes them, cannot be."""
    book = books.rulebook(name)
    found: list[Fault] = []
    for year in years:
        for option in OPTIONS:
            try:
                lead_terms(book, year, option)
            except InputError as error:
                found += error.faults
    yield from dict.fromkeys(found)


def _agreement_faults(
    name: str, arm: Arm, years: range, books: ScenarioBooks, merged: Merged
) -> Iterator[Fault]:
    """Return a fault for the earliest agreement whose benchmark the rulebook has no terms for."""
    book = books.rulebook(name, MSSP)
    earliest, length_of = earliest_agreement(book), agreement_length(book)
    starts = []
    for year in years:
        for terms in (arm.terms(aco, year) for aco in (None, *arm.acos)):
            if terms["program"] == MSSP:
                began = terms.get("agreement_start", year)
                starts.append(agreements_since(year, began, length_of)[0])
    if starts and min(starts) < earliest:
        key = _key_of(name, arm, MSSP)
        problem = f"= {MSSP!r} has an agreement of {min(starts)}"
        allowed = f"agreements from {earliest} on, which the rulebook has the benchmark of"
        yield Fault(merged.file(key), key, problem, allowed)


def _key_of(name: str, arm: Arm, program: str) -> str:
    stated = (f"{key}.program" for key, terms in tables_of(f"arms.{name}", arm) if terms.program == program)
    # Where no table states it, an ACO may go there by its own decision.
    return next(stated, f"arms.{name}.program")
