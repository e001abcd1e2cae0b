"""What the figures draw: sums per year or ACO in each replicate, their quantiles and Monte Carlo errors."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.outcomes.error import quantile_error
from sim.outcomes.registry import BY_NAME, VARIABLES
from sim.outcomes.summary import complete, paid_to_acos

MILLION = 1e6
#: Arms that lines and bands of one figure still tell apart.
MOST_ARMS = 6
NET_PAYMENT = "net_payment"
#: What :func:`sim.outcomes.bands.bands_hold` says is spread: the quantiles that bands and rugs show.
QUANTILES = (0.10, 0.25, 0.50, 0.75, 0.90)
YEARLY = (NET_PAYMENT, *(v.name for v in VARIABLES if v.dtype == "money" and "year" in v.dims))

Floats = NDArray[np.float64]


def acting_arms(data: xr.Dataset, arm: str | None) -> list[str]:
    """Return the arms to draw: the one asked for, or all but the reference arm.

    Raises
    ------
    InputError
        When there is no such arm, none beside the reference arm, or no complete replicate to draw.
    """
    names = [str(name) for name in data["arm"].values]
    if arm is not None and arm not in names:
        raise InputError(wrong_choice("chart", "arm", arm, names))
    if not complete(data).sizes["replicate"]:
        raise InputError(Fault("chart", "", "no replicate is complete", "run the scenario first"))
    if arm is not None:
        return [arm]
    acting = [name for name in names if name != data.attrs.get("reference_arm")]
    if not acting:
        raise InputError(
            Fault("chart", "arm", f"is only {names[0]}", "needs an arm beside the reference arm")
        )
    return acting


def metric_name(metric: str) -> str:
    """Return what a yearly metric is called on an axis.

    Raises
    ------
    InputError
        When it is not one of :data:`YEARLY`.
    """
    if metric not in YEARLY:
        raise InputError(wrong_choice("chart", "metric", metric, YEARLY))
    return "Net payment to ACOs" if metric == NET_PAYMENT else BY_NAME[metric].long_name


def in_millions(data: xr.Dataset, metric: str, keep: tuple[str, ...]) -> xr.DataArray:
    """Return a money variable summed over all dims but arm, replicate and those to keep.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it.
    metric : str
        One of :data:`YEARLY`; ``net_payment`` is the settlement and the administrative add-on together.
    keep : tuple of str
        Dims kept, of ``aco`` and ``year``.

    Returns
    -------
    DataArray
        Million USD, dims ``arm, replicate, *keep``. NaN where an ACO (or all of them) is out throughout.
    """
    kept = ("arm", "replicate", *keep)
    names = paid_to_acos(data) if metric == NET_PAYMENT else [metric]
    parts = [complete(data)[name] for name in names]
    sums = [part.sum([dim for dim in part.dims if dim not in kept], min_count=1) for part in parts]
    total: xr.DataArray = sum(sums[1:], start=sums[0])
    return (total / MILLION).transpose(*kept)


def kept_cash(data: xr.Dataset) -> xr.DataArray:
    """Return what is left to ACOs and their practices over all years: cash before distributions, USD.

    NaN where an ACO is in no program in any year; nothing is left or lost in years in which it is in none.
    """
    years = data["aco_cash_change"].notnull().any("year")
    kept = data["aco_cash_change"].fillna(0.0) + data["distributions"].fillna(0.0)
    total: xr.DataArray = kept.sum("year").where(years)
    return total


def leading_arms(data: xr.Dataset, most: int = MOST_ARMS) -> list[str]:
    """Return the arms that figures of all arms draw: all that act or, of many, the best of each kind.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it.
    most : int
        From how many on they are too many.

    Returns
    -------
    list of str
        Of more than `most` that of each program and risk option which leaves ACOs most, in the arms' order.
    """
    acting = acting_arms(data, None)
    if len(acting) <= most:
        return acting
    stated = tomllib.loads(data.attrs.get("scenario", "")).get("arms", {})
    cash = kept_cash(complete(data)).fillna(0.0).sum("aco").mean("replicate")
    best: dict[tuple[str, str], str] = {}
    for arm in sorted(acting, key=lambda one: -float(cash.sel(arm=one))):
        terms = stated.get(arm, {})
        best.setdefault((terms.get("program", ""), terms.get("risk_option", "global")), arm)
    return [arm for arm in acting if arm in best.values()]


@dataclass(frozen=True, slots=True)
class Fan:
    """Quantiles over replicates, year by year.

    Attributes
    ----------
    quantiles : float64, shape (5, years)
        At :data:`QUANTILES` of the replicates.
    median_error : float64, shape (years,)
        Monte Carlo standard error of the median; NaN with too few replicates to know it.
    """

    quantiles: Floats
    median_error: Floats

    @classmethod
    def of(cls, values: Floats) -> Fan:
        """Sum up replicates, shape (replicates, years); NaN (an arm without ACOs that year) is left out."""
        columns = [column[~np.isnan(column)] for column in values.T]
        blank = np.full(len(QUANTILES), np.nan)
        quantiles = [np.quantile(column, QUANTILES) if column.size else blank for column in columns]
        return cls(
            np.transpose(quantiles),
            np.array([quantile_error(column, 0.5) for column in columns]),
        )
