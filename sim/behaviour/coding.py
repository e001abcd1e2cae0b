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
    """

    excess: float
    most: float

    @classmethod
    def read(cls, evidence: Reader) -> CodingParameters:
        """Read ``coding.*``."""
        return cls(evidence.number("coding.excess"), evidence.number("coding.most"))


def excess_of_coding(parameters: CodingParameters, *, experience: NDArray[np.int64]) -> Floats:
    """Return coded over true risk less 1, shape (acos,), after so many performance years in an ACO."""
    known = {int(years): (1.0 + parameters.excess) ** int(years) - 1.0 for years in np.unique(experience)}
    grown = np.array([known[years] for years in experience.tolist()], dtype=np.float64)
    return np.minimum(grown, parameters.most)
