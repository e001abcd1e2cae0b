"""The payments of one performance year, each as entries of the ledger."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.kernels.codes import MONTHS_A_YEAR
from sim.ledger.billed import Billed, enter_fees, enter_split
from sim.ledger.book import NOBODY, Ledger
from sim.ledger.codes import CAPITATION, Mechanism, Party
from sim.ledger.schedule import HORIZON, MonthlyPayments, Schedule, no_money
from sim.ledger.spread import over_months

Cents = NDArray[np.int64]


def enter_services(
    book: Ledger,
    year: int,
    of_acos: Cents,
    total: int,
    monthly: MonthlyPayments | None = None,
    billed: Billed | None = None,
) -> None:
    """Book what Medicare pays providers for services, before fees are reduced.

    Parameters
    ----------
    book : Ledger
    year : int
    of_acos : int64 array, shape (acos,)
        Cents for the people aligned to each ACO.
    total : int
        Cents for everybody.
    monthly : MonthlyPayments, optional
        Claims by the month they are paid in, of ACOs of which that is known; others' stand in December.
    billed : Billed, optional
        What of it is whose; all providers are booked together without.
    """
    if billed is not None:
        claims = no_money(len(of_acos)) if monthly is None else monthly.claims
        others = np.append(of_acos - claims.sum(axis=-1), total - int(of_acos.sum()))
        by_month = np.concatenate([claims, no_money(1)])
        by_month[:, MONTHS_A_YEAR - 1] += others
        enter_fees(book, year, by_month, billed)
        return
    paid = (Party.MEDICARE, Party.PROVIDERS, Mechanism.FEE_FOR_SERVICE)
    if monthly is None:
        book.enter(year, *paid, of_acos)
    else:
        book.enter(year, *paid, of_acos - monthly.claims.sum(axis=-1))
        _enter_by_month(book, year, *paid, monthly.claims)
    book.enter(year, *paid, total - int(of_acos.sum()), aco=NOBODY)


def enter_capitation(book: Ledger, year: int, monthly: MonthlyPayments, billed: Billed | None = None) -> None:
    """Book capitation and advances, the claims they stand for, and what ACOs pay for these.

    With `billed` the latter two are booked by provider.
    """
    for mechanism in CAPITATION:
        _enter_by_month(book, year, Party.MEDICARE, Party.ACO, mechanism, monthly.to_aco[mechanism])
    for payer, payee, mechanism, cents in (
        (Party.PROVIDERS, Party.MEDICARE, Mechanism.FEE_REDUCTION, monthly.reductions),
        (Party.ACO, Party.PROVIDERS, Mechanism.PROVIDER_PAYMENT, monthly.to_providers),
    ):
        if billed is None:
            _enter_by_month(book, year, payer, payee, mechanism, cents)
        else:
            enter_split(book, year, payer, payee, mechanism, cents, billed)


def enter_program(
    book: Ledger, year: int, settlement: Cents, add_on: Cents, pool: Cents, schedule: Schedule
) -> None:
    """Book what a program pays its ACOs, in cents by ACO; a negative settlement is owed to Medicare."""
    to_acos = (Party.MEDICARE, Party.ACO)
    if schedule.monthly is not None:
        early = schedule.monthly.provisional
        book.enter(year, *to_acos, Mechanism.SETTLEMENT, early, month=schedule.provisional)
        settlement = settlement - early
    book.enter(year, *to_acos, Mechanism.SETTLEMENT, settlement, month=schedule.final)
    _enter_by_month(book, year, *to_acos, Mechanism.ADMIN_ADD_ON, _evenly(add_on * schedule.add_on_by_month))
    add_on = add_on * ~schedule.add_on_by_month
    book.enter(year, *to_acos, Mechanism.ADMIN_ADD_ON, add_on, month=schedule.final)
    book.enter(year, *to_acos, Mechanism.HIGH_PERFORMERS_POOL, pool, month=schedule.final)


def enter_spending(
    book: Ledger, year: int, cost: Cents, shared: Cents, practice_aco: Cents, final: Cents
) -> None:
    """Book what ACOs pay.

    Parameters
    ----------
    book : Ledger
    year : int
    cost : int64 array, shape (acos,)
        Cents for care management, paid evenly over the year.
    shared : int64 array, shape (practices,)
        Cents distributed to each practice once the year is settled.
    practice_aco : int64 array, shape (practices,)
        ACO of each practice, -1 for none.
    final : int64 array, shape (acos,)
        Month of the settlement.
    """
    _enter_by_month(book, year, Party.ACO, Party.SUPPLIERS, Mechanism.CARE_MANAGEMENT, _evenly(cost))
    # Practices without an ACO are paid nothing.
    month = np.append(final, MONTHS_A_YEAR)[practice_aco]
    to = year, Party.ACO, Party.PARTICIPANT, Mechanism.DISTRIBUTION
    book.enter(*to, shared, aco=practice_aco, month=month, provider=np.arange(len(shared)))


def enter_passed_on(
    book: Ledger, year: int, monthly: MonthlyPayments, practice_aco: Cents, lives: NDArray[np.float64]
) -> None:
    """Book what ACOs pay on to their practices of enhanced PCC, by the practices' size.

    Parameters
    ----------
    book : Ledger
    year : int
    monthly : MonthlyPayments
    practice_aco : int64 array, shape (practices,)
        ACO of each practice, -1 for none.
    lives : float64 array, shape (practices,)
    """
    practices = np.flatnonzero(practice_aco >= 0)
    shares = Billed(practice_aco[practices], practices, np.zeros_like(practices), lives[practices])
    to = Party.ACO, Party.PARTICIPANT, Mechanism.ENHANCED_PASSED_ON
    enter_split(book, year, *to, monthly.to_practices, shares)


def enter_cara(
    book: Ledger,
    year: int,
    paid: Cents,
    whose: Cents,
    specialist: Cents,
    owed: Cents,
    *,
    month: ArrayLike = MONTHS_A_YEAR,
) -> None:
    """Book what episode arrangements come to.

    Parameters
    ----------
    book : Ledger
    year : int
    paid : int64 array, shape (rows,)
        Cents that Medicare pays a specialist; negative ones it pays back.
    whose, specialist : int64 array, shape (rows,)
        ACO and specialist of each row.
    owed : int64 array, shape (acos,)
        Cents that ACOs owe Medicare for them.
    month : array_like of int
        Month of the final settlement, by which all is paid, for each ACO.
    """
    to = year, Party.MEDICARE, Party.PREFERRED, Mechanism.CARA
    due = np.broadcast_to(month, book.n_acos)[whose]
    book.enter(*to, paid, aco=whose, month=due, provider=book.n_practices + specialist)
    book.enter(year, Party.ACO, Party.MEDICARE, Mechanism.CARA_OWED, owed, month=month)


def _evenly(cents: Cents) -> Cents:
    """Return amounts by ACO as the months of the performance year have them, the same in each."""
    months = np.zeros((len(cents), HORIZON), np.int64)
    months[:, :MONTHS_A_YEAR] = over_months(cents, np.ones(MONTHS_A_YEAR))
    return months


def _enter_by_month(
    book: Ledger, year: int, payer: Party, payee: Party, mechanism: Mechanism, cents: Cents
) -> None:
    acos, months = np.arange(len(cents))[:, None], np.arange(1, cents.shape[1] + 1)
    book.enter(year, payer, payee, mechanism, cents, aco=acos, month=months)
