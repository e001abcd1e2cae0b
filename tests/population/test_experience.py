"""Sums by group, exact and in any order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.population.experience import added_by


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(-(10**15), 10**15)), max_size=40))
def test_rows_of_a_group_are_added_and_those_of_none_left_out(rows):
    group = np.array([of for of, _ in rows], np.int64)
    values = np.array([[value, 1] for _, value in rows], np.int64).reshape(-1, 2)
    found = added_by(group, 5, values)
    for of in range(5):
        mine = [value for each, value in rows if each == of]
        assert found[of].tolist() == [sum(mine), len(mine)]
