"""``leadsim explain`` of scenario keys: each key itself, whoever's it is, and a scenario's values of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import ARMS, aco, text_of

from sim.cli import run_command
from sim.cli.explain import explain_key
from sim.inputs.scenario_acos import Aco, Mix, Risk, Spending
from sim.inputs.scenario_arms import Arm, ChangingTerms, Terms
from sim.inputs.scenario_schema import Horizon, Population, Program, Study
from sim.scenarios import Scenario

TERMS = {"since": {"2030": {"program": "mssp"}}}
TEXT = text_of(
    aco("alpha", 500),
    aco("beta", "600 people", region="east"),
    arms={**ARMS, "mixed": {"program": "lead", "acos": {"beta": TERMS}}},
)
KEYS = [
    f"{table}.{name}"
    for table, model in {
        "study": Study,
        "horizon": Horizon,
        "population": Population,
        "population.acos": Aco,
        "population.acos.alpha": Aco,
        "population.acos[0]": Aco,
        "population.acos.mix": Mix,
        "population.acos.alpha.spending": Spending,
        "population.acos[0].risk": Risk,
        "program": Program,
        "arms": Arm,
        "arms.mine": Arm,
        "arms.mine.acos": ChangingTerms,
        "arms.mine.acos.alpha": ChangingTerms,
        "arms.acos": ChangingTerms,
        "arms.since": Terms,
        "arms.mine.since.2030": Terms,
        "arms.mine.acos.alpha.since": Terms,
    }.items()
    for name in model.model_fields
]
HOLD_OTHERS = ("acos", "since", "mix", "spending", "risk", "cara", "benefits", "behaviour", "precision")


def rows_of(key: str, scenario: Scenario | None = None) -> dict[str, str]:
    ((_, rows),) = explain_key(key, scenario)
    return dict(rows)


@pytest.mark.parametrize("key", KEYS)
def test_every_key_says_meaning_type_and_default_and_none_but_its_own_children(key: str) -> None:
    rows = rows_of(key)
    assert {"meaning", "type", "default"} <= set(rows)
    children = [label for label in rows if "." in label]
    assert all(child.startswith((f"{key}.", "program.lead")) for child in children)
    assert bool(children) == (key.rpartition(".")[2] in HOLD_OTHERS or key == "program.values")


@pytest.mark.parametrize("key", ["population.acos", "population.acos.alpha", "population.acos[0]"])
def test_an_aco_lists_its_keys(key: str) -> None:
    assert {label.rpartition(".")[2] for label in rows_of(key) if "." in label} == set(Aco.model_fields)


@pytest.mark.parametrize(
    ("key", "type_", "bounds"),
    [
        ("lives", "a number of people", "1 <= value <= 70,000,000"),
        ("fixed_cost", "dollars a year, such as 1.2 million USD/year", "0 <= value <= 1,000,000,000"),
        ("cost_per_person", "dollars a month, such as 12 USD/month", "0 <= value <= 100,000"),
        ("effect", "a number, or a percentage such as 5 %", "-0.25 <= value <= 0.25"),
        ("mix.esrd", "a number, or a percentage such as 5 %", "0 <= value <= 1"),
    ],
)
def test_quantities_have_their_unit_and_bounds(key: str, type_: str, bounds: str) -> None:
    rows = rows_of(f"population.acos.{key}")
    assert (rows["type"], rows["bounds"]) == (type_, bounds)


def test_a_misspelt_key_of_an_aco_names_the_nearest(capsys: pytest.CaptureFixture[str]) -> None:
    for key in ("population.acos.livs", "population.acos.alpha.livs", "population.acos[0].livs"):
        assert run_command(["explain", key]) == 2
        assert "did you mean 'lives'?" in capsys.readouterr().err


def test_with_a_scenario_each_aco_and_arm_has_its_value() -> None:
    scenario = Scenario.from_toml(TEXT)
    rows = rows_of("population.acos.lives", scenario)
    assert (rows["value alpha"], rows["value beta"]) == ("500", "600")
    rows = rows_of("arms.risk_option", scenario)
    assert (rows["value no_aco"], rows["value lead_professional"]) == ("nothing", "professional")
    assert rows_of("arms.acos.since.program", scenario)["value mixed beta 2030"] == "mssp"
    payments = rows_of("arms.payments", scenario)
    assert (payments["type"], payments["choices"]) == ("a list", "pcc, tcc, npcc, apo")


def test_an_aco_goes_by_its_name(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "s.toml"
    path.write_text(TEXT)
    changed = Scenario.load(path, ["population.acos.beta.lives=700"])
    rows = rows_of("population.acos.beta.lives", changed)
    assert (rows["value"], rows["stated in"]) == ("700", "--set")
    assert rows["displaced"] == f"600 people from {path}"
    assert rows_of('population.acos."beta".region', changed)["value"] == "east"
    assert rows_of("population.acos.alpha.region", changed)["stated in"] == "nowhere: the default"
    assert run_command(["explain", "population.acos.bata.lives", "--scenario", str(path)]) == 2
    assert "did you mean 'beta'?" in capsys.readouterr().err
