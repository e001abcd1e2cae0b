"""Scenarios: every fault in one go, units, overrides of rules and evidence, the hash, resolved text."""

from __future__ import annotations

from pathlib import Path

import fake_model
import numpy as np
import pytest

from sim.inputs.faults import InputError
from sim.scenarios import Scenario

SCENARIOS = Path(__file__).resolve().parents[1] / "scenarios"
RULE = "discount.higher_spending"


def faults_of(text: str, directory: Path = Path()) -> dict[str, str]:
    with pytest.raises(InputError) as caught:
        Scenario.from_toml(text, directory)
    return {fault.key: str(fault) for fault in caught.value.faults}


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.from_toml(fake_model.QUICK)


def test_every_fault_of_every_kind_in_one_go(tmp_path: Path) -> None:
    found = faults_of(
        """
        schema_version = 2
        [study]
        nam = "x"
        seed = -1
        replicates = 0
        reference_arm = "no_acco"
        parameter_uncertainty = "yes"
        [horizon]
        first_py = 2012
        last_py = 2037
        [population]
        mssp_puf = "absent.csv"
        aco_market_share = "150 %"
        [program]
        rulebook = "lead-py2072"
        [program.values.discont]
        higher_spending = "2 %"
        [evidence]
        nonsense = 1
        [arms.no_aco]
        program = "none"
        [arms.lead_global]
        program = "leed"
        risk_option = "globall"
        values.discount.higher_spending = "2 USD"
        """,
        tmp_path,
    )
    expected = {
        "schema_version": "must be 1",
        "study.nam": "did you mean 'name'?",
        "study.name": "is missing",
        "study.seed": "= -1 -> must be at least 0",
        "study.replicates": "= 0 -> must be at least 1",
        "study.parameter_uncertainty": "must be true or false",
        "study.reference_arm": "did you mean 'no_aco'?",
        "horizon.first_py": "= 2012 -> must be at least 2013",
        "horizon.last_py": "= 2037 -> must be at most 2036",
        "population.mssp_puf": "cannot be read (No such file or directory)",
        "population.aco_market_share": "= '150 %' -> must be at most 1",
        "program.rulebook": "did you mean 'lead-py2027'?",
        "program.values.discont": "did you mean 'discount'?",
        "evidence.nonsense": "is not a known key",
        "arms.lead_global.program": "must be one of none, lead, mssp, reach; did you mean 'lead'?",
        "arms.lead_global.risk_option": "did you mean 'global'?",
        f"arms.lead_global.values.{RULE}": "'2 USD' is in USD",
    }
    for key, words in expected.items():
        assert words in found[key], key
    assert set(found) == set(expected)


def test_faults_in_synthetic_acos() -> None:
    found = faults_of(
        """
        schema_version = 1
        [study]
        name = "x"
        [horizon]
        first_py = 2030
        last_py = 2028
        [[population.acos]]
        name = "a"
        entry = "renewed"
        leadership = "physician"
        market = "urban"
        lives = -5
        colour = "red"
        [[population.acos]]
        name = "a"
        entry = "renewing"
        leadership = "physician"
        market = "urban"
        lives = "7.5 people"
        high_needs_share = "5 USD"
        count = 1.5
        [arms.no_aco]
        program = "lead"
        """
    )
    expected = {
        "population.acos[0].lives": "= -5 -> must be at least 1 (aligned people (LEAD's minimum: 5,000",
        "population.acos[0].entry": "did you mean 'renewing'?",
        "population.acos[0].colour": "known keys here: cost_per_person, count",
        "population.acos[1].lives": "not a whole number of people",
        "population.acos[1].high_needs_share": "is in USD",
        "population.acos[1].count": "must be a whole number",
        "population.acos": "name 'a' is used twice",
        "arms.no_aco.program": "must be none, as this is the reference arm",
        "horizon.last_py": "must not come before first_py = 2030",
    }
    for key, words in expected.items():
        assert words in found[key], key
    assert set(found) == set(expected)


