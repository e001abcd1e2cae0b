"""Regional efficiency adjustment: where its cap and its floor bind, by hand."""

import numpy as np
import pytest

from sim.policy.efficiency import (
    cap_adjustment,
    higher_of,
    is_higher_spending,
    national_reference,
    prorated_prior_savings,
    regional_adjustment,
)

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


def test_designation_at_a_gap_of_zero_and_just_above():
    months = np.ones((3, 2))
    gap = np.array([[10.0, -10.0], [0.5, 0.5], [-0.5, -0.5]])
    assert is_higher_spending(gap, months, tie_is_higher=True).tolist() == [True, False, True]
    assert is_higher_spending(gap, months, tie_is_higher=False).tolist() == [False, False, True]


def test_an_adjustment_of_zero_or_little_in_total_keeps_its_cells():
    gap = np.array([[20.0, -20.0], [1.0, 1.0], [-1.0, -1.0]])
    found = regional_adjustment(
        gap,
        np.ones((3, 2)),
        np.full((3, 2), 1000.0),
        share=0.5,
        cap=np.full(3, 0.05),
        cap_level="cell",
        floor_level="total",
    )
    assert found.tolist() == [[10.0, -10.0], [0.5, 0.5], [0.0, 0.0]]


def test_nothing_within_a_cap_of_nothing_stays_nothing():
    assert cap_adjustment(np.zeros((1, 2)), np.ones((1, 2)), np.zeros(1)).tolist() == [[0.0, 0.0]]
    assert cap_adjustment([[30.0, 90.0]], [[1.0, 1.0]], [15.0]).tolist() == [[7.5, 22.5]]


def test_the_reference_of_caps_is_the_nation_at_the_risk_and_mix_of_the_aco():
    assert national_reference([1000.0, 4000.0], [[2.0, 0.5]], [[3.0, 1.0]]).tolist() == [2000.0]
    assert national_reference([1000.0, 4000.0], [[2.0, 1.0]], [[1.0, 1.0]]).tolist() == [3000.0]


def test_prior_savings_count_for_the_people_there_were_and_not_at_all_without():
    found = prorated_prior_savings([[12.0, 24.0, 36.0]], [[50.0, 200.0, 0.0]], [100.0])
    assert found.tolist() == [(6.0 + 24.0 + 0.0) / 3.0]


def test_prior_savings_must_be_more_than_the_regional_adjustment_to_take_its_place():
    efficiency = np.array([[10.0, 30.0], [10.0, 30.0]])
    found, by_savings = higher_of(efficiency, np.array([20.0, 21.0]), np.ones((2, 2)))
    assert by_savings.tolist() == [False, True]
    assert found.tolist() == [[10.0, 30.0], [21.0, 21.0]]
