"""The prospective factor: every year since BY3 counts, the first included."""

import numpy as np
import pytest
from little_world import world

from sim.inputs.lead_criteria import stated_growth
from sim.inputs.rulebook import load_rulebook
from sim.settlement.prospective import prospective_by_cell

STATED = {2027: np.array([0.06, 0.07, 0.08]), 2028: np.array([0.01, 0.02, 0.03])}


def test_stated_years_compound_from_the_first():
    trend = world().trend
    assert prospective_by_cell(trend, STATED, 2026, 2026).tolist() == [1.0] * 6
    assert prospective_by_cell(trend, STATED, 2026, 2027) == pytest.approx([1.06, 1.07, 1.08] * 2)
    both = [1.06 * 1.01, 1.07 * 1.02, 1.08 * 1.03]
    assert prospective_by_cell(trend, STATED, 2026, 2028) == pytest.approx(both * 2)


def test_a_held_factor_stands_for_every_later_year():
    held = load_rulebook("lead-py2027", {"trend.prospective_path": "held"})
    growth = stated_growth(held, range(2027, 2037))
    assert sorted(growth) == list(range(2027, 2037))
    assert growth[2036] == pytest.approx(growth[2027])
    assert sorted(stated_growth(load_rulebook("lead-py2027"), range(2027, 2037))) == [2027]
