"""Corridors, sequestration, stop-loss, final amounts, exit: closed forms and properties."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.rulebook import load_rulebook
from sim.policy.settlement import (
    corridor_share,
    financial_guarantee,
    payment_month,
    sequestered,
    settlement_after_exit,
    shared_amount,
    stop_loss_payout,
    total_owed,
)

GROSS = [5, 10, 12, 15, 18, 20, 25, 35, 50, 100]
GLOBAL = [5.00, 10.00, 12.00, 15.00, 16.50, 17.50, 20.00, 25.00, 28.75, 33.75]
PROFESSIONAL_SAVINGS = [3.00, 6.00, 6.70, 7.75, 8.20, 8.50, 8.75, 9.25, 10.00, 12.50]
PROFESSIONAL_LOSSES = [2.50, 5.00, 5.70, 6.75, 7.20, 7.50, 7.75, 8.25, 9.00, 11.50]
REACH_2026_GLOBAL = [5.00, 10.00, 11.00, 12.50, 14.00, 15.00, 17.50, 22.50, 26.25, 31.25]


def bands(option: str, side: str, book: str = "lead-py2027"):
    rules = load_rulebook(book)
    return rules.array(f"corridors.{option}.edges"), rules.array(f"corridors.{option}.{side}")


@pytest.mark.parametrize(
    ("option", "side", "expected"),
    [
        ("global", "savings", GLOBAL),
        ("global", "losses", GLOBAL),
        ("professional", "savings", PROFESSIONAL_SAVINGS),
        ("professional", "losses", PROFESSIONAL_LOSSES),
    ],
)
def test_corridors_of_lead(option, side, expected):
    sign = 1 if side == "savings" else -1
    kept = corridor_share(sign * np.array(GROSS) / 100, *bands(option, side))
    assert kept * 100 == pytest.approx(sign * np.array(expected))


def test_corridors_of_reach_2026_in_the_same_function():
    kept = corridor_share(np.array(GROSS) / 100, [0, 0.10, 0.35, 0.50], [1, 0.50, 0.25, 0.10])
    assert kept * 100 == pytest.approx(REACH_2026_GLOBAL)


def test_professional_savings_of_the_rfa():
    kept = corridor_share([0.10, 0.20], *bands("professional", "savings", "lead-rfa-2026-04"))
    assert kept == pytest.approx([0.05, 0.075])


fractions = st.floats(-3, 3)
corridors = st.tuples(
    st.lists(st.floats(0.01, 0.5), min_size=1, max_size=4),
    st.lists(st.floats(0, 1), min_size=5, max_size=5),
)


@given(fractions, st.floats(0, 1), corridors)
def test_corridors_are_monotone_continuous_and_symmetric(fraction, step, corridor):
    widths, shares = corridor
    edges = np.concatenate([[0.0], np.cumsum(widths)])
    shares = shares[: len(edges)]
    here, there = corridor_share([fraction, fraction + step], edges, shares)
    assert here <= there + 1e-12
    assert there - here <= max(shares) * step + 1e-9
    assert corridor_share(-fraction, edges, shares) == pytest.approx(-corridor_share(fraction, edges, shares))
    assert abs(here) <= abs(fraction) + 1e-12


@pytest.mark.parametrize(
    ("base", "gains", "losses"), [("shared", 2.0, 2.0), ("gross", 2.0, 2.0), ("gains", 2.0, 0.0)]
)
def test_sequestration_inside_a_band_that_shares_all(base, gains, losses):
    edges, shares = bands("global", "savings")
    taken = sequestered(
        [100.0, -100.0], [1000.0, 1000.0], rate=0.02, base=base, edges=edges, savings=shares, losses=shares
    )
    assert taken == pytest.approx([gains, losses])


def test_sequestration_of_gross_savings_beyond_the_first_band():
    # 25 % gross: 20.0 kept; 2 % of the gross is 0.5, half of which falls on the ACO.
    edges, shares = bands("global", "savings")
    taken = sequestered(250.0, 1000.0, rate=0.02, base="gross", edges=edges, savings=shares, losses=shares)
    assert taken == pytest.approx(2.5)


def test_nothing_is_shared_without_a_benchmark():
    edges, shares = bands("global", "savings")
    assert shared_amount([5.0], [0.0], edges=edges, savings=shares, losses=shares)[0] == 0.0


def test_each_band_needs_its_share():
    with pytest.raises(ValueError, match="shorter"):
        corridor_share(0.3, [0.0, 0.1, 0.2], [1.0, 0.5])


def test_savings_and_losses_of_cents_have_the_shares_of_millions():
    edges = [0.0, 0.1]
    for scale in (1e-6, 1e6):
        shared = shared_amount(
            np.array([20.0, 0.0, -20.0]) * scale,
            np.full(3, 100.0) * scale,
            edges=edges,
            savings=[0.5, 0.3],
            losses=[0.4, 0.2],
        )
        assert shared == pytest.approx(np.array([8.0, 0.0, -6.0]) * scale)


def test_stop_loss_pays_by_residual_in_two_bands():
    paid = stop_loss_payout(
        [10_000, 150_000, 500_000], 10_000, attachments=[100_000, 300_000], rates=[0.8, 0.9]
    )
    assert paid == pytest.approx([0.0, 0.8 * 40_000, 0.8 * 200_000 + 0.9 * 190_000])


def test_total_owed_nets_every_line():
    owed = total_owed(1000.0, enhanced_pcc=300.0, apo_true_up=-50.0, cara=20.0, high_performers=5.0)
    assert owed == pytest.approx(675.0)
    assert total_owed(1000.0) == 1000.0
    assert total_owed(1000.0, enhanced_pcc=300.0, repaid_share=0.5) == pytest.approx(850.0)


def test_guarantee_by_option():
    rules = load_rulebook("lead-py2027")
    assert financial_guarantee(1e6, rate=rules.number("guarantee.global")) == pytest.approx(40_000)
    assert financial_guarantee(1e6, rate=rules.number("guarantee.professional")) == pytest.approx(20_000)


@pytest.mark.parametrize(
    ("lag", "paid"), [(0, (2027, 12)), (1, (2028, 1)), (10, (2028, 10)), (12, (2028, 12)), (13, (2029, 1))]
)
def test_a_settlement_is_paid_so_many_months_after_the_years_end(lag, paid):
    assert payment_month(2027, lag=lag) == paid


def test_exit_in_the_last_month_is_an_exit_and_owes_its_share():
    settled = settlement_after_exit([-100.0, 80.0], [12, 12], notice_month=2, liable_share=0.25)
    assert settled.tolist() == [-25.0, 0.0]


def test_exit_by_february_owes_nothing_later_exit_owes_losses():
    settled = settlement_after_exit(
        [-100.0, -100.0, -100.0, 80.0, 80.0], [2, 3, 13, 6, 13], notice_month=2, liable_share=1.0
    )
    assert settled.tolist() == [0.0, -100.0, -100.0, 0.0, 80.0]
