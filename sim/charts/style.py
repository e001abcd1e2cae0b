"""How figures look: one style file, and for each arm one colour, line, marker and hatch in every figure."""

from __future__ import annotations

import textwrap
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Literal, ParamSpec, TypeVar

import matplotlib as mpl
import matplotlib.pyplot as plt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

STYLE = "sim.charts.leadsim"
MUTED = "#666666"
Line = Literal["-", "--", "-.", ":"]
_LINES: tuple[Line, ...] = ("-", "--", "-.", ":")
_MARKERS = ("o", "s", "^", "D", "v")
_HATCHES = ("", "////", "....", "\\\\\\\\", "xxxx")
_LONGEST_LABEL = 40
_LONGEST_NAME = 48
_LABEL_WIDTH = 18

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class Look:
    """How one arm is drawn, and what it is called.

    Attributes
    ----------
    label : str
        The arm's description in the scenario where that is short, its name otherwise; wrapped.
    color, line, marker, hatch : str
        For matplotlib; any one of them tells arms apart without the others.
    """

    label: str
    color: str
    line: Line
    marker: str
    hatch: str


def styled(draw: Callable[P, R]) -> Callable[P, R]:
    """Make a function draw in the leadsim style, and leave the reader's own settings as they were."""

    @wraps(draw)
    def drawn(*args: P.args, **kwargs: P.kwargs) -> R:
        with plt.style.context(STYLE):
            result = draw(*args, **kwargs)
            interactive = mpl.is_interactive()
        # A notebook's first figure turns interactive mode on, and leaving the style would turn it off again.
        mpl.interactive(interactive)
        return result

    return drawn


def new_axes() -> Axes:
    """Return the axes of a new figure."""
    return plt.subplots()[1]


def looks(data: xr.Dataset) -> dict[str, Look]:
    """Return how each arm is drawn: by its place among the arms, so alike in every figure of a store.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it. The reference arm comes last.
    """
    reference = data.attrs.get("reference_arm")
    arms = tomllib.loads(data.attrs.get("scenario", "")).get("arms", {})
    colors = mpl.rcParams["axes.prop_cycle"].by_key()["color"]
    names = sorted(map(str, data["arm"].values), key=lambda arm: arm == reference)
    return {
        arm: Look(
            _label(arm, arms.get(arm, {}).get("description", "")),
            colors[i % len(colors)],
            _LINES[i % len(_LINES)],
            _MARKERS[i % len(_MARKERS)],
            _HATCHES[i % len(_HATCHES)],
        )
        for i, arm in enumerate(names)
    }


def arm_names(data: xr.Dataset) -> dict[str, str]:
    """Return what each arm is called on one line: its description, its name if that is long."""
    arms = tomllib.loads(data.attrs.get("scenario", "")).get("arms", {})
    found = {}
    for arm in map(str, data["arm"].values):
        told = arms.get(arm, {}).get("description", "")
        name = told if 0 < len(told) <= _LONGEST_NAME else arm.replace("_", " ")
        found[arm] = name.replace("$", r"\$")
    return found


def _label(arm: str, description: str) -> str:
    text = description if 0 < len(description) <= _LONGEST_LABEL else arm.replace("_", " ")
    # A dollar sign would start mathematics.
    widest = max(_LABEL_WIDTH, *map(len, text.split()))
    lines = len(textwrap.wrap(text, widest))
    least = max(map(len, text.split()))
    even = next(width for width in range(least, widest + 1) if len(textwrap.wrap(text, width)) <= lines)
    return textwrap.fill(text, even).replace("$", r"\$")


def mark_zero(axes: Axes, *, x: bool = False, y: bool = False) -> None:
    """Draw the line between gain and loss."""
    if y:
        axes.axhline(0, color=MUTED, linewidth=0.8, zorder=1)
    if x:
        axes.axvline(0, color=MUTED, linewidth=0.8, zorder=1)


def millions(value: float) -> str:
    """Return million USD with one decimal, for a figure's text."""
    return rf"\${value:,.1f} million".replace(r"\$-", "\N{MINUS SIGN}" + r"\$")


#: Numbers with thousands separators, decimals only where ticks need them, and a true minus sign.
plain_numbers = FuncFormatter(lambda value, _: f"{value:,.10g}".replace("-", "\N{MINUS SIGN}"))
