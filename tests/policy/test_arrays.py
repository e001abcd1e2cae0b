"""Ratios, means and dollars where something is missing: the answer stated, no warning, no NaN."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.policy.arrays import dollars, over_cells, quantiles_by_group, ratio, weighted_mean


@pytest.mark.parametrize(
    ("top", "bottom", "found"),
    [
        (3.0, 2.0, 1.5),
        (0.3, 0.2, 1.5),
        (0.0, 2.0, 7.0),
        (3.0, 0.0, 7.0),
        (np.nan, 2.0, 7.0),
        (3.0, np.nan, 7.0),
    ],
)
def test_a_ratio_is_of_two_positive_numbers(top, bottom, found):
    assert ratio([top], [bottom], 7.0) == pytest.approx([found])


def test_weights_of_a_mean_may_be_shares_or_counts_and_may_all_be_missing():
    values = [[2.0, 5.0]] * 3
    weights = np.array([[0.25, 0.5], [25.0, 50.0], [0.0, 0.0]])
    assert weighted_mean(values, weights) == pytest.approx([4.0, 4.0, 0.0])


def test_what_nobody_has_costs_nothing_though_its_price_is_not_known():
    paid = dollars(np.array([100.0, 100.0, 100.0, np.nan, np.inf]), np.array([12.0, 0.5, 0.0, 0.0, 0.0]))
    assert paid.tolist() == [1200.0, 50.0, 0.0, 0.0, 0.0]


def test_both_routes_have_the_values_of_their_categories():
    assert over_cells([1.0, 2.0, 3.0]).tolist() == [1.0, 2.0, 3.0, 1.0, 2.0, 3.0]


SHARES = [0.0, 0.1, 0.5, 0.84, 1.0]


@given(st.lists(st.tuples(st.floats(0.0, 1e6), st.integers(0, 4)), max_size=60))
def test_quantiles_of_groups_are_to_the_bit_those_of_each_by_itself(rows):
    values, group = (np.array([row[i] for row in rows]) for i in range(2))
    found = quantiles_by_group(values, group, 6, SHARES)
    assert found.shape == (len(SHARES), 6)
    for one in range(6):
        mine = values[group == one]
        expected = np.quantile(mine, SHARES) if mine.size else np.zeros(len(SHARES))
        assert found[:, one].tolist() == expected.tolist()
