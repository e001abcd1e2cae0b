"""The rate book, from counties to ACOs."""

import numpy as np
import pytest

from sim.policy.rate_book import aco_rates, blend_rate_book, cost_index, county_rates


def test_rate_book_from_counties():
    index = cost_index([[[900.0], [1100.0]], [[950.0], [1050.0]]], [[1000.0], [1000.0]])
    assert index[:, 0] == pytest.approx([0.925, 1.075])
    rates = county_rates(index, [1200.0])
    assert rates[:, 0] == pytest.approx([1110.0, 1290.0])
    assert aco_rates(rates, [[[300.0], [100.0]]])[0, 0] == pytest.approx(1155.0)
    blend = blend_rate_book(np.array([1000.0, 1000.0]), [1155.0, 0.0], 1.1, share=0.2)
    assert blend == pytest.approx([0.8 * 1000 + 0.2 * 1155 * 1.1, 1000.0])


def test_a_county_without_spending_costs_what_the_nation_does():
    found = cost_index([[[0.0, 1200.0]], [[500.0, 800.0]]], [[1000.0, 1000.0], [1000.0, 1000.0]])
    np.testing.assert_allclose(found, [[0.75, 1.0]])


def test_a_small_rate_counts_and_a_missing_one_leaves_own_history():
    found = blend_rate_book(np.array([[2.0, 2.0, 2.0]]), [[0.5, 0.0, np.nan]], [[2.0, 2.0, 2.0]], share=0.5)
    assert found.tolist() == [[1.5, 2.0, 2.0]]
