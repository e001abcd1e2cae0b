"""Measures of who people are, each on a handful whose answer is plain."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest

from sim.calibration import measures, people
from sim.kernels.codes import N_CELLS, N_SUMS, Cell, Kind, Sum


def few(**columns):
    """Return a year of as many aged people as `columns` have values, without Medicaid, enrolled all of it."""
    n = len(next(iter(columns.values())))
    here = {
        "row": np.arange(n),
        "age": np.full(n, 70),
        "kind": np.full(n, Kind.AGED_NON_DUAL),
        "months": np.full(n, 12),
        "died": np.zeros(n, bool),
        "left": np.zeros(n, bool),
    }
    return SimpleNamespace(**{**here, **columns})


def test_new_cases_are_among_those_free_of_it():
    carried = np.array([0b01, 0b00, 0b00, 0b00], np.uint32)
    conditions = np.array([0b11, 0b01, 0b00, 0b00], np.uint32)
    found = people.incidence(few(carried=carried, conditions=conditions), 2)
    assert found == pytest.approx([1 / 3, 1 / 4])
    young = few(carried=carried, conditions=conditions, age=np.array([70, 60, 70, 70]))
    assert people.incidence(young, 2) == pytest.approx([0.0, 1 / 3])


def test_ages_and_deaths_go_by_months():
    lived = few(age=np.array([50, 67, 86, 95]), months=np.array([6, 12, 12, 6]))
    assert people.age_bands(lived) == pytest.approx([6 / 36, 12 / 36, 0, 0, 0, 18 / 36])
    lived.died = np.array([True, False, False, True])
    assert people.aged_deaths(lived) == pytest.approx(12 / 30)


def test_movers_are_held_against_stayers_of_their_score():
    n = 4000
    risk = np.repeat([0.5, 2.0], n // 2)
    spend = np.where(risk > 1.0, 300.0, 100.0)
    moved = np.arange(0, n // 2, 10)  # only people of the low score move
    spend[moved] = 80.0
    before = few(risk=risk, spend=spend)
    lived = SimpleNamespace(moved=moved, enrolled_before=n)
    assert people.movers_spending(before, lived) == pytest.approx(0.8)
    assert people.moves(lived) == pytest.approx(len(moved) / n)


def test_planned_stays_count_as_inpatient_use():
    sums = np.zeros((N_CELLS, N_SUMS), np.int64)
    sums[Cell.AD_CLAIMS, Sum.STAYS] = 3
    admitted = np.array([True, False, False, False])
    # One person of four was admitted, twice; one planned stay falls on the other three at three in four.
    lived = few(admitted=admitted, sums=sums, stays=2)
    assert people.inpatient_users(lived) == pytest.approx(0.25 + 0.25 * 0.75)


def test_high_needs_people_are_those_of_their_cells():
    sums = np.zeros((N_CELLS, N_SUMS), np.int64)
    sums[Cell.HN_CLAIMS, [Sum.PERSONS, Sum.DEATHS, Sum.MONTHS, Sum.SPEND]] = 10, 2, 100, 3000
    sums[Cell.AD_CLAIMS, [Sum.PERSONS, Sum.DEATHS, Sum.MONTHS, Sum.SPEND]] = 50, 1, 500, 5000
    lived = SimpleNamespace(sums=sums)
    assert people.high_needs_deaths(lived) == pytest.approx(0.2)
    assert people.high_needs_spending(lived) == pytest.approx(3.0)


def test_spending_by_number_of_conditions_and_by_rank():
    # Two forms of the first condition count once; who spends nothing shows none.
    lived = few(
        conditions=np.array([0b0000, 0b0011, 0b1111, 0b0100], np.uint32),
        spend=np.array([10.0, 20.0, 70.0, 0.0]),
        months=np.array([12, 12, 12, 6]),
    )
    months, spend = measures.by_number(lived, [0b0011, 0b0100, 0b1000])
    assert months.tolist() == [18, 12, 0, 12]
    assert spend.tolist() == [10, 20, 0, 70]
    people_share, spending_share = measures.by_conditions(
        np.array([18.0, 12, 0, 12, 0, 0, 3]), np.array([10.0, 20, 0, 70, 0, 0, 100])
    )
    assert people_share == pytest.approx(np.array([30, 12, 0, 3]) / 45)
    assert spending_share == pytest.approx([0.15, 0.35, 0.0, 0.5])
    # Of 42 months the first half is all 18 with none and a quarter of the 12 with one.
    ranked = measures.by_rank(months, spend, np.array([50.0, 50.0]))
    assert ranked == pytest.approx([0.15, 0.85])


def test_deaths_of_the_costliest_are_of_the_year_after():
    n = 40
    before = few(spend=np.arange(1.0, n + 1.0))
    lived = few(row=np.arange(n), died=np.isin(np.arange(n), [0, 30, 38, 39]))
    assert measures.deaths_after(before, lived) == pytest.approx([2 / 4, 3 / 10])
    before.died = np.arange(n) == 39  # who died in the year itself is not counted
    assert measures.deaths_after(before, lived)[0] < 2 / 4


def test_who_leaves_the_aco_is_counted_at_two_risks():
    n = 4000
    aco = np.where(np.arange(n) < 3600, 1, -1)
    risk = np.linspace(0.0, 4.0, n)
    before = few(aco=aco, risk=risk)
    after = few(aco=np.where((np.arange(n) % 4 == 0) & (risk > 3.0), -1, aco))
    # Of the aligned the 95th percentile has a score of 3.4, the median one of 1.8.
    assert people.leaving(before, after) == pytest.approx([0.0, 0.25], abs=0.01)
    moved = few(aco=np.where(np.arange(n) % 5 == 0, 2, aco))
    assert people.leaving(before, moved) == pytest.approx([0.2, 0.2], abs=0.01)


def test_no_spending_twice_is_among_those_enrolled_in_both_years():
    one = few(spend=np.array([0.0, 0.0, 0.0, 5.0]))
    two = few(spend=np.array([0.0, 3.0, 0.0, 0.0]), months=np.array([12, 12, 6, 12]))
    assert measures.none_again(one, two) == pytest.approx(0.5)
