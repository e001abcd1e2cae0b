"""Scores of people with under twelve months of Part B in the year before: those of new enrollees."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import newborn

from sim.kernels.codes import AGED_IN, DUAL, FEMALE, MONTHS_A_YEAR, ORIGINALLY_DISABLED, RISK_UNIT, Cell, Sum
from sim.kernels.enrolment import is_new_enrollee
from sim.kernels.layout import copy_people
from sim.population.scoring import published_factors
from sim.population.truncation import by_type

ROWS = 60_000
YEAR = 2027


@pytest.fixture(scope="module")
def made():
    world = newborn(ROWS)
    for year in range(world.first_lived, YEAR):
        world.live(world.people, year, world.untouched(), None, 2)
    return world


@pytest.fixture(scope="module")
def lived(made):
    """Return people after the year in which all practices code a tenth higher, and its sums."""
    people = copy_people(made.people)
    tally, _ = made.live(people, YEAR, coding(made, 1.1), None, 2)
    return people, tally


def coding(made, factor):
    return made.untouched()._replace(coding=np.full(made.n_practices, factor))


def with_under_twelve_months(made, people):
    """Return who came to Part B for the first time late last year or this year, by the calendar."""
    months = np.where(people.entry_year == YEAR - 1, 13 - people.entry_month.astype(int), MONTHS_A_YEAR)
    months[people.entry_year >= YEAR] = 0
    first_time = people.entry_year.astype(int) - people.birth_year <= AGED_IN
    return (months < MONTHS_A_YEAR) & first_time & (people.months > 0)


def segment(trait, age):
    """Return the name of a new enrollee's factor."""
    medicaid = "MCAID" if trait & DUAL else "NMCAID"
    origin = "ORIGDIS" if trait & ORIGINALLY_DISABLED and age >= AGED_IN else "NORIGDIS"
    sex = "F" if trait & FEMALE else "M"
    edges = [(0, "0_34"), (35, "35_44"), (45, "45_54"), (55, "55_59"), (60, "60_64")]
    band = str(age) if age >= AGED_IN else [name for first, name in edges if age >= first][-1]
    return f"NE_{medicaid}_{origin}_NE{sex}{band}"


def test_new_enrollees_have_the_published_factor_of_their_segment(made, lived):
    people, _ = lived
    new = with_under_twelve_months(made, people) & (people.cell % 3 != Cell.ESRD_CLAIMS)
    assert new.sum() > 1000
    factors = published_factors()
    expected = [
        factors["V28", segment(int(trait), YEAR - int(born))]
        for trait, born in zip(people.traits[new], people.birth_year[new], strict=True)
    ]
    np.testing.assert_allclose(people.risk[new], expected, rtol=1e-6)
    assert factors["V28", "NE_NMCAID_NORIGDIS_NEF65"] == 0.532


def test_with_twelve_months_and_back_from_medicare_advantage_diagnoses_count(made, lived):
    people, _ = lived
    here = people.months > 0
    january = here & (people.entry_year == YEAR - 1) & (people.entry_month == 1)
    back = here & (people.entry_year == YEAR - 1) & (people.entry_year - people.birth_year > AGED_IN)
    new = with_under_twelve_months(made, people)
    for others in (january & ~new, back):
        assert np.unique(people.risk[others]).size > 20
    assert np.unique(people.risk[new & (people.traits == 0)]).size < 12


@pytest.mark.parametrize(
    ("entered", "month", "born", "new"),
    [
        (2027, 1, 1962, True),
        (2026, 2, 1961, True),
        (2026, 1, 1961, False),
        (2025, 12, 1960, False),
        (2026, 6, 1950, False),
        (2026, 6, 1990, True),
    ],
)
def test_who_is_new(entered, month, born, new):
    assert is_new_enrollee(entered, month, born, YEAR) == new


def test_nobody_codes_a_new_enrollee_higher(made, lived):
    people, tally = lived
    plain = copy_people(made.people)
    as_told, _ = made.live(plain, YEAR, coding(made, 1.0), None, 2)
    n = made.n_practices
    aligned = (people.aligned >= 0) & (people.months > 0)
    prospective = tally.care[:n, Cell.AD_CLAIMS, Sum.CODED_RISK].sum()
    before = as_told.care[:n, Cell.AD_CLAIMS, Sum.CODED_RISK].sum()
    new = with_under_twelve_months(made, people) & aligned & (people.cell == Cell.AD_CLAIMS)
    # High Needs is met in the course of the year by too few of them to see.
    theirs = (people.risk[new].astype(float) * people.months[new]).sum() * RISK_UNIT
    assert 0.01 < theirs / before < 0.2
    assert prospective - before == pytest.approx(0.1 * (before - theirs), rel=0.005)
    limit = np.full(4, 10**15)
    types = [
        by_type(who, YEAR, coding(made, factor), made.disease, made.n_markets, limit)[:n, :, 4].sum()
        for who, factor in ((people, 1.1), (plain, 1.0))
    ]
    all_new = with_under_twelve_months(made, people) & aligned
    theirs = (people.risk[all_new].astype(float) * people.months[all_new]).sum() * RISK_UNIT
    assert types[0] - types[1] == pytest.approx(0.1 * (types[1] - theirs), rel=1e-4)
