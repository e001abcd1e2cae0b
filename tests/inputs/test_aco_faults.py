"""What an ACO may state of itself: units, bounds, and sums that no single value shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from worlds import aco, text_of

from sim.inputs.faults import InputError
from sim.population.plan import plan_acos
from sim.scenarios import Scenario

README = Path(__file__).resolve().parents[2] / "README.md"


def faults_of(*acos) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        Scenario.from_toml(text_of(*acos))
    return {fault.key: str(fault) for fault in caught.value.faults}


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("mix", {"esrd": "101 %"}, "mix.esrd: = '101 %' -> must be at most 1"),
        ("mix", {"disabld": 0.1}, "did you mean 'disabled'?"),
        ("mix", 0.3, "must be a table"),
        ("mix", {"disabled": "70 %", "aged_dual": "40 %"}, "adds up to 110 % -> must be 100 %"),
        ("mix", {"esrd": 0.1, "disabled": 0.1, "aged_dual": 0.1, "aged_non_dual": 0.1}, "adds up to 40 %"),
        ("spending", {"esrd": 0}, "must be at least 0.2"),
        ("spending", {"esrd": "5 USD"}, "is in USD"),
        ("risk", {"esrd": 3}, "must be at most 1.8"),
        ("effect", "-40 %", "must be at least -0.25"),
        ("effect_scale", -1, "must be at least 0"),
        ("fixed_cost", "-1 USD/year", "must be at least 0"),
        ("fixed_cost", "1 million USD", "is in USD; allowed: a number in 'USD/year'"),
        ("cost_per_person", "12 USD/year", "is in USD/year; allowed: a number in 'USD/month'"),
        ("market_share", 0, "must be at least 0.0001"),
        ("market_share", "140 %", "must be at most 1"),
    ],
)
def test_a_value_out_of_place_is_told(key, value, words):
    ((place, said),) = faults_of(aco("a", 500, **{key: value})).items()
    assert place.startswith(f"population.acos[0].{key}") or place == f"population.acos.a.{key}"
    assert words in said


def test_a_region_holds_its_acos():
    east = {"region": "east", "market_share": "60 %"}
    found = faults_of(aco("a", 500, **east), aco("b", 500, **east))
    assert "a, b would hold 120 %" in found["population.acos.market_share"]
    found = faults_of(aco("a", 500, **east), aco("b", 900, region="east"))
    assert "a, b would hold 168 %" in found["population.acos.market_share"]
    assert Scenario.from_toml(text_of(aco("a", 500, **east), aco("b", 300, region="east")))


def test_what_is_stated_reaches_the_plan_and_the_resolved_text():
    stated = {
        "mix": {"aged_dual": "30 %"},
        "spending": {"esrd": 1.2},
        "risk": {"disabled": 0.9},
        "effect": "-4 %",
        "effect_scale": 0.5,
        "fixed_cost": "1.2 million USD/year",
        "cost_per_person": "12 USD PBPM",
        "market_share": "8 %",
    }
    scenario = Scenario.from_toml(text_of(aco("a", 500, **stated)))
    (plan,) = plan_acos(Scenario.from_toml(scenario.to_toml()))
    assert (plan.effect, plan.effect_scale, plan.market_share) == (-0.04, 0.5, 0.08)
    assert (plan.fixed_cost, plan.cost_per_person) == (1.2e6, 12.0)
    assert (plan.mix[2], plan.spend[0], plan.risk[1]) == (0.3, 1.2, 0.9)
    assert plan.mix[0] != plan.mix[0]  # NaN: drawn
    assert plan == plan_acos(scenario)[0]


def test_the_hash_sees_what_an_aco_states():
    plain = Scenario.from_toml(text_of(aco("a", 500)))
    assert plain.replace({"population.acos.a.effect": "-4 %"}).hash != plain.hash
    assert plain.replace({"population.acos.a.mix.esrd": "2 %"}).population.synthetic[0].mix.esrd == 0.02


# What README leaves to `leadsim explain population.acos`.
NOT_SHOWN = {"high_needs_share", "effect_scale", "region", "partner_state"}


def test_the_readmes_example_is_sound():
    example = re.search(
        r"```toml\n(\[\[population\.acos\]\].*?)```", README.read_text(encoding="utf-8"), re.DOTALL
    )
    assert example
    bare = "schema_version = 1\nstudy.name = 'x'\narms.no_aco.program = 'none'\n"
    (told,) = Scenario.from_toml(bare + example[1]).population.synthetic
    assert None not in told.model_dump(exclude=NOT_SHOWN).values()
