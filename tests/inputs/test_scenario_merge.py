"""ACOs changed by name: which layer wins, what is remembered, what is told where it cannot be."""

from __future__ import annotations

from pathlib import Path

import pytest
from worlds import aco, text_of

from sim.inputs.faults import InputError
from sim.inputs.scenario_file import settings_layer, text_layers
from sim.inputs.scenario_merge import Merged, merge
from sim.scenarios import Scenario

TEXT = text_of(aco("alpha", 500), aco("beta-2", "600 people", efficiency="1 %"), aco("kind", 700, count=3))

BARE = "schema_version = 1\nstudy.name = 'x'\narms.no_aco.program = 'none'\n"


def merged(*settings: str) -> Merged:
    return merge([*text_layers(TEXT, Path()), settings_layer(settings)])


def loaded(*changes: str, text: str = TEXT) -> Scenario:
    folder = Path()
    scenario = Scenario.from_toml(text, folder)
    return scenario.replace(dict(change.split("=") for change in changes))


def faults_of(path: Path, *settings: str, text: str = TEXT) -> dict[str, str]:
    path.write_text(text)
    with pytest.raises(InputError) as caught:
        Scenario.load(path, settings)
    return {fault.key: str(fault) for fault in caught.value.faults}


def test_one_value_of_one_aco_changes_and_nothing_else():
    before, after = Scenario.from_toml(TEXT), loaded("population.acos.beta-2.lives=800 people")
    assert [one.lives for one in after.population.synthetic] == [500, 800, 700, 700, 700]
    changed = after.tables.model_dump()
    changed["population"]["acos"][1]["lives"] = 600
    assert changed == before.tables.model_dump()


def test_a_key_that_was_not_stated_can_be_and_the_loser_is_remembered():
    found = merged("population.acos.alpha.efficiency=-3 %", "population.acos.beta-2.lives=9")
    assert found.tree["population"]["acos"][0]["efficiency"] == "-3 %"
    assert merged().tree["population"]["acos"][0].get("efficiency") is None
    lives = found.origin("population.acos[1].lives")
    assert (lives.file, lives.value, lives.displaced) == ("--set", 9, (("scenario text", "600 people"),))
    assert found.file("population.acos[0].lives") == "scenario text"
    assert found.written("population.acos[1].lives") == "population.acos.beta-2.lives"
    again = merge([*found.layers, settings_layer(["population.acos.beta-2.lives=8"])])
    assert again.origin("population.acos[1].lives").displaced[0] == ("--set", 9)
    whole = merge([*found.layers, *text_layers(TEXT, Path(), "later")])
    assert whole.file("population.acos[1].lives") == "later"


@pytest.mark.parametrize("name", ["beta-2", '"beta-2"', "'beta-2'", ' "beta-2" '])
def test_a_name_may_be_quoted(name):
    assert merged(f"population.acos.{name}.lives=9").tree["population"]["acos"][1]["lives"] == 9


def test_a_file_changes_the_acos_of_the_one_it_extends(tmp_path):
    (tmp_path / "base.toml").write_text(TEXT)
    (tmp_path / "top.toml").write_text("extends = 'base.toml'\n[population.acos.alpha]\nlives = 900\n")
    assert Scenario.load(tmp_path / "top.toml").population.synthetic[0].lives == 900


def test_count_changes_by_the_name_of_the_kind(tmp_path):
    assert [one.lives for one in loaded("population.acos.kind.lives=50").population.synthetic[2:]] == [50] * 3
    found = faults_of(tmp_path / "s.toml", "population.acos.kind-2.lives=50")
    assert "one of those that count makes of 'kind'" in found["population.acos.kind-2"]


@pytest.mark.parametrize(
    ("setting", "key", "words"),
    [
        ("population.acos.alhpa.lives=5", "population.acos.alhpa", "did you mean 'alpha'?"),
        ("population.acos.alpha.livse=5", "population.acos.alpha.livse", "did you mean 'lives'?"),
        ("population.acos.alpha.lives=5 USD", "population.acos.alpha.lives", "'5 USD' is in USD"),
        ("population.acos.alpha.entry=renewin", "population.acos.alpha.entry", "did you mean 'renewing'?"),
        ("population.acos.alpha=5", "population.acos.alpha", "as in population.acos.alpha.lives"),
        ("population.acos.al.pha.lives=5", "population.acos.al", "is not an ACO of the population"),
    ],
)
def test_what_cannot_be_changed_is_told_once_with_the_key_as_written(tmp_path, setting, key, words):
    found = faults_of(tmp_path / "s.toml", setting)
    assert list(found) == [key]
    assert words in found[key]
    assert found[key].startswith("--set: ")


def test_acos_of_a_cms_file_are_not_changed_by_name(tmp_path):
    (tmp_path / "p.csv").write_text("ACO_ID\n")
    text = f"{BARE}[population.acos.a]\nlives = 5\n"
    assert "must be a list" in faults_of(tmp_path / "s.toml", text=text)["population.acos"]
