"""Waterfall of an arm's savings against the benchmark: what is true, and what every other channel makes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as plt
from matplotlib.axes import Axes

from sim.charts.quantities import MILLION
from sim.charts.style import styled
from sim.charts.waterfall import Bar, hang_bars
from sim.evaluation.channels import LUCK

if TYPE_CHECKING:
    from sim.evaluation.decomposition import Decomposition

_ROW, _REST, _WIDTH, _DECIMALS = 0.3, 1.8, 8.0, 2


@styled
def draw_decomposition(
    found: Decomposition, arm: str, aco: str | None, first_py: int, last_py: int, *, ax: Axes | None = None
) -> Axes:
    """Draw the parts of savings against the benchmark: mean over replicates, and its error.

    Parameters
    ----------
    found : Decomposition
    arm : str
    aco : str or None
        One ACO, all together where None.
    first_py, last_py : int
        Performance years.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        One bar a part that is not exactly nothing, from the top, in the order in which channels are switched
        off; $ million a year. Luck, whose mean is 0 by definition, is left out.
    """
    bars = []
    for part in found.parts:
        if part.cents.any() and part.group != LUCK:
            line = found.of_part(part).usd
            bars.append(Bar(part.label, line.value / MILLION, line.error / MILLION, level=False))
    whole = found.line(found.gross).usd
    bars.append(Bar("Savings against benchmark", whole.value / MILLION, whole.error / MILLION, level=True))
    axes = ax
    if axes is None:
        axes = plt.subplots(figsize=(_WIDTH, _ROW * len(bars) + _REST))[1]
    hang_bars(axes, bars, _DECIMALS)
    axes.set_xlabel(
        f"\\$ million a year, {aco or 'all ACOs'}, PY{first_py}\N{EN DASH}PY{last_py};"
        " whiskers: Monte Carlo standard error"
    )
    axes.set_title(f"{arm}: where savings against the benchmark come from".replace("$", r"\$"))
    return axes
