"""Lives hold together year after year: entering, leaving, dying, months, money, and sums that agree."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import history_years, newborn
from scipy import stats

from sim.kernels.codes import DUAL, N_CELLS, N_SUMS, RISK_UNIT, Status, Sum
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
        tally, number = born.live(people, year, born.untouched(), None, 1)
        years.append((year, before, copy_people(people), tally.care, number))
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


def test_nobody_in_original_medicare_sees_people_who_are_in_medicare_advantage(lived):
    for _, before, after, _, _ in lived:
        away = before.status == Status.ADVANTAGE
        for what in ("main_visits", "other_visits"):
            assert not getattr(after, f"last_{what}")[away].any()
            latest = getattr(before, f"last_{what}")[away]
            np.testing.assert_array_equal(getattr(after, f"older_{what}")[away], latest)
        for column in (after.event, after.admissions, after.snf_days):
            assert not column[away].any()
        assert (after.aligned[away] == -1).all()


def test_who_comes_back_is_aligned_only_by_visits_of_the_two_years_before(lived):
    returned = {1: [0, 0], 2: [0, 0]}
    for (_, first, _, _, _), (_, second, _, _, _), (_, third, after, _, _) in zip(
        lived, lived[1:], lived[2:], strict=False
    ):
        back = (third.status == Status.ENROLLED) & (second.status == Status.ADVANTAGE)
        for years, here in (
            (1, back & (first.status == Status.ENROLLED)),
            (2, back & (first.status == Status.ADVANTAGE)),
        ):
            returned[years][0] += int(here.sum())
            returned[years][1] += int((after.aligned[here] >= 0).sum())
    assert returned[2][0] > 100
    assert returned[2][1] == 0
    # Of the one year's visits those before the move count, as the older year.
    assert returned[1][0] > 30
    # But of those without usual primary care.
    assert 0.7 < returned[1][1] / returned[1][0] < 0.85


def test_passing_conditions_pass_in_medicare_advantage_too(born, lived):
    recoverable = born.health(born.first_py).conditions.recoverable
    shares = {}
    for _, before, after, _, _ in lived[5:]:
        stays = (before.status == Status.ADVANTAGE) & (after.status == Status.ADVANTAGE)
        passing = before.conditions[stays] & recoverable
        ended = passing & ~after.conditions[stays]
        for bit in (1 << k for k in range(32) if recoverable >> k & 1):
            had, gone = shares.get(bit, (0, 0))
            shares[bit] = (had + int((passing & bit > 0).sum()), gone + int((ended & bit > 0).sum()))
    recovery = born.disease.recovery
    tested = 0
    for bit, (had, gone) in shares.items():
        if had > 300:
            tested += 1
            chance = recovery[bit.bit_length() - 1]
            # A condition that ends may also begin again in the same year.
            assert gone <= stats.binom.ppf(0.9999, had, chance)
            assert gone > 0.6 * had * chance
    assert tested > 5


def test_medicaid_and_illness_bring_people_back(born, lived):
    dual, plain, ill, well = [], [], [], []
    for _, before, after, _, _ in lived[5:]:
        away = (before.status == Status.ADVANTAGE) & (after.status != Status.DEAD)
        back = after.status[away] == Status.ENROLLED
        medicaid = before.traits[away] & DUAL > 0
        many = np.array([int(mask).bit_count() for mask in before.conditions[away]]) >= 5
        dual += back[medicaid].tolist()
        plain += back[~medicaid].tolist()
        ill += back[~medicaid & many].tolist()
        well += back[~medicaid & ~many].tolist()
    assert np.mean(dual) > 2.0 * np.mean(plain)
    assert np.mean(ill) > 1.1 * np.mean(well)


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
        # Practices have more or fewer stays than are drawn of people.
        assert abs(planned) < 0.1 * sums[..., Sum.STAYS].sum()
        plain = sums[:, 0, Sum.CODED_RISK] / RISK_UNIT  # prospective: ours, not High Needs all year
        assert 0.5 < plain.sum() / sums[:, 0, Sum.MONTHS].sum() < 1.5
        # Claims miss conditions, so what is coded is less than what is true.
        assert (sums[..., Sum.CODED_RISK] <= sums[..., Sum.TRUE_RISK]).all()
        assert (sums[..., Sum.EVENT].sum(axis=1) <= sums[..., Sum.SPEND].sum(axis=1)).all()


def test_a_person_takes_few_bytes():
    assert sum(column.nbytes for column in make_people(1_000)) / 1_000 <= 120
