"""The bridge from true savings to cash, and what each ACO makes of a run, as tables of the closing page."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.outcomes.benefit_variables import PAID_FOR_PEOPLE
from sim.outcomes.bridge import bridge, steps_of
from sim.outcomes.error import mean_error
from sim.outcomes.registry import GUARDRAILS
from sim.outcomes.summary import paid_to_acos

_MILLION = 1e6
_MONTHS_A_YEAR = 12.0
_ACOS_SHOWN = 20
# Characters of a label, of a figure with its error, and between columns.
_LABEL, _FIGURE, _PADDING = 24, 14, 2
_GUARDRAIL = 16  # its figures have a star more
#: What the bracket of the guardrail rests on.
BRACKET = (
    "Savings against benchmark by what may be meant with LEAD's guardrail: how it widens after its first year"
    " is not published. Each line settles the same years of the same people again: "
    + "; ".join(f"{name}: {text}" for name, text in GUARDRAILS.items())
    + ". What ACOs do for it is the run's (*: its own reading), and lines share their draws: they differ with"
    " less error than each has. The prospective factor is assumed too, and so is what the guardrail binds"
    " (leadsim explain trend)."
)
LOSS = (
    "A loss is a performance year whose gross savings are below zero; P(loss) is its share of an ACO's"
    " settled years, P(cash < 0) the share of replicates whose years together leave the ACO less cash than"
    " it began with."
)


def turned_away(data: xr.Dataset) -> list[str]:
    """Return a sentence for arms in which ACOs are out of their program for want of people, however long.

    Parameters
    ----------
    data : Dataset
        With ``meets_minimum`` and ``program``.
    """
    out = (data["meets_minimum"] == 0) & data["program"].isnull()
    share = out.where(data["meets_minimum"].notnull()).mean(("replicate", "year"))
    found: dict[str, list[str]] = {}
    for arm in data["arm"].values.tolist():
        own = share.sel(arm=arm)
        some = [name for name in data["aco"].values.tolist() if float(own.sel(aco=name)) > 0.0]
        named = ", ".join(f"{name} ({100 * float(own.sel(aco=name)):.0f} %)" for name in some[:_ACOS_SHOWN])
        if len(some) > _ACOS_SHOWN:
            named += f" and {len(some) - _ACOS_SHOWN} more"
        if some:
            found.setdefault(named, []).append(arm)
    return [
        f"{', '.join(arms)}: ACOs below the program's minimum are out, in so much of their years: {named}."
        for named, arms in found.items()
    ]


def side_by_side(arms: list[str], width: int) -> Iterator[list[str]]:
    """Yield the arms in groups that a table of `width` columns has room for."""
    group: list[str] = []
    used = _LABEL + _PADDING
    for arm in arms:
        needed = max(_FIGURE, len(arm)) + _PADDING
        if group and used + needed > width:
            yield group
            group, used = [], _LABEL + _PADDING
        group.append(arm)
        used += needed
    if group:
        yield group


def by_arm(title: str, arms: list[str], *, label: int = _LABEL) -> Table:
    """Return a table of figures with a column for each arm, as yet without rows."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(title, min_width=label)
    for arm in arms:
        table.add_column(arm, justify="right", min_width=_FIGURE)
    return table


