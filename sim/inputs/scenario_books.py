"""The rulebook and the evidence of every arm, with what the scenario and the arm change in them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TypeVar

from sim.inputs.entries import EntryBook
from sim.inputs.evidence import YEARS, Evidence, load_evidence
from sim.inputs.faults import Fault, wrong_choice
from sim.inputs.overrides import apply_overrides
from sim.inputs.rulebook import Rulebook, available_rulebooks, load_rulebook
from sim.inputs.scenario_file import Merged, table
from sim.inputs.scenario_schema import Program

Book = TypeVar("Book", bound=EntryBook)


@dataclass(frozen=True, slots=True)
class ScenarioBooks:
    """What all arms share, and the books of arms that change them.

    Attributes
    ----------
    shared_rules, shared_evidence : Rulebook, Evidence
        Of every arm that changes nothing.
    own_rules, own_evidence : dict
        By arm.
    """

    shared_rules: Rulebook
    shared_evidence: Evidence
    own_rules: dict[str, Rulebook] = field(default_factory=dict)
    own_evidence: dict[str, Evidence] = field(default_factory=dict)

    def rulebook(self, arm: str) -> Rulebook:
        """Return the rulebook of an arm."""
        return self.own_rules.get(arm, self.shared_rules)

    def evidence(self, arm: str) -> Evidence:
        """Return the evidence of an arm."""
        return self.own_evidence.get(arm, self.shared_evidence)


def scenario_books(merged: Merged) -> tuple[ScenarioBooks, list[Fault]]:
    """Load rulebook and evidence and apply a scenario's changes.

    Parameters
    ----------
    merged : Merged
        The scenario as written; nothing in it need be valid yet.

    Returns
    -------
    books : ScenarioBooks
    faults : list of Fault
        An unknown rulebook, unknown keys, and values of the wrong unit, kind, year or size. An unknown
        rulebook is replaced by the default one, so that the other faults are found in the same go.
    """
    program, arms = table(merged.tree, "program"), table(merged.tree, "arms")
    default = str(Program.model_fields["rulebook"].default)
    name = program.get("rulebook", default)
    faults: list[Fault] = []
    if name not in available_rulebooks():
        key = "program.rulebook"
        faults.append(wrong_choice(merged.file(key), key, name, available_rulebooks()))
        name = default
    rules = load_rulebook(name)
    years = range(rules.first_py, rules.last_py + 1)
    rules = _changed(rules, "program.values", program.get("values"), merged, faults, years=years)
    evidence = _changed(load_evidence(), "evidence", merged.tree.get("evidence"), merged, faults, years=YEARS)
    books = ScenarioBooks(rules, evidence)
    for arm in arms:
        own = table(arms, arm)
        if own.get("values"):
            key = f"arms.{arm}.values"
            books.own_rules[arm] = _changed(rules, key, own["values"], merged, faults, years=years)
        if own.get("evidence"):
            key = f"arms.{arm}.evidence"
            books.own_evidence[arm] = _changed(evidence, key, own["evidence"], merged, faults, years=YEARS)
            faults += _world_faults(books.own_evidence[arm], evidence, key, merged)
    return books, faults


def _world_faults(own: Evidence, shared: Evidence, key: str, merged: Merged) -> list[Fault]:
    """Return a fault for everything an arm changes in the world, which is one for all arms."""
    return [
        Fault(
            merged.file(f"{key}.{name}"),
            f"{key}.{name}",
            "is evidence of scope world, which all arms share",
            f"belongs in the scenario's top-level [evidence]: evidence.{name}",
        )
        for name, entry in own.entries.items()
        if entry is not shared.entries[name] and entry.scope == "world"
    ]


def _changed(
    book: Book, key: str, changes: object, merged: Merged, faults: list[Fault], *, years: range
) -> Book:
    if not isinstance(changes, Mapping):
        return book
    entries, wrong = apply_overrides(book.entries, changes, merged.file(key), years)
    for fault in wrong:
        place = f"{key}.{fault.key}"
        faults.append(replace(fault, key=place, file=merged.file(place)))
    return replace(book, entries=entries)
