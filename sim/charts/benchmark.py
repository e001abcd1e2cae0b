"""Scatter: what an ACO saves against its benchmark, over what it truly saves."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.charts.labels import key_below
from sim.charts.quantities import Floats, acting_arms, in_millions
from sim.charts.style import MUTED, Look, looks, mark_zero, new_axes, plain_numbers, styled

_RANGE = (0.10, 0.50, 0.90)
_MOST_BARS = 60
_MARGIN = 0.06


@styled
def benchmark_against_truth(data: xr.Dataset, arm: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw each ACO's savings against its benchmark over its true savings, all its settled years together.

    Both in percent of what the same people would have cost without the program (expenditure and true savings
    together), so that small and large ACOs compare. On the line of slope 1 the benchmark measures the truth;
    above it Medicare reconciles more savings than there are. A marker is the median over replicates, its bars
    the 10-90 % range (left out where there are more than 60 markers).

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it.
    arm : str, optional
        The arm to draw; all but the reference arm otherwise.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Percent over percent.

    Raises
    ------
    InputError
        When there is no such arm, or no complete replicate.
    """
    arms = acting_arms(data, arm)
    # Years in which an ACO is in no program have no benchmark to compare.
    settled = data["gross_savings"].notnull()
    data = data.assign({name: data[name].where(settled) for name in ("true_savings", "expenditure")})
    truth = in_millions(data, "true_savings", ("aco",))
    against = in_millions(data, "gross_savings", ("aco",))
    without = in_millions(data, "expenditure", ("aco",)) + truth
    shown = {key: look for key, look in looks(data).items() if key in arms}
    axes = new_axes() if ax is None else ax
    mark_zero(axes, x=True, y=True)
    bars = data.sizes["aco"] * len(shown) <= _MOST_BARS
    for key, look in shown.items():
        share = [100 * (of / without).sel(arm=key).values for of in (truth, against)]
        _draw(axes, _spread(share[0]), _spread(share[1]), look, bars=bars)
    _diagonal(axes)
    years = data["year"].values
    axes.set(
        xlabel="True savings, % of expenditure without the program",
        ylabel="Savings against benchmark,\n% of expenditure without the program",
    )
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_major_formatter(plain_numbers)
        axis.set_major_locator(MaxNLocator(7, steps=[1, 2, 5, 10]))
    axes.set_title(f"Benchmark against truth, PY{years[0]}\N{EN DASH}PY{years[-1]}")
    _explain(axes, shown, truth.sizes["replicate"], bars=bars)
    return axes


def _spread(values: Floats) -> Floats:
    """Return the 10th, 50th and 90th percentile of each ACO, shape (3, acos), leaving out ACOs never in."""
    spread = [np.quantile(known, _RANGE) for of in values.T if (known := of[~np.isnan(of)]).size]
    return np.reshape(spread, (-1, len(_RANGE))).T


def _draw(axes: Axes, x: Floats, y: Floats, look: Look, *, bars: bool) -> None:
    axes.plot(
        x[1], y[1], look.marker, color=look.color, markeredgecolor="white", markeredgewidth=0.6, zorder=3
    )
    if bars:
        axes.errorbar(
            x[1],
            y[1],
            yerr=[y[1] - y[0], y[2] - y[1]],
            xerr=[x[1] - x[0], x[2] - x[1]],
            fmt="none",
            ecolor=look.color,
            elinewidth=0.9,
            alpha=0.55,
        )


def _diagonal(axes: Axes) -> None:
    """Draw the line on which both agree across the axes, and say what its sides mean."""
    axes.margins(_MARGIN)
    limits = axes.get_xlim(), axes.get_ylim()
    axes.axline((0, 0), slope=1, color="black", linewidth=1, zorder=2)
    axes.set(xlim=limits[0], ylim=limits[1])
    paper = {"facecolor": "white", "edgecolor": "none", "alpha": 0.85, "pad": 1.5}
    note: dict[str, Any] = {"transform": axes.transAxes, "color": MUTED, "fontstyle": "italic", "bbox": paper}
    axes.text(0.015, 0.985, "Benchmark shows more than is saved", va="top", **note)
    axes.text(0.985, 0.015, "Benchmark shows less than is saved", ha="right", **note)


def _explain(axes: Axes, shown: dict[str, Look], replicates: int, *, bars: bool) -> None:
    entries: dict[str, Artist] = {
        look.label.replace("\n", " "): Line2D([], [], color=look.color, marker=look.marker, linestyle="none")
        for look in shown.values()
    }
    entries["Equal: the benchmark measures the truth"] = Line2D([], [], color="black", linewidth=1)
    if bars:
        entries[f"10\N{EN DASH}90 % of {replicates} replicates"] = Line2D([], [], color=MUTED, linewidth=0.9)
    key_below(axes, entries, columns=2)
