"""What stop-loss nets ACOs, and what becomes of those that cannot pay, as a table of the closing page."""

from __future__ import annotations

from collections.abc import Iterator

import xarray as xr
from rich.table import Table

from sim.cli.money_tables import Floats, arm_table, figure_rows

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

    def figures(arm: str) -> Iterator[tuple[str, Floats, int]]:
        own = data.sel(arm=arm)
        net = _PERCENT * (own["stop_loss_payout"] - own["stop_loss_charge"]) / own["benchmark"]
        ruined = (own["ruined"] > 0).any("year").mean("aco")
        yield "Stop-loss, % of benchmark", net.mean(("aco", "year")).values, 2
        yield "  spread over ACOs", net.std(("aco", "year")).values, 2
        yield "ACOs ruined, %", (_PERCENT * ruined).values, 1
        for label, name in (("Guarantees called", "guarantee_called"), ("Debt unpaid", "unpaid_debt")):
            yield label, own[name].sum(("aco", "year")).values / _MILLION, 1

    return figure_rows(arms, figures)


def protection_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`protection_rows` as a table."""
    return arm_table("Protection, $ million", arms, protection_rows(data, arms))
