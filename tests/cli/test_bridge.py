"""``leadsim bridge``: steps that add up to the cent, of a store that the model made."""

from __future__ import annotations

import json
from pathlib import Path

import fake_model
import numpy as np
import pytest
import xarray as xr
from little_world import resized

from sim.cli import run_command
from sim.experiments.results import open_results
from sim.outcomes.bridge import STEPS, arm_bridge
from sim.replicate import coordinates, simulate
from sim.scenarios import Scenario


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("bridge") / "little.zarr"
    scenario = resized(1500, 1000, 600, last_py=2029)
    fake_model.go(scenario, path, 3, simulate=simulate, coordinates=coordinates, threads=1)
    return path


def told(store: Path, capsys: pytest.CaptureFixture[str], *options: str) -> dict:
    assert run_command(["bridge", str(store), "--arm", "lead_global", *options, "--json"]) == 0
    found: dict = json.loads(capsys.readouterr().out)
    return found


def reached(lines: list[dict], figure: str, digits: int) -> list[tuple[int, int]]:
    """Return the sum of all steps before each level, and the level, in units of the last digit."""
    total, pairs = 0, []
    for line in lines:
        units = round(line[figure] * 10**digits)
        if line["level"]:
            pairs.append((total, units))
        else:
            total += units
    return pairs


@pytest.mark.parametrize(
    "options",
    [(), ("--aco", "beta"), ("--year", "2028"), ("--aco", "alpha", "--year", "2029", "--replicate", "1")],
)
def test_steps_add_up_to_the_cent(
    store: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...]
) -> None:
    found = told(store, capsys, *options)
    assert [line["label"] for line in found["lines"]] == [step.label for step in STEPS if not step.optional]
    for figure, digits in (("usd", 2), ("per_person_year", 2), ("percent", 3)):
        pairs = reached(found["lines"], figure, digits)
        assert len(pairs) == 2
        assert all(total == level for total, level in pairs)


def test_figures_are_those_of_the_store(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = {line["label"]: line for line in told(store, capsys, "--aco", "beta", "--year", "2028")["lines"]}
    own = open_results(store).sel(arm="lead_global", aco="beta", year=2028)
    discount, people = own["bridge_discount"].values, own["person_months"].sum("cell").values / 12
    line = lines["Discount"]
    assert line["usd"] == pytest.approx(discount.mean(), abs=0.011)
    assert line["usd_error"] == pytest.approx(discount.std(ddof=1) / 3**0.5)
    assert line["per_person_year"] == pytest.approx(discount.sum() / people.sum(), abs=0.011)
    benchmark = own["benchmark"].values
    assert line["percent"] == pytest.approx(100 * discount.sum() / benchmark.sum(), abs=0.0011)
    assert lines["Savings against benchmark"]["usd"] == pytest.approx(
        own["gross_savings"].values.mean(), abs=0.006
    )


def test_one_replicate_is_exact_and_has_no_error(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    found = told(store, capsys, "--aco", "gamma", "--year", "2027", "--replicate", "2")
    own = open_results(store).sel(arm="lead_global", aco="gamma", year=2027).isel(replicate=2)
    lines = {line["label"]: line for line in found["lines"]}
    assert lines["Quality"]["usd"] == float(own["bridge_quality"])
    assert lines["Change in ACO cash"]["usd"] == pytest.approx(float(own["aco_cash_change"]), abs=1e-6)
    assert lines["Quality"]["usd_error"] is None


@pytest.mark.parametrize("per_person_year", [False, True])
def test_the_table_fits_80_columns(
    store: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, per_person_year: bool
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    options = ["--per-person-year"] if per_person_year else []
    assert run_command(["bridge", str(store), "--arm", "lead_global", "--aco", "beta", *options]) == 0
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 80
    assert "…" not in shown
    assert "beta, lead_global, all years" in shown
    assert "mean of 3 replicates" in shown
    assert ("% of benchmark" in shown) == per_person_year
    usd = f"{told(store, capsys, '--aco', 'beta')['lines'][0]['usd']:,.2f}"
    assert (usd in shown) != per_person_year


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--arm", "lead_globl"], "did you mean 'lead_global'"),
        (["--arm", "lead_global", "--aco", "bta"], "did you mean 'beta'"),
        (["--arm", "lead_global", "--year", "2040"], "must be one of 2027, 2028, 2029"),
        (["--arm", "lead_global", "--replicate", "7"], "must be one of 0, 1, 2"),
        (["--arm", "no_aco"], "is in no program there"),
    ],
)
def test_what_is_not_there_is_told(
    store: Path, options: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["bridge", str(store), *options]) == 2
    assert words in " ".join(capsys.readouterr().err.split())


def test_a_replicate_that_is_not_complete_is_told_and_the_others_keep_their_numbers(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario, path = Scenario.from_toml(fake_model.QUICK), tmp_path / "partial.zarr"
    fake_model.go(scenario, path, 3, simulate=fake_model.Failing(1))
    for replicate, code in ((0, 0), (1, 2), (2, 0)):
        options = ["--arm", "lead_global", "--replicate", str(replicate)]
        assert run_command(["bridge", str(path), *options]) == code
    assert "nothing complete" in capsys.readouterr().err
    own = open_results(path)["bridge_quality"].sel(arm="lead_global", aco="a", year=2027).isel(replicate=2)
    options = ["--aco", "a", "--year", "2027", "--replicate", "2"]
    lines = told(path, capsys, *options)["lines"]
    assert {line["label"]: line["usd"] for line in lines}["Quality"] == pytest.approx(float(own), abs=0.011)


def test_replicates_without_a_settlement_are_left_out(store: Path) -> None:
    data = open_results(store).load()
    out = xr.zeros_like(data["gross_savings"], dtype=bool)
    out[{"replicate": 1}] = True
    for name in ("gross_savings", "shared_savings", "benchmark"):
        data[name] = data[name].where(~out)
    found = arm_bridge(data, "lead_global")
    assert found.settled == 2
    rest = data["bridge_discount"].sel(arm="lead_global").isel(replicate=[0, 2])
    assert found.lines[5].usd == pytest.approx(float(rest.sum() / 2), abs=0.011)
    assert np.isfinite(found.person_years)
