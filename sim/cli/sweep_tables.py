"""What a sweep comes to, point by point: on the screen and as plain values."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.cli.money_tables import mean_and_error
from sim.evaluation.metric import Figure
from sim.inputs.faults import printable
from sim.outcomes.summary import FIGURES, summarise

if TYPE_CHECKING:
    from sim.experiments.runner import Run
    from sim.scenarios import Scenario

_MILLION = 1e6
_POINTS_SHOWN = 20
_SHOWN_FIGURES = ("gross_savings", "true_savings")
_SIGNIFICANT = 4


def keys_of(data: xr.Dataset) -> list[str]:
    """Return the keys that vary along a sweep."""
    return [str(key) for key in data.attrs["keys"]]


def inputs_of(data: xr.Dataset) -> dict[str, np.ndarray[Any, Any]]:
    """Return each key's values along the points: numbers, or words as objects."""
    found = {}
    for key in keys_of(data):
        values = data[key].values
        found[key] = values if values.dtype.kind in "if" else values.astype(object)
    return found


def shown(data: xr.Dataset, key: str, point: int) -> str:
    """Return a key's value at a point with its unit."""
    value = data[key].values[point]
    text = f"{value:.{_SIGNIFICANT}g}" if data[key].dtype.kind in "if" else str(value)
    unit = data[key].attrs.get("units", "")
    return printable(f"{text} {unit}".strip())


def print_sweep(done: Run, scenario: Scenario, console: Console) -> None:
    """Print what each point comes to: means over replicates and their Monte Carlo errors."""
    study, years = scenario.study, scenario.years
    console.print(Text(study.title or study.name, style="bold"))
    console.print(
        f"{done.points} points, PY{years[0]}-PY{years[-1]} summed, {done.completed} of {done.requested}"
        f" replicates complete ({done.computed} computed in {done.seconds:,.1f} s). All points and arms are"
        " on the same random draws.",
        highlight=False,
    )
    if done.completed:
        with done.open() as data:
            console.print(_table(data))
            hidden = data.sizes["design"] - _POINTS_SHOWN
        if hidden > 0:
            console.print(f"{hidden:,} more points: sim.open_results has all.", style="dim")
        console.print(
            "What moves a figure: leadsim sensitivity STORE; where something happens: leadsim discover STORE"
            ' --where "P(loss) > 0.2".',
            style="dim",
            highlight=False,
        )
    console.print(f"Results: {done.path}", highlight=False, soft_wrap=True)


def _table(data: xr.Dataset) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title="$ million, all ACOs and years, mean (MC error)")
    table.title_justify = "left"
    table.add_column("Point", justify="right")
    keys = keys_of(data)
    for key in keys:
        table.add_column(printable(key.rpartition(".")[2]), overflow="fold")
    acting = [str(arm) for arm in data["arm"].values if arm != data.attrs["reference_arm"]]
    figures = {}
    for arm in acting:
        for name in _SHOWN_FIGURES:
            values = Figure(name, arm).of(data) / _MILLION
            if not np.isnan(values).all():
                figures[arm, name] = values
                table.add_column(f"{arm}: {FIGURES[name][0].lower()}", justify="right")
    for point in range(min(data.sizes["design"], _POINTS_SHOWN)):
        cells = [row[point][~np.isnan(row[point])] for row in figures.values()]
        table.add_row(
            str(point),
            *(shown(data, key, point) for key in keys),
            *(mean_and_error(cell) if cell.size else "" for cell in cells),
        )
    return table


def sweep_as_dict(done: Run) -> list[dict[str, Any]]:
    """Return the closing table of every point as plain values."""
    found = []
    with done.open() as data:
        for point in range(data.sizes["design"]):
            own = data.isel(design=point)
            some = bool(own["done"].any())
            found.append(
                {
                    "point": point,
                    "values": {key: own[key].values.item() for key in keys_of(data)},
                    "arms": {one.arm: one.as_dict() for one in summarise(own)} if some else {},
                }
            )
    return found
