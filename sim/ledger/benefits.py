"""What falls prevention, benefit enhancements and incentives cost in a year, and how that is booked."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import MONTHS_A_YEAR
from sim.ledger.book import Ledger
from sim.ledger.codes import Mechanism, Party
from sim.ledger.spread import over_months

Cents = NDArray[np.int64]

# What ACOs pay for their people, in the order of the kinds; the last stands for all enhancements of REACH.
BENEFITS = (
    Mechanism.COST_SHARING_SUPPORT,
    Mechanism.PART_D_PREMIUM,
    Mechanism.PREVENTION_REWARD,
    Mechanism.SUBSTANCE_ACCESS,
    Mechanism.BENEFIT_ENHANCEMENTS,
)


@dataclass(frozen=True, eq=False)
class BenefitMoney:
    """Money of a year, int64 arrays of cents.

    Attributes
    ----------
    falls : shape (acos,)
        Cost of falls prevention.
    counted : shape (acos,)
        What of it is expenditure of the ACO before the corridors.
    benefits : shape (acos, benefits)
        By :data:`BENEFITS`.
    medicare_pays : bool
        Whether Medicare pays for falls prevention, not the ACO.
    """

    falls: Cents
    counted: Cents
    benefits: Cents
    medicare_pays: bool


def enter_benefits(book: Ledger, year: int, money: BenefitMoney) -> None:
    """Book a year's falls prevention and benefits, paid evenly over its months."""
    acos, months = np.arange(book.n_acos)[:, None], np.arange(1, MONTHS_A_YEAR + 1)
    payer = Party.MEDICARE if money.medicare_pays else Party.ACO
    paid = [(payer, Party.SUPPLIERS, Mechanism.FALLS_PREVENTION, money.falls)]
    paid += [
        (Party.ACO, Party.BENEFICIARIES, mechanism, money.benefits[:, place])
        for place, mechanism in enumerate(BENEFITS)
    ]
    by_month = over_months(np.stack([cents for *_, cents in paid]), np.ones(MONTHS_A_YEAR))
    for (giver, taker, mechanism, _), evenly in zip(paid, by_month, strict=True):
        book.enter(year, giver, taker, mechanism, evenly, aco=acos, month=months)
