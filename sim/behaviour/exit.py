"""Whether an ACO leaves its program: a yearly chance by what it saved, how large it is and what it risks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader

_POINTS = 100.0


@dataclass(frozen=True, eq=False)
class ExitParameters:
    """Parameters of the chance to leave; log-odds.

    Attributes
    ----------
    level : float
        Of a large ACO that has saved nothing.
    savings : float
        Per percentage point of savings over benchmark.
    savings_range : float64 array, shape (2,)
        Savings below and above do not count further, fractions.
    small, small_below : float
        Added to the log-odds of an ACO with fewer people than that.
    guarantee : float
        Per percentage point of the benchmark by which the financial guarantee is above what the ACO holds.
    lasting : float
        Added in a program that never takes new base years.
    unsettled : float
        Added while no year has been settled.
    own_spread : float
        Standard deviation between ACOs, for good.
    notice_month : int
        Month of the year in which an ACO in LEAD gives notice; 0 for one that is out as the year begins.
    """

    level: float
    savings: float
    savings_range: Floats
    small: float
    small_below: float
    guarantee: float
    lasting: float
    unsettled: float
    own_spread: float
    notice_month: int

    @classmethod
    def read(cls, evidence: Reader) -> ExitParameters:
        """Read ``leaving.*``."""
        number = evidence.number
        return cls(
            level=number("leaving.level"),
            savings=number("leaving.savings"),
            savings_range=evidence.array("leaving.savings_range"),
            small=number("leaving.small"),
            small_below=number("leaving.small_below"),
            guarantee=number("leaving.guarantee"),
            lasting=number("leaving.lasting"),
            unsettled=number("leaving.unsettled"),
            own_spread=number("leaving.aco_spread"),
            notice_month=int(number("leaving.notice_month")),
        )


def chance_to_leave(
    parameters: ExitParameters,
    *,
    savings: Floats,
    lives: Floats,
    uncovered: Floats,
    rebased: NDArray[np.bool_],
    draw: Floats,
) -> Floats:
    """Return the chance that an ACO leaves as a year begins, shape (acos,).

    Parameters
    ----------
    parameters : ExitParameters
    savings : float64 array, shape (acos,)
        Mean of the last two settled years, fractions of the benchmark; NaN while nothing is settled.
    lives : float64 array, shape (acos,)
        People of the year before.
    uncovered : float64 array, shape (acos,)
        What the guarantee is above what the ACO holds, as a fraction of its benchmark; 0 where it holds more.
    rebased : bool array, shape (acos,)
        Whether its program takes new base years at each agreement.
    draw : float64 array, shape (acos,)
        Standard normal: how readily the ACO leaves.

    Notes
    -----
    Logit of leaving the Shared Savings Program by results of the two years before, fitted to CMS's files.
    """
    low, high = parameters.savings_range
    unknown = np.isnan(savings)
    points = _POINTS * np.clip(np.where(unknown, 0.0, savings), low, high)
    odds = (
        parameters.level
        + parameters.savings * points
        + parameters.small * (lives < parameters.small_below)
        + parameters.guarantee * _POINTS * uncovered
        + parameters.lasting * ~rebased
        + parameters.unsettled * unknown
        + parameters.own_spread * draw
    )
    return np.asarray(1.0 / (1.0 + np.exp(-odds)))
