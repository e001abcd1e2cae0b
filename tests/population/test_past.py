"""Years gone by, person by person: they add up to the year's own sums, category by category."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import aco, scenario_of

from sim.kernels.codes import Sum
from sim.model import LeadModel
from sim.population.past import CATEGORIES, Memory, PastYear, add_past, remember

ARMS = {"no_aco": {"program": "none"}, "lead": {"program": "lead"}}


@pytest.fixture(scope="module")
def living() -> LeadModel:
    """A model in which 2028 has been lived and not yet settled, and many people are aligned by choice."""
    scenario = scenario_of(
        aco("first", 3_000, high_needs_share="40 %"), aco("second", 2_000), arms=ARMS, last_py=2028
    )
    model = LeadModel(scenario.replace({"evidence.voluntary.attest": [0.2, 0.2, 0.2]}), "lead")
    model.step()
    model.reference.step()
    model.decide()
    model.live_year()
    return model


def test_people_add_up_to_the_sums_of_the_year(living):
    """By practice and category to the month and cent, with coding, and with High Needs met in mid-year."""
    coding, people = living.decide().practices.coding, living.people
    assert coding.max() > 1.0
    assert (people.late_months > 0).sum() > 20
    rows = np.flatnonzero((people.aligned >= 0) & (people.months > 0))
    assert (people.cell[rows] >= CATEGORIES).mean() > 0.05
    found = add_past(remember(people, 2028, coding), rows, people.aligned[rows], len(coding))
    care = living.history[2028].care[: len(coding)]
    counted = care[:, :CATEGORIES] + care[:, CATEGORIES:]
    np.testing.assert_array_equal(found.months, counted[..., Sum.MONTHS])
    np.testing.assert_array_equal(found.spend, counted[..., Sum.SPEND])
    np.testing.assert_allclose(found.risk, counted[..., Sum.CODED_RISK], rtol=1e-6)


def test_the_years_before_are_remembered_for_the_arm_that_settles_by_them(living):
    assert set(living.world.remembered) == {2024, 2025, 2026}
    assert living.participants().volunteers is not None
    assert living.reference.participants().volunteers is None


def test_volunteers_are_those_whom_the_year_aligned_by_choice_to_practices_of_the_list(living):
    people, lists = living.people, living.practice_aco()
    known = Memory(living.world.remembered, {2026})
    found = known.volunteers(lambda: people, lists, 2)
    months = np.bincount(found.aco, people.months[found.rows], 2)
    seen = living.participants().observe(living.history, 2028)
    assert months.tolist() == seen.months[:, CATEGORIES:].sum(axis=1).tolist()
    nobody = known.volunteers(lambda: people, np.full_like(lists, -1), 2)
    assert len(nobody.rows) == 0
    assert nobody.before(2026).months.sum() == 0
    assert found.before(2025).months.sum() == 0, "a year that is not remembered"
    assert found.before(2026).months.sum() > 0


def test_by_hand():
    """An aged person; one whose need was met in mid-year; one who had it on 1 January; one with ESRD."""
    past = PastYear(
        category=np.array([0, 0, 2, 1], np.uint8),
        months=np.array([12, 10, 6, 0], np.uint8),
        late_months=np.array([0, 3, 0, 0], np.uint8),
        spend=np.array([1_200, 1_001, 700, 0], np.int32),
        risk=np.array([0.5, 1.5, 9.0, 2.0], np.float32),
        needy_risk=np.array([7.0, 2.0, 3.0, 0.0], np.float32),
    )
    found = add_past(past, np.array([0, 1, 2, 3]), np.array([0, 0, 1, 1]), 2)
    assert found.months.tolist() == [[19, 0, 3], [0, 0, 6]]
    assert found.spend.tolist() == [[1_200 + 701, 0, 300], [0, 0, 700]]
    assert found.risk.tolist() == [[16_500_000, 0, 6_000_000], [0, 0, 18_000_000]]
