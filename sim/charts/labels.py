"""Words on figures: arm names at the ends of lines, and keys under the axes."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.transforms import ScaledTranslation

from sim.charts.style import Look

_LINE_SPACING = 1.25
_GAP_IN_LINES = 0.4
_POINTS_PER_INCH = 72.0
_KEY_LEFT, _KEY_DOWN = -6.0, -36.0
# Characters of a key's columns together that are about as wide as axes alone in a figure.
_KEY_WIDTH = 90


def name_at_ends(axes: Axes, ends: Mapping[str, float], shown: Mapping[str, Look]) -> None:
    """Write each arm's name right of the axes where its line ends, moved apart where lines end close.

    Parameters
    ----------
    axes : Axes
        Its limits stay as they are now.
    ends : mapping of str to float
        Last value of each arm's line, in data units; arms without one are not named.
    shown : mapping of str to Look
    """
    low, high = axes.get_ylim()
    axes.set_ylim(low, high)
    named = [arm for arm, end in ends.items() if np.isfinite(end)]
    inches = axes.bbox.height / axes.figure.dpi
    line = mpl.rcParams["font.size"] * _LINE_SPACING / _POINTS_PER_INCH / inches
    sizes = [line * (1 + shown[arm].label.count("\n") + _GAP_IN_LINES) for arm in named]
    heights = spread_out([(ends[arm] - low) / (high - low) for arm in named], sizes)
    for arm, height in zip(named, heights, strict=True):
        look = shown[arm]
        axes.text(
            1.02,
            height,
            look.label,
            transform=axes.transAxes,
            color=look.color,
            fontweight="bold",
            verticalalignment="center",
            linespacing=1.1,
        )


def spread_out(wanted: Sequence[float], sizes: Sequence[float]) -> list[float]:
    """Return middles of intervals of these sizes that do not overlap, in order and near where wanted."""
    order = sorted(range(len(wanted)), key=lambda i: wanted[i])
    placed = list(wanted)
    for below, above in itertools.pairwise(order):
        placed[above] = max(placed[above], placed[below] + (sizes[below] + sizes[above]) / 2)
    moved = (sum(placed) - sum(wanted)) / max(len(placed), 1)
    return [place - moved for place in placed]


def key_below(axes: Axes, entries: Mapping[str, Artist], columns: int) -> None:
    """Put a key under the axis label, where no data can be; in one column where two would be too wide."""
    longest = np.sort([len(label) for label in entries])[-columns:]
    columns = columns if longest.sum() <= _KEY_WIDTH else 1
    figure = axes.get_figure(root=True)
    assert figure is not None  # noqa: S101  axes to draw on are in a figure
    below = ScaledTranslation(
        _KEY_LEFT / _POINTS_PER_INCH, _KEY_DOWN / _POINTS_PER_INCH, figure.dpi_scale_trans
    )
    axes.legend(
        list(entries.values()),
        list(entries),
        loc="upper left",
        bbox_to_anchor=(0, 0),
        bbox_transform=axes.transAxes + below,
        ncols=columns,
        columnspacing=1.6,
    )
