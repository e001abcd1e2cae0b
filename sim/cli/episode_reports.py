"""Quarterly reports of an ACO's episode arrangements (CARA), as a table and as JSON."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.kernels.codes import EPISODE_NAMES
from sim.population.health import specialties

if TYPE_CHECKING:
    from sim.model import LeadModel

_CENTS = 100.0
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
QUARTERS = (1, 2, 3, 4)
#: How to read the table.
READING = (
    "Episodes begun so far in the year and, after the stroke, what they cost over or under their target"
    " price. Episodes of a condition under care last all year. CMS price: what CMS in the year before expects"
    " of an episode of mean risk. A contract with too few episodes by December is not reconciled."
)


def report_rows(model: LeadModel, aco: int, year: int | None = None) -> list[dict[str, Any]]:
    """Return what quarterly reports show of an ACO's contracts, one row for a contract and year.

    Parameters
    ----------
    model : LeadModel
        An arm whose years are lived.
    aco : int
        Row of the ACO.
    year : int, optional
        Performance year; all by default.
    """
    cara, rows = model.settlement.cara, []
    names = specialties(model.world.evidence)
    for of_year, reports in sorted(cara.reports.items()):
        if year is not None and of_year != year:
            continue
        prices = cara.prices(of_year)[aco]
        for row in (reports.aco == aco).nonzero()[0].tolist():
            kind, specialist = int(reports.kind[row]), int(reports.specialist[row])
            specialty = names[int(model.world.providers.specialists.specialty[specialist])]
            rows.append(
                {
                    "year": of_year,
                    "episode": EPISODE_NAMES[kind],
                    "specialist": f"{specialty.replace('_', ' ')} {specialist}",
                    "cms_price": None if math.isnan(prices[kind]) else round(float(prices[kind]), 2),
                    "quarters": [
                        {
                            "delivered": "{}-{:02}".format(*reports.delivered(quarter)),
                            "episodes": int(reports.episodes[row, quarter - 1]),
                            "cost": int(reports.cost[row, quarter - 1]) / _CENTS,
                            "target": int(reports.target[row, quarter - 1]) / _CENTS,
                        }
                        for quarter in QUARTERS
                    ],
                }
            )
    return rows


def report_table(rows: list[dict[str, Any]]) -> Table:
    """Return the reports of one year as a table."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(f"{rows[0]['year']}")
    table.add_column("With", no_wrap=True)
    table.add_column("CMS price", justify="right", no_wrap=True)
    for quarter in QUARTERS:
        year, month = rows[0]["quarters"][quarter - 1]["delivered"].split("-")
        out = _MONTHS[int(month) - 1] + ("" if int(year) == rows[0]["year"] else f" {year}")
        table.add_column(f"Q{quarter}, {out}", justify="right", no_wrap=True)
    for row in rows:
        price = "" if row["cms_price"] is None else f"{row['cms_price']:,.0f}"
        table.add_row(
            row["episode"].replace("_", " "), row["specialist"], price, *map(_shown, row["quarters"])
        )
    return table


def _shown(quarter: dict[str, Any]) -> str:
    if not quarter["episodes"]:
        return "-"
    return f"{quarter['episodes']} / {100.0 * (quarter['cost'] / quarter['target'] - 1.0):+.0f} %"
