"""Exceedance: with which chance ACOs are left or paid at least so much."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.charts.labels import key_below
from sim.charts.quantities import Floats, acting_arms, in_millions, metric_name
from sim.charts.style import MUTED, Look, arm_names, looks, mark_zero, new_axes, plain_numbers, styled
from sim.outcomes.bands import bands_hold
from sim.outcomes.error import mean_error

_PERCENT, _BAND = 100.0, 0.16
_EVERY = 25


@styled
def settlement_exceedance(
    data: xr.Dataset, arm: str | None = None, metric: str = "settlement", *, ax: Axes | None = None
) -> Axes:
    """Draw with which chance a sum of money over all ACOs and years reaches at least an amount.

    The curve falls from 100 % to 0 %; where it crosses zero is the chance of a gain, which the key states.
    The band is one Monte Carlo standard error of that chance either way: it shrinks with more replicates. The
    spread along the curve is outcome variability and does not.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; select an ACO first to draw only that.
    arm : str, optional
        The arm to draw; all but the reference arm otherwise.
    metric : str
        A yearly money variable, or ``net_payment``.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        % of replicates over $ million.

    Raises
    ------
    InputError
        When there is no such arm or metric, or no complete replicate.
    """
    name = metric_name(metric)
    arms = acting_arms(data, arm)
    total = in_millions(data, metric, ("year",)).sum("year", min_count=1)
    shown = {key: look for key, look in looks(data).items() if key in arms}
    cases = {key: _known(total.sel(arm=key).values) for key in shown}
    axes = new_axes() if ax is None else ax
    mark_zero(axes, x=True)
    for key, look in shown.items():
        if cases[key].size:
            _draw(axes, np.sort(cases[key]), look)
    axes.set_ylim(-2, 102)
    axes.set_yticks(range(0, 101, _EVERY))
    axes.xaxis.set_major_formatter(plain_numbers)
    years = data["year"].values
    span = f"PY{years[0]}\N{EN DASH}PY{years[-1]}"
    axes.set(xlabel=rf"{name} over {span}, \$ million", ylabel="Chance of at least so much, %")
    acos = data["aco"].values.tolist()
    whose = str(acos[0]) if len(acos) == 1 else f"all {len(acos)} ACOs"
    axes.set_title(f"{name}, {whose}: chance of at least so much".replace("$", r"\$"))
    key_below(axes, _entries(shown, arm_names(data), cases, bands_hold(data)), columns=1)
    return axes


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _draw(axes: Axes, rising: Floats, look: Look) -> None:
    """Draw the share of replicates at or above each value, and its error where there is more than one."""
    count = rising.size
    chance = 1.0 - np.arange(count + 1) / count
    # Before the first value all reach it, after the last none does.
    edges = np.concatenate([rising[:1], rising, rising[-1:]])
    heights = np.concatenate([chance[:1], chance])
    axes.step(edges, _PERCENT * heights, where="pre", color=look.color, linestyle=look.line)
    every = np.linspace(0, count - 1, min(count, 8)).astype(int)
    middle = _PERCENT * (chance[every] + chance[every + 1]) / 2.0
    axes.plot(rising[every], middle, look.marker, color=look.color, markersize=4, linestyle="none")
    if count > 1:
        error = _PERCENT * np.sqrt(heights * (1.0 - heights) / (count - 1))
        low, high = (_PERCENT * heights + sign * error for sign in (-1.0, 1.0))
        axes.fill_between(
            edges, np.maximum(low, 0.0), np.minimum(high, _PERCENT), step="pre",
            facecolor=to_rgba(look.color, _BAND), edgecolor="none",
        )  # fmt: skip


def _entries(
    shown: dict[str, Look], names: dict[str, str], cases: dict[str, Floats], holds: str
) -> dict[str, Artist]:
    entries: dict[str, Artist] = {}
    most = max((values.size for values in cases.values()), default=0)
    for key, look in shown.items():
        if not cases[key].size:
            continue
        below = (cases[key] < 0.0).astype(np.float64)
        error = mean_error(below)
        # Of none or all of few replicates the standard error would say that nothing else can be.
        sure = f" \N{PLUS-MINUS SIGN} {_PERCENT * error:.0f} %" if error > 0.0 else f" % of {below.size}"
        label = f"{names[key]}: below zero {_PERCENT * below.mean():.0f}{sure}"
        entries[label] = Line2D(
            [], [], color=look.color, linestyle=look.line, marker=look.marker, markersize=4
        )
    if most > 1:
        told = f"\N{PLUS-MINUS SIGN} Monte Carlo standard error, {most} replicates; along the curve: {holds}"
        entries[told] = Patch(facecolor=to_rgba(MUTED, _BAND))
    return entries
