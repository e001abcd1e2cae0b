"""The store's traps: unwritten is NaN, flags come last, torn enlargements open, one writer at a time."""

from __future__ import annotations

import shutil
from pathlib import Path

import fake_model
import numpy as np
import pytest
import zarr
from fake_model import assert_same_bytes

from sim.experiments.documents import CONVENTIONS
from sim.experiments.lock import exclusive
from sim.experiments.plan import Coordinates
from sim.experiments.results import open_results
from sim.experiments.store import ResultStore, create
from sim.inputs.faults import InputError
from sim.outcomes.panel import PANEL_VARIABLES
from sim.outcomes.registry import VARIABLES
from sim.outcomes.variable import DIMS
from sim.scenarios import Scenario


@pytest.fixture
def scenario() -> Scenario:
    return Scenario.from_toml(fake_model.QUICK)


@pytest.fixture
def labels(scenario: Scenario) -> Coordinates:
    return Coordinates.of(fake_model.coordinates(scenario))


@pytest.fixture
def store(tmp_path: Path, labels: Coordinates) -> ResultStore:
    create(tmp_path / "s.zarr", labels, {"Conventions": CONVENTIONS})
    made = ResultStore(tmp_path / "s.zarr", labels)
    made.grow(5, {})
    return made


def test_an_empty_store_holds_no_number(store: ResultStore) -> None:
    with open_results(store.path) as data:
        assert data.attrs["replicates_complete"] == 0
        # No parameter is drawn here, and nobody asks for a panel.
        stored = [one for one in VARIABLES if "parameter" not in one.dims and one not in PANEL_VARIABLES]
        assert len(data.data_vars) == len(stored)
        for name in data.data_vars:
            assert data[name].size > 0
            assert np.isnan(data[name].values).all(), name


def test_even_without_the_mask_unwritten_is_nan(store: ResultStore) -> None:
    """The silent zero of unwritten integer chunks: flags all set, digests that know of no file."""
    group = zarr.open_group(store.path, mode="r+")
    group["done"][:] = 1
    with open_results(store.path) as data, pytest.raises(InputError, match="file_digest/c/0/0: is damaged"):
        data.load()
    with zarr.config.set({"array.write_empty_chunks": True}):
        zarr.open_group(store.path, mode="r+")["file_digest"][:] = 0
    with open_results(store.path) as data:
        for name in data.data_vars:
            assert np.isnan(data[name].values).all(), name


def test_chunks_are_as_zarr_writes_them(store: ResultStore, scenario: Scenario, tmp_path: Path) -> None:
    drawn = {replicate: dict(fake_model.simulate(scenario, replicate)) for replicate in range(5)}
    for arrays in drawn.values():
        arrays["risk_score"] = np.full_like(arrays["risk_score"], np.nan)
    store.write(drawn)
    assert not (store.path / "risk_score" / "c").exists()
    again = shutil.copytree(store.path, tmp_path / "again.zarr")
    for name, array in zarr.open_group(store.path, mode="r").arrays():
        shutil.rmtree(again / name / "c", ignore_errors=True)
        zarr.open_array(again / name, mode="r+")[...] = array[...]
    assert_same_bytes(store.path, again)


def test_numbers_without_their_flag_are_not_read(store: ResultStore, scenario: Scenario) -> None:
    store.write({1: fake_model.simulate(scenario, 1), 3: fake_model.simulate(scenario, 3)})
    group = zarr.open_group(store.path, mode="r+")
    group["done"][:] = np.array([0, 1, 0, 0, 0], np.uint8)
    with open_results(store.path) as data:
        assert not np.isnan(data["risk_score"].isel(replicate=1).values).any()
        assert np.isnan(data["risk_score"].isel(replicate=3).values).all()


@pytest.mark.parametrize("torn", ["expenditure", "done", "replicate"])
def test_an_enlargement_cut_short_opens_and_heals(
    store: ResultStore, scenario: Scenario, labels: Coordinates, torn: str
) -> None:
    store.write({r: fake_model.simulate(scenario, r) for r in range(5)})
    array = zarr.open_group(store.path, mode="r+")[torn]
    shape = list(array.shape)
    shape[0 if torn in ("done", "replicate") else 1] = 9
    array.resize(tuple(shape))
    with open_results(store.path) as data:
        assert data.sizes["replicate"] == 5
        assert data.attrs["replicates_complete"] == 5
        assert not np.isnan(data["benchmark"].values).any()
    healed = ResultStore(store.path, labels)
    healed.grow(9, {})
    with open_results(store.path) as data:
        assert data.sizes["replicate"] == 9
        assert list(data["done"].values) == [True] * 5 + [False] * 4


def test_a_batch_half_full_is_completed_by_another_writer(
    store: ResultStore, scenario: Scenario, labels: Coordinates
) -> None:
    store.write({4: fake_model.simulate(scenario, 4)})
    ResultStore(store.path, labels).write({0: fake_model.simulate(scenario, 0)})
    with open_results(store.path) as data:
        for replicate in (0, 4):
            expected = fake_model.simulate(scenario, replicate)["risk_score"]
            assert np.array_equal(data["risk_score"].isel(replicate=replicate).values, expected)


def test_two_writers_at_once_are_refused(store: ResultStore) -> None:
    with (
        exclusive(store.path),
        pytest.raises(InputError, match="being written by another run"),
        exclusive(store.path),
    ):
        pass
    with exclusive(store.path):
        pass


def test_a_layout_that_fails_leaves_nothing_behind(tmp_path: Path, labels: Coordinates) -> None:
    with pytest.raises(TypeError):
        create(tmp_path / "s.zarr", labels, {"Conventions": object()})
    assert not list(tmp_path.iterdir())


def test_a_store_of_other_variables_or_labels_is_refused(store: ResultStore, labels: Coordinates) -> None:
    more = Coordinates({**labels.labels, "aco": np.arange(3)}, {})
    with pytest.raises(InputError, match="is not laid out for person_months"):
        ResultStore(store.path, more)
    shutil.rmtree(store.path / "settlement")
    mended = ResultStore(store.path, labels).mended
    assert [str(file.relative_to(store.path)) for file in mended] == ["settlement/zarr.json"]


def test_damage_on_disk_is_noticed(store: ResultStore, scenario: Scenario) -> None:
    store.write({r: fake_model.simulate(scenario, r) for r in range(5)})
    chunk = next(path for path in (store.path / "benchmark" / "c").rglob("*") if path.is_file())
    content = bytearray(chunk.read_bytes())
    content[len(content) // 2] ^= 1
    chunk.write_bytes(content)
    with open_results(store.path) as data, pytest.raises(InputError, match=r"benchmark.*is damaged"):
        data["benchmark"].load()


def test_every_array_is_checksummed_and_dims_are_in_order(store: ResultStore) -> None:
    for name, array in zarr.open_group(store.path, mode="r").arrays():
        assert any("Crc32c" in type(codec).__name__ for codec in array.compressors), name
    for variable in VARIABLES:
        places = [DIMS.index(dim) for dim in variable.all_dims]
        assert places == sorted(places), variable.name


def test_batches_depend_on_labels_only_and_stay_small(labels: Coordinates) -> None:
    assert labels.batch == 32
    many = Coordinates({**labels.labels, "aco": np.arange(400)}, {})
    assert 1 <= many.batch < 32
