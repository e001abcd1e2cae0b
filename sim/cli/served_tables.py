"""Whether a home-based programme pays for itself, and whom Medicaid aligns, on the closing page."""

from __future__ import annotations

import math

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.table import Table

from sim.cli.money_tables import by_arm, mean_and_error
from sim.outcomes.error import mean_error

_PERCENT, _MONTHS_A_YEAR, _THOUSAND = 100.0, 12.0, 1_000.0
# Differences of so many Monte Carlo errors are told as such.
_ERRORS = 2.0
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
    rows: dict[str, list[str]] = {}
    for arm in arms:
        own = data.sel(arm=arm)
        years = own.sizes["year"]

        def of(name: str, own: xr.Dataset = own) -> NDArray[np.float64]:
            total: NDArray[np.float64] = own[f"home_care_{name}"].sum(("aco", "year")).values
            return total

        months, last = of("months"), of("last_months")
        figures = (
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
        for label, values, digits in figures:
            rows.setdefault(label, []).append(mean_and_error(values, digits))
    return [(label, *cells) for label, cells in rows.items()]


def home_care_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`home_care_rows` as a table."""
    table = by_arm("Home-based programme", arms)
    for row in home_care_rows(data, arms):
        table.add_row(*row)
    return table


def home_care_told(data: xr.Dataset, arm: str) -> str:
    """Return in a sentence whether the programme of an arm pays for itself."""
    own = data.sel(arm=arm)
    saved, cost, months, people = (
        own[f"home_care_{name}"].sum(("aco", "year")).values for name in ("saved", "cost", "months", "people")
    )
    dear, useful = (_mean(_over(dollars, months)) for dollars in (cost, saved))
    how_many = f"{_mean(people / own.sizes['year'])} people a year"
    verdict = _verdict(_over(saved - cost, months))
    return f"{arm}: {how_many}; a month of it costs {dear} USD and saves {useful} USD: {verdict}."


def _verdict(net: NDArray[np.float64]) -> str:
    mean, error = float(net.mean()), mean_error(net)
    pays = f" ({int((net > 0.0).sum())} of {len(net)} replicates say that it does)"
    if math.isnan(error) or abs(mean) < _ERRORS * error:
        return f"whether it pays for itself cannot be told{pays}"
    return f"it pays for itself{pays}" if mean > 0.0 else f"it does not pay for itself{pays}"


def medicaid_told(data: xr.Dataset) -> list[str]:
    """Return a sentence for each arm in which Medicaid aligns people or pays for them."""
    if "full_dual_months" not in data:
        return []
    told = []
    for arm in data["arm"].values.tolist():
        own = data.sel(arm=arm)
        full = own["full_dual_months"].sum(("aco", "year")).values
        if not full.any():
            continue
        people = own["medicaid_aligned_people"].sum(("aco", "year")).values / own.sizes["year"]
        share = _over(own["medicaid_aligned_months"].sum(("aco", "year")).values, full)
        paid = own["dual_incentive"].sum(("aco", "year")).values / 1e6
        told.append(
            f"{arm}: the Medicaid route aligns {_mean(people)} people a year,"
            f" {_PERCENT * share.mean():.1f} % of aligned people with full benefits; incentives for these"
            f" come to ${paid.mean():,.2f} million."
        )
    return told


def _mean(values: NDArray[np.float64]) -> str:
    return f"{values.mean():,.0f}"


def _over(top: NDArray[np.float64], bottom: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0.0)
    return found
