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
