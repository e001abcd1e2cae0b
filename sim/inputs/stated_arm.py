"""An arm as a scenario states it, for whoever looks for what is wrong with its contracts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sim.inputs.faults import Fault
from sim.inputs.scenario_arms import Arm, ChangingTerms, Terms
from sim.inputs.scenario_books import ScenarioBooks
from sim.inputs.scenario_merge import Merged


@dataclass(frozen=True, eq=False)
class StatedArm:
    """An arm, its rules, and the files that state it.

    Attributes
    ----------
    name : str
    arm : Arm
    years : range
        Performance years.
    books : ScenarioBooks
    merged : Merged
        Says which file states a key.
    """

    name: str
    arm: Arm
    years: range
    books: ScenarioBooks
    merged: Merged

    @property
    def root(self) -> str:
        """Key of the arm."""
        return f"arms.{self.name}"

    def places(self) -> list[tuple[str, Terms]]:
        """Return :func:`tables_of` the arm."""
        return list(tables_of(self.root, self.arm))

    def contracts(self) -> Iterator[tuple[str | None, dict[int, dict[str, Any]]]]:
        """Yield the ACOs and their terms by year, None for all that have no table of their own first."""
        for aco in (None, *self.arm.acos):
            yield aco, {year: self.arm.terms(aco, year) for year in self.years}

    def key(self, aco: str | None, year: int, term: str) -> str:
        """Return the key that has the last word on a term of an ACO in a year."""
        return self.arm.place_of(self.root, aco, year, term)

    def whose(self, aco: str | None, key: str) -> str:
        """Return whom a fault is of, where its key does not say."""
        return f" for {aco}" if aco is not None and f".acos.{aco}." not in key else ""

    def fault(self, key: str, problem: str, allowed: str, nearest: str = "") -> Fault:
        """Return a fault of the file that states a key."""
        return Fault(self.merged.file(key), key, problem, allowed, nearest)


def tables_of(key: str, terms: ChangingTerms) -> Iterator[tuple[str, Terms]]:
    """Yield every table of an arm that states terms, with its key."""
    yield key, terms
    for year, later in terms.since.items():
        yield f"{key}.since.{year}", later
    if isinstance(terms, Arm):
        for aco, own in terms.acos.items():
            yield from tables_of(f"{key}.acos.{aco}", own)
