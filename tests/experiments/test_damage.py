"""What happens to stores: damage, other labels, other sources, kills, two writers, absurd sizes."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import fake_model
import numpy as np
import pytest
import xarray as xr
import zarr
from fake_model import assert_same_bytes, go

from sim.cli import run_command
from sim.experiments import lock, provenance
from sim.experiments.results import checked, open_results
from sim.experiments.store import ResultStore
from sim.inputs.faults import InputError
from sim.scenarios import Scenario


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.from_toml(fake_model.QUICK)


@pytest.fixture(scope="module")
def kept(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("kept") / "run.zarr"
    go(scenario, path, 40)
    return path


@pytest.fixture
def out(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept, tmp_path / "run.zarr")


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list to which the name of each array of a store is added when it is read."""
    names: list[str] = []

    def listening(way: str) -> None:
        original = getattr(zarr.Array, way)

        def listen(array: zarr.Array, *where: Any, **how: Any) -> Any:
            names.append(Path(array.store.root).name)
            return original(array, *where, **how)

        monkeypatch.setattr(zarr.Array, way, listen)

    listening("get_basic_selection")
    listening("get_orthogonal_selection")
    return names


def chunk_of(store: Path) -> Path:
    return min(path for path in (store / "gross_savings" / "c").rglob("*") if path.is_file())


def test_arms_in_another_order_are_written_by_label(scenario: Scenario, tmp_path: Path) -> None:
    def by_label(scenario: Scenario, replicate: int, *, threads: int = 1) -> dict[str, np.ndarray]:
        names = sorted(scenario.arms)
        drawn = fake_model.simulate(scenario, replicate)
        return {name: array[[names.index(arm) for arm in scenario.arms]] for name, array in drawn.items()}

    raw = tomllib.loads(fake_model.QUICK)
    head, *arms = fake_model.QUICK.split("[arms.")
    swapped = Scenario.from_toml(
        "[arms.".join([head.rstrip() + "\n\n", *reversed(arms)]).replace("][", "]\n[")
    )
    assert list(swapped.arms) != list(scenario.arms) == list(raw["arms"])
    assert swapped.hash == scenario.hash
    go(scenario, tmp_path / "plain.zarr", 8, simulate=by_label)
    go(scenario, tmp_path / "mixed.zarr", 4, simulate=by_label)
    go(swapped, tmp_path / "mixed.zarr", 8, simulate=by_label)
    with open_results(tmp_path / "plain.zarr") as plain, open_results(tmp_path / "mixed.zarr") as mixed:
        assert plain.drop_attrs().identical(mixed.drop_attrs())


def test_overwrite_waits_for_no_lock_but_asks_for_it(scenario: Scenario, out: Path) -> None:
    other = scenario.replace({"study.seed": 6})
    with lock.exclusive(out), pytest.raises(InputError, match="being written by another run"):
        go(other, out, 2, overwrite=True)
    assert open_results(out).attrs["seed"] == 5