@pytest.mark.parametrize(
    ("population", "key", "words"),
    [
        ("aco_market_share = 0.5", "population", "has no ACO"),
        ("acos = ['A1']", "population.acos[0]", "no population.mssp_puf"),
        ("mssp_puf = 'p.csv'\nacos = [{name = 'a'}]", "population.acos", "must be ACO ids"),
        ("first = 3", "population.first", "needs mssp_puf"),
        ("mssp_puf = 3", "population.mssp_puf", "must be text"),
    ],
)
def test_a_population_is_a_file_or_synthetic(tmp_path: Path, population: str, key: str, words: str) -> None:
    (tmp_path / "p.csv").write_text("ACO_ID\n")
    text = f"schema_version = 1\nstudy.name = 'x'\narms.no_aco.program = 'none'\n[population]\n{population}"
    assert words in faults_of(text, tmp_path)[key]


def test_the_file_at_fault_is_the_one_that_said_it(tmp_path: Path) -> None:
    (tmp_path / "base.toml").write_text(fake_model.QUICK.replace("seed = 5", "seed = 'five'"))
    (tmp_path / "top.toml").write_text("extends = 'base.toml'\n[study]\nreplicates = -2")
    with pytest.raises(InputError) as caught:
        Scenario.load(tmp_path / "top.toml", ["horizon.first_py=1999"])
    files = {fault.key: Path(fault.file).name for fault in caught.value.faults}
    assert files == {"study.seed": "base.toml", "study.replicates": "top.toml", "horizon.first_py": "--set"}


def test_units_and_counts(scenario: Scenario) -> None:
    changed = scenario.replace({"population.aco_market_share": "40 %", "horizon.last_py": 2030})
    assert changed.population.aco_market_share == pytest.approx(0.4)
    assert list(changed.years) == [2027, 2028, 2029, 2030]
    text = fake_model.QUICK.replace('name = "b"', 'name = "b"\ncount = 3\nefficiency = "-3 %"')
    acos = Scenario.from_toml(text).population.synthetic
    assert [aco.name for aco in acos] == ["a", "b-1", "b-2", "b-3"]
    assert [aco.lives for aco in acos] == [6000, 1500, 1500, 1500]
    assert acos[1].efficiency == pytest.approx(-0.03)


def test_rules_change_for_all_arms_or_for_one(scenario: Scenario) -> None:
    plain = scenario.rulebook("lead_global").number(RULE, py=2030)
    changed = scenario.replace(
        {
            f"program.values.{RULE}": "2.75 %",
            f"arms.lead_professional.values.{RULE}": {"2030": "1 %"},
        }
    )
    assert changed.rulebook("lead_global").number(RULE, py=2030) == pytest.approx(0.0275) != plain
    professional = changed.rulebook("lead_professional")
    assert professional.number(RULE, py=2029) == pytest.approx(0.0275)
    assert professional.number(RULE, py=2030) == pytest.approx(0.01)
    assert scenario.rulebook("lead_global").number(RULE, py=2030) == plain


def test_evidence_changes_for_one_arm(scenario: Scenario) -> None:
    book = scenario.evidence("lead_global")
    key = "coding.most"
    value = book.number(key) / 2
    changed = scenario.replace({f"arms.lead_global.evidence.{key}": value})
    assert changed.evidence("lead_global").number(key) == pytest.approx(value)
    assert changed.evidence("lead_professional").number(key) == book.number(key)


def test_an_unknown_arm_is_told_with_the_nearest(scenario: Scenario) -> None:
    with pytest.raises(InputError, match="did you mean 'lead_global'"):
        scenario.rulebook("lead_globall")


def test_resolved_text_is_the_same_scenario(scenario: Scenario) -> None:
    changed = scenario.replace(
        {f"program.values.{RULE}": {"2030": "1 %"}, "population.aco_market_share": 0.3}
    )
    again = Scenario.from_toml(changed.to_toml())
    assert again == changed
    assert hash(again) == hash(changed)
    assert changed != scenario
    assert again.hash == changed.hash
    assert again.to_toml() == changed.to_toml()


@pytest.mark.parametrize(
    "change",
    [
        {"study.seed": 6},
        {"horizon.last_py": 2035},
        {"population.aco_market_share": 0.49},
        {f"program.values.{RULE}": "9 %"},
        {f"arms.lead_global.values.{RULE}": "9 %"},
        {"arms.lead_global.risk_option": "professional"},
        {"program.rulebook": "lead-rfa-2026-04"},
        {"study.parameter_uncertainty": True},
    ],
)
def test_the_hash_sees_what_decides_the_numbers(scenario: Scenario, change: dict) -> None:
    assert scenario.replace(change).hash != scenario.hash


