"""``leadsim report``: what it writes, the same each time, and what it says of stores it cannot report on."""

from __future__ import annotations

import tomllib
from pathlib import Path

import fake_model
import numpy as np
import pytest
from PIL import Image

from sim.cli import run_command
from sim.cli.report import write_report
from sim.experiments.results import open_results
from sim.experiments.runner import run
from sim.scenarios import Scenario

FIGURES = {
    "savings-against-benchmark",
    "true-savings",
    "benchmark-against-truth",
    "net-payment",
    "net-payment-per-aco",
    "net-cost-to-medicare",
    "settlement-exceedance",
    "paired-difference",
    "acos-lead-global",
    "acos-lead-professional",
    "funnel-lead-global",
    "funnel-lead-professional",
    "cara-lead-global",
    "cara-lead-professional",
    "bridge-lead-global",
    "bridge-lead-professional",
}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path: Path = tmp_path_factory.mktemp("report") / "quick.zarr"
    model = {"simulate": fake_model.simulate, "coordinates": fake_model.coordinates}
    run(Scenario.from_toml(fake_model.QUICK), out=path, threads=1, **model)
    return path


@pytest.fixture(scope="module")
def reported(store: Path) -> Path:
    """Return where the report is that lies beside the store."""
    assert run_command(["report", str(store)]) == 0
    return store.with_name("quick-report")


def files_of(directory: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in directory.iterdir()}


def test_a_report_replaces_no_files_of_others(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report.md").write_text("mine")
    (tmp_path / "net-payment.png").write_text("mine")
    assert run_command(["report", str(store), "--out", str(tmp_path)]) == 2
    told = capsys.readouterr().err.replace("\n", "")
    assert "report.md" in told
    assert "net-payment.png" in told
    assert files_of(tmp_path) == {"report.md": b"mine", "net-payment.png": b"mine"}


def test_a_report_replaces_an_earlier_report_by_the_same_files(
    store: Path, reported: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files_of(reported)
    for name in before.keys() - {"report.html"}:
        (reported / name).write_text("earlier")
    assert run_command(["report", str(store)]) == 0
    assert str(reported / "report.html") in capsys.readouterr().out
    after = files_of(reported)
    assert [name for name in before if after.get(name) != before[name]] == []
    assert len(after) == len(before)


def test_a_report_that_was_cut_short_is_made_again_and_spares_the_scenario_of_its_folder(
    store: Path, reported: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    (tmp_path / "scenario.toml").write_text("mine")
    with monkeypatch.context() as cut:
        cut.setattr("matplotlib.figure.Figure.savefig", interrupted)
        with open_results(store) as data, pytest.raises(KeyboardInterrupt):
            write_report(data, tmp_path)
    assert run_command(["report", str(store), "--out", str(tmp_path)]) == 0
    made = files_of(tmp_path)
    assert made.pop("scenario.toml") == b"mine"
    # The same store gives the same files.
    assert [name for name, content in files_of(reported).items() if made.pop(name) != content] == []
    assert not made


def test_a_report_lies_beside_its_store_and_has_everything(store: Path, reported: Path) -> None:
    names = {path.name for path in reported.iterdir()}
    assert names == {"report.html", "report.md", "report.toml"} | {
        f"{stem}.{kind}" for stem in FIGURES for kind in ("png", "svg")
    }
    page, text = ((reported / f"report.{kind}").read_text() for kind in ("html", "md"))
    for stem in FIGURES:
        with Image.open(reported / f"{stem}.png") as picture:
            assert min(picture.size) > 600
        assert f'src="{stem}.svg"' in page
        assert f"]({stem}.png)" in text
    data = open_results(store)
    cost = data["medicare_net_cost"].sum("year").sel(arm="lead_global") / 1e6
    assert f"| Net cost to Medicare | {float(cost.median()):,.1f} |" in text
    assert f"| {np.quantile(cost, 0.1):,.1f} | {np.quantile(cost, 0.9):,.1f} |" in text
    assert "4 of 4 replicates complete" in text
    assert any(one.startswith("add_on.place: conflicted") for one in data.attrs["conflicted_inputs"])
    for assumed in (*data.attrs["assumed_inputs"], *data.attrs["conflicted_inputs"]):
        assert assumed.split(": ", 1)[0] in page
    assert data.attrs["scenario_hash"] in page
    assert tomllib.loads((reported / "report.toml").read_text())["study"]["name"] == "quick"


def test_what_cannot_be_reported_is_told(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["report", str(tmp_path / "none.zarr")]) == 2
    assert "does not exist" in capsys.readouterr().err
    empty = tmp_path / "empty.zarr"
    failing = fake_model.Failing(0, 1, 2, 3)
    scenario = Scenario.from_toml(fake_model.QUICK)
    run(scenario, out=empty, threads=1, simulate=failing, coordinates=fake_model.coordinates)
    assert run_command(["report", str(empty)]) == 2
    assert "no replicate is complete" in capsys.readouterr().err
    assert not (tmp_path / "empty-report").exists()
    (tmp_path / "taken").write_text("a file")
    assert run_command(["report", str(store), "--out", str(tmp_path / "taken")]) == 2
    assert "taken" in capsys.readouterr().err
