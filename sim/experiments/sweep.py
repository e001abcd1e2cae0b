"""Running a sweep: every point's replicates in a store of its own, resumed where left off."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import Any

from sim.experiments.design import design_of
from sim.experiments.lock import exclusive, sweep
from sim.experiments.plan import Coordinates, threads_allowed
from sim.experiments.runner import Run, run
from sim.experiments.store import naming, remove
from sim.experiments.sweep_store import (
    check_sweep,
    lay_out_sweep,
    point_path,
    replicates_of,
)
from sim.experiments.tally import Progress
from sim.experiments.workers import Failure, dask_pool
from sim.inputs.faults import Fault, InputError
from sim.scenarios import Scenario

# What may differ between points, as it is no label of results: how many replicates, and words.
_LABELS = ("arm", "aco", "year")


def run_sweep(
    scenario: Scenario,
    replicates: int,
    path: Path,
    *,
    progress: Callable[[Progress], None] | None = None,
    overwrite: bool = False,
    coordinates: Callable[[Scenario], dict[str, Any]],
    **how: Any,
) -> Run:
    """Simulate the replicates of every point; what the store already holds is not done again.

    Parameters
    ----------
    scenario : Scenario
        With a sweep.
    replicates : int
        Of each point. Points have their replicates on the same draws.
    path : Path
    progress : callable, optional
        Called with the :class:`~sim.experiments.runner.Progress` of all points together.
    overwrite : bool
    coordinates : callable
        Labels of a scenario's results.
    **how
        Other arguments of :func:`sim.run`.

    Returns
    -------
    Run

    Raises
    ------
    InputError
        When a point has faults, before any is run.
    """
    started = time.monotonic()
    design = design_of(scenario)
    points = design.checked()
    _check_labels(points, coordinates)
    if path.exists() and overwrite:
        with exclusive(path):
            remove(path)
    with naming(path):
        if not path.exists():
            lay_out_sweep(path, design)
    with exclusive(path), naming(path), ExitStack() as held:
        if how.get("executor") == "dask":
            # One cluster serves all points.
            how["executor"], close = dask_pool(how.get("address"), threads_allowed(how.get("threads")))
            held.callback(close)
        sweep(path)
        check_sweep(path, design)
        replicates_of(path, replicates)
        watch = _Watch(len(points), replicates, progress)
        runs = []
        for number, point in enumerate(points):
            one = run(
                point, replicates, point_path(path, number), progress=watch.of_point,
                coordinates=coordinates, **how,
            )  # fmt: skip
            watch.close(one)
            runs.append(one)
    return Run(
        path=path,
        requested=len(points) * replicates,
        completed=sum(one.completed for one in runs),
        computed=sum(one.computed for one in runs),
        failures=tuple(
            Failure(one.replicate, f"point {number}: {one.message}", one.traceback)
            for number, of_point in enumerate(runs)
            for one in of_point.failures
        ),
        seconds=time.monotonic() - started,
        notes=tuple(dict.fromkeys(note for one in runs for note in one.notes)),
        points=len(points),
    )


def _check_labels(points: list[Scenario], coordinates: Callable[[Scenario], dict[str, Any]]) -> None:
    """Refuse points whose results would not fit beside each other."""
    first: dict[str, list[Any]] = {}
    for number, point in enumerate(points):
        labels = Coordinates.of(coordinates(point)).labels
        found = {name: labels[name].tolist() for name in _LABELS}
        first = first or found
        for name in _LABELS:
            if found[name] != first[name]:
                problem = f"has other labels of {name} than point 0"
                allowed = "must have the same arms, ACOs and years at every point"
                raise InputError(Fault(f"sweep point {number}", "", problem, allowed))


class _Watch:
    """Tells how far a sweep is: the points before, and the one under way."""

    def __init__(self, points: int, replicates: int, progress: Callable[[Progress], None] | None) -> None:
        self._total, self._progress = points * replicates, progress
        self._completed = self._failed = self._computed = 0
        self._seconds = 0.0

    def of_point(self, one: Progress) -> None:
        """Tell of a point's progress as part of the whole."""
        if self._progress is None:
            return
        completed, failed = self._completed + one.completed, self._failed + one.failed
        rate = self._computed / self._seconds if self._seconds > 0 and self._computed else one.rate
        left = self._total - completed - failed
        # The error of a mean over one point's replicates says nothing of the sweep.
        told = replace(
            one, completed=completed, failed=failed, total=self._total, rate=rate,
            eta=left / rate if rate else math.nan, error=math.nan,
        )  # fmt: skip
        self._progress(told)

    def close(self, one: Run) -> None:
        """Count a point that is through."""
        self._completed += one.completed
        self._failed += len(one.failures)
        self._computed += one.computed
        self._seconds += one.seconds
