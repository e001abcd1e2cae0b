"""Update trend: worked examples, and bounds that hold for any trends."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.lead_terms import lead_terms
from sim.inputs.rulebook import load_rulebook
from sim.policy.trend import cumulative_growth, guarded_trend, guardrail_width, two_way_trend

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


def test_a_width_stated_for_a_year_is_that_year_s_and_the_path_goes_on_from_it():
    book = load_rulebook("lead-py2027", {"trend.guard_above": {2029: "1 pp"}})
    widths = [lead_terms(book, py, "global").guard_above for py in (2027, 2028, 2029, 2031)]
    assert widths == pytest.approx([0.003, 0.006, 0.01, 0.03])
