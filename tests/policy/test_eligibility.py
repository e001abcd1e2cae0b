"""ACO types, minimums, buffer and overlap."""

import numpy as np

from sim.policy.baseline import net_expenditure
from sim.policy.efficiency import prorated_prior_savings
from sim.policy.eligibility import (
    by_type,
    is_high_needs_aco,
    is_newly_entering,
    may_continue,
    meets_base_year_minimum,
    on_glide_path,
    without_overlap,
)


def test_newly_entering_is_small_in_every_base_year():
    assert is_newly_entering([[2999, 0, 100], [0, 0, 3000]], below=3000).tolist() == [True, False]


def test_high_needs_share_in_both_readings():
    counts = ([40, 41, 30], [10, 0, 15], [100, 100, 100])
    assert is_high_needs_aco(*counts, share=0.4, test="above", counts="high_needs").tolist() == [
        False,
        True,
        False,
    ]
    assert is_high_needs_aco(*counts, share=0.4, test="at_or_above", counts="high_needs").tolist() == [
        True,
        True,
        False,
    ]
    assert is_high_needs_aco(*counts, share=0.4, test="above", counts="high_needs_or_esrd").all()


def test_an_aco_without_people_is_not_a_high_needs_aco():
    for counts in ("high_needs", "high_needs_or_esrd"):
        assert not is_high_needs_aco([0], [0], [0], share=0.4, test="above", counts=counts)[0]


def test_minimums_by_type():
    minimum = by_type(
        np.array([True, True, False, False]),
        np.array([True, False, True, False]),
        standard=5000,
        high_needs=800,
        new=1000,
    )
    assert minimum.tolist() == [800, 800, 1000, 5000]


def test_an_aco_starts_with_enough_people_by_claims_in_one_base_year():
    starts = meets_base_year_minimum(
        [[0, 0, 3000], [3000, 3000, 3000], [2999, 2999, 2999]], np.full(3, 3000.0)
    )
    assert starts.tolist() == [True, True, False]


def test_a_glide_path_rises_with_an_acos_years_and_never_falls_below_the_minimum():
    path, year = [1000, 1200, 2000, 3000], np.array([0, 1, 2, 3, 4, 9])
    assert on_glide_path(1000.0, path, year).tolist() == [1000, 1000, 1200, 2000, 3000, 3000]
    assert on_glide_path(1500.0, path, year).tolist() == [1500, 1500, 1500, 2000, 3000, 3000]


def test_the_buffer_saves_an_aco_once():
    stays, uses = may_continue(
        [5000, 4500, 4500, 4499], np.full(4, 5000.0), np.array([0, 0, 1, 0]), buffer=0.10, allowed_uses=1
    )
    assert stays.tolist() == [True, True, False, False]
    assert uses.tolist() == [0, 1, 1, 0]


def test_a_tin_in_an_excluded_model_may_not_join():
    other = np.array([[True, False], [False, True], [False, False]])
    assert without_overlap(other, np.array([True, False])).tolist() == [False, True, True]


def test_net_expenditure_leaves_out_suspect_billing_and_skin_substitutes():
    assert net_expenditure(1000.0, 12.0, 20.0, sahs_share=1.0, skin_share=0.65) == 975.0


def test_prior_savings_are_prorated_for_growth_and_losses_net_in():
    mean = prorated_prior_savings([[60.0, 30.0, -30.0]], [[5000, 10_000, 20_000]], [10_000])
    assert mean[0] == (60 * 0.5 + 30 - 30) / 3
