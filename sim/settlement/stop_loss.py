"""Stop-loss of a lived year: payouts person by person, and the charge that pays for them model-wide.

Whoever spends less than the first attachment has no payout, so that only the few who spend more are looked
at. Payouts are whole cents of each person, so that their sums depend on no order.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.protection_terms import StopLossTerms
from sim.kernels.codes import LARGEST_CENTS, MONTHS_A_YEAR, N_CELLS, RISK_UNIT, Cell, Sum
from sim.kernels.joining import Came
from sim.kernels.layout import People
from sim.policy.arrays import dollars
from sim.policy.protection import expected_of_person, neutral_share, prorated, stop_loss_charge
from sim.policy.settlement import stop_loss_payout
from sim.population.experience import N_CATEGORIES, both_routes, ratio
from sim.population.joining import scores

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Settled = dict[str, NDArray[Any]]

#: Result variables of it, nothing where nobody has it.
STOP_LOSS = ("stop_loss_payout", "stop_loss_charge", "bridge_stop_loss", "stop_loss_settled")

_CENTS = 100.0
_HIGH_NEEDS = int(Cell.HN_CLAIMS)


class Costly(NamedTuple):
    """People who may have a payout; arrays of shape (some,).

    Attributes
    ----------
    group, cell : int64 arrays
        Group of the practice that they are aligned to, and the cell of 1 January.
    months, late : float64 arrays
        Months in that cell, and those that what happened in the year made High Needs months.
    spend : float64 array
        Cents of the year.
    score, needy_score : float64 arrays
        Coded scores in the one and in the other.
    """

    group: Ints
    cell: Ints
    months: Floats
    late: Floats
    spend: Floats
    score: Floats
    needy_score: Floats


@dataclass(frozen=True, eq=False)
class Persons:
    """A lived year of an arm, person by person.

    Attributes
    ----------
    year : int
    people : callable
        Returns the columns as the year left them.
    coding : float64 array, shape (practices,)
        Factor on the scores that each practice submitted.
    care : int64 array, shape (places, cells, sums)
        The year's sums of the same people.
    came : Came, optional
        Who came to an ACO within the year.
    """

    year: int
    people: Callable[[], People]
    coding: Floats
    care: Ints
    came: Came | None = None

    def costly(self, least: float, group: Ints) -> Costly:
        """Return the people of some practices who spent `least` cents or more.

        Parameters
        ----------
        least : float
        group : int64, shape (practices,)
            Group of the people of each practice, -1 for practices whose people are not wanted.
        """
        people = self.people()
        # A whole number, with which whole numbers are compared many at once.
        rows = np.flatnonzero(people.spend >= int(min(least, LARGEST_CENTS)))
        rows = rows[(people.aligned[rows] >= 0) & (people.months[rows] > 0)]
        of = group[people.aligned[rows]]
        rows, of = rows[of >= 0], of[of >= 0]
        months = people.months[rows].astype(np.int64)
        late = np.minimum(people.late_months[rows], months)
        found: list[tuple[NDArray[Any], ...]] = [
            (rows, of, people.cell[rows], months, late, people.spend[rows])
        ]
        if self.came is not None:
            found.append(self._costly_of(self.came, least, group))
        rows, of, cell, months, late, spend = (np.concatenate(one) for one in zip(*found, strict=True))
        plain, needy = scores(people, rows, self.year, self.coding).astype(np.float64)
        cell = cell.astype(np.int64)
        return Costly(
            group=of,
            cell=cell,
            months=(months - late).astype(np.float64),
            late=late.astype(np.float64),
            spend=spend.astype(np.float64),
            score=np.where(cell % N_CATEGORIES == _HIGH_NEEDS, needy, plain),
            needy_score=needy,
        )

    def _costly_of(self, came: Came, least: float, group: Ints) -> tuple[NDArray[Any], ...]:
        """Return those of the people who came within the year, with what falls in their months since."""
        people = self.people()
        spend = np.sum(came.split(people.spend[came.rows].astype(np.int64)), axis=0)
        mine = np.flatnonzero((spend >= least) & (group[came.practice] >= 0))
        rows = came.rows[mine]
        cell = people.cell[rows] % N_CATEGORIES + N_CATEGORIES * came.voluntary[mine]
        return rows, group[came.practice[mine]], cell, came.months[mine], came.late[mine], spend[mine]


@dataclass(frozen=True, eq=False)
class LivedPersons:
    """Who has stop-loss money in a year: the arm's people, and the nation's who say what it costs.

    Attributes
    ----------
    own, nation : Persons
        Of the arm, and of the reference arm.
    """

    own: Persons
    nation: Persons

    @cached_property
    def _national(self) -> tuple[Floats, Floats, Floats]:
        """Months, spending in USD and mean score of the nation's assignable people, shape (cells,)."""
        care = both_routes(self.nation.care[: len(self.nation.coding)].sum(axis=0))
        months = care[:, Sum.MONTHS].astype(np.float64)
        return months, care[:, Sum.SPEND] / _CENTS, ratio(care[:, Sum.CODED_RISK] / RISK_UNIT, months)

    def neutral(self, terms: StopLossTerms, counted: float) -> Floats:
        """Return what of expected spending pays for the payouts of all the nation's people, shape (cells,).

        Parameters
        ----------
        terms : StopLossTerms
        counted : float
            Share of spending that counts.
        """
        months, spend, score = self._national
        everybody = np.zeros(len(self.nation.coding), np.int64)
        paid = payouts(
            self.nation, everybody, ratio(spend * counted, months)[None], score[None], terms, counted
        )
        return neutral_share(both_routes(paid[0][:, None])[:, 0] / _CENTS, spend * counted)

    def balancing(self, charged: Floats, paid: Floats) -> float:
        """Return the factor on payouts that makes the nation's payouts its charges, 1 where nothing is paid.

        Parameters
        ----------
        charged, paid : float64, shape (cells,)
            Charge, and payouts without the factor, as shares of expected spending.
        """
        spend = self._national[1]
        payouts_usd = float((paid * spend).sum())
        return float((charged * spend).sum()) / payouts_usd if payouts_usd else 1.0


