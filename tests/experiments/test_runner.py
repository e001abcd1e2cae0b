"""A run can be interrupted, resumed, extended, spread and partly fail; the store is the same to the byte."""

from __future__ import annotations

from pathlib import Path

import fake_model
import numpy as np
import pytest
from fake_model import Failing, Interrupting, assert_same_bytes, go

from sim.experiments.plan import Crew, threads_allowed
from sim.experiments.results import open_results
from sim.inputs.faults import Fault, InputError
from sim.scenarios import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.from_toml(fake_model.QUICK)


@pytest.fixture(scope="module")
def whole(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "run.zarr"
    assert go(scenario, path, threads=1).completed == 40
    return path


def test_values_survive_the_store_to_the_cent(scenario: Scenario, whole: Path) -> None:
    with open_results(whole) as data:
        for replicate in (0, 31, 32, 39):
            arrays = fake_model.simulate(scenario, replicate)
            read = data.isel(replicate=replicate)
            cents = arrays["expenditure"]
            assert np.array_equal(np.rint(read["expenditure"].values * 100).astype(np.int64), cents)
            settled = arrays["settlement"]
            assert np.array_equal(np.isnan(read["settlement"].values), np.isnan(settled))
            assert np.nanmax(np.abs(read["settlement"].values - settled)) <= 0.005 + 1e-9
            assert np.array_equal(read["risk_score"].values, arrays["risk_score"])
            assert np.array_equal(read["higher_spending"].values == 1, arrays["higher_spending"])


def test_labels_units_and_provenance(scenario: Scenario, whole: Path) -> None:
    with open_results(whole) as data:
        assert data["expenditure"].dims == ("arm", "replicate", "aco", "cell", "year")
        assert list(data["arm"].values) == ["no_aco", "lead_global", "lead_professional"]
        assert list(data["year"].values) == list(range(2027, 2037))
        assert list(data["lives"].values) == [6000, 1500]
        assert data["entry"].sel(aco="b") == "newly_entering"
        for name in data.data_vars:
            assert {"units", "long_name", "description"} <= set(data[name].attrs), name
        assert data.attrs["seed"] == 5
        assert data.attrs["replicates_complete"] == data.attrs["replicates_requested"] == 40
        for package in ("leadsim", "numpy", "numba", "mesa", "xarray", "zarr", "python"):
            assert f"{package}_version" in data.attrs
        assert len(data.attrs["assumed_inputs"]) == len(scenario.assumed())
        assert Scenario.from_toml(data.attrs["scenario"]).hash == data.attrs["scenario_hash"] == scenario.hash


@pytest.mark.parametrize("after", [1, 7, 33])
def test_interrupted_then_resumed_equals_uninterrupted(
    scenario: Scenario, whole: Path, tmp_path: Path, after: int
) -> None:
    out = tmp_path / "run.zarr"
    model = Interrupting(after)
    with pytest.raises(KeyboardInterrupt):
        go(scenario, out, simulate=model.simulate, progress=model.progress)
    with open_results(out) as data:
        complete = data["done"].values
        assert after <= data.attrs["replicates_complete"] == complete.sum() <= 40
        assert set(np.flatnonzero(complete)) <= set(model.finished)
        assert np.isnan(data["expenditure"].values[:, ~complete]).all()
        assert not np.isnan(data["expenditure"].values[:, complete]).any()
    resumed = go(scenario, out)
    assert resumed.computed == 40 - complete.sum()
    assert_same_bytes(whole, out)


def test_extension_leaves_the_same_bytes(scenario: Scenario, whole: Path, tmp_path: Path) -> None:
    extended = tmp_path / "extended.zarr"
    go(scenario, extended, 5)
    go(scenario, extended, 33, threads=3)
    assert go(scenario, extended).computed == 7
    assert_same_bytes(whole, extended)


def test_finished_run_computes_nothing_and_keeps_more_than_asked(scenario: Scenario, whole: Path) -> None:
    again = go(scenario, whole, 12)
    assert (again.computed, again.completed, again.requested) == (0, 12, 12)
    assert open_results(whole).sizes["replicate"] == 40


def test_one_failing_replicate_stops_no_other(scenario: Scenario, whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.zarr"
    done = go(scenario, out, simulate=Failing(3, 20))
    assert (done.completed, [one.replicate for one in done.failures]) == (38, [3, 20])
    assert done.failures[0].message == "ZeroDivisionError: no months"
    assert "raise self.error()" in done.failures[0].traceback
    with done.open() as data:
        assert np.isnan(data["benchmark"].isel(replicate=[3, 20]).values).all()
    assert go(scenario, out).completed == 40
    assert_same_bytes(whole, out)


def test_bad_input_found_while_simulating_stops_the_run(scenario: Scenario, tmp_path: Path) -> None:
    bad = Failing(2, error=lambda: InputError(Fault("puf.csv", "N_AB", "is missing", "must be a column")))
    with pytest.raises(InputError, match="N_AB"):
        go(scenario, tmp_path / "run.zarr", simulate=bad)


def test_store_of_another_scenario_is_refused_unless_overwritten(scenario: Scenario, tmp_path: Path) -> None:
    out = tmp_path / "run.zarr"
    go(scenario, out, 2)
    other = scenario.replace({"study.seed": 6})
    with pytest.raises(InputError, match="holds results of another scenario"):
        go(other, out, 2)
    assert go(other, out, 2, overwrite=True).computed == 2
    assert open_results(out).attrs["seed"] == 6


def test_titles_and_replicates_do_not_make_another_scenario(scenario: Scenario, tmp_path: Path) -> None:
    out = tmp_path / "run.zarr"
    go(scenario, out, 2)
    retitled = scenario.replace({"study.title": "Other words", "study.replicates": 3})
    assert go(retitled, out, 3).computed == 1


def test_anything_else_at_the_path_is_left_alone(scenario: Scenario, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    with pytest.raises(InputError, match="no leadsim result store"):
        go(scenario, tmp_path, 2, overwrite=True)
    assert (tmp_path / "notes.txt").read_text() == "mine"
    with pytest.raises(InputError, match="does not exist"):
        open_results(tmp_path / "nothing.zarr")


def test_progress_counts_rates_and_knows_its_error(scenario: Scenario, tmp_path: Path) -> None:
    seen: list = []
    go(scenario, tmp_path / "run.zarr", 6, progress=seen.append)
    assert [state.completed for state in seen] == list(range(7))
    assert np.isnan(seen[0].error)
    assert seen[-1].eta == 0
    with open_results(tmp_path / "run.zarr") as data:
        totals = data["medicare_net_cost"].sum("year")
        expected = (totals.std("replicate", ddof=1) / 6**0.5).max()
    assert seen[-1].error == pytest.approx(float(expected))
    go(scenario, tmp_path / "run.zarr", 7, progress=seen.append)
    assert [state.completed for state in seen[7:]] == [6, 7]


@pytest.mark.parametrize(
    ("threads", "remaining", "expected"), [(2, 16, (2, 1)), (8, 3, (3, 2)), (4, 0, (1, 4))]
)
def test_threads_go_to_replicates_first(threads: int, remaining: int, expected: tuple[int, int]) -> None:
    crew = Crew.of(threads, remaining)
    assert (crew.workers, crew.inner) == expected


def test_threads_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LEADSIM_THREADS", "3")
    assert threads_allowed() == 3
    assert threads_allowed(2) == 2
    monkeypatch.setenv("LEADSIM_THREADS", "many")
    with pytest.raises(InputError, match="LEADSIM_THREADS: = many"):
        threads_allowed()
    with pytest.raises(InputError, match="--threads: = 0"):
        threads_allowed(0)


def test_numbers_of_replicates_and_threads_may_be_numpys(scenario: Scenario, tmp_path: Path) -> None:
    assert go(scenario, tmp_path / "a.zarr", np.int64(2), threads=np.int32(1)).completed == 2


@pytest.mark.parametrize("asked", [0, -1, 1.5, "two"])
def test_other_numbers_of_replicates_are_refused(scenario: Scenario, tmp_path: Path, asked: object) -> None:
    with pytest.raises(InputError, match=rf"--replicates: = {asked} -> must be a whole number, at least 1"):
        go(scenario, tmp_path / "a.zarr", asked)
    assert not (tmp_path / "a.zarr").exists()
