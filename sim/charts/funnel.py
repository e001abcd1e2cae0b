"""Funnel: savings rates of ACOs over their size, in the limits that chance alone sets."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import NullFormatter
from scipy.stats import norm

from sim.charts.labels import key_below
from sim.charts.quantities import acting_arms
from sim.charts.style import MUTED, arm_names, looks, mark_zero, new_axes, plain_numbers, styled
from sim.outcomes.bands import bands_hold
from sim.outcomes.summary import complete

_MONTHS_A_YEAR, _PERCENT = 12.0, 100.0
_INSIDE = 0.80
_MOST_BARS = 60
_STEPS, _ROOM = 120, 1.25
_NICE = np.array([1.0, 2.0, 5.0])


@styled
def savings_funnel(data: xr.Dataset, arm: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw each ACO's savings against its benchmark in a year over its number of people.

    Small ACOs gain and lose more by chance. The funnel holds 80 % of years where all ACOs save the same share
    and only chance differs: its width falls with the root of the number of people, and is fitted to the
    spread of the same ACO and year between replicates. ACOs outside it save more or less than others of
    their size.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it.
    arm : str, optional
        The arm to draw; by default the first but the reference arm.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        % of the benchmark over aligned people, which is logarithmic. With one replicate there is no funnel.

    Raises
    ------
    InputError
        When there is no such arm, or no complete replicate.
    """
    shown = acting_arms(data, arm)[0]
    own = complete(data).sel(arm=shown)
    people = (own["person_months"].sum("cell") / _MONTHS_A_YEAR).transpose("replicate", "aco", "year").values
    saved, of = (
        own[name].transpose("replicate", "aco", "year").values for name in ("gross_savings", "benchmark")
    )
    known = ~np.isnan(saved) & (of > 0.0) & (people > 0.0)
    rate = _PERCENT * np.divide(saved, of, out=np.full_like(saved, np.nan), where=known)
    look = looks(data)[shown]
    axes = new_axes() if ax is None else ax
    mark_zero(axes, y=True)
    acos = [place for place in range(rate.shape[1]) if known[:, place].any()]
    sizes = np.array([people[:, place][known[:, place]].mean() for place in acos])
    bars = len(acos) <= _MOST_BARS
    for place, size in zip(acos, sizes, strict=True):
        rates = rate[:, place][known[:, place]]
        low, middle, high = np.quantile(rates, [0.1, 0.5, 0.9])
        if bars and rates.size > 1:
            axes.vlines(size, low, high, color=look.color, linewidth=0.9, alpha=0.55)
        axes.plot(
            size,
            middle,
            look.marker,
            color=look.color,
            markeredgecolor="white",
            markeredgewidth=0.6,
            zorder=3,
        )
    centre = float(_PERCENT * saved[known].sum() / of[known].sum()) if acos else 0.0
    entries: dict[str, Artist] = {
        "Median year of an ACO": Line2D([], [], color=look.color, marker=look.marker, linestyle="none")
    }
    if bars:
        told = f"10\N{EN DASH}90 % of its years and replicates ({bands_hold(data)})"
        entries[told] = Line2D([], [], color=look.color, linewidth=0.9)
    if acos:
        axes.axhline(centre, color=MUTED, linewidth=1.0, linestyle="--", zorder=1)
        entries[f"All ACOs together: {centre:.1f} %"] = Line2D(
            [], [], color=MUTED, linestyle="--", linewidth=1
        )
    spread = chance_spread(rate, people)
    if np.isfinite(spread):
        x = np.geomspace(sizes.min() / _ROOM, sizes.max() * _ROOM, _STEPS)
        half = float(norm.ppf((1.0 + _INSIDE) / 2.0)) * spread / np.sqrt(x)
        axes.fill_between(x, centre - half, centre + half, color="#eeeeee", zorder=0, linewidth=0)
        entries[f"{_PERCENT * _INSIDE:.0f} % of years if only chance differed"] = Patch(facecolor="#eeeeee")
    _scale(axes, sizes)
    axes.set(
        xlabel="Aligned people (logarithmic)",
        ylabel="Savings against benchmark in a year,\n% of the benchmark",
    )
    axes.yaxis.set_major_formatter(plain_numbers)
    axes.set_title(f"{arm_names(data)[shown]}: savings by size of the ACO")
    key_below(axes, entries, columns=2)
    return axes


def chance_spread(rate: np.ndarray, people: np.ndarray) -> float:
    """Return what the standard deviation of a year's rate between replicates is, times the root of people.

    Parameters
    ----------
    rate : float64 array, shape (replicates, acos, years)
        NaN where an ACO is not settled.
    people : float64 array, same shape

    Returns
    -------
    float
        Pooled over ACOs and years; NaN with one replicate.
    """
    count = (~np.isnan(rate)).sum(axis=0)
    several = count > 1
    if not several.any():
        return float("nan")
    variance = np.nanvar(rate[:, several], axis=0, ddof=1)
    size = np.nanmean(np.where(np.isnan(rate), np.nan, people)[:, several], axis=0)
    weight = count[several] - 1.0
    return float(np.sqrt((weight * variance * size).sum() / weight.sum()))


def _scale(axes: Axes, sizes: np.ndarray) -> None:
    """Make the axis of people logarithmic, with round numbers on it."""
    axes.set_xscale("log")
    if not sizes.size:
        return
    low, high = sizes.min() / _ROOM, sizes.max() * _ROOM
    powers = 10.0 ** np.arange(np.floor(np.log10(low)), np.ceil(np.log10(high)) + 1)
    ticks = np.outer(powers, _NICE).ravel()
    axes.set_xlim(low, high)
    axes.set_xticks([tick for tick in ticks if low <= tick <= high] or [float(round(sizes[0]))])
    axes.xaxis.set_major_formatter(plain_numbers)
    axes.xaxis.set_minor_formatter(NullFormatter())
