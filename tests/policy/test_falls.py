"""What is paid for a course of falls prevention."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.rulebook import load_rulebook
from sim.policy.falls import course_cost, home_modification


def test_published_limit_and_defaults():
    book = load_rulebook("lead-py2027")
    assert book.number("falls.modification_limit") == 2500
    assert book.word("falls.payer") == "aco"
    assert not book.flag("falls.counts_as_expenditure")
    home = home_modification(900.0, spread=0.0, limit=book.number("falls.modification_limit"))
    assert course_cost(10, payment=book.number("falls.payment"), modification=home) == 2200.0


@pytest.mark.parametrize("mean", [100.0, 900.0, 2500.0, 6000.0])
@pytest.mark.parametrize("spread", [0.3, 1.0, 2.5])
def test_mean_paid_is_that_of_draws_cut_off_at_the_limit(mean, spread):
    sigma = np.sqrt(np.log1p(spread**2))
    draws = mean * np.exp(np.random.default_rng(1).normal(-0.5 * sigma**2, sigma, 400_000))
    paid = np.minimum(draws, 2500.0)
    error = paid.std() / np.sqrt(len(paid))
    found = home_modification(mean, spread=spread, limit=2500.0)
    assert float(found) == pytest.approx(paid.mean(), abs=4.0 * error)


@given(st.floats(0.0, 1e5), st.floats(0.0, 5.0), st.floats(0.0, 1e4))
def test_never_more_than_the_limit_nor_the_mean(mean, spread, limit):
    found = float(home_modification(mean, spread=spread, limit=limit))
    assert -1e-9 <= found <= min(mean, limit) * (1.0 + 1e-9) + 1e-9


def test_one_value_an_aco():
    found = home_modification(np.array([0.0, 900.0]), spread=0.5, limit=2500.0)
    assert found.shape == (2,)
    assert found[0] == 0.0
