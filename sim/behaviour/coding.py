"""How far coded risk grows beyond true risk in practices of an ACO."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader


@dataclass(frozen=True)
class CodingParameters:
    """Parameters of coding, fractions.

    Attributes
    ----------
    excess : float
        Growth of coded over true risk a year.
    most : float
        What it stops at.
    own_spread : float
        Spread between ACOs of that growth, over its mean.
    beyond : float
        How far an ACO codes beyond the limit on risk score growth that decides on coding by it.
    """

    excess: float
    most: float
    own_spread: float = 0.0
    beyond: float = 0.0

    @classmethod
    def read(cls, evidence: Reader) -> CodingParameters:
        """Read ``coding.*``."""
        return cls(*(evidence.number(f"coding.{key}") for key in ("excess", "most", "aco_spread", "beyond")))


def excess_of_coding(
    parameters: CodingParameters,
    *,
    experience: NDArray[np.int64],
    draw: Floats,
    limit: Floats | None = None,
) -> Floats:
    """Return coded over true risk less 1, shape (acos,).

    Parameters
    ----------
    parameters : CodingParameters
    experience : int64 array, shape (acos,)
        Performance years in an ACO so far, this one included.
    draw : float64 array, shape (acos,)
        Standard normal: how much more than others the ACO codes. Its growth is lognormal around the mean, so
        that most code little and a few much, and without a mean there is none to differ in.
    limit : float64 array, shape (acos,), optional
        On risk score growth in its program, of ACOs that decide on coding by it; NaN for others.
    """
    variance = np.log1p(parameters.own_spread**2)
    growth = parameters.excess * np.exp(np.sqrt(variance) * draw - 0.5 * variance)
    most = np.full(len(draw), parameters.most)
    if limit is not None:
        most = np.where(np.isnan(limit), most, limit + parameters.beyond)
    return np.asarray(np.minimum((1.0 + growth) ** experience - 1.0, most))
