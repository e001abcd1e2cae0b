"""Years that have been: what people cost and how many they are follows what was published."""

import numpy as np
import pytest

from sim.calibration.nation import live_nation
from sim.inputs.evidence import load_evidence
from sim.inputs.faults import InputError
from sim.kernels.codes import Kind
from sim.population.life_tables import death_probabilities
from sim.population.world import history_years
from sim.replicate import simulate
from sim.scenarios import Scenario

# CMS, Medicare Geographic Variation 2014-2024, national: payments per person, and millions of people, with
# Parts A and B in Original Medicare.
SPENDING = {2015: 9959, 2016: 10072, 2017: 10332, 2018: 10681, 2019: 11113, 2020: 10751, 2023: 12768}
PEOPLE = {2015: 33.55, 2016: 33.98, 2017: 33.73, 2018: 33.50, 2019: 33.17, 2020: 32.41}
YEARS = range(2015, 2021)
ALIKE = {
    "market.risk_spread": [0.0] * 4,
    "market.mix_spread": [0.0] * 4,
    "care.market_spread": [0.0] * 4,
    "trend.market": 0.0,
}

PAST = """
schema_version = 1
[study]
name = "past"
[horizon]
first_py = {first}
last_py = {last}
[[population.acos]]
name = "one"
entry = "renewing"
leadership = "physician"
market = "urban"
lives = 400
[arms.no_aco]
program = "none"
"""


@pytest.fixture(scope="module")
def lived():
    _, years = live_nation(load_evidence(ALIKE), 80_000, 4, 7, YEARS)
    return years


def test_spending_of_aged_people_without_medicaid_follows_the_published_path(lived):
    evidence = load_evidence()
    level = evidence.array("spending.level")[Kind.AGED_NON_DUAL] / SPENDING[2023]
    ratio = []
    for year in lived:
        mine = (year.kind == Kind.AGED_NON_DUAL) & year.assignable
        per_month = year.spend[mine].sum() / year.months[mine].sum()
        ratio.append(per_month / (level * SPENDING[year.year]))
    # The level is of spending cut off at the 99th percentile, which takes some 5 % off its mean.
    np.testing.assert_allclose(ratio, 1.05, atol=0.03)
    assert np.mean(ratio) == pytest.approx(1.05, abs=0.015)


def test_original_medicare_grows_and_shrinks_as_published(lived):
    people = np.array([year.months.sum() / 12 for year in lived])
    published = np.array([PEOPLE[year] for year in YEARS])
    np.testing.assert_allclose(people / people[0], published / published[0], atol=0.04)
    grown, known = people[1:] / people[:-1], published[1:] / published[:-1]
    np.testing.assert_allclose(grown, known, atol=0.016)


def test_the_first_year_holds_the_people_asked_for(lived):
    evidence = load_evidence()
    assert lived[0].assignable.sum() == pytest.approx(80_000 * evidence.number("care.assignable"), rel=0.05)


def test_every_year_that_can_be_lived_has_its_life_table_and_trend():
    evidence = load_evidence()
    tables = death_probabilities()
    for year in range(history_years(2013)[0], 2037):
        assert tables[year].shape == (2, 120)
        assert -0.05 < evidence.number("trend.national", year) < 0.1
    # SSA, period life tables of the 2020 Trustees Report: men of 65, women of 85.
    assert tables[2010][0, 65] == pytest.approx(0.0160)
    assert tables[2010][1, 85] == pytest.approx(0.076039)


@pytest.mark.parametrize("first", [2013, 2022, 2033])
def test_a_scenario_may_begin_in_any_year_from_2013_on(first):
    scenario = Scenario.from_toml(PAST.format(first=first, last=first + 1))
    results = simulate(scenario, 0)
    assert (results["person_months"].sum(axis=(1, 2)) > 0).all()
    assert (results["ffs_payments"] > 0).all()


def test_a_program_runs_only_in_years_that_its_rulebook_speaks_about():
    lead = PAST + '[arms.lead]\nprogram = "lead"'
    with pytest.raises(InputError, match="2015 to 2016 -> a year of the program's rulebooks, 2027 to 2036"):
        Scenario.from_toml(lead.format(first=2015, last=2016))
    with pytest.raises(InputError, match="must be at least 2013"):
        Scenario.from_toml(PAST.format(first=2012, last=2016))
