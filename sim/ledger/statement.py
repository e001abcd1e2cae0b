"""An account out of the ledger: what a party receives and pays by month, and how its balance moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import MONTHS_A_YEAR
from sim.ledger.book import Ledger
from sim.ledger.codes import Mechanism, Party


class Posting(NamedTuple):
    """Entries of one month, performance year, mechanism and counterpart together.

    Attributes
    ----------
    year, month : int
        When money moves.
    performance_year : int
        Which the entries belong to.
    mechanism, counterpart : str
    cents : int
        Positive where the party is paid.
    """

    year: int
    month: int
    performance_year: int
    mechanism: str
    counterpart: str
    cents: int


@dataclass(frozen=True, slots=True)
class Period:
    """A month or year of an account, in cents.

    Attributes
    ----------
    year : int
    month : int or None
        None for a whole year.
    opening, received, paid, closing : int
        ``opening + received - paid = closing``.
    lowest : int
        Least balance at a month's end.
    """

    year: int
    month: int | None
    opening: int
    received: int
    paid: int
    closing: int
    lowest: int


def postings(book: Ledger, party: Party, aco: int | None = None) -> list[Posting]:
    """Return a party's postings in the order in which money moves.

    Parameters
    ----------
    book : Ledger
    party : Party
    aco : int, optional
        Only entries of one ACO; those of all, and of none, by default.
    """
    found, signed = book.signed(party)
    if aco is not None:
        mine = found["aco"] == aco
        found, signed = found[mine], signed[mine]
    other = np.where(signed > 0, found["payer"], found["payee"])
    after = found["month"].astype(np.int64) - 1
    when = found["year"].astype(np.int64) * MONTHS_A_YEAR + after
    keys = np.stack(
        [
            when,
            found["year"].astype(np.int64),
            found["mechanism"].astype(np.int64),
            other.astype(np.int64),
        ],
        axis=-1,
    )
    groups, place = np.unique(keys, axis=0, return_inverse=True)
    cents = np.zeros(len(groups), np.int64)
    np.add.at(cents, place.reshape(-1), signed)
    return [
        Posting(
            int(at) // MONTHS_A_YEAR,
            int(at) % MONTHS_A_YEAR + 1,
            int(year),
            Mechanism(mechanism).name.lower(),
            Party(other).name.lower(),
            amount,
        )
        for (at, year, mechanism, other), amount in zip(groups.tolist(), cents.tolist(), strict=True)
    ]


def periods(found: list[Posting], *, yearly: bool) -> list[Period]:
    """Return the months of an account from its first to its last, or its years.

    Parameters
    ----------
    found : list of Posting
        Of one account.
    yearly : bool
    """
    if not found:
        return []
    at = np.array([one.year * MONTHS_A_YEAR + one.month - 1 for one in found])
    cents = np.array([one.cents for one in found], np.int64)
    first = int(at.min()) // MONTHS_A_YEAR * MONTHS_A_YEAR
    length = (int(at.max()) // MONTHS_A_YEAR + 1) * MONTHS_A_YEAR - first
    received, paid = np.zeros(length, np.int64), np.zeros(length, np.int64)
    np.add.at(received, at - first, np.maximum(cents, 0))
    np.add.at(paid, at - first, np.maximum(-cents, 0))
    closing = np.cumsum(received - paid)
    size = MONTHS_A_YEAR if yearly else 1
    return [_period(first + start, size, received, paid, closing, start) for start in range(0, length, size)]


def _period(
    at: int,
    size: int,
    received: NDArray[np.int64],
    paid: NDArray[np.int64],
    closing: NDArray[np.int64],
    start: int,
) -> Period:
    part = slice(start, start + size)
    return Period(
        year=at // MONTHS_A_YEAR,
        month=at % MONTHS_A_YEAR + 1 if size == 1 else None,
        opening=int(closing[start - 1]) if start else 0,
        received=int(received[part].sum()),
        paid=int(paid[part].sum()),
        closing=int(closing[start + size - 1]),
        lowest=int(closing[part].min()),
    )
