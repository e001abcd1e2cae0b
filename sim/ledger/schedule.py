"""What of a settled year is paid in which month: the program's part of the ledger, before it is booked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from sim.ledger.benefits import BenefitMoney
from sim.ledger.codes import CAPITATION, Mechanism

Cents = NDArray[np.int64]

HORIZON = 36  # months, counted from January of the performance year, in which its money moves


def no_money(n_acos: int) -> Cents:
    """Return nothing by ACO and month."""
    return np.zeros((n_acos, HORIZON), np.int64)


@dataclass(eq=False)
class MonthlyPayments:
    """Capitation of a year, and the claims it stands for; cents of shape (acos, HORIZON).

    Attributes
    ----------
    to_aco : mapping of Mechanism to int64 array
        What Medicare pays ACOs by each of :data:`sim.ledger.codes.CAPITATION`; paid back where negative.
    reductions : int64 array
        Claims that Medicare does not pay, in the months in which it would have.
    to_providers : int64 array
        What ACOs pay the providers for them.
    to_practices : int64 array
        What ACOs pay on to their practices of enhanced PCC.
    provisional : int64 array, shape (acos,)
        What provisional settlement pays before the final one, without stop-loss.
    provisional_stop_loss : int64 array, shape (acos,)
        What stop-loss changes in that.
    claims : int64 array
        Claims before reductions in the months in which they are paid; nothing of ACOs that elect nothing.
    """

    to_aco: Mapping[Mechanism, Cents]
    reductions: Cents
    to_providers: Cents
    to_practices: Cents
    provisional: Cents
    provisional_stop_loss: Cents
    claims: Cents

    @classmethod
    def nothing(cls, n_acos: int) -> MonthlyPayments:
        """Return no payments."""
        return cls(
            to_aco={mechanism: no_money(n_acos) for mechanism in CAPITATION},
            reductions=no_money(n_acos),
            to_providers=no_money(n_acos),
            to_practices=no_money(n_acos),
            provisional=np.zeros(n_acos, np.int64),
            provisional_stop_loss=np.zeros(n_acos, np.int64),
            claims=no_money(n_acos),
        )

    def take(self, other: MonthlyPayments, mine: NDArray[np.bool_]) -> None:
        """Take some ACOs' payments from `other`."""
        for mechanism in CAPITATION:
            self.to_aco[mechanism][mine] = other.to_aco[mechanism][mine]
        self.reductions[mine] = other.reductions[mine]
        self.to_providers[mine] = other.to_providers[mine]
        self.to_practices[mine] = other.to_practices[mine]
        self.provisional[mine] = other.provisional[mine]
        self.provisional_stop_loss[mine] = other.provisional_stop_loss[mine]
        self.claims[mine] = other.claims[mine]


def joined(parts: Iterable[tuple[MonthlyPayments | None, NDArray[np.bool_]]]) -> MonthlyPayments | None:
    """Return what several programs pay by month, each its own ACOs; None where none of these is paid.

    Parameters
    ----------
    parts : iterable of tuple
        What a program pays, and bool of shape (acos,) for whom that counts.
    """
    found: MonthlyPayments | None = None
    for payments, mine in parts:
        if payments is not None and mine.any():
            found = MonthlyPayments.nothing(len(mine)) if found is None else found
            found.take(payments, mine)
    return found


@dataclass(frozen=True, eq=False)
class Schedule:
    """When a year's settlement is paid, by ACO, and what is paid by month.

    Attributes
    ----------
    final, provisional : int64 arrays, shape (acos,)
        Month of final and of provisional settlement, counted from January of the performance year.
    add_on_by_month : bool array, shape (acos,)
        Whose add-on is paid evenly over the performance year, not at final settlement.
    monthly : MonthlyPayments or None
        None where no ACO elects any.
    benefits : BenefitMoney or None
        Cost of falls prevention and benefits, paid over the year; None where nobody offers any.
    """

    final: Cents
    provisional: Cents = field(repr=False)
    add_on_by_month: NDArray[np.bool_] = field(repr=False)
    monthly: MonthlyPayments | None = None
    benefits: BenefitMoney | None = None
