"""Capitation and advances: worked examples, and CMS's own rows."""

import csv
import gzip

import numpy as np
import pytest

from sim.policy import capitation as rules

FILE = "reach/reach_gpdc_results_PY2021_2022.csv.gz"
WHAT = "CMS, GPDC and ACO REACH Financial and Quality Results, PY2021 and PY2022"


@pytest.mark.parametrize(("base", "expected"), [("before_discount", 1000.0), ("after_discount", 970.0)])
def test_capitation_is_a_share_of_the_benchmark_before_or_after_the_discount(base, expected):
    assert rules.capitated_benchmark([1000.0], [970.0], base=base) == pytest.approx([expected])


# lead-rules 14.3: base 3.164 % -> 3.836 %, 7 % in all; base 5.5 % -> 2 %, where the floor binds.
@pytest.mark.parametrize(("base", "enhanced"), [(0.03164, 0.03836), (0.055, 0.02), (0.05, 0.02), (0.0, 0.07)])
def test_enhanced_primary_care_capitation_and_what_may_be_elected_of_it(base, enhanced):
    ceiling = rules.enhanced_ceiling([base], target=0.07, floor=0.02)
    assert ceiling == pytest.approx([enhanced])
    assert rules.enhanced_rate([1.0], ceiling) == pytest.approx([enhanced])
    assert rules.enhanced_rate([0.01], ceiling) == pytest.approx([0.01])


def test_rates_are_shares_of_look_back_claims():
    assert rules.claims_share([25.0, 0.0], [1000.0, 0.0]) == pytest.approx([0.025, 0.0])
    assert rules.leakage([40.0], [1000.0]) == pytest.approx([0.96])
    # 30 and 60 dollars of claims in 6 person-months, expected to grow by 10 and 20 %.
    pbpm = rules.advance_pbpm([[30.0, 60.0]], [[4.0, 2.0]], [[1.1, 1.2]])
    assert pbpm == pytest.approx([(33.0 + 72.0) / 6.0])
    assert rules.advance_pbpm([[30.0]], [[0.0]], [[1.0]]).tolist() == [0.0]


def test_a_years_payments_by_the_arithmetic_of_a_flat_benchmark():
    """B = 1,164 PBPM, 10,000 people, base 3 %, enhanced 4 %: 349,200 and 465,600 a month."""
    people, benchmark = np.full((1, 1, 12), 10_000.0), np.full((1, 1, 12), 1164.0)
    base = rules.monthly_payment([0.03], benchmark, people)
    enhanced = rules.monthly_payment([0.04], benchmark, people)
    assert base == pytest.approx(np.full((1, 12), 349_200.0))
    assert enhanced == pytest.approx(np.full((1, 12), 465_600.0))
    claims = 1e8
    assert rules.total_cost_of_care(claims, base_pcc=base.sum()) - claims == pytest.approx(4_190_400.0)
    assert enhanced.sum() == pytest.approx(5_587_200.0)
    assert rules.after_sequestration(base[0, 0], rate=0.02, taken=True) == pytest.approx(0.98 * 349_200)
    assert rules.after_sequestration(base[0, 0], rate=0.02, taken=False) == 349_200.0


def test_payments_add_cells_at_the_benchmark_in_force():
    benchmark = rules.benchmark_by_month(
        [[1000.0, 8000.0]], [[1040.0, 8000.0]], known=[0.0, 0.25, 0.5, 0.75], first_months=[6, 9, 12]
    )
    assert rules.vintage_in_force([6, 9, 12]).tolist() == [0] * 5 + [1] * 3 + [2] * 3 + [3]
    assert benchmark[0, 0].tolist() == [1000.0] * 5 + [1010.0] * 3 + [1020.0] * 3 + [1030.0]
    assert (benchmark[0, 1] == 8000.0).all()
    people = np.stack([np.arange(112.0, 100.0, -1.0), np.full(12, 10.0)])[None]
    known = rules.people_known(people, lag=1)
    assert known[0, 0].tolist() == [112.0, *np.arange(112.0, 101.0, -1.0)]
    assert rules.people_known(people, lag=0).tolist() == people.tolist()
    paid = rules.monthly_payment([0.1], benchmark, known)
    assert paid[0, 0] == pytest.approx(0.1 * (112 * 1000 + 10 * 8000))
    assert paid[0, 6] == pytest.approx(0.1 * (107 * 1010 + 10 * 8000))


def test_final_settlement_pays_what_is_due_beyond_what_was_paid():
    assert rules.true_up(np.array([120, 80]), np.array([100, 100])).tolist() == [20, -20]


# PY, ACO, claims, capitation, enhanced PCC, total cost of care: CMS's GPDC/ACO REACH results of PY2021-22.
IDENTITY = [
    (2021, "D0004", 70966454.47, 712430.9808, 4895102.1815, 71678885.4508),
    (2022, "D0067", 76526209.25, 2914607.32, 2649703.38, 79440816.59),
    (2022, "D0131", 18859872.54, 186160.89, 1465877.43, 19046033.42),
    (2022, "D0034", 538729619.3, 11077298.13, 25468151.42, 549806917.4),
    (2022, "D0020", 58350764.56, 38019477.33, 0.0, 96370241.89),
]


@pytest.mark.parametrize(("py", "aco", "claims", "capitation", "enhanced", "total"), IDENTITY)
def test_capitation_replaces_claims_and_enhanced_pcc_does_not(py, aco, claims, capitation, enhanced, total):
    assert rules.total_cost_of_care(claims, base_pcc=capitation) == pytest.approx(total, abs=0.06)
    assert enhanced == 0.0 or abs(claims + capitation + enhanced - total) > 1e6


def test_claims_that_apo_has_paid_before_stay_in_the_total():
    total = rules.total_cost_of_care([900], base_pcc=[20], npcc=[30], tcc=[0], apo_reductions=[100])
    assert total.tolist() == [1050]
    assert rules.total_cost_of_care(900.0) == 900.0


@pytest.mark.needs_data
def test_every_row_of_reach_adds_up(cms_file):
    with gzip.open(cms_file(FILE, WHAT), "rt") as text:
        rows = list(csv.DictReader(text))
    claims, capitation, total = (
        np.array([float(row[name]) for row in rows]) for name in ("clm_pmt", "cap_pmt", "tot_cost_care")
    )
    assert len(rows) == 152
    found = rules.total_cost_of_care(claims, base_pcc=capitation)
    np.testing.assert_allclose(found, total, rtol=4e-9, atol=0.0)
