"""What quality is made of and what it moves, as tables of the closing page and of ``leadsim bridge``."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.cli.money_tables import by_arm, mean_and_error
from sim.outcomes.quality import MEASURES

_MILLION, _PERCENT = 1e6, 100.0
_LABEL = 34
#: What each measure counts.
COUNTS = {
    "ACR": "readmissions a stay",
    "UAMCC": "unplanned stays a person-year",
    "DAH": "days away a person-year",
    "TFU": "timely follow-ups of those due",
    "CAHPS": "score of the survey",
    "glycemic_status": "poor, of people with diabetes",
    "blood_pressure": "controlled, of people with hypertension",
}
#: What the figures mean.
QUALITY = (
    "Points of measures, and the score that they make, are means over ACOs and years, % of the most; the"
    " spread is the standard deviation over ACOs and years. What is not earned back of the withhold is the"
    " quality step of the bridge. leadsim bridge STORE --arm ARM --aco NAME takes an ACO's score apart."
)


def moves_money(data: xr.Dataset) -> bool:
    """Return whether any ACO has a quality withhold in any arm."""
    return "quality_withhold" in data and bool((data["quality_withhold"] > 0).any())


def quality_rows(data: xr.Dataset, arms: list[str]) -> list[tuple[str, ...]]:
    """Return what a figure is called and each arm's, mean over replicates with its Monte Carlo error.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arms : list of str
        Those with a program.
    """
    has_pool = bool((data["high_performers_pool"] > 0).any())
    rows: dict[str, list[str]] = {}
    for arm in arms:
        own = data.sel(arm=arm)
        over = ("aco", "year")
        scored = (own["quality_points"] * own["quality_weight"]).where(own["quality_weight"] > 0)
        weight = own["quality_weight"].where(own["quality_weight"] > 0)
        parts = {
            f"  {name}": _PERCENT
            * scored.sel(measure=name).sum(over)
            / weight.sel(measure=name).sum(over, min_count=1)
            for name in MEASURES
        }
        score, withheld = own["measured_quality"], own["quality_withhold"].sum(over)
        earned = own["quality_earned"].sum(over)
        figures = {
            "Measured quality, %": _PERCENT * score.mean(over),
            "  spread over ACOs and years": _PERCENT * score.std(over),
            **parts,
            "ACO-years past the gate, %": _PERCENT * own["quality_improves"].mean(over),
            "Withheld": withheld / _MILLION,
            "Earned back": earned / _MILLION,
            "  % of the withhold": _PERCENT * earned / withheld,
        }
        if has_pool:
            figures |= {
                "High Performers Pool, paid": own["high_performers_pool"].sum(over) / _MILLION,
                "  filled by the arm's ACOs": own["pool_funded"].sum(over) / _MILLION,
                "  ACO-years paid, %": _PERCENT
                * (own["high_performers_pool"] > 0).where(score.notnull()).mean(over),
            }
        for label, values in figures.items():
            rows.setdefault(label, []).append(_cell(values.values))
    return [(label, *cells) for label, cells in rows.items()]


def quality_table(data: xr.Dataset, arms: list[str]) -> Table:
    """Return :func:`quality_rows` as a table."""
    table = by_arm("Quality; money in $ million", arms)
    for row in quality_rows(data, arms):
        table.add_row(*row)
    return table


def _cell(values: NDArray[np.float64]) -> str:
    """Return a mean with its error over the replicates that have a figure, a dash where none has."""
    known = values[~np.isnan(values)]
    return mean_and_error(known) if known.size else "-"


def measures(data: xr.Dataset, arm: str) -> list[dict[str, Any]]:
    """Return each measure of the chosen ACOs and years: means of rate, rank, points and weight, and its part.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; select ACOs, years or replicates first, keeping the dims.
    arm : str

    Returns
    -------
    list of dict
        Parts add up to the mean of ``measured_quality``; None where a figure is of nobody. Empty where no
        quality is measured.
    """
    own = data.sel(arm=arm)
    if "quality_weight" not in own or not bool(own["measured_quality"].notnull().any()):
        return []
    over = ("replicate", "aco", "year")
    part = (own["quality_points"] * own["quality_weight"]).where(own["quality_weight"].notnull())

    def mean(values: xr.DataArray, name: str) -> float | None:
        found = float(values.sel(measure=name).mean(over))
        return None if np.isnan(found) else found

    return [
        {
            "measure": name,
            "counts": COUNTS[name],
            **{what: mean(own[f"quality_{what}"], name) for what in ("rate", "rank", "points", "weight")},
            "part": mean(part.fillna(0.0).where(own["measured_quality"].notnull()), name),
        }
        for name in MEASURES
    ]


def measures_table(found: list[dict[str, Any]]) -> Table:
    """Return :func:`measures` as a table, with the score they make."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Quality measure", min_width=_LABEL)
    for heading in ("Rate", "Rank", "Points", "Weight", "Part"):
        table.add_column(heading, justify="right", no_wrap=True)

    def share(value: float | None) -> str:
        return "-" if value is None else f"{_PERCENT * value:.1f} %"

    for place, one in enumerate(found):
        rate = "-" if one["rate"] is None else f"{one['rate']:.3f}"
        shares = [share(one[name]) for name in ("rank", "points", "weight", "part")]
        last = place == len(found) - 1
        table.add_row(f"{one['measure']}: {one['counts']}", rate, *shares, end_section=last)
    table.add_row("= Measured quality", "", "", "", "", share(sum(one["part"] or 0.0 for one in found)))
    return table
