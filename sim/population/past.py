"""What each person cost in years gone by: history for those who are voluntarily aligned now."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import N_CELLS, RISK_UNIT, Cell
from sim.kernels.joining import Came
from sim.kernels.layout import People
from sim.population.joining import scores

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bytes = NDArray[np.uint8]

CATEGORIES = N_CELLS // 2
_HIGH_NEEDS = int(Cell.HN_CLAIMS)


class PastYear(NamedTuple):
    """A lived year person by person; arrays of shape (people,).

    Attributes
    ----------
    category : uint8
        Of 1 January: Aged & Disabled, ESRD, High Needs.
    months, late_months : uint8
        Months in Original Medicare, and those that what happened in the year made High Needs months.
    spend : int32
        Cents of the year.
    risk, needy_risk : float32
        Coded scores, prospective and of the High Needs model, neither normalised.
    """

    category: Bytes
    months: Bytes
    late_months: Bytes
    spend: NDArray[np.int32]
    risk: NDArray[np.float32]
    needy_risk: NDArray[np.float32]


class PastSum(NamedTuple):
    """Sums by category; int64 arrays of shape (acos, categories).

    Attributes
    ----------
    months, spend : int64 arrays
        Person-months, and cents.
    risk : int64 array
        Millionths of coded score x months.
    """

    months: Ints
    spend: Ints
    risk: Ints


def remember(people: People, year: int, coding: Floats) -> PastYear:
    """Return a year just lived, person by person.

    Parameters
    ----------
    people : People
        Columns as the year left them.
    year : int
    coding : float64, shape (practices,)
        Factor on the scores that each practice submitted.
    """
    return PastYear(
        people.cell % np.uint8(CATEGORIES),
        people.months.copy(),
        people.late_months.copy(),
        people.spend.copy(),
        *scores(people, np.arange(len(people.risk)), year, coding),
    )


def add_past(past: PastYear, rows: Ints, group: Ints, n_groups: int) -> PastSum:
    """Add what some people did in a year gone by, split between categories as the year's own sums are.

    Parameters
    ----------
    past : PastYear
    rows : int64, shape (some,)
        People.
    group : int64, shape (some,)
        To which group each is added.
    n_groups : int
    """
    months = past.months[rows].astype(np.int64)
    late = np.minimum(past.late_months[rows].astype(np.int64), months)
    cents = past.spend[rows].astype(np.int64)
    late_cents = np.where(late > 0, cents * late // np.maximum(months, 1), 0)
    category = past.category[rows].astype(np.int64)
    plain, needy = (_micro(scores[rows]) for scores in (past.risk, past.needy_risk))
    at = group * CATEGORIES + category
    at_late = group * CATEGORIES + _HIGH_NEEDS
    score = np.where(category == _HIGH_NEEDS, needy, plain)
    sums = np.zeros((3, n_groups * CATEGORIES), np.int64)
    here = months - late
    for which, (by_category, by_event) in enumerate(
        ((here, late), (cents - late_cents, late_cents), (score * here, needy * late))
    ):
        np.add.at(sums[which], at, by_category)
        np.add.at(sums[which], at_late, by_event)
    return PastSum(*sums.reshape(3, n_groups, CATEGORIES))


def _micro(score: NDArray[np.float32]) -> Ints:
    return np.floor(score.astype(np.float64) * RISK_UNIT + 0.5).astype(np.int64)


@dataclass(frozen=True, eq=False)
class Volunteers:
    """Who is voluntarily aligned to each ACO in a year, and what the same people did before.

    Attributes
    ----------
    rows, aco : int64, shape (volunteers,)
        People, and the ACO of each.
    n_acos : int
    years : mapping of int to PastYear
        Calendar years that are remembered.
    """

    rows: Ints
    aco: Ints
    n_acos: int
    years: Mapping[int, PastYear]

    def before(self, year: int) -> PastSum:
        """Return what they did in a year; nothing in one that is not remembered."""
        if year not in self.years:
            nothing = np.zeros((self.n_acos, CATEGORIES), np.int64)
            return PastSum(nothing, nothing, nothing)
        return add_past(self.years[year], self.rows, self.aco, self.n_acos)


class Memory:
    """The years that an arm remembers person by person.

    Parameters
    ----------
    known : mapping of int to PastYear
        Years before the first performance year, the same in all arms.
    wanted : collection of int
        Further calendar years to remember once they have been lived.
    """

    def __init__(self, known: Mapping[int, PastYear], wanted: Collection[int]) -> None:
        self._years = {year: past for year, past in known.items() if year in wanted}
        self._wanted = frozenset(wanted)

    def note(self, year: int, people: Callable[[], People], coding: Floats) -> None:
        """Remember a year just lived, if it is wanted; see :func:`remember`."""
        if year in self._wanted:
            self._years[year] = remember(people(), year, coding)

    def volunteers(
        self, people: Callable[[], People], practice_aco: Ints, n_acos: int, later: Came | None = None
    ) -> Volunteers | None:
        """Return who is voluntarily aligned in the year just lived; None where no year is remembered.

        Parameters
        ----------
        people : callable
            Returns the columns as the year left them.
        practice_aco : int64, shape (practices,)
            ACO of each practice's TIN, -1 for none.
        n_acos : int
        later : Came, optional
            Who came to an ACO within the year.
        """
        if not self._years:
            return None
        now = people()
        rows = np.flatnonzero((now.cell >= CATEGORIES) & (now.months > 0) & (now.aligned >= 0))
        practice = now.aligned[rows].astype(np.int64)
        if later is not None:
            rows = np.append(rows, later.rows[later.voluntary])
            practice = np.append(practice, later.practice[later.voluntary])
        aco = practice_aco[practice]
        return Volunteers(rows[aco >= 0], aco[aco >= 0], n_acos, self._years)
