"""An ACO's cash month by month, from the ledger of replicates lived again."""

from __future__ import annotations

import numpy as np
import xarray as xr
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.colors import to_rgba
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from sim.charts.labels import key_below, name_at_ends
from sim.charts.quantities import MILLION
from sim.charts.style import MUTED, looks, mark_zero, new_axes, plain_numbers, styled

_MONTHS_A_YEAR, _BAND = 12, 0.18


@styled
def cash_by_month(cash: xr.DataArray, *, ax: Axes | None = None) -> Axes:
    """Draw cash at the end of every month: the median over replicates, and 10-90 % of them.

    Parameters
    ----------
    cash : DataArray
        USD, dims ``arm, replicate, month``; ``month`` counts from January of the attribute ``first_py``.
        Attributes ``scenario`` and ``reference_arm`` as a results Dataset has them, ``aco`` its name.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        In $ million over calendar years; a marker at each arm's lowest month. One replicate has no band.
    """
    months = cash["month"].values
    at = int(cash.attrs["first_py"]) + (months + 1.0) / _MONTHS_A_YEAR
    # Who never has or owes any would be a line on zero.
    moves = {str(arm): bool((cash.sel(arm=arm) != 0.0).any()) for arm in cash["arm"].values}
    every = looks(xr.Dataset(coords=cash.coords, attrs=cash.attrs))
    shown = {arm: look for arm, look in every.items() if moves[arm] or not any(moves.values())}
    axes = new_axes() if ax is None else ax
    mark_zero(axes, y=True)
    replicates, ends = cash.sizes["replicate"], {}
    for arm, look in shown.items():
        values = cash.sel(arm=arm).transpose("replicate", "month").values / MILLION
        low, middle, high = np.quantile(values, [0.1, 0.5, 0.9], axis=0)
        if replicates > 1:
            axes.fill_between(at, low, high, facecolor=to_rgba(look.color, _BAND), edgecolor="none")
        axes.plot(at, middle, color=look.color, linestyle=look.line, linewidth=1.5)
        lowest = int(middle.argmin())
        axes.plot(
            at[lowest], middle[lowest], look.marker, color=look.color, markeredgecolor="white", zorder=4,
            markersize=8,
        )  # fmt: skip
        ends[arm] = float(middle[-1])
    axes.margins(x=0.02)
    axes.set_xticks(np.arange(np.floor(at[0]), np.ceil(at[-1]) + 1e-9))
    axes.xaxis.set_major_formatter(lambda year, _: f"{year:.0f}")
    axes.yaxis.set_major_formatter(plain_numbers)
    axes.set(xlabel="Calendar year (ticks at 1 January)", ylabel=r"Cash, \$ million")
    whose = f"{cash.attrs.get('aco', 'ACO')}: cash at the end of each month".replace("$", r"\$")
    axes.set_title(whose if replicates > 1 else f"{whose}, replicate {cash['replicate'].values[0]}")
    name_at_ends(axes, ends, shown)
    line = f"Median of {replicates} replicates" if replicates > 1 else "One replicate"
    entries: dict[str, Artist] = {
        line: Line2D([], [], color=MUTED),
        "Lowest month": Line2D([], [], color=MUTED, marker="o", linestyle="none", markersize=8),
    }
    if replicates > 1:
        entries["10\N{EN DASH}90 % of replicates"] = Patch(facecolor=to_rgba(MUTED, _BAND))
    key_below(axes, entries, columns=2)
    return axes
