"""Layers of a scenario as one tree: later ones win, and every value's origin is kept."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sim.inputs.faults import Fault, shortened, unknown_aco
from sim.inputs.scenario_file import Layer, Tree, leaves, overlay, table

ACOS = "population.acos"


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value came from, and what it displaced.

    Attributes
    ----------
    file : str
        Label of the layer that set it.
    directory : Path
        Folder that layer's relative paths start from.
    value : object
        The value as written.
    displaced : tuple of (str, object)
        Label and value of each earlier layer that lost, latest first.
    key : str
        The key as the layer has it, where it names an ACO instead of its place in the list.
    """

    file: str
    directory: Path
    value: object
    displaced: tuple[tuple[str, object], ...] = ()
    key: str = ""


@dataclass(frozen=True, slots=True)
class Merged:
    """All layers as one tree.

    Attributes
    ----------
    tree : dict
        Nested values, later layers having won.
    origins : dict of str to Origin
        By dotted path of each value (lists count as one value).
    layers : tuple of Layer
        Earliest first.
    inside : dict of str to Origin
        Origin of the value written last in each table, by the table's dotted path.
    items : dict of str to Origin
        Of each value set in an ACO by its name, by path with the ACO's place in the list.
    faults : tuple of Fault
        ACOs that a layer names and nobody lists.
    """

    tree: Tree
    origins: dict[str, Origin]
    layers: tuple[Layer, ...]
    inside: dict[str, Origin]
    items: dict[str, Origin] = field(default_factory=dict)
    faults: tuple[Fault, ...] = ()

    @property
    def label(self) -> str:
        """Label of the scenario file itself, for faults that no single value causes."""
        return next(layer.label for layer in reversed(self.layers) if not layer.patch)

    def origin(self, key: str) -> Origin | None:
        """Return the origin of `key`, or of the nearest table or list around it that a layer wrote."""
        path = key
        while path:
            if found := self.origins.get(path) or self.items.get(path) or self.inside.get(path):
                return found
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return None

    def file(self, key: str) -> str:
        """Return the label of the layer that `key` came from."""
        origin = self.origin(key)
        return origin.file if origin else self.label

    def written(self, key: str) -> str:
        """Return a key as its layer has it: with the name of an ACO where it goes by that."""
        origin = self.items.get(key)
        return origin.key if origin else key


def merge(layers: Sequence[Layer]) -> Merged:
    """Merge layers, later ones winning, and remember where each value came from.

    A table `population.acos` changes the ACOs that earlier layers list, by name.
    """
    tree: Tree = {}
    origins: dict[str, Origin] = {}
    items: dict[str, Origin] = {}
    faults: list[Fault] = []
    # Paths of the values in each table, in the order of `origins`.
    under: dict[str, dict[str, None]] = {}
    for layer in layers:
        found = _Named.of(layer, tree, origins)
        if found is not None:
            faults += found.change(items)
            tree["population"] = {**tree["population"], "acos": found.acos}
        elif "acos" in table(layer.tree, "population"):
            items.clear()
        changes = layer.tree if found is None else found.others
        for path, value in leaves(changes):
            if value == {}:
                continue
            tables = _tables_around(path)
            below = [name for name in (*tables, path) if name in origins]
            displaced: list[tuple[str, object]] = []
            for name in below or list(under.get(path, ())):
                lost = origins.pop(name)
                displaced += [(lost.file, lost.value), *lost.displaced]
                for around in _tables_around(name):
                    del under[around][name]
            origins[path] = Origin(layer.label, layer.directory, value, tuple(displaced))
            for around in tables:
                under.setdefault(around, {})[path] = None
        overlay(tree, changes)
    inside = {name: origins[next(reversed(paths))] for name, paths in under.items() if paths}
    return Merged(tree, origins, tuple(layers), inside, items, tuple(faults))


@dataclass(slots=True)
class _Named:
    """What a layer changes in ACOs by their names.

    Attributes
    ----------
    layer : Layer
    acos : list
        The ACOs that earlier layers list.
    listed_in : str
        Label of the layer that lists them.
    from_file : bool
        Whether a CMS file gives the ACOs instead.
    changes : Mapping
        By name.
    others : dict
        All else in the layer.
    """

    layer: Layer
    acos: list[Any]
    listed_in: str
    from_file: bool
    changes: Mapping[str, Any]
    others: Tree

    @classmethod
    def of(cls, layer: Layer, tree: Tree, origins: Mapping[str, Origin]) -> _Named | None:
        """Return the changes of a layer; None where it names no ACO, or no earlier layer has any."""
        population, before = table(layer.tree, "population"), table(tree, "population")
        changes, acos = population.get("acos"), before.get("acos", [])
        from_file = "mssp_puf" in before
        if not isinstance(changes, Mapping) or not changes or not isinstance(acos, list):
            return None
        if not (acos or from_file):
            return None
        rest = {key: value for key, value in population.items() if key != "acos"}
        listed_in = origins[ACOS].file if ACOS in origins else ""
        return cls(layer, list(acos), listed_in, from_file, changes, {**layer.tree, "population": rest})

    def change(self, items: dict[str, Origin]) -> list[Fault]:
        """Change the ACOs named, remember where from in `items`, and return what cannot be."""
        rows = {
            aco["name"]: row
            for row, aco in reversed(list(enumerate(self.acos)))
            if isinstance(aco, Mapping) and isinstance(aco.get("name"), str)
        }
        faults = []
        for name, values in self.changes.items():
            key = f"{ACOS}.{name}"
            if name not in rows:
                faults.append(self._unknown(key, name, rows))
            elif isinstance(values, Mapping):
                self._set(rows[name], key, values, items)
            else:
                allowed = f"must say which value of the ACO, as in {key}.lives"
                faults.append(Fault(self.layer.label, key, f"= {shortened(values)}", allowed))
        return faults

    def _set(self, row: int, key: str, values: Mapping[str, Any], items: dict[str, Origin]) -> None:
        before = dict(leaves(self.acos[row]))
        for inner, value in leaves(values):
            path = f"{ACOS}[{row}].{inner}"
            lost: tuple[tuple[str, object], ...] = ()
            if path in items:
                lost = (items[path].file, items[path].value), *items[path].displaced
            elif inner in before:
                lost = ((self.listed_in, before[inner]),)
            items[path] = Origin(self.layer.label, self.layer.directory, value, lost, f"{key}.{inner}")
        self.acos[row] = copy.deepcopy(self.acos[row])
        overlay(self.acos[row], values)

    def _unknown(self, key: str, name: str, rows: Mapping[str, int]) -> Fault:
        """Return the fault of a name that is not in the list."""
        if self.from_file:
            problem = "changes an ACO of a CMS file"
            return Fault(self.layer.label, key, problem, "must not: the file says what its ACOs are")
        kind = name.rpartition("-")[0]
        if kind in rows and self.acos[rows[kind]].get("count", 1) != 1:
            problem = f"is one of those that count makes of {kind!r}"
            allowed = f"must be all of them, as {ACOS}.{kind}, or an ACO with a table of its own"
            return Fault(self.layer.label, key, problem, allowed)
        return unknown_aco(self.layer.label, key, name, rows)


def _tables_around(path: str) -> list[str]:
    """Return the paths of the tables that a value stands in, outermost first."""
    names = path.split(".")
    return [".".join(names[:count]) for count in range(1, len(names))]
