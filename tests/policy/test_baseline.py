"""Base years in cases small enough to work out by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.policy.baseline import (
    base_year_weights,
    fill_unknown,
    historical_pbpm,
    limit_voluntary,
    net_expenditure,
    reference_risk,
)

KNOWN = np.ones((1, 6), bool)


def test_excluded_shares_are_taken_off():
    assert net_expenditure(1_000.0, 100.0, 50.0, sahs_share=1.0, skin_share=0.65) == 867.5
    assert net_expenditure(1_000.0, 100.0, 50.0, sahs_share=0.5, skin_share=0.0) == 950.0


def test_the_weight_of_an_empty_base_year_goes_to_the_others():
    months = np.array([[[5.0, 0.0, 5.0], [0.5, 1.0, 2.0], [0.0, 0.0, 0.0]]])
    new = np.array([[False]])[:, 0]
    weights = base_year_weights(months, new, np.array([0.1, 0.3, 0.6]), np.array([1.0, 0.0, 0.0]))
    expected = [[0.1 / 0.7, 0.0, 0.6 / 0.7], [0.1, 0.3, 0.6], [0.0, 0.0, 0.0]]
    np.testing.assert_allclose(weights[0], expected)
    entering = base_year_weights(months, ~new, np.array([0.1, 0.3, 0.6]), np.array([0.2, 0.2, 0.6]))
    np.testing.assert_allclose(entering[0, 1], [0.2, 0.2, 0.6])


def test_history_is_stated_at_the_risk_of_the_latest_base_year_with_people():
    months = np.array([[[0.5, 0.5, 0.5], [3.0, 4.0, 0.0], [0.0, 0.0, 0.0], [2.0, 1.0, 1.0], [1.0, 0.0, 0.0]]])
    risk = np.array([[[1.1, 1.2, 1.3], [0.8, 0.9, 5.0], [7.0, 7.0, 7.0], [0.9, 0.5, 0.0], [0.7, 0.0, 0.0]]])
    found, known = reference_risk(risk, months)
    assert found[0].tolist() == [1.3, 0.9, 1.0, 0.5, 0.7]
    assert known[0].tolist() == [True, True, False, True, True]


def test_history_counts_no_year_without_people():
    pbpm = np.array([[[100.0, 200.0, 330.0], [50.0, 60.0, 80.0]]])
    months = np.array([[[1.0, 1.0, 0.5], [1.0, 0.0, 1.0]]])
    risk = np.array([[[1.0, 2.0, 1.1], [1.0, 0.0, 0.5]]])
    trend = np.array([[[1.2, 1.1, 1.0], [1.0, 9.0, 1.0]]])
    weights = np.array([[[0.2, 0.3, 0.5], [0.4, 0.0, 0.6]]])
    found = historical_pbpm(pbpm, risk, months, trend, weights)
    np.testing.assert_allclose(found, [[0.2 * 120 + 0.3 * 110 + 0.5 * 300, 0.4 * 50 + 0.6 * 160]])


@pytest.mark.parametrize(
    ("voluntary", "held"), [(85.0, 90.0), (90.0, 90.0), (95.0, 95.0), (110.0, 110.0), (140.0, 110.0)]
)
def test_a_voluntary_cell_is_held_on_both_sides_of_the_claims_cell(voluntary, held):
    history = np.array([[100.0, 50.0, 300.0, voluntary, 50.0, 300.0]])
    found, limited = limit_voluntary(history, KNOWN, 0.10)
    np.testing.assert_allclose(found, [[100.0, 50.0, 300.0, held, 50.0, 300.0]])
    assert limited[0].tolist() == [False] * 3 + [voluntary != held, False, False]


@pytest.mark.parametrize("unknown", [0, 3])
def test_a_voluntary_cell_is_free_where_either_cell_has_no_history(unknown):
    known = KNOWN.copy()
    known[0, unknown] = False
    history = np.array([[100.0, 50.0, 300.0, 140.0, 50.0, 300.0]])
    found, limited = limit_voluntary(history, known, 0.10)
    assert found.tolist() == history.tolist()
    assert not limited.any()


def test_a_cell_without_history_takes_the_regions_and_a_voluntary_one_the_claims_cells():
    own = np.array([[100.0, 0.0, 300.0, 0.0, 0.0, 290.0]])
    known = np.array([[True, False, True, False, False, True]])
    region = np.array([[111.0, 222.0, 333.0, 444.0, 555.0, 666.0]])
    found = fill_unknown(own, known, region)
    # Aged & Disabled: the claims cell's own; ESRD: the region's claims rate, in both cells.
    assert found[0].tolist() == [100.0, 222.0, 300.0, 100.0, 222.0, 290.0]


def test_a_base_year_without_months_adds_nothing_to_the_history() -> None:
    pbpm, risk = np.array([[[700.0, 900.0, 1000.0]]]), np.ones((1, 1, 3))
    trend, weights = np.ones((1, 1, 3)), np.array([[[0.1, 0.3, 0.6]]])
    months = np.array([[[0.0, 12.0, 12.0]]])
    found = historical_pbpm(pbpm, risk, months, trend, weights)
    assert found[0, 0] == pytest.approx(0.3 * 900.0 + 0.6 * 1000.0, rel=1e-12)
