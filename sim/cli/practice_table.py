"""What arms do to practices' income, where a study keeps their books, as a table of the closing page."""

from __future__ import annotations

from collections.abc import Iterator

import xarray as xr
from rich.table import Table

from sim.cli.money_tables import Floats, arm_table, figure_rows

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

    def figures(arm: str) -> Iterator[tuple[str, Floats, int]]:
        own = data.sel(arm=arm)
        income = own["practice_income"].sum(("aco", "year"))
        for label, part in (("median practice", "median"), ("lowest tenth", "p10"), ("highest tenth", "p90")):
            change = own[f"practice_income_change_{part}"].mean(("aco", "year"))
            yield f"Change, {label}", (_PERCENT * change).values, 1
        for label, part in (("Paid by ACO", "practice_payments"), ("Distributed", "distributions")):
            yield f"{label}, of income", (_PERCENT * own[part].sum(("aco", "year")) / income).values, 1

    return figure_rows(arms, figures)


def practice_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`practice_rows` as a table."""
    return arm_table("Practices' income, %", arms, practice_rows(data, arms))
