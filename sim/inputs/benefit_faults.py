"""What is wrong with falls prevention, benefit enhancements and incentives in the contracts of an arm."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sim.inputs.benefit_terms import benefit_limits, not_offered
from sim.inputs.faults import Fault
from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_arms import Arm, Terms
from sim.inputs.scenario_benefits import Benefit
from sim.inputs.scenario_books import LEAD, ScenarioBooks
from sim.inputs.scenario_merge import Merged

_OF_FALLS = ("falls_uptake", "home_modification")
_SUPPORT = "cost_sharing_support"


def benefit_faults(
    name: str,
    arm: Arm,
    years: range,
    places: Sequence[tuple[str, Terms]],
    books: ScenarioBooks,
    merged: Merged,
) -> list[Fault]:
    """Return a fault for each benefit that may not be as it is stated, or in no year of LEAD.

    Parameters
    ----------
    name : str
        Of the arm.
    arm : Arm
    years : range
        Performance years.
    places : sequence of (str, Terms)
        Every table of the arm that states terms, with its key.
    books : ScenarioBooks
    merged : Merged
        Says which file states a key.
    """
    book = books.rulebook(name)
    year = max(years[0], book.first_py)
    found = []
    for place, terms in places:
        key = f"{place}.benefits"
        for row, problem in _wrong_benefits(terms.benefits or (), book, year):
            at, text, allowed, nearest = problem
            found.append(Fault(merged.file(key), f"{key}[{row}]{at}", text, allowed, nearest))
    return [*found, *_without_lead(name, arm, years, merged)]


_Wrong = tuple[str, str, str, str]


def _wrong_benefits(benefits: Sequence[Benefit], book: Rulebook, year: int) -> Iterator[tuple[int, _Wrong]]:
    limits, closed = benefit_limits(book, year), not_offered(book, year)
    seen: set[str] = set()
    for row, one in enumerate(benefits):
        if one.kind in seen:
            yield row, (".kind", f"= {one.kind!r} stands there already", "each kind once", "")
        seen.add(one.kind)
        if one.kind in closed:
            yield row, (".kind", f"= {one.kind!r}", f"is not offered by the rules ({closed[one.kind]})", "")
        limit = limits.get(one.kind)
        if one.cost is None and limit is None:
            yield row, (".cost", "is missing", "must be given: what it costs a year for each who uses it", "")
        if one.cost is not None and limit is not None and one.cost > limit:
            allowed = f"must be at most {limit:g} USD/year, the rules' limit for each who uses it"
            yield row, (".cost", f"= {one.cost:g} USD/year", allowed, f"{limit:g} USD/year")
        if one.covers is not None and one.kind != _SUPPORT:
            yield row, (".covers", f"= {100.0 * one.covers:g} %", f"goes with kind = {_SUPPORT!r} alone", "")


def _without_lead(name: str, arm: Arm, years: range, merged: Merged) -> Iterator[Fault]:
    """Yield what is elected in no year of LEAD, and terms of falls prevention without it."""
    for aco in (None, *arm.acos):
        stated: list[dict[str, Any]] = [arm.terms(aco, year) for year in years]
        in_lead = [one for one in stated if one["program"] == LEAD]
        for term in ("falls_prevention", "benefits"):
            holding = [place for place, one in enumerate(stated) if one.get(term)]
            if holding and not any(one.get(term) for one in in_lead):
                key = arm.place_of(f"arms.{name}", aco, years[holding[0]], term)
                problem = f"is elected by {aco or 'its ACOs'} in no year of LEAD"
                yield Fault(merged.file(key), key, problem, "needs program = 'lead' in such a year")
        for term in _OF_FALLS:
            with_it = [place for place, one in enumerate(stated) if one.get(term) is not None]
            if with_it and not any(one.get("falls_prevention") for one in stated):
                key = arm.place_of(f"arms.{name}", aco, years[with_it[0]], term)
                yield Fault(merged.file(key), key, "stands without it", "needs falls_prevention = true")
