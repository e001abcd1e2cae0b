"""How an ACO shares what the program pays it with its practices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader

Cents = NDArray[np.int64]


@dataclass(frozen=True)
class DistributionParameters:
    """Parameters of the distribution of gains.

    Attributes
    ----------
    share : float
        Part of a gain that goes to the practices.
    """

    share: float

    @classmethod
    def read(cls, evidence: Reader) -> DistributionParameters:
        """Read ``cost.distributed``."""
        return cls(evidence.number("cost.distributed"))


def distribute(
    parameters: DistributionParameters, *, gain: Cents, practice_aco: NDArray[np.int64], lives: Floats
) -> Cents:
    """Return what each practice receives, in cents, by its size; a loss is not shared.

    Parameters
    ----------
    parameters : DistributionParameters
    gain : int64 array, shape (acos,)
        What the program pays each ACO this year; negative when the ACO owes.
    practice_aco : int64 array, shape (practices,)
        ACO of each practice, -1 for none.
    lives : float64 array, shape (practices,)
    """
    member = practice_aco >= 0
    aco = practice_aco[member]
    of_aco = np.bincount(aco, weights=lives[member], minlength=len(gain))
    part = np.maximum(gain, 0)[aco] * parameters.share * lives[member]
    shared = np.zeros(len(practice_aco), np.int64)
    shared[member] = np.divide(part, of_aco[aco], out=np.zeros_like(part), where=of_aco[aco] > 0.0)
    return shared
