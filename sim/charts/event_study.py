"""Event study: what an evaluation reports by year since entry, beside the truth."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from sim.charts.labels import key_below
from sim.charts.style import MUTED, mark_zero, new_axes, plain_numbers, styled

if TYPE_CHECKING:
    from sim.evaluation.performance import Evaluation, Figure

_PERCENT, _APART = 100.0, 0.09
_ESTIMATE, _TRUTH = "#004f7c", "#d55e00"


@styled
def event_study(found: Evaluation, *, ax: Axes | None = None) -> Axes:
    """Draw the change in spending that an evaluation estimates, by year since the ACOs entered.

    Before entry both should be zero: estimates that are not show trends that differ already. After it, what
    lies between the two is the bias of the evaluation.

    Parameters
    ----------
    found : Evaluation
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        % of spending over years since entry, 0 being the first performance year; whiskers are one Monte Carlo
        standard error of the mean over replicates either way, none with one replicate.
    """
    axes = new_axes() if ax is None else ax
    mark_zero(axes, y=True)
    events = np.array(sorted(found.by_event_year), float)
    for row, (color, marker, line, shift) in enumerate(
        ((_ESTIMATE, "o", "-", -_APART), (_TRUTH, "s", "--", _APART))
    ):
        figures: list[Figure] = [found.by_event_year[int(event)][row] for event in events]
        values = _PERCENT * np.array([one.value for one in figures])
        errors = _PERCENT * np.array([one.error for one in figures])
        axes.plot(events + shift, values, marker, color=color, linestyle=line, linewidth=1.3, zorder=3)
        if np.isfinite(errors).any():
            axes.errorbar(
                events + shift, values, np.nan_to_num(errors), fmt="none", ecolor=color, elinewidth=1.2,
                capsize=3, zorder=2,
            )  # fmt: skip
    axes.axvline(-0.5, color=MUTED, linewidth=0.9, linestyle=":")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=14))
    axes.yaxis.set_major_formatter(plain_numbers)
    axes.set(
        xlabel="Year since entry (0: the first; before it, both should be nothing)",
        ylabel="Change in spending, %\n(below zero: less is spent)",
    )
    axes.set_title(f"{found.arm}: event study of {found.acos} ACOs".replace("$", r"\$"))
    entries: dict[str, Artist] = {
        "What an evaluation reports": Line2D([], [], color=_ESTIMATE, marker="o"),
        "Truth, on the same units": Line2D([], [], color=_TRUTH, marker="s", linestyle="--"),
        "Entry": Line2D([], [], color=MUTED, linestyle=":"),
    }
    if found.replicates > 1:
        told = f"\N{PLUS-MINUS SIGN} Monte Carlo standard error, {found.replicates} replicates"
        entries[told] = Line2D([], [], color=MUTED, marker="|")
    key_below(axes, entries, columns=2)
    return axes
