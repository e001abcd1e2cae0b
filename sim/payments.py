"""From a settled year to the ledger: what the program pays and when, and what it has brought each ACO."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.aco import AcoYear
from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.codes import CAPITATION
from sim.ledger.protection import enter_stop_loss
from sim.ledger.schedule import Schedule
from sim.ledger.year import enter_capitation, enter_program, enter_services

Cents = NDArray[np.int64]
Flags = NDArray[np.bool_]

# What an ACO's year is told of, and for which mechanisms, in cents; what it pays is negative.
_TOLD: dict[str, tuple[Mechanism, ...]] = {
    "settlement": (Mechanism.SETTLEMENT, Mechanism.STOP_LOSS),
    "add_on": (Mechanism.ADMIN_ADD_ON,),
    "running_cost": (Mechanism.CARE_MANAGEMENT,),
    "distributed": (Mechanism.DISTRIBUTION,),
    "pool": (Mechanism.HIGH_PERFORMERS_POOL,),
    "capitation": (*CAPITATION, Mechanism.PROVIDER_PAYMENT),
    "cara": (Mechanism.CARA_OWED,),
    "backed": (Mechanism.GUARANTEE, Mechanism.DEBT),
}
_SPENT = ("running_cost", "distributed", "cara")


def book_program(
    book: Ledger,
    year: int,
    settled: Mapping[str, NDArray[Any]],
    active: Flags,
    schedule: Schedule,
    *,
    of_acos: Cents,
    total: int,
) -> Cents:
    """Book services, capitation and settlement of a year; return what each ACO gains by its settlement.

    Parameters
    ----------
    book : Ledger
    year : int
    settled : mapping of str to ndarray
        What the programs made of the year.
    active : bool, shape (acos,)
        ACOs that are in a program.
    schedule : Schedule
    of_acos : int64, shape (acos,)
        Cents of services for the people aligned to each ACO.
    total : int
        Cents of services for everybody.

    Returns
    -------
    int64 array, shape (acos,)
        Cents of settlement, add-on and pool.
    """
    settlement, add_on, pool = (
        np.where(active, settled[name], 0) for name in ("settlement", "admin_add_on", "high_performers_pool")
    )
    enter_services(book, year, of_acos, total, schedule.monthly)
    if schedule.monthly is not None:
        enter_capitation(book, year, schedule.monthly)
    stop_loss = np.where(active, settled["stop_loss_settled"], 0)
    enter_program(book, year, settlement - stop_loss, add_on, pool, schedule)
    enter_stop_loss(book, year, stop_loss, schedule)
    gain: Cents = settlement + add_on + pool
    return gain


def aco_years(
    book: Ledger, year: int, settled: Mapping[str, NDArray[Any]], active: Flags
) -> dict[int, AcoYear]:
    """Return what a booked year has brought each active ACO, by its row."""
    booked = book.mechanisms(year)
    brought = {
        name: (-1 if name in _SPENT else 1) * book.net_by_aco(Party.ACO, *mechanisms, year=year)
        for name, mechanisms in _TOLD.items()
        if not booked.isdisjoint(mechanisms)
    }
    return {
        row: AcoYear(
            year,
            int(settled["benchmark"][row]),
            int(settled["gross_savings"][row]),
            **dict.fromkeys(_TOLD, 0) | {name: int(cents[row]) for name, cents in brought.items()},
        )
        for row in np.flatnonzero(active).tolist()
    }
