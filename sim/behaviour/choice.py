"""Which program and option an ACO chooses: the one whose income it values most, by its chances and means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader

Ints = NDArray[np.int64]

NONE = -1


@dataclass(frozen=True, slots=True)
class ChoiceParameters:
    """Parameters of the choice; fractions of the benchmark.

    Attributes
    ----------
    capacity : float
        Loss of a year that an ACO can bear that states no reserves; the least of one that does.
    switching : float
        What another program or option must be worth more.
    guarantee_fee : float
        What a dollar of financial guarantee costs a year.
    quality : float
        Part of the quality withhold that an ACO expects to earn back.
    rebased : float
        Part of what an ACO believes to save beyond others that new base years leave.
    """

    capacity: float
    switching: float
    guarantee_fee: float
    quality: float
    rebased: float

    @classmethod
    def read(cls, evidence: Reader) -> ChoiceParameters:
        """Read ``choice.*`` and ``investment.ratchet``."""
        number = evidence.number
        names = ("capacity", "switching", "guarantee_fee", "quality")
        return cls(
            **{name: number(f"choice.{name}") for name in names},
            rebased=1.0 - number("investment.ratchet"),
        )


def certainty_equivalent(incomes: Floats, capacity: Floats) -> Floats:
    """Return the sure income that is as good as incomes of which each is as likely.

    Parameters
    ----------
    incomes : float64 array, shape (options, cases, acos)
        Fractions of the benchmark; minus infinity where an option is not open.
    capacity : float64 array, shape (acos,)
        Loss of a year that an ACO can bear: the less, the more it shuns risk.

    Returns
    -------
    float64 array, shape (options, acos)

    Notes
    -----
    Exponential utility, whose risk tolerance is `capacity`.
    """
    is_open = np.asarray(np.isfinite(incomes).all(axis=1, keepdims=True))
    utility = -np.where(is_open, incomes, 0.0) / capacity
    most = utility.max(axis=1, keepdims=True)
    mean = np.exp(utility - most).mean(axis=1)
    return np.where(is_open[:, 0], -capacity * (np.log(mean) + most[:, 0]), -np.inf)


def choose(parameters: ChoiceParameters, *, incomes: Floats, capacity: Floats, present: Ints) -> Ints:
    """Return the option that each ACO chooses, shape (acos,).

    Parameters
    ----------
    parameters : ChoiceParameters
    incomes : float64 array, shape (options, cases, acos)
        What a year in each option may bring, fractions of the benchmark, each case as likely; minus infinity
        where an option is not open.
    capacity : float64 array, shape (acos,)
        Loss of a year that an ACO can bear by what it holds; :attr:`ChoiceParameters.capacity` at the least.
    present : int64 array, shape (acos,)
        Option it is in, :data:`NONE` for one that has to choose.
    """
    worth = certainty_equivalent(incomes, np.maximum(capacity, parameters.capacity))
    rows = np.arange(worth.shape[1])
    settled = present != NONE
    held = np.where(settled, present, 0)
    worth[held, rows] += np.where(settled, parameters.switching, 0.0)
    return np.asarray(worth.argmax(axis=0))
