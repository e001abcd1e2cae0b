"""The payments of one performance year, each as entries of the ledger."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.ledger.book import NOBODY, Ledger
from sim.ledger.codes import Mechanism, Party

Cents = NDArray[np.int64]


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
