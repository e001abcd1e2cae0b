"""What no scenario should be is told in sentences, and soon: never a traceback, never a hang."""

from __future__ import annotations

import pytest
from mutants import BASE, mutant
from soon import soon
from worlds import ARMS, NO_ACO, aco, scenario_of, text_of

from sim.inputs.faults import FAULTS_SHOWN, InputError
from sim.replicate import coordinates, simulate
from sim.scenarios import Scenario

ACO = "[[population.acos]]\n"
SOUND = text_of(aco("a", 500)).replace(ACO, f"[population]\n{ACO}", 1)


def faults_of(text: str, directory=".") -> InputError:
    with soon(), pytest.raises(InputError) as caught:
        Scenario.from_toml(text, directory)
    return caught.value


def validated(text: str, path) -> str:
    """Do all that `leadsim validate` does with a file; return its faults in words, none where it is sound."""
    path.write_text(text, encoding="utf-8")
    with soon():
        try:
            scenario = Scenario.load(path)
            coordinates(scenario)
            scenario.to_toml()
            scenario.idle()
        except InputError as error:
            return str(error)
    return ""


@pytest.mark.parametrize("seed", range(60))
def test_a_mutant_is_read_or_refused_in_words(seed, tmp_path):
    validated(mutant(seed), tmp_path / "mutant.toml")


@pytest.mark.slow
@pytest.mark.parametrize("hundred", range(25))
def test_thousands_of_mutants_are_read_or_refused_in_words(hundred, tmp_path):
    found = [
        validated(mutant(seed), tmp_path / "mutant.toml")
        for seed in range(100 * hundred, 100 * hundred + 100)
    ]
    assert any(found)


def test_what_mutants_are_made_from_is_sound(tmp_path):
    assert validated(BASE, tmp_path / "base.toml") == ""
    assert len({mutant(seed) for seed in range(60)}) > 50


@pytest.mark.parametrize("key", ['""', '"a["', '"."', '"[0]"', '"a.b"', '".."', '"]"'])
@pytest.mark.parametrize("place", [ACO, "[population]\n", "[arms.lead_global]\n", "[study]\n"])
def test_odd_keys_are_unknown_keys(key, place):
    assert place in SOUND
    error = faults_of(SOUND.replace(place, f"{place}{key} = 1\n", 1))
    assert "is not a known key" in str(error) or "must" in str(error)


@pytest.mark.parametrize("place", ["[evidence]", "[program.values]", "[arms.lead_global.evidence]", "[odd]"])
def test_ten_thousand_unknown_keys_are_all_faults(place):
    odd = "\n".join(f"physicain{number} = 1" for number in range(10_000))
    error = faults_of(f"{text_of(aco('a', 500))}\n{place}\n{odd}\n")
    text = str(error)
    if place != "[odd]":
        assert len(error.faults) == 10_000
        assert text.endswith(f"... and {10_000 - FAULTS_SHOWN} more")


def test_files_that_extend_each_other_twice_at_every_step_are_read_once(tmp_path):
    (tmp_path / "f0.toml").write_text(text_of(aco("a", 500)))
    for step in range(1, 30):
        below = f"f{step - 1}.toml"
        (tmp_path / f"f{step}.toml").write_text(f'extends = ["{below}", "{below}"]\n[study]\nseed = {step}\n')
    with soon():
        scenario = Scenario.load(tmp_path / "f29.toml")
    assert scenario.study.seed == 29
    assert len(scenario.merged.layers) < 70


def test_of_a_file_extended_twice_the_last_time_counts(tmp_path):
    (tmp_path / "common.toml").write_text(text_of(aco("a", 500), seed=1))
    (tmp_path / "left.toml").write_text('extends = "common.toml"\n[study]\nseed = 2\ntitle = "left"\n')
    (tmp_path / "right.toml").write_text('extends = "common.toml"\n[study]\ntitle = "right"\n')
    (tmp_path / "both.toml").write_text('extends = ["left.toml", "right.toml"]\n')
    study = Scenario.load(tmp_path / "both.toml").study
    assert (study.seed, study.title) == (1, "right")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"x = {'9' * 5000}", "an integer of thousands of digits"),
        (f"x = {'[' * 5000}{']' * 5000}", "is nested too deeply"),
        (f"[{'a.' * 5000}b]", "is nested too deeply"),
        (f'"{"a." * 5000}b" = 1', "is nested too deeply"),
        ('extends = "a\\u0000b"', "cannot be read"),
        ('extends = "/dev/zero"', "cannot be read (it has more than"),
        ('extends = "."', "cannot be read (Is a directory)"),
        ("extends = 3", "must be a file name"),
        ("x = \0", "is not valid TOML"),
    ],
)
def test_texts_that_no_scenario_has(text, said):
    error = faults_of(f"{text}\n{text_of(aco('a', 500))}")
    assert said in str(error)
    assert len(str(error)) < 2000


