"""What stop-loss nets ACOs, and what becomes of those that cannot pay, as a table of the closing page."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.table import Table

from sim.cli.money_tables import by_arm, mean_and_error

_MILLION, _PERCENT = 1e6, 100.0
#: What the figures mean.
PROTECTION = (
    "Stop-loss is payouts less charge over the benchmark; its spread is the standard deviation of that over"
    " ACOs and years. An ACO is ruined whose cash and stated reserves do not reach what it owes Medicare: its"
    " guarantee is called, and what is left stays unpaid."
)


def shows_protection(data: xr.Dataset) -> bool:
    """Return whether any ACO has stop-loss or is ruined in any arm."""
    return "ruined" in data and bool((data["stop_loss_charge"] > 0).any() or (data["ruined"] > 0).any())


def protection_rows(data: xr.Dataset, arms: list[str]) -> list[tuple[str, ...]]:
    """Return what a figure is called and each arm's, mean over replicates with its Monte Carlo error.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arms : list of str
        Those with a program.
    """
    rows: dict[str, list[str]] = {}
    for arm in arms:
        own = data.sel(arm=arm)
        net = _PERCENT * (own["stop_loss_payout"] - own["stop_loss_charge"]) / own["benchmark"]
        ruined = (own["ruined"] > 0).any("year").mean("aco")
        for label, values, digits in (
            ("Stop-loss, % of benchmark", _over_replicates(net.mean(("aco", "year"))), 2),
            ("  spread over ACOs", _over_replicates(net.std(("aco", "year"))), 2),
            ("ACOs ruined, %", _over_replicates(_PERCENT * ruined), 1),
            ("Guarantees called", _dollars(own["guarantee_called"]), 1),
            ("Debt unpaid", _dollars(own["unpaid_debt"]), 1),
        ):
            rows.setdefault(label, []).append(mean_and_error(values, digits))
    return [(label, *cells) for label, cells in rows.items()]


def protection_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`protection_rows` as a table."""
    table = by_arm("Protection, $ million", arms)
    for row in protection_rows(data, arms):
        table.add_row(*row)
    return table


def _dollars(values: xr.DataArray) -> NDArray[np.float64]:
    return _over_replicates(values.sum(("aco", "year")) / _MILLION)


def _over_replicates(values: xr.DataArray) -> NDArray[np.float64]:
    found: NDArray[np.float64] = values.values
    return found
