"""What the commands about stores that are there do: verify, extend and export, and what stops a run."""

from __future__ import annotations

import errno
import json
import os
import shutil
import time
from pathlib import Path

import fake_model
import numpy as np
import pandas as pd
import pytest
import xarray as xr
import zarr
from fake_model import assert_same_bytes, go

from sim.cli import run_command, stores
from sim.experiments import again
from sim.experiments.documents import write_file
from sim.experiments.results import open_results
from sim.scenarios import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.from_toml(fake_model.QUICK)


@pytest.fixture(scope="module")
def kept(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "run.zarr"
    go(scenario, path, 6)
    return path


@pytest.fixture
def out(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept, tmp_path / "run.zarr")


@pytest.fixture(autouse=True)
def stand_in(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let commands compute with the stand-in for the model."""
    monkeypatch.setattr("sim.replicate.simulate", fake_model.simulate)
    monkeypatch.setattr("sim.replicate.coordinates", fake_model.coordinates)


def test_verify_computes_again_and_compares_bits(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["verify", str(out), "--recompute", "6"]) == 0
    assert "equal to the bit: 0, 1, 2, 3, 4, 5" in capsys.readouterr().out
    scenario = again.stored_scenario(out)
    assert again.differences(out, scenario, 3) == []
    assert ("lead_global", "settlement") in again.differences(
        out, scenario, 3, simulate=lambda scenario, _, **__: fake_model.simulate(scenario, 4)
    )


def test_verify_names_what_is_not_what_is_computed_now(
    out: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def other(scenario: Scenario, replicate: int, *, threads: int = 1) -> dict[str, np.ndarray]:
        arrays = dict(fake_model.simulate(scenario, replicate))
        arrays["risk_score"] = np.nextafter(arrays["risk_score"], 0)
        return arrays

    monkeypatch.setattr("sim.replicate.simulate", other)
    assert run_command(["verify", str(out)]) == 2
    assert "lead_global: risk_score is not what is computed now" in capsys.readouterr().err
    assert run_command(["verify", str(out), "--recompute", "0"]) == 0


def test_extend_needs_no_scenario_file(scenario: Scenario, out: Path, tmp_path: Path) -> None:
    assert run_command(["extend", str(out), "--replicates", "9", "--json"]) == 0
    go(scenario, tmp_path / "whole.zarr", 9)
    assert_same_bytes(tmp_path / "whole.zarr", out)
    assert run_command(["extend", str(tmp_path / "nothing.zarr"), "--replicates", "9"]) == 2


def test_csv_holds_every_value_once_with_its_labels(out: Path, tmp_path: Path) -> None:
    zarr.open_group(out, mode="r+")["done"][2:3] = 0
    file = tmp_path / "run.csv"
    assert run_command(["export", str(out), "--out", str(file)]) == 0
    rows = pd.read_csv(file)
    assert list(rows) == [
        *("variable", "units", "arm", "replicate", "aco", "cell", "year", "measure", "episode", "value"),
    ]
    assert set(rows["replicate"]) == {0, 1, 3, 4, 5}
    with open_results(out) as data:
        for name in ("settlement", "medicare_net_cost", "expenditure", "higher_spending"):
            part = rows[rows["variable"] == name]
            dims = list(data[name].dims)
            series = part.set_index(dims)["value"].sort_index()
            expected = data[name].to_series().dropna().reorder_levels(dims).sort_index()
            np.testing.assert_allclose(series.values, expected.values, atol=0.001)
            assert part[[dim for dim in ("aco", "cell", "year") if dim not in dims]].isna().all().all()


def test_netcdf_and_parquet_hold_the_same(out: Path, tmp_path: Path) -> None:
    assert run_command(["export", str(out), "--out", str(tmp_path / "run.nc")]) == 0
    with open_results(out) as data, xr.open_dataset(tmp_path / "run.nc") as read:
        for name in data.data_vars:
            np.testing.assert_array_equal(read[name].values, data[name].values)
        assert read.attrs["scenario"] == data.attrs["scenario"]
        assert list(read["arm"].values) == list(data["arm"].values)
    chosen = ["--variable", "settlement", "--variable", "gross_savings"]
    for name in ("run.parquet", "run.csv"):
        assert run_command(["export", str(out), "--out", str(tmp_path / name), *chosen]) == 0
    table, rows = pd.read_parquet(tmp_path / "run.parquet"), pd.read_csv(tmp_path / "run.csv")
    np.testing.assert_array_equal(table["value"], rows["value"])
    assert table["year"].dtype.kind == "i"


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--out", "run.xlsx"], r".xlsx"),
        (["--out", "run.csv", "--variable", "settlment"], "did you mean 'settlement'"),
        (["--out", "there.csv"], "--overwrite"),
    ],
)
def test_exports_that_cannot_be_are_refused(
    out: Path, tmp_path: Path, arguments: list[str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "there.csv").write_text("mine")
    arguments[1] = str(tmp_path / arguments[1])
    assert run_command(["export", str(out), *arguments]) == 2
    assert told in capsys.readouterr().err
    assert (tmp_path / "there.csv").read_text() == "mine"
    assert not list(tmp_path.glob("*.partial"))


def test_export_without_its_libraries_says_what_to_install(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sim.experiments.export.find_spec", lambda _: None)
    for name in ("run.nc", "run.parquet"):
        assert run_command(["export", str(out), "--out", str(tmp_path / name)]) == 2
        assert "leadsim[export]" in capsys.readouterr().err


def test_a_disk_that_fills_up_is_told_and_what_is_complete_stays(
    scenario: Scenario, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = {"after": 20}

    def writing(file: Path, content: bytes) -> None:
        full["after"] -= 1
        if full["after"] < 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        write_file(file, content)

    with monkeypatch.context() as patched:
        patched.setattr("sim.experiments.store.write_file", writing)
        with pytest.raises(OSError, match=r"No space left.*run\.zarr"):
            go(scenario, out, 40)
    with open_results(out) as data:
        assert data.attrs["replicates_complete"] == 6
        assert not np.isnan(data["benchmark"].values[:, :6]).any()
    go(scenario, out, 40)
    go(scenario, tmp_path / "whole.zarr", 40)
    assert_same_bytes(tmp_path / "whole.zarr", out)


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_folder_is_told(scenario: Scenario, out: Path) -> None:
    for folder in [*out.rglob("*"), out]:
        folder.chmod(0o555 if folder.is_dir() else 0o444)
    with pytest.raises(OSError, match="Permission denied"):
        go(scenario, out, 8)
    assert open_results(out).attrs["replicates_complete"] == 6


def test_what_refuses_to_be_written_is_told_with_its_name(
    scenario: Scenario, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def refused(file: Path, *_: object) -> None:
        raise OSError(errno.EROFS, "Read-only file system", str(file))

    monkeypatch.setattr("sim.experiments.mend.write_document", refused)
    assert run_command(["extend", str(out), "--replicates", "8"]) == 2
    assert "zarr.json: Read-only file system" in " ".join(capsys.readouterr().err.split())
    assert open_results(out).attrs["replicates_complete"] == 6


def test_a_clock_that_is_set_back_changes_nothing(
    scenario: Scenario, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:
        patched.setattr(time, "time", lambda: 0.0)
        past = 10.0**6
        for file in out.rglob("*"):
            os.utime(file, (past, past))
        go(scenario, out, 12)
    go(scenario, tmp_path / "whole.zarr", 12)
    assert_same_bytes(tmp_path / "whole.zarr", out)


def test_status_counts_in_json_what_is_complete(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["status", str(out), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["replicates_complete"], told["sizes"]["replicate"]) == (6, 6)
    shutil.rmtree(out / "done" / "c")
    assert run_command(["status", str(out)]) == stores.PARTIAL


def test_any_reader_of_zarr_opens_a_store(out: Path) -> None:
    with xr.open_zarr(out, consolidated=True) as read, open_results(out) as data:
        assert read.sizes["replicate"] == 6
        np.testing.assert_array_equal(read["settlement"].values, data["settlement"].values)
        assert {"lives", "entry"} <= set(read.coords)
