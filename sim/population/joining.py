"""Who comes to an ACO within a year, where alignment is hybrid, and what of the year's sums comes with them.

Nobody's year is lived otherwise for it: what people cost is the kernels', and of the months from their first
one in the ACO on, months, money, scores and visits are moved from the place they had on 1 January. What is
spent goes evenly with the months enrolled, as it does for months that become High Needs months.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.coded import coded_scores
from sim.kernels.codes import AGED_IN, MONTHS_A_YEAR, N_CELLS, RISK_UNIT, Cell, MonthSum, Sum
from sim.kernels.draws import Decision, Key, uniforms
from sim.kernels.layout import People
from sim.kernels.tally import Tally
from sim.policy.alignment import NOBODY, first_month

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

_CATEGORIES = N_CELLS // 2
_HIGH_NEEDS = int(Cell.HN_CLAIMS)
_OF_SCORES = ("birth_year", "entry_year", "entry_month", "aligned", "risk", "needy_risk")
_CALENDAR = np.arange(1, MONTHS_A_YEAR + 1)


class Lists(NamedTuple):
    """What decides who comes to which ACO in a year; arrays of shape (practices,), -1 for none.

    Attributes
    ----------
    aco : int64 array
        ACO of each practice's TIN on 1 January.
    attested : int64 array
        ACO that takes in people who attest to the practice within the year.
    new : int64 array
        ACO whose claims run within the year has the practice's TIN as one newly added.
    """

    aco: Ints
    attested: Ints
    new: Ints


@dataclass(frozen=True, eq=False)
class Came:
    """People who came to an ACO within a year; arrays of shape (people,), by row.

    Attributes
    ----------
    rows : int64 array
    practice : int64 array
        Of the ACO: the one attested to, or the first of its list for those whom claims bring.
    voluntary : bool array
    start : int64 array
        First month in the ACO.
    months, late : int64 arrays
        Months in it, until the year ends or they leave Original Medicare, and how many of them what happened
        in the year made High Needs months.
    enrolled, enrolled_late : int64 arrays
        The same of the whole year.
    """

    rows: Ints
    practice: Ints
    voluntary: Flags
    start: Ints
    months: Ints
    late: Ints
    enrolled: Ints
    enrolled_late: Ints

    def by_aco(self, practice_aco: Ints, n_acos: int) -> tuple[Ints, Ints]:
        """Return people and their months by ACO, shape (acos,)."""
        aco, months = practice_aco[self.practice], np.zeros(n_acos, np.int64)
        np.add.at(months, aco, self.months)
        return np.bincount(aco, minlength=n_acos), months

    def split(self, amount: Ints) -> tuple[Ints, Ints]:
        """Return what of a year's amounts falls in months in the ACO: not High Needs by the year, and late.

        `amount`, of shape (people,), is of the whole year and split as the kernels do.
        """
        all_late = amount * self.enrolled_late // self.enrolled
        early, here = self.enrolled - self.enrolled_late, self.months - self.late
        return (
            (amount - all_late) * here // np.maximum(early, 1),
            all_late * self.late // np.maximum(self.enrolled_late, 1),
        )


def came(people: People, year: int, key: Key, lists: Lists, mid_year_month: float) -> Came:
    """Return who came to an ACO within a year that has been lived.

    Parameters
    ----------
    people : People
        Columns as the year left them.
    year : int
    key : Key
        Replicate's key.
    lists : Lists
    mid_year_month : float
        First month of those whom claims bring.

    Notes
    -----
    CMS, LEAD Model FAQ: additions only. So whoever an ACO has on 1 January stays with it. An attestation is
    made in any month enrolled with the same chance; whoever an ACO does not have on 1 January, and has
    attested at the year's end to a practice of one that collects attestations, has done so within the year.
    """
    had, attested, new = (np.append(one, NOBODY) for one in lists)
    # Few have attested, and lists with new TINs are few, so that the rest is asked of a few.
    may = people.attested >= 0
    if (lists.new >= 0).any():
        may |= new[people.aligned] >= 0
    rows = np.flatnonzero(may)
    rows = rows[(people.months[rows] > 0) & (had[people.aligned[rows]] < 0)]
    to_attested, to_new = attested[people.attested[rows]], new[people.aligned[rows]]
    come = (to_attested >= 0) | (to_new >= 0)
    rows, to_attested, to_new = rows[come], to_attested[come], to_new[come]
    enrolled = people.months[rows].astype(np.int64)
    first = np.where(people.entry_year[rows] == year, people.entry_month[rows], 1).astype(np.int64)
    draw = uniforms(key, rows, year, Decision.ATTESTING)[:, 0]
    month = np.where(to_attested >= 0, first + (draw * enrolled).astype(np.int64), MONTHS_A_YEAR + 1)
    nobody = np.zeros(len(rows), bool)
    starts = first_month(nobody, to_new >= 0, month, hybrid=True, mid_year_month=mid_year_month)
    voluntary = starts == month + 1
    months = first + enrolled - starts
    host = np.zeros(int(lists.aco.max()) + 1, np.int64)
    listed = np.flatnonzero(lists.aco >= 0)[::-1]
    host[lists.aco[listed]] = listed
    practice = np.where(voluntary, people.attested[rows], host[to_new])
    late = np.minimum(people.late_months[rows].astype(np.int64), enrolled)
    stay = months > 0
    rows, practice, starts, months, enrolled, late = (
        one[stay] for one in (rows, practice, starts, months, enrolled, late)
    )
    return Came(rows, practice, voluntary[stay], starts, months, np.minimum(late, months), enrolled, late)


def moved(
    tally: Tally, found: Came, people: People, reference: People, year: int, coding: Floats, market_of: Ints
) -> Tally:
    """Return a year's sums with the months of those who came in the ACO's place.

    Who counts as a person, use of care, episodes and quality stay where they were on 1 January. What each
    person's score would be if claims told all stands to the coded score as in the cell they come from.

    Parameters
    ----------
    tally : Tally
        Not changed.
    found : Came
    people, reference : People
        Columns as the year left them in the arm, and in the reference arm.
    year : int
    coding : float64, shape (practices,)
        Factor on the scores that each practice submitted.
    market_of : int64, shape (practices,)
    """
    rows, late, last = found.rows, found.late, found.start + found.months - 1
    some = rows_of(people, rows, "cell", "market", "last_main_visits", "last_other_visits")
    category = some.cell.astype(np.int64) % _CATEGORIES
    place = np.where(some.aligned >= 0, some.aligned, len(market_of) + some.market).astype(np.int64)
    old, new = some.cell.astype(np.int64), category + np.where(found.voluntary, _CATEGORIES, 0)
    # Only who is neither High Needs nor has ESRD on 1 January can have late months.
    late_cell = np.where(category == int(Cell.AD_CLAIMS), _HIGH_NEEDS, 0)
    care, monthly = tally.care.copy(), tally.monthly.copy()

    def move(part: int, which: Sum, amount: Ints) -> None:
        np.subtract.at(care[..., which], (place, old + part * late_cell), amount)
        np.add.at(care[..., which], (found.practice, new + part * late_cell), amount)

    visits = some.last_main_visits.astype(np.int64) + some.last_other_visits
    # These are counted where people stood on 1 January, late months or not.
    move(0, Sum.PQEM_VISITS, visits * found.months // found.enrolled)
    move(0, Sum.YOUNG_MONTHS, np.where(year - some.birth_year.astype(np.int64) < AGED_IN, found.months, 0))
    spend, referred = (found.split(one.spend[rows].astype(np.int64)) for one in (people, reference))
    plain, needy = (np.floor(one.astype(np.float64) * RISK_UNIT + 0.5) for one in scores(some, year, coding))
    for part, (months, begins) in enumerate(((found.months - late, found.start), (late, last - late + 1))):
        coded = np.where((category == _HIGH_NEEDS) | (part == 1), needy, plain) * months
        sums = tally.care[place, old + part * late_cell]
        known = sums[:, Sum.TRUE_RISK] / np.maximum(sums[:, Sum.CODED_RISK], 1)
        move(part, Sum.MONTHS, months)
        move(part, Sum.SPEND, spend[part])
        move(part, Sum.REFERENCE, referred[part])
        move(part, Sum.CODED_RISK, coded.astype(np.int64))
        move(part, Sum.TRUE_RISK, np.rint(coded * known).astype(np.int64))
        if not len(monthly):
            continue
        # By month only people of an ACO are counted, which those who come to one have not been.
        since = _CALENDAR - begins[:, None]
        here = (since >= 0) & (since < months[:, None])
        passed = here.cumsum(axis=1) * spend[part][:, None] // np.maximum(months, 1)[:, None]
        evenly = np.diff(passed, axis=1, prepend=0)
        into = (found.practice * monthly.shape[1] + new + part * late_cell)[:, None] * MONTHS_A_YEAR
        into = (into + np.arange(MONTHS_A_YEAR)).ravel()
        for kind, amount in ((MonthSum.MONTHS, here), (MonthSum.SPEND, evenly)):
            # Whole numbers far below 2^53, so that sums are exact.
            sums = np.bincount(into, amount.ravel(), monthly[..., kind].size).astype(np.int64)
            monthly[..., kind] += sums.reshape(monthly.shape[:-1])
    return tally._replace(care=care, monthly=monthly)


def rows_of(people: People, rows: Ints, *names: str) -> People:
    """Return the columns of some people that :func:`scores` rest on and those named; the others are empty."""
    wanted = {*_OF_SCORES, *names}
    return People(
        **{
            name: column[rows] if name in wanted else np.empty(0, column.dtype)
            for name, column in people._asdict().items()
        }
    )


def scores(some: People, year: int, coding: Floats) -> NDArray[np.float32]:
    """Return coded scores of people, prospective and of the High Needs model, shape (2, people)."""
    found = np.empty((2, len(some.risk)), np.float32)
    coded_scores(some, year, coding, *found)
    return found
