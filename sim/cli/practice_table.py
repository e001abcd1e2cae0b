"""What arms do to practices' income, where a study keeps their books, as a table of the closing page."""

from __future__ import annotations

import xarray as xr
from rich.table import Table

from sim.cli.money_tables import by_arm, mean_and_error

_PERCENT = 100.0
#: What the figures mean.
PRACTICES = (
    "Income is of the practices on ACOs' lists, from anybody they care for: fees, what their ACO pays for"
    " reduced fees, and distributions. Its change is against the reference arm, of the median practice of an"
    " ACO and of its tenth from below and above, mean over ACOs and years. What other payers bring is not"
    " simulated. leadsim ledger STORE --aco NAME --arm ARM --providers shows who earns what."
)


def keeps_books(data: xr.Dataset) -> bool:
    """Return whether the study has kept the books of single providers."""
    return "practice_income" in data and bool(data["practice_income"].notnull().any())


def practice_rows(data: xr.Dataset, arms: list[str]) -> list[tuple[str, ...]]:
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
        income = own["practice_income"].sum(("aco", "year"))

        def share(name: str, own: xr.Dataset = own, income: xr.DataArray = income) -> xr.DataArray:
            return _PERCENT * own[name].sum(("aco", "year")) / income

        change = {
            name: _PERCENT * own[f"practice_income_change_{name}"].mean(("aco", "year"))
            for name in ("median", "p10", "p90")
        }
        for label, values in (
            ("Change, median practice", change["median"]),
            ("Change, lowest tenth", change["p10"]),
            ("Change, highest tenth", change["p90"]),
            ("Paid by ACO, of income", share("practice_payments")),
            ("Distributed, of income", share("distributions")),
        ):
            rows.setdefault(label, []).append(mean_and_error(values.values, 1))
    return [(label, *cells) for label, cells in rows.items()]


def practice_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`practice_rows` as a table."""
    table = by_arm("Practices' income, %", arms)
    for row in practice_rows(data, arms):
        table.add_row(*row)
    return table
