"""``leadsim explain`` as it is typed: what it prints of rules, evidence, scenario keys and results."""

from __future__ import annotations

from pathlib import Path

import fake_model
import pytest

from sim.cli import run_command

RULE = "program.lead-py2027.discount.higher_spending"
ARM = "arms.lead_professional.values.discount.higher_spending"


@pytest.fixture
def scenario(tmp_path: Path) -> Path:
    path = tmp_path / "quick.toml"
    path.write_text(fake_model.QUICK)
    return path


def _rows(key: str, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    """Return what `explain` says of a key, by label, each on one line."""
    assert run_command(["explain", key]) == 0
    rows: dict[str, str] = {}
    for line in capsys.readouterr().out.splitlines()[1:]:
        label, _, text = line.strip().partition("  ")
        if line.startswith("   "):
            rows[list(rows)[-1]] += f" {line.strip()}"
        else:
            rows[label] = text.strip()
    return rows


@pytest.mark.parametrize(
    ("key", "type_", "more"),
    [
        ("study.replicates", "a whole number", {"bounds": "1 <= value", "default": "16"}),
        ("study.parameter_uncertainty", "true or false", {"default": "false"}),
        ("study.name", "text", {"default": "none: it must be given"}),
        ("horizon.first_py", "a whole number", {"bounds": "2013 <= value <= 2036", "default": "2027"}),
        ("population.acos[0].lives", "a number of people", {"bounds": "1 <= value <= 70,000,000"}),
        (
            "population.acos[3].efficiency",
            "a number, or a percentage such as 5 %",
            {"bounds": "-1 < value < 1"},
        ),
        ("population.mssp_puf", "text", {"default": "nothing"}),
        ("population.acos", "a list", {"population.acos.market": "kind of its market"}),
        ("arms.mine.risk_option", "a word", {"choices": "global, professional", "default": "nothing"}),
        ("arms.mine.acos.alpha.since.2030.program", "a word", {"choices": "none, lead, mssp, reach"}),
        ("arms.mine.values", "a table", {"meaning": "rulebook keys with other values in this arm only"}),
        ("schema_version", "a whole number", {"choices": "1"}),
    ],
)
def test_explain_a_scenario_key_says_type_choices_bounds_and_default(
    key: str, type_: str, more: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    rows = _rows(key, capsys)
    assert rows["type"] == type_
    assert rows | more == rows


@pytest.mark.parametrize(
    ("key", "child", "words"),
    [
        ("study", "study.seed", "key of every random draw"),
        ("evidence", "evidence.effect", "physician, hospital, scale"),
        ("evidence.effect", "effect.scale", "1.0  Factor on every true effect"),
        ("program.values", "program.lead-py2027.discount", "higher_spending"),
        ("program.mssp", "msr", "elections"),
        ("program.mssp.tracks", "tracks.enhanced", "two_sided"),
        ("arms", "arms.track", "track of the Shared Savings Program"),
        ("arms.mine.since.2030", "arms.mine.since.2030.track", "track of the Shared Savings Program"),
        ("outcomes", "settlement", "ettlement"),
    ],
)
def test_explain_a_group_lists_its_children(
    key: str, child: str, words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert words in _rows(key, capsys)[child]


def test_explain_says_shape_and_bounds_of_rules_and_evidence(capsys: pytest.CaptureFixture[str]) -> None:
    rows = _rows("program.lead-py2027.corridors.global.edges", capsys)
    assert rows["shape"] == "a list of 4 numbers"
    assert rows["bounds"] == "0 <= value <= 1, rising"
    assert _rows("evidence.effect.experience", capsys)["bounds"] == "0 <= value <= 20, whole numbers"
    assert _rows("program.lead-py2027.add_on.place", capsys)["shape"] == "a word"


@pytest.mark.parametrize(
    ("key", "whole"),
    [
        ("add_on.rate", "program.values.add_on.rate"),
        ("corridors", "program.values.corridors"),
        ("nation.taking_part", "evidence.nation.taking_part"),
        ("mssp.benchmark.prior_savings_share", "program.mssp.benchmark.prior_savings_share"),
    ],
)
def test_explain_takes_the_bare_keys_that_a_run_names(
    key: str, whole: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["explain", key]) == 0
    assert capsys.readouterr().out.splitlines()[0] == whole


def test_a_rule_says_which_years_alone_are_assumed(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["explain", "discount.higher_spending"]) == 0
    assert "PY2028-2031, 2033-2036 assumed" in capsys.readouterr().out
    assert run_command(["explain", "discount.professional"]) == 0
    assert "assumed" not in capsys.readouterr().out


def test_explain_a_rule_says_value_source_and_status(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["explain", RULE]) == 0
    shown = capsys.readouterr().out
    for words in (
        RULE,
        "value 2027",
        "1.75 %",
        "value 2032",
        "3.00 %",
        "status",
        "secondary",
        "source",
        "Benesch",
    ):
        assert words in shown, words


def test_explain_shows_what_a_scenario_changed_and_where(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["explain", RULE, "--scenario", str(scenario), "--set", f"{ARM}=2.1 %"]) == 0
    shown = capsys.readouterr().out
    same, changed = shown.split(f"{RULE} in lead_professional")
    assert "in no_aco, lead_global" in same
    assert "changed by" not in same
    assert "2.1 %" in changed
    assert "changed by   --set" in changed
    assert "before 2027  1.75 %" in changed


def test_explain_a_scenario_key_says_what_it_displaced(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["explain", "study.seed", "--scenario", str(scenario), "--set", "study.seed=9"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "value 9" in shown
    assert "stated in --set" in shown
    assert "displaced 5 from" in shown
    assert run_command(["explain", "horizon.last_py", "--scenario", str(scenario)]) == 0
    assert "the default" in capsys.readouterr().out


def test_explain_lists_what_is_in_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["explain", "program.values.discount"]) == 0
    shown = capsys.readouterr().out
    assert "discount.professional" in shown
    assert "discount.higher_spending" in shown
    assert run_command(["explain", "population"]) == 0
    assert "aco_market_share" in capsys.readouterr().out
