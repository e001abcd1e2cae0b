"""What a scenario changes in a rulebook or in the evidence: checked like the entries themselves."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from sim.inputs.entries import Change, Entry, rebuilt
from sim.inputs.entry_reader import with_value
from sim.inputs.faults import Fault, shortened, unknown_key
from sim.inputs.limits import shape_text

Overrides = Mapping[str, Any]


def apply_overrides(
    entries: Mapping[str, Entry], overrides: Overrides, origin: str, years: range, by_year: bool = False
) -> tuple[dict[str, Entry], list[Fault]]:
    """Replace values of entries.

    Parameters
    ----------
    entries : Mapping of str to Entry
        What is stated.
    overrides : Mapping
        ``{"dotted.key": value}``, ``{"dotted.key": {year: value}}``, or the same nested. A value by year
        holds from that year on: what the entry states before the first year named stays, everything from it
        on is the scenario's.
    origin : str
        File (and table) the overrides come from; named in faults and kept with each change.
    years : range
        Performance years a value may be stated for.
    by_year : bool
        Whether every value is read by year, so that those stated once may be changed by year too.

    Returns
    -------
    entries : dict of str to Entry
        All entries, changed ones carrying a :class:`~sim.inputs.entries.Change`.
    faults : list of Fault
    """
    changed = dict(entries)
    faults: list[Fault] = []
    tables = _tables(entries)
    for key, raw in _leaves(overrides, tables):
        if key not in entries:
            faults.append(_unknown(origin, key, tables))
            continue
        entry = entries[key]
        if isinstance(raw, Mapping) and not (by_year or entry.yearly):
            allowed = f"must be {shape_text(entry.value)} for all years"
            faults.append(Fault(origin, key, f"= {shortened(raw)} is a table", allowed))
            continue
        found = _changed(entry, raw, origin, years)
        if isinstance(found, Entry):
            changed[key] = found
        else:
            faults += found
    return changed, faults


def _leaves(table: Overrides, tables: Collection[str], path: str = "") -> list[tuple[str, Any]]:
    leaves: list[tuple[str, Any]] = []
    for name, item in table.items():
        key = f"{path}.{name}" if path else str(name)
        if isinstance(item, Mapping) and key in tables:
            leaves += _leaves(item, tables, key)
        else:
            leaves.append((key, item))
    return leaves


def _unknown(origin: str, key: str, tables: Mapping[str, Mapping[str, None]]) -> Fault:
    """Return the fault of the first part of a key that leads nowhere, with what may stand there."""
    parts = key.split(".")
    depth = 0
    while depth < len(parts) - 1 and ".".join(parts[: depth + 1]) in tables:
        depth += 1
    return unknown_key(origin, ".".join(parts[: depth + 1]), tables[".".join(parts[:depth])])


def _tables(entries: Mapping[str, Entry]) -> dict[str, dict[str, None]]:
    """Return the names in every table that entries stand in, by its path."""
    tables: dict[str, dict[str, None]] = {"": {}}
    for key in entries:
        parts = key.split(".")
        for depth, part in enumerate(parts):
            tables.setdefault(".".join(parts[:depth]), {})[part] = None
    return tables


def _changed(entry: Entry, raw: object, origin: str, years: range) -> Entry | list[Fault]:
    yearly = isinstance(raw, Mapping)
    if entry.limits.held:
        problem = f"= {shortened(raw)} changes what no scenario may change"
        return [Fault(origin, entry.key, problem, entry.limits.held)]
    found = with_value(entry, raw, origin, years, yearly, entry.by_year[0][1])
    if isinstance(found, list):
        return found
    first = found.by_year[0][0]
    if first is not None:
        if not entry.yearly and first > years[0]:
            kept: tuple[Any, ...] = ((years[0], entry.by_year[0][1]),)
            kept_text: tuple[Any, ...] = ((years[0], entry.written[0][1]),)
        else:
            kept = tuple(pair for pair in entry.by_year if pair[0] is not None and pair[0] < first)
            kept_text = tuple(pair for pair in entry.written if pair[0] is not None and pair[0] < first)
        found = rebuilt(found, by_year=kept + found.by_year, written=kept_text + found.written)
    distribution = {"dist": "fixed"} if entry.distribution is not None else None
    return rebuilt(found, distribution=distribution, change=Change(origin, entry))
