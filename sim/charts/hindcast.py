"""Figures of a hindcast: published ACOs among simulated ones, by size, rank, next year and forecast."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from numpy.typing import ArrayLike

from sim.charts.labels import key_below
from sim.charts.quantities import Floats
from sim.charts.style import MUTED, mark_zero, new_axes, plain_numbers, styled

SIMULATED, PUBLISHED = "C0", "black"
_OUTER, _INNER = 0.18, 0.4
_BANDS = (0.05, 0.25, 0.5, 0.75, 0.95)
_STEPS = 12
_BINS = 10
_MOST_POINTS = 4_000


@styled
def hindcast_funnel(data: xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Draw savings rates over size: published ACOs, and bands of simulated ones of like size.

    Parameters
    ----------
    data : Dataset
        A group of the store that ``leadsim hindcast --out`` writes.
    ax : Axes, optional
        Where to draw; a new figure otherwise.
    """
    axes = new_axes() if ax is None else ax
    lives, rate = data["lives"][:, :, 0].values.ravel(), data["savings_rate"][:, :, 0].values.ravel()
    order = np.argsort(lives)
    parts = np.array_split(order, _STEPS)
    middle = np.array([np.median(lives[part]) for part in parts])
    bands = np.array([np.quantile(rate[part], _BANDS) for part in parts]).T
    _bands(axes, middle, bands)
    axes.add_line(
        _published(data["published_lives"][:, 0].values, data["published_savings_rate"][:, 0].values)
    )
    mark_zero(axes, y=True)
    axes.set_xscale("log")
    axes.xaxis.set_major_formatter(plain_numbers)
    axes.yaxis.set_major_formatter(plain_numbers)
    axes.set(xlabel="Assigned people", ylabel="Savings rate, % of the benchmark")
    axes.set_title(f"Savings rates by size, PY{data.attrs['cohort']}")
    _key(axes, "5\N{EN DASH}95 % of simulated ACOs of like size", "25\N{EN DASH}75 %", "Median")
    return axes


