"""From a settled year to the ledger: what the program pays and when, and what it has brought each ACO."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.agents.aco import AcoYear
from sim.kernels.codes import Sum
from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.benefits import BENEFITS, enter_benefits
from sim.ledger.billed import Billed
from sim.ledger.codes import CAPITATION
from sim.ledger.protection import enter_stop_loss
from sim.ledger.schedule import Schedule
from sim.ledger.year import enter_capitation, enter_program, enter_services
from sim.population.world import World
from sim.scenarios import Scenario

Cents = NDArray[np.int64]
Flags = NDArray[np.bool_]

# What an ACO's year is told of, and for which mechanisms, in cents; what it pays is negative.
_TOLD: dict[str, tuple[Mechanism, ...]] = {
    "settlement": (Mechanism.SETTLEMENT, Mechanism.STOP_LOSS),
    "add_on": (Mechanism.ADMIN_ADD_ON, Mechanism.DUAL_INCENTIVE),
    "running_cost": (
        Mechanism.CARE_MANAGEMENT,
        Mechanism.HOME_CARE,
        Mechanism.FALLS_PREVENTION,
        *BENEFITS,
    ),
    "distributed": (Mechanism.DISTRIBUTION,),
    "pool": (Mechanism.HIGH_PERFORMERS_POOL,),
    "capitation": (*CAPITATION, Mechanism.PROVIDER_PAYMENT),
    "cara": (Mechanism.CARA_OWED,),
    "backed": (Mechanism.GUARANTEE, Mechanism.DEBT),
    "passed_on": (Mechanism.ENHANCED_PASSED_ON,),
}
_SPENT = ("running_cost", "distributed", "cara", "passed_on")


def empty_ledger(scenario: Scenario, world: World) -> Ledger:
    """Return the ledger of an arm before its first year; services by provider where the study asks for it."""
    sizes = len(world.plans), world.n_practices, len(world.providers.specialists.market)
    return Ledger(*sizes, named=scenario.study.provider_books)


def book_program(
    book: Ledger,
    year: int,
    settled: Mapping[str, NDArray[Any]],
    active: Flags,
    schedule: Schedule,
    *,
    aligned: Cents,
    lived: Cents,
    billed: Billed | None = None,
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
    aligned : int64, shape (acos, cells, sums)
        Sums of the year of people aligned to each ACO.
    lived : int64, shape (places, cells, sums)
        Sums of the year of everybody.
    billed : Billed, optional
        What of them is whose; all providers are booked together without.

    Returns
    -------
    int64 array, shape (acos,)
        Cents of settlement, add-on and pool.
    """
    settlement, add_on, pool = (
        np.where(active, settled[name], 0) for name in ("settlement", "admin_add_on", "high_performers_pool")
    )
    of_acos, total = aligned[..., Sum.SPEND].sum(axis=-1), int(lived[..., Sum.SPEND].sum())
    enter_services(book, year, of_acos, total, schedule.monthly, billed)
    if schedule.monthly is not None:
        enter_capitation(book, year, schedule.monthly, billed)
    if schedule.benefits is not None:
        enter_benefits(book, year, schedule.benefits)
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
