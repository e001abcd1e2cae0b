"""The prospective factor: every year since BY3 counts, the first included."""

import numpy as np
import pytest
from hand_made import TREND
from little_world import world

from sim.inputs.lead_criteria import stated_growth
from sim.inputs.rulebook import load_rulebook
from sim.settlement.prospective import prospective_by_cell, prospective_by_type

STATED = {2027: np.array([0.06, 0.07, 0.08]), 2028: np.array([0.01, 0.02, 0.03])}


def test_stated_years_compound_from_the_first():
    trend = world().trend
    assert prospective_by_cell(trend, STATED, range(2027, 2027)).tolist() == [1.0] * 6
    assert prospective_by_cell(trend, STATED, range(2027, 2028)) == pytest.approx([1.06, 1.07, 1.08] * 2)
    both = [1.06 * 1.01, 1.07 * 1.02, 1.08 * 1.03]
    assert prospective_by_cell(trend, STATED, range(2027, 2029)) == pytest.approx(both * 2)


def test_other_years_follow_the_central_path_and_esrd_its_own():
    """4 % a year, and a hundredth in logs more for people with ESRD."""
    plain, esrd = 1.04**2, 1.04**2 * np.exp(0.02)
    assert prospective_by_type(TREND, 2026, 2028) == pytest.approx([esrd, plain, plain, plain])
    cells = prospective_by_cell(TREND, {}, range(2027, 2029))
    assert cells == pytest.approx([plain, esrd, plain] * 2)
    mixed = prospective_by_cell(TREND, STATED, range(2027, 2030))
    assert mixed[:3] == pytest.approx(
        [1.06 * 1.01 * 1.04, 1.07 * 1.02 * 1.04 * np.exp(0.01), 1.08 * 1.03 * 1.04]
    )
    assert mixed[3:].tolist() == mixed[:3].tolist()


def test_a_held_factor_stands_for_every_later_year():
    held = load_rulebook("lead-py2027", {"trend.prospective_path": "held"})
    growth = stated_growth(held, range(2027, 2037))
    assert sorted(growth) == list(range(2027, 2037))
    assert growth[2036] == pytest.approx(growth[2027])
    assert sorted(stated_growth(load_rulebook("lead-py2027"), range(2027, 2037))) == [2027]
