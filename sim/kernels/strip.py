"""Scratch memory for a strip of rows: what one stage of a year learns about people and the next ones need.

A year is lived strip by strip, each stage going once over the strip's people, so that what passes between
stages stays in the processor's nearest cache and the same step is done for several people at once.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.codes import N_LISTED
from sim.kernels.layout import Array

# Rows of a strip. No result depends on it. Every stage is handed all these arrays anew, which a longer strip
# shares among more people. And it is no power of two: arrays that begin so far apart would compete for the
# same few lines of the nearest cache.
STRIP = 4104


class Strip(NamedTuple):
    """Item k of an array belongs to the k-th person of the strip who lives the year in Original Medicare.

    The people in Medicare Advantage come after them; for those only the facts and the course of disease are
    noted. Each array has shape (STRIP,), int64 unless said otherwise.

    Attributes
    ----------
    row : uint64
        Rows.
    entering, first_month, last_month, months; share : float64
        Whether they enter this year; months enrolled, as a count and as a share of the year.
    age, sex, who, dual, traits, kind, market, segment, demographic_at
        Facts of 1 January; `segment` and `demographic_at` say where the risk score's tables have them.
    new_enrollee
        Whether they have under twelve months of Part B in the year before.
    conditions, missing, developed
        Masks: on 1 January, of those the ones claims do not show, and with this year's onsets.
    score, coded_score, current : float64
        Risk scores of the conditions of 1 January, of those that claims show, and of those developed; the
        first two of new enrollees as of people without diagnoses.
    high_needs, category, by_claims
        High Needs status, category of benchmark cell and practice aligned to by claims on 1 January.
    cell, aligned, sums_at, episodes_at
        Standing on 1 January in an arm, and where in the flattened tables the person's sums are kept.
    attested, had_course
        Practice attested to, and year of falls prevention, on 1 January in the arm that is followed.
    protected
        Whether falls prevention protects the person in an arm.
    relative : float64
        Expected cost relative to the average person.
    had_event, dies, uses, practice, visits, elsewhere
        What the year brings.
    base, level : float64
        An ACO's effect on ambulatory spending; prices and use of market and practice.
    stays, planned, snf_days, ed_visits, ed_falls, base_cents, procedure_cents, event_cents
        Use and spending.
    ed_here, falls_here, usual_stays
        In an arm: ED visits, those for falls, and the stays that ED visits go with.
    luck : float64
        Factor on ambulatory spending.
    procedure, procedure_month, procedure_times; procedure_luck, procedure_answer : float64
        Which procedure, -1 for none, when, how often in an arm; factors on its cost, of luck and of who
        leads it.
    event_cause, event_month, ending; event_luck : float64
        Of the acute event; they mean nothing for people without one.
    averted, sent_home, readmission, follow_up : float64; happened
        Draws of whether the event, SNF care, readmissions and a timely follow-up after it happen in an arm;
        how often the event does.
    attesting, clinical : float64; several
        Draws of attestation and of clinical values; number of chronic conditions.
    late_months
        Months after a High Needs criterion was first met this year.
    at_home, by_medicaid
        Whether they are in a home-based programme, and aligned by the Medicaid route, in an arm.
    fewer_at_home, at_home_factor, base_before : float64
        What the programme does to how often the year's acute event happens and to the price of other care;
        the ACO's effect on that without it. These and the next mean nothing for people who are not in one.
    base_usual, event_saved, stays_spared
        Ambulatory spending without the programme; what less acute events cost, and how many stays they are.
    life, lost, care, cost, use, extra, course : uint32, shape (4 * STRIP,)
        Words drawn.
    hit, hit_row
        Some of the people and their rows.
    whole; real : float64, shape (fields, STRIP)
        Each row is one of the arrays above that say how the year went, so that they can be moved together.
    episode_rows : shape (episodes, fields); listing : shape (2,)
        Episodes listed one by one, by :class:`sim.kernels.codes.Listed`; how many there are, and the source
        that they are marked with. Unlike all else they stay from strip to strip.
    u, mean, mass, below : float64; number, kept, mask, listed, pairs, listed_segment, listed_demographic_at
        For whatever a stage needs between its loops.
    """

    row: Array
    entering: Array
    first_month: Array
    last_month: Array
    months: Array
    share: Array
    age: Array
    sex: Array
    who: Array
    dual: Array
    traits: Array
    kind: Array
    market: Array
    segment: Array
    demographic_at: Array
    new_enrollee: Array
    conditions: Array
    missing: Array
    developed: Array
    score: Array
    coded_score: Array
    current: Array
    high_needs: Array
    category: Array
    by_claims: Array
    attested: Array
    had_course: Array
    protected: Array
    cell: Array
    aligned: Array
    sums_at: Array
    episodes_at: Array
    relative: Array
    had_event: Array
    dies: Array
    uses: Array
    practice: Array
    visits: Array
    elsewhere: Array
    base: Array
    level: Array
    stays: Array
    planned: Array
    snf_days: Array
    base_cents: Array
    procedure_cents: Array
    event_cents: Array
    luck: Array
    procedure: Array
    procedure_month: Array
    procedure_times: Array
    procedure_luck: Array
    procedure_answer: Array
    event_cause: Array
    event_month: Array
    event_luck: Array
    ending: Array
    averted: Array
    sent_home: Array
    readmission: Array
    follow_up: Array
    happened: Array
    ed_visits: Array
    ed_falls: Array
    ed_here: Array
    falls_here: Array
    usual_stays: Array
    attesting: Array
    clinical: Array
    several: Array
    late_months: Array
    at_home: Array
    by_medicaid: Array
    fewer_at_home: Array
    at_home_factor: Array
    base_before: Array
    base_usual: Array
    event_saved: Array
    stays_spared: Array
    life: Array
    lost: Array
    care: Array
    cost: Array
    use: Array
    extra: Array
    course: Array
    hit: Array
    hit_row: Array
    listed: Array
    pairs: Array
    listed_segment: Array
    listed_demographic_at: Array
    whole: Array
    real: Array
    episode_rows: Array
    listing: Array
    u: Array
    mean: Array
    mass: Array
    below: Array
    number: Array
    kept: Array
    mask: Array


_FLOATS = (
    "current",
    "base",
    "level",
    "procedure_answer",
    "fewer_at_home",
    "at_home_factor",
    "base_before",
    "u",
    "mean",
    "mass",
    "below",
)
_WORDS = ("life", "lost", "care", "cost", "use", "extra", "course")
_ROWS = ("row", "hit_row")


# What arms that follow need to know of how a year went.
_WHOLE = (
    "entering",
    "first_month",
    "last_month",
    "months",
    "age",
    "traits",
    "kind",
    "market",
    "new_enrollee",
    "conditions",
    "missing",
    "developed",
    "high_needs",
    "category",
    "by_claims",
    "attested",
    "had_course",
    "had_event",
    "dies",
    "uses",
    "practice",
    "visits",
    "procedure",
    "procedure_month",
    "planned",
    "stays",
    "snf_days",
    "event_cause",
    "event_month",
    "ending",
    "ed_visits",
    "ed_falls",
    "several",
)
_REAL = (
    "share",
    "score",
    "coded_score",
    "relative",
    "luck",
    "procedure_luck",
    "event_luck",
    "averted",
    "sent_home",
    "readmission",
    "follow_up",
    "attesting",
    "clinical",
)


def make_strip(episodes: int = 0) -> Strip:
    """Return scratch for one worker; what it holds means nothing between strips.

    Parameters
    ----------
    episodes : int
        Room for episodes that are listed one by one.
    """
    blocks: dict[str, Array] = {
        "whole": np.zeros((len(_WHOLE), STRIP), np.int64),
        "real": np.zeros((len(_REAL), STRIP), np.float64),
        # Memory is only taken where something is listed.
        "episode_rows": np.empty((episodes, N_LISTED), np.int64),
        "listing": np.zeros(2, np.int64),
    }

    def array(name: str) -> Array:
        if name in blocks:
            return blocks[name]
        for block, names in (("whole", _WHOLE), ("real", _REAL)):
            if name in names:
                row: Array = blocks[block][names.index(name)]
                return row
        if name in _WORDS:
            return np.zeros(4 * STRIP, np.uint32)
        return np.zeros(STRIP, np.float64 if name in _FLOATS else np.uint64 if name in _ROWS else np.int64)

    return Strip(*(array(name) for name in Strip._fields))
