"""How many patients an ACO's practices bring to attest that theirs is the practice they mainly see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader


@dataclass(frozen=True)
class AttestationParameters:
    """Yearly chance that a patient attests, by kind of ACO.

    Attributes
    ----------
    renewing, newly_entering, high_needs : float
    """

    renewing: float
    newly_entering: float
    high_needs: float

    @classmethod
    def read(cls, evidence: Reader) -> AttestationParameters:
        """Read ``voluntary.attest``."""
        return cls(*evidence.array("voluntary.attest").tolist())


def chance_to_attest(
    parameters: AttestationParameters, *, renewing: NDArray[np.bool_], high_needs: NDArray[np.bool_]
) -> Floats:
    """Return the yearly chance, shape (acos,).

    Parameters
    ----------
    parameters : AttestationParameters
    renewing : bool array, shape (acos,)
    high_needs : bool array, shape (acos,)
        Whether it counts as a High Needs ACO.
    """
    by_entry = np.where(renewing, parameters.renewing, parameters.newly_entering)
    return np.where(high_needs, parameters.high_needs, by_entry)
