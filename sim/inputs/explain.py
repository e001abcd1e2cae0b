"""What an entry says, in rows that a person can read."""

from __future__ import annotations

from sim.inputs.entries import Entry

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
    if entry.minimum is not None or entry.maximum is not None:
        low = "" if entry.minimum is None else f"{entry.minimum:g} <= "
        high = "" if entry.maximum is None else f" <= {entry.maximum:g}"
        rows.append(("bounds", f"{low}value{high}"))
    if entry.distribution is not None:
        pairs = ", ".join(f"{name} = {plain_text(value)}" for name, value in entry.distribution.items())
        rows.append(("distribution", f"{pairs} ({entry.spread})" if entry.spread else pairs))
    if entry.scope:
        rows.append(("scope", _SCOPES[entry.scope]))
    if entry.year is not None:
        rows.append(("data year", str(entry.year)))
    label = "grade" if entry.distribution is not None else "status"
    rows += [(label, entry.standing), ("source", entry.source)]
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


def _values(label: str, entry: Entry) -> list[tuple[str, str]]:
    return [(label if year is None else f"{label} {year}", plain_text(raw)) for year, raw in entry.written]


def plain_text(raw: object) -> str:
    """Return a raw TOML value as a person would write it."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, list):
        return "[" + ", ".join(plain_text(item) for item in raw) + "]"
    return str(raw)
