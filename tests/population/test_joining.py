"""Who comes to an ACO within a year, and that their months move and nothing is lost: by hand."""

from __future__ import annotations

import numpy as np
import pytest

from sim.kernels.codes import N_CELLS, N_SUMS, Cell, MonthSum, Sum
from sim.kernels.draws import Decision, make_key, uniforms
from sim.kernels.layout import make_people
from sim.kernels.tally import Asked, zeros
from sim.population.joining import Lists, came, moved

KEY = make_key(7, 0)
YEAR, MID_YEAR = 2030, 7
# Practices 0 and 1 are of a hybrid ACO, 2 of another, 3 joins the former within the year, 4 is of none.
LISTS = Lists(
    aco=np.array([0, 0, 1, -1, -1]), attested=np.array([0, 0, -1, -1, -1]), new=np.array([-1, -1, -1, 0, -1])
)
CODING = np.array([1.0, 1.0, 1.0, 1.1, 1.2])


def people(**columns):
    """Return people who are in Original Medicare all year, aligned to none, and what differs."""
    made = make_people(len(next(iter(columns.values()))))
    usual = {"months": 12, "aligned": -1, "attested": -1, "entry_year": 2020, "entry_month": 1}
    usual |= {"spend": 120_001, "risk": 1.5, "needy_risk": 2.0, "last_main_visits": 5, "birth_year": 1950}
    for name, value in (usual | columns).items():
        getattr(made, name)[:] = value
    return made


def attested_in(rows):
    return 1 + (uniforms(KEY, np.arange(rows), YEAR, Decision.ATTESTING)[:, 0] * 12).astype(int)


def test_those_come_whom_no_aco_had_and_who_attest_or_are_of_a_new_tin():
    aligned = np.array([-1, 4, 0, 2, 3, 3, 4])
    attested = np.array([1, 0, 1, 0, -1, 1, -1])
    found = came(people(aligned=aligned, attested=attested), YEAR, KEY, LISTS, MID_YEAR)
    month = attested_in(7) + 1
    starts = {0: (1, month[0]), 1: (0, month[1]), 4: (0, MID_YEAR), 5: (1, month[5])}
    if month[5] > MID_YEAR:
        starts[5] = (0, MID_YEAR)
    starts = {row: told for row, told in starts.items() if told[1] <= 12}
    assert found.rows.tolist() == list(starts)
    assert found.practice.tolist() == [practice for practice, _ in starts.values()]
    assert found.start.tolist() == [start for _, start in starts.values()]
    assert found.months.tolist() == [13 - start for _, start in starts.values()]
    assert [row for row, by_choice in zip(found.rows, found.voluntary, strict=True) if not by_choice] == [
        row for row, (_, start) in starts.items() if start == MID_YEAR and row in (4, 5)
    ]
    people_of, months = found.by_aco(LISTS.aco, 2)
    assert people_of.tolist() == [len(starts), 0]
    assert months.tolist() == [found.months.sum(), 0]


def test_attestations_are_spread_evenly_over_the_months_enrolled():
    n = 24_000
    entered = people(attested=np.zeros(n), entry_year=YEAR, entry_month=4, months=6)
    found = came(entered, YEAR, KEY, LISTS, MID_YEAR)
    assert found.start.min() == 5
    assert (found.start + found.months == 10).all()
    # A sixth attests in the last month and comes too late.
    share = np.bincount(found.start, minlength=10)[5:10] / n
    np.testing.assert_allclose(share, 1 / 6, atol=4 * np.sqrt(5 / 36 / n))


def test_nobody_comes_without_a_run_or_an_attestation():
    some = people(aligned=np.array([3, 3, 4]))
    assert came(some, YEAR, KEY, LISTS, MID_YEAR).rows.tolist() == [0, 1]
    assert came(some, YEAR, KEY, LISTS, 13.0).rows.tolist() == []


@pytest.mark.parametrize("monthly", [True, False])
def test_months_and_money_move_and_nothing_is_lost(monthly):
    """Three whom claims bring in July: all year, until September, and High Needs from May on."""
    born, spend = [1960, 1970, 1965], [1_205, 901, 1_200]
    some = people(
        aligned=np.full(3, 3), months=[12, 9, 12], late_months=[0, 0, 8], spend=spend, birth_year=born
    )
    found = came(some, YEAR, KEY, LISTS, MID_YEAR)
    assert found.months.tolist() == [6, 3, 6]
    assert found.late.tolist() == [0, 0, 6]
    tally = zeros(5, 1, Asked(monthly=(1,) * 5 if monthly else ()))
    tally.care[3, Cell.AD_CLAIMS, Sum.TRUE_RISK] = 3_000
    tally.care[3, Cell.AD_CLAIMS, Sum.CODED_RISK] = 2_000
    before = tally.care.copy()
    done = moved(tally, found, some, some, YEAR, CODING)
    np.testing.assert_array_equal(tally.care, before)
    change = done.care - before
    assert change.sum(axis=(0, 1)).tolist() == [0] * N_SUMS
    gained = change[0]
    assert gained[Cell.AD_CLAIMS, Sum.MONTHS] == 9
    assert gained[Cell.HN_CLAIMS, Sum.MONTHS] == 6
    assert gained[Cell.AD_CLAIMS, Sum.SPEND] == 602 + 300
    assert gained[Cell.HN_CLAIMS, Sum.SPEND] == 600
    assert gained[Cell.AD_CLAIMS, Sum.REFERENCE] == 602 + 300
    assert gained[Cell.AD_CLAIMS, Sum.CODED_RISK] == pytest.approx(1.65e6 * 9, rel=1e-6)
    assert gained[Cell.HN_CLAIMS, Sum.CODED_RISK] == pytest.approx(2.2e6 * 6, rel=1e-6)
    assert gained[Cell.AD_CLAIMS, Sum.TRUE_RISK] == pytest.approx(1.5 * 1.65e6 * 9, rel=1e-6)
    assert gained[Cell.AD_CLAIMS, Sum.PQEM_VISITS] == 2 + 1 + 2
    assert gained[Cell.AD_CLAIMS, Sum.YOUNG_MONTHS] == 3
    assert not gained[:, Sum.PERSONS].any()
    assert (change[3] == -gained).all()
    if monthly:
        # Those who come to an ACO were in none, of whose people nothing is counted by month.
        assert not done.monthly[1:].any()
        by_month = done.monthly[0]
        assert by_month.shape == (N_CELLS, 12, len(MonthSum))
        assert by_month[Cell.AD_CLAIMS, :, MonthSum.MONTHS].tolist() == [0] * 6 + [2] * 3 + [1] * 3
        assert by_month[Cell.HN_CLAIMS, :, MonthSum.MONTHS].tolist() == [0] * 6 + [1] * 6
        assert by_month[..., MonthSum.SPEND].sum(axis=1).tolist() == gained[:, Sum.SPEND].tolist()


def test_those_who_attest_come_to_voluntary_cells():
    some = people(attested=np.full(40, 1))
    found = came(some, YEAR, KEY, LISTS, MID_YEAR)
    done = moved(zeros(5, 1), found, some, some, YEAR, CODING)
    assert 20 < len(found.rows) < 40
    assert done.care[1, Cell.AD_VOLUNTARY, Sum.MONTHS] == found.months.sum()
    assert done.care[5, Cell.AD_CLAIMS, Sum.MONTHS] == -found.months.sum()
