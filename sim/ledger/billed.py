"""What providers bill in a year, one by one, and how amounts of all of them together are split among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.ledger.book import UNNAMED, Ledger
from sim.ledger.codes import Mechanism, Party
from sim.ledger.spread import over_months

Cents = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Billed:
    """Services of a year by who bills them and whose people they are for; arrays of shape (rows,).

    Attributes
    ----------
    aco : int64 array
        ACO of the people, -1 for people of none.
    provider : int64 array
        As the ledger numbers them; :data:`sim.ledger.book.UNNAMED` where who bills is not known.
    fees : int64 array
        Cents before fees are reduced. What others bill is not among them.
    reduced : float64 array
        What of the fees is reduced, USD: weights by which an ACO's reductions are those of its providers.
    """

    aco: Cents
    provider: Cents
    fees: Cents
    reduced: NDArray[np.float64]


def enter_fees(book: Ledger, year: int, paid: Cents, billed: Billed) -> None:
    """Book fees by provider, and what is left of each month as that of others.

    Parameters
    ----------
    book : Ledger
    year : int
    paid : int64 array, shape (acos + 1, months)
        Cents for the people of each ACO and, last, of none, by the month in which they are paid. A provider's
        are paid in the same months as all.
    billed : Billed
    """
    own = over_months(billed.fees, paid[billed.aco])
    rest = paid.copy()
    np.subtract.at(rest, billed.aco, own)
    to = year, Party.MEDICARE, Party.PROVIDERS, Mechanism.FEE_FOR_SERVICE
    months = np.arange(1, paid.shape[1] + 1)
    acos = np.append(np.arange(len(paid) - 1), -1)
    book.enter(*to, own, aco=billed.aco[:, None], month=months, provider=billed.provider[:, None])
    book.enter(*to, rest, aco=acos[:, None], month=months)


def enter_split(
    book: Ledger, year: int, payer: Party, payee: Party, mechanism: Mechanism, cents: Cents, billed: Billed
) -> None:
    """Book amounts by ACO and month, each split among the ACO's providers as their fees are reduced.

    Parameters
    ----------
    book : Ledger
    year : int
    payer, payee : Party
    mechanism : Mechanism
    cents : int64 array, shape (acos, months)
        Each month is split to the last cent.
    billed : Billed
    """
    months = np.arange(1, cents.shape[1] + 1)[:, None]
    for aco in np.flatnonzero(cents.any(axis=-1)).tolist():
        mine = np.flatnonzero((billed.aco == aco) & (billed.reduced > 0.0))
        # Where nobody is known to bill what is reduced, it is nobody's by name.
        provider = billed.provider[mine] if mine.size else np.array([UNNAMED])
        weights = billed.reduced[mine] if mine.size else np.ones(1)
        split = over_months(cents[aco], weights)
        book.enter(year, payer, payee, mechanism, split, aco=aco, month=months, provider=provider)