class Neutral(NamedTuple):
    """What makes stop-loss pay for itself model-wide.

    Attributes
    ----------
    share : float64, shape (cells,)
        Charge as a share of expected spending.
    factor : float
        On payouts.
    """

    share: Floats
    factor: float


class NationalPayouts:
    """The nation's payouts of the years so far, by which neutral charges go."""

    def __init__(self) -> None:
        self._share: dict[int, Floats] = {}

    def neutral(self, year: int, lived: LivedPersons, terms: StopLossTerms, counted: float) -> Neutral:
        """Return what a year's charges and payouts go by; later years may ask what this one's was.

        Parameters
        ----------
        year : int
        lived : LivedPersons
        terms : StopLossTerms
        counted : float
            Share of spending that counts.
        """
        if terms.stated_charge is not None:
            return Neutral(np.zeros(N_CELLS), 1.0)
        if year not in self._share:
            self._share[year] = lived.neutral(terms, counted)
        own = self._share[year]
        if not terms.by_prior_year:
            return Neutral(own, 1.0)
        before = self._share.get(year - 1, own)
        return Neutral(before, lived.balancing(before, own))


def payouts(
    persons: Persons,
    group: Ints,
    pbpm: Floats,
    mean_score: Floats,
    terms: StopLossTerms,
    counted: float,
    factor: float = 1.0,
) -> Ints:
    """Return payouts in cents by group and cell of 1 January, each person's in whole cents.

    Parameters
    ----------
    persons : Persons
    group : int64, shape (practices,)
        Group of the people of each practice, -1 for none.
    pbpm, mean_score : float64, shape (groups, cells)
        What is expected a month, USD, of people of that mean score.
    terms : StopLossTerms
    counted : float
        Share of spending that counts.
    factor : float
        On all payouts.
    """
    least = terms.attachments[0] / (MONTHS_A_YEAR if terms.prorated else 1)
    some = persons.costly(np.floor(least * _CENTS / counted), group)
    of = some.group
    needy = some.cell - some.cell % N_CATEGORIES + _HIGH_NEEDS
    expected = expected_of_person(
        pbpm[of, some.cell], mean_score[of, some.cell], some.score, some.months
    ) + expected_of_person(pbpm[of, needy], mean_score[of, needy], some.needy_score, some.late)
    months = some.months + some.late
    attachments = prorated(terms.attachments, months) if terms.prorated else terms.attachments
    paid = factor * stop_loss_payout(
        some.spend / _CENTS * counted, expected, attachments=attachments, rates=terms.payout_rates
    )
    into = np.zeros((len(pbpm), N_CELLS), np.int64)
    np.add.at(into, (of, some.cell), np.rint(paid * _CENTS).astype(np.int64))
    return into


class Expected(NamedTuple):
    """What a benchmark expects; float64 arrays of shape (acos, cells).

    Attributes
    ----------
    pbpm, mean_score, months : float64 arrays
        USD a month, of people of that mean coded score, and their months.
    """

    pbpm: Floats
    mean_score: Floats
    months: Floats


class StopLossMoney(NamedTuple):
    """Payouts and charges of a year; int64 arrays of cents, shape (acos, cells)."""

    payout: Ints
    charge: Ints

    def told(self) -> Settled:
        """Return the result variables that tell of them."""
        paid, charged = self.payout.sum(axis=-1), self.charge.sum(axis=-1)
        return {
            "stop_loss_payout": paid,
            "stop_loss_charge": charged,
            "bridge_stop_loss": paid - charged,
        }


def stop_loss_of(
    lived: LivedPersons,
    practice_aco: Ints,
    elected: NDArray[np.bool_],
    benchmark: Expected,
    terms: StopLossTerms,
    counted: float,
    neutral: Neutral,
) -> StopLossMoney:
    """Return what stop-loss pays and charges ACOs; nothing for those without.

    Parameters
    ----------
    lived : LivedPersons
    practice_aco : int64, shape (practices,)
        ACO of each practice, -1 for none.
    elected : bool, shape (acos,)
    benchmark : Expected
    terms : StopLossTerms
    counted : float
        Share of spending that counts.
    neutral : Neutral
    """
    pbpm, mean_score, months = benchmark
    having = np.append(np.where(elected, np.arange(len(elected)), -1), -1)
    paid = payouts(lived.own, having[practice_aco], pbpm, mean_score, terms, counted, neutral.factor)
    expected, stated = dollars(pbpm, months), terms.stated_charge or 0.0
    charged = np.rint(stop_loss_charge(neutral.share, stated, expected, months) * _CENTS)
    return StopLossMoney(paid, np.where(elected[:, None], charged, 0.0).astype(np.int64))
