"""The command: what it prints, where, and with which exit code; the model is a stand-in."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import fake_model
import pytest

from sim.cli import main, run_command
from sim.cli.progress import progress_line
from sim.experiments.results import open_results
from sim.experiments.runner import Progress
from sim.inputs.faults import Fault, InputError

ARM = "arms.lead_professional.values.discount.higher_spending"


@pytest.fixture(autouse=True)
def _fake_model(monkeypatch: pytest.MonkeyPatch) -> None:
    fake_model.stand_in(monkeypatch)
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def scenario(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "quick.toml"
    path.write_text(fake_model.QUICK)
    return path


def test_run_prints_a_table_and_stores_by_name(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["run", str(scenario)]) == 0
    assert open_results("results/quick.zarr").attrs["replicates_complete"] == 4
    shown = capsys.readouterr()
    for words in (
        "4 of 4 replicates complete",
        "lead_global",
        "lead_professional",
        "Savings against benchmark",
        "True savings",
        "Net payment to ACOs",
        "Net cost to Medicare",
        "ACO-years with a loss",
        "Variance cut by common draws",
        "$ million",
        "MC error",
        "Weight of the ACO rate book in the benchmark",
    ):
        assert words in shown.out, words
    assert max(map(len, shown.out.splitlines())) <= 100
    assert "4/4 replicates" in shown.err
    assert "…" not in shown.out


def test_run_as_json_is_json_and_agrees_with_the_store(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert (
        run_command(
            ["run", str(scenario), "--json", "--replicates", "6", "--out", "x.zarr", "--threads", "1"]
        )
        == 0
    )
    told = json.loads(capsys.readouterr().out)
    assert told["replicates"] == {"requested": 6, "completed": 6, "computed": 6, "failed": 0}
    assert told["store"] == "x.zarr"
    cost = open_results("x.zarr")["medicare_net_cost"].sum("year").sel(arm="lead_global")
    figure = told["arms"]["lead_global"]["medicare_net_cost"]
    assert figure["median"] == pytest.approx(float(cost.median()))
    assert {"median", "low", "high", "error", "mean", "mean_error"} == set(figure)
    assert told["assumed_rules"]
    conflicts = {one["key"]: one for one in told["conflicted_rules"]}
    assert conflicts["corridors.professional.savings"]["status"] == "conflicted"


def test_a_run_and_its_report_bracket_the_guardrail(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["run", str(scenario)]) == 0
    shown = capsys.readouterr().out
    data = open_results("results/quick.zarr")
    assert run_command(["report", "results/quick.zarr"]) == 0
    page = Path("results/quick-report/report.md").read_text()
    for name in ("frozen", "linear", "triangular", "open", "annual"):
        savings = data[f"gross_savings_guard_{name}"].sum(("aco", "year")).sel(arm="lead_global") / 1e6
        error = float(savings.std("replicate", ddof=1)) / 2
        cell = f"{float(savings.mean()):,.1f} ({error:,.1f})"
        (line,) = (line for line in shown.splitlines() if line.split()[:1] == [name])
        assert cell in line
        assert f"| {name} | " in page
        assert cell in page
    assert "is not published" in " ".join(shown.split())


def test_a_run_lists_rules_on_which_sources_disagree_with_status_and_what_else_is_said(
    scenario: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["run", str(scenario)]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "corridors.professional.savings conflicted; elsewhere: 50 % in the first band" in shown
    assert run_command(["status", "results/quick.zarr"]) == 0
    assert "conflicted inputs" in capsys.readouterr().out
    assert run_command(["explain", "corridors.professional.savings"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    assert "status conflicted" in shown
    assert "conflict 50 % in the first band (CMS Innovation Center, LEAD Model Overview" in shown
    assert run_command(["explain", "evidence.trend.national"]) == 0
    assert "conflict 9.0 % in 2024 (Milliman" in " ".join(capsys.readouterr().out.split())


def test_settings_change_a_run(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    options = ["--set", "study.seed=9", "--set", "study.replicates=2", "--set", f"{ARM}=2 %"]
    assert run_command(["run", str(scenario), *options]) == 0
    assert open_results("results/quick.zarr").attrs["seed"] == 9
    assert open_results("results/quick.zarr").sizes["replicate"] == 2
    shown = capsys.readouterr().out
    assert "Changed by the scenario" in shown
    assert re.search(r"discount\.higher_spending +lead_professional", shown)


def test_a_failing_replicate_makes_the_run_partial(
    scenario: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["sim.replicate"], "simulate", fake_model.Failing(3, 1))
    assert run_command(["run", str(scenario)]) == 3
    shown = capsys.readouterr()
    assert "2 of 4 replicates complete" in shown.out
    assert "Failed in replicate 1, 3: ZeroDivisionError: no months" in shown.err
    assert shown.err.count("Traceback") == 1
    assert run_command(["status", "results/quick.zarr"]) == 3
    assert "2 of 4 replicates complete" in capsys.readouterr().out


def test_a_run_in_which_all_fails_still_ends_in_words(
    scenario: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["sim.replicate"], "simulate", fake_model.Failing(0, 1, 2, 3))
    assert run_command(["run", str(scenario), "--json"]) == 3
    assert json.loads(capsys.readouterr().out)["arms"] == {}
    assert run_command(["run", str(scenario)]) == 3
    assert "0 of 4 replicates complete" in capsys.readouterr().out


def test_all_faults_in_one_run(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    text = fake_model.QUICK.replace("lives = 1500", "lives = -5").replace(
        "seed = 5", 'seeed = 5\nreference_arm = "no_aoc"'
    )
    scenario.write_text(text + "[horizon]\nfirst_py = 2012\n[population.extra]\n")
    assert run_command(["run", str(scenario)]) == 2
    shown = capsys.readouterr()
    assert not shown.out
    assert "5 faults in the input" in shown.err
    for words in (
        f"{scenario}: population.acos[1].lives: = -5 -> must be at least 1",
        f"{scenario}: study.seeed: is not a known key",
        "did you mean 'seed'?",
        "study.reference_arm: = 'no_aoc' is not an arm -> must name one of the arms no_aco, lead_global",
        "horizon.first_py: = 2012 -> must be at least 2013",
        "population.extra: is not a known key",
    ):
        assert words in shown.err, words
    assert not Path("results").exists()


def test_endless_faults_are_cut_and_counted(
    scenario: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def coordinates(scenario: object) -> dict:
        raise InputError(Fault("puf.csv", f"row {row}", "is short", "must be whole") for row in range(214))

    monkeypatch.setattr(sys.modules["sim.replicate"], "coordinates", coordinates)
    assert run_command(["run", str(scenario)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert lines[0] == "214 faults in the input:"
    assert lines[-1] == "  ... and 164 more"
    assert len(lines) == 52


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "absent.toml"], "absent.toml: cannot be read (No such file or directory)"),
        (["run"], "requires an argument"),
        (["walk"], "Unknown command"),
        (["rnu"], 'Did you mean "run"'),
        (["run", "quick.toml", "--replicats", "4"], "Did you mean --replicates?"),
        (["run", "quick.toml", "--thread", "4"], "Did you mean --threads?"),
        (["validate", "quick.toml", "--sett", "study.seed=1"], "Did you mean --set?"),
        (["rebenchmark", "quick.toml", "--optoin", "global"], "Did you mean --option instead of --optoin?"),
        (["explain", "arms.lead.trak"], "did you mean 'track'?"),
        (["explain", "study.seed.more"], "has no keys"),
        (["run", "quick.toml", "--threads", "two"], "--threads"),
        (["run", "quick.toml", "--threads", "0"], "at least 1"),
        (["run", "quick.toml", "--replicates", "0"], "--replicates: = 0"),
        (["run", "quick.toml", "--set", "seed"], "KEY=VALUE"),
        (["run", "quick.toml", "--out", "/dev/null/x.zarr"], "/dev/null"),
        (["validate", "quick.toml", "--set", "program.rulebook=lead-py2072"], "did you mean 'lead-py2027'?"),
        (["status", "quick.toml"], "is no leadsim result store"),
        (["explain", "program.lead-py2072.discount"], "did you mean 'lead-py2027'?"),
        (["explain", "program.lead-py2027.discont"], "did you mean 'discount'?"),
        (["explain", "evidence.nonsense"], "is not a known key"),
        (["explain", "study.sed"], "did you mean 'seed'?"),
        (["explain", "outcomes.setlement"], "did you mean 'settlement'?"),
        (["explain", "population.acos[7].lives", "--scenario", "quick.toml"], "is not in this scenario"),
    ],
)
def test_bad_input_ends_in_a_sentence_and_exit_2(
    scenario: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(arguments)
    assert ended.value.code == 2
    shown = capsys.readouterr()
    assert words in shown.err
    assert "Traceback" not in shown.err
    assert not shown.out


def test_validate_prints_the_resolved_scenario(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["validate", str(scenario), "--set", "population.aco_market_share=40 %"]) == 0
    shown = capsys.readouterr().out
    assert "aco_market_share = 0.4" in shown
    assert "is valid: 2 ACOs, arms no_aco, lead_global, lead_professional" in shown
    assert run_command(["validate", str(scenario), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["acos"] == 2


def test_outcomes_and_status(scenario: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["outcomes"]) == 0
    assert "| `settlement` |" in capsys.readouterr().out
    run_command(["run", str(scenario)])
    capsys.readouterr()
    assert run_command(["status", "results/quick.zarr", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["replicates_complete"] == 4
    assert told["sizes"] == {
        "arm": 3,
        "replicate": 4,
        "aco": 2,
        "cell": 6,
        "year": 10,
        "episode": 2,
        "measure": 7,
    }


def test_the_progress_line_says_rate_time_and_error() -> None:
    line = progress_line(Progress(completed=3, failed=1, total=64, rate=0.5, eta=3700, error=12.3e6))
    assert line.split("  ") == [
        "3/64 replicates",
        "1 failed",
        "0.5/s",
        "1:01:40 to go",
        "net cost to Medicare known to ±$12.3 million (MC error)",
    ]
    assert progress_line(Progress(0, 0, 64, 0.0, float("nan"), float("nan"))) == "0/64 replicates"


def test_the_progress_line_says_that_kernels_compile_and_guesses_no_time() -> None:
    line = progress_line(Progress(1, 0, 64, rate=0.01, eta=6300, error=float("nan"), compiling=True))
    assert line.split("  ") == ["1/64 replicates", "compiling, once on this machine"]


INTERRUPTIBLE = """
import pathlib, sys, time, types, fake_model
def simulate(scenario, replicate, *, threads=1):
    time.sleep(0.05)
    if replicate == 5:
        pathlib.Path("five").touch()
    return fake_model.simulate(scenario, replicate)
