"""The minimum savings rate: CMS's example, the published ends of every band, elections, monotone in lives."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.mssp_terms import msr_table
from sim.inputs.rulebook import load_rulebook
from sim.policy.msr import MsrTable, minimum_savings_rate, sliding_rate

TABLE = msr_table(load_rulebook("mssp"))
NEVER = np.nan


def test_cms_example_of_5333_lives():
    assert sliding_rate(5333, TABLE) == pytest.approx(0.038, abs=1e-12)


@pytest.mark.parametrize(
    ("lives", "rate"), [(0.5, 0.122), (999.5, 0.087), (5999.5, 0.036), (19_999.5, 0.025)]
)
def test_part_of_a_life_beyond_a_band_has_the_rate_at_its_end(lives, rate):
    assert sliding_rate(lives, TABLE) == pytest.approx(rate, abs=1e-12)


@pytest.mark.parametrize(
    ("lives", "rate"),
    [
        (1, 0.122),
        (499, 0.122),
        (999, 0.087),
        (1000, 0.087),
        (5000, 0.039),
        (5999, 0.036),
        (10_000, 0.030),
        (19_999, 0.025),
        (49_999, 0.022),
        (59_999, 0.020),
        (60_000, 0.020),
        (900_000, 0.020),
    ],
)
def test_ends_of_the_bands(lives, rate):
    assert sliding_rate(lives, TABLE) == pytest.approx(rate, abs=1e-12)


@given(st.integers(1, 200_000), st.integers(1, 200_000))
def test_more_lives_never_need_a_higher_rate(one, other):
    few, many = sorted((one, other))
    assert sliding_rate(few, TABLE) >= sliding_rate(many, TABLE) - 1e-15


@given(st.integers(1, 199_999))
def test_one_more_life_moves_the_rate_by_less_than_a_hundredth_of_a_point(lives):
    assert abs(sliding_rate(lives + 1, TABLE) - sliding_rate(lives, TABLE)) < 1e-4


def test_fewer_lives_than_the_table_begins_with_have_its_first_rate():
    begins = MsrTable(np.array([100.0, 200.0]), np.array([0.2, 0.1]), np.array([0.12, 0.1]), 0.0)
    assert sliding_rate([50, 100, 199, 200], begins) == pytest.approx([0.2, 0.2, 0.12, 0.1])


def test_only_a_two_sided_aco_of_5000_lives_may_elect():
    lives = np.array([8000, 8000, 4999, 8000, 5000])
    two_sided = np.array([True, False, True, True, True])
    elected = np.array([0.005, 0.005, 0.005, NEVER, 0.005])
    rates = minimum_savings_rate(lives, two_sided, elected, TABLE)
    sliding = sliding_rate(lives, TABLE)
    assert rates.tolist() == [0.005, sliding[1], sliding[2], sliding[3], 0.005]
