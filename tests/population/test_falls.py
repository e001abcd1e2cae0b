"""Falls with injury of people of 65 and over, before prevention and with it, against what was published."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import live_history, newborn

from sim.kernels.codes import Sum
from sim.kernels.layout import copy_people
from sim.population.health import with_prevention

PUBLISHED = {Sum.FALL_STAYS: 18.0, Sum.FALL_ED_VISITS: 53.9}
STRIDE = {"STAYS": 0.91, "ED_VISITS": 0.92}


def lived(rows, years):
    """Return the last base year's sums, and per year those without and with a course for all at risk."""
    made = newborn(rows)
    # How often events come in one market goes by the habits of its few practices; in the nation these cancel.
    plain = made.untouched()._replace(stays_habit=np.ones(made.n_practices))
    base = live_history(made, practices=plain)[-1].care.sum(axis=(0, 1))
    offered = plain._replace(falls_uptake=np.ones(made.n_practices))
    without, with_course = copy_people(made.people), copy_people(made.people)
    found = []
    for year in range(2027, 2027 + years):
        health = with_prevention(made.health(year), made.evidence)
        before, _ = made.live(without, year, plain, None, 1)
        after, _ = made.live(with_course, year, offered, None, 1, health)
        found.append((before.care.sum(axis=(0, 1)), after.care.sum(axis=(0, 1))))
    age = made.first_py + years - 1 - with_course.birth_year
    aligned = (with_course.aligned >= 0) & (with_course.months > 0) & (age >= 65)
    return base, found, with_course.falls_course[aligned] > 0


def hold_to_trial(found, errors):
    """Hold what is left among people protected, over what they would have, to the trial's ratio."""
    for kind, ratio in STRIDE.items():
        left = sum(after[Sum[f"PROTECTED_{kind}"]] for _, after in found)
        averted = sum(after[Sum[f"AVERTED_{kind}"]] for _, after in found)
        error = np.sqrt(ratio * (1.0 - ratio) / (left + averted))
        assert left / (left + averted) == pytest.approx(ratio, abs=errors * error)


def test_the_trials_ratio_among_people_protected_and_nothing_else_moves():
    _, found, has_course = lived(60_000, 2)
    hold_to_trial(found, errors=4.0)
    for before, after in found:
        assert before[Sum.SPEND] - after[Sum.SPEND] == after[Sum.AVERTED_SPEND] > 0
        for one in ("PERSONS", "MONTHS", "YOUNG_MONTHS", "DEATHS", "PQEM_VISITS", "PROCEDURES", "TRUE_RISK"):
            assert before[Sum[one]] == after[Sum[one]], one
    assert has_course.mean() == pytest.approx(0.35, abs=0.03)
    # Most begin in the first year, later only who comes to be at risk or aligned.
    assert found[1][1][Sum.FALLS_COURSES] < 0.25 * found[0][1][Sum.FALLS_COURSES]


@pytest.mark.slow
def test_falls_are_as_often_as_published_and_averted_as_in_the_trial():
    base, found, has_course = lived(600_000, 3)
    for which, per_thousand in PUBLISHED.items():
        rate = 12_000.0 * base[which] / (base[Sum.MONTHS] - base[Sum.YOUNG_MONTHS])
        assert rate == pytest.approx(per_thousand, rel=0.04)
    hold_to_trial(found, errors=3.0)
    assert has_course.mean() == pytest.approx(0.35, abs=0.01)
    # People at risk have more falls than others; an averted stay saves about what its cost is taken to be,
    # 42,000 USD of 2026 with an uncertainty of 15 %.
    after = found[0][1]
    would_have = after[Sum.PROTECTED_STAYS] + after[Sum.AVERTED_STAYS]
    assert 1000.0 * would_have / after[Sum.FALLS_PROTECTED] > 1.2 * PUBLISHED[Sum.FALL_STAYS]
    saved = sum(one[Sum.AVERTED_SPEND] / 100.0 for _, one in found)
    stays, visits = (sum(one[Sum[f"AVERTED_{kind}"]] for _, one in found) for kind in STRIDE)
    each = (saved - 4800.0 * visits) / stays
    assert each == pytest.approx(42_000.0 * 1.05**2, rel=0.3)
