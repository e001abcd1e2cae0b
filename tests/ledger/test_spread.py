"""Whole cents over months: nothing is lost, and each month is as near as it can be."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.ledger.spread import over_months

WEIGHTS = st.lists(st.floats(0.0, 1e6), min_size=3, max_size=3)


@given(cents=st.integers(-(10**14), 10**14), weights=WEIGHTS)
def test_months_add_up_to_the_amount(cents, weights):
    months = over_months([cents], [weights])
    assert months.sum() == cents
    assert months.shape == (1, 3)


def test_months_are_what_their_weights_say():
    assert over_months([100, 7], [[1.0, 1.0, 2.0], [0.0, 1.0, 0.0]]).tolist() == [[25, 25, 50], [0, 7, 0]]
    assert over_months(10, np.ones(3)).tolist() == [3, 4, 3]


def test_without_weights_all_is_in_the_last_month():
    assert over_months([5], [[0.0, 0.0]]).tolist() == [[0, 5]]
