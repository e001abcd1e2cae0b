"""Running a scenario: replicates spread over threads, each stored when complete, resumed where left off."""

from __future__ import annotations

import operator
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np
import xarray as xr

from sim.experiments.compiling import compile_clock
from sim.experiments.lock import exclusive, sweep
from sim.experiments.metadata import root_attributes
from sim.experiments.plan import Arrays, Coordinates, Crew, Simulate, threads_allowed
from sim.experiments.precision import Watched, next_number
from sim.experiments.provenance import check_identity, provenance
from sim.experiments.results import open_results
from sim.experiments.store import ResultStore, create, naming, remove
from sim.experiments.tally import Progress, Tally
from sim.experiments.workers import Failure, Kind, Task, Workers
from sim.inputs.faults import Fault, InputError
from sim.scenarios import Scenario

# A kill loses at most what is not yet written; writing takes at most one fiftieth of the time.
_SECONDS_BETWEEN_WRITES = 2.0
_WORK_PER_WRITE = 50.0


@dataclass(frozen=True, slots=True)
class Run:
    """What a run left.

    Attributes
    ----------
    path : Path
        The result store.
    requested, completed, computed : int
        Replicates asked for, complete in the store, and computed by this run.
    failures : tuple of Failure
        Replicates that raised in this run.
    seconds : float
        Wall-clock time of this run.
    notes : tuple of str
        What was met in a store that was there, in words.
    points : int
        Points of a sweep, whose replicates are counted together; 1 where there is none.
    """

    path: Path
    requested: int
    completed: int
    computed: int
    failures: tuple[Failure, ...]
    seconds: float
    notes: tuple[str, ...] = ()
    points: int = 1

    def open(self) -> xr.Dataset:
        """Return the results of the replicates asked for; see :func:`sim.open_results`."""
        data = open_results(self.path).isel(replicate=slice(self.requested // self.points))
        data.attrs |= {
            "replicates_complete": int(data["done"].sum()),
            "replicates_requested": self.points * data.sizes["replicate"],
        }
        return data


def run(
    scenario: Scenario | str | Path,
    replicates: int | None = None,
    out: str | Path | None = None,
    *,
    threads: int | None = None,
    progress: Callable[[Progress], None] | None = None,
    executor: Executor | Kind = "threads",
    address: str | None = None,
    batch: int | None = None,
    overwrite: bool = False,
    agents: Mapping[type, type] | None = None,
    behaviours: Mapping[str, Callable[..., Any]] | None = None,
    simulate: Simulate | None = None,
    coordinates: Callable[[Scenario], dict[str, Any]] | None = None,
) -> Run:
    """Simulate a scenario's replicates and store them; what the store already holds is not done again.

    Parameters
    ----------
    scenario : Scenario, str or Path
        The scenario or its file. The points of a sweep are run one after the other, each into a store of its
        own in `out`.
    replicates : int, optional
        How many, of each point, exactly; otherwise the scenario's number, or as many as its
        ``study.precision`` takes. A store that holds more keeps them.
    out : str or Path, optional
        The store, ``results/NAME.zarr`` otherwise.
    threads : int, optional
        Cores to use; ``LEADSIM_THREADS``, else all, otherwise. The numbers do not depend on it.
    progress : callable, optional
        Called with a :class:`Progress` at the start, after every replicate, and when kernels begin or end to
        compile.
    executor : {"threads", "processes", "dask"} or Executor
        Where replicates run: in this process, in others, on a Dask cluster, or on any executor of
        ``concurrent.futures``. Scripts that use processes begin under ``if __name__ == "__main__":``.
    address : str, optional
        Of a Dask scheduler; a cluster on this machine otherwise.
    batch : int, optional
        Replicates handed out together; what takes half a second otherwise.
    overwrite : bool
        Throw away a store of another scenario at `out`.
    agents, behaviours : mapping, optional
        Agent classes and behaviours of your own, see :class:`sim.LeadModel`. What replaced what is told by
        version or source text and belongs to the results: a store never mixes two models.
    simulate, coordinates : callable, optional
        The model; ``sim.replicate.simulate`` and ``sim.replicate.coordinates`` otherwise.

    Returns
    -------
    Run
        With the failures of single replicates, which stop no others.

    Raises
    ------
    InputError
        When the scenario has faults, or `out` holds something else than this scenario's results.
    KeyboardInterrupt
        When interrupted; every replicate complete by then is in the store.
    """
    scenario = scenario if isinstance(scenario, Scenario) else Scenario.load(scenario)
    requested = _replicates(scenario.study.replicates if replicates is None else replicates)
    allowed = threads_allowed(threads)
    path = Path(out) if out else Path("results") / f"{scenario.study.name}.zarr"
    model = (simulate, coordinates) if simulate and coordinates else _model()
    if scenario.tables.sweep is not None:
        from sim.experiments.sweep import run_sweep  # noqa: PLC0415  it runs each point through here

        return run_sweep(
            scenario, requested, path, progress=progress, overwrite=overwrite, coordinates=model[1],
            simulate=model[0], threads=threads, executor=executor, address=address, batch=batch,
            agents=agents, behaviours=behaviours,
        )  # fmt: skip
    replaced = _identity(scenario, agents, behaviours)
    labels = Coordinates.of(model[1](scenario))
    started = time.monotonic()
    own = {"agents": agents, "behaviours": behaviours} if replaced else {}
    goal = scenario.study.precision if replicates is None else None
    watched = Watched.of(goal, labels)
    labels.check_room(requested, path)
    made = provenance(scenario, replaced)
    stated = cache(partial(_stated, scenario))
    if overwrite and path.exists():
        root_attributes(path, any_version=True)
        with exclusive(path):
            remove(path)
    with naming(path):
        if not path.exists():
            create(path, labels, made, requested, stated(requested))
    with exclusive(path), naming(path), compile_clock() as compiling:
        notes = check_identity(path, scenario, replaced)
        sweep(path)
        store = ResultStore(path, labels, made)
        notes += _healed(store)
        tally = None
        while True:
            size = max(requested, store.done.size)
            store.grow(size, stated(size))
            done = store.done[:requested]
            todo = [int(replicate) for replicate in np.flatnonzero(~done)]
            before = watched.stored(path, requested, labels) if done.any() else []
            if tally is None:
                tally = Tally(requested, watched, goal, before, progress, started, compiling)
            else:
                tally.aim(requested, len(before) - tally.computed)
            crew = Crew.of(allowed, len(todo))
            inner = crew.inner if executor == "threads" else 1
            task = Task(partial(model[0], **own) if own else model[0], scenario, inner)
            workers = Workers(executor, crew.workers, task, address, batch, tally.look)
            _work(workers, todo, store, tally)
            if goal is None or tally.failures:
                break
            figures = watched.stored(path, requested, labels)
            more = next_number(goal, figures, requested, labels.batch)
            if more == requested:
                break
            requested = more
            labels.check_room(requested, path)
    completed = int(store.done[:requested].sum())
    seconds = time.monotonic() - started
    return Run(path, requested, completed, tally.computed, tuple(tally.failures), seconds, notes)


def _stated(scenario: Scenario, replicates: int) -> dict[str, str]:
    """Return the attributes of a store that change with its number of replicates."""
    return {"scenario": scenario.replace({"study.replicates": replicates}).to_toml()}


def _healed(store: ResultStore) -> tuple[str, ...]:
    """Mend a store, and say in words what was damaged."""
    lost = store.heal()
    notes: tuple[str, ...] = ()
    if store.mended:
        names = ", ".join(file.relative_to(store.path).as_posix() for file in store.mended)
        notes = (f"{store.path} was damaged: {names} mended.",)
    if lost:
        notes = (*notes, f"{store.path} was damaged: {lost} replicates are computed anew.")
    return notes


def _replicates(asked: SupportsIndex) -> int:
    """Return a number of replicates, also one of NumPy's, as a whole number of at least 1."""
    try:
        number = operator.index(asked)
    except TypeError:
        number = 0
    if number < 1:
        raise InputError(Fault("--replicates", "", f"= {asked}", "must be a whole number, at least 1"))
    return number


def _model() -> tuple[Simulate, Callable[[Scenario], dict[str, Any]]]:
    from sim.replicate import coordinates, simulate  # noqa: PLC0415  numba loads only when it is needed

    return simulate, coordinates


def _identity(
    scenario: Scenario,
    agents: Mapping[type, type] | None,
    behaviours: Mapping[str, Callable[..., Any]] | None,
) -> dict[str, str]:
    """Return what replaced what, told by version or source text; nothing where nothing is replaced."""
    stated = (scenario.tables.behaviour, *(arm.behaviour for arm in scenario.arms.values()))
    named = any(rules.model_fields_set for rules in stated)
    if not agents and not behaviours and not named:
        return {}
    from sim.agents.own_rules import own_rules  # noqa: PLC0415  as above
    from sim.agents.replaced import Replaced, told_of  # noqa: PLC0415  as above

    return Replaced.of(agents, behaviours).identity() | told_of(own_rules(scenario))


def _work(workers: Workers, todo: Sequence[int], store: ResultStore, tally: Tally) -> None:
    """Let replicates be computed, and store each once complete.

    All writing happens on one thread of its own: an interrupt only ever reaches the main thread, so it cannot
    cut a write short. A replicate is forgotten only after it is kept, so none that is complete gets lost.
    """
    ready: dict[int, Arrays] = {}
    due = time.monotonic() + _SECONDS_BETWEEN_WRITES
    with ThreadPoolExecutor(1, thread_name_prefix="store") as writer:
        try:
            for outcomes in workers.compute(todo):
                ready |= _complete(outcomes)
                for _, outcome in outcomes:
                    tally.add(outcome)
                if time.monotonic() > due:
                    started = time.monotonic()
                    writer.submit(store.write, dict(ready)).result()
                    ready.clear()
                    spent = time.monotonic() - started
                    due = time.monotonic() + max(_SECONDS_BETWEEN_WRITES, _WORK_PER_WRITE * spent)
        finally:
            ready |= _complete(workers.finished())
            if ready:
                writer.submit(store.write, ready).result()


def _complete(outcomes: Sequence[tuple[int, Arrays | Failure]]) -> dict[int, Arrays]:
    return {replicate: outcome for replicate, outcome in outcomes if not isinstance(outcome, Failure)}
