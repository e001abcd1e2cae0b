"""Waterfall: from an arm's true savings, rule by rule, to what CMS reconciles and to the ACOs' cash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.patches import Patch

from sim.charts.labels import key_below
from sim.charts.quantities import MILLION, acting_arms
from sim.charts.style import MUTED, looks, mark_zero, new_axes, plain_numbers, styled
from sim.outcomes.bridge import bridge, steps_of
from sim.outcomes.error import mean_error
from sim.outcomes.summary import complete

_GAIN, _LOSS, _LEVEL = "#9ecae1", "#fdd0a2", "#4d4d4d"
_LOSS_HATCH = "////"
_BAR, _TEXT = 0.64, 7.5
_ROOM = 0.16


@styled
def bridge_waterfall(data: xr.Dataset, arm: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw the bridge of an arm, all ACOs and years together: mean over replicates, and its error.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; select ACOs first to draw only those.
    arm : str, optional
        The arm to draw; by default the first but the reference arm.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        One bar a step of :func:`sim.outcomes.bridge.steps_of`, from the top; whiskers are the Monte Carlo
        standard error of the step's mean.

    Raises
    ------
    InputError
        When there is no such arm, or no complete replicate.
    """
    shown = acting_arms(data, arm)[0]
    whole = complete(data).sel(arm=[shown])
    steps = steps_of(whole)
    totals = bridge(whole).sel(arm=shown).sum("aco", min_count=1) / MILLION
    axes = new_axes() if ax is None else ax
    bars = [
        Bar(
            step.label,
            float(totals.isel(step=place).mean("replicate")),
            mean_error(totals.isel(step=place).values),
            step.level,
        )
        for place, step in enumerate(steps)
    ]
    hang_bars(axes, bars)
    years = data["year"].values
    axes.set_xlabel(f"$ million, all ACOs, PY{years[0]}\N{EN DASH}PY{years[-1]}".replace("$", r"\$"))
    label = looks(data)[shown].label.replace("\n", " ")
    axes.set_title(f"{label}: from true savings to cash")
    return axes


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a waterfall.

    Attributes
    ----------
    label : str
    value, error : float
        What it adds, or the level that it shows, and its Monte Carlo standard error.
    level : bool
        Whether it stands on zero, as the sum of all bars before.
    """

    label: str
    value: float
    error: float
    level: bool


def hang_bars(axes: Axes, bars: Sequence[Bar], decimals: int = 1) -> None:
    """Draw bars from the top, each hung on the end of the one before, with values, whiskers and a key."""
    places = np.arange(len(bars))
    reached, ends = 0.0, []
    for place, bar in enumerate(bars):
        start, end = (0.0, bar.value) if bar.level else (reached, reached + bar.value)
        color = _LEVEL if bar.level else _GAIN if bar.value >= 0 else _LOSS
        hatch = _LOSS_HATCH if bar.value < 0 and not bar.level else ""
        axes.barh(
            place, end - start, _BAR, left=start, color=color, hatch=hatch, edgecolor=MUTED, linewidth=0.6
        )
        if place:
            axes.vlines(start, place - 1, place, color=MUTED, linewidth=0.6, zorder=0)
        reached = end
        ends.append((start, end))
    errors = [bar.error for bar in bars]
    axes.errorbar(
        [end for _, end in ends], places, xerr=errors, fmt="none", ecolor="black", elinewidth=0.9, capsize=2.5
    )
    low, high = min(map(min, ends)), max(map(max, ends))
    span, widest = (high - low) or 1.0, max((error for error in errors if np.isfinite(error)), default=0.0)
    axes.set_xlim(low - 0.05 * span - widest, high + _ROOM * span + widest)
    for place, bar in enumerate(bars):
        text = f"{bar.value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")
        at = max(ends[place]) + (bar.error if np.isfinite(bar.error) else 0.0) + 0.01 * span
        axes.text(at, place, text, va="center", ha="left", fontsize=_TEXT)
    axes.set_yticks(places, [bar.label for bar in bars])
    axes.set_ylim(len(bars) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.xaxis.set_major_formatter(plain_numbers)
    mark_zero(axes, x=True)
    entries = {
        "Raises it": Patch(facecolor=_GAIN, edgecolor=MUTED),
        "Lowers it": Patch(facecolor=_LOSS, edgecolor=MUTED, hatch=_LOSS_HATCH),
        "Level reached": Patch(facecolor=_LEVEL, edgecolor=MUTED),
    }
    key_below(axes, entries, columns=3)
