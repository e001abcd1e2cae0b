"""What ACOs that decide for themselves are in, year by year, as a table of the closing page."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.settlement.contracts import PROGRAMS

_PERCENT = 100.0
_BAND = (0.1, 0.9)
_NAMES = {"lead": "In LEAD", "mssp": "In MSSP", "reach": "In REACH"}
# CMS, GPDC and ACO REACH results, PY2021 and PY2022.
_IN_REACH = "in ACO REACH from 2021 to 2022 it was 4 of 40, and 0 of 10 the other way."
#: What the figures mean.
DECISIONS = (
    "Who is in what, in percent of all ACOs: mean over replicates and, in brackets, 10 % and 90 % of them."
    " Leave are those that decide to as the year begins, or give notice in it; an ACO is out too that is too"
    " small, ruined or without people. What ACOs leave by is evidence.leaving (leadsim explain leaving)."
)


def deciding_arms(data: xr.Dataset) -> list[str]:
    """Return the arms in which some ACO decides for itself whether it stays, or what it is in."""
    if "exits" not in data:
        return []
    decides = (data["exits"].notnull() | data["chose_global"].notnull()).any(("replicate", "aco", "year"))
    return [str(arm) for arm in data["arm"].values if bool(decides.sel(arm=arm))]


def decisions_rows(data: xr.Dataset, arm: str) -> tuple[list[str], list[tuple[str, ...]]]:
    """Return the table's headings, and for each year what they are in and how many leave.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arm : str
    """
    own = data.sel(arm=arm)
    program, leave = _by_aco(own["program"]), _by_aco(own["exits"] > 0)
    columns: dict[str, NDArray[np.float64]] = {}
    for number, name in enumerate(PROGRAMS):
        if name in _NAMES and (program == number).any():
            columns[_NAMES[name]] = (program == number).mean(axis=-1)
    options = _by_aco(own["chose_global"])
    if np.isfinite(options).any():
        others = (program == PROGRAMS.index("lead")) & np.isnan(options)
        columns.pop(_NAMES["lead"], None)
        columns = {
            **({"LEAD, stated": others.mean(axis=-1)} if others.any() else {}),
            "LEAD Global": (options == 1.0).mean(axis=-1),
            "LEAD Profess.": (options == 0.0).mean(axis=-1),
            **columns,
        }
    columns["Out"] = np.isnan(program).mean(axis=-1)
    columns["Leave"] = leave.mean(axis=-1)
    years = own["year"].values.tolist()
    rows = [
        (f"{year}", *(_shown(shares[:, at]) for shares in columns.values())) for at, year in enumerate(years)
    ]
    return list(columns), rows


def decisions_table(data: xr.Dataset, arm: str) -> Table:
    """Return :func:`decisions_rows` as a table."""
    headings, rows = decisions_rows(data, arm)
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(arm, min_width=8)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for row in rows:
        table.add_row(*row)
    return table


def switching_told(data: xr.Dataset, arm: str) -> str:
    """Return how often ACOs that choose change their option, beside what they did in ACO REACH."""
    options = _by_aco(data.sel(arm=arm)["chose_global"])
    before, after = options[:, :-1], options[:, 1:]
    parts = []
    for place, (of, to) in enumerate((("Global", "Professional"), ("Professional", "Global"))):
        stay = (before == 1 - place) & np.isfinite(after)
        moved = stay & (after != before)
        if stay.any():
            share = _PERCENT * moved.sum() / stay.sum()
            parts.append(f"{share:.0f} % a year from {of} to {to} ({stay.sum():,} ACO-years)")
    if not parts:
        return ""
    return f"{arm}: of ACOs that stay in LEAD go {' and '.join(parts)}; {_IN_REACH}"


def _by_aco(values: xr.DataArray) -> NDArray[np.float64]:
    found: NDArray[np.float64] = values.transpose("replicate", "year", "aco").values
    return found


def _shown(shares: NDArray[np.float64]) -> str:
    low, high = np.quantile(shares, _BAND)
    mean, low, high = (_PERCENT * value for value in (float(shares.mean()), float(low), float(high)))
    return f"{mean:.0f}" if len(shares) == 1 else f"{mean:.0f} ({low:.0f}-{high:.0f})"
