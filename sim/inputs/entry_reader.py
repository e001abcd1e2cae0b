"""Reading entries from TOML tables, collecting every fault."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields
from typing import Any, TypeAlias

from sim.inputs.distributions import read_distribution
from sim.inputs.entries import Conflict, Entry, rebuilt
from sim.inputs.faults import Fault, shortened, unknown_key
from sim.inputs.limits import LIMIT_KEYS, read_limits
from sim.inputs.values import Value, as_years, check_unit, parse_value

Tables: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class EntryKind:
    """What an entry of a kind of file must say beside value, unit and source."""

    standing: str
    standings: tuple[str, ...]
    needed: tuple[str, ...]
    optional: tuple[str, ...]


_COMMON = ("title", "note", "choices", "conflict", *LIMIT_KEYS)
CONFLICTED = "conflicted"
STATUSES = ("final", "proposed", "secondary", "assumed", CONFLICTED)
RULE = EntryKind("status", STATUSES, (), (*_COMMON, "assumed_years"))
EVIDENCE = EntryKind("grade", ("A", "B", "C", "D"), ("distribution", "scope"), (*_COMMON, "spread", "year"))
# Evidence of the world is one for all arms of a scenario; evidence of an arm may differ between them.
SCOPES = ("world", "arm")


def is_entry(table: object) -> bool:
    """Whether a TOML table states a value."""
    return isinstance(table, Mapping) and ("value" in table or "values" in table)


def leaf_tables(tables: Tables, path: str = "") -> Iterator[tuple[str, Any]]:
    """Yield (dotted key, entry table or stray value) for every leaf of nested tables."""
    for name, item in tables.items():
        key = f"{path}.{name}" if path else name
        if isinstance(item, Mapping) and not is_entry(item):
            yield from leaf_tables(item, key)
        else:
            yield key, item


def read_entries(
    tables: Tables, file: str, kind: EntryKind, years: range, parents: Mapping[str, Entry] | None = None
) -> tuple[dict[str, Entry], list[Fault]]:
    """Parse nested tables into entries, collecting every fault.

    Parameters
    ----------
    tables : Mapping
        Nested TOML tables without the file's own top-level keys.
    file : str
        Named in faults.
    kind : EntryKind
        :data:`RULE` or :data:`EVIDENCE`.
    years : range
        Performance years a value may be stated for.
    parents : Mapping of str to Entry, optional
        Entries restated here may leave out title, unit, choices and bounds; source and standing they must
        give anew, because they belong to the value.

    Returns
    -------
    entries : dict of str to Entry
        Those without a fault.
    faults : list of Fault
    """
    entries: dict[str, Entry] = {}
    faults: list[Fault] = []
    for key, table in leaf_tables(tables):
        if not is_entry(table):
            stray = f"= {table!r} states a value outside an entry"
            faults.append(Fault(file, key, stray, "a table with value or values"))
            continue
        found = _entry(key, table, file, kind=kind, years=years, parent=(parents or {}).get(key))
        if isinstance(found, Entry):
            entries[key] = found
        else:
            faults += found
    return entries, faults


def _entry(
    key: str, table: Tables, file: str, *, kind: EntryKind, years: range, parent: Entry | None
) -> Entry | list[Fault]:
    needed = ("unit", "source", kind.standing, *kind.needed)
    known = ("value", "values", *needed, *kind.optional)
    faults = [unknown_key(file, f"{key}.{name}", known) for name in table if name not in known]
    inherited = ("unit",) if parent else ()
    faults += [
        Fault(file, key, f"states no {name}", f"every value needs {', '.join(needed)}")
        for name in needed
        if not table.get(name) and name not in inherited
    ]
    if "value" in table and "values" in table:
        faults.append(
            Fault(file, key, "states both value and values", "value, or values by performance year")
        )
    standing = str(table.get(kind.standing, ""))
    if standing and standing not in kind.standings:
        faults.append(
            Fault(file, f"{key}.{kind.standing}", f"= {standing!r}", f"one of {', '.join(kind.standings)}")
        )
    if standing == CONFLICTED and not table.get("conflict"):
        said = "a conflict with what the other source says"
        faults.append(Fault(file, f"{key}.conflict", f"is missing, and {kind.standing} is {standing}", said))
    if "scope" in known and table.get("scope", SCOPES[0]) not in SCOPES:
        faults.append(Fault(file, f"{key}.scope", f"= {table['scope']!r}", f"one of {', '.join(SCOPES)}"))
    faults += [
        Fault(file, f"{key}.{name}", f"= {table[name]!r}", "must be text")
        for name in ("title", "unit", "source", "note", "spread")
        if not isinstance(table.get(name, ""), str)
    ]
    if not isinstance(table.get("choices", []), list):
        faults.append(Fault(file, f"{key}.choices", f"= {table['choices']!r}", "must be a list of words"))
    assumed_years = table.get("assumed_years", [])
    if not (isinstance(assumed_years, list) and all(year in years for year in assumed_years)):
        allowed = f"a list of performance years from {years[0]} to {years[-1]}"
        faults.append(Fault(file, f"{key}.assumed_years", f"= {assumed_years!r}", allowed))
    unit = str(table.get("unit", parent.unit if parent else ""))
    if unit and (problem := check_unit(unit)):
        faults.append(Fault(file, f"{key}.unit", f"= {unit!r}", problem))
    conflict, wrong = _conflict(key, table.get("conflict"), file)
    faults += wrong
    limits, wrong = read_limits(table, unit, parent.limits if parent else None, key, file)
    faults += wrong
    if faults:
        return faults
    blank = Entry(
        key=key,
        title=table.get("title", parent.title if parent else key.replace("_", " ").replace(".", ": ")),
        unit=unit,
        by_year=(),
        written=(),
        source=table["source"],
        standing=standing,
        file=file,
        note=table.get("note", ""),
        choices=tuple(table.get("choices", parent.choices if parent else ())),
        limits=limits,
        conflict=conflict,
        spread=table.get("spread", ""),
        scope=table.get("scope", ""),
        year=table.get("year"),
        assumed_years=tuple(assumed_years),
    )
    raw = table.get("values", table.get("value"))
    stated = with_value(blank, raw, file, years, "values" in table)
    if isinstance(stated, list) or "distribution" not in kind.needed:
        return stated
    distribution, wrong = read_distribution(stated, table["distribution"], file)
    return wrong or rebuilt(stated, distribution=distribution)


def with_value(
    entry: Entry, raw: object, file: str, years: range, yearly: bool, like: Value | None = None
) -> Entry | list[Fault]:
    """Return the entry with a raw value (by year when `yearly`) parsed, or the faults of that value.

    The value must have the shape of `like`; where that is None, those of all years must have one shape.
    """
    pairs: list[tuple[int | None, object]]
    faults: list[Fault] = []
    if yearly:
        pairs, faults = as_years(raw, file, entry.key, years)
    else:
        pairs = [(None, raw)]
    parsed: list[tuple[int | None, Value]] = []
    for year, item in pairs:
        place = entry.key if year is None else f"{entry.key}.{year}"
        try:
            found = parse_value(item, entry.unit, entry.choices, entry.limits, like)
        except ValueError as error:
            faults.append(Fault(file, place, f"= {shortened(item)}", str(error)))
        else:
            like = found if like is None else like
            parsed.append((year, found))
    return faults or rebuilt(entry, by_year=tuple(parsed), written=tuple(pairs))


def _conflict(key: str, table: object, file: str) -> tuple[Conflict | None, list[Fault]]:
    if table is None:
        return None, []
    names = tuple(one.name for one in fields(Conflict))
    if not isinstance(table, Mapping) or set(table) != set(names) or not all(table.values()):
        return None, [Fault(file, f"{key}.conflict", f"= {table!r}", f"a table of {', '.join(names)}")]
    return Conflict(**{name: str(table[name]) for name in names}), []
