"""``leadsim decide`` as a user meets it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import fake_model
import numpy as np
import pytest
from fake_model import assert_same_bytes
from PIL import Image
from worlds import aco, scenario_of, text_of

from sim.cli import run_command
from sim.experiments.results import open_results
from sim.experiments.runner import run
from sim.scenarios import Scenario

ONE = text_of(aco("a", "6,000 people", entry="renewing"), name="one", seed=5, replicates=24)
SMALL = ("--without", "payments", "--without", "cara", "--without", "stop_loss")


def simulate(scenario: Any, replicate: int, *, threads: int = 1) -> dict[str, Any]:
    """Let a choice be worth what it is called: Professional best, but not where the add-on is inside."""
    arrays = dict(fake_model.simulate(scenario, replicate, threads=threads))
    luck = float(np.random.default_rng([7, replicate]).normal()) * 1e5
    for row, (name, arm) in enumerate(scenario.arms.items()):
        worth = {"none": np.nan, "mssp": 1e6 + 2 * luck, "lead": 2e6 + luck}[arm.program]
        if arm.terms("a", 2027).get("risk_option") == "professional":
            inside = scenario.rulebook(name).word("add_on.place", 2027) == "inside"
            worth += -3e6 if inside else 1e6
        for money in ("aco_cash_change", "settlement"):
            arrays[money] = arrays[money].astype(float)
            arrays[money][row] = worth
        arrays["distributions"][row] = 0.0
        arrays["gross_savings"][row] = worth
        arrays["benchmark"][row] = np.nan if arm.program == "none" else 60e6
    return arrays


@pytest.fixture(autouse=True)
def _inside(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fake_model.stand_in(monkeypatch, simulate)
    monkeypatch.chdir(tmp_path)
    (tmp_path / "one.toml").write_text(ONE)


def decided(capsys: pytest.CaptureFixture[str], *options: str) -> dict[str, Any]:
    capsys.readouterr()
    assert run_command(["decide", "one.toml", "--json", *options]) == 0
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


def test_the_best_choice_and_the_rule_that_turns_it_are_found(capsys: pytest.CaptureFixture[str]) -> None:
    found = decided(capsys, *SMALL)
    assert [one["arm"] for one in found["choices"]] == ["professional", "global", "mssp", "neither"]
    best = found["choices"][0]
    assert best["mean"]["value"] == pytest.approx(30e6, rel=0.1)
    assert 0.0 < best["mean"]["error"] < 1e6
    assert best["regret"] == {"value": 0.0, "error": 0.0}
    assert best["best"]["value"] == 1.0
    turning = [one for one in found["rules"]["readings"] if one["verdict"] != "keeps"]
    assert [(one["key"], one["other"], one["best"]) for one in turning] == [
        ("add_on.place", "'inside'", "global")
    ]
    assert turning[0]["lead"]["value"] == pytest.approx(-30e6)
    assert turning[0]["change"]["value"] == pytest.approx(-40e6)
    assert found["rules"]["replicates"] == 8
    assert "turned by add_on.place = 'inside' (LEAD Global is best then" in found["answer"][-1]


def test_it_prints_80_columns_with_an_error_to_each_number(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["decide", "one.toml", "--rules", "2"]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    told = " ".join(shown.split())
    assert "Of 24 choices LEAD Professional" in told
    assert "24 of 24 replicates complete" in told
    assert "10 combinations are not allowed" in told
    for heading in ("Worst tenth", "Lowest month", "Regret", "Owes more", "One change", "Designation"):
        assert heading in shown
    assert shown.count("±") > 60


def test_one_replicate_has_no_errors_and_tells_nothing_apart(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["decide", "one.toml", *SMALL, "--replicates", "1"]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "One replicate does not tell it apart from" in told
    assert "±n/a" in told
    assert " nan" not in told


def test_the_store_is_one_like_any_other_and_is_continued(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    decided(capsys, *SMALL, "--replicates", "3", "--rules", "0", "--out", "a.zarr")
    assert [path.name for path in tmp_path.glob("*.zarr")] == ["a.zarr"]
    again = decided(capsys, *SMALL, "--replicates", "5", "--rules", "0", "--out", "a.zarr")
    assert again["replicates"] == {"requested": 5, "completed": 5, "computed": 2}
    with open_results("a.zarr") as data:
        assert data.attrs["reference_arm"] == "neither"
        stored = Scenario.from_toml(data.attrs["scenario"])
    run(stored, 5, "b.zarr", simulate=simulate, coordinates=fake_model.coordinates, threads=1)
    assert_same_bytes(tmp_path / "a.zarr", tmp_path / "b.zarr")
    assert run_command(["status", "a.zarr"]) == 0
    assert run_command(["report", "a.zarr", "--out", "page"]) == 0
    # Other contenders or readings are kept apart.
    decided(capsys, *SMALL, "--replicates", "5", "--rules", "2", "--out", "a.zarr")
    decided(
        capsys, *SMALL, "--replicates", "5", "--rules", "2", "--out", "a.zarr", "--reading", "add_on.rate=1 %"
    )
    assert len(list(tmp_path.glob("a-rules-*.zarr"))) == 2


def test_it_is_ranked_by_what_is_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    by_loss = decided(capsys, *SMALL, "--by", "loss", "--rules", "0")
    assert {one["loss"]["value"] for one in by_loss["choices"]} == {0.0}
    assert by_loss["choices"][0]["arm"] == "professional"
    assert "is best for a by the chance of a loss:" in by_loss["answer"][0]
    assert run_command(["decide", "one.toml", "--by", "hope"]) == 2


def test_a_figure_is_drawn_and_a_wrong_name_costs_no_run(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert run_command(["decide", "one.toml", "--figure", "board.doc"]) == 2
    assert ".png" in capsys.readouterr().err
    assert not (tmp_path / "results").exists()
    assert run_command(["decide", "one.toml", *SMALL, "--rules", "2", "--figure", "board.png"]) == 0
    pixels = np.asarray(Image.open("board.png").convert("L"))
    assert pixels.std() > 5


def test_several_acos_need_a_name(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    two = scenario_of(aco("a", 3000), aco("b", 1500), name="two").to_toml()
    (tmp_path / "one.toml").write_text(two)
    assert run_command(["decide", "one.toml"]) == 2
    assert "must be one of a, b" in capsys.readouterr().err
    found = decided(capsys, "--aco", "a", *SMALL, "--replicates", "2", "--rules", "0")
    assert found["aco"] == "a"
    with open_results("results/two-decide.zarr") as data:
        assert data["aco"].values.tolist() == ["a"]
