"""The rulebook and the evidence of every arm, with what the scenario and the arm change in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TypeVar

from sim.inputs.entries import EntryBook
from sim.inputs.evidence import YEARS, Evidence, load_evidence
from sim.inputs.faults import Fault, wrong_choice
from sim.inputs.overrides import apply_overrides
from sim.inputs.rulebook import Rulebook, available_rulebooks, load_rulebook
from sim.inputs.scenario_file import table
from sim.inputs.scenario_merge import Merged
from sim.inputs.scenario_schema import Program

Book = TypeVar("Book", bound=EntryBook)


# Rulebooks beside LEAD's, by the word before the keys that change them: mssp.risk.cap, reach.discount.global.
LEAD, MSSP, REACH = "lead", "mssp", "reach"


def reach_rulebook(year: int) -> str:
    """Return the name of ACO REACH's rulebook of a performance year."""
    return f"reach-py{year}"


@cache
def reach_years() -> range:
    """Return the performance years that ACO REACH has rulebooks for."""
    years = [int(name[-4:]) for name in available_rulebooks() if name.startswith("reach-py")]
    return range(min(years), max(years) + 1)


@cache
def _shipped(name: str) -> Rulebook:
    return load_rulebook(name)


def _books_of(word: str) -> list[str]:
    return _BOOKS[word]()


# Names of a program's rulebooks, oldest first.
_BOOKS: dict[str, Callable[[], list[str]]] = {
    MSSP: lambda: [MSSP],
    REACH: lambda: [reach_rulebook(year) for year in reach_years()],
}


@dataclass(frozen=True, slots=True)
class ScenarioBooks:
    """What all arms share, and the books of arms that change them.

    Attributes
    ----------
    shared_rules, shared_evidence : Rulebook, Evidence
        Of every arm that changes nothing.
    own_rules, own_evidence : dict
        By arm.
    shared_others, own_others : dict
        Rulebooks of the other programs that something changes, by name, and by arm and name.
    """

    shared_rules: Rulebook
    shared_evidence: Evidence
    own_rules: dict[str, Rulebook] = field(default_factory=dict)
    own_evidence: dict[str, Evidence] = field(default_factory=dict)
    shared_others: dict[str, Rulebook] = field(default_factory=dict)
    own_others: dict[tuple[str, str], Rulebook] = field(default_factory=dict)

    def rulebook(self, arm: str, name: str = LEAD) -> Rulebook:
        """Return a rulebook of an arm: LEAD's, or another program's by its name."""
        if name not in self.other_names:
            return self.own_rules.get(arm, self.shared_rules)
        return self.own_others.get((arm, name)) or self.shared_others.get(name) or _shipped(name)

    @property
    def other_names(self) -> list[str]:
        """Names of the rulebooks of other programs than LEAD."""
        return [*_books_of(MSSP), *_books_of(REACH)]

    def others(self, arm: str, programs: Mapping[str, set[int]]) -> list[tuple[str, Rulebook]]:
        """Return the other programs' rulebooks that an arm uses or changes, with the word before their keys.

        `programs` says in which years some ACO of the arm is in each program.
        """
        named = {name for of, name in self.own_others if of == arm} | set(self.shared_others)
        named |= {MSSP} if MSSP in programs else set()
        named |= {reach_rulebook(year) for year in programs.get(REACH, ())}
        return [
            (f"{MSSP}." if name == MSSP else f"{REACH}.", self.rulebook(arm, name)) for name in sorted(named)
        ]

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
    key, values = "program.values", table(program, "values")
    rules = _changed_lead(rules, key, values, merged, faults)
    evidence = _changed(load_evidence(), "evidence", merged.tree.get("evidence"), merged, faults, years=YEARS)
    books = ScenarioBooks(rules, evidence)
    books.shared_others.update(_changed_others(books, "", key, values, merged, faults))
    for arm in arms:
        own = table(arms, arm)
        if table(own, "values"):
            key, values = f"arms.{arm}.values", table(own, "values")
            books.own_rules[arm] = _changed_lead(rules, key, values, merged, faults)
            others = _changed_others(books, arm, key, values, merged, faults)
            books.own_others.update({(arm, other): book for other, book in others.items()})
        if own.get("evidence"):
            key = f"arms.{arm}.evidence"
            books.own_evidence[arm] = _changed(evidence, key, own["evidence"], merged, faults, years=YEARS)
            faults += _world_faults(books.own_evidence[arm], evidence, key, merged)
    return books, faults


def _changed_lead(
    rules: Rulebook, key: str, values: Mapping[str, object], merged: Merged, faults: list[Fault]
) -> Rulebook:
    own = {name: value for name, value in values.items() if name not in (MSSP, REACH)}
    found: list[Fault] = []
    years = range(rules.first_py, rules.last_py + 1)
    changed = _changed(rules, key, own, merged, found, years=years) if own else rules
    faults += [_elsewhere(fault, key) for fault in found]
    return changed


def _elsewhere(fault: Fault, key: str) -> Fault:
    """Say of an unknown key of LEAD's rulebook in which other rulebook it is known."""
    inner = fault.key.removeprefix(f"{key}.")
    for word in (MSSP, REACH):
        known = _shipped(_books_of(word)[-1]).keys()
        if "is not a known key" in fault.problem and any(one.startswith(inner) for one in known):
            return replace(fault, allowed=f"is a key of the rulebook {word}", meant=f"{word}.{inner}")
    return fault


def _changed_others(
    books: ScenarioBooks,
    arm: str,
    key: str,
    values: Mapping[str, object],
    merged: Merged,
    faults: list[Fault],
) -> dict[str, Rulebook]:
    """Return the other programs' rulebooks with what `values` changes in them.

    A change of REACH's is made in the rulebook of every year that knows the key; the last knows them all.
    """
    changed: dict[str, Rulebook] = {}
    for word in (MSSP, REACH):
        for name in _books_of(word) if values.get(word) else ():
            book, found = books.rulebook(arm, name), list[Fault]()
            years = reach_years() if word == REACH else range(book.first_py, book.last_py + 1)
            changed[name] = _changed(book, f"{key}.{word}", values[word], merged, found, years=years)
            faults += found if name == _books_of(word)[-1] else []
    return changed


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
    by_year = isinstance(book, Rulebook) and book.by_year
    entries, wrong = apply_overrides(book.entries, changes, merged.file(key), years, by_year)
    for fault in wrong:
        place = f"{key}.{fault.key}"
        faults.append(replace(fault, key=place, file=merged.file(place)))
    return replace(book, entries=entries)
