"""Discount and administrative add-on, by hand."""

import numpy as np

from sim.policy.discount import add_on


def test_the_add_on_is_a_share_of_the_benchmark_of_higher_spending_acos():
    found = add_on([1000.0, 1000.0, 400.0], np.array([True, False, True]), rate=0.015)
    np.testing.assert_allclose(found, [15.0, 0.0, 6.0])
