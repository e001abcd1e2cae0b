"""ACOs' cash, and what capitation and advances do to it, arm beside arm, as a table of the closing page."""

from __future__ import annotations

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.table import Table

from sim.cli.money_tables import by_arm, mean_and_error

_MILLION, _PERCENT = 1e6, 100.0
_PAID = {
    "Capitation, % of benchmark": ("capitation",),
    "Advances, % of benchmark": ("enhanced_pcc", "apo"),
}
#: What the figures mean, and those of capitation.
CASH = (
    "Lowest cash is each ACO's at the end of its worst month, all ACOs together; in days of running cost, of"
    " the median ACO. Money to be found is the most that each ACO lacks: running cost is paid monthly,"
    " settlements come in the year after. Interest is what borrowing it would cost; it is in no other figure."
    " leadsim ledger STORE --aco NAME --arm ARM --year YEAR shows an account month by month."
)
CAPITATION = "Capitation stands for claims and is spent on them; advances are lent until settlement."


def shows_cash(data: xr.Dataset) -> bool:
    """Return whether a Dataset has cash by month; stores made before it was have none."""
    return "cash_low_point" in data


def pays_by_month(data: xr.Dataset) -> bool:
    """Return whether any ACO is paid capitation or an advance in any arm."""
    if "capitation" not in data:
        return False
    return any(bool((data[name] > 0).any()) for name in ("capitation", "enhanced_pcc", "apo"))


def cash_rows(data: xr.Dataset, arms: list[str]) -> list[tuple[str, ...]]:
    """Return what a figure is called and each arm's, mean over replicates with its Monte Carlo error.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arms : list of str
        Those with a program.
    """

    def over_benchmark(own: xr.Dataset, *names: str) -> NDArray[np.float64]:
        paid = sum((own[name].sum(("aco", "year")) for name in names[1:]), own[names[0]].sum(("aco", "year")))
        share: NDArray[np.float64] = (_PERCENT * paid / own["benchmark"].sum(("aco", "year"))).values
        return share

    rows: dict[str, list[str]] = {}
    by_month = pays_by_month(data)
    for arm in arms:
        own = data.sel(arm=arm)
        if by_month:
            for label, names in _PAID.items():
                rows.setdefault(label, []).append(mean_and_error(over_benchmark(own, *names), 2))
        lowest = own["cash_low_point"].min("year").sum("aco").values / _MILLION
        days = own["days_of_cash"].min("year").median("aco").values
        lacking = own["working_capital"].max("year").sum("aco").values / _MILLION
        interest = own["working_capital_interest"].sum(("aco", "year")).values / _MILLION
        for label, values, digits in (
            ("Lowest cash", lowest, 1),
            ("  in days of cost", days, 0),
            ("Money to be found", lacking, 1),
            ("Interest on it", interest, 2),
        ):
            rows.setdefault(label, []).append(mean_and_error(values, digits))
    return [(label, *cells) for label, cells in rows.items()]


def cash_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`cash_rows` as a table."""
    table = by_arm("Cash, $ million", arms)
    for row in cash_rows(data, arms):
        table.add_row(*row)
    return table
