"""Alignment and High Needs: small visit histories with known answers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.kernels.alignment import plurality
from sim.policy.alignment import NOBODY, aligned_entity, claims_aligned, first_month, medicaid_aligned
from sim.policy.high_needs import meets_criteria, months_with_status, status_by_check

RULE = {"weights": [1 / 3, 2 / 3], "primary_share": 0.10, "tie": "most_recent_visit"}


def align(*slots, **changed):
    """One person's slots: (entity, primary care?, older charges, newer charges, day of last visit)."""
    table = np.array(slots, dtype=float)[None]
    return claims_aligned(
        table[..., 2:4], table[..., 0].astype(int), table[..., 1] > 0, table[..., 4], **(RULE | changed)
    )[0]


def test_the_newer_year_weighs_double():
    assert align((1, True, 300, 0, 5), (2, True, 0, 160, 9)) == 2
    assert align((1, True, 300, 0, 5), (2, True, 0, 140, 9)) == 1
    assert align((1, True, 300, 0, 5), (2, True, 0, 160, 9), weights=[0.5, 0.5]) == 1


def test_participant_providers_of_an_aco_count_together():
    assert align((7, True, 0, 60, 1), (7, True, 0, 60, 2), (3, True, 0, 100, 9)) == 7


def test_only_primary_care_competes_from_a_tenth_of_charges():
    assert align((1, True, 0, 10, 1), (2, False, 0, 90, 9)) == 1
    assert align((1, True, 0, 9, 1), (2, False, 0, 91, 9)) == 2
    assert align((1, True, 0, 10, 1), (2, False, 0, 90, 9), primary_share=0.2) == 2


def test_a_tie_goes_to_the_most_recent_visit_or_by_switch_to_the_newer_year():
    slots = ((1, True, 0, 50, 3), (2, True, 100, 0, 9))
    assert align(*slots) == 2
    assert align(*slots, tie="newer_year_charges") == 1


def test_a_tie_counts_the_newer_charges_of_all_that_compete_for_an_aco_and_of_no_others():
    rule = {"tie": "newer_year_charges"}
    assert align((1, True, 20, 59, 1), (1, True, 0, 1, 2), (2, True, 0, 70, 9), **rule) == 2
    assert align((1, True, 20, 71, 1), (1, True, 0, 1, 2), (2, True, 24, 70, 9), **rule) == 1
    idle = (2, False, 0, 0, 0)
    assert align((1, True, 98, 1, 3), (2, True, 100, 0, 9), idle, idle, **rule) == 1


def test_specialists_align_who_has_no_primary_care_whatever_its_share():
    assert align((2, False, 0, 90, 9), primary_share=0.0) == 2
    assert align((1, True, 0, 1, 1), (2, False, 0, 90, 9), primary_share=0.0) == 1


def test_nobody_without_visits():
    assert align((1, True, 0, 0, 0), (2, False, 0, 0, 0)) == NOBODY


@given(st.integers(0, 2**32 - 1))
def test_the_order_of_visits_does_not_matter(seed):
    rng = np.random.default_rng(seed)
    slots = [
        (int(rng.integers(1, 4)), bool(rng.integers(2)), *rng.integers(0, 5, 2) * 30, day)
        for day in range(1, 6)
    ]
    assert align(*slots) == align(*[slots[n] for n in rng.permutation(5)])


def test_voluntary_comes_first_unless_switched():
    claims, voluntary = np.array([1, 1, -1, -1]), np.array([2, -1, 2, -1])
    chosen, by_choice = aligned_entity(claims, voluntary, precedence="voluntary")
    assert chosen.tolist() == [2, 1, 2, -1]
    assert by_choice.tolist() == [True, False, True, False]
    chosen, by_choice = aligned_entity(claims, voluntary, precedence="claims")
    assert chosen.tolist() == [1, 1, 2, -1]
    assert by_choice.tolist() == [False, False, True, False]


CLAIMS = np.array([True, False, False, False, False, True])
NEW_TIN = np.array([False, True, False, False, True, True])
ATTESTED = np.array([13, 13, 0, 4, 3, 12])


