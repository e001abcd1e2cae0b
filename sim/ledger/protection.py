"""Stop-loss in the settlement, and what is paid of a settlement that an ACO cannot pay."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import MONTHS_A_YEAR
from sim.ledger.book import Ledger
from sim.ledger.codes import Mechanism, Party
from sim.ledger.schedule import Schedule

Cents = NDArray[np.int64]


def enter_stop_loss(book: Ledger, year: int, changed: Cents, schedule: Schedule) -> None:
    """Book what stop-loss changes in the settlements of ACOs, in cents, in the months of the settlements."""
    to_acos = (Party.MEDICARE, Party.ACO, Mechanism.STOP_LOSS)
    if schedule.monthly is not None:
        early = schedule.monthly.provisional_stop_loss
        book.enter(year, *to_acos, early, month=schedule.provisional)
        changed = changed - early
    book.enter(year, *to_acos, changed, month=schedule.final)


def enter_backing(book: Ledger, year: int, called: Cents, debt: Cents, repaid: Cents, final: Cents) -> None:
    """Book what guarantors pay for ACOs, what stays a debt, and what is paid of earlier debt.

    The settlement stands in full: a guarantor pays the ACO what the ACO pays Medicare, and a debt is money
    that Medicare leaves with the ACO.
    """
    book.enter(year, Party.GUARANTOR, Party.ACO, Mechanism.GUARANTEE, called, month=final)
    book.enter(year, Party.MEDICARE, Party.ACO, Mechanism.DEBT, debt - repaid, month=final)


def held_after(book: Ledger, first_py: int, year: int, final: Cents) -> Cents:
    """Return what each ACO has received less paid up to the month of a year's settlement, that included.

    What belongs to later performance years is not booked yet and does not count.

    Parameters
    ----------
    book : Ledger
    first_py, year : int
    final : int64, shape (acos,)
        Month of the settlement, counted from January of `year`.
    """
    found, cents = book.signed(Party.ACO)
    when = (found["year"].astype(np.int64) - first_py) * MONTHS_A_YEAR + found["month"]
    known = when <= (year - first_py) * MONTHS_A_YEAR + final[found["aco"]]
    return _added(found["aco"][known], cents[known], book.n_acos)


def due_to_medicare(book: Ledger, year: int, final: Cents) -> Cents:
    """Return what each ACO owes Medicare in the month of a year's settlement, all of that month together."""
    found, cents = book.signed(Party.ACO, year=year)
    other = np.where(found["payee"] == Party.ACO, found["payer"], found["payee"])
    now = (found["month"] == final[found["aco"]]) & (other == Party.MEDICARE)
    due: Cents = np.maximum(-_added(found["aco"][now], cents[now], book.n_acos), 0)
    return due


def _added(aco: NDArray[np.integer], cents: Cents, n_acos: int) -> Cents:
    table = np.zeros(n_acos, np.int64)
    whose = aco >= 0
    np.add.at(table, aco[whose], cents[whose])
    return table
