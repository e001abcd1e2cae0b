"""A stand-in for the model: arrays of the right shape, drawn from (seed, replicate), in no time."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pytest
from worlds import aco, text_of

from sim.experiments.runner import Run, run
from sim.outcomes.quality import MEASURES
from sim.outcomes.registry import VARIABLES
from sim.scenarios import Scenario

CELLS = [f"{kind}_{route}" for route in ("claims", "voluntary") for kind in ("ad", "esrd", "hn")]
CONTRACTS = [f"cara_{what}" for what in ("offered", "asked", "signed", "held", "ended")]
EPISODES = ["knee_arthroplasty", "sepsis"]
QUICK = text_of(
    aco("a", "6,000 people", entry="renewing"),
    aco("b", 1500, leadership="hospital", market="rural"),
    name="quick",
    seed=5,
    replicates=4,
)


def coordinates(scenario: Any) -> dict[str, Any]:
    acos = [aco.name for aco in scenario.population.synthetic]
    return {
        "arm": list(scenario.arms),
        "aco": acos,
        "cell": CELLS,
        "episode": EPISODES,
        "measure": list(MEASURES),
        "year": list(scenario.years),
        "lives": ("aco", [aco.lives for aco in scenario.population.synthetic]),
        "entry": ("aco", [aco.entry for aco in scenario.population.synthetic]),
    }


def simulate(scenario: Any, replicate: int, *, threads: int = 1) -> Mapping[str, np.ndarray]:
    """Draw everything from (seed, replicate); money as exact cents or as dollars, whichever comes."""
    sizes = {name: len(labels) for name, labels in coordinates(scenario).items()}
    draws = np.random.default_rng([scenario.study.seed, replicate])
    arrays = {}
    for variable in VARIABLES:
        if not set(variable.dims) <= set(sizes):
            continue
        shape = [sizes[dim] for dim in ("arm", *variable.dims)]
        if variable.dtype == "flag":
            arrays[variable.name] = draws.random(shape) < 0.5
        elif variable.name in CONTRACTS:
            arrays[variable.name] = draws.integers(0, 50, shape)
        elif variable.name in ("expenditure", "medicare_outlay"):
            arrays[variable.name] = draws.integers(-(10**12), 10**12, shape)
        else:
            arrays[variable.name] = draws.normal(1e6, 3e6, shape)
    arrays["settlement"][:, 0, -1] = np.nan
    return arrays


def stand_in(patch: pytest.MonkeyPatch, simulate: Callable[..., Any] = simulate, threads: int = 2) -> None:
    """Let commands run this, or another function of its signature, in place of the model."""
    module = ModuleType("sim.replicate")
    module.__dict__.update(simulate=simulate, coordinates=coordinates)
    patch.setitem(sys.modules, "sim.replicate", module)
    patch.setenv("LEADSIM_THREADS", str(threads))


def go(scenario: Scenario, out: Path, replicates: int | None = 40, **options: Any) -> Run:
    """Run the stand-in for the model."""
    options = {"simulate": simulate, "coordinates": coordinates, "threads": 2} | options
    return run(scenario, replicates, out, **options)


def assert_same_bytes(one: Path, other: Path) -> None:
    found = subprocess.run(["diff", "-r", one, other], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


class Interrupting:
    """Simulates until so many replicates are out, then interrupts the run as Ctrl-C does."""

    def __init__(self, after: int) -> None:
        self.after = after
        self.finished: list[int] = []
        self._lock = threading.Lock()

    def progress(self, state: Any) -> None:
        if state.completed >= self.after:
            raise KeyboardInterrupt

    def simulate(self, scenario: Any, replicate: int, *, threads: int = 1) -> Mapping[str, np.ndarray]:
        arrays = simulate(scenario, replicate, threads=threads)
        with self._lock:
            self.finished.append(replicate)
        return arrays


class Failing:
    """Fails in some replicates."""

    def __init__(
        self, *failing: int, error: Callable[[], Exception] = lambda: ZeroDivisionError("no months")
    ):
        self.failing = failing
        self.error = error

    def __call__(self, scenario: Any, replicate: int, *, threads: int = 1) -> Mapping[str, np.ndarray]:
        if replicate in self.failing:
            raise self.error()
        return simulate(scenario, replicate, threads=threads)
