"""What falls prevention averts and costs, and what benefits cost, as tables of the closing page."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import xarray as xr
from rich.table import Table

from sim.cli.money_tables import Floats, arm_table, figure_rows

_MILLION, _THOUSAND, _PERCENT, _MONTHS = 1e6, 1e3, 100.0, 12.0
#: What the figures mean.
FALLS = (
    "Aged are aligned people of 65 and over; protected are those whose course of falls prevention still"
    " averts falls. What is averted is against the same people without a course, on the same draws; spending"
    " averted is part of true savings. The cost is no expenditure unless the rules say so"
    " (falls.counts_as_expenditure)."
)
_BENEFITS = (
    ("Part B cost sharing", "cost_sharing_support"),
    ("Part D premiums", "part_d_premium"),
    ("Prevention rewards", "prevention_reward"),
    ("Hemp-derived products", "substance_access"),
    ("REACH's enhancements", "benefit_enhancements"),
)


def falls_arms(data: xr.Dataset) -> list[str]:
    """Return the arms in which somebody begins falls prevention."""
    return _arms_with(data, "falls_courses")


def falls_rows(data: xr.Dataset, arms: list[str]) -> list[tuple[str, ...]]:
    """Return what a figure is called and each arm's, mean over replicates with its Monte Carlo error.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arms : list of str
        Those with a program.
    """

    def figures(arm: str) -> Iterator[tuple[str, Floats, int]]:
        total = _totals(data, arm)
        aged = total("aged_months") / _MONTHS
        stays, visits = total("fall_stays_averted"), total("fall_ed_visits_averted")
        yield from (
            ("Admissions, 1,000 aged", _THOUSAND * total("fall_stays") / aged, 2),
            ("ED visits, 1,000 aged", _THOUSAND * total("fall_ed_visits") / aged, 2),
            ("People who begin", total("falls_courses"), 0),
            ("Protected, % of aged", _PERCENT * total("falls_protected") / aged, 1),
            ("Admissions averted", stays, 1),
            ("  % of the protected's", _share(stays, total("protected_fall_stays")), 1),
            ("ED visits averted", visits, 1),
            ("  % of what they have", _share(visits, total("protected_fall_ed_visits")), 1),
            ("Cost, $ million", total("falls_prevention_cost") / _MILLION, 2),
            ("  paid by the ACOs", total("falls_prevention_paid") / _MILLION, 2),
            ("Spending averted, $ m.", total("fall_spending_averted") / _MILLION, 2),
        )

    return figure_rows(arms, figures)


def falls_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`falls_rows` as a table."""
    return arm_table("Falls, all years", arms, falls_rows(data, arms))


def benefit_arms(data: xr.Dataset) -> list[str]:
    """Return the arms in which an ACO pays for a benefit or incentive."""
    return sorted(
        {arm for _, name in _BENEFITS for arm in _arms_with(data, name)}, key=list(data["arm"].values).index
    )


def benefits_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return what benefits and incentives of some arms cost their ACOs, $ million, those that any offers."""
    offered = [(label, name) for label, name in _BENEFITS if _arms_with(data, name)]

    def figures(arm: str) -> Iterator[tuple[str, Floats, int]]:
        total = _totals(data, arm)
        yield from ((label, total(name) / _MILLION, 2) for label, name in offered)

    return arm_table("Paid for people, $ million", arms, figure_rows(arms, figures))


def _arms_with(data: xr.Dataset, name: str) -> list[str]:
    if name not in data:
        return []
    found = (data[name] > 0).any(("replicate", "aco", "year"))
    return [str(arm) for arm in data["arm"].values if bool(found.sel(arm=arm))]


def _totals(data: xr.Dataset, arm: str) -> Callable[[str], Floats]:
    """Return what gives a variable of an arm by replicate, all ACOs and years together."""

    def total(name: str) -> Floats:
        values: Floats = data[name].sel(arm=arm).sum(("aco", "year")).values
        return values

    return total


def _share(averted: Floats, left: Floats) -> Floats:
    whole = averted + left
    return _PERCENT * np.divide(averted, whole, out=np.zeros_like(whole), where=whole > 0.0)
