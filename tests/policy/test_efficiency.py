"""Regional efficiency adjustment: where its cap and its floor bind, by hand."""

import numpy as np
import pytest

from sim.policy.efficiency import is_higher_spending, regional_adjustment

GAP = np.array([[160.0, -40.0]])
MONTHS = np.array([[300.0, 700.0]])
NATIONAL = np.array([[1000.0, 2000.0]])


def given(gap=GAP, cap=0.05, cap_level="cell", floor_level="total"):
    return regional_adjustment(
        gap, MONTHS, NATIONAL, share=0.5, cap=np.array([cap]), cap_level=cap_level, floor_level=floor_level
    )[0].tolist()


def test_cells_below_their_region_count_in_the_total():
    # Half the gaps: 80, held at 5 % of 1,000, and -20; weighted 0.3 x 50 - 0.7 x 20 = 1.
    assert given() == pytest.approx([50.0, -20.0])


def test_a_total_below_zero_is_no_adjustment_at_all():
    # The cap of 4 % leaves 40: 0.3 x 40 - 0.7 x 20 = -2.
    assert given(cap=0.04) == [0.0, 0.0]
    assert given(gap=np.array([[100.0, -60.0]]), cap=1.0) == [0.0, 0.0]


def test_a_floor_in_each_cell_skips_those_below():
    assert given(floor_level="cell") == pytest.approx([50.0, 0.0])
    assert given(gap=np.array([[100.0, -60.0]]), cap=1.0, floor_level="cell") == pytest.approx([50.0, 0.0])


def test_a_cap_on_the_total_looks_at_the_mean():
    # The mean, 0.3 x 80 - 0.7 x 20 = 10, is within 5 % of 1,700; at 0.5 % it is 8.50, and all cells shrink.
    assert given(cap_level="total") == pytest.approx([80.0, -20.0])
    assert given(cap=0.005, cap_level="total") == pytest.approx([68.0, -17.0])


def test_cells_weigh_in_the_designation_by_their_people():
    assert not is_higher_spending(GAP, np.array([[300.0, 700.0]]), tie_is_higher=True)[0]
    assert is_higher_spending(GAP, np.array([[100.0, 900.0]]), tie_is_higher=True)[0]
