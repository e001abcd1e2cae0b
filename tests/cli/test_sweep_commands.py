"""``plan``, ``run``, ``sensitivity`` and ``discover`` of a sweep, as a user meets them."""

from __future__ import annotations

import io
import json
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import fake_model
import numpy as np
import pytest
from PIL import Image

from sim.cli import run_command
from sim.experiments.results import open_results

SWEEP = """
[sweep]
design = "sobol"
n = 4
over."evidence.cost.fixed" = ["1 million USD/year", "3 million USD/year"]
over."evidence.cost.variable" = ["5 USD/month", "15 USD/month"]
over."arms.lead_global.risk_option" = ["global", "professional"]
"""


def simulate(scenario: Any, replicate: int, *, threads: int = 1) -> dict[str, Any]:
    """Let gross savings go by the fixed cost alone, but for chance."""
    arrays = dict(fake_model.simulate(scenario, replicate, threads=threads))
    cost = scenario.evidence("no_aco").number("cost.fixed")
    arrays["gross_savings"] = arrays["gross_savings"] * 0.01 + 2e6 - cost
    return arrays


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("commands")
    (path / "sweep.toml").write_text(fake_model.QUICK + SWEEP)
    with pytest.MonkeyPatch.context() as patch:
        fake_model.stand_in(patch, simulate)
        patch.chdir(path)
        for name, options in (
            ("sweep.zarr", ("--replicates", "3")),
            ("two.zarr", ("--set", "sweep.n=2", "--json")),
        ):
            with redirect_stdout(io.StringIO()) as told:
                assert run_command(["run", "sweep.toml", "--out", name, *options]) == 0
            (path / f"{name}.txt").write_text(told.getvalue())
    return path


@pytest.fixture(autouse=True)
def _inside(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_model.stand_in(monkeypatch, simulate)
    monkeypatch.chdir(folder)


def test_plan_counts_and_checks_every_point(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["plan", "sweep.toml", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["points"], found["arms"], found["replicates"], found["decades"]) == (20, 3, 4, 80)
    assert found["aligned_person_years"] == 80 * 3 * 10 * 7500
    assert set(found["first_point"]) == {
        "evidence.cost.fixed",
        "evidence.cost.variable",
        "arms.lead_global.risk_option",
    }
    assert run_command(["plan", "sweep.toml"]) == 0
    assert "decades to simulate" in capsys.readouterr().out
    assert run_command(["plan", "sweep.toml", "--set", 'sweep.over."evidence.cost.fixd"=[1,2]']) == 2
    assert "'fixed'" in capsys.readouterr().err


def test_a_plan_of_a_plain_scenario_is_one_point(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "plain.toml").write_text(fake_model.QUICK)
    assert run_command(["plan", "plain.toml", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["points"] == 1


def test_run_tells_the_points_with_their_errors(folder: Path) -> None:
    shown = (folder / "sweep.zarr.txt").read_text()
    assert "20 points" in shown
    assert "60 of 60 replicates" in shown
    assert "lead_global" in shown
    found = json.loads((folder / "two.zarr.txt").read_text())
    assert len(found["points"]) == 10
    first = found["points"][0]
    assert 1 <= first["values"]["evidence.cost.fixed"] <= 3
    data = open_results("two.zarr").isel(design=0, replicate=slice(4))
    mean = float(data["gross_savings"].sel(arm="lead_global").sum(("aco", "year")).mean())
    assert first["arms"]["lead_global"]["gross_savings"]["mean"] == pytest.approx(mean)


def test_sensitivity_names_what_moves_the_figure_and_draws_it(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["sensitivity", "sweep.zarr", "--arm", "lead_global"]
    assert run_command([*command, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert next(iter(found["indices"])) == "evidence.cost.fixed"
    assert found["indices"]["evidence.cost.fixed"]["total"]["value"] > 0.8
    assert found["indices"]["evidence.cost.variable"]["total"]["value"] == 0.0
    assert run_command([*command, "--out", "indices.png"]) == 0
    shown = capsys.readouterr().out
    assert "share of the figure's variance" in shown
    pixels = np.asarray(Image.open(folder / "indices.png").convert("L"))
    assert pixels.std() > 5
    assert run_command([*command, "--tornado", "tornado.png", "--statistic", "loss"]) == 0
    assert np.asarray(Image.open(folder / "tornado.png").convert("L")).std() > 5
    assert run_command([*command, "--tornado", "tornado.doc"]) == 2
    assert "--tornado" in capsys.readouterr().err
    assert run_command([*command, "--out", "indices.doc"]) == 2
    assert ".png" in capsys.readouterr().err


def test_discover_finds_the_corner(capsys: pytest.CaptureFixture[str]) -> None:
    command = ["discover", "sweep.zarr", "--where", "P(loss) > 50 %", "--arm", "lead_professional"]
    assert run_command(command) == 0
    shown = capsys.readouterr().out
    assert "evidence.cost.fixed is at least 2." in shown
    assert "cost.variable" not in shown
    assert run_command([*command, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["sides"][0]["key"] == "evidence.cost.fixed"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["sensitivity", "sweep.zarr"], "--arm: is missing"),
        (["sensitivity", "sweep.zarr", "--arm", "lead_globl"], "'lead_global'"),
        (["sensitivity", "sweep.zarr", "--arm", "lead_global", "--of", "gross_saving"], "'gross_savings'"),
        (["sensitivity", "sweep.zarr", "--arm", "lead_global", "--statistic", "median"], "p1 to p99"),
        (["sensitivity", "sweep.zarr", "--arm", "lead_global", "--aco", "z"], "must be one of a, b"),
        (["sensitivity", "none.zarr"], "does not exist"),
        (["discover", "sweep.zarr", "--arm", "lead_global", "--where", "often"], "is no question"),
        (["discover", "sweep.zarr", "--arm", "lead_global", "--where", "P(loss) > 2"], "holds at no point"),
        (["discover", "sweep.zarr/points/000000", "--where", "P(loss) > 2"], "is no sweep"),
        (["report", "sweep.zarr"], "is a sweep of many"),
        (["bridge", "sweep.zarr", "--arm", "lead_global"], "sweep.zarr/points/000000"),
        (["status", "sweep.zarr"], "is a sweep of many"),
        (["verify", "sweep.zarr"], "is a sweep of many"),
        (["doctor", "sweep.zarr"], "is a sweep of many"),
        (["ledger", "sweep.zarr", "--aco", "a"], "is a sweep of many"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(
    command: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(command) == 2
    assert said in capsys.readouterr().err
