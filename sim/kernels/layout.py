"""What the kernels read and write: columns of people, tables of markets and practices, of disease and scores.

All are named tuples of arrays, so that a compiled loop reads them without any Python. Widths are chosen so
that a person takes as few bytes as the values need.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class People(NamedTuple):
    """One row a person; rows never move. Each field is an array of shape (people,)."""

    birth_year: Array
    entry_year: Array
    entry_month: Array
    traits: Array
    market: Array
    frailty: Array
    cost_factor: Array
    status: Array
    conditions: Array
    high_needs: Array
    event: Array
    admissions: Array
    snf_days: Array
    practice: Array
    attested: Array
    last_main: Array
    last_other: Array
    last_main_visits: Array
    last_other_visits: Array
    older_main: Array
    older_other: Array
    older_main_visits: Array
    older_other_visits: Array
    aligned: Array
    cell: Array
    months: Array
    spend: Array
    risk: Array
    late_months: Array
    needy_risk: Array
    falls_course: Array


# Columns that never change after a person is made: arms may share them.
FIXED_COLUMNS = ("birth_year", "entry_year", "entry_month", "traits", "market", "frailty", "cost_factor")

COLUMN_TYPES: dict[str, type[np.generic]] = {
    "birth_year": np.int16,
    "entry_year": np.int16,
    "entry_month": np.uint8,
    "traits": np.uint8,
    "market": np.int16,
    "frailty": np.float32,
    "cost_factor": np.float32,
    "status": np.uint8,
    "conditions": np.uint32,
    "high_needs": np.uint8,
    "event": np.uint8,
    "admissions": np.uint8,
    "snf_days": np.uint8,
    "practice": np.int32,
    "attested": np.int32,
    "last_main": np.int32,
    "last_other": np.int32,
    "last_main_visits": np.uint8,
    "last_other_visits": np.uint8,
    "older_main": np.int32,
    "older_other": np.int32,
    "older_main_visits": np.uint8,
    "older_other_visits": np.uint8,
    "aligned": np.int32,
    "cell": np.uint8,
    "months": np.uint8,
    "spend": np.int32,
    "risk": np.float32,
    "late_months": np.uint8,
    "needy_risk": np.float32,
    "falls_course": np.uint8,
}


def make_people(size: int) -> People:
    """Return columns for `size` people, all not yet entered and seen by no practice."""
    columns = {name: np.zeros(size, dtype) for name, dtype in COLUMN_TYPES.items()}
    for name in ("attested", "last_main", "last_other", "older_main", "older_other", "aligned", "practice"):
        columns[name].fill(-1)
    return People(**columns)


def copy_people(people: People) -> People:
    """Return a copy for another arm: fixed columns shared, the rest its own."""
    return People(
        **{
            name: column if name in FIXED_COLUMNS else column.copy()
            for name, column in people._asdict().items()
        }
    )


def same_tables(first: Any, second: Any) -> bool:
    """Whether two named tuples of numbers, arrays and such tuples are the same to the bit."""
    return first is second or all(
        same_tables(mine, theirs) if isinstance(mine, tuple) else np.array_equal(mine, theirs)
        for mine, theirs in zip(first, second, strict=True)
    )


class Markets(NamedTuple):
    """Regions of care.

    Attributes
    ----------
    level : float64, shape (markets, kinds)
        Dollars a year of the average person of each enrollment type, this year.
    onset : float64, shape (markets, kinds)
        Relative hazard of disease of each enrollment type in the market.
    first_row, first_practice : int64, shape (markets + 1,)
        First person and first practice of each market.
    choice_share, choice_other : shape (panels, practices)
        Alias tables by which people pick a practice: panel 0 for most people, panel 1 for High Needs people.
    changes : float64, shape (markets,)
        Changes of practice for each that leads out of an ACO: in large ones more stay inside.
    """

    level: Array
    onset: Array
    first_row: Array
    first_practice: Array
    choice_share: Array
    choice_other: Array
    changes: Array


class Practices(NamedTuple):
    """What each practice does to its patients this year; float64 arrays of shape (practices,).

    Attributes
    ----------
    efficiency
        Spending of its patients relative to the same patients elsewhere.
    base_effect, event_effect
        Factor on the price of ambulatory care and of an acute event of the patients aligned to it.
    base_spill, event_spill
        The same for its other patients.
    high_needs_effect, high_needs_event_effect
        Further factors for High Needs patients aligned to it.
    stays, stays_spill, high_needs_stays
        Factor on how many acute events there are: aligned, other and, further, High Needs patients.
    snf, snf_spill, high_needs_snf
        The same on SNF care after an acute event.
    coding
        Factor on the risk scores it submits.
    attest
        Yearly chance that a patient attests voluntarily; 0 where that is not offered.
    falls_uptake
        Share of aged patients aligned to it and at risk who take falls prevention up, 0 where it offers none.
    support_uptake, support_effect
        Share of patients aligned to it who use cost-sharing support, 0 where none is offered, and its factor
        on ambulatory care of those without a supplement.
    home_care
        Share who take part in a home-based programme of the people it is open to; 0 where there is none.
    home_open
        To whom that is, a :class:`sim.kernels.codes.HomeOpen`.
    home_effect, home_last_effect, home_ed
        Factors on the spending of those who take part, before the last months of life and in them, and on
        their ED visits.
    full_benefit
        Share of its patients with Medicaid who have full benefits; 0 where nobody asks.
    medicaid
        Share of those whom Medicaid aligns to it, of people without another alignment; 0 where it does not.
    medicaid_cell
        First of the benchmark cells that they are in.
    stays_habit
        Factor on how many acute events its patients have, whoever they are aligned to.
    readmission
        Chance that a further stay is within 30 days of the one before.
    follow_up
        Chance of a timely follow-up.
    glycemic_poor, pressure_controlled
        Shares of patients with diabetes and with hypertension.
    answers : float64, shape (practices, episodes, specialists a practice refers to, 3) or (0, ...)
        What specialists make, of the patients aligned to it, of episodes that they lead and that begin with a
        procedure or a stay: factors on their price, on SNF care after a stay, and on how many procedures
        there are. Empty where all are one.
    """

    efficiency: Array
    base_effect: Array
    event_effect: Array
    base_spill: Array
    event_spill: Array
    high_needs_effect: Array
    high_needs_event_effect: Array
    stays: Array
    stays_spill: Array
    high_needs_stays: Array
    snf: Array
    snf_spill: Array
    high_needs_snf: Array
    coding: Array
    attest: Array
    falls_uptake: Array
    support_uptake: Array
    support_effect: Array
    home_care: Array
    home_open: Array
    home_effect: Array
    home_last_effect: Array
    home_ed: Array
    full_benefit: Array
    medicaid: Array
    medicaid_cell: Array
    stays_habit: Array
    readmission: Array
    follow_up: Array
    glycemic_poor: Array
    pressure_controlled: Array
    answers: Array


def nothing_offered(n_practices: int) -> dict[str, Array]:
    """Return the fields of practices that offer neither falls prevention nor cost-sharing support."""
    none = np.zeros(n_practices)
    return {"falls_uptake": none, "support_uptake": none, "support_effect": np.ones(n_practices)}


# Of the fields of practices, those by which their ACOs' programmes serve some of their patients, with the
# value at which nobody is served.
SERVING = {
    "home_care": 0.0,
    "home_open": 0.0,
    "home_effect": 1.0,
    "home_last_effect": 1.0,
    "home_ed": 1.0,
    "full_benefit": 0.0,
    "medicaid": 0.0,
    "medicaid_cell": 0.0,
}


def serving_nobody(n_practices: int) -> dict[str, Array]:
    """Return these fields for practices whose ACOs have no such programme."""
    return {name: np.full(n_practices, value) for name, value in SERVING.items()}


def same_practices(first: Practices, second: Practices) -> Array:
    """Return which practices do the same to their patients in both, bool, shape (practices,)."""
    same = np.ones(len(first.efficiency), np.bool_)
    for mine, theirs in zip(first[:-1], second[:-1], strict=True):
        same &= mine == theirs
    for one, other in ((first.answers, second.answers), (second.answers, first.answers)):
        if len(one):
            same &= (one == (other if len(other) else 1.0)).all(axis=(1, 2, 3))
    return same


class Referrals(NamedTuple):
    """To whom practices refer, and what is wanted of their people.

    Attributes
    ----------
    share : float64, shape (practices, specialties, specialists a practice refers to)
        Cumulative shares by which one of the practice's specialists of a specialty leads an episode; empty
        where nobody asks about episodes.
    wanted : int64, shape (2, practices)
        Sums and episodes, a bit each by :mod:`sim.kernels.codes`, that are wanted of the practice's people
        and, second, of those of them who are in the second region of the sums.
    """

    share: Array
    wanted: Array


class Disease(NamedTuple):
    """Onset, recovery and scoring of conditions (bits of the conditions column).

    Attributes
    ----------
    onset_total : float64, shape (ages,)
        Onsets a year at each age, all conditions together, for a person of average frailty.
    onset_pick : float64, shape (ages, conditions)
        Cumulative shares by which an onset picks its condition; one already present stays.
    hazard : float64, shape (conditions, ages)
        Cumulative hazard of having each condition at each age.
    recovery : float64, shape (conditions,)
        Yearly chance that a condition passes; 0 for chronic ones.
    score, cost : float64, shape (segments, 4, 256) and (4, 256)
        Sums over the conditions in each byte of the mask: risk-score factors, and cost relativities of
        conditions that the score leaves out.
    counted : int
        Mask of payment conditions.
    demographic : float64, shape (segments, 4, ages)
        By sex plus 2 for aged people who first came to Medicare by disability.
    count_value : float64, shape (segments, counts)
        Score of having that many payment conditions.
    parent, children : int64, shape (hierarchies,)
        A parent condition removes its children from the score.
    pair_a, pair_b : int64, shape (pairs,)
        Masks of interacting conditions; pair_value : float64, shape (segments, pairs).
    esrd_score, esrd_demographic : float64, shape (4, 256) and (8, ages)
        The ESRD model; the first axis of the second as above, plus 4 for people with Medicaid.
    new_enrollee, esrd_new_enrollee : float64, shapes of demographic and esrd_demographic
        Whole scores of people with under twelve months of Part B in the year before.
    esrd_parent, esrd_children : int64, shape (ESRD hierarchies,); esrd_pair : float64, shape (pairs,)
    concurrent : float64, shape (4, 256)
        Factors of the concurrent High Needs model.
    chronic : int
        Mask of chronic conditions that the measure of unplanned admissions counts.
    """

    onset_total: Array
    onset_pick: Array
    hazard: Array
    recovery: Array
    score: Array
    cost: Array
    counted: int
    demographic: Array
    count_value: Array
    parent: Array
    children: Array
    pair_a: Array
    pair_b: Array
    pair_value: Array
    esrd_score: Array
    esrd_demographic: Array
    new_enrollee: Array
    esrd_new_enrollee: Array
    esrd_parent: Array
    esrd_children: Array
    esrd_pair: Array
    concurrent: Array
    chronic: int
