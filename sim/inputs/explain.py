"""What an entry says, in rows that a person can read."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from sim.inputs.entries import Entry
from sim.inputs.limits import shape_text

# Characters of a value shown in a list of values.
_BRIEF = 40
_SCOPES = {
    "world": "world: one value for all arms, changed in the scenario's [evidence]",
    "arm": "arm: an arm may have its own, under arms.NAME.evidence",
}


def explain_entry(entry: Entry) -> list[tuple[str, str]]:
    """Return (label, text) rows: value by year, unit, standing, source, conflict, what a scenario changed."""
    rows = [("key", entry.key), ("meaning", entry.title)]
    rows += _values("value", entry)
    rows += [("unit", entry.unit)]
    if entry.choices:
        rows.append(("choices", ", ".join(entry.choices)))
    rows += _limits(entry)
    if entry.distribution is not None:
        pairs = ", ".join(f"{name} = {plain_text(value)}" for name, value in entry.distribution.items())
        rows.append(("distribution", f"{pairs} ({entry.spread})" if entry.spread else pairs))
    if entry.scope:
        rows.append(("scope", _SCOPES[entry.scope]))
    if entry.year is not None:
        rows.append(("data year", str(entry.year)))
    label = "grade" if entry.distribution is not None else "status"
    rows.append((label, entry.standing))
    if entry.years_assumed:
        rows.append(("status by year", f"{entry.years_assumed} assumed"))
    rows.append(("source", entry.source))
    if entry.note:
        rows.append(("note", entry.note))
    if entry.conflict:
        rows.append(("conflict", f"{entry.conflict.value} ({entry.conflict.source})"))
        rows.append(("to switch", entry.conflict.switch))
    rows.append(("stated in", entry.file))
    if entry.change:
        rows.append(("changed by", entry.change.origin))
        rows += _values("before", entry.change.before)
    return rows


def _limits(entry: Entry) -> list[tuple[str, str]]:
    limits, value = entry.limits, entry.by_year[0][1]
    rows = [("shape", "a list of numbers of any length" if limits.length else shape_text(value))]
    if isinstance(value, float | np.ndarray):
        low = "" if limits.min is None else f"{limits.min:,.10g} <= "
        high = "" if limits.max is None else f" <= {limits.max:,.10g}"
        held = {
            "whole numbers": limits.whole,
            "rising": limits.rising,
            f"adding up to {limits.sum or 0:g}": limits.sum is not None,
        }
        rows.append(("bounds", ", ".join([f"{low}value{high}", *(name for name, on in held.items() if on)])))
    return [*rows, ("held", limits.held)] if limits.held else rows


def _values(label: str, entry: Entry) -> list[tuple[str, str]]:
    return [(label if year is None else f"{label} {year}", plain_text(raw)) for year, raw in entry.written]


def brief_text(entry: Entry) -> str:
    """Return an entry's value in a few words: that of its first year, where it goes by year."""
    year, raw = entry.written[0]
    text = plain_text(raw)
    text = text if len(text) <= _BRIEF else f"{text[:_BRIEF]}..."
    more = f" and {len(entry.written) - 1} later" if len(entry.written) > 1 else ""
    return text if year is None else f"{text} from {year}{more}"


def group_rows(entries: Iterable[Entry], group: str = "") -> list[tuple[str, str]]:
    """Return a row for each entry and each group directly in a group, "" being all."""
    start = f"{group}." if group else ""
    children: dict[str, list[Entry]] = {}
    for entry in entries:
        if entry.key.startswith(start):
            children.setdefault(start + entry.key[len(start) :].partition(".")[0], []).append(entry)
    return [
        (key, f"{brief_text(inside[0])}  {inside[0].title}")
        if inside[0].key == key
        else (key, ", ".join(entry.key.removeprefix(f"{key}.") for entry in inside))
        for key, inside in children.items()
    ]


def plain_text(raw: object) -> str:
    """Return a raw TOML value as a person would write it."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, list):
        return "[" + ", ".join(plain_text(item) for item in raw) + "]"
    return str(raw)
