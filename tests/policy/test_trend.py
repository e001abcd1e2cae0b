"""Update trend: worked examples, and bounds that hold for any trends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.lead_terms import lead_terms
from sim.inputs.rulebook import load_rulebook
from sim.policy.trend import (
    annual_guarded_trend,
    cumulative_growth,
    guarded_trend,
    guardrail_width,
    two_way_trend,
)

GUARD = {"two_way_weight": 2 / 3, "guard_below": 0.002, "guard_above": 0.003}


@pytest.mark.parametrize(("target", "expected"), [("prospective", 1.0460), ("blend", 1.0480)])
def test_guardrail_in_both_readings(target, expected):
    assert guarded_trend(1.0450, 1.0665, **GUARD, guard_target=target) == pytest.approx(expected, abs=5e-6)


def test_blend_without_a_guardrail():
    wide = GUARD | {"guard_below": 1.0, "guard_above": 1.0}
    assert guarded_trend(1.0450, 1.0665, **wide, guard_target="blend") == pytest.approx(1.05217, abs=5e-6)


@given(st.floats(0.8, 1.3), st.floats(0.8, 1.3), st.sampled_from(["prospective", "blend"]))
def test_the_guarded_trend_stays_near_the_two_way_trend(two_way, prospective, target):
    trend = guarded_trend(two_way, prospective, **GUARD, guard_target=target)
    assert two_way - 0.002 - 1e-12 <= trend <= two_way + 0.003 + 1e-12


def test_the_national_weight_is_the_market_share():
    assert two_way_trend(1.10, 1.20, [0.0, 0.25, 1.0]) == pytest.approx([1.20, 1.175, 1.10])


def test_cumulative_growth_compounds():
    assert cumulative_growth([[0.10, 0.0], [0.10, 0.02]]) == pytest.approx(
        np.array([[1.1, 1.0], [1.21, 1.02]])
    )


@pytest.mark.parametrize(
    ("path", "widths"),
    [
        ("linear", [0.003, 0.006, 0.009, 0.030]),
        ("triangular", [0.003, 0.009, 0.018, 0.165]),
        ("frozen", [0.003] * 4),
        ("open", [0.003, np.inf, np.inf, np.inf]),
    ],
)
def test_the_guardrail_widens_by_its_path(path, widths):
    assert [guardrail_width(0.003, year, path) for year in (1, 2, 3, 10)] == pytest.approx(widths)


def test_a_guardrail_of_each_year_s_growth_by_hand():
    """Two-way 4 % a year; prospective 7 % and then 1 %. Widths 0.2 and 0.3 points, then twice as wide.

    First year: 1.07 is held to 1.043, the blend is (2 x 1.04 + 1.043) / 3 = 1.041. Second: 1.01 is held to
    1.036, the blend 1.038667. Together 1.081252; the factor since BY3, 1.0807, is within 0.4 points of
    1.0816, and its blend is 1.0813.
    """
    two_way, ahead = [[1.04], [1.0816]], [[1.07], [1.0807]]
    widths = {"guard_below": [0.002, 0.004], "guard_above": [0.003, 0.006]}
    found = annual_guarded_trend(two_way, ahead, **widths, two_way_weight=2 / 3, guard_target="prospective")
    assert found == pytest.approx([1.041 * (2 * 1.04 + 1.036) / 3])
    assert found == pytest.approx([1.081252], abs=1e-6)
    whole = GUARD | {"guard_below": 0.004, "guard_above": 0.006}
    assert guarded_trend(1.0816, 1.0807, **whole, guard_target="prospective") == pytest.approx(1.0813)
    first = annual_guarded_trend(
        two_way[:1],
        ahead[:1],
        two_way_weight=2 / 3,
        guard_below=[0.002],
        guard_above=[0.003],
        guard_target="prospective",
    )
    assert first == pytest.approx(guarded_trend(1.04, 1.07, **GUARD, guard_target="prospective"))


def test_each_year_of_an_annual_guardrail_needs_its_width():
    factors = np.array([1.04, 1.08])
    with pytest.raises(ValueError, match="shorter"):
        annual_guarded_trend(
            factors,
            factors,
            two_way_weight=2 / 3,
            guard_below=[0.002],
            guard_above=[0.003],
            guard_target="prospective",
        )


def test_a_width_stated_for_a_year_is_that_year_s_and_the_path_goes_on_from_it():
    book = load_rulebook("lead-py2027", {"trend.guard_above": {2029: "1 pp"}})
    widths = [lead_terms(book, py, "global").guard_above for py in (2027, 2028, 2029, 2031)]
    assert widths == pytest.approx([0.003, 0.006, 0.01, 0.03])
