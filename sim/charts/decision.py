"""One page for a board: what each choice leaves, with which chance, and what unsettled rules would change."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from sim.charts.exceedance import settlement_exceedance
from sim.charts.indices import save
from sim.charts.quantities import MILLION
from sim.charts.ranking import choice_ranking
from sim.charts.style import styled
from sim.charts.tornado import Swing, tornado

if TYPE_CHECKING:
    from sim.evaluation.unsettled import Turned

_WIDTH, _PANEL, _ROW = 9.0, 2.6, 0.22
_MOST_CHOICES = 30


@styled
def draw_decision(
    data: xr.Dataset, aco: str, contenders: Sequence[str], changes: Sequence[Turned], file: Path
) -> Figure:
    """Draw the figure of ``leadsim decide`` and write it to a file.

    Parameters
    ----------
    data : Dataset
        Results of a decision.
    aco : str
    contenders : sequence of str
        Best arm of each program and risk option, the best of all first.
    changes : sequence of Turned
        Other readings of rules; no panel where there are none that change anything.
    file : Path

    Returns
    -------
    Figure
        Ranking, exceedance of settlement and tornado of readings, one under the other.

    Raises
    ------
    InputError
        When the file's name says no kind of figure.
    """
    moved = [one for one in changes if one.change.value]
    rows = [
        min(data.sizes["arm"], _MOST_CHOICES) * _ROW + _PANEL / 2,
        _PANEL,
        *([_PANEL / 2 + _ROW * min(len(moved), 15)] if moved else []),
    ]
    figure = Figure(figsize=(_WIDTH, sum(rows) + 1.2 * len(rows)), layout="constrained")
    panels = figure.subplots(len(rows), 1, height_ratios=rows)
    choice_ranking(data, aco, ax=panels[0])
    reference = data.attrs.get("reference_arm")
    shown = [arm for arm in contenders if arm != reference]
    if shown:
        settlement_exceedance(data.sel(arm=[*shown, reference], aco=[aco]), ax=panels[1])
    if moved:
        rule_tornado(moved, ax=panels[2])
    save(panels[0], file)
    return figure


def rule_tornado(changes: Sequence[Turned], *, ax: Axes | None = None) -> Axes:
    """Draw how far other readings of unsettled rules move the lead of the best choice.

    Parameters
    ----------
    changes : sequence of Turned
        One or more.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Lead over the best of the other programs and options, $ million; below zero another is best.
    """
    first = changes[0]
    base = (first.lead.value - first.change.value) / MILLION
    swings = [
        Swing(one.reading.told, ((one.lead.value / MILLION, one.change.error / MILLION),)) for one in changes
    ]
    return tornado(
        swings,
        base,
        title="If a rule were read otherwise: lead of the best choice",
        xlabel=r"Lead over the best other program or option, \$ million (below zero: another is best)",
        whisker="\N{PLUS-MINUS SIGN} Monte Carlo standard error of the change",
        ends=("Lead with this reading",),
        ax=ax,
    )
