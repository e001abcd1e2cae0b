"""Sensitivity indices as bars, keys in order of influence, with their intervals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.charts.labels import key_below
from sim.charts.style import mark_zero, new_axes, plain_numbers, styled
from sim.inputs.faults import Fault, InputError

if TYPE_CHECKING:
    from sim.evaluation.sensitivity import Sensitivity

_HEIGHT, _GROUP = 0.3, 0.8
_LABEL = 34
_MOST_KEYS = 15
_FILES = (".png", ".svg", ".pdf")
# What a bar is for, by measure; the others are told in tables.
_DRAWN = {
    "sobol": ("total", "first"),
    "morris": ("mean_effect_size", "spread"),
    "lhs": ("pawn", "pawn_of_nothing"),
}
# Measures whose name alone says little.
_LEGEND = {"total": "with interactions (total)", "first": "by itself (first)"}
_AXIS = {
    "sobol": "Share of the figure's variance (95 % interval)",
    "morris": "Change over the key's whole range (95 % interval)",
    "lhs": "PAWN index, 0 to 1 (95 % interval)",
}


@styled
def draw_indices(found: Sensitivity, of_what: str, *, ax: Axes | None = None) -> Axes:
    """Draw the indices of a sweep's keys, the most influential on top.

    Parameters
    ----------
    found : Sensitivity
    of_what : str
        The figure, for the title.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
    """
    axes = new_axes() if ax is None else ax
    keys = list(found.indices)[:_MOST_KEYS]
    measures = _DRAWN[found.design]
    colors = mpl.rcParams["axes.prop_cycle"].by_key()["color"][0], "white"
    hatches = "", "////"
    for place, name in enumerate(measures):
        values = [found.indices[key][name] for key in keys]
        at = np.arange(len(keys)) + (place - (len(measures) - 1) / 2) * _GROUP / len(measures)
        middle = np.array([one.value for one in values])
        errors = [
            np.maximum(middle - np.array([one.low for one in values]), 0.0),
            np.maximum(np.array([one.high for one in values]) - middle, 0.0),
        ]
        axes.barh(
            at, middle, height=_HEIGHT, xerr=errors, color=colors[place],
            label=_LEGEND.get(name, name.replace("_", " ")), edgecolor="#222222", linewidth=0.8,
            hatch=hatches[place], error_kw={"ecolor": "black", "capsize": 2, "linewidth": 1.0},
        )  # fmt: skip
    axes.set_yticks(range(len(keys)), [_short(key) for key in keys])
    axes.invert_yaxis()
    axes.grid(visible=False, axis="y")
    mark_zero(axes, x=True)
    axes.xaxis.set_major_formatter(plain_numbers)
    axes.set_xlabel(_AXIS[found.design])
    axes.set_title(of_what.replace("$", r"\$"))
    handles, labels = axes.get_legend_handles_labels()
    key_below(axes, dict(zip(labels, handles, strict=True)), columns=2)
    figure = axes.figure
    if ax is None and isinstance(figure, Figure):
        figure.set_figheight(max(2.4, 0.9 + 0.55 * len(keys)))
    return axes


def check_file(file: Path, option: str) -> None:
    """Raise an InputError where the name of a file for a figure says no known kind."""
    if file.suffix not in _FILES:
        raise InputError(Fault(option, "", f"= {file} is no figure", f"must end with {', '.join(_FILES)}"))


def save(axes: Axes, file: Path) -> None:
    """Write the figure of some axes. Raises InputError where the file's name says no known kind."""
    check_file(file, "--out")
    if (figure := axes.get_figure(root=True)) is not None:
        figure.savefig(file, bbox_inches="tight")


def _short(key: str) -> str:
    """Return a key that fits beside the bars, its first parts left out."""
    parts = key.split(".")
    while len(".".join(parts)) > _LABEL and len(parts) > 1:
        parts = parts[1:]
    return ".".join(parts)
