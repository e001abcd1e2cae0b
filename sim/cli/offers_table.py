"""What falls prevention averts and costs, and what benefits cost, as tables of the closing page."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.table import Table

from sim.cli.money_tables import by_arm, mean_and_error

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

Floats = NDArray[np.float64]


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
    rows: dict[str, list[str]] = {}
    for arm in arms:
        total = _totals(data, arm)
        aged = total("aged_months") / _MONTHS
        stays, visits = total("fall_stays_averted"), total("fall_ed_visits_averted")
        for label, values, digits in (
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
        ):
            rows.setdefault(label, []).append(mean_and_error(values, digits))
    return [(label, *cells) for label, cells in rows.items()]


def falls_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`falls_rows` as a table."""
    return _table("Falls, all years", arms, falls_rows(data, arms))


def falls_told(data: xr.Dataset, arm: str) -> str:
    """Return in words what falls prevention of an arm averts, what it costs, and what that brings back."""
    total = _totals(data, arm)
    cost, saved = total("falls_prevention_cost").mean(), total("fall_spending_averted").mean()
    courses, paid = total("falls_courses").mean(), total("falls_prevention_paid").mean()
    who = "the ACOs" if paid == cost else "Medicare" if paid == 0.0 else "the ACOs and Medicare"
    return (
        f"{arm}: {courses:,.0f} people have a course of falls prevention, at {cost / courses:,.0f} USD each,"
        f" paid by {who}. {total('fall_stays_averted').mean():,.0f} admissions and"
        f" {total('fall_ed_visits_averted').mean():,.0f} ED visits for falls are averted, which would have"
        f" cost Medicare {saved / _MILLION:,.2f} million USD: {saved / cost:.2f} USD of care for each USD"
        " spent."
    )


def benefit_arms(data: xr.Dataset) -> list[str]:
    """Return the arms in which an ACO pays for a benefit or incentive."""
    return sorted(
        {arm for _, name in _BENEFITS for arm in _arms_with(data, name)}, key=list(data["arm"].values).index
    )


def benefits_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return what benefits and incentives of some arms cost their ACOs, $ million, those that any offers."""
    rows = [
        (label, *(mean_and_error(_totals(data, arm)(name) / _MILLION, 2) for arm in arms))
        for label, name in _BENEFITS
        if _arms_with(data, name)
    ]
    return _table("Paid for people, $ million", arms, rows)


def _table(title: str, arms: list[str], rows: list[tuple[str, ...]]) -> Table:
    table = by_arm(title, arms)
    for row in rows:
        table.add_row(*row)
    return table


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
