"""``leadsim init``: options, answers or a CMS file; what it writes is sound and says what it is."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from sim.cli import init as init_command
from sim.cli import run_command
from sim.population.plan import plan_acos
from sim.replicate import simulate
from sim.scenarios import Scenario

HERE = ["--name", "ours", "--lives", "900", "--entry", "newly_entering", "--leadership", "hospital"]
SOON = ["horizon.last_py=2027", "population.aco_market_share=60 %"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def at_a_terminal(monkeypatch: pytest.MonkeyPatch, *answers: str | type[BaseException]) -> list[str]:
    """Let somebody give these answers; return the list of those that are left."""
    left = list(answers)

    def answer(*_: object) -> str:
        said = left.pop(0)
        if isinstance(said, str):
            return said
        raise said

    monkeypatch.setattr(init_command, "_somebody", lambda: True)
    monkeypatch.setattr(builtins, "input", answer)
    return left


def keys_of(text: str) -> Iterator[tuple[str, str]]:
    """Yield each line of a scenario that is or may be a value or the head of a table, and the one before."""
    lines = text.splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if re.match(r"#?[a-z_]+ = |\[", line):
            yield line, before


def test_options_give_a_scenario_that_runs(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["init", *HERE, "--market", "rural", "--risk-option", "global", "--mssp", "no"]) == 0
    assert "leadsim run ours.toml" in capsys.readouterr().err
    scenario = Scenario.load(folder / "ours.toml", SOON)
    (ours,) = scenario.population.synthetic
    assert (ours.name, ours.lives, ours.entry, ours.leadership) == ("ours", 900, "newly_entering", "hospital")
    assert (ours.market, ours.former_mssp) == ("rural", False)
    assert list(scenario.arms) == ["no_aco", "lead_global"]
    assert simulate(scenario, 0)["person_months"][1].sum() > 0


def test_with_nobody_to_answer_the_rest_is_usual(folder: Path) -> None:
    assert run_command(["init", "sub.toml"]) == 0
    scenario = Scenario.load(folder / "sub.toml")
    assert list(scenario.arms) == ["no_aco", "lead_global", "lead_professional", "mssp"]
    assert (scenario.study.name, scenario.population.synthetic[0].lives) == ("my-aco", 10_000)


def test_every_line_is_explained_and_all_that_may_be_set_runs(folder: Path) -> None:
    assert run_command(["init", "all.toml", *HERE]) == 0
    text = (folder / "all.toml").read_text(encoding="utf-8")
    assert text.isascii()
    assert max(map(len, text.splitlines())) <= 100
    found = dict(keys_of(text))
    assert len(found) > 30
    assert all(before.startswith("# ") for before in found.values())
    assert found['lives = "900 people"'] == "# A number of people; bounds: 1 <= value <= 70,000,000"
    assert found['entry = "newly_entering"'] == "# A word; choices: renewing, newly_entering"
    everything = re.sub(r"^#(?=[a-z_]+ = )", "", text, flags=re.MULTILINE)
    assert everything.count("\neffect = ") == 1
    scenario = Scenario.from_toml(everything).replace({"horizon.last_py": 2027})
    unstated = {
        name for name, value in scenario.population.synthetic[0].model_dump().items() if value is None
    }
    assert not unstated
    assert simulate(scenario, 0)["person_months"].shape[0] == 4


def test_questions_are_asked_again_until_the_answer_can_be(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    left = at_a_terminal(
        monkeypatch, "our aco", "ours", "many", "12,000 people", "renewd", "R", "", "Rural", "prof", "n"
    )
    assert run_command(["init"]) == 0
    assert not left
    shown = capsys.readouterr().err
    assert "Aligned people [10,000]:" in shown
    assert "Led by (physician, hospital) [physician]:" in shown
    assert "must start with a letter or digit" in shown
    assert "'many' is not a number" in shown
    assert "did you mean 'renewing'?" in shown
    scenario = Scenario.load(folder / "ours.toml")
    (ours,) = scenario.population.synthetic
    assert (ours.lives, ours.entry, ours.leadership, ours.market) == (
        12_000,
        "renewing",
        "physician",
        "rural",
    )
    assert ours.former_mssp
    assert list(scenario.arms) == ["no_aco", "lead_professional"]


def test_only_what_no_option_says_is_asked(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = at_a_terminal(monkeypatch, "", "both", "yes")
    assert run_command(["init", "new.toml", *HERE]) == 0
    assert not left
    assert len(Scenario.load(folder / "new.toml").arms) == 4


@pytest.mark.parametrize("end", [EOFError, KeyboardInterrupt])
def test_who_goes_away_leaves_no_file(
    end: type[BaseException],
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    at_a_terminal(monkeypatch, "ours", end)
    assert run_command(["init"]) == 130
    assert "Nothing was written." in capsys.readouterr().err
    assert not list(folder.iterdir())


def test_nothing_is_written_over(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "ours.toml").write_text("mine")
    (folder / "link.toml").symlink_to("nowhere")
    for command in (["init", "ours.toml"], ["init", *HERE], ["init", "link.toml"]):
        assert run_command(command) == 2
        assert "exists -> must be a new file" in capsys.readouterr().err
    assert (folder / "ours.toml").read_text() == "mine"
    assert not (folder / "nowhere").exists()
    assert run_command(["init", "absent/ours.toml"]) == 2
    assert "absent/ours.toml: No such file" in capsys.readouterr().err


def test_all_wrong_options_are_told_at_once(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--lives", "0", "--entry", "renewin", "--market", "", "--aco", "A1", "--year", "2022"]
    assert run_command(["init", *options]) == 2
    shown = capsys.readouterr().err
    for words in (
        "--lives: = '0' -> must be a whole number of people, 1 to 70,000,000",
        "--market: = '' -> must be one of urban, rural",
        "--aco: = 'A1' -> needs --aco-file",
        "--year: = 2022 -> needs --aco-file",
    ):
        assert words in shown
    assert not list(folder.iterdir())
    assert run_command(["init", "--aco-file", "p.csv", "--lives", "5"]) == 2
    assert "--lives: = '5' -> must be left out" in capsys.readouterr().err
    assert run_command(["init", "--aco-file", "p.csv"]) == 2
    assert "cannot be read" in capsys.readouterr().err
    assert not list(folder.iterdir())


@pytest.mark.needs_data
def test_a_cms_file_gives_its_acos(folder: Path, cms_file, capsys: pytest.CaptureFixture[str]) -> None:
    path = cms_file("mssp/mssp_results_puf_PY2022_raw.csv.gz", "CMS, MSSP results, PY2022")
    (folder / "sub").mkdir()
    command = ["init", "sub/file.toml", "--aco-file", str(path)]
    assert run_command([*command, "--aco", "A0"]) == 2
    assert "an ACO_ID of the file" in capsys.readouterr().err
    assert run_command([*command, "--aco", "A1001", "--aco", "A1052", "--mssp", "no"]) == 0
    scenario = Scenario.load(folder / "sub" / "file.toml")
    assert [plan.name for plan in plan_acos(scenario)] == ["A1001", "A1052"]
    local = folder / f"local-{path.name}"
    local.symlink_to(path)
    assert run_command(["init", "sub/local.toml", "--aco-file", local.name, "--year", "2022"]) == 0
    assert len(plan_acos(Scenario.load(folder / "sub" / "local.toml"))) > 100
