"""Stop-loss and guarantee: closed forms, and what holds for any numbers."""

import numpy as np
import pytest

from sim.policy.protection import called_and_owed, expected_of_person, neutral_share, stop_loss_charge
from sim.policy.settlement import stop_loss_payout


def test_a_person_is_expected_to_cost_the_benchmark_at_their_risk():
    # 1,000 USD a month at a mean score of 1.25: twice the score for 7 months costs 14,000 USD.
    assert expected_of_person(1000.0, 1.25, 2.5, 7) == pytest.approx(14_000.0)
    assert expected_of_person(1000.0, 1.25, 2.5, 0) == 0.0
    # A cell in which nobody has a score expects nothing of anybody, and nothing is NaN.
    assert expected_of_person(1000.0, 0.0, 2.5, 7) == 0.0
    assert expected_of_person(np.nan, 1.25, 2.5, 0) == 0.0


def test_over_all_people_of_a_cell_what_is_expected_adds_up_to_its_benchmark():
    rng = np.random.default_rng(4)
    score, months = rng.lognormal(size=500), rng.integers(1, 13, 500)
    mean = (score * months).sum() / months.sum()
    expected = expected_of_person(1234.5, mean, score, months)
    assert expected.sum() == pytest.approx(1234.5 * months.sum(), rel=1e-12)


def test_payout_by_hand():
    # Expected 14,000: up to 214,000 nothing; 60 % to 414,000; 80 % beyond.
    terms = {"attachments": [200_000, 400_000], "rates": [0.6, 0.8]}
    cost = np.array([5_000, 214_000, 214_001, 314_000, 414_000, 514_000])
    paid = stop_loss_payout(cost, 14_000.0, **terms)
    assert paid == pytest.approx([0, 0, 0.6, 60_000, 120_000, 200_000])


def test_the_neutral_share_pays_for_the_payouts():
    assert neutral_share([30.0, 0.0, 5.0], [1000.0, 500.0, 0.0]).tolist() == [0.03, 0.0, 0.0]


def test_charge_by_share_and_by_month():
    expected, months = np.array([1000.0, 0.0]), np.array([12.0, 4.0])
    assert stop_loss_charge([0.03, 0.5], 0.0, expected, months) == pytest.approx([30.0, 0.0])
    assert stop_loss_charge(0.0, 2.5, expected, months) == pytest.approx([30.0, 10.0])


@pytest.mark.parametrize(
    ("held", "due", "guarantee", "called", "debt"),
    [
        (100, 50, 30, 0, 0),
        (0, 50, 30, 0, 0),
        (-20, 50, 30, 20, 0),
        (-30, 50, 30, 30, 0),
        (-45, 50, 30, 30, 15),
        # Cash was gone before: only what is owed to Medicare is anybody else's.
        (-500, 50, 30, 30, 20),
        (-500, 0, 30, 0, 0),
        (-500, 50, 0, 0, 50),
    ],
)
def test_what_is_called_and_owed(held, due, guarantee, called, debt):
    found = called_and_owed(np.array([held]), np.array([due]), np.array([guarantee]))
    assert [int(one[0]) for one in found] == [called, debt]
