"""The sizes that ACOs need outside LEAD, out of the rulebooks of the Shared Savings Program and ACO REACH."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.reach_terms import TYPES
from sim.inputs.rulebook import Rulebook


@dataclass(frozen=True)
class MsspSize:
    """Of an agreement of the Shared Savings Program, in one of its years.

    Attributes
    ----------
    people : float
        Assigned people that an ACO needs.
    last_year_alone : bool
        Whether it needs them in the last benchmark year, not in each.
    removes : bool
        Whether an ACO that has them not is out for the agreement.
    ends : bool
        Whether two years in a row with fewer end the agreement.
    """

    people: float
    last_year_alone: bool
    removes: bool
    ends: bool


@dataclass(frozen=True, eq=False)
class ReachSize:
    """Of a performance year of ACO REACH.

    Attributes
    ----------
    people : float64 array, shape (types,)
        Aligned people that an ACO needs, in the order of :data:`sim.inputs.reach_terms.TYPES`.
    buffer, buffer_uses : float
        See :func:`sim.policy.eligibility.may_continue`.
    removes : bool
        Whether an ACO that has them not is out.
    """

    people: NDArray[np.float64]
    buffer: float
    buffer_uses: float
    removes: bool


def mssp_size(rules: Rulebook, start: int, year: int) -> MsspSize:
    """Return what an agreement that began in the year `start` asks for in a year."""
    return MsspSize(
        people=rules.number("assignment.smallest"),
        last_year_alone=rules.word("assignment.smallest_years", start) == "last",
        removes=rules.word("assignment.below_smallest") == "out",
        ends=rules.word("assignment.smallest_later", year) == "remediation",
    )


def reach_size(rules: Rulebook) -> ReachSize:
    """Return what the rulebook's performance year asks for."""
    return ReachSize(
        people=np.array([rules.number(f"alignment.smallest.{one}") for one in TYPES]),
        buffer=rules.number("alignment.buffer"),
        buffer_uses=rules.number("alignment.buffer_uses"),
        removes=rules.word("alignment.below_smallest") == "out",
    )