@pytest.mark.parametrize(
    ("old", "new", "key", "said"),
    [
        ("lives = 500", "lives = inf", "population.acos[0].lives", "must be a finite number"),
        ("lives = 500", 'lives = "1e999"', "population.acos[0].lives", "must be a finite number"),
        ("lives = 500", "lives = 0", "population.acos[0].lives", "at least 1"),
        ("lives = 500", "lives = 500.5", "population.acos[0].lives", "not a whole number of people"),
        ("lives = 500", "lives = 1e12", "population.acos[0].lives", "at most 70,000,000"),
        ("lives = 500", "lives = [500]", "population.acos[0].lives", "is not a number"),
        (
            "lives = 500",
            "lives = 70000000\ncount = 10000",
            "population.acos",
            "has ACOs of 700,000,000,000 lives",
        ),
        ("lives = 500", "lives = 500\ncount = 1000000000", "population.acos[0].count", "at most 10,000"),
        ("lives = 500", "lives = 500\ncount = 0", "population.acos[0].count", "at least 1"),
        (
            "[population]",
            "[population]\naco_market_share = 10000000000000000000",
            "population.aco_market_share",
            "at most 1",
        ),
        (
            "[population]",
            "[population]\naco_market_share = 0",
            "population.aco_market_share",
            "at least 0.0001",
        ),
        ("[population]", '[population]\nmssp_puf = "a\\u0000b"', "population.mssp_puf", "must"),
        ("schema_version = 1", "schema_version = 1e300", "schema_version", "must be 1"),
        ("[study]", "[study]\nparameter_uncertainty = 1", "study.parameter_uncertainty", "true or false"),
        ("seed = 1", "seed = 1e3", "study.seed", "must be a whole number"),
        ('program = "lead"', 'program = ["lead"]', "arms.lead_global.program", "must"),
        ('program = "lead"', 'program = "lead"\nsince = 2030', "arms.lead_global.since", "must be a table"),
        (
            'program = "lead"',
            'program = "lead"\nsince.2030 = 5',
            "arms.lead_global.since.2030",
            "must be a table",
        ),
        ('program = "lead"', 'program = "lead"\nvalues = 5', "arms.lead_global.values", "must be a table"),
        (
            'program = "lead"',
            'program = "lead"\nagreement_start = 2030.0',
            "arms.lead_global.agreement_start",
            "must be a whole",
        ),
    ],
)
def test_values_that_no_scenario_has(old, new, key, said):
    assert old in SOUND
    error = faults_of(SOUND.replace(old, new, 1))
    assert any(fault.key == key and said in str(fault) for fault in error.faults), str(error)


def test_names_that_count_makes_must_be_unique_too():
    error = faults_of(text_of(aco("a", 500, count=2), aco("a-1", 500)))
    assert "name 'a-1' is used twice" in str(error)


def test_a_long_value_is_cut_in_a_fault():
    error = faults_of(text_of(aco("a", "x" * 100_000)))
    assert len(str(error)) < 3000


def test_two_acos_of_one_life_with_a_whole_market_run():
    arms = {**ARMS, "mssp": {"program": "mssp"}}
    scenario = scenario_of(aco("a", 1), aco("b", 1), arms=arms, last_py=2029, aco_market_share="100 %")
    for replicate in range(3):
        assert simulate(scenario, replicate)["person_months"].min() >= 0


def test_settings_of_a_command_line_are_checked_alike(tmp_path):
    path = tmp_path / "sound.toml"
    path.write_text(text_of(aco("a", 500), arms=NO_ACO))
    settings = (f"{'a.' * 3000}b=1", f"study.seed={'9' * 5000}", f"study.title={'[' * 3000}")
    with soon(), pytest.raises(InputError) as caught:
        Scenario.load(path, settings)
    assert "is nested too deeply" in str(caught.value)
    with pytest.raises(InputError, match=r"study\.seed: = '999"):
        Scenario.load(path, settings[1:])
