"""Episodes against their agreed price: test vectors, chains of prices, what counts once."""

import numpy as np
import pytest

from sim.policy import cara
from sim.policy.settlement import total_owed

# What CMS expects of an episode, USD, and episodes of the contract.
EXPECTED, NUMBER = 17_000.0, 40
# Discount, mean cost, part at stake, quality, cap, gross, what is paid.
VECTORS = {
    "K1": (0.02, 15_800.0, 0.10, 0.8, np.inf, 34_400.0, 33_712.0),
    "K2": (0.02, 15_800.0, 1.00, 0.8, np.inf, 34_400.0, 27_520.0),
    "K3": (0.02, 17_500.0, 0.10, 0.8, np.inf, -33_600.0, -30_912.0),
    "K4": (0.02, 17_500.0, 1.00, 0.8, np.inf, -33_600.0, -6_720.0),
    "K5": (0.02, 17_500.0, 1.00, 1.0, np.inf, -33_600.0, 0.0),
    "K6": (-0.03, 17_500.0, 0.10, 1.0, np.inf, 400.0, 400.0),
    "K7": (0.02, 15_000.0, 0.10, 1.0, 0.05, 33_320.0, 33_320.0),
}


def result(discount, cost, at_stake, quality, cap):
    """Return gross and what is paid of 40 episodes."""
    target = NUMBER * cara.target_price(EXPECTED, base_ratio=1.0, discount=discount)
    gross = cara.limited(target - NUMBER * cost, target, cap=cap)
    part = cara.agreed_part(gross, gain_share=1.0, loss_share=1.0)
    paid = cara.reconciled(part, quality, performance_adjustment=at_stake, loss_adjustment="mirror")
    return float(gross), float(paid)


@pytest.mark.parametrize("name", VECTORS)
def test_the_vectors_of_the_build_specification(name):
    *terms, gross, paid = VECTORS[name]
    assert result(*terms) == pytest.approx((gross, paid), abs=1e-6)


def test_what_the_first_vector_leaves_the_aco():
    discount, cost, at_stake, quality, cap, _, _ = VECTORS["K1"]
    _, paid = result(discount, cost, at_stake, quality, cap)
    saved = NUMBER * (EXPECTED - cost)
    assert saved - paid == pytest.approx(14_288.0)


def test_a_cap_holds_gains_and_losses():
    assert cara.limited([150.0, -150.0, 50.0, 7.0], [1000.0, 1000.0, 1000.0, 0.0], cap=0.1) == pytest.approx(
        [100.0, -100.0, 50.0, 7.0]
    )
    assert cara.limited([1.0], [0.5], cap=0.1) == pytest.approx([0.05])
    assert cara.limited([150.0, -150.0], [0.0, 1000.0], cap=np.inf) == pytest.approx([150.0, -150.0])


def test_parts_of_gains_and_losses():
    found = cara.agreed_part([100.0, -100.0, 0.0], gain_share=0.5, loss_share=0.25)
    assert found == pytest.approx([50.0, -25.0, 0.0])


def test_quality_acts_on_both_sides_or_on_gains_alone():
    paid = cara.reconciled([1000.0, -1000.0], 0.75, performance_adjustment=0.4, loss_adjustment="mirror")
    assert paid == pytest.approx([900.0, -700.0])
    plain = cara.reconciled([1000.0, -1000.0], 0.75, performance_adjustment=0.4, loss_adjustment="none")
    assert plain == pytest.approx([900.0, -1000.0])
    cents = cara.reconciled([0.25, -0.25], 0.75, performance_adjustment=0.4, loss_adjustment="mirror")
    assert cents == pytest.approx([0.225, -0.175])


def test_a_score_goes_by_percentiles_and_less_is_better():
    scores = cara.quality_score([0.1, 0.2, 0.3, 0.4, 0.5], best=0.2, worst=0.4)
    assert scores == pytest.approx([1.0, 1.0, 0.5, 0.0, 0.0])
    assert cara.quality_score([0.2, 0.3], best=0.2, worst=0.2) == pytest.approx([1.0, 0.0])


def test_an_own_history_is_drawn_toward_the_usual_price():
    assert cara.negotiated_ratio(120.0, 100.0, reliability=0.5) == pytest.approx(1.1)
    assert cara.negotiated_ratio(0.0, 0.0, reliability=0.5) == pytest.approx(1.0)
    price = cara.target_price(20_000.0, base_ratio=1.1, discount=0.03)
    assert price == pytest.approx(21_340.0)


def test_prices_are_set_beforehand_and_corrected_within_a_limit():
    assert cara.trend_correction(1.05, 1.08, limit=0.0) == pytest.approx(1.05 / 1.08)
    assert cara.trend_correction(1.05, 1.08, limit=1.0) == pytest.approx(1.0)
    # 1.08 over 1.05 is within 3 %; 1.15 is not.
    assert cara.trend_correction(1.05, 1.08, limit=0.03) == pytest.approx(1.0)
    assert cara.trend_correction(1.05, 1.15, limit=0.03) == pytest.approx(1.05 * 1.03 / 1.15)
    assert cara.trend_correction(1.05, 0.95, limit=0.03) == pytest.approx(1.05 * 0.97 / 0.95)


def test_teams_price_is_the_regions_own():
    found = cara.team_price(
        [[20_000.0, 21_000.0, 22_000.0], [np.nan, 21_000.0, 22_000.0]],
        [1.10, 1.06, 1.03],
        [1.2, 1.0],
        weights=[0.17, 0.33, 0.50],
        discount=0.02,
    )
    first = 0.17 * 22_000.0 + 0.33 * 22_260.0 + 0.50 * 22_660.0
    second = (0.33 * 22_260.0 + 0.50 * 22_660.0) / 0.83
    assert found == pytest.approx([first * 1.2 * 0.98, second * 0.98])
    nowhere = cara.team_price([[np.nan] * 3], [1.0] * 3, [1.0], weights=[0.17, 0.33, 0.5], discount=0.0)
    assert nowhere == pytest.approx([0.0])


def test_bpci_advanceds_price_is_the_providers_own():
    assert cara.bpci_advanced_price(20_000.0, 90.0, 100.0, discount=0.03) == pytest.approx(17_460.0)
    assert cara.bpci_advanced_price(20_000.0, 0.0, 0.0, discount=0.03) == pytest.approx(19_400.0)


def test_a_window_holds_its_days_of_what_is_outside_of_the_stay():
    assert cara.window_share(0.4, 45, 90) == pytest.approx(0.8)
    assert cara.window_share(0.25, 240, 120) == pytest.approx(1.25)
    assert cara.window_share(1.0, 180, 360) == pytest.approx(0.5)


def test_what_is_not_collected_is_no_less_expenditure():
    assert cara.in_expenditure(700.0, 500.0, collected=0.9) == pytest.approx(250.0)


@pytest.mark.parametrize("in_expenditure", [True, False])
def test_a_payment_counts_once(in_expenditure):
    gross, paid = 100_000.0, 33_712.0
    # In the first band all is shared, so that before and after the corridors are the same.
    shared = gross - (paid if in_expenditure else 0.0)
    assert total_owed(shared, cara=0.0 if in_expenditure else -paid) == pytest.approx(gross - paid)
