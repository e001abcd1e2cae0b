"""Tornado: how far each of several changes moves one figure, the largest on top."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.charts.intervals import fit_height
from sim.charts.labels import key_below
from sim.charts.style import MUTED, new_axes, plain_numbers, styled

_LOW, _HIGH = "#fdd0a2", "#9ecae1"
_LOW_HATCH = "////"
_BAR, _MOST = 0.62, 15
_LABEL = 44


@dataclass(frozen=True, slots=True)
class Swing:
    """What a change moves a figure to.

    Attributes
    ----------
    label : str
        What is changed.
    ends : tuple of (float, float)
        Figure and its error at the low and at the high end; one pair where there is only one change.
    """

    label: str
    ends: tuple[tuple[float, float], ...]


@styled
def tornado(
    swings: Sequence[Swing],
    base: float,
    *,
    title: str,
    xlabel: str,
    whisker: str,
    ends: tuple[str, ...] = ("low end", "high end"),
    start: str = "As stated",
    ax: Axes | None = None,
) -> Axes:
    """Draw how far each change moves a figure from where it is.

    Parameters
    ----------
    swings : sequence of Swing
        The 15 largest are drawn.
    base : float
        The figure without any change: where bars begin.
    title, xlabel : str
    whisker : str
        What the whiskers are, in words.
    ends : tuple of str
        What the ends are, in words; one where swings have one.
    start : str
        What `base` is, in words.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        One row a change.
    """
    order = sorted(swings, key=lambda one: -_size(one, base))[:_MOST]
    axes = new_axes() if ax is None else ax
    faces = (_LOW, _HIGH) if len(ends) > 1 else (_HIGH,)
    hatches = (_LOW_HATCH, "") if len(ends) > 1 else ("",)
    for place, swing in enumerate(order):
        for (value, error), face, hatch in zip(swing.ends, faces, hatches, strict=True):
            axes.barh(
                place, value - base, _BAR, left=base, color=face, hatch=hatch, edgecolor=MUTED, linewidth=0.7
            )
            if np.isfinite(error):
                axes.errorbar(
                    value,
                    place,
                    xerr=error,
                    fmt="none",
                    ecolor="black",
                    elinewidth=1.0,
                    capsize=2.5,
                    zorder=4,
                )
    axes.axvline(base, color="black", linewidth=1.0, zorder=3)
    if base:
        axes.axvline(0.0, color=MUTED, linewidth=0.8, linestyle=":", zorder=1)
    axes.set_yticks(range(len(order)), [_short(one.label) for one in order])
    axes.set_ylim(max(len(order), 1) - 0.4, -0.6)
    axes.grid(visible=False, axis="y")
    axes.grid(visible=True, axis="x")
    axes.xaxis.set_major_formatter(plain_numbers)
    axes.set_xlabel(xlabel)
    axes.set_title(title)
    entries: dict[str, Artist] = {
        name: Patch(facecolor=face, hatch=hatch, edgecolor=MUTED)
        for name, face, hatch in zip(ends, faces, hatches, strict=True)
    }
    entries[start] = Line2D([], [], color="black", linewidth=1.0)
    if any(np.isfinite(error) for one in order for _, error in one.ends):
        entries[whisker] = Line2D([], [], color="black", marker="|", markersize=7, linewidth=1.0)
    key_below(axes, entries, columns=1)
    fit_height(axes, len(order))
    return axes


def _size(swing: Swing, base: float) -> float:
    return max(abs(value - base) for value, _ in swing.ends)


def _short(label: str) -> str:
    """Return a label that fits beside the bars."""
    text = label if len(label) <= _LABEL else f"{label[: _LABEL - 1]}\N{HORIZONTAL ELLIPSIS}"
    return text.replace("$", r"\$")
