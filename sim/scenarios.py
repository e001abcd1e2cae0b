"""A scenario: what is simulated, under which programs, and where each of its values came from."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from sim.inputs.aco_faults import aco_faults
from sim.inputs.entries import Entry, EntryBook
from sim.inputs.evidence import Evidence
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.mssp_source import MsspSource
from sim.inputs.not_acting import not_acting
from sim.inputs.rulebook import Rulebook
from sim.inputs.rules_in_use import rules_in_use
from sim.inputs.scenario_arms import Arm
from sim.inputs.scenario_books import ScenarioBooks, scenario_books
from sim.inputs.scenario_contracts import contract_faults
from sim.inputs.scenario_faults import cross_faults, schema_faults
from sim.inputs.scenario_file import (
    Layer,
    patch_layer,
    read_layers,
    settings_layer,
    table,
    text_layers,
)
from sim.inputs.scenario_merge import Merged, merge
from sim.inputs.scenario_precision import precision_faults
from sim.inputs.scenario_schema import Horizon, Population, Program, ScenarioTables, Study
from sim.inputs.toml_text import toml_text
from sim.outcomes.registry import BY_NAME

PUF_VARIABLE = "LEADSIM_MSSP_PUF"


@dataclass(frozen=True)
class Scenario:
    """A checked scenario. Make one with :meth:`load`, :meth:`from_toml` or :meth:`replace`.

    Attributes
    ----------
    tables : ScenarioTables
        The values, typed and in canonical units.
    merged : Merged
        The values as written, and where each came from.
    rulebooks : Mapping of str to Rulebook
        By arm.
    evidences : Mapping of str to Evidence
        By arm.
    books : ScenarioBooks
        All of them, those of other programs than LEAD too.
    mssp_source : MsspSource or None
        The MSSP performance file the ACOs come from; None where they are synthetic.
    """

    tables: ScenarioTables
    merged: Merged = field(repr=False, compare=False)
    rulebooks: Mapping[str, Rulebook] = field(repr=False, compare=False)
    evidences: Mapping[str, Evidence] = field(repr=False, compare=False)
    books: ScenarioBooks = field(repr=False, compare=False)
    mssp_source: MsspSource | None = field(default=None, repr=False, compare=False)

    @classmethod
    def load(cls, path: str | Path, settings: Sequence[str] = ()) -> Scenario:
        """Read a scenario file and check it.

        Parameters
        ----------
        path : str or Path
            A TOML file; what it ``extends`` is read first.
        settings : sequence of str
            ``key=value`` changes on top of the file. The environment variable ``LEADSIM_MSSP_PUF`` replaces
            ``population.mssp_puf`` where the file has one and no setting does.

        Raises
        ------
        InputError
            With every fault of every file.
        """
        layers = _with_environment(read_layers(Path(path)))
        return cls._checked([*layers, settings_layer(settings)] if settings else layers)

    @classmethod
    def from_toml(cls, text: str, directory: str | Path = ".") -> Scenario:
        """Read a scenario from TOML text; relative paths in it start from `directory`. Raises InputError."""
        return cls._checked(_with_environment(text_layers(text, Path(directory))))

    def replace(self, changes: Mapping[str, Any], origin: str = "replace()") -> Scenario:
        """Return a copy with some values changed.

        Parameters
        ----------
        changes : mapping
            Dotted or nested keys, e.g. ``{"study.seed": 7, "arms.lead_global.risk_option": "professional"}``.
        origin : str
            What faults call the place that the changes come from.

        Raises
        ------
        InputError
            With every fault.
        """
        return self._checked([*self.merged.layers, patch_layer(origin, changes)])

    def without_sweep(self) -> Scenario:
        """Return a copy that is one scenario, not the points of a sweep."""
        layers = [
            replace(layer, tree={key: value for key, value in layer.tree.items() if key != "sweep"})
            for layer in self.merged.layers
        ]
        return self._checked(layers)

    def with_arms(self, arms: Mapping[str, Mapping[str, Any]], reference: str, origin: str) -> Scenario:
        """Return a copy with other arms in place of its own; `study.precision`, which names one, is gone too.

        Parameters
        ----------
        arms : mapping of str to mapping
            By name, as a scenario file states them.
        reference : str
            Which of them is the reference arm.
        origin : str
            What faults call the place that the arms come from.

        Raises
        ------
        InputError
            With every fault, those of an arm by the key ``arms.NAME``.
        """
        layers = []
        for layer in self.merged.layers:
            tree = {key: value for key, value in layer.tree.items() if key != "arms"}
            if "study" in tree:
                tree["study"] = {key: value for key, value in tree["study"].items() if key != "precision"}
            layers.append(replace(layer, tree=tree))
        changes = {"arms": arms, "study": {"reference_arm": reference}}
        return self._checked([*layers, patch_layer(origin, changes)])

    @classmethod
    def _checked(cls, layers: Sequence[Layer]) -> Scenario:
        merged = merge(layers)
        faults = cross_faults(merged) + precision_faults(merged, BY_NAME)
        tree = dict(merged.tree)
        population = table(tree, "population")
        if isinstance(population.get("mssp_puf"), str) and "\0" not in population["mssp_puf"]:
            path = _place(merged, population["mssp_puf"])
            tree["population"] = {**population, "mssp_puf": str(path)}
            faults += _file_faults(merged, population["mssp_puf"], path)
        books, wrong = scenario_books(merged)
        faults += wrong
        try:
            tables = ScenarioTables.model_validate(tree)
        except ValidationError as error:
            raise InputError([*schema_faults(error, merged), *faults]) from None
        faults += contract_faults(tables, books, merged)
        faults += aco_faults(tables.population, merged)
        if faults:
            raise InputError(faults)
        rulebooks = {arm: books.rulebook(arm) for arm in tables.arms}
        evidences = {arm: books.evidence(arm) for arm in tables.arms}
        people = tables.population
        source = MsspSource(Path(people.mssp_puf), people.mssp_year) if people.mssp_puf else None
        return cls(tables, merged, rulebooks, evidences, books, source)

    @property
    def study(self) -> Study:
        """Name, seed and size of the experiment."""
        return self.tables.study

    @property
    def horizon(self) -> Horizon:
        """First and last performance year."""
        return self.tables.horizon

    @property
    def years(self) -> range:
        """The performance years simulated."""
        return range(self.horizon.first_py, self.horizon.last_py + 1)

    @property
    def population(self) -> Population:
        """The starting world; `mssp_puf` is an absolute path."""
        return self.tables.population

    @property
    def program(self) -> Program:
        """The rulebook named, and what all arms change in it."""
        return self.tables.program

    @property
    def arms(self) -> Mapping[str, Arm]:
        """The arms by name, in the order written."""
        return self.tables.arms

    def __hash__(self) -> int:
        return hash(self.hash)

    def rulebook(self, arm: str, name: str = "lead") -> Rulebook:
        """Return a rulebook of an arm, with what the scenario and the arm change in it.

        `name` is ``lead`` for the one named in the scenario, ``mssp``, or ``reach-py2024`` and its like.
        """
        self._known(arm)
        return self.books.rulebook(arm, name)

    def evidence(self, arm: str) -> Evidence:
        """Return the evidence of an arm, with what the scenario and the arm change in it."""
        self._known(arm)
        return self.evidences[arm]

    def _known(self, arm: str) -> None:
        if arm not in self.arms:
            raise InputError(wrong_choice(self.merged.label, "arms", arm, self.arms))

    def rules_in_use(self, arm: str) -> set[str]:
        """Return the keys of the rules that an arm's results rest on; none where no program runs.

        A rule that the simulation asks for and that changes no result is not among them.
        """
        return rules_in_use(self.arms[arm], arm, self.years, self.books) - not_acting()

    def assumed(self) -> dict[str, str]:
        """Return key and title of every assumed rule that an arm with a program rests on."""
        return {
            key: f"{entry.title} ({entry.years_assumed})" if entry.years_assumed else entry.title
            for key, entry in self._rested_on(Rulebook.assumed)
        }

    def conflicted(self) -> dict[str, tuple[str, str]]:
        """Return status and what another source says, by key, of rules in use that have another source."""
        return {
            key: (entry.standing, entry.conflict.value)
            for key, entry in self._rested_on(Rulebook.conflicted)
            if entry.conflict is not None
        }

    def _rested_on(self, keys: Callable[[Rulebook], list[str]]) -> Iterator[tuple[str, Entry]]:
        """Yield key and entry of those of a rulebook's `keys` that an arm with a program rests on."""
        for arm in self.arms:
            used = self.rules_in_use(arm)
            for word, book in self._rulebooks_of(arm):
                for key in keys(book):
                    if f"{word}{key}" in used:
                        yield f"{word}{key}", book.entry(key)

    def idle(self) -> list[str]:
        """Return the rules that the scenario changes although they change no result of any arm."""
        used = set().union(*(self.rules_in_use(arm) for arm in self.arms))
        changed = {
            f"{word}{key}"
            for arm in self.arms
            for word, book in self._rulebooks_of(arm)
            for key in book.changed()
        }
        return sorted(changed - used)

    def changed(self) -> dict[str, list[str]]:
        """Return key of every rule and parameter this scenario changes, with the arms it changes it in."""
        found: dict[str, list[str]] = {}
        for arm in self.arms:
            for word, book in (*self._rulebooks_of(arm), ("", self.evidences[arm])):
                for entry in book:
                    if entry.change is not None and arm not in found.setdefault(word + entry.key, []):
                        found[word + entry.key].append(arm)
        return {key: arms for key, arms in found.items() if arms}

    def _rulebooks_of(self, arm: str) -> list[tuple[str, Rulebook]]:
        """Return LEAD's rulebook and those of other programs that count in an arm, with the key's prefix."""
        others = self.books.others(arm, self.arms[arm].programs(self.years))
        return [("", self.rulebooks[arm]), *others]

    def to_toml(self) -> str:
        """Return the scenario in full as TOML text: nothing inherited, every default written out."""
        return toml_text(self.tables.model_dump())

    @cached_property
    def hash(self) -> str:
        """SHA-256 of everything that decides the numbers of a replicate.

        Rules, evidence and the bytes of the CMS file are in it; the number of replicates, titles and paths
        are not, so a run can be extended or moved.
        """
        dump = self.tables.model_dump()
        for key in ("replicates", "precision", "name", "title"):
            del dump["study"][key]
        dump["population"]["mssp_puf"] = self.input_hashes
        for arm in dump["arms"].values():
            del arm["description"]
        books = {
            arm: [_content(book) for book in (self.evidences[arm], *dict(self._rulebooks_of(arm)).values())]
            for arm in self.arms
        }
        return hashlib.sha256(json.dumps([dump, books], sort_keys=True).encode()).hexdigest()

    @property
    def notes(self) -> tuple[str, ...]:
        """What was left out of the CMS file, in words. Raises InputError where it cannot be used."""
        return self.mssp_source.read().notes if self.mssp_source else ()

    def file_said(self) -> list[str]:
        """Return in words what the CMS file is of; nothing where there is none. Raises InputError."""
        if self.mssp_source is None:
            return []
        file = self.mssp_source.read()
        years = ", ".join(map(str, np.unique(file.performance_year)))
        return [f"{self.mssp_source.path.name} is of performance year {years}: said by {file.year_said_by}."]

    @cached_property
    def input_hashes(self) -> dict[str, str]:
        """SHA-256 of each data file read, by file name."""
        source = self.mssp_source
        return {source.path.name: source.sha256} if source else {}


