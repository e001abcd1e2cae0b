"""Rankings: choices of one ACO, and ACOs of one arm, by what is left to them."""

from __future__ import annotations

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from sim.charts.intervals import Row, draw_rows, fit_height, row_key
from sim.charts.labels import key_below
from sim.charts.quantities import MILLION, acting_arms, kept_cash
from sim.charts.style import MUTED, arm_names, looks, new_axes, styled
from sim.inputs.faults import InputError, wrong_choice
from sim.outcomes.bands import bands_hold
from sim.outcomes.summary import complete

_MONTHS_A_YEAR = 12.0
_MOST_ROWS = 30


@styled
def choice_ranking(
    data: xr.Dataset, aco: str, arms: Sequence[str] | None = None, *, ax: Axes | None = None
) -> Axes:
    """Draw what each arm leaves one ACO over all years, the best on top.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it.
    aco : str
    arms : sequence of str, optional
        Arms to draw; all of them otherwise, also that of no program, where it is left nothing.
    ax : Axes, optional
        Where to draw; a new figure otherwise.

    Returns
    -------
    Axes
        Cash before distributions, $ million.

    Raises
    ------
    InputError
        When there is no such arm or ACO, or no complete replicate.
    """
    named = [str(arm) for arm in data["arm"].values]
    _checked(data, "aco", [aco])
    _checked(data, "arm", arms or [])
    acting_arms(data, named[0])
    # Nothing is left by being in no program.
    cash = kept_cash(complete(data).sel(aco=aco)).fillna(0.0) / MILLION
    order = sorted(arms or named, key=lambda arm: -float(cash.sel(arm=arm).mean()))[:_MOST_ROWS]
    color, names = mpl.rcParams["axes.prop_cycle"].by_key()["color"][0], arm_names(data)
    rows = [Row(names[arm], cash.sel(arm=arm).values, color) for arm in order]
    axes = new_axes() if ax is None else ax
    draw_rows(axes, rows)
    fit_height(axes, len(rows))
    years = data["year"].values
    span = f"PY{years[0]}\N{EN DASH}PY{years[-1]}"
    axes.set_xlabel(rf"Cash left to the ACO and its practices, {span}, \$ million")
    axes.set_title(f"What each choice leaves {aco}".replace("$", r"\$"))
    key_below(axes, row_key(cash.sizes["replicate"], bands_hold(data)), columns=1)
    return axes


@styled
def aco_ranking(data: xr.Dataset, arm: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw what an arm leaves each ACO per aligned person and year, the best on top.

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
        Cash before distributions over person-years in a program, $ a person and year; of more than 30 ACOs
        the first and last 15.

    Raises
    ------
    InputError
        When there is no such arm, or no complete replicate.
    """
    shown = acting_arms(data, arm)[0]
    own = complete(data).sel(arm=shown)
    settled = own["benchmark"].notnull()
    years_of = own["person_months"].sum("cell").where(settled).sum("year", min_count=1) / _MONTHS_A_YEAR
    each = kept_cash(own) / years_of
    look = looks(data)[shown]
    found = []
    for aco in each["aco"].values.tolist():
        values = each.sel(aco=aco).values
        if (known := values[~np.isnan(values)]).size:
            found.append(Row(str(aco), known, look.color, look.marker))
    found.sort(key=lambda row: -float(row.values.mean()))
    rows, half = found, _MOST_ROWS // 2
    if len(found) > _MOST_ROWS:
        rows = [*found[:half], *found[-half:]]
    axes = new_axes() if ax is None else ax
    draw_rows(axes, rows)
    fit_height(axes, len(rows))
    if len(found) > len(rows):
        axes.axhline(half - 0.5, color=MUTED, linewidth=0.8, linestyle=":")
    left_out = f", the first and last {half} of {len(found)}" if len(found) > len(rows) else ""
    axes.set_xlabel(r"Cash left to the ACO and its practices, \$ per person and year")
    axes.set_title(f"{arm_names(data)[shown]}: what each ACO is left{left_out}")
    key_below(axes, row_key(own.sizes["replicate"], bands_hold(data)), columns=1)
    return axes


def _checked(data: xr.Dataset, dim: str, asked: Sequence[str]) -> None:
    known = [str(one) for one in data[dim].values]
    for one in asked:
        if one not in known:
            raise InputError(wrong_choice("chart", dim, one, known))
