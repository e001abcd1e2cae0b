"""Fan chart: a yearly sum of money in each arm, with its spread over replicates."""

from __future__ import annotations

import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.charts.labels import key_below, name_at_ends
from sim.charts.quantities import Fan, Floats, acting_arms, in_millions, metric_name
from sim.charts.style import MUTED, Look, looks, mark_zero, new_axes, plain_numbers, styled
from sim.outcomes.bands import bands_hold

_OUTER, _INNER, _HATCH = 0.15, 0.32, 0.55
_WHISKER = "black"


@styled
def savings_fan(
    data: xr.Dataset, arm: str | None = None, metric: str = "gross_savings", *, ax: Axes | None = None
) -> Axes:
    """Draw a sum of money over all ACOs by performance year: its median over replicates in two bands.

    The bands (10-90 % and 25-75 % of replicates) are outcome variability, the risk taken, and parameter
    uncertainty where the study draws it, which the key says. The whiskers are one Monte Carlo standard error
    of the median either way: they shrink with more replicates, the bands do not.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; select ACOs first to draw only those.
    arm : str, optional
        The arm to draw; all but the reference arm otherwise.
    metric : str
        A yearly money variable (``gross_savings``, ``true_savings``, ``settlement``, ...) or ``net_payment``,
        the settlement with the administrative add-on.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        In $ million a year.

    Raises
    ------
    InputError
        When there is no such arm or metric, or no complete replicate.
    """
    name = metric_name(metric)
    arms = acting_arms(data, arm)
    values = in_millions(data, metric, ("year",))
    years = values["year"].values
    axes = new_axes() if ax is None else ax
    mark_zero(axes, y=True)
    shown = {key: look for key, look in looks(data).items() if key in arms}
    fans = {key: Fan.of(values.sel(arm=key).values) for key in shown}
    for key, look in shown.items():
        _draw(axes, years, fans[key], look)
    axes.margins(x=0.02)
    axes.set(xticks=years, xlabel="Performance year (PY)", ylabel=r"\$ million per year")
    axes.yaxis.set_major_formatter(plain_numbers)
    axes.set_title(f"{name}, all {data.sizes['aco']} ACOs")
    name_at_ends(axes, {key: float(fan.quantiles[2, -1]) for key, fan in fans.items()}, shown)
    _explain(axes, values.sizes["replicate"], bands_hold(data))
    return axes


def _draw(axes: Axes, years: Floats, fan: Fan, look: Look) -> None:
    lowest, lower, median, upper, highest = fan.quantiles
    outer, inner, hatch = (to_rgba(look.color, alpha) for alpha in (_OUTER, _INNER, _HATCH))
    axes.fill_between(years, lowest, highest, facecolor=outer, edgecolor="none")
    axes.fill_between(years, lower, upper, facecolor=inner, edgecolor=hatch, hatch=look.hatch, linewidth=0)
    axes.plot(years, median, color=look.color, linestyle=look.line, marker=look.marker, zorder=3)
    error = fan.median_error
    axes.errorbar(years, median, error, fmt="none", ecolor=_WHISKER, elinewidth=1, capsize=3, zorder=4)


def _explain(axes: Axes, replicates: int, bands: str) -> None:
    """Say under the axes what line, bands and whiskers are."""
    whisker = Line2D(
        [], [], color=_WHISKER, marker=r"$\mathtt{I}$", markersize=9, markeredgewidth=0, linestyle="none"
    )
    entries: dict[str, Artist] = {
        f"Median of {replicates} replicates": Line2D([], [], color=MUTED, marker="o"),
        "\N{PLUS-MINUS SIGN} Monte Carlo standard error of the median": whisker,
        "25\N{EN DASH}75 % of replicates": Patch(facecolor=to_rgba(MUTED, _OUTER + _INNER)),
        f"10\N{EN DASH}90 % of replicates ({bands})": Patch(facecolor=to_rgba(MUTED, _OUTER)),
    }
    key_below(axes, entries, columns=2)