def _with_environment(layers: list[Layer]) -> list[Layer]:
    path = os.environ.get(PUF_VARIABLE)
    if path and any("mssp_puf" in table(layer.tree, "population") for layer in layers):
        layers.append(patch_layer(PUF_VARIABLE, {"population.mssp_puf": path}))
    return layers


def _place(merged: Merged, path: str) -> Path:
    origin = merged.origin("population.mssp_puf")
    # Unlike Path's, it leaves ~ where the user has no home.
    return ((origin.directory if origin else Path.cwd()) / os.path.expanduser(path)).resolve()


def _file_faults(merged: Merged, written: str, path: Path) -> list[Fault]:
    try:
        with path.open("rb"):
            return []
    except OSError as error:
        key = "population.mssp_puf"
        allowed = f"must be a readable MSSP performance file from data.cms.gov (looked for {path})"
        return [Fault(merged.file(key), key, f"= {written!r} cannot be read ({error.strerror})", allowed)]


def _content(book: EntryBook) -> list[Any]:
    return [
        [
            entry.key,
            [[year, _plain(value)] for year, value in entry.by_year],
            entry.distribution,
            entry.spread,
        ]
        for entry in book
    ]


def _plain(value: object) -> object:
    return value.tolist() if isinstance(value, np.ndarray) else value
