"""The kernel's own writing of High Needs and alignment rules says what the rules of sim.policy say."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import newborn

from sim.kernels.alignment import plurality
from sim.kernels.codes import DUAL, Cell, MonthSum, ServedSum, Status
from sim.kernels.draws import Decision, uniforms
from sim.kernels.layout import copy_people
from sim.kernels.tally import Asked
from sim.policy.alignment import claims_aligned, medicaid_aligned
from sim.policy.high_needs import meets_criteria, months_with_status, status_by_check

ROWS = 40_000
ESRD, HIGH_NEEDS = 1, 2


@pytest.fixture(scope="module")
def lived():
    """Return a year's tables, and people before and after it, with its sums."""
    made = newborn(ROWS)
    first = made.first_lived
    for year in range(first, first + 4):
        made.live(made.people, year, made.untouched(), None, 1)
    year, after = first + 4, copy_people(made.people)
    # Of people High Needs before, most are so no longer by any criterion of the year: leave some others too.
    made.people.high_needs[::2] = after.high_needs[::2] = 0
    tally, _ = made.live(after, year, made.untouched(), None, 1, asked=Asked(monthly=(1,) * made.n_practices))
    return made, year, made.people, after, tally


def standing(lived):
    """Return who is High Needs on 1 January by sim.policy, and whose score is on the ESRD scale."""
    made, year, before, after, _ = lived
    rules = made.health(year).high_needs
    esrd = before.conditions & made.health(year).conditions.kidney_failure > 0
    met = meets_criteria(
        mobility=before.conditions & rules.conditions > 0,
        frailty=False,
        risk_score=after.risk.astype(np.float64),
        esrd=esrd,
        unplanned_admissions=before.admissions,
        snf_days=before.snf_days,
        home_health_days=np.zeros(ROWS),
        score_limits=(rules.score, np.inf),
        score_with_admissions=rules.score_with_admissions,
        admissions_needed=rules.admissions,
        snf_days_needed=rules.snf_days,
        home_health_days_needed=np.inf,
    )
    return status_by_check(before.high_needs > 0, met[:, None], sticky=True)[:, 0], esrd


def test_high_needs_on_1_january_as_policy_says(lived):
    _, _, before, after, _ = lived
    here = (after.months > 0) & (before.status == Status.ENROLLED)
    expected, esrd = standing(lived)
    category = np.where(esrd, ESRD, np.where(expected, HIGH_NEEDS, 0))
    np.testing.assert_array_equal(after.cell[here] % 3, category[here])
    assert 500 < (category[here] == HIGH_NEEDS).sum() < 0.5 * here.sum()


def test_high_needs_within_the_year_by_quarterly_checks_as_policy_says(lived):
    made, year, before, after, tally = lived
    rules = made.health(year).high_needs
    here = (after.months > 0) & (before.status == Status.ENROLLED)
    at_start, esrd = standing(lived)
    person = np.arange(ROWS)
    course = uniforms(made.key, person, year, Decision.EVENT_COURSE)[:, 2]
    entry = uniforms(made.key, person, year, Decision.HIGH_NEEDS_ENTRY)[:, 0]
    by_care = (after.snf_days >= rules.snf_days) | (
        (after.admissions >= rules.admissions) & (after.risk >= rules.score_with_admissions)
    )
    month = 1 + (after.months * np.where(by_care, course, entry)).astype(int)
    became = here & ~at_start & ~esrd & (after.high_needs > 0)
    assert (became & by_care).sum() > 20
    assert (became & ~by_care).sum() > 20
    assert not (here & ~at_start & ~esrd & by_care & ~became).any()
    # A check looks at what happened in the months before it.
    met = became[:, None] & (month[:, None] <= np.array([0, 3, 6, 9]))
    status = status_by_check(at_start & ~esrd, met, sticky=True)
    high = months_with_status(status, months_between=3) & (np.arange(1, 13) <= after.months[:, None])
    entering = before.status == Status.FUTURE
    counted = tally.monthly[:, HIGH_NEEDS, :, MonthSum.MONTHS].sum(axis=0)
    expected = high[here & (after.aligned >= 0)].sum(axis=0)
    # People who enter during the year are not in `here`.
    assert (counted >= expected).all()
    assert (counted - expected).sum() <= 12 * (entering & (after.high_needs > 0) & (after.months > 0)).sum()


def test_alignment_by_claims_as_policy_says():
    random = np.random.default_rng(11)
    n = 5_000
    practices = random.integers(0, 4, (n, 4))
    visits = np.where(random.random((n, 4)) < 0.3, 0, random.integers(0, 7, (n, 4)))
    recent, older = 2.0 / 3.0, 1.0 / 3.0
    charges = np.zeros((n, 4, 2))
    charges[:, :2, 1], charges[:, 2:, 0] = visits[:, :2], visits[:, 2:]
    expected = claims_aligned(
        charges,
        practices,
        np.ones((n, 4), np.bool_),
        np.broadcast_to([4, 3, 2, 1], (n, 4)),
        weights=(older, recent),
        primary_share=0.1,
        tie="most_recent_visit",
    )
    found = [
        plurality(tuple(seen), tuple(count), recent, older)
        for seen, count in zip(practices.tolist(), visits.tolist(), strict=True)
    ]
    np.testing.assert_array_equal(found, expected)
    assert (expected == -1).sum() > 5


def test_the_medicaid_route_as_policy_says(lived):
    made, year, before, _, _ = lived
    full, covered, partners = 0.7, 0.6, np.arange(made.n_practices) % 2 == 0
    levers = made.untouched()._replace(
        full_benefit=np.full(made.n_practices, full),
        medicaid=np.where(partners, covered, 0.0),
        medicaid_cell=np.full(made.n_practices, float(Cell.AD_VOLUNTARY)),
    )
    plain, people = copy_people(before), copy_people(before)
    made.live(plain, year, made.untouched(), None, 1)
    tally, _ = made.live(people, year, levers, None, 1, asked=Asked(served=True))
    draws = uniforms(made.key, np.arange(ROWS), 0, Decision.PERSON_MEDICAID)
    dual = before.traits & DUAL > 0
    enrolled = before.status == Status.ENROLLED
    expected = medicaid_aligned(
        full_dual=dual & (draws[:, 0] < full) & enrolled,
        partner_state=np.ones(ROWS, bool),
        partnership=partners[people.practice] & (draws[:, 1] < covered),
        unaligned=plain.aligned < 0,
        active=True,
    )
    changed = people.aligned != plain.aligned
    np.testing.assert_array_equal(changed, expected)
    np.testing.assert_array_equal(people.aligned[expected], people.practice[expected])
    assert (people.cell[expected] >= Cell.AD_VOLUNTARY).all()
    assert expected.sum() > 50
    served = tally.served.sum(axis=0)
    assert served[ServedSum.MEDICAID_PERSONS] == (expected & (people.months > 0)).sum()
    assert served[ServedSum.MEDICAID_MONTHS] == people.months[expected].sum()
    has_full = dual & (draws[:, 0] < full) & (people.aligned >= 0)
    assert served[ServedSum.FULL_DUAL_MONTHS] == people.months[has_full].sum()
