"""What taking part brings each ACO, arm beside arm, as a table of the closing page."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr
from rich.table import Table

from sim.cli.money_tables import Floats, arm_table, figure_rows

_MILLION = 1e6
_SHOWN = 20
_SHARED = "  with practices"
#: What the figures of :func:`joining_table` mean.
JOINING = (
    "Cash is what an ACO's account gains or loses over all years; with practices adds what it passed on to"
    " them. A difference of less than two errors may be chance; a dash is an ACO that never begins."
)


def joining_rows(data: xr.Dataset, arms: list[str]) -> list[tuple[str, ...]]:
    """Return each ACO's cash over all years in each arm, and with it what practices were passed on.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arms : list of str
        Those with a program.

    Returns
    -------
    list of tuple of str
        $ million, mean over replicates with its Monte Carlo error, of the first ACOs.
    """

    def figures(arm: str) -> Iterator[tuple[str, Floats, int]]:
        for name in data["aco"].values.tolist()[:_SHOWN]:
            own = data.sel(arm=arm, aco=name)
            begins = bool(own["aco_cash_change"].notnull().any())
            cash = own["aco_cash_change"].sum("year").values / _MILLION
            shared = own["distributions"].sum("year").values / _MILLION
            yield str(name), cash if begins else np.nan * cash, 1
            # A name of its own for each row; it is shown without the ACO's.
            yield f"{name}{_SHARED}", cash + shared if begins else np.nan * cash, 1

    rows = figure_rows(arms, figures)
    return [
        (_SHARED, *cells) if place % 2 else (label, *cells)
        for place, (label, *cells) in enumerate(rows)
        if not place % 2 or cells != list(rows[place - 1][1:])
    ]


def joining_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`joining_rows` as a table."""
    table = arm_table("Cash by ACO, $ million", arms, joining_rows(data, arms))
    if data.sizes["aco"] > _SHOWN:
        table.caption = f"The first {_SHOWN} of {data.sizes['aco']} ACOs; the store has all."
    return table