sys.modules["sim.replicate"] = types.ModuleType("sim.replicate")
sys.modules["sim.replicate"].__dict__.update(simulate=simulate, coordinates=fake_model.coordinates)
from sim.cli import main
main(["run", "quick.toml", "--replicates", "400"])
"""


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ctrl_c_and_its_like_end_with_130_and_an_openable_store(scenario: Path, sent: signal.Signals) -> None:
    tests = str(Path(fake_model.__file__).parent)
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTIBLE],
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": tests},
    ) as process:
        deadline = time.monotonic() + 60
        while not Path("five").exists() and time.monotonic() < deadline:
            time.sleep(0.05)
        process.send_signal(sent)
        out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert not out
    assert err.splitlines()[-1].startswith("Interrupted. Complete replicates are stored")
    assert "Traceback" not in err
    with open_results("results/quick.zarr") as data:
        assert 0 < data.attrs["replicates_complete"] < 400


def test_the_input_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "PY2022.csv"
    file.write_text("ACO_ID\nA1\n")
    (tmp_path / "link.csv").symlink_to(file)
    for out in (file, tmp_path / "link.csv"):
        for command in (["settle", "--program", "mssp"], ["rebenchmark", "--option", "global"]):
            assert run_command([command[0], str(file), *command[1:], "--out", str(out)]) == 2
            assert "is the input itself" in " ".join(capsys.readouterr().err.split())
    assert file.read_text() == "ACO_ID\nA1\n"


def test_help_loads_nothing_heavy() -> None:
    code = (
        "import sys; from sim.cli import run_command; run_command(['--help']);"
        "heavy = {'numba', 'mesa', 'xarray', 'zarr', 'scipy', 'pydantic'} & set(sys.modules);"
        "sys.exit(' '.join(heavy) or 0)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
    for command in (
        "run",
        "validate",
        "explain",
        "status",
        "verify",
        "rules",
        "outcomes",
        "settle",
        "rebenchmark",
        "bench",
    ):
        assert command in found.stdout


def test_the_public_names_load_when_used() -> None:
    code = (
        "import sys, sim; assert not {'numpy', 'xarray', 'mesa'} & set(sys.modules);"
        "from sim import Scenario, run, open_results; assert Scenario.load and sim.__version__;"
        "assert {'LeadModel', 'Scenario', 'run', 'open_results'} <= set(dir(sim));"
        "assert not hasattr(sim, 'nonsense')"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stderr