@styled
def hindcast_quantiles(data: xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Draw each published rate less their mean against the simulated rate of the same rank.

    Parameters are those of :func:`hindcast_funnel`. On the line of slope 1 both spread alike.
    """
    axes = new_axes() if ax is None else ax
    real = data["published_savings_rate"][:, 0].values
    shown = data["savings_rate"][:, :, 0].values
    levels = (np.arange(len(real)) + 0.5) / len(real)
    ranked = np.quantile(shown - shown.mean(axis=1, keepdims=True), levels, axis=1)
    _bands(axes, np.sort(real - real.mean()), np.quantile(ranked, _BANDS, axis=1))
    axes.axline((0, 0), slope=1, color="black", linewidth=1)
    axes.xaxis.set_major_formatter(plain_numbers)
    axes.yaxis.set_major_formatter(plain_numbers)
    axes.set(
        xlabel="Published savings rate less the mean, points",
        ylabel="Simulated, same rank, points",
    )
    axes.set_title(f"Quantiles of savings rates, PY{data.attrs['cohort']}")
    entries: dict[str, Artist] = {
        "5\N{EN DASH}95 % of replicates": Patch(facecolor=to_rgba(SIMULATED, _OUTER)),
        "25\N{EN DASH}75 %": Patch(facecolor=to_rgba(SIMULATED, _INNER)),
        "Equal": Line2D([], [], color="black", linewidth=1),
    }
    key_below(axes, entries, columns=3)
    return axes


@styled
def hindcast_persistence(data: xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Draw next year's savings rates over this year's, published ACOs among simulated ones.

    Parameters are those of :func:`hindcast_funnel`; the data need two years. Simulated rates are shifted to
    the published means of both years, so that only how they hang together is compared.
    """
    axes = new_axes() if ax is None else ax
    real = data["published_savings_rate"].values
    real = real[~np.isnan(real).any(axis=1)]
    shown = data["savings_rate"].values.reshape(-1, 2)
    shown = shown - shown.mean(axis=0) + real.mean(axis=0)
    if len(shown) > _MOST_POINTS:
        shown = shown[np.linspace(0, len(shown) - 1, _MOST_POINTS).astype(int)]
    axes.plot(shown[:, 0], shown[:, 1], ".", color=SIMULATED, markersize=2, alpha=0.25)
    axes.add_line(_published(*real.T))
    mark_zero(axes, x=True, y=True)
    first, second = data["year"].values
    axes.set(
        xlabel=f"Savings rate in PY{first}, %",
        ylabel=f"Savings rate in PY{second}, %",
    )
    axes.xaxis.set_major_formatter(plain_numbers)
    axes.yaxis.set_major_formatter(plain_numbers)
    axes.set_title("From one year to the next")
    entries: dict[str, Artist] = {
        f"Published: correlation {np.corrcoef(real.T)[0, 1]:.2f}": _published(),
        f"Simulated: correlation {np.corrcoef(shown.T)[0, 1]:.2f}": Line2D(
            [], [], color=SIMULATED, marker=".", linestyle="none"
        ),
    }
    key_below(axes, entries, columns=2)
    return axes


@styled
def hindcast_pit(data: xr.Dataset, *, ax: Axes | None = None) -> Axes:
    """Draw where in their forecasts the next year's published rates came: flat where forecasts are sound.

    Parameters are those of :func:`hindcast_funnel`; the data need two years. The band holds 90 % of bars of
    sound forecasts.
    """
    axes = new_axes() if ax is None else ax
    values = data["pit"].values
    values = values[~np.isnan(values)]
    counts, edges = np.histogram(values, _BINS, (0.0, 1.0))
    expected = len(values) / _BINS
    room = 1.645 * np.sqrt(expected * (1.0 - 1.0 / _BINS))
    axes.axhspan(expected - room, expected + room, facecolor=to_rgba(MUTED, _OUTER), edgecolor="none")
    axes.axhline(expected, color=MUTED, linewidth=1)
    axes.stairs(
        counts, edges, fill=True, facecolor=to_rgba(SIMULATED, _INNER), edgecolor=SIMULATED, linewidth=1.2
    )
    axes.set(xlabel="Place of the published rate in its forecast", ylabel="ACOs", xlim=(0, 1))
    axes.set_title(f"Forecasts of PY{data['year'].values[1]}, {len(values)} ACOs")
    entries: dict[str, Artist] = {
        "Published ACOs": Patch(facecolor=to_rgba(SIMULATED, _INNER), edgecolor=SIMULATED),
        "Expected of sound forecasts, and 90 % of their bars": Patch(facecolor=to_rgba(MUTED, _OUTER)),
    }
    key_below(axes, entries, columns=2)
    return axes


def _published(x: ArrayLike = (), y: ArrayLike = ()) -> Line2D:
    """Return the markers of published ACOs."""
    return Line2D(x, y, color=PUBLISHED, marker="o", linestyle="none", markersize=3.2, alpha=0.75, zorder=3)


def _bands(axes: Axes, x: Floats, bands: Floats) -> None:
    lowest, lower, median, upper, highest = bands
    axes.fill_between(x, lowest, highest, facecolor=to_rgba(SIMULATED, _OUTER), edgecolor="none")
    axes.fill_between(x, lower, upper, facecolor=to_rgba(SIMULATED, _INNER), edgecolor="none")
    axes.plot(x, median, color=SIMULATED, linewidth=1.4)


def _key(axes: Axes, outer: str, inner: str, median: str) -> None:
    entries: dict[str, Artist] = {
        outer: Patch(facecolor=to_rgba(SIMULATED, _OUTER)),
        inner: Patch(facecolor=to_rgba(SIMULATED, _INNER)),
        median: Line2D([], [], color=SIMULATED),
        "Published ACOs": _published(),
    }
    key_below(axes, entries, columns=2)
