"""Whether a specialist signs a contract on its episodes: what a year may bring, against what it asks for."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.choice import certainty_equivalent
from sim.behaviour.evidence_reader import Floats, Reader


@dataclass(frozen=True, slots=True)
class AcceptanceParameters:
    """Parameters of signing; fractions of a year's target prices.

    Attributes
    ----------
    asks : float
        What a contract must be worth to the median specialist.
    spread : float
        Standard deviation of that, between specialists and years.
    lasting : float
        Part of its variance that is a specialist's for good.
    capacity : float
        Loss of a year that a specialist can bear: the less, the more it shuns risk.
    quality : float
        Score on a contract's quality measure that it expects where none is agreed.
    """

    asks: float
    spread: float
    lasting: float
    capacity: float
    quality: float

    @classmethod
    def read(cls, evidence: Reader) -> AcceptanceParameters:
        """Read ``signing.*``."""
        return cls(**{name: evidence.number(f"signing.{name}") for name in cls.__slots__})


def accept(
    parameters: AcceptanceParameters, *, results: Floats, own_draw: Floats, draw: Floats
) -> NDArray[np.bool_]:
    """Return who signs, shape (contracts,).

    Parameters
    ----------
    parameters : AcceptanceParameters
    results : float64 array, shape (cases, contracts)
        What a year may pay (negative: cost), over its target prices, each case as likely.
    own_draw, draw : float64 arrays, shape (contracts,)
        Standard normal: how much a specialist asks for, for good and this year.
    """
    capacity = np.full(results.shape[1], parameters.capacity)
    worth = certainty_equivalent(results[None], capacity)[0]
    mixed = np.sqrt(parameters.lasting) * own_draw + np.sqrt(1.0 - parameters.lasting) * draw
    return np.asarray(worth > parameters.asks + parameters.spread * mixed)
