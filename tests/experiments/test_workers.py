"""However replicates are computed, the store is the same; what kills its worker stops no other."""

from __future__ import annotations

import os
import random
import signal
import time
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import fake_model
import numpy as np
import pytest
from fake_model import Interrupting, assert_same_bytes, go

from sim.experiments.workers import Task, Workers
from sim.inputs.faults import InputError
from sim.scenarios import Scenario

REPLICATES = 40


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return Scenario.from_toml(fake_model.QUICK)


@pytest.fixture(scope="module")
def whole(scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "run.zarr"
    go(scenario, path, REPLICATES, threads=1)
    return path


def shuffling(scenario: Any, replicate: int, *, threads: int = 1) -> Mapping[str, np.ndarray]:
    """Simulate, in a time that has nothing to do with the order of replicates."""
    time.sleep(random.Random(replicate).uniform(0, 0.02))  # noqa: S311
    return fake_model.simulate(scenario, replicate)


class Deadly:
    """Kills the process that computes some replicates, always or the first time only."""

    def __init__(self, *replicates: int, once_in: Path | None = None) -> None:
        self.replicates, self.once_in, self.parent = replicates, once_in, os.getpid()

    def __call__(self, scenario: Any, replicate: int, *, threads: int = 1) -> Mapping[str, np.ndarray]:
        if replicate in self.replicates and os.getpid() != self.parent:
            mark = self.once_in / str(replicate) if self.once_in else None
            if mark is None or not mark.exists():
                if mark is not None:
                    mark.touch()
                os.kill(os.getpid(), signal.SIGKILL)
        return fake_model.simulate(scenario, replicate)


@pytest.mark.parametrize(
    ("executor", "threads", "batch"),
    [
        ("threads", 1, 16),
        ("threads", 2, None),
        ("threads", 2, 1),
        ("processes", 2, 16),
        pytest.param("processes", 1, None, marks=pytest.mark.slow),
        pytest.param("caller's", 2, 64, marks=pytest.mark.slow),
        pytest.param("dask", 2, 16, marks=pytest.mark.slow),
    ],
)
@pytest.mark.parametrize("resumed", [False, True])
def test_workers_batches_order_and_interruptions_leave_the_same_bytes(
    scenario: Scenario, whole: Path, tmp_path: Path, executor: Any, threads: int, batch: int, resumed: bool
) -> None:
    out = tmp_path / "run.zarr"
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        chosen = pool if executor == "caller's" else executor
        options = {"executor": chosen, "threads": threads, "batch": batch, "simulate": shuffling}
        if resumed:
            model = Interrupting(7)
            with pytest.raises(KeyboardInterrupt):
                go(scenario, out, REPLICATES, **options, progress=model.progress)
        assert go(scenario, out, REPLICATES, **options).completed == REPLICATES
    assert_same_bytes(whole, out)


def test_a_worker_that_dies_once_costs_nothing(scenario: Scenario, whole: Path, tmp_path: Path) -> None:
    model = Deadly(5, 20, once_in=tmp_path)
    done = go(scenario, tmp_path / "run.zarr", REPLICATES, simulate=model, executor="processes", batch=4)
    assert (done.completed, done.failures) == (REPLICATES, ())
    assert_same_bytes(whole, tmp_path / "run.zarr")


def test_a_replicate_that_kills_its_worker_twice_is_told_and_the_rest_goes_on(
    scenario: Scenario, whole: Path, tmp_path: Path
) -> None:
    out = tmp_path / "run.zarr"
    done = go(scenario, out, REPLICATES, simulate=Deadly(9), executor="processes", batch=8)
    assert (done.completed, [one.replicate for one in done.failures]) == (REPLICATES - 1, [9])
    assert "BrokenProcessPool" in done.failures[0].message
    assert go(scenario, out, REPLICATES).computed == 1
    assert_same_bytes(whole, out)


def test_a_broken_executor_of_the_callers_ends_in_failures(scenario: Scenario, tmp_path: Path) -> None:
    out = tmp_path / "run.zarr"
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        done = go(scenario, out, 6, simulate=Deadly(2), executor=pool, batch=1, threads=1)
    assert done.completed + len(done.failures) == 6
    assert 2 in [one.replicate for one in done.failures]
    assert go(scenario, out, 6).completed == 6


def test_models_that_cannot_travel_are_refused_in_a_sentence(scenario: Scenario, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"--executor: cannot send the model .* threads take any"):
        go(scenario, tmp_path / "run.zarr", 4, simulate=lambda *_, **__: {}, executor="processes")
    with pytest.raises(InputError, match=r"--executor: = 'fibres'.*threads, processes, dask"):
        go(scenario, tmp_path / "run.zarr", 4, executor="fibres")


@pytest.mark.parametrize(("seconds", "left", "expected"), [(6.0, 100, 1), (0.01, 1000, 50), (0.01, 40, 5)])
def test_batches_take_half_a_second_and_end_together(seconds: float, left: int, expected: int) -> None:
    workers = Workers("threads", 2, Task(fake_model.simulate, None, 1))
    workers._seconds = seconds
    assert workers._size(left) == expected
    assert Workers("threads", 2, workers.task, batch=7)._size(left) == 7


def test_threads_take_a_model_that_no_process_could(scenario: Scenario, tmp_path: Path) -> None:
    def local(scenario: Any, replicate: int, *, threads: int = 1) -> Mapping[str, np.ndarray]:
        return fake_model.simulate(scenario, replicate)

    with ThreadPoolExecutor(2) as pool:
        assert go(scenario, tmp_path / "run.zarr", 3, simulate=local, executor=pool).completed == 3
