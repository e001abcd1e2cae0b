"""What a home-based programme costs and saves, as a table of the closing page."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr
from rich.table import Table

from sim.cli.money_tables import Floats, arm_table, figure_rows

_PERCENT, _MONTHS_A_YEAR, _THOUSAND = 100.0, 12.0, 1_000.0
#: What the figures mean.
HOME_CARE = (
    "Home-based programme: what it takes off the spending of the people in it, the same people and draws"
    " without it, against what it costs the ACO. What is saved comes to the ACO only as far as settlement"
    " shares it out. Evidence: leadsim explain evidence.home_care."
)


def home_care_arms(data: xr.Dataset) -> list[str]:
    """Return the arms in which somebody is in a home-based programme."""
    if "home_care_months" not in data:
        return []
    there = (data["home_care_months"] > 0).any(("replicate", "aco", "year"))
    return [str(arm) for arm in data["arm"].values if bool(there.sel(arm=arm))]


def home_care_rows(data: xr.Dataset, arms: list[str]) -> list[tuple[str, ...]]:
    """Return what a figure is called and each arm's, mean over replicates with its Monte Carlo error.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arms : list of str
        Some of :func:`home_care_arms`.
    """

    def figures(arm: str) -> Iterator[tuple[str, Floats, int]]:
        own = data.sel(arm=arm)
        years = own.sizes["year"]

        def of(name: str) -> Floats:
            total: Floats = own[f"home_care_{name}"].sum(("aco", "year")).values
            return total

        months, last = of("months"), of("last_months")
        yield from (
            ("People in it, a year", of("people") / years, 0),
            ("  died in the year, %", _over(_PERCENT * of("deaths"), of("people")), 1),
            ("  moved to MA, %", _over(_PERCENT * of("moved"), of("people")), 1),
            ("Spending, $ a month", _over(of("spending"), months), 0),
            ("Saved, $ a month", _over(of("saved"), months), 0),
            ("  in last 3 of life", _over(of("last_saved"), last), 0),
            ("  in other months", _over(of("saved") - of("last_saved"), months - last), 0),
            ("Cost, $ a month", _over(of("cost"), months), 0),
            ("Saved less cost", _over(of("saved") - of("cost"), months), 0),
            ("Stays spared, 1,000/yr", _over(_THOUSAND * _MONTHS_A_YEAR * of("stays_spared"), months), 1),
            ("ED spared, 1,000/yr", _over(_THOUSAND * _MONTHS_A_YEAR * of("ed_spared"), months), 1),
        )

    return figure_rows(arms, figures)


def home_care_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`home_care_rows` as a table."""
    return arm_table("Home-based programme", arms, home_care_rows(data, arms))


def _over(top: Floats, bottom: Floats) -> Floats:
    found: Floats = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0.0)
    return found
