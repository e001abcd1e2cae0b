"""A second, light pass over a lived year: months, truncated money and scores by Medicare enrollment type.

The Shared Savings Program looks at people by enrollment type and cuts off what a person costs at a national
percentile, which is known only once everybody has lived the year.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.kernels.codes import (
    AGED_IN,
    DUAL,
    FEMALE,
    MONTHS_A_YEAR,
    OLDEST,
    ORIGINALLY_DISABLED,
    RISK_UNIT,
    Cell,
    Kind,
    TypeSum,
)
from sim.kernels.enrolment import is_new_enrollee
from sim.kernels.jit import inlined, kernel
from sim.kernels.layout import Array, Disease, People

_ESRD, _DISABLED, _AGED_DUAL, _AGED_NON_DUAL = (
    int(Kind.ESRD),
    int(Kind.DISABLED),
    int(Kind.AGED_DUAL),
    int(Kind.AGED_NON_DUAL),
)
_CATEGORIES = int(Cell.AD_VOLUNTARY)
_ESRD_CATEGORY = int(Cell.ESRD_CLAIMS)
_PERSONS, _MONTHS, _SPEND, _TRUNCATED = (
    int(TypeSum.PERSONS),
    int(TypeSum.MONTHS),
    int(TypeSum.SPEND),
    int(TypeSum.TRUNCATED),
)
_CODED_RISK, _DEMOGRAPHIC, _DUAL_MONTHS, _TRUE_RISK = (
    int(TypeSum.CODED_RISK),
    int(TypeSum.DEMOGRAPHIC_RISK),
    int(TypeSum.DUAL_MONTHS),
    int(TypeSum.TRUE_RISK),
)


# Classes of costs, 655.36 USD each, up to 2.7 million; that they are classes changes no result.
COST_CLASSES = 4096
COST_CLASS_CENTS = 65_536


@inlined
def enrollment_type(cell: int, age: int, trait: int) -> int:
    """Return the enrollment type of 1 January: ESRD by the benchmark cell, then age and Medicaid."""
    aged = _AGED_DUAL if trait & DUAL else _AGED_NON_DUAL
    below = _DISABLED if age < AGED_IN else aged
    return _ESRD if cell % _CATEGORIES == _ESRD_CATEGORY else below


@inlined
def assignable_cost(people: People, i: int, year: int) -> Any:
    """Return months, enrollment type and cents as if of a whole year; no months where not assignable."""
    months = np.int64(people.months[i]) if people.aligned[i] >= 0 else np.int64(0)
    age = np.int64(year) - np.int64(people.birth_year[i])
    kind = enrollment_type(np.int64(people.cell[i]), age, np.int64(people.traits[i]))
    cents = np.int64(people.spend[i]) * MONTHS_A_YEAR // max(months, np.int64(1))
    return months, kind, cents


@kernel
def count_costs(people: People, start: int, stop: int, year: int, width: int, counted: Array) -> int:
    """Add the months of assignable people to classes of what they cost, as if of a whole year.

    Parameters
    ----------
    people : People
        Columns as the year left them.
    start, stop : int
        Range of rows.
    year : int
    width : int
        Cents of a class; the last one holds all that cost more.
    counted : int64, shape (kinds, classes)
        Added to.

    Returns
    -------
    int
        How many assignable people there are.
    """
    n = 0
    last = counted.shape[1] - 1
    for i in range(start, stop):
        months, kind, cents = assignable_cost(people, i, year)
        counted[kind, min(cents // width, last)] += months
        n += 1 if months > 0 else 0
    return n


@kernel
def list_costs(
    people: People, start: int, stop: int, year: int, width: int, wanted: Array, found: Array
) -> int:
    """List the assignable people of one class of costs of each enrollment type.

    Parameters
    ----------
    people : People
    start, stop : int
    year : int
    width : int
        As for :func:`count_costs`.
    wanted : int64, shape (kinds,)
        Class of each type, -1 for none. The last class of :func:`count_costs` has no upper bound.
    found : int64, shape (people, 3)
        Type, cents and months are written from row `start` on.

    Returns
    -------
    int
        How many were found.
    """
    n = 0
    # What is spent in a part of a year is at least a twelfth of what it comes to in a whole one.
    least = wanted.max()
    for kind in range(wanted.shape[0]):
        least = min(least, wanted[kind]) if wanted[kind] >= 0 else least
    least = least * width // MONTHS_A_YEAR
    for i in range(start, stop):
        if people.spend[i] < least:
            continue
        months, kind, cents = assignable_cost(people, i, year)
        if months > 0 and min(cents // width, COST_CLASSES - 1) == wanted[kind]:
            found[start + n, 0] = kind
            found[start + n, 1] = cents
            found[start + n, 2] = months
            n += 1
    return n


@kernel
def add_types(
    people: People,
    start: int,
    stop: int,
    year: int,
    coding: Array,
    disease: Disease,
    threshold: Array,
    sums: Array,
) -> int:
    """Add rows ``start`` to ``stop`` (exclusive) of a lived year to sums by place and enrollment type.

    Parameters
    ----------
    people : People
        Columns as the year left them; not changed.
    start, stop : int
    year : int
    coding : float64, shape (practices,)
        Factor on the scores that each practice submits this year.
    disease : Disease
        Demographic factors of the risk score.
    threshold : int64, shape (kinds,)
        Cents a year at which a person's spending is cut off.
    sums : int64, shape (places, kinds, type sums)
        Added to.

    Returns
    -------
    int
        People added.
    """
    n_practices = coding.shape[0]
    n = 0
    for i in range(start, stop):
        months = np.int64(people.months[i])
        if months == 0:
            continue
        n += 1
        trait, cell = np.int64(people.traits[i]), np.int64(people.cell[i])
        age = min(np.int64(year) - np.int64(people.birth_year[i]), np.int64(OLDEST))
        kind = enrollment_type(cell, age, trait)
        aligned = np.int64(people.aligned[i])
        place = aligned if aligned >= 0 else n_practices + np.int64(people.market[i])
        entered, month = np.int64(people.entry_year[i]), np.int64(people.entry_month[i])
        coded = (aligned >= 0) & (not is_new_enrollee(entered, month, np.int64(people.birth_year[i]), year))
        factor = coding[aligned] if coded else 1.0
        young, medicaid = age < AGED_IN, 1 if trait & DUAL else 0
        origin = 2 if (trait & ORIGINALLY_DISABLED != 0) & (not young) else 0
        who = (1 if trait & FEMALE else 0) + origin
        if kind == _ESRD:
            demographic = disease.esrd_demographic[who + 4 * medicaid, age]
        else:
            demographic = disease.demographic[(2 if young else 0) + medicaid, who, age]
        cents = np.int64(people.spend[i])
        at = sums[place, kind]
        at[_PERSONS] += 1
        at[_MONTHS] += months
        at[_SPEND] += cents
        at[_TRUNCATED] += min(cents, threshold[kind] * months // MONTHS_A_YEAR)
        at[_CODED_RISK] += np.int64(np.float64(people.risk[i]) * factor * RISK_UNIT + 0.5) * months
        at[_TRUE_RISK] += np.int64(np.float64(people.risk[i]) * RISK_UNIT + 0.5) * months
        at[_DEMOGRAPHIC] += np.int64(demographic * RISK_UNIT + 0.5) * months
        at[_DUAL_MONTHS] += months * medicaid
    return n
