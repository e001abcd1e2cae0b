"""The payments of one performance year, each as entries of the ledger."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.ledger.book import NOBODY, Ledger
from sim.ledger.codes import Mechanism, Party

Cents = NDArray[np.int64]

MONTHS_A_YEAR = 12


def enter_services(book: Ledger, year: int, of_acos: Cents, total: int) -> None:
    """Book what Medicare pays providers for services.

    Parameters
    ----------
    book : Ledger
    year : int
    of_acos : int64 array, shape (acos,)
        Cents for the people aligned to each ACO.
    total : int
        Cents for everybody.
    """
    paid = (Party.MEDICARE, Party.PROVIDERS, Mechanism.FEE_FOR_SERVICE)
    book.enter(year, *paid, of_acos)
    book.enter(year, *paid, total - int(of_acos.sum()), aco=NOBODY)


def enter_program(book: Ledger, year: int, settlement: Cents, add_on: Cents, pool: Cents) -> None:
    """Book what a program pays its ACOs, in cents by ACO; a negative settlement is owed to Medicare."""
    book.enter(year, Party.MEDICARE, Party.ACO, Mechanism.SETTLEMENT, settlement)
    book.enter(year, Party.MEDICARE, Party.ACO, Mechanism.ADMIN_ADD_ON, add_on)
    book.enter(year, Party.MEDICARE, Party.ACO, Mechanism.HIGH_PERFORMERS_POOL, pool)


def enter_spending(book: Ledger, year: int, cost: Cents, shared: Cents, practice_aco: Cents) -> None:
    """Book what ACOs pay.

    Parameters
    ----------
    book : Ledger
    year : int
    cost : int64 array, shape (acos,)
        Cents for care management.
    shared : int64 array, shape (practices,)
        Cents distributed to each practice.
    practice_aco : int64 array, shape (practices,)
        ACO of each practice, -1 for none.
    """
    book.enter(year, Party.ACO, Party.SUPPLIERS, Mechanism.CARE_MANAGEMENT, cost)
    book.enter(year, Party.ACO, Party.PARTICIPANT, Mechanism.DISTRIBUTION, shared, aco=practice_aco)


def enter_cara(
    book: Ledger, year: int, paid: Cents, whose: Cents, owed: Cents, *, month: ArrayLike = MONTHS_A_YEAR
) -> None:
    """Book what episode arrangements come to.

    Parameters
    ----------
    book : Ledger
    year : int
    paid : int64 array, shape (rows,)
        Cents that Medicare pays a specialist; negative ones it pays back.
    whose : int64 array, shape (rows,)
        ACO of each row.
    owed : int64 array, shape (acos,)
        Cents that ACOs owe Medicare for them.
    month : array_like of int
        Month of the final settlement, by which all is paid, for each ACO.
    """
    by_aco = {sign: np.zeros(book.n_acos, np.int64) for sign in (1, -1)}
    for sign, sums in by_aco.items():
        np.add.at(sums, whose, np.where(sign * paid > 0, paid, 0))
        book.enter(year, Party.MEDICARE, Party.PREFERRED, Mechanism.CARA, sums, month=month)
    book.enter(year, Party.ACO, Party.MEDICARE, Mechanism.CARA_OWED, owed, month=month)
