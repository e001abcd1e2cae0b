"""Who comes to an ACO within a year, where alignment is hybrid, and what of the year's sums comes with them.

Nobody's year is lived otherwise for it: what people cost is the kernels', and of the months from their first
one in the ACO on, months, money, scores and visits are moved from the place they had on 1 January. What is
spent goes evenly with the months enrolled, as it does for months that become High Needs months.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.kernels.coded import coded_scores
from sim.kernels.codes import MONTHS_A_YEAR
from sim.kernels.draws import Decision, Key, uniforms
from sim.kernels.joining import Came, move_months
from sim.kernels.layout import People
from sim.kernels.tally import Tally
from sim.policy.alignment import NOBODY, first_month

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


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


def moved(tally: Tally, found: Came, people: People, reference: People, year: int, coding: Floats) -> Tally:
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
    """
    spend, referred = (found.split(one.spend[found.rows].astype(np.int64)) for one in (people, reference))
    care, monthly = tally.care.copy(), tally.monthly.copy()
    move_months(found, spend, referred, people, year, coding, tally.care, care, monthly)
    return tally._replace(care=care, monthly=monthly)


def scores(people: People, rows: Ints, year: int, coding: Floats) -> NDArray[np.float32]:
    """Return coded scores of some people, prospective and of the High Needs model, shape (2, some)."""
    found = np.empty((2, len(rows)), np.float32)
    coded_scores(people, rows, year, coding, *found)
    return found
