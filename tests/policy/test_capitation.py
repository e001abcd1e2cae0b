"""Capitation and advances: worked examples."""

import pytest

from sim.policy.capitation import (
    apo_true_up,
    base_pcc,
    capitated_benchmark,
    capitation_gain,
    enhanced_pcc,
    fee_reductions,
    preferred_reduction,
    total_care_capitation,
)


@pytest.mark.parametrize(("base", "expected"), [("before_discount", 1000.0), ("after_discount", 970.0)])
def test_capitation_is_a_share_of_the_benchmark_before_or_after_the_discount(base, expected):
    assert capitated_benchmark([1000.0], [970.0], base=base) == pytest.approx([expected])


@pytest.mark.parametrize(("base", "enhanced"), [(0.03164, 0.03836), (0.055, 0.02)])
def test_enhanced_primary_care_capitation(base, enhanced):
    assert enhanced_pcc(1000.0, base_pcc(1000.0, share=base), target=0.07, floor=0.02) == pytest.approx(
        1000 * enhanced
    )


def test_capitation_and_advances():
    reductions = fee_reductions([100.0, 200.0], [1.0, preferred_reduction(0.001, least=0.01, most=1.0)])
    assert reductions == pytest.approx([100.0, 2.0])
    assert total_care_capitation(1000.0, 0.4, 0.9, leakage_withhold=0.1) == pytest.approx(324.0)
    assert capitation_gain(120.0, 100.0) == pytest.approx(20.0)
    assert apo_true_up(90.0, 100.0) == pytest.approx(10.0)
