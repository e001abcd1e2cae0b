"""Sums by group, exact and in any order."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels.codes import N_CELLS, RISK_UNIT, Sum
from sim.population.experience import added_by, observe


@given(st.lists(st.tuples(st.integers(-1, 4), st.integers(-(10**15), 10**15)), max_size=40))
def test_rows_of_a_group_are_added_and_those_of_none_left_out(rows):
    group = np.array([of for of, _ in rows], np.int64)
    values = np.array([[value, 1] for _, value in rows], np.int64).reshape(-1, 2)
    found = added_by(group, 5, values)
    for of in range(5):
        mine = [value for each, value in rows if each == of]
        assert found[of].tolist() == [sum(mine), len(mine)]


def lived(spend_in_aco: float, others: int):
    """A practice in an ACO with 1,000 months a cell, one outside with `others`; risk rises with spending."""
    sums = np.zeros((3, N_CELLS, len(Sum)), np.int64)
    sums[0, :, Sum.MONTHS], sums[1, :, Sum.MONTHS] = 1000, others
    sums[0, :, Sum.SPEND], sums[1, :, Sum.SPEND] = spend_in_aco * 100_000, others * 120_000
    sums[:, :, Sum.CODED_RISK] = sums[:, :, Sum.SPEND] // 100_000 * RISK_UNIT
    return sums


def national(arm, reference=None, taking_part=0.0):
    places = np.array([0, -1]), np.array([0, 0]), 1, np.array([0])
    seen = observe(arm, *places, reference, taking_part)
    return seen.national_pbpm, seen.national_risk


def test_a_nation_that_acos_do_not_change_is_the_reference_s_to_the_bit():
    alone = national(lived(1000, 3000))
    for with_arm, without in zip(national(lived(1000, 3000), lived(1000, 3000), 0.1), alone, strict=True):
        assert with_arm.tolist() == without.tolist()


def test_what_acos_change_reaches_the_nation_by_the_share_that_takes_part_however_large_their_market():
    for others in (600, 4000, 50_000):
        reference, arm = lived(1000, others), lived(900, others)
        moved = [after - before for after, before in
                 zip(national(arm, reference, 0.1), national(reference), strict=True)]  # fmt: skip
        assert np.allclose(moved[0], 0.1 * -100.0)
        assert np.allclose(moved[1], 0.1 * -100.0 / 1000.0, atol=1e-9)
        assert np.allclose(national(arm, reference, 0.0)[0], national(reference)[0])
