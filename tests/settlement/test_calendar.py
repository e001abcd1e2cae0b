"""Which years are lived: as far back as the earliest base year of any ACO in any arm."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import ACOS, STATED
from worlds import ARMS, NO_ACO, scenario_of

from sim.population.plan import plan_acos
from sim.population.world import history_years
from sim.settlement.calendar import (
    base_years_of,
    first_lived,
    mssp_agreements,
    remembered_years,
    truncation_percentile,
)
from sim.settlement.contracts import contracts_of
from sim.start import make_world


def made(**arms):
    return scenario_of(*ACOS, arms={**ARMS, **arms}, **STATED)


@pytest.mark.parametrize(
    ("arms", "first"),
    [
        ({}, 2019),
        ({"stay": {"program": "mssp"}}, 2019),
        # Base years from 2021 on look back on two years, and three more lead up to those.
        ({"stay": {"program": "mssp", "agreement_start": 2024}}, 2016),
        # The agreement of 2022 is followed by one of 2027.
        ({"stay": {"program": "mssp", "agreement_start": 2022}}, 2019),
        (
            {"stay": {"program": "lead", "acos": {"gamma": {"program": "mssp", "agreement_start": 2023}}}},
            2015,
        ),
        ({"late": {"program": "none", "since": {"2031": {"program": "mssp"}}}}, 2019),
    ],
)
def test_history_reaches_to_the_earliest_lookback(arms, first):
    scenario = made(**arms)
    plans = plan_acos(scenario)
    assert first_lived(scenario, plans) == first
    assert history_years(2027)[0] == 2019


def test_a_world_without_acos_is_as_old_as_any():
    """What leads up to three base years before the first performance year is lived all the same."""
    for first_py in (2027, 2030):
        alone = scenario_of(*ACOS, arms=NO_ACO, first_py=first_py, last_py=first_py + 2, **STATED)
        assert first_lived(alone, plan_acos(alone)) == first_py - 8


def test_nothing_is_lived_before_life_tables_and_trends_are_known():
    # 2016 is the first year whose base years are fully led up to; before, the burn-in gives way.
    assert [history_years(first)[0] for first in (2013, 2014, 2016, 2017)] == [2008, 2008, 2008, 2009]


def test_a_longer_history_is_lived_and_kept():
    scenario = made(stay={"program": "mssp", "agreement_start": 2024})
    world = make_world(scenario, 0)
    assert sorted(world.history) == list(range(2021, 2027))
    assert all(tally.types.sum() > 0 for tally in world.history.values())
    assert sorted(world.truncation) == list(range(2021, 2027))
    usual = make_world(made(), 0)
    assert sorted(usual.history) == [2024, 2025, 2026]
    assert usual.history[2026].types.size == 0
    assert not usual.truncation


def test_types_are_looked_at_only_for_the_shared_savings_program():
    assert truncation_percentile(made()) is None
    assert truncation_percentile(made(stay={"program": "mssp"})) == 0.99
    late = {"program": "lead", "acos": {"beta": {"since": {"2036": {"program": "mssp"}}}}}
    assert truncation_percentile(made(late=late)) == 0.99


def test_base_years_by_program():
    scenario = made(
        mixed={
            "program": "lead",
            "acos": {"beta": {"program": "mssp"}, "gamma": {"since": {"2030": {"program": "mssp"}}}},
        }
    )
    plans = plan_acos(scenario)

    def base(year):
        return base_years_of(scenario, "mixed", contracts_of(scenario, "mixed", plans, year), year)

    assert base(2029) == {2024, 2025, 2026}
    assert base(2030) == {2024, 2025, 2026, 2027, 2028, 2029}
    assert base(2032) == {2024, 2025, 2026, 2027, 2028, 2029, 2030, 2031}


def test_base_years_of_reach_count_where_only_some_are_in_it():
    scenario = scenario_of(
        *ACOS,
        arms={**NO_ACO, "some": {"program": "none", "acos": {"beta": {"program": "reach"}}}},
        first_py=2024,
        last_py=2025,
        **STATED,
    )
    plans = plan_acos(scenario)
    held = contracts_of(scenario, "some", plans, 2024)
    assert base_years_of(scenario, "some", held, 2024) == {2017, 2018, 2019}
    assert base_years_of(scenario, "no_aco", contracts_of(scenario, "no_aco", plans, 2024), 2024) == set()
    assert remembered_years(scenario, "some", plans) == set()


def test_only_base_years_of_lead_are_remembered_person_by_person():
    scenario = made(
        mixed={
            "program": "mssp",
            "acos": {"beta": {"program": "lead"}, "gamma": {"since": {"2030": {"program": "lead"}}}},
        }
    )
    plans = plan_acos(scenario)
    assert remembered_years(scenario, "mixed", plans) == {2024, 2025, 2026, 2027, 2028, 2029}
    assert remembered_years(scenario, "no_aco", plans) == set()


def test_agreements_follow_one_another():
    scenario = made(stay={"program": "mssp", "acos": {"beta": {"agreement_start": 2025}}})
    plans = plan_acos(scenario)
    rules = scenario.rulebook("stay", "mssp")
    for year, starts, numbers in (
        (2027, [2027, 2025, 2027], [2, 1, 1]),
        (2030, [2027, 2030, 2027], [2, 2, 1]),
        (2036, [2032, 2035, 2032], [3, 3, 2]),
    ):
        start, number = mssp_agreements(contracts_of(scenario, "stay", plans, year), year, rules)
        np.testing.assert_array_equal(start, starts)
        np.testing.assert_array_equal(number, numbers)
