"""The ledger of one arm: double entries in whole cents, read by party, mechanism, ACO and year."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sim.ledger.codes import Mechanism, Party

Cents = NDArray[np.int64]

NOBODY = -1  # the ACO of an entry that concerns none
UNNAMED = -1  # the provider of an entry that concerns none, or several together
_ENTRY = np.dtype(
    [
        ("year", np.int16),
        ("month", np.int16),
        ("payer", np.int8),
        ("payee", np.int8),
        ("mechanism", np.int8),
        ("aco", np.int32),
        ("provider", np.int32),
        ("cents", np.int64),
    ]
)


class Balance(NamedTuple):
    """Money a party received, paid, and the difference, in cents.

    Attributes
    ----------
    received, paid, net : int
    """

    received: int
    paid: int
    net: int


class Ledger:
    """Entries of (year, month, payer, payee, mechanism, ACO, provider, cents): one gains what another loses.

    `year` is the performance year that an entry belongs to and `month` counts from January of that year, so
    that what is settled later has a month above 12. Amounts are never negative: what would be is paid the
    other way.

    Parameters
    ----------
    n_acos : int
        ACOs are numbered from 0; :data:`NOBODY` marks entries that concern none.
    n_practices, n_specialists : int
        Providers by name: practices are numbered from 0, specialists after them; :data:`UNNAMED` marks
        entries of others, or of all together.
    named : bool
        Whether services are booked by provider. If not, no statement of a provider is whole.
    """

    def __init__(
        self, n_acos: int, n_practices: int = 0, n_specialists: int = 0, *, named: bool = False
    ) -> None:
        self.n_acos = n_acos
        self.n_practices, self.n_specialists = n_practices, n_specialists
        self.named = named
        self._entries = np.empty(1024, _ENTRY)
        self._size = 0
        self._first_of: dict[int, int] = {}
        self._nets: tuple[int, int, Cents] | None = None

    def __len__(self) -> int:
        return self._size

    @property
    def entries(self) -> NDArray[np.void]:
        """All entries in the order made: a structured array, not to be written."""
        view = self._entries[: self._size].view()
        view.flags.writeable = False
        return view

    def enter(
        self,
        year: int,
        payer: Party,
        payee: Party,
        mechanism: Mechanism,
        cents: ArrayLike,
        *,
        aco: ArrayLike | None = None,
        month: ArrayLike = 12,
        provider: ArrayLike = UNNAMED,
    ) -> None:
        """Book payments of one mechanism.

        Parameters
        ----------
        year : int
            Performance year they belong to.
        payer, payee : Party
        mechanism : Mechanism
        cents : array_like of int
            Amounts; a negative one is paid by `payee` to `payer`. Zero leaves no entry.
        aco : array_like of int, optional
            The ACO of each amount; 0, 1, 2, ... by default, :data:`NOBODY` for a single amount without one.
        month : array_like of int
            Month of each payment, counted from January of `year`.
        provider : array_like of int
            Whose of the providers each amount is, :data:`UNNAMED` by default.

        Raises
        ------
        ValueError
            When amounts are no whole cents, both parties are one, or an ACO or provider is out of range.
        """
        amounts = np.atleast_1d(np.asarray(cents))
        if amounts.dtype.kind not in "iu":
            raise ValueError(f"a ledger holds whole cents, not {amounts.dtype}")
        if payer == payee:
            raise ValueError(f"{payer.name.lower()} cannot pay itself")
        whose = np.arange(amounts.size) if aco is None else np.asarray(aco)
        when, by = np.asarray(month), np.asarray(provider)
        if not _within(whose, NOBODY, self.n_acos - 1):
            raise ValueError(f"an entry names an ACO outside {NOBODY} to {self.n_acos - 1}")
        n_providers = self.n_practices + self.n_specialists
        if not _within(by, UNNAMED, n_providers - 1):
            raise ValueError(f"an entry names a provider outside {UNNAMED} to {n_providers - 1}")
        self._first_of.setdefault(year, self._size)
        shape = np.broadcast(amounts, whose, when, by).shape
        amounts = amounts if amounts.shape == shape else np.broadcast_to(amounts, shape)
        kept = amounts.nonzero()
        number = kept[0].size
        if not number:
            return
        amounts = amounts[kept]
        whose, when, by = (_some(one, kept) for one in (whose, when, by))
        self._make_room(number)
        new = self._entries[self._size : self._size + number]
        new["year"], new["month"] = year, when
        new["payer"], new["payee"] = payer, payee
        back = amounts < 0
        if np.count_nonzero(back):
            new["payer"][back], new["payee"][back] = payee, payer
        new["mechanism"], new["aco"], new["provider"] = mechanism, whose, by
        new["cents"] = np.abs(amounts)
        self._size += number

    def _make_room(self, more: int) -> None:
        needed = self._size + more
        if needed > self._entries.size:
            larger = np.empty(max(needed, 2 * self._entries.size), _ENTRY)
            larger[: self._size] = self._entries[: self._size]
            self._entries = larger

    def signed(
        self, party: Party, *mechanisms: Mechanism, year: int | None = None
    ) -> tuple[NDArray[np.void], Cents]:
        """Return the entries of a party, and their cents, positive where it is paid."""
        entries = self.entries if year is None else self.entries[self._first_of.get(year, self._size) :]
        mine = (entries["payer"] == party) | (entries["payee"] == party)
        if year is not None:
            mine &= entries["year"] == year
        if mechanisms:
            mine &= np.logical_or.reduce([entries["mechanism"] == mechanism for mechanism in mechanisms])
        found = entries[mine]
        return found, np.where(found["payee"] == party, found["cents"], -found["cents"])

    def mechanisms(self, year: int) -> set[int]:
        """Return the codes of what payments of a performance year are for."""
        entries = self.entries[self._first_of.get(year, self._size) :]
        return set(np.unique(entries["mechanism"][entries["year"] == year]).tolist())

    def net(self, party: Party, *mechanisms: Mechanism, year: int | None = None) -> int:
        """Return the cents a party received less those it paid, for some mechanisms or for all."""
        return int(self._net(party, mechanisms, year).sum())

    def net_by_aco(self, party: Party, *mechanisms: Mechanism, year: int | None = None) -> Cents:
        """Return the same by the ACO of the entries, shape (acos,); entries without an ACO are left out."""
        return self._net(party, mechanisms, year)[: self.n_acos]

    def _net(self, party: Party, mechanisms: tuple[Mechanism, ...], year: int | None) -> Cents:
        """Return net cents by ACO and, last, those that concern none."""
        if year is None:
            found, cents = self.signed(party, *mechanisms)
            return _sums(found["aco"], cents, self.n_acos + 1)
        if self._nets is None or self._nets[:2] != (year, self._size):
            self._nets = year, self._size, self._nets_of(year)
        of_party = self._nets[2][party]
        net: Cents = of_party[list(mechanisms) or slice(None)].sum(axis=0)
        return net

    def _nets_of(self, year: int) -> Cents:
        """Return what entries of a year come to, shape (parties, mechanisms, acos + 1), in one pass."""
        entries = self.entries[self._first_of.get(year, self._size) :]
        entries = entries[entries["year"] == year]
        shape = len(Party), max(Mechanism) + 1, self.n_acos + 1
        # The last place is that of entries without an ACO.
        what = entries["mechanism"].astype(np.int64) * shape[2] + entries["aco"] % shape[2]
        sides = (entries[side].astype(np.int64) * (shape[1] * shape[2]) + what for side in ("payee", "payer"))
        received, paid = (_sums(at, entries["cents"], shape[0] * shape[1] * shape[2]) for at in sides)
        return (received - paid).reshape(shape)

    def by_month(
        self, party: Party, *mechanisms: Mechanism, year: int | None = None, months: int = 36
    ) -> Cents:
        """Return the same by ACO and month counted from January of `year`, shape (acos, months)."""
        found, cents = self.signed(party, *mechanisms, year=year)
        table = np.zeros((self.n_acos, months), np.int64)
        whose = found["aco"] >= 0
        np.add.at(table, (found["aco"][whose], found["month"][whose] - 1), cents[whose])
        return table

    def balances(self, year: int | None = None) -> dict[Party, Balance]:
        """Return what each party received and paid; the net sums add up to nothing."""
        entries = self.entries if year is None else self.entries[self.entries["year"] == year]
        made = {}
        for party in Party:
            received = int(entries["cents"][entries["payee"] == party].sum())
            paid = int(entries["cents"][entries["payer"] == party].sum())
            made[party] = Balance(received, paid, received - paid)
        return made


def _within(values: NDArray[Any], least: int, most: int) -> bool:
    """Return whether no value is outside a range."""
    return not np.count_nonzero((values < least) | (values > most))


def _some(values: NDArray[Any], kept: tuple[NDArray[np.int64], ...]) -> NDArray[Any]:
    """Return what values that are broadcast to a shape have at some places of it; a single one as it is."""
    if not values.ndim:
        return values
    at = kept[len(kept) - values.ndim :]
    return np.asarray(values[tuple(i if size > 1 else 0 for i, size in zip(at, values.shape, strict=True))])


def _sums(at: NDArray[np.integer], cents: Cents, places: int) -> Cents:
    """Return the sums of cents at each place, -1 being the last."""
    found = np.zeros(places, np.int64)
    np.add.at(found, at, cents)
    return found
