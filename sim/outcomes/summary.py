"""What a run says: ten-year figures per arm with spread and Monte Carlo error, and paired contrasts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.outcomes.error import mean_error, quantile_error, ratio_error


@dataclass(frozen=True, slots=True)
class Spread:
    """One figure over replicates: outcome variability, and the Monte Carlo error of its median.

    Attributes
    ----------
    median, low, high : float
        Median, 10th and 90th percentile of the replicates, USD.
    error : float
        Monte Carlo standard error of the median, USD.
    mean, mean_error : float
        Mean and its Monte Carlo standard error, USD.
    """

    median: float
    low: float
    high: float
    error: float
    mean: float
    mean_error: float


@dataclass(frozen=True, slots=True)
class ArmSummary:
    """One arm's figures over all simulated years; None where the arm has no such figure.

    Attributes
    ----------
    arm : str
        Its name.
    figures : dict of str to Spread or None
        By the keys of :data:`FIGURES`.
    loss_share, loss_share_error : float or None
        Share of ACO-years that settle with a loss, and its Monte Carlo standard error.
    pairing_gain : float or None
        How many times smaller common draws make the variance of the net cost to Medicare.
    """

    arm: str
    figures: dict[str, Spread | None]
    loss_share: float | None
    loss_share_error: float | None
    pairing_gain: float | None

    def as_dict(self) -> dict[str, Any]:
        """Return each figure of the arm by name, as plain values."""
        figures: dict[str, Any] = {key: asdict(spread) for key, spread in self.figures.items() if spread}
        if self.loss_share is not None:
            figures["aco_years_with_loss"] = {"share": self.loss_share, "error": self.loss_share_error}
        return figures if self.pairing_gain is None else {**figures, "pairing_gain": self.pairing_gain}


@dataclass(frozen=True, slots=True)
class Contrast:
    """The difference between two arms, paired by replicate.

    Attributes
    ----------
    mean, error : float
        Mean of the paired differences and its Monte Carlo standard error.
    median, low, high : float
        Of the paired differences: median, 10th and 90th percentile.
    gain : float
        Variance of an unpaired difference over that of the paired one: what common draws bought.
    """

    mean: float
    error: float
    median: float
    low: float
    high: float
    gain: float


def complete(data: xr.Dataset) -> xr.Dataset:
    """Return the complete replicates."""
    return data.isel(replicate=data["done"].values) if "done" in data.coords else data


def total_of(data: xr.Dataset, *names: str) -> xr.DataArray:
    """Sum variables over all dims but point, arm and replicate; NaN where a replicate has nothing at all."""
    parts = []
    for name in names:
        over = [dim for dim in data[name].dims if dim not in ("design", "arm", "replicate")]
        parts.append(data[name].sum(over, min_count=1))
    total: xr.DataArray = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


# What a program pays an ACO, or is owed by it; of capitation, what is beyond the claims it stands for.
PAID_TO_ACOS = (
    "settlement",
    "admin_add_on",
    "high_performers_pool",
    "capitation_gain",
    "cara_settled",
    "dual_incentive",
)


def paid_to_acos(data: xr.Dataset) -> list[str]:
    """Return those of :data:`PAID_TO_ACOS` that a Dataset has; what is made before one was, is without it."""
    return [name for name in PAID_TO_ACOS if name in data]


FIGURES: dict[str, tuple[str, Callable[[xr.Dataset], xr.DataArray]]] = {
    "gross_savings": ("Savings against benchmark", lambda data: total_of(data, "gross_savings")),
    "true_savings": ("True savings", lambda data: total_of(data, "true_savings")),
    "net_payment": ("Net payment to ACOs", lambda data: total_of(data, *paid_to_acos(data))),
    "medicare_net_cost": ("Net cost to Medicare", lambda data: total_of(data, "medicare_net_cost")),
}


def summarise(data: xr.Dataset) -> list[ArmSummary]:
    """Sum up every arm over all years and ACOs.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it, with at least one complete replicate; incomplete ones (NaN)
        are left out. ``reference_arm`` in its attributes names the arm that has no figures of its own.

    Returns
    -------
    list of ArmSummary
        In the order of the arms. An ACO-year counts where the ACO has a benchmark.
    """
    totals = {key: figure(data) for key, (_, figure) in FIGURES.items()}
    outlay = total_of(data, "medicare_outlay")
    reference = data.attrs["reference_arm"]
    over = ["aco", "year"]
    in_program = data["benchmark"] > 0
    years = in_program.sum(over)
    losses = ((data["settlement"] < 0) & in_program).sum(over)
    summaries = []
    for arm in map(str, data["arm"].values):
        acts = arm != reference
        figures = {
            key: spread_of(total.sel(arm=arm).values) if acts else None for key, total in totals.items()
        }
        lost, possible = losses.sel(arm=arm).values, years.sel(arm=arm).values
        share = float(lost.sum() / possible.sum()) if possible.sum() else None
        error = ratio_error(lost[possible > 0], possible[possible > 0]) if share is not None else None
        gain = contrast(outlay, arm, reference).gain if acts else None
        summaries.append(ArmSummary(arm, figures, share, error, gain))
    return summaries


def contrast(values: xr.DataArray, arm: str, reference: str) -> Contrast:
    """Compare two arms replicate by replicate.

    Parameters
    ----------
    values : DataArray
        With dims ``arm`` and ``replicate`` only.
    arm, reference : str
        The difference is `arm` less `reference`.

    Returns
    -------
    Contrast
        In the units of `values`.
    """
    pair = np.stack([values.sel(arm=name).values for name in (arm, reference)])
    ours, theirs = pair[:, ~np.isnan(pair).any(axis=0)]
    difference = ours - theirs
    low, median, high = np.quantile(difference, [0.1, 0.5, 0.9])
    paired = float(np.var(difference))
    unpaired = float(np.var(ours) + np.var(theirs))
    return Contrast(
        mean=float(difference.mean()),
        error=mean_error(difference),
        median=float(median),
        low=float(low),
        high=float(high),
        gain=unpaired / paired if paired else float("inf"),
    )


def spread_of(values: NDArray[np.float64]) -> Spread | None:
    """Return the spread of a figure over replicates, shape (replicates,); None where all are NaN."""
    kept = values[~np.isnan(values)]
    if not kept.size:
        return None
    low, median, high = (float(value) for value in np.quantile(kept, [0.1, 0.5, 0.9]))
    return Spread(
        low=low,
        median=median,
        high=high,
        error=quantile_error(kept, 0.5),
        mean=float(kept.mean()),
        mean_error=mean_error(kept),
    )
