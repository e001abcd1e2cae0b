"""Published figures of who is in Original Medicare, how disease begins, who moves, High Needs and quality."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np

from sim.calibration import people
from sim.calibration.nation import Lived
from sim.calibration.published import (
    AGE_SHARES,
    AGED_DEATHS,
    COMMON_CONDITIONS,
    DUAL,
    FEMALE,
    HIGH_NEEDS,
    HIGH_NEEDS_DEATHS,
    HIGH_NEEDS_SPENDING,
    INPATIENT_USERS,
    MEAN_AGE,
    MOVERS_SPENDING,
    MOVES,
)
from sim.calibration.target import Target
from sim.inputs.evidence import Evidence
from sim.population.disease import condition_names

_GV = "CMS, Geographic Variation 2024"
_JUDGEMENT = "judgement"
_QUALITY = (
    ("Unplanned stays with several chronic conditions", 34.0, 5.0, "per 100 years", _JUDGEMENT),
    ("Days at home with several chronic conditions", 325.0, 4.0, "days/year", _JUDGEMENT),
    ("Timely follow-up", 68.0, 6.0, "%", _JUDGEMENT),
    ("Poor glycemic status, all patients", 24.0, 8.0, "%", _JUDGEMENT),
    ("Controlled blood pressure, all patients", 69.0, 8.0, "%", _JUDGEMENT),
)


def measure(evidence: Evidence, years: Sequence[Lived]) -> list[Target]:
    """Hold a nation to figures of its people; none of these has to be met at the cost of the others."""
    first = years[0]
    found = [*_ages(first), *_incidence(evidence, years), *_moves(years), *_high_needs(first)]
    found += [
        Target(name, value, tolerance, float(shown), unit, source)
        for (name, value, tolerance, unit, source), shown in zip(_QUALITY, people.quality(first), strict=True)
    ]
    users = 100.0 * people.inpatient_users(first)
    found.append(Target("People with an inpatient stay", 100.0 * INPATIENT_USERS, 0.2, users, "%", _GV))
    return [replace(one, required=False) for one in found]


def _ages(first: Lived) -> list[Target]:
    bands = [*(f"from {edge}" for edge in people.AGE_EDGES)]
    bands[0] = "under 65"
    mixed = "CMS, Geographic Variation 2024, with judgement by band"
    shares = 100.0 * people.age_bands(first)
    age = people.mean_by_month(first, first.age)
    female = 100.0 * people.mean_by_month(first, first.female)
    dual = 100.0 * people.mean_by_month(first, first.dual)
    deaths = 100.0 * people.aged_deaths(first)
    return [
        *(
            Target(f"People {band}", 100.0 * value, 1.0, float(share), "%", mixed)
            for band, value, share in zip(bands, AGE_SHARES, shares, strict=True)
        ),
        Target("Mean age", MEAN_AGE, 0.5, age, "years", _GV),
        Target("Women", 100.0 * FEMALE, 0.5, female, "%", _GV),
        Target("With Medicaid", 100.0 * DUAL, 1.0, dual, "%", _GV),
        Target("Deaths, aged", 100.0 * AGED_DEATHS, 0.2, deaths, "%/year", "Krumholz et al., JAMA 2015"),
    ]


def _incidence(evidence: Evidence, years: Sequence[Lived]) -> list[Target]:
    stated = 1000.0 * evidence.array("conditions.incidence")
    found = 1000.0 * np.mean([people.incidence(lived, COMMON_CONDITIONS) for lived in years], axis=0)
    return [
        Target(
            f"New cases among the aged free of it, {name}",
            float(value),
            0.2 * float(value),
            float(cases),
            "per 1,000",
            "conditions.incidence, order of magnitude of cohorts",
        )
        for name, value, cases in zip(condition_names(evidence), stated, found, strict=False)
    ]


def _moves(years: Sequence[Lived]) -> list[Target]:
    moved = 100.0 * float(np.mean([people.moves(lived) for lived in years]))
    spent = float(np.mean([people.movers_spending(a, b) for a, b in pairwise(years)]))
    return [
        Target(
            "Moves to Medicare Advantage",
            100.0 * MOVES,
            0.2,
            moved,
            "%/year",
            "KNG Health, JAMA Health Forum 2023, for 2027 and later",
        ),
        Target(
            "Movers' spending over stayers' of the same score",
            MOVERS_SPENDING,
            0.05,
            spent,
            "1",
            "MedPAC, favourable selection",
        ),
    ]


def _high_needs(first: Lived) -> list[Target]:
    share = 100.0 * people.high_needs_share(first)
    deaths = 100.0 * people.high_needs_deaths(first)
    spending = people.high_needs_spending(first)
    return [
        Target("High Needs among people without ESRD", 100.0 * HIGH_NEEDS, 2.5, share, "%", _JUDGEMENT),
        Target(
            "High Needs spending over Aged and Disabled", HIGH_NEEDS_SPENDING, 0.5, spending, "1", _JUDGEMENT
        ),
        Target("Deaths with High Needs", 100.0 * HIGH_NEEDS_DEATHS, 3.0, deaths, "%/year", _JUDGEMENT),
    ]


def drift(first: Lived, last: Lived, steady: Callable[..., Target]) -> list[Target]:
    """Hold the ages, High Needs and new disease of the last year of a decade to its first."""
    both = (first, last)
    needy = [100.0 * people.high_needs_share(one) for one in both]
    found = [
        steady("Mean age", [people.mean_by_month(one, one.age) for one in both], 0.5, "years"),
        steady("People of 85 and over", [100.0 * people.age_bands(one)[-1] for one in both], 1.0),
        steady("Deaths, aged", [100.0 * people.aged_deaths(one) for one in both], 0.2),
        steady("High Needs among people without ESRD", needy, 1.0),
    ]
    return [replace(one, required=False) for one in found]
