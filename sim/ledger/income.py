"""Income statements out of the ledger: what single practices and specialists are paid, and for what."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.ledger.book import Ledger
from sim.ledger.codes import Mechanism, Party

Cents = NDArray[np.int64]

# As whom providers are paid and pay: for services, out of what ACOs distribute, and under CARA.
PROVIDER_PARTIES = (Party.PROVIDERS, Party.PARTICIPANT, Party.PREFERRED)


class IncomeLine(NamedTuple):
    """What a provider is paid, net, of one performance year for one thing and one ACO's people.

    Attributes
    ----------
    year : int
        Performance year that it belongs to, whenever it is paid.
    mechanism : str
    counterpart : str
        Party that pays it, or is paid.
    aco : int
        ACO that it is from, or whose people it is for; -1 for people of none.
    cents : int
        Negative where the provider pays.
    """

    year: int
    mechanism: str
    counterpart: str
    aco: int
    cents: int


@dataclass(frozen=True, slots=True)
class IncomeStatement:
    """The income of a practice or specialist.

    Attributes
    ----------
    lines : tuple of IncomeLine
        By year, then mechanism, then ACO. They add up to `cents`.
    """

    lines: tuple[IncomeLine, ...]

    @property
    def cents(self) -> int:
        """All of it."""
        return sum(line.cents for line in self.lines)

    @property
    def years(self) -> tuple[int, ...]:
        """Performance years with any."""
        return tuple(sorted({line.year for line in self.lines}))

    def of(self, year: int) -> IncomeStatement:
        """Return the statement of one performance year."""
        return IncomeStatement(tuple(line for line in self.lines if line.year == year))

    def by_mechanism(self) -> dict[str, int]:
        """Return cents by what they are for."""
        sums: dict[str, int] = {}
        for line in self.lines:
            sums[line.mechanism] = sums.get(line.mechanism, 0) + line.cents
        return sums


def income_statement(book: Ledger, provider: int) -> IncomeStatement:
    """Return a provider's statement of all performance years so far.

    Parameters
    ----------
    book : Ledger
        One that names providers.
    provider : int
        Practices are numbered from 0, specialists after them.

    Raises
    ------
    RuntimeError
        When the ledger books services of all providers together.
    """
    if not book.named:
        raise RuntimeError("no books of single providers are kept: a study asks for them by provider_books")
    sums: dict[tuple[int, int, int, int], int] = {}
    for party in PROVIDER_PARTIES:
        entries, signed = book.signed(party)
        mine = entries["provider"] == provider
        entries, signed = entries[mine], signed[mine]
        other = np.where(signed > 0, entries["payer"], entries["payee"])
        columns = (entries["year"], entries["mechanism"], entries["aco"], other)
        for *key, cents in zip(*(one.tolist() for one in (*columns, signed)), strict=True):
            sums[tuple(key)] = sums.get(tuple(key), 0) + cents
    return IncomeStatement(
        tuple(
            IncomeLine(year, Mechanism(mechanism).name.lower(), Party(other).name.lower(), aco, cents)
            for (year, mechanism, aco, other), cents in sorted(sums.items())
        )
    )


def provider_incomes(
    book: Ledger, mechanisms: Iterable[Mechanism] = (), *, year: int | None = None, aco: int | None = None
) -> Cents:
    """Return the net income of every provider, and last, of all whom entries do not name.

    Parameters
    ----------
    book : Ledger
    mechanisms : iterable of Mechanism
        All by default.
    year : int, optional
        Performance year; all by default.
    aco : int, optional
        Only what is from an ACO or for its people; -1 for people of none; everything by default.

    Returns
    -------
    int64 array, shape (practices + specialists + 1,)
        Cents. They add up to what the ledger's parties that are providers receive, less what they pay.
    """
    sums = np.zeros(book.n_practices + book.n_specialists + 1, np.int64)
    for party in PROVIDER_PARTIES:
        entries, signed = book.signed(party, *mechanisms, year=year)
        mine = slice(None) if aco is None else entries["aco"] == aco
        np.add.at(sums, entries["provider"][mine], signed[mine])
    return sums
