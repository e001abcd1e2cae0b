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
#: What the figures mean.
DECISIONS = (
    "Shares are percent of all ACOs: mean over replicates and, in brackets, 10 % and 90 % of them. Leave are"
    " those that decide to as the year begins, or give notice in it; an ACO is out too that is too small,"
    " ruined or without people. What ACOs leave by is evidence.leaving (leadsim explain leaving)."
)


def deciding_arms(data: xr.Dataset) -> list[str]:
    """Return the arms in which some ACO decides for itself whether it stays."""
    if "exits" not in data:
        return []
    decides = data["exits"].notnull().any(("replicate", "aco", "year"))
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
    program = own["program"].transpose("replicate", "year", "aco").values
    leave = (own["exits"] > 0).transpose("replicate", "year", "aco").values
    columns: dict[str, NDArray[np.float64]] = {}
    for number, name in enumerate(PROGRAMS):
        if name in _NAMES and (program == number).any():
            columns[_NAMES[name]] = (program == number).mean(axis=-1)
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
    table.add_column(f"{arm}, % of ACOs", min_width=24)
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True, min_width=12)
    for row in rows:
        table.add_row(*row)
    return table


def _shown(shares: NDArray[np.float64]) -> str:
    low, high = np.quantile(shares, _BAND)
    mean, low, high = (_PERCENT * value for value in (float(shares.mean()), float(low), float(high)))
    return f"{mean:.0f}" if len(shares) == 1 else f"{mean:.0f} ({low:.0f} to {high:.0f})"
