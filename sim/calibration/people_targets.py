"""Targets of who is in Original Medicare, how disease begins, who moves, High Needs and quality."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from sim.calibration import people
from sim.calibration.nation import Lived
from sim.calibration.published import held_to, published
from sim.calibration.target import Target
from sim.inputs.evidence import Evidence

QUALITY = (
    "quality.stays",
    "quality.days_at_home",
    "quality.follow_up",
    "quality.glycemic",
    "quality.pressure",
)


def measure(evidence: Evidence, years: Sequence[Lived]) -> list[Target]:
    """Hold a nation to figures of its people; none of these has to be met at the cost of the others."""
    first = years[0]
    conditions = len(published()["conditions.incidence"].names(evidence))
    cases = np.mean([people.incidence(lived, conditions) for lived in years], axis=0)
    moved = np.mean([people.moves(lived) for lived in years])
    spent = np.mean([people.movers_spending(a, b) for a, b in pairwise(years)])
    return [
        *held_to("people.age", 100.0 * people.age_bands(first)),
        *held_to("people.mean_age", people.mean_by_month(first, first.age)),
        *held_to("people.women", 100.0 * people.mean_by_month(first, first.female)),
        *held_to("people.medicaid", 100.0 * people.mean_by_month(first, first.dual)),
        *held_to("people.deaths", 100.0 * people.aged_deaths(first)),
        *held_to("conditions.incidence", 1000.0 * cases, evidence),
        *held_to("people.assignable", 100.0 * people.assignable(first)),
        *held_to("churn.leave", 100.0 * np.mean([people.leaving(a, b) for a, b in pairwise(years)], axis=0)),
        *held_to("advantage.moves", 100.0 * moved),
        *held_to("advantage.movers_spending", spent),
        *held_to("high_needs.share", 100.0 * people.high_needs_share(first)),
        *held_to("high_needs.spending", people.high_needs_spending(first)),
        *held_to("high_needs.deaths", 100.0 * people.high_needs_deaths(first)),
        *(
            target
            for key, shown in zip(QUALITY, people.quality(first), strict=True)
            for target in held_to(key, shown)
        ),
        *held_to("use.inpatient_users", 100.0 * people.inpatient_users(first)),
    ]
