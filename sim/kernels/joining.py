"""People who come to an ACO within a year, and their months in its sums."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.by_month import add_months
from sim.kernels.coded import coded_score
from sim.kernels.codes import AGED_IN, MONTHS_A_YEAR, N_CELLS, N_MONTH_SUMS, RISK_UNIT, Cell, Sum
from sim.kernels.jit import inlined, kernel
from sim.kernels.layout import Array, People

_CATEGORIES = N_CELLS // 2
_AGED_AND_DISABLED, _HIGH_NEEDS = int(Cell.AD_CLAIMS), int(Cell.HN_CLAIMS)
_CELL = MONTHS_A_YEAR * N_MONTH_SUMS
_MONTHS, _SPEND, _REFERENCE, _TRUE_RISK, _CODED_RISK, _VISITS, _YOUNG_MONTHS = (
    int(one)
    for one in (
        Sum.MONTHS,
        Sum.SPEND,
        Sum.REFERENCE,
        Sum.TRUE_RISK,
        Sum.CODED_RISK,
        Sum.PQEM_VISITS,
        Sum.YOUNG_MONTHS,
    )
)


class Came(NamedTuple):
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

    rows: Array
    practice: Array
    voluntary: Array
    start: Array
    months: Array
    late: Array
    enrolled: Array
    enrolled_late: Array

    def by_aco(self, practice_aco: Array, n_acos: int) -> tuple[Array, Array]:
        """Return people and their months by ACO, shape (acos,)."""
        aco, months = practice_aco[self.practice], np.zeros(n_acos, np.int64)
        np.add.at(months, aco, self.months)
        return np.bincount(aco, minlength=n_acos), months

    def split(self, amount: Array) -> tuple[Array, Array]:
        """Return what of a year's amounts falls in months in the ACO: not High Needs by the year, and late.

        `amount`, of shape (people,), is of the whole year and split as the kernels do.
        """
        all_late = amount * self.enrolled_late // self.enrolled
        early, here = self.enrolled - self.enrolled_late, self.months - self.late
        return (
            (amount - all_late) * here // np.maximum(early, 1),
            all_late * self.late // np.maximum(self.enrolled_late, 1),
        )


@inlined
def move(care: Array, place: int, cell: int, to: int, into: int, which: int, amount: int) -> None:
    """Move an amount of a sum from the cell of a place to that of another."""
    care[place, cell, which] -= amount
    care[to, into, which] += amount


@kernel
def move_months(
    came: Came,
    spend: tuple[Array, Array],
    reference: tuple[Array, Array],
    people: People,
    year: int,
    coding: Array,
    lived: Array,
    care: Array,
    monthly: Array,
) -> None:
    """Move the months of people who came to an ACO within a year from where they were to its place.

    Parameters
    ----------
    came : Came
    spend, reference : tuples of int64 arrays, shape (people,)
        What :meth:`Came.split` gives for cents of the arm and of the reference arm.
    people : People
        Columns as the year left them.
    year : int
    coding : float64, shape (practices,)
        Factor on the scores that each practice submitted.
    lived : int64, shape (places, cells, sums)
        Sums of the year as lived.
    care : int64, shape (places, cells, sums)
        The same at first, and changed.
    monthly : int64, shape (practices or 0, cells, 12, month sums)
        Added to. Who comes to an ACO has been in none, and only people of an ACO are counted by month.
    """
    by_month = monthly.reshape(-1)
    for j in range(came.rows.shape[0]):
        i = came.rows[j]
        aligned, cell = np.int64(people.aligned[i]), np.int64(people.cell[i])
        place = aligned if aligned >= 0 else coding.shape[0] + np.int64(people.market[i])
        category = cell % _CATEGORIES
        to, into = came.practice[j], category + (_CATEGORIES if came.voluntary[j] else 0)
        here, late, begins = came.months[j], came.late[j], came.start[j]
        # These are counted where people stood on 1 January, late months or not.
        visits = np.int64(people.last_main_visits[i]) + np.int64(people.last_other_visits[i])
        move(care, place, cell, to, into, _VISITS, visits * here // came.enrolled[j])
        if year - np.int64(people.birth_year[i]) < AGED_IN:
            move(care, place, cell, to, into, _YOUNG_MONTHS, here)
        plain, needy = coded_score(people, i, year, coding)
        for part in range(2 if late else 1):
            months = late if part else here - late
            score = needy if part or category == _HIGH_NEEDS else plain
            coded = np.floor(np.float64(score) * RISK_UNIT + 0.5) * months
            known = lived[place, cell, _TRUE_RISK] / max(lived[place, cell, _CODED_RISK], 1)
            move(care, place, cell, to, into, _MONTHS, months)
            move(care, place, cell, to, into, _SPEND, spend[part][j])
            move(care, place, cell, to, into, _REFERENCE, reference[part][j])
            move(care, place, cell, to, into, _CODED_RISK, np.int64(coded))
            move(care, place, cell, to, into, _TRUE_RISK, np.int64(np.rint(coded * known)))
            if by_month.shape[0] > 0:
                add_months(by_month, (to * N_CELLS + into) * _CELL, begins, months, spend[part][j])
            begins += months
            # Only who is neither High Needs nor has ESRD on 1 January can have late months.
            if category == _AGED_AND_DISABLED:
                cell += _HIGH_NEEDS
                into += _HIGH_NEEDS
