"""Falls prevention: how many of those at risk take a course up where it is offered, and what a course is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader


@dataclass(frozen=True, eq=False)
class FallsParameters:
    """Parameters of falls prevention.

    Attributes
    ----------
    screened, accepts : float
        Share of people at risk who are screened, and of these who take a course up.
    visits : float
        Visits of a course, of all professions together.
    modification, modification_spread : float
        Mean dollars that changes to a home would cost, and their coefficient of variation between people.
    """

    screened: float
    accepts: float
    visits: float
    modification: float
    modification_spread: float

    @classmethod
    def read(cls, evidence: Reader) -> FallsParameters:
        """Read ``falls.*``; what a course averts the kernels are told."""
        number = evidence.number
        return cls(
            screened=number("falls.screened"),
            accepts=number("falls.accepts"),
            visits=float(evidence.array("falls.visits").sum()),
            modification=number("falls.modification"),
            modification_spread=number("falls.modification_spread"),
        )


def falls_uptake(parameters: FallsParameters, *, offers: NDArray[np.bool_], stated: Floats) -> Floats:
    """Return the share of people at risk who take a course up, shape (acos,).

    Parameters
    ----------
    parameters : FallsParameters
    offers : bool array, shape (acos,)
    stated : float64 array, shape (acos,)
        What the scenario says; NaN where it does not.
    """
    usual = parameters.screened * parameters.accepts
    return np.where(offers, np.where(np.isnan(stated), usual, stated), 0.0)
