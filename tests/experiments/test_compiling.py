"""Time that compiling takes is told and left out of a run's rate."""

import time
from pathlib import Path

import fake_model
import numpy as np
import pytest
from numba import njit

from sim.experiments.compiling import CompileClock, compile_clock
from sim.experiments.tally import Progress
from sim.scenarios import Scenario


def test_the_clock_runs_while_a_kernel_compiles_and_counts_nested_ones_once() -> None:
    now = [0.0]
    clock = CompileClock(lambda: now[0])
    clock.start()
    now[0] = 2.0
    clock.start()
    now[0] = 3.0
    clock.end()
    assert (clock.running, clock.seconds) == (True, 3.0)
    now[0] = 5.0
    clock.end()
    now[0] = 9.0
    assert (clock.running, clock.seconds, clock.busy) == (False, 5.0, True)
    now[0] = 11.0
    assert (clock.running, clock.seconds, clock.busy) == (False, 5.0, False)


def test_numba_tells_the_clock() -> None:
    with compile_clock() as clock:
        before = clock.seconds
        compiled = njit(lambda number: number + 1)
        compiled(1)
        first = clock.seconds
        compiled(2)
    assert before == 0.0
    assert first > 0.0
    assert clock.seconds == first
    assert not clock.running


def test_a_run_tells_when_kernels_compile_and_does_not_count_that_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = CompileClock()

    class Watched:
        def __enter__(self) -> CompileClock:
            return clock

        def __exit__(self, *_: object) -> None:
            return None

    monkeypatch.setattr("sim.experiments.runner.compile_clock", Watched)
    monkeypatch.setattr("sim.experiments.workers._SECONDS_BETWEEN_LOOKS", 0.02)
    monkeypatch.setattr("sim.experiments.compiling._SECONDS_BETWEEN_KERNELS", 0.0)

    def simulate(scenario: Scenario, replicate: int, *, threads: int = 1) -> dict[str, np.ndarray]:
        if replicate == 0:
            clock.start()
            time.sleep(0.5)
            clock.end()
            time.sleep(0.5)
        return fake_model.simulate(scenario, replicate)

    seen: list = []
    elapsed: list[float] = []
    started = time.monotonic()

    def progress(state: Progress) -> None:
        seen.append(state)
        elapsed.append(time.monotonic() - started)

    scenario = Scenario.from_toml(fake_model.QUICK)
    fake_model.go(scenario, tmp_path / "run.zarr", 4, simulate=simulate, threads=1, progress=progress)
    told = [(state.completed, state.compiling) for state in seen]
    assert told[:2] == [(0, False), (0, True)]
    assert told[2:] == [(0, False), (1, False), (2, False), (3, False), (4, False)]
    assert 1 / seen[3].rate <= elapsed[3] - 0.5
