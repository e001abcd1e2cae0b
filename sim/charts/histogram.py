"""Histogram: what each ACO is paid or owes over the whole run, across ACOs and replicates."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.ticker import MaxNLocator

from sim.charts.labels import key_below
from sim.charts.quantities import NET_PAYMENT, QUANTILES, Floats, acting_arms, in_millions
from sim.charts.style import MUTED, Look, looks, mark_zero, millions, new_axes, plain_numbers, styled

_MOST_BINS = 40
_NICE_WIDTHS = np.array([1.0, 2.0, 2.5, 5.0, 10.0])
_STRIP = 0.085
_FILL, _HATCH = 0.28, 0.5
_HEADROOM = 1.06


@styled
def net_payment_histogram(data: xr.Dataset, arm: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw what ACOs are paid, net, over all simulated years: one case for each ACO in each replicate.

    Settlements and administrative add-ons, sequestration taken off. Under the histogram each arm has a strip:
    its 10-90 % range thin, its 25-75 % range thick, its median a marker.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; select ACOs first to draw only those.
    arm : str, optional
        The arm to draw; all but the reference arm otherwise.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Share of cases over $ million; one edge of the bins is zero.

    Raises
    ------
    InputError
        When there is no such arm, or no complete replicate.
    """
    arms = acting_arms(data, arm)
    payments = in_millions(data, NET_PAYMENT, ("aco",))
    shown = {key: look for key, look in looks(data).items() if key in arms}
    cases = {key: _known(payments.sel(arm=key).values) for key in shown}
    edges = bin_edges(np.concatenate(list(cases.values())))
    axes = new_axes() if ax is None else ax
    tallest = 0.0
    for key, look in shown.items():
        tallest = max(tallest, _bars(axes, cases[key], edges, look))
    below = tallest * _STRIP * (len(shown) + 0.5)
    axes.set_ylim(-below, tallest * _HEADROOM)
    for number, (key, look) in enumerate(shown.items()):
        _strip(axes, cases[key], -tallest * _STRIP * (number + 0.75), look)
    mark_zero(axes, x=True, y=True)
    axes.yaxis.set_major_locator(MaxNLocator(5, steps=[1, 2, 5, 10]))
    axes.set_yticks([tick for tick in axes.get_yticks() if 0 <= tick <= tallest * _HEADROOM])
    axes.yaxis.set_major_formatter(plain_numbers)
    axes.xaxis.set_major_formatter(plain_numbers)
    years = data["year"].values
    span = f"PY{years[0]}\N{EN DASH}PY{years[-1]}"
    axes.set(
        xlabel=rf"Net payment to the ACO over {span}, \$ million (below zero: the ACO pays)",
        ylabel="% of ACOs and replicates",
    )
    axes.set_title(
        f"Net payment per ACO, {data.sizes['aco']} ACOs in {payments.sizes['replicate']} replicates"
    )
    _explain(axes, cases, shown)
    return axes


def bin_edges(values: Floats) -> Floats:
    """Return edges of equal bins of a round width that cover the values; zero is one of them.

    The width is that of Freedman and Diaconis, rounded up; about 40 bins at most.
    """
    low, high = min(float(values.min()), 0.0), max(float(values.max()), 0.0)
    lower, upper = np.quantile(values, [0.25, 0.75])
    span = (high - low) or 1.0
    width = max(2 * (upper - lower) / np.cbrt(values.size), span / _MOST_BINS)
    power = 10.0 ** np.floor(np.log10(width))
    width = power * _NICE_WIDTHS[np.searchsorted(_NICE_WIDTHS, width / power * (1 - 1e-9))]
    first = np.floor(low / width)
    last = max(np.ceil(high / width), first + 1)
    edges: Floats = np.arange(first, last + 1) * width
    return edges


def _known(values: Floats) -> Floats:
    return values[~np.isnan(values)]


def _bars(axes: Axes, cases: Floats, edges: Floats, look: Look) -> float:
    """Draw one arm's histogram in percent of its cases; return the tallest bar."""
    weights = np.full(cases.size, 100.0 / cases.size)
    heights, _ = np.histogram(cases, edges, weights=weights)
    fill, hatch = to_rgba(look.color, _FILL), to_rgba(look.color, _HATCH)
    axes.stairs(heights, edges, fill=True, facecolor=fill, edgecolor=hatch, hatch=look.hatch, linewidth=0)
    axes.stairs(heights, edges, color=look.color, linestyle=look.line, linewidth=1.6)
    return float(heights.max())


def _strip(axes: Axes, cases: Floats, height: float, look: Look) -> None:
    """Draw the quantiles of one arm at a height below the bars."""
    lowest, lower, median, upper, highest = np.quantile(cases, QUANTILES)
    axes.hlines(height, lowest, highest, color=look.color, linewidth=1.2)
    axes.hlines(height, lower, upper, color=look.color, linewidth=4.5, alpha=0.6)
    axes.plot(median, height, marker=look.marker, color=look.color, markeredgecolor="white", linestyle="none")


def _explain(axes: Axes, cases: dict[str, Floats], shown: dict[str, Look]) -> None:
    """Say under the axes which arm is which, with its median, and what the strips are."""
    entries: dict[str, Artist] = {
        f"{look.label.replace(chr(10), ' ')}: median {millions(float(np.median(cases[key])))}": Patch(
            facecolor=to_rgba(look.color, _FILL),
            edgecolor=look.color,
            hatch=look.hatch,
            linestyle=look.line,
            linewidth=1.4,
        )
        for key, look in shown.items()
    }
    quartiles = Line2D([], [], color=to_rgba(MUTED, 0.6), linewidth=4.5, marker="o", markerfacecolor=MUTED)
    entries["Median, 25\N{EN DASH}75 % of ACOs and replicates"] = quartiles
    entries["10\N{EN DASH}90 % of ACOs and replicates"] = Line2D([], [], color=MUTED, linewidth=1.2)
    key_below(axes, entries, columns=2)