def bridge_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return the bridge of some arms: $ million, all ACOs and years, mean over replicates and its error.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arms : list of str
        Those with a program.
    """
    table = by_arm("Bridge, $ million, mean (MC error)", arms)
    shown = data.sel(arm=arms)
    totals = bridge(shown).sum("aco", min_count=1)
    for step in steps_of(shown):
        cells = [mean_and_error(totals.sel(step=step.label, arm=arm).values / _MILLION) for arm in arms]
        table.add_row(f"= {step.label}" if step.level else f"  {step.label}", *cells, end_section=step.level)
    return table


def bracket_arms(data: xr.Dataset) -> list[str]:
    """Return the arms with a guardrail: those in which some ACO is settled by LEAD."""
    if "gross_savings_guard_linear" not in data:
        return []
    shown = data["gross_savings_guard_linear"].notnull()
    return [str(arm) for arm in data["arm"].values if bool(shown.sel(arm=arm).any())]


def bracket_rows(data: xr.Dataset, arms: list[str]) -> list[tuple[str, ...]]:
    """Return, for each reading of the guardrail, its name and each arm's savings of LEAD ACOs, $ million.

    Parameters
    ----------
    data : Dataset
        Complete replicates. A star marks what the arm itself is settled by.
    arms : list of str
        Some of :func:`bracket_arms`.
    """
    rows = []
    for name in GUARDRAILS:
        cells = []
        for arm in arms:
            own = data[f"gross_savings_guard_{name}"].sel(arm=arm)
            usual = data["gross_savings"].sel(arm=arm).where(own.notnull())
            star = "*" if bool((own == usual).where(own.notnull(), True).all()) else ""
            cells.append(mean_and_error(own.sum(("aco", "year")).values / _MILLION) + star)
        rows.append((name, *cells))
    return rows


def bracket_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return the bracket of the guardrail: mean over replicates of all ACOs and years, and its error."""
    table = by_arm("Savings by guardrail, $ million", arms, label=_GUARDRAIL)
    for row in bracket_rows(data, arms):
        table.add_row(*row)
    return table


def mean_and_error(values: NDArray[np.float64], digits: int = 1) -> str:
    """Return a mean over replicates with its Monte Carlo error in brackets."""
    error = mean_error(values)
    return f"{values.mean():,.{digits}f} ({'n/a' if math.isnan(error) else f'{error:,.{digits}f}'})"


def aco_table(data: xr.Dataset, arm: str) -> Table:
    """Return what each ACO makes of an arm: per person-year, in percent of benchmark, and how often it loses.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arm : str
        One with a program.
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(f"{arm}: by ACO", min_width=20)
    for heading in ("Paid $", "% bm.", "Cost $", "Cash $", "P(loss)", "P(cash<0)"):
        table.add_column(heading, justify="right", no_wrap=True)
    own = data.sel(arm=arm)
    settled = own["gross_savings"].notnull()
    people = own["person_months"].sum("cell").where(settled).sum(("replicate", "year")) / _MONTHS_A_YEAR

    def total(name: str) -> xr.DataArray:
        return own[name].where(settled).sum(("replicate", "year"))

    names = paid_to_acos(data)
    paid = sum((total(name) for name in names[1:]), total(names[0]))
    paid_for_people = [total(name) for name in ("home_care_cost", *PAID_FOR_PEOPLE) if name in own]
    cost, cash = sum(paid_for_people, total("care_management_cost")), total("aco_cash_change")
    loss = (own["gross_savings"] < 0).where(settled).mean(("replicate", "year"))
    short = (own["aco_cash_change"].where(settled).sum("year", min_count=1) < 0).mean("replicate")
    shown = own["aco"].values.tolist()[:_ACOS_SHOWN]
    if len(shown) < own.sizes["aco"]:
        table.caption = f"The first {len(shown)} of {own.sizes['aco']} ACOs; the store has all."
    for place, name in enumerate(shown):
        years = float(people[place])
        if not years:
            continue
        table.add_row(
            str(name),
            f"{float(paid[place]) / years:,.0f}",
            f"{100.0 * float(paid[place]) / float(total('benchmark')[place]):.1f}",
            *(f"{float(value[place]) / years:,.0f}" for value in (cost, cash)),
            f"{100.0 * float(loss[place]):.0f} %",
            f"{100.0 * float(short[place]):.0f} %",
        )
    return table


def care_table(data: xr.Dataset) -> Table:
    """Return what people live in each arm: spending, people and months, for a run that compares nothing."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Arm", min_width=20)
    for heading in ("Aligned people", "Spending $/person-year", "Fee-for-service, $ million"):
        table.add_column(heading, justify="right")
    for arm in data["arm"].values.tolist():
        own = data.sel(arm=arm)
        years = float(own["person_months"].sum()) / _MONTHS_A_YEAR
        each = years / (own.sizes["replicate"] * own.sizes["year"])
        spent = float(own["expenditure"].sum()) / years if years else float("nan")
        paid = float(own["ffs_payments"].sum("year").mean()) / _MILLION
        table.add_row(str(arm), f"{each:,.0f}", f"{spent:,.0f}", f"{paid:,.0f}")
    return table
