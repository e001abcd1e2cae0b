"""Whether a specialist ends its contract as a year ends: by how long it has had one and what it brought."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader
from sim.behaviour.luck import LUCK

_POINTS = 100.0
# Steps to find the level that gives a mean over cases of luck.
_STEPS = 4


@dataclass(frozen=True, eq=False)
class DropOutParameters:
    """Parameters of the chance to end a contract.

    Attributes
    ----------
    chance : float64 array, shape (years,)
        Mean chance in the first year under contract, the second and so on; the last holds for good.
    result : float
        Log-odds per percentage point of target prices that the last year has paid.
    result_range : float64 array, shape (2,)
        Results below and above do not count further, fractions of target prices.
    usual : float
        Mean result of those under contract, at which the mean chance is `chance`, fraction of target prices.
    pause : float
        Years from the end of a contract on in which no other is signed.
    """

    chance: Floats
    result: float
    result_range: Floats
    usual: float
    pause: float

    @classmethod
    def read(cls, evidence: Reader) -> DropOutParameters:
        """Read ``dropping_out.*``."""
        number, array = evidence.number, evidence.array
        return cls(
            chance=array("dropping_out.chance"),
            result=number("dropping_out.result"),
            result_range=array("dropping_out.result_range"),
            usual=number("dropping_out.usual"),
            pause=number("dropping_out.pause"),
        )


def chance_to_drop_out(
    parameters: DropOutParameters, *, years: NDArray[np.int64], results: Floats, noise: Floats
) -> Floats:
    """Return the chance that a contract is ended by its specialist, shape (contracts,).

    Parameters
    ----------
    parameters : DropOutParameters
    years : int64 array, shape (contracts,)
        Years under contract so far, the present one included.
    results : float64 array, shape (contracts,)
        What the year has paid by the reports at hand (negative: cost), over target prices; NaN where there
        is none.
    noise : float64 array, shape (contracts,)
        Standard deviation of a year's result.

    Notes
    -----
    Logit in the result, at that level at which results that vary by `noise` around the usual one give the
    stated chance on average: log-odds of a mean are not the mean of log-odds.
    """
    mean = parameters.chance[np.minimum(years, len(parameters.chance)) - 1]
    cases = _odds(parameters, parameters.usual + noise[:, None] * LUCK)
    level = np.log(mean / (1.0 - mean))
    for _ in range(_STEPS):
        each = _logistic(level[:, None] + cases)
        level = level - (each.mean(axis=1) - mean) / (each * (1.0 - each)).mean(axis=1)
    known = ~np.isnan(results)
    by_result = _logistic(level + _odds(parameters, np.where(known, results, parameters.usual)))
    return np.where(known, by_result, mean)


def _odds(parameters: DropOutParameters, results: Floats) -> Floats:
    low, high = parameters.result_range
    return np.asarray(parameters.result * _POINTS * np.clip(results, low, high))


def _logistic(odds: Floats) -> Floats:
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))
