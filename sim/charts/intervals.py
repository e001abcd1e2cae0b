"""Horizontal intervals: a row's spread over replicates, its mean and the mean's Monte Carlo error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from sim.charts.quantities import QUANTILES, Floats
from sim.charts.style import MUTED, mark_zero, plain_numbers
from sim.outcomes.error import mean_error

_THICK, _THIN, _ALPHA = 4.5, 1.3, 0.45
_WHISKER = "black"
_ROW, _AROUND, _LEAST = 0.27, 2.5, 3.2


@dataclass(frozen=True, eq=False)
class Row:
    """One row.

    Attributes
    ----------
    label : str
    values : float64 array, shape (replicates,)
        Without NaN.
    color, marker : str
    """

    label: str
    values: Floats
    color: str
    marker: str = "o"


def draw_rows(axes: Axes, rows: Sequence[Row]) -> None:
    """Draw rows from the top: 10-90 % thin, 25-75 % thick, mean and error; one replicate as a point."""
    for place, row in enumerate(rows):
        if row.values.size > 1:
            lowest, lower, _, upper, highest = np.quantile(row.values, QUANTILES)
            axes.hlines(place, lowest, highest, color=row.color, linewidth=_THIN)
            axes.hlines(place, lower, upper, color=to_rgba(row.color, _ALPHA), linewidth=_THICK)
        mean, error = float(row.values.mean()), mean_error(row.values)
        if np.isfinite(error):
            axes.errorbar(
                mean, place, xerr=error, fmt="none", ecolor=_WHISKER, elinewidth=1.0, capsize=2.5, zorder=4
            )
        axes.plot(
            mean, place, row.marker, color=row.color, markeredgecolor="white", markeredgewidth=0.6, zorder=5
        )
    axes.set_yticks(range(len(rows)), [row.label.replace("$", r"\$") for row in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.xaxis.set_major_formatter(plain_numbers)
    mark_zero(axes, x=True)


def fit_height(axes: Axes, rows: int) -> None:
    """Make a figure of one Axes as high as so many rows need."""
    figure = axes.figure
    if isinstance(figure, Figure) and figure.axes == [axes]:
        figure.set_figheight(max(_LEAST, _AROUND + _ROW * rows))


def row_key(replicates: int, holds: str) -> dict[str, Artist]:
    """Return what a row's marks are, for a key; of one replicate there is only a value."""
    if replicates == 1:
        return {"Value of one replicate": Line2D([], [], color=MUTED, marker="o", linestyle="none")}
    whisker = Line2D([], [], color=_WHISKER, marker="|", markersize=7, linewidth=1.0)
    return {
        f"Mean of {replicates} replicates": Line2D([], [], color=MUTED, marker="o", linestyle="none"),
        "\N{PLUS-MINUS SIGN} Monte Carlo standard error of the mean": whisker,
        "25\N{EN DASH}75 % of replicates": Line2D([], [], color=to_rgba(MUTED, _ALPHA), linewidth=_THICK),
        f"10\N{EN DASH}90 % of replicates ({holds})": Line2D([], [], color=MUTED, linewidth=_THIN),
    }
