"""Who is High Needs on 1 January: each of LEAD's criteria by itself, just met and just missed."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import newborn

from sim.kernels.codes import Status
from sim.kernels.layout import copy_people

ROWS = 40_000
HIGH_NEEDS, ESRD = 2, 1


@pytest.fixture(scope="module")
def plain():
    """Return a world after three years, whose people then have nothing of what is High Needs but scores."""
    made = newborn(ROWS)
    first = made.first_lived
    for year in range(first, first + 3):
        made.live(made.people, year, made.untouched(), None, 1)
    people, health = made.people, made.health(first + 3)
    people.high_needs[:] = 0
    people.admissions[:] = 0
    people.snf_days[:] = 0
    people.conditions[:] &= ~np.uint32(health.high_needs.conditions)
    return made, first + 3, health


def categories(plain, change, **criteria):
    """Return categories and scores of 1 January after a change to the people."""
    made, year, health = plain
    people = copy_people(made.people)
    change(people)
    changed = health._replace(high_needs=health.high_needs._replace(**criteria))
    made.live(people, year, made.untouched(), None, 1, health=changed)
    # Those who live the year and were in Original Medicare before.
    here = (people.months > 0) & (made.people.status == Status.ENROLLED)
    return people.cell[here] % 3, people.risk[here].astype(np.float64), people


def unchanged(people):
    pass


def test_a_score_of_three(plain):
    category, score, _ = categories(plain, unchanged)
    # Scores are kept in single precision: who is at the limit within that says nothing.
    aged_or_disabled = (category != ESRD) & (np.abs(score - 3.0) > 1e-6)
    assert plain[2].high_needs.score == 3.0
    np.testing.assert_array_equal(
        (category == HIGH_NEEDS)[aged_or_disabled], (score >= 3.0)[aged_or_disabled]
    )
    assert 100 < (category == HIGH_NEEDS).sum() < 0.2 * aged_or_disabled.sum()


@pytest.mark.parametrize(("admissions", "least"), [(1, 3.0), (2, 2.0), (5, 2.0)])
def test_a_score_of_two_with_two_unplanned_admissions(plain, admissions, least):
    category, score, _ = categories(plain, lambda people: people.admissions.fill(admissions))
    aged_or_disabled = (category != ESRD) & (np.abs(score - least) > 1e-6)
    np.testing.assert_array_equal(
        (category == HIGH_NEEDS)[aged_or_disabled], (score >= least)[aged_or_disabled]
    )


@pytest.mark.parametrize(("days", "meets"), [(44, False), (45, True), (100, True)])
def test_forty_five_snf_days(plain, days, meets):
    category, score, _ = categories(plain, lambda people: people.snf_days.fill(days))
    low = (category != ESRD) & (score < 3.0)
    assert (category[low] == HIGH_NEEDS).all() == meets
    assert meets or not (category[low] == HIGH_NEEDS).any()


def test_each_mobility_or_frailty_condition(plain):
    mask = plain[2].high_needs.conditions
    bits = [1 << k for k in range(32) if mask >> k & 1]
    assert len(bits) >= 2
    for bit in bits:

        def impair(people, bit=bit):
            people.conditions[:] |= np.uint32(bit)

        category, _, _ = categories(plain, impair)
        assert (category[category != ESRD] == HIGH_NEEDS).all()


def test_people_with_esrd_are_a_category_of_their_own(plain):
    category, _, people = categories(plain, lambda people: people.snf_days.fill(100))
    assert set(np.unique(category).tolist()) == {ESRD, HIGH_NEEDS}
    kidney = plain[2].conditions.kidney_failure
    assert (category == ESRD).sum() > 20
    here = (people.months > 0) & (plain[0].people.status == Status.ENROLLED)
    failed = plain[0].people.conditions[here] & kidney > 0
    np.testing.assert_array_equal(category == ESRD, failed)


def test_once_high_needs_always(plain):
    category, _, _ = categories(plain, lambda people: people.high_needs.fill(1))
    assert set(np.unique(category).tolist()) == {ESRD, HIGH_NEEDS}