def test_the_hash_sees_nothing_else(scenario: Scenario) -> None:
    words = {"study.title": "t", "study.name": "n", "study.replicates": 9, "arms.no_aco.description": "d"}
    assert scenario.replace(words).hash == scenario.hash


def test_the_cms_file_counts_by_content_not_by_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = "schema_version = 1\nstudy.name = 'x'\narms.no_aco.program = 'none'\npopulation.mssp_puf = 'p.csv'"
    for folder, content in (("one", "a"), ("two", "a"), ("three", "b")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "s.toml").write_text(text)
        (tmp_path / folder / "p.csv").write_text(content)
    one, two, three = (Scenario.load(tmp_path / folder / "s.toml") for folder in ("one", "two", "three"))
    assert one.population.mssp_puf == str(tmp_path / "one" / "p.csv")
    assert one.hash == two.hash != three.hash
    assert Scenario.from_toml(one.to_toml()).hash == one.hash
    monkeypatch.setenv("LEADSIM_MSSP_PUF", str(tmp_path / "three" / "p.csv"))
    assert Scenario.load(tmp_path / "one" / "s.toml").hash == three.hash
    given = f"population.mssp_puf={tmp_path / 'two' / 'p.csv'}"
    assert Scenario.load(tmp_path / "one" / "s.toml", [given]).hash == one.hash


def test_quickstart_is_as_described() -> None:
    quickstart = Scenario.load(SCENARIOS / "quickstart.toml")
    acos = quickstart.population.synthetic
    assert len(acos) == 12
    assert sum(aco.lives for aco in acos) == pytest.approx(150_000, rel=0.02)
    assert {(aco.entry, aco.leadership, aco.market) for aco in acos} >= {
        ("renewing", "physician", "urban"),
        ("renewing", "hospital", "rural"),
        ("newly_entering", "physician", "rural"),
        ("newly_entering", "hospital", "urban"),
    }
    assert max(aco.high_needs_share or 0 for aco in acos) > 0.4
    assert list(quickstart.arms) == ["no_aco", "lead_global", "lead_professional", "mssp", "care_unchanged"]
    assert quickstart.study.replicates == 16


def test_the_real_file_scenario_says_what_to_fetch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LEADSIM_MSSP_PUF", raising=False)
    with pytest.raises(InputError, match="must be a readable MSSP performance file"):
        Scenario.load(SCENARIOS / "mssp-entrants.toml", ["population.mssp_puf=absent.csv"])


@pytest.mark.parametrize(
    ("key", "value"), [("trend.drift", "1 %/year"), ("market.risk_spread", [0.2, 0.2, 0.2, 0.2])]
)
def test_an_arm_cannot_change_the_world_all_arms_share(scenario: Scenario, key: str, value: object) -> None:
    own = {key: value, "effect": {"scale": 0.5}}
    with pytest.raises(InputError) as caught:
        scenario.replace({"arms.lead_global.evidence": own})
    (fault,) = caught.value.faults
    assert fault.key == f"arms.lead_global.evidence.{key}"
    assert "scope world" in fault.problem
    assert f"top-level [evidence]: evidence.{key}" in fault.allowed
    for_all = scenario.replace({f"evidence.{key}": value})
    assert for_all.evidence("no_aco").entry(key).change is not None


def test_values_of_numpy_and_paths_change_a_scenario(scenario: Scenario, tmp_path: Path) -> None:
    numbers = np.arange(7, 9)
    changed = scenario.replace(
        {
            "study.seed": numbers[0],
            "study.replicates": np.int32(3),
            "study.parameter_uncertainty": np.array([True])[0],
            "population.aco_market_share": np.float32(0.5),
            f"program.values.{RULE}": {np.int64(2030): np.float64(0.04)},
        }
    )
    plain = scenario.replace(
        {
            "study.seed": 7,
            "study.replicates": 3,
            "study.parameter_uncertainty": True,
            "population.aco_market_share": 0.5,
            f"program.values.{RULE}": {"2030": 0.04},
        }
    )
    assert changed.hash == plain.hash
    assert changed.to_toml() == plain.to_toml()
    with pytest.raises(InputError, match=r"absent\.csv"):
        scenario.replace({"population.mssp_puf": tmp_path / "absent.csv"})
