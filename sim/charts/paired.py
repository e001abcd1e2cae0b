"""Paired differences: what each arm makes more than another, replicate by replicate on the same draws."""

from __future__ import annotations

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from sim.charts.intervals import Row, draw_rows, fit_height, row_key
from sim.charts.labels import key_below
from sim.charts.quantities import MILLION, acting_arms, in_millions, kept_cash, metric_name
from sim.charts.style import arm_names, new_axes, styled
from sim.inputs.faults import InputError, wrong_choice
from sim.outcomes.bands import bands_hold
from sim.outcomes.summary import complete, contrast

KEPT = "kept_cash"
_DOT, _ALPHA, _BELOW = 9, 0.45, 0.26


@styled
def paired_difference(
    data: xr.Dataset,
    arm: str | None = None,
    against: str | None = None,
    metric: str = KEPT,
    *,
    ax: Axes | None = None,
) -> Axes:
    """Draw what arms make more than one of them, all ACOs and years together, paired by replicate.

    Under each row a dot a replicate; beside the name how many times smaller common draws make the variance of
    the difference, by which the error is smaller than that of two runs of their own.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; select ACOs first to draw only those.
    arm : str, optional
        The arm to compare; all but the reference arm and `against` otherwise.
    against : str, optional
        The arm taken off; by default the one with the largest mean.
    metric : str
        A yearly money variable, ``net_payment``, or ``kept_cash``: cash before ACOs distribute any.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        In $ million.

    Raises
    ------
    InputError
        When there is no such arm or metric, no other arm, or no complete replicate.
    """
    name = "Cash left to ACOs and practices" if metric == KEPT else metric_name(metric)
    acting = acting_arms(data, None)
    if metric == KEPT:
        total = kept_cash(complete(data)).sum("aco", min_count=1) / MILLION
    else:
        total = in_millions(data, metric, ("year",)).sum("year", min_count=1)
    total = total.transpose("arm", "replicate")
    known = [one for one in acting if bool(total.sel(arm=one).notnull().any())]
    base = against or max(known or acting, key=lambda one: float(total.sel(arm=one).mean()))
    for asked in (base, *([arm] if arm is not None else [])):
        if asked not in [str(one) for one in data["arm"].values]:
            raise InputError(wrong_choice("chart", "arm", asked, acting))
    shown = [one for one in ([arm] if arm is not None else known) if one != base] or [base]
    names, color = arm_names(data), mpl.rcParams["axes.prop_cycle"].by_key()["color"][0]
    rows = []
    for one in shown:
        gap = (total.sel(arm=one) - total.sel(arm=base)).values
        gain = contrast(total, one, base).gain
        sure = f"\nvariance \N{DIVISION SIGN} {gain:,.{0 if gain >= 10 else 1}f}" if np.isfinite(gain) else ""
        rows.append(Row(f"{names[one]}{sure if gap.size > 1 else ''}", gap[~np.isnan(gap)], color))
    rows.sort(key=lambda row: -float(row.values.mean()))
    axes = new_axes() if ax is None else ax
    draw_rows(axes, rows)
    several = rows[0].values.size > 1
    for place, row in enumerate(rows if several else []):
        at = np.full(row.values.size, place + _BELOW)
        axes.scatter(row.values, at, _DOT, color=color, alpha=_ALPHA, linewidths=0)
    fit_height(axes, 2 * len(rows))
    years = data["year"].values
    axes.set_xlabel(
        rf"{name}, PY{years[0]}-PY{years[-1]}: more than {names[base]}, \$ million".replace(
            "-PY", "\N{EN DASH}PY"
        )
    )
    axes.set_title(f"Difference from {names[base]}, paired by replicate")
    entries = row_key(rows[0].values.size, bands_hold(data))
    if several:
        entries["One replicate"] = Line2D(
            [], [], color=color, marker="o", markersize=3, alpha=_ALPHA, linestyle="none"
        )
    key_below(axes, entries, columns=1)
    return axes
