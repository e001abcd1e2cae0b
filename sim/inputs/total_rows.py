"""Rows of a results file that are no ACO: totals, subtotals and averages that people add below."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cms_table import CmsTable
from sim.inputs.faults import Fault, InputError

_WORD = r"(?:totals?|sums?|averages?|avg\.?|means?|medians?|counts?|minimum|maximum|min|max)"
_KIND = (
    r"(?:grand|overall|sub|column|national|program(?:me)?|mssp|ssp|reach|acos?|all|the|of|for|over|across|above|"
    r"rows?|tracks?|levels?|basic|enhanced|global|professional|standard|new entrants?|high needs|entities|"
    r"(?:one|two)[\s-]?sided|(?:high|low)[\s-]revenue|initial|renewal|re-?entering|(?:py\s?)?20\d\d|[a-e1-3])"
)
_BETWEEN = r"[\s,:()-]*"
# "National ACO" is an ACO's name, so that only a word for a sum or "all" makes a total.
_TOTAL = re.compile(
    rf"(?:{_KIND}{_BETWEEN})*{_WORD}(?:{_BETWEEN}{_KIND})*{_BETWEEN}\.?|(?:all|overall)(?:\s+acos)?|all\s+rows",
    re.IGNORECASE,
)
# Longer cells say more than that a row is a total.
_LONGEST = 200
# Sums of published figures that were rounded to the dollar.
_CLOSE = 1e-6


def is_total(text: str) -> bool:
    """Return whether a cell where an ACO's id or name belongs says that the row is a total or its like.

    Names of ACOs hold such words (Total Care, All Island); only a cell that says nothing else counts.
    """
    return len(text) <= _LONGEST and _TOTAL.fullmatch(text.strip()) is not None


def without_totals(table: CmsTable, ids: Sequence[str], names: Sequence[str]) -> CmsTable:
    """Return the table without rows whose identifier or name says total, and a note for each."""
    kept, notes = [], []
    for row, words in enumerate(zip(ids, names, strict=True)):
        # A row with an ACO's identifier is that ACO, whatever its name.
        label = next((word for word in words if word), "")
        label = label if is_total(label) else ""
        if not label:
            kept.append(row)
        else:
            notes.append(f"{table.source}: {table.places[row]} is no ACO ({label!r}) and was left out")
    if not kept:
        raise InputError(Fault(table.source, "", "has no row of an ACO, totals only", "one row for each ACO"))
    return table.select(kept, notes) if notes else table


def sums_of_others(table: CmsTable, columns: dict[str, NDArray[np.float64]]) -> list[Fault]:
    """Return the fault of a row that is the sum of all others, or of those above, in every column.

    Parameters
    ----------
    table : CmsTable
    columns : dict of str to float64 array, shape (row,)
        Column names as written, and amounts that add up over ACOs.
    """
    values = np.array(list(columns.values()))
    rows = values.shape[1]
    if rows < 3 or np.isnan(values).any():
        return []
    above = np.cumsum(values, axis=1) - values
    others = values.sum(axis=1, keepdims=True) - values
    alike = np.zeros(rows, dtype=bool)
    for sums in (above, others):
        alike |= (np.abs(sums - values) <= _CLOSE * np.abs(values)).all(axis=0)
    alike[:2] = (np.abs(others - values) <= _CLOSE * np.abs(values)).all(axis=0)[:2]
    shown = " and ".join(columns)
    return [
        Fault(
            table.source,
            f"{table.places[row]}, {next(iter(columns))}",
            f"= {values[0, row]:,.0f} is the sum of other rows, as is all of {shown}",
            "one row for each ACO and none for totals",
        )
        for row in np.flatnonzero(alike)
    ]
