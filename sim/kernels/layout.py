"""What the kernels read and write: columns of people, tables of markets and practices, health parameters.

All are named tuples of arrays, so that a compiled loop reads them without any Python. Widths are chosen so that a
person takes as few bytes as the values need.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


class Status(IntEnum):
    """Where a person stands towards Original Medicare."""

    FUTURE = 0  # has not yet entered
    ENROLLED = 1  # in Original Medicare with Parts A and B
    ADVANTAGE = 2  # in Medicare Advantage
    DEAD = 3


class Kind(IntEnum):
    """Medicare enrollment types, the order CMS files use."""

    ESRD = 0
    DISABLED = 1
    AGED_DUAL = 2
    AGED_NON_DUAL = 3


class Cell(IntEnum):
    """Benchmark cells: beneficiary category by route of alignment."""

    AD_CLAIMS = 0
    ESRD_CLAIMS = 1
    HN_CLAIMS = 2
    AD_VOLUNTARY = 3
    ESRD_VOLUNTARY = 4
    HN_VOLUNTARY = 5


N_KINDS = len(Kind)
N_CELLS = len(Cell)
CELL_NAMES = tuple(cell.name.lower() for cell in Cell)

# Bits of the traits column
FEMALE = 1
DUAL = 2
ORIGINALLY_DISABLED = 4
NO_SUPPLEMENT = 8

AGED_IN = 65
OLDEST = 119


class Sum(IntEnum):
    """Exact integer sums the kernel keeps for each practice and cell."""

    PERSONS = 0
    MONTHS = 1
    SPEND = 2  # cents
    EVENT = 3  # cents of SPEND in acute events
    REFERENCE = 4  # cents the same people spent in the reference arm
    TRUE_RISK = 5  # millionths of score x months
    CODED_RISK = 6  # millionths of score x months
    STAYS = 7
    DEATHS = 8


N_SUMS = len(Sum)
RISK_UNIT = 1_000_000


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
    acute: Array
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
    "acute": np.uint8,
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
}

# The acute column: bit 0 an acute event last year, bits 1-3 unplanned admissions, bits 4-7 SNF days in tens.
ACUTE_EVENT = 1


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


class Markets(NamedTuple):
    """Regions of care, shape (markets, ...).

    ``level``: dollars a year of the average person by enrollment type this year (markets, kinds). ``first_row``:
    first person of each market, one entry more than markets. ``first_practice`` likewise for practices.
    ``choice_share`` and ``choice_other``: alias tables (panels, practices) by which people pick a practice, panel 0
    for most people, panel 1 for the frail.
    """

    level: Array
    first_row: Array
    first_practice: Array
    choice_share: Array
    choice_other: Array


class Practices(NamedTuple):
    """What a practice does to its patients this year; arrays of shape (practices,).

    ``base_factor`` and ``event_factor`` multiply ambulatory and acute spending of patients aligned to it;
    ``base_spill`` and ``event_spill`` those of its other patients; ``high_needs_factor`` multiplies both for High
    Needs patients aligned to it; ``coding`` multiplies coded risk scores; ``attest`` is the yearly chance that a
    patient attests voluntarily.
    """

    base_factor: Array
    event_factor: Array
    base_spill: Array
    event_spill: Array
    high_needs_factor: Array
    coding: Array
    attest: Array


class Health(NamedTuple):
    """Health and spending parameters, scalars and small tables; see ``sim/evidence``.

    Tables: ``mortality`` (sex, age) this year; ``mortality_tilt`` (kinds, age bands); ``onset_total`` (age) and
    ``onset_pick`` (age, conditions, cumulative) yearly onsets; ``prevalence_hazard`` (conditions, age) cumulative
    hazard at a given age; ``recovery`` (conditions,) yearly chance; ``score`` (segments, conditions) risk-score
    coefficients; ``score_demographic`` (segments, sex, age); ``score_count`` (segments, counts);
    ``esrd_score`` (conditions,) and ``esrd_demographic`` (sex, age); ``cost`` (conditions,) cost relativities of
    conditions outside the score; ``age_cost`` (age,) log relativity.
    """

    mortality: Array
    mortality_tilt: Array
    mortality_frailty: float
    mortality_risk: float
    switch_out: Array
    switch_risk: float
    switch_back: float
    onset_total: Array
    onset_pick: Array
    onset_frailty: float
    prevalence_hazard: Array
    recovery: Array
    score: Array
    score_counted: Array
    score_demographic: Array
    score_count: Array
    score_pairs: Array
    score_pair_value: Array
    esrd_score: Array
    esrd_demographic: Array
    cost_condition: Array
    age_cost: Array
    cost_score_slope: float
    cost_spread: float
    high_needs_conditions: int
    high_needs_score: float
    high_needs_score_admissions: float
    high_needs_admissions: int
    high_needs_snf_tens: int
    practice_leave: float
    visits_mean: float
    visits_risk: float
    visits_loyal: float
    alignment_recent: float
    alignment_older: float
    no_use: float
    no_use_risk: float
    base_share: float
    base_slope: float
    base_spread: float
    event_chance: float
    event_slope: float
    event_carry: float
    event_share: float
    event_amount_slope: float
    event_spread: float
    death_event: float
    death_amount: float
    stays_extra: float
    snf_chance: float
    snf_days: float