def test_prospective_alignment_changes_nobody_in_the_year():
    months = first_month(CLAIMS, NEW_TIN, ATTESTED, hybrid=False, mid_year_month=7)
    assert months.tolist() == [1, 13, 1, 13, 13, 1]


def test_hybrid_alignment_only_adds():
    months = first_month(CLAIMS, NEW_TIN, ATTESTED, hybrid=True, mid_year_month=7)
    assert months.tolist() == [1, 7, 1, 5, 4, 1]
    assert (months <= first_month(CLAIMS, NEW_TIN, ATTESTED, hybrid=False, mid_year_month=7)).all()


def test_the_medicaid_route_takes_unaligned_duals_when_on():
    yes, no = np.array([True]), np.array([False])
    assert medicaid_aligned(yes, yes, yes, yes, active=True)[0]
    assert not medicaid_aligned(yes, yes, yes, yes, active=False)[0]
    for lacking in range(4):
        person = [no if at == lacking else yes for at in range(4)]
        assert not medicaid_aligned(*person, active=True)[0]
    assert not medicaid_aligned(no, no, yes, yes, active=True)[0]
    assert not medicaid_aligned(no, no, no, yes, active=True)[0]


def qualifies(**person):
    plain = {
        "mobility": np.array([False]),
        "frailty": np.array([False]),
        "risk_score": 1.0,
        "esrd": np.array([False]),
        "unplanned_admissions": 0,
        "snf_days": 0,
        "home_health_days": 0,
    }
    limits = {
        "score_limits": [3.0, 0.35],
        "score_with_admissions": 2.0,
        "admissions_needed": 2,
        "snf_days_needed": 45,
        "home_health_days_needed": np.inf,
    }
    return bool(meets_criteria(**(plain | limits | person))[0])


@pytest.mark.parametrize(
    ("person", "expected"),
    [
        ({}, False),
        ({"mobility": np.array([True])}, True),
        ({"frailty": np.array([True])}, True),
        ({"risk_score": 3.0}, True),
        ({"risk_score": 2.99}, False),
        ({"risk_score": 0.35, "esrd": np.array([True])}, True),
        ({"risk_score": 2.0, "unplanned_admissions": 2}, True),
        ({"risk_score": 2.0, "unplanned_admissions": 1}, False),
        ({"risk_score": 1.9, "unplanned_admissions": 5}, False),
        ({"snf_days": 45}, True),
        ({"home_health_days": 120}, False),
        ({"home_health_days": 90, "home_health_days_needed": 90}, True),
        ({"home_health_days": 89, "home_health_days_needed": 90}, False),
    ],
)
def test_high_needs_criteria(person, expected):
    assert qualifies(**person) is expected


def test_high_needs_is_kept_once_found():
    met = np.array([[False, True, False, False], [False, False, False, False]])
    before = np.array([False, True])
    assert status_by_check(before, met, sticky=True).tolist() == [[False, True, True, True], [True] * 4]
    assert status_by_check(before, met, sticky=False).tolist() == met.tolist()
    assert months_with_status(met, months_between=3)[0].sum() == 3


def test_the_kernel_aligns_as_the_rule_does():
    # Weights 2 and 1 stand for 2/3 and 1/3 exactly, so that ties are ties in both.
    rng = np.random.default_rng(7)
    practices, visits = rng.integers(0, 4, (500, 4)), rng.integers(0, 4, (500, 4))
    charges = np.zeros((500, 4, 2))
    charges[:, :2, 1], charges[:, 2:, 0] = visits[:, :2], visits[:, 2:]
    by_rule = claims_aligned(
        charges,
        practices,
        np.ones((500, 4), bool),
        np.broadcast_to([4, 3, 2, 1], (500, 4)),
        **(RULE | {"weights": [1.0, 2.0]}),
    )
    by_kernel = [
        plurality(tuple(map(int, seen)), tuple(map(int, often)), 2.0, 1.0)
        for seen, often in zip(practices, visits, strict=True)
    ]
    assert by_rule.tolist() == by_kernel
