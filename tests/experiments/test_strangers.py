"""A store is data: a wrong byte or field of it is told in a sentence, and mended if it can be."""

from __future__ import annotations

import json
import random
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fake_model
import pytest
from fake_model import go

from sim.cli import run_command
from sim.experiments.damage import DIGESTS, digest
from sim.experiments.documents import CHECKSUM, LAYOUT, checksum, without_length
from sim.experiments.results import open_all, open_results
from sim.inputs.faults import InputError
from sim.outcomes.summary import summarise
from sim.scenarios import Scenario

ABSURD: tuple[Any, ...] = (
    *(None, True, -1, 0, 1, 2, 7.5, 10**9, 10**13, 2**70, "", "nonsense", "\x1b[31m", [], {}, [1, 2], ["a"]),
    *([10**9], [10**9] * 4, [[]] * 3, {"name": "pickle"}, [{"name": "zlib"}], "float16", "NaN", 1e400),
)


# One round of each takes about a second: a few in the default suite, many in the slow one.
SEEDS = pytest.mark.parametrize(
    ("seed", "rounds"), [(1, 2), *(pytest.param(seed, 12, marks=pytest.mark.slow) for seed in range(2, 6))]
)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.from_toml(fake_model.QUICK)


@pytest.fixture(scope="module")
def kept(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("strangers") / "run.zarr"
    go(scenario, path, 35)
    return path


@pytest.fixture
def out(kept: Path, tmp_path: Path) -> Path:
    return shutil.copytree(kept, tmp_path / "run.zarr")


def files_of(store: Path) -> dict[str, bytes]:
    return {str(file.relative_to(store)): file.read_bytes() for file in store.rglob("*") if file.is_file()}


def few(names: list[str], picks: random.Random) -> str:
    """Return a file: half of the time one that is not of the many results."""
    special = [name for name in names if name.split("/")[0] in {*SPECIAL, "zarr.json"}]
    return picks.choice(special if picks.random() < 0.5 else names)


SPECIAL = ("arm", "aco", "cell", "episode", "year", "lives", "entry", "done", "replicate", DIGESTS)


def read_everything(store: Path) -> None:
    """Read all that a store says, and what tables make of it."""
    with open_results(store) as data:
        data.load()
    with open_all(store) as data:
        if data.attrs["replicates_complete"]:
            summarise(data)


@SEEDS
def test_any_damage_is_told_and_mended_to_the_byte(
    scenario: Scenario, out: Path, seed: int, rounds: int
) -> None:
    picks = random.Random(seed)  # noqa: S311
    whole = files_of(out)
    with open_results(out) as data:
        expected = data.load()
    for _ in range(rounds):
        name = few(sorted(whole), picks)
        content = bytearray(whole[name])
        how = picks.choice(["flip", "cut", "gone"])
        content[picks.randrange(len(content))] ^= 1 << picks.randrange(8)
        if how == "gone":
            (out / name).unlink()
        else:
            (out / name).write_bytes(content[: picks.randrange(len(content))] if how == "cut" else content)
        try:
            with open_results(out) as data:
                found = data.load()
        except InputError as error:
            assert name.split("/")[0] in str(error), (name, how)  # noqa: PT017
        else:
            # Flags may be lost with their file; what is read is then no number, and nothing false.
            gone = name.startswith("done/c") and how == "gone"
            assert gone or expected.identical(found), (name, how)
            assert not gone or not found["done"].any()
        go(scenario, out, 35)
        assert files_of(out) == whole, (name, how)


def fields(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path of each field of a document."""
    if path:
        yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from fields(part, (*path, key))


def forged(store: Path, name: str, document: dict[str, Any]) -> None:
    """Write a document and all checksums that hold it."""
    (store / name).write_text(json.dumps(document))
    root = document if name == "zarr.json" else json.loads((store / "zarr.json").read_text())
    stated = root.get("attributes")
    if not isinstance(stated, dict):
        return
    array = name.partition("/")[0]
    try:
        if name != "zarr.json":
            root.pop("consolidated_metadata", None)
            stated[LAYOUT]["arrays"][array] = checksum(without_length(document))
        stated.pop(CHECKSUM, None)
        stated[CHECKSUM] = checksum(stated)
    except (KeyError, TypeError, ValueError, AttributeError):
        return
    (store / "zarr.json").write_text(json.dumps(root))


def restore(store: Path, whole: dict[str, bytes], folders: set[Path]) -> None:
    """Make a store what it was; hundreds of folders would take longer to remove and to make anew."""
    for path in sorted(store.rglob("*"), reverse=True):
        name = str(path.relative_to(store))
        if path.is_dir() and path not in folders:
            path.rmdir()
        elif path.is_file() and (name not in whole or path.read_bytes() != whole[name]):
            path.unlink()
    for name, content in whole.items():
        if not (store / name).exists():
            (store / name).parent.mkdir(parents=True, exist_ok=True)
            (store / name).write_bytes(content)


@SEEDS
def test_any_field_of_a_strangers_store_is_read_or_refused(
    scenario: Scenario, out: Path, seed: int, rounds: int, capsys: pytest.CaptureFixture[str]
) -> None:
    picks = random.Random(seed)  # noqa: S311
    whole = files_of(out)
    folders = {path for path in out.rglob("*") if path.is_dir()}
    names = sorted(name for name in whole if name.endswith("zarr.json"))
    for _ in range(rounds):
        name = few(names, picks)
        document = json.loads(whole[name])
        *path, last = picks.choice(list(fields(document)))
        place = document
        for key in path:
            place = place[key]
        if picks.random() < 0.15:
            del place[last]
        else:
            place[last] = picks.choice(ABSURD)
        forged(out, name, document)
        for command in (["status"], ["verify", "--recompute", "0"]):
            assert run_command([*command, str(out)]) in (0, 2, 3)
        assert "Traceback" not in capsys.readouterr().err
        for use in (lambda: read_everything(out), lambda: go(scenario, out, 35)):
            try:
                use()
            except InputError as error:
                assert error.faults  # noqa: PT017
        restore(out, whole, folders)
        assert files_of(out) == whole


def test_labels_and_chunks_that_claim_memory_are_refused_first(out: Path) -> None:
    root = json.loads((out / "zarr.json").read_text())
    file = out / "aco" / "c" / "0"
    file.write_bytes((2**31).to_bytes(4, "little") + file.read_bytes()[4:])
    root["attributes"][LAYOUT]["labels"]["aco"] = digest(file)
    del root["attributes"][CHECKSUM]
    root["attributes"][CHECKSUM] = checksum(root["attributes"])
    (out / "zarr.json").write_text(json.dumps(root))
    with pytest.raises(InputError, match=r"aco/c/0: is damaged"):
        open_results(out)
    assert run_command(["report", str(out)]) == 2


def test_a_pipe_in_a_store_is_not_waited_for(scenario: Scenario, out: Path) -> None:
    import os

    whole = files_of(out)
    names = ("gross_savings/c/0/0/0/0", "year/c/0", "year/zarr.json", "done/c/0", "file_digest/c/0/0")
    for name in names:
        (out / name).unlink()
        os.mkfifo(out / name)
        with pytest.raises(InputError, match=name):
            open_results(out)["gross_savings"].load()
        go(scenario, out, 35)
        assert files_of(out) == whole
