"""Lives hold together year after year: entering, leaving, dying, months, money, and sums that agree."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import history_years, newborn
from scipy import stats

from sim.kernels.codes import N_CELLS, N_SUMS, RISK_UNIT, Status, Sum
from sim.kernels.layout import COLUMN_TYPES, FIXED_COLUMNS, copy_people, make_people

ROWS = 30_000


@pytest.fixture(scope="module")
def born():
    return newborn(ROWS)


@pytest.fixture(scope="module")
def lived(born):
    """Return (year, people before, people after, sums, number who lived) of every year."""
    people, years = copy_people(born.people), []
    for year in range(history_years(born.first_py)[0], born.last_py + 1):
        before = copy_people(people)
        sums, number = born.live(people, year, born.untouched(), None, 1)
        years.append((year, before, copy_people(people), sums, number))
    return years


def moved(before, after, source, target):
    return (before.status == source) & (after.status == target)


def test_nobody_has_entered_before_the_first_year(born):
    people = born.people
    assert not people.status.any()
    first = history_years(born.first_py)[0]
    assert people.entry_year.min() == first
    assert people.entry_year.max() == born.last_py
    assert (people.entry_month[people.entry_year == first] == 1).all()
    months = people.entry_month[people.entry_year > first]
    assert stats.chisquare(np.bincount(months, minlength=13)[1:]).pvalue > 0.001


def test_future_people_have_no_months_no_money_and_no_practice_aligned(lived):
    for year, before, after, _, _ in lived:
        future = before.entry_year > year
        for column in (after.status, after.months, after.spend, after.last_main_visits):
            assert not column[future].any()
        assert (after.aligned[future] == -1).all()
        assert (before.status[~future & (before.entry_year < year)] != Status.FUTURE).all()


def test_entrants_live_from_their_month_on(lived):
    for year, before, after, _, _ in lived:
        entering = before.entry_year == year
        assert (before.status[entering] == Status.FUTURE).all()
        stays = entering & (after.status == Status.ENROLLED)
        assert (after.months[stays] == 13 - after.entry_month[stays]).all()
        dies = entering & (after.status == Status.DEAD)
        assert (after.months[dies] <= 13 - after.entry_month[dies]).all()
        assert (stays | dies)[entering].all()
        assert (after.aligned[entering] == -1).all()


def test_the_dead_stay_dead_and_nothing_of_theirs_changes(lived):
    deaths = 0
    for _, before, after, _, _ in lived:
        dead = before.status == Status.DEAD
        deaths += int(dead.sum())
        assert (after.status[dead] == Status.DEAD).all()
        assert not after.months[dead].any()
        assert not after.spend[dead].any()
        for name in set(COLUMN_TYPES) - {"months", "spend"}:
            np.testing.assert_array_equal(getattr(after, name)[dead], getattr(before, name)[dead])
    assert deaths > 0


def test_months_follow_from_what_happened(lived):
    died, left = set(), set()
    for _, before, after, _, _ in lived:
        assert (after.months[moved(before, after, Status.ENROLLED, Status.ENROLLED)] == 12).all()
        assert not after.months[before.status == Status.ADVANTAGE].any()
        died |= set(after.months[moved(before, after, Status.ENROLLED, Status.DEAD)].tolist())
        left |= set(after.months[moved(before, after, Status.ENROLLED, Status.ADVANTAGE)].tolist())
    assert died == set(range(1, 13))
    assert left == set(range(12))


def test_people_come_back_from_medicare_advantage_for_a_next_year(lived):
    back = sum(int(moved(b, a, Status.ADVANTAGE, Status.ENROLLED).sum()) for _, b, a, _, _ in lived)
    away = sum(int((b.status == Status.ADVANTAGE).sum()) for _, b, _, _, _ in lived)
    assert 0.02 < back / away < 0.03


def test_money_and_care_only_in_months_enrolled(lived):
    for _, before, after, _, _ in lived:
        assert (after.spend >= 0).all()
        away = after.months == 0
        assert not after.spend[away].any()
        here = (before.status == Status.ENROLLED) | (before.entry_year == after.entry_year) & ~away
        nowhere = away & (before.status == Status.ENROLLED)
        assert not after.last_main_visits[nowhere].any()
        assert not after.last_other_visits[nowhere].any()
        assert not after.admissions[nowhere].any()
        assert ((after.admissions > 0) == (after.event > 0))[here].all()
        assert after.snf_days.max() <= 100
        assert ((after.snf_days == 0) | (after.admissions > 0)).all()


def test_a_usual_practice_is_one_of_the_market_and_other_visits_have_one(born, lived):
    for _, _, after, _, _ in lived:
        assert (after.practice >= 0).all()
        assert (after.practice < born.n_practices).all()
        assert ((after.last_other >= 0) == (after.last_other_visits > 0)).all()


def test_the_older_year_is_last_years_latest(lived):
    for _, before, after, _, _ in lived:
        here = before.status == Status.ENROLLED
        for what in ("main", "other", "main_visits", "other_visits"):
            latest = getattr(before, f"last_{what}")[here]
            np.testing.assert_array_equal(getattr(after, f"older_{what}")[here], latest)


def test_what_is_fixed_stays_and_high_needs_sticks(lived):
    for _, before, after, _, _ in lived:
        for name in FIXED_COLUMNS:
            np.testing.assert_array_equal(getattr(after, name), getattr(before, name))
        assert (after.high_needs >= before.high_needs).all()
        assert set(np.unique(after.cell[after.months > 0]).tolist()) == {0, 1, 2}


def test_sums_are_the_sums_of_the_columns(born, lived):
    for _, before, after, sums, number in lived:
        here = after.months > 0
        assert number == here.sum()
        place = np.where(after.aligned >= 0, after.aligned, born.n_practices + after.market)[here]
        expected = np.zeros((born.n_practices + born.n_markets, N_CELLS, N_SUMS))
        dies = (after.status == Status.DEAD) & (before.status != Status.DEAD)
        for kind, column in (
            (Sum.PERSONS, here),
            (Sum.MONTHS, after.months),
            (Sum.SPEND, after.spend),
            (Sum.REFERENCE, after.spend),
            (Sum.DEATHS, dies),
        ):
            np.add.at(expected[..., kind], (place, after.cell[here]), column[here].astype(np.int64))
            # Months and money after a High Needs criterion is met are in the High Needs cell.
            split = kind in {Sum.MONTHS, Sum.SPEND, Sum.REFERENCE}
            found, wanted = (
                (one[..., kind].sum(axis=1) if split else one[..., kind]) for one in (sums, expected)
            )
            np.testing.assert_array_equal(found, wanted)
        moved_on = sums[:, 2, Sum.MONTHS].sum() - expected[:, 2, Sum.MONTHS].sum()
        assert 0 < moved_on < 0.05 * sums[..., Sum.MONTHS].sum()
        planned = sums[..., Sum.STAYS].sum() - after.admissions[here].sum(dtype=np.int64)
        assert 0 <= planned < 0.1 * sums[..., Sum.STAYS].sum()
        plain = sums[:, 0, Sum.CODED_RISK] / RISK_UNIT  # prospective: ours, not High Needs all year
        assert 0.5 < plain.sum() / sums[:, 0, Sum.MONTHS].sum() < 1.5
        # Claims miss conditions, so what is coded is less than what is true.
        assert (sums[..., Sum.CODED_RISK] <= sums[..., Sum.TRUE_RISK]).all()
        assert (sums[..., Sum.EVENT].sum(axis=1) <= sums[..., Sum.SPEND].sum(axis=1)).all()


def test_a_person_takes_few_bytes():
    assert sum(column.nbytes for column in make_people(1_000)) / 1_000 <= 120
