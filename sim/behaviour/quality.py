"""The quality score that an ACO reaches."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader


@dataclass(frozen=True)
class QualityParameters:
    """Parameters of the quality score, fractions.

    Attributes
    ----------
    score, spread : float
        Mean of the first year and standard deviation between ACOs.
    improvement : float
        Gain a year.
    """

    score: float
    spread: float
    improvement: float

    @classmethod
    def read(cls, evidence: Reader) -> QualityParameters:
        """Read ``quality.*``."""
        return cls(*(evidence.number(f"quality.{name}") for name in ("score", "spread", "improvement")))


def quality_reached(parameters: QualityParameters, *, experience: NDArray[np.int64], draw: Floats) -> Floats:
    """Return the total quality score, 0 to 1, shape (acos,).

    Parameters
    ----------
    parameters : QualityParameters
    experience : int64 array, shape (acos,)
        Performance years so far, this one included.
    draw : float64 array, shape (acos,)
        Standard normal: the ACO's own standing.
    """
    score = parameters.score + parameters.spread * draw + parameters.improvement * (experience - 1)
    return np.clip(score, 0.0, 1.0)
