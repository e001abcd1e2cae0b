"""Reserves, financial guarantee and ruin: who pays what an ACO in LEAD owes and cannot pay."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.aco import ACO
from sim.kernels.codes import MONTHS_A_YEAR
from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.protection import due_to_medicare, enter_backing, held_after
from sim.ledger.schedule import Schedule
from sim.policy.protection import called_and_owed
from sim.population.plan import AcoPlan
from sim.settlement.contracts import PROGRAMS

Cents = NDArray[np.int64]
Flags = NDArray[np.bool_]

NOT_STATED = -1
_NEVER = 9999
_LEAD = PROGRAMS.index("lead")


def reserves_of(plans: Sequence[AcoPlan]) -> Cents:
    """Return what ACOs have at the start, in cents; :data:`NOT_STATED` for those that do not say."""
    return np.array(
        [NOT_STATED if plan.reserves is None else round(100 * plan.reserves) for plan in plans], np.int64
    )


class Backing:
    """What stands behind the ACOs of an arm.

    Parameters
    ----------
    plans : sequence of AcoPlan
    first_py : int
        First performance year.

    Attributes
    ----------
    reserves : int64 array, shape (acos,)
        See :func:`reserves_of`.
    """

    def __init__(self, plans: Sequence[AcoPlan], first_py: int) -> None:
        self.reserves = reserves_of(plans)
        self._first_py = first_py
        self._out_from = np.full(len(plans), _NEVER, np.int64)

    def call(
        self,
        book: Ledger,
        year: int,
        settled: Mapping[str, NDArray[Any]],
        active: Flags,
        schedule: Schedule,
        *,
        leaves: bool,
    ) -> dict[str, NDArray[np.int8]]:
        """Book what cash and reserves do not reach of a booked year's debt; return whom that ruins.

        Parameters
        ----------
        book : Ledger
            With everything of the year.
        year : int
        settled : mapping of str to ndarray
            What the programs made of the year.
        active : bool, shape (acos,)
            ACOs that are in a program; only those in LEAD are held to their reserves.
        schedule : Schedule
        leaves : bool
            Whether an ACO that leaves a debt is out from the January after that month on.
        """
        held_to, final = active & (settled["program"] == _LEAD) & (self.reserves >= 0), schedule.final
        if not held_to.any():
            return {"ruined": held_to.astype(np.int8)}
        held = self.reserves + held_after(book, self._first_py, year, final)
        due = np.where(held_to, due_to_medicare(book, year, final), 0)
        guarantee = np.where(held_to, settled["financial_guarantee"], 0)
        called, debt = called_and_owed(held, due, guarantee)
        owed = book.net_by_aco(Party.ACO, Mechanism.DEBT)
        repaid = np.where(held_to, np.minimum(owed, np.maximum(held, 0)), 0)
        enter_backing(book, year, called, debt, repaid, final)
        if leaves:
            january = year + (final + MONTHS_A_YEAR - 1) // MONTHS_A_YEAR
            self._out_from = np.where(debt > 0, np.minimum(self._out_from, january), self._out_from)
        return {"ruined": (called + debt > 0).astype(np.int8)}

    def put_out(self, acos: Sequence[ACO], year: int) -> None:
        """Take ACOs out that a debt has put out by a year; `acos` are all of the arm's, in order."""
        for row in np.flatnonzero(self._out_from <= year).tolist():
            acos[row].participates = False
