"""Sums by enrollment type against plain Python over people, and where spending is cut off."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from little_world import world

from sim.kernels.codes import DUAL, FEMALE, ORIGINALLY_DISABLED, RISK_UNIT, Sum, TypeSum
from sim.population.truncation import by_type, truncation

YEAR = 2026  # the last that the world's people have lived
THRESHOLD = np.array([9_000_000, 2_000_000, 3_000_000, 1_500_000])


@cache
def sums(threads=1):
    made = world()
    practices = made.untouched()
    practices = practices._replace(coding=practices.coding * 1.02)
    return by_type(made.people, YEAR, practices, made.disease, made.n_markets, THRESHOLD, threads)


def kind_of(people, i):
    if people.cell[i] % 3 == 1:
        return 0
    if YEAR - people.birth_year[i] < 65:
        return 1
    return 2 if people.traits[i] & DUAL else 3


def test_sums_are_those_of_people_one_by_one():
    made = world()
    people, disease = made.people, made.disease
    expected = np.zeros_like(sums())
    for i in np.flatnonzero(people.months):
        months, cents, kind = int(people.months[i]), int(people.spend[i]), kind_of(people, i)
        trait, age = int(people.traits[i]), min(YEAR - int(people.birth_year[i]), 119)
        dual, young = int(trait & DUAL != 0), age < 65
        who = int(trait & FEMALE != 0) + 2 * int(trait & ORIGINALLY_DISABLED != 0 and not young)
        aligned = int(people.aligned[i])
        place = aligned if aligned >= 0 else made.n_practices + int(people.market[i])
        since = YEAR - int(people.entry_year[i])
        late = since == 0 or (since == 1 and people.entry_month[i] > 1)
        new = late and int(people.entry_year[i]) - int(people.birth_year[i]) <= 65
        coding = 1.02 if aligned >= 0 and not new else 1.0
        score = int(float(people.risk[i]) * coding * RISK_UNIT + 0.5)
        by_age = (
            disease.esrd_demographic[who + 4 * dual, age]
            if kind == 0
            else disease.demographic[2 * young + dual, who, age]
        )
        expected[place, kind] += [
            1,
            months,
            cents,
            min(cents, int(THRESHOLD[kind]) * months // 12),
            score * months,
            int(by_age * RISK_UNIT + 0.5) * months,
            months * dual,
            int(float(people.risk[i]) * RISK_UNIT + 0.5) * months,
        ]
    np.testing.assert_array_equal(sums(), expected)


def test_months_and_money_are_those_of_the_year():
    care = world().history[YEAR].care.sum(axis=(0, 1))
    total = sums().sum(axis=(0, 1))
    assert total[TypeSum.MONTHS] == care[Sum.MONTHS]
    assert total[TypeSum.SPEND] == care[Sum.SPEND]
    assert (sums()[..., TypeSum.TRUNCATED] <= sums()[..., TypeSum.SPEND]).all()
    assert total[TypeSum.TRUNCATED] < total[TypeSum.SPEND]


@pytest.mark.parametrize("threads", [2, 3])
def test_threads_change_nothing(threads):
    made = world()
    np.testing.assert_array_equal(sums(threads), sums())
    np.testing.assert_array_equal(
        truncation(made.people, YEAR, 0.99, threads), truncation(made.people, YEAR, 0.99)
    )


def test_spending_is_cut_off_at_the_percentile_of_assignable_people():
    people = world().people
    here = np.flatnonzero((people.months > 0) & (people.aligned >= 0))
    kinds = np.array([kind_of(people, i) for i in here])
    whole_year = people.spend[here].astype(np.int64) * 12 // people.months[here]
    found = truncation(people, YEAR, 0.99)
    for kind in range(4):
        values, months = whole_year[kinds == kind], people.months[here][kinds == kind].astype(float)
        assert found[kind] == np.quantile(values, 0.99, weights=months, method="inverted_cdf")
    assert (truncation(people, YEAR, 1.0) == [whole_year[kinds == kind].max() for kind in range(4)]).all()


def test_a_type_without_anybody_is_not_cut_off():
    people = world().people
    nobody = people._replace(aligned=np.full_like(people.aligned, -1))
    assert (truncation(nobody, YEAR, 0.99) > people.spend.max()).all()
