"""Claims lag: the anchors it was fitted to, and what is known of a year before all is paid."""

import numpy as np
import pytest

from sim.inputs.evidence import load_evidence
from sim.inputs.rulebook import load_rulebook
from sim.policy.claims_lag import claims_known, completion_factor, paid_by, payment_months

CURVE = load_evidence().array("cash.claims_paid")
WEIGHTS = load_evidence().array("cash.month_weights")


@pytest.mark.parametrize(
    ("months", "run_out", "factor"),
    [(12, 3, 1.0137), (5, 2, 1.042), (3, 0, 1.50), (12, 0, 1.107)],
    ids=["a year and three months", "January to May through July", "a quarter", "a year"],
)
def test_the_curve_completes_as_its_anchors_do(months, run_out, factor):
    assert completion_factor(np.ones(months), CURVE, run_out=run_out) == pytest.approx(factor, abs=0.0006)


def test_provisional_settlement_completes_a_year_as_the_curve_does():
    stated = load_rulebook("lead-py2027").number("calendar.completion", 2027)
    assert completion_factor(np.ones(12), CURVE, run_out=0) == pytest.approx(stated, abs=0.0005)


def test_months_with_more_claims_count_for_more():
    # Of 1 and 3 dollars all and half are paid.
    assert completion_factor([1.0, 3.0], [0.5, 1.0], run_out=0) == pytest.approx(4.0 / 2.5)


def test_the_year_begins_a_little_lower():
    assert WEIGHTS.sum() == pytest.approx(12.0)
    assert WEIGHTS[:5].mean() == pytest.approx(1 / 1.018, abs=0.0005)


def test_what_is_paid_by_when():
    assert paid_by([0.5, 0.9], [-1, 0, 1, 2, 30]).tolist() == [0.0, 0.5, 0.9, 1.0, 1.0]


def test_claims_are_paid_once():
    by_service = np.zeros((2, 12))
    by_service[0, 0], by_service[1] = 100.0, 12.0
    paid = payment_months(by_service, [0.5, 0.9])
    assert paid.shape == (2, 14)
    assert paid[0] == pytest.approx([50.0, 40.0, 10.0, *[0.0] * 11])
    assert paid.sum(axis=-1) == pytest.approx([100.0, 144.0])
    assert paid[1, 5] == pytest.approx(12.0)
    assert paid[1, 12:] == pytest.approx([12 * 0.5, 12 * 0.1])


def test_a_part_of_the_year_is_scaled_to_the_whole():
    by_service = np.arange(1.0, 13.0)
    assert claims_known(by_service, [1.0], months_known=12, completion=1.0) == pytest.approx(78.0)
    assert claims_known(by_service, [1.0], months_known=6, completion=1.1) == pytest.approx(42.0 * 1.1)
    whole = claims_known(np.ones(12), CURVE, months_known=12, completion=1.107)
    assert whole == pytest.approx(12.0, rel=1e-3)
