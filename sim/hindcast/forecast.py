"""Forecasts of an ACO's next savings rate, given its last: the simulation's, and two that need none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.hindcast.figures import size_of
from sim.hindcast.shown import Shown

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

# An ensemble is so many quantiles, evenly spaced.
MEMBERS = 99
OUTSIDE = 0.10  # of an interval of 90 %
# Fewer simulated pairs than this do not say how ACOs of a size go on.
FEWEST_PAIRS = 40


@dataclass(frozen=True, eq=False)
class Forecasts:
    """Forecasts of the next year's rates of ACOs that stay, and what came.

    Attributes
    ----------
    came : float64 array, shape (acos,)
        Published savings rate of the next year, in %.
    ensembles : dict of str to float64 array of shape (acos, members)
        ``simulation``; ``last`` and ``mean``: the ACO's last rate, and the mean of last rates, as points;
        ``last_spread`` and ``mean_spread``: these with the errors that they turned out to have, which nobody
        knew then.
    """

    came: Floats
    ensembles: dict[str, Floats]


def forecasts(published: Shown, replicates: Sequence[Shown]) -> Forecasts:
    """Return the forecasts for the ACOs of a cohort that are in the next year's file.

    Notes
    -----
    The simulation's: within size classes, and apart for ACOs that begin a new agreement, next rates are
    regressed on rates over all replicates. A forecast is the mean of the last published rates, plus slope
    times how far the ACO lay from it, plus what is left over in the simulation, common change of all ACOs
    included. Nothing of the next year's file is used.
    """
    stay = ~np.isnan(published.rate).any(axis=1)
    last, came = published.rate[stay].T
    mean = published.rate[:, 0].mean()
    slope, rest = _conditional(replicates, size_of(published.lives[stay, 0]), published.due[stay])
    levels = (np.arange(MEMBERS) + 0.5) / MEMBERS
    left_over = came - last, came - mean
    return Forecasts(
        came,
        {
            "simulation": mean + (slope * (last - mean))[:, None] + rest,
            "last": last[:, None],
            "mean": np.full((len(last), 1), mean),
            "last_spread": last[:, None] + np.quantile(left_over[0], levels),
            "mean_spread": mean + np.broadcast_to(np.quantile(left_over[1], levels), (len(last), MEMBERS)),
        },
    )


def _conditional(replicates: Sequence[Shown], size: NDArray[np.int64], due: Flags) -> tuple[Floats, Floats]:
    """Return slope (acos,) and left-over quantiles (acos, members) for ACOs of some sizes."""
    first = np.concatenate([one.rate[:, 0] - one.rate[:, 0].mean() for one in replicates])
    second = np.concatenate([one.rate[:, 1] - one.rate[:, 0].mean() for one in replicates])
    sizes = np.concatenate([size_of(one.lives[:, 0]) for one in replicates])
    begins = np.concatenate([one.due for one in replicates])
    known = ~np.isnan(first + second)
    slope, rest = np.empty(len(size)), np.empty((len(size), MEMBERS))
    levels = (np.arange(MEMBERS) + 0.5) / MEMBERS
    for one in np.unique(size).tolist():
        for new in (False, True):
            mine = (size == one) & (due == new)
            choices = known & (sizes == one) & (begins == new), known & (sizes == one)
            used = next((found for found in choices if found.sum() >= FEWEST_PAIRS), known)
            x, y = first[used], second[used]
            centred = x - x.mean()
            fit = (centred @ (y - y.mean())) / (centred @ centred)
            slope[mine], rest[mine] = fit, np.quantile(y - fit * x, levels)
    return slope, rest


def crps(ensemble: Floats, came: Floats) -> Floats:
    """Return the continuous ranked probability score of each forecast, in the unit of what came.

    Parameters
    ----------
    ensemble : float64 array, shape (cases, members)
        A single member is a point forecast, whose score is its absolute error.
    came : float64 array, shape (cases,)

    Notes
    -----
    Gneiting and Raftery, Strictly Proper Scoring Rules, JASA 2007: E|X - y| - E|X - X'| / 2.
    """
    ranked = np.sort(ensemble, axis=1)
    n = ranked.shape[1]
    weight = 2.0 * np.arange(1, n + 1) - n - 1.0
    between = (ranked * weight).sum(axis=1) * 2.0 / n**2
    return np.asarray(np.abs(ranked - came[:, None]).mean(axis=1) - 0.5 * between)


def interval_score(ensemble: Floats, came: Floats) -> Floats:
    """Return the interval score of the central 90 % of each forecast: its width, and 20 times each miss.

    Notes
    -----
    Gneiting and Raftery 2007, equation 43.
    """
    low, high = np.quantile(ensemble, [OUTSIDE / 2.0, 1.0 - OUTSIDE / 2.0], axis=1)
    missed = np.maximum(low - came, 0.0) + np.maximum(came - high, 0.0)
    return np.asarray(high - low + 2.0 / OUTSIDE * missed)


def pit(ensemble: Floats, came: Floats) -> Floats:
    """Return where in its forecast each case came, from 0 to 1: evenly spread where forecasts are sound."""
    below = (ensemble < came[:, None]).mean(axis=1)
    return np.asarray(below + 0.5 * (ensemble == came[:, None]).mean(axis=1))
