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


def test_a_report_spares_the_scenario_of_its_folder(store: Path, tmp_path: Path) -> None:
    (tmp_path / "scenario.toml").write_text("mine")
    assert run_command(["report", str(store), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "scenario.toml").read_text() == "mine"


def test_a_report_replaces_an_earlier_report_and_nothing_else(
    store: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "report.md").write_text("mine")
    (tmp_path / "net-payment.png").write_text("mine")
    assert run_command(["report", str(store), "--out", str(tmp_path)]) == 2
    told = capsys.readouterr().err.replace("\n", "")
    assert "report.md" in told
    assert "net-payment.png" in told
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {
        "report.md": "mine",
        "net-payment.png": "mine",
    }
    for _ in range(2):
        assert run_command(["report", str(store), "--out", str(tmp_path / "other")]) == 0


def test_a_report_that_was_cut_short_is_made_again(
    store: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr("matplotlib.figure.Figure.savefig", interrupted)
        with open_results(store) as data, pytest.raises(KeyboardInterrupt):
            write_report(data, tmp_path)
    assert run_command(["report", str(store), "--out", str(tmp_path)]) == 0
    assert (tmp_path / "net-payment.png").exists()


def test_a_report_lies_beside_its_store_and_has_everything(
    store: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_command(["report", str(store)]) == 0
    directory = store.with_name("quick-report")
    assert str(directory / "report.html") in capsys.readouterr().out
    names = {path.name for path in directory.iterdir()}
    assert names == {"report.html", "report.md", "report.toml"} | {
        f"{stem}.{kind}" for stem in FIGURES for kind in ("png", "svg")
    }
    page, text = ((directory / f"report.{kind}").read_text() for kind in ("html", "md"))
    for stem in FIGURES:
        with Image.open(directory / f"{stem}.png") as picture:
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
    assert tomllib.loads((directory / "report.toml").read_text())["study"]["name"] == "quick"


def test_the_same_store_gives_the_same_files(store: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        assert run_command(["report", str(store), "--out", str(tmp_path / name)]) == 0
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


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
