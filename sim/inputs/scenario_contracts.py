"""What is wrong with the contracts of a scenario's arms, by what their rulebooks say."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from sim.inputs.faults import Fault
from sim.inputs.scenario_arms import Arm, ChangingTerms, Terms
from sim.inputs.scenario_books import ScenarioBooks, reach_years
from sim.inputs.scenario_file import Merged
from sim.inputs.scenario_schema import ScenarioTables


def contract_faults(tables: ScenarioTables, books: ScenarioBooks, merged: Merged) -> list[Fault]:
    """Return a fault for each program outside its years, and each term that its rulebook does not allow."""
    years = range(tables.horizon.first_py, tables.horizon.last_py + 1)
    faults: list[Fault] = []
    for name, arm in tables.arms.items():
        faults += _year_faults(name, arm, years, books, merged)
        elections = books.rulebook(name, "mssp").array("msr.elections")
        for place, terms in _tables(f"arms.{name}", arm):
            if terms.elected_rate is not None and not np.isclose(terms.elected_rate, elections).any():
                key = f"{place}.elected_rate"
                allowed = f"must be one of {', '.join(f'{100.0 * rate:g} %' for rate in elections)}"
                faults.append(Fault(merged.file(key), key, f"= {terms.elected_rate:g}", allowed))
    return faults


def _tables(key: str, terms: ChangingTerms) -> Iterator[tuple[str, Terms]]:
    yield key, terms
    for year, later in terms.since.items():
        yield f"{key}.since.{year}", later
    if isinstance(terms, Arm):
        for aco, own in terms.acos.items():
            yield from _tables(f"{key}.acos.{aco}", own)


def _year_faults(name: str, arm: Arm, years: range, books: ScenarioBooks, merged: Merged) -> Iterator[Fault]:
    for program, in_it in arm.programs(years).items():
        if program == "none":
            continue
        if program == "reach":
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


def _key_of(name: str, arm: Arm, program: str) -> str:
    return next(f"{key}.program" for key, terms in _tables(f"arms.{name}", arm) if terms.program == program)