def test_other_sources_data_or_minor_versions_are_refused(
    scenario: Scenario, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as changed:
        changed.setattr(provenance, "model_digest", lambda: "0" * 64)
        with pytest.raises(InputError, match=r"other sources or data.*--overwrite"):
            go(scenario, out)
    real = provenance.version
    for later, refused in (("999.0.0", True), (real("numba") + ".post1", False)):
        with monkeypatch.context() as changed:
            changed.setattr(provenance, "version", lambda name, v=later: v if name == "numba" else real(name))
            if refused:
                with pytest.raises(InputError, match="another version of numba"):
                    go(scenario, out)
            else:
                assert "was begun with numba" in go(scenario, out).notes[0]


def test_the_digest_of_the_model_sees_sources_and_data_but_not_what_shows_them(tmp_path: Path) -> None:
    (tmp_path / "evidence").mkdir()
    (tmp_path / "cli").mkdir()
    (tmp_path / "model.py").write_text("one")
    digest = provenance.model_digest.__wrapped__
    seen = {digest(tmp_path)}
    (tmp_path / "evidence" / "mortality.csv").write_text("0.1")
    seen.add(digest(tmp_path))
    (tmp_path / "model.py").write_text("two")
    seen.add(digest(tmp_path))
    (tmp_path / "cli" / "tables.py").write_text("three")
    (tmp_path / "hindcast").mkdir()
    (tmp_path / "hindcast" / "reasons.toml").write_text("four")
    (tmp_path / "accessor.py").write_text("five")
    assert len(seen | {digest(tmp_path)}) == 3


@pytest.mark.parametrize("how", ["gone", "cut", "flipped"])
def test_damage_is_told_and_computed_anew(scenario: Scenario, out: Path, tmp_path: Path, how: str) -> None:
    shutil.copytree(out, tmp_path / "whole.zarr")
    file = chunk_of(out)
    content = bytearray(file.read_bytes())
    content[9] ^= 1
    if how == "gone":
        file.unlink()
    else:
        file.write_bytes(content[:-3] if how == "cut" else content)
    if how != "flipped":
        assert run_command(["status", str(out)]) == 2
    with pytest.raises(InputError, match=r"gross_savings/c/0/0/0/0: is damaged"):
        open_results(out)["gross_savings"].load()
    assert run_command(["verify", str(out), "--recompute", "0"]) == 2
    healed = go(scenario, out)
    assert healed.computed == 32
    assert "32 replicates are computed anew" in healed.notes[0]
    assert_same_bytes(tmp_path / "whole.zarr", out)
    assert run_command(["verify", str(out), "--recompute", "0"]) == 0


def test_digests_that_are_gone_are_named_and_vouch_for_nothing(
    scenario: Scenario, out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copytree(out, tmp_path / "whole.zarr")
    (out / "file_digest" / "c" / "0" / "0").unlink()
    for command in (["status"], ["verify", "--recompute", "0"]):
        assert run_command([*command, str(out)]) == 2
        told = "".join(capsys.readouterr().err.split())
        assert told.count("isdamaged") == told.count("file_digest/c/0/0") == 1
    with pytest.raises(InputError, match=r"file_digest/c/0/0: is damaged") as caught:
        open_results(out)["gross_savings"].load()
    assert len(caught.value.faults) == 1
    assert go(scenario, out).computed == 40
    assert_same_bytes(tmp_path / "whole.zarr", out)


@pytest.mark.parametrize(
    ("part", "text"), [("done", ""), ("file_digest", "{}"), ("replicate", "gone"), ("expenditure", "gone")]
)
def test_damaged_descriptions_are_named_and_mended(
    scenario: Scenario, out: Path, tmp_path: Path, part: str, text: str
) -> None:
    shutil.copytree(out, tmp_path / "whole.zarr")
    file = out / part / "zarr.json"
    if text == "gone":
        shutil.rmtree(file.parent)
    else:
        file.write_text(text)
    assert run_command(["status", str(out)]) == 2
    assert run_command(["verify", str(out), "--recompute", "0"]) == 2
    with pytest.raises(InputError, match=f"{part}/zarr.json: is "):
        open_results(out)
    healed = go(scenario, out)
    assert f"{part}/zarr.json" in healed.notes[0]
    assert_same_bytes(tmp_path / "whole.zarr", out)


def test_a_store_whose_owner_is_lost_is_refused(scenario: Scenario, out: Path) -> None:
    (out / "zarr.json").write_text("{")
    with pytest.raises(InputError, match="does not say that it is of this run"):
        go(scenario.replace({"study.seed": 6}), out)
    (out / "file_digest" / "zarr.json").unlink()
    with pytest.raises(InputError, match="is no leadsim result store"):
        go(scenario, out)


def test_a_store_of_another_version_of_leadsim_is_told(scenario: Scenario, out: Path) -> None:
    file = out / "zarr.json"
    file.write_text(file.read_text().replace("leadsim-results-2", "leadsim-results-1"))
    for read in (open_results, lambda path: go(scenario, path)):
        with pytest.raises(InputError, match=r"another version of leadsim .*leadsim-results-1.*--overwrite"):
            read(out)
    assert go(scenario, out, 2, overwrite=True).computed == 2


def test_absurd_sizes_are_refused_first(scenario: Scenario, tmp_path: Path, out: Path) -> None:
    for path in (tmp_path / "new.zarr", out):
        with pytest.raises(InputError, match=r"would add at least [0-9,]+ bytes.*at most 10,000,000"):
            go(scenario, path, 10**12)
    assert not (tmp_path / "new.zarr").exists()
    assert open_results(out).sizes["replicate"] == 40
    zarr.open_group(out, mode="r+")["done"].resize((10**13,))
    assert run_command(["status", str(out)]) == 2


def test_status_reads_no_results(out: Path, read: list[str]) -> None:
    read.clear()
    _, done = checked(out, whole=False)
    assert done.all()
    assert set(read) <= {
        "done",
        "file_digest",
        "arm",
        "aco",
        "cell",
        "episode",
        "measure",
        "year",
        "lives",
        "entry",
    }


def test_fewer_replicates_than_stored_are_shown_alone(scenario: Scenario, out: Path) -> None:
    with go(scenario, out, 4).open() as data:
        assert data.sizes["replicate"] == data.attrs["replicates_complete"] == 4


def test_escapes_in_names_are_shown_escaped(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert run_command(["status", str(tmp_path / "a\x1b[31mb")]) == 2
    told = capsys.readouterr().err
    assert "\x1b" not in told
    assert "a\\x1b[31mb" in told


@pytest.mark.parametrize("windows", [False, True])
def test_without_fcntl_a_file_beside_locks(out: Path, monkeypatch: pytest.MonkeyPatch, windows: bool) -> None:
    held: set[str] = set()

    def locking(handle: int, mode: int, size: int) -> None:
        assert (mode, size) == (2, 1)
        name = os.readlink(f"/proc/self/fd/{handle}")
        if name in held:
            raise OSError(errno.EACCES, "held")
        held.add(name)

    monkeypatch.setattr(lock, "_fcntl", None)
    monkeypatch.setattr(lock, "_msvcrt", SimpleNamespace(locking=locking, LK_NBLCK=2) if windows else None)
    with lock.exclusive(out):
        with pytest.raises(InputError, match="being written by another run"), lock.exclusive(out):
            pass
        assert (out.parent / ".run.zarr.lock").exists() or windows
    held.clear()
    dead = subprocess.run(
        [sys.executable, "-c", "import os; print(os.getpid())"], capture_output=True, check=True
    )
    (out.parent / ".run.zarr.lock").write_bytes(dead.stdout)
    with lock.exclusive(out):
        pass
    assert not (out.parent / ".run.zarr.lock").exists()


def test_on_a_file_system_without_locks_a_file_beside_locks(
    out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def flock(*_: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(lock, "_fcntl", SimpleNamespace(flock=flock, LOCK_EX=2, LOCK_NB=4))
    file = out.parent / ".run.zarr.lock"
    with lock.exclusive(out):
        assert file.exists()
        with (
            pytest.raises(InputError, match=r"another run .*remove .*\.run\.zarr\.lock"),
            lock.exclusive(out),
        ):
            pass
    assert not file.exists()
    file.write_text("1 another-machine")
    with pytest.raises(InputError, match="being written by another run"), lock.exclusive(out):
        pass


def test_a_full_disk_is_told_with_the_path(
    scenario: Scenario, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(ResultStore, "write", full)
    with pytest.raises(OSError, match=r"No space.*run\.zarr"):
        go(scenario, tmp_path / "run.zarr", 2)


def test_files_left_inside_a_write_are_swept(scenario: Scenario, out: Path) -> None:
    left = out / "benchmark" / "c" / "0" / "0.0123.partial"
    left.write_bytes(b"half")
    folder = out.parent / ".run.zarr.abc.new"
    folder.mkdir()
    go(scenario, out)
    assert not left.exists()
    assert not folder.exists()


@pytest.mark.parametrize("part", ["all", "arm", "years", "picked"])
def test_an_incomplete_store_is_read_by_need_and_without_what_is_not_done(
    out: Path, read: list[str], part: str
) -> None:
    whole = open_results(out)["gross_savings"].load()
    done = np.ones(40, bool)
    done[[3, 35, 39]] = False
    zarr.open_group(out, mode="r+")["done"][:] = done.astype("uint8")
    read.clear()
    data = open_results(out)
    assert "gross_savings" not in read
    assert data.attrs["replicates_complete"] == 37
    chosen = {
        "all": {},
        "arm": {"arm": 0, "replicate": 3},
        "years": {"year": slice(2, 4), "aco": 1},
        "picked": {"replicate": [39, 1, 3], "arm": [1, 0]},
    }[part]
    expected = whole.where(xr.DataArray(done, dims="replicate")).isel(chosen)
    found = data["gross_savings"].isel(chosen)
    np.testing.assert_array_equal(found.values, expected.values)
    assert found.dtype == whole.dtype
    assert found.attrs == whole.attrs
    data["gross_savings"].load()
    read.clear()
    assert data["gross_savings"].values.shape == whole.shape
    assert read == []


def test_reading_a_flipped_file_is_a_sentence_in_a_complete_store_and_in_an_incomplete_one(
    scenario: Scenario, out: Path
) -> None:
    file = chunk_of(out)
    content = bytearray(file.read_bytes())
    content[9] ^= 1
    file.write_bytes(content)
    with pytest.raises(InputError, match=r"run\.zarr/gross_savings.*is damaged"):
        open_results(out)["gross_savings"].load()
    store = zarr.open_group(out, mode="r+")
    store["done"][:1] = 0
    with pytest.raises(InputError, match=r"run\.zarr/gross_savings.*is damaged"):
        open_results(out)["gross_savings"].load()
    assert run_command(["verify", str(out), "--recompute", "0"]) == 2
    assert go(scenario, out).computed == 32
    assert run_command(["verify", str(out), "--recompute", "0"]) == 0
