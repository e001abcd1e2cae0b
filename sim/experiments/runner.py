"""Running a scenario: replicates spread over threads, each stored when complete, resumed where left off."""

from __future__ import annotations

import math
import operator
import time
import traceback
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Executor, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, SupportsIndex

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.experiments.compiling import CompileClock, compile_clock
from sim.experiments.lock import exclusive, sweep
from sim.experiments.plan import Arrays, Coordinates, Crew, Simulate, threads_allowed
from sim.experiments.provenance import check_identity, provenance
from sim.experiments.results import open_results
from sim.experiments.store import ResultStore, naming, remove, store_attributes
from sim.inputs.faults import Fault, InputError
from sim.outcomes.error import RunningError
from sim.outcomes.registry import BY_NAME
from sim.scenarios import Scenario

_WATCHED = BY_NAME["medicare_net_cost"]
# A kill loses at most what is not yet written; writing takes at most one fiftieth of the time.
_SECONDS_BETWEEN_WRITES = 2.0
_WORK_PER_WRITE = 50.0
# How soon a run says that kernels compile.
_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class Failure:
    """A replicate that raised: its number, what went wrong in a line, and the whole traceback."""

    replicate: int
    message: str
    traceback: str


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    completed, failed, total : int
        Replicates; `completed` counts those of earlier runs too.
    rate : float
        Replicates per second of this run, the time that kernels compiled left out; 0 before the first.
    eta : float
        Seconds still to go at that rate; NaN before the first.
    error : float
        Largest Monte Carlo standard error, over arms, of the mean net cost to Medicare, USD; NaN if unknown.
    compiling : bool
        Whether kernels are being compiled, as they are once on a machine.
    """

    completed: int
    failed: int
    total: int
    rate: float
    eta: float
    error: float
    compiling: bool = False


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
    executor: Executor | None = None,
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
        How many, of each point; the scenario's number otherwise. A store that holds more keeps them.
    out : str or Path, optional
        The store, ``results/NAME.zarr`` otherwise.
    threads : int, optional
        Cores to use; ``LEADSIM_THREADS``, else all, otherwise. The numbers do not depend on it.
    progress : callable, optional
        Called with a :class:`Progress` at the start, after every replicate, and when kernels begin or end to
        compile.
    executor : Executor, optional
        Where replicates run instead of this process's threads (any ``concurrent.futures`` executor).
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
            simulate=model[0], threads=threads, executor=executor, agents=agents, behaviours=behaviours,
        )  # fmt: skip
    replaced = _identity(scenario, agents, behaviours)
    labels = Coordinates.of(model[1](scenario))
    started = time.monotonic()
    labels.check_room(requested, path)
    if store_attributes(path) is not None and overwrite:
        with exclusive(path):
            remove(path)
    with naming(path):
        if not path.exists():
            ResultStore.create(path, labels, provenance(scenario, replaced))
    with exclusive(path), naming(path), compile_clock() as compiling:
        notes = check_identity(path, scenario, replaced)
        sweep(path)
        store = ResultStore(path, labels)
        healed = store.heal()
        if healed:
            notes = (*notes, f"{path} was damaged: {healed} replicates are computed anew.")
        size = max(requested, store.done.size)
        store.grow(size, {"scenario": scenario.replace({"study.replicates": size}).to_toml()})
        todo = [int(replicate) for replicate in np.flatnonzero(~store.done[:requested])]
        tally = _Tally(requested, _watched(path, requested, labels), progress, started, compiling)
        crew = Crew.of(allowed, len(todo))
        pool = crew.pool() if executor is None else executor
        own = {"agents": agents, "behaviours": behaviours} if replaced else {}
        chosen = partial(model[0], **own) if own else model[0]
        task = partial(_attempt, chosen, scenario, threads=crew.inner if executor is None else 1)
        try:
            _work(task, todo, store, tally, pool, ahead=2 * crew.workers)
        finally:
            if executor is None:
                pool.shutdown(wait=False, cancel_futures=True)
    completed = int(store.done[:requested].sum())
    seconds = time.monotonic() - started
    return Run(path, requested, completed, tally.computed, tuple(tally.failures), seconds, notes)


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


def _attempt(simulate: Simulate, scenario: Scenario, replicate: int, threads: int) -> Arrays | Failure:
    """Simulate one replicate; whatever goes wrong in it is returned, so that others go on."""
    try:
        return simulate(scenario, replicate, threads=threads)
    except InputError:
        raise
    except Exception as error:
        return Failure(replicate, f"{type(error).__name__}: {error}", traceback.format_exc())


@dataclass(slots=True)
class _Tally:
    """Counts of a run, told to whoever watches it."""

    total: int
    watched: RunningError
    progress: Callable[[Progress], None] | None
    started: float
    compiling: CompileClock
    computed: int = 0
    failures: list[Failure] = field(default_factory=list)
    earlier: int = field(init=False)
    told: bool = False

    def __post_init__(self) -> None:
        self.earlier = min(self.watched.count, self.total)
        self.tell()

    def add(self, outcome: Arrays | Failure) -> None:
        if isinstance(outcome, Failure):
            self.failures.append(outcome)
        else:
            self.computed += 1
            self.watched.add(_net_cost(outcome))
        self.tell()

    def look(self) -> None:
        """Tell when kernels have begun or ended to compile."""
        if self.compiling.busy != self.told:
            self.tell()

    def tell(self) -> None:
        self.told = self.compiling.busy
        if self.progress is None:
            return
        seconds = time.monotonic() - self.started - self.compiling.seconds
        rate = self.computed / seconds if seconds > 0 else 0.0
        completed = self.earlier + self.computed
        left = self.total - completed - len(self.failures)
        eta = left / rate if rate else math.nan
        failed = len(self.failures)
        self.progress(Progress(completed, failed, self.total, rate, eta, self.watched.error, self.told))


def _work(
    task: Callable[[int], Arrays | Failure],
    todo: list[int],
    store: ResultStore,
    tally: _Tally,
    pool: Executor,
    *,
    ahead: int,
) -> None:
    """Run replicates, `ahead` of them handed out at a time, and store each once complete.

    All writing happens on one thread of its own: an interrupt only ever reaches the main thread, so it cannot
    cut a write short. A replicate is forgotten only after it is kept, so none that is complete gets lost.
    """
    waiting = iter(todo)
    running: dict[Future[Arrays | Failure], int] = {}
    ready: dict[int, Arrays] = {}
    due = time.monotonic() + _SECONDS_BETWEEN_WRITES
    with ThreadPoolExecutor(1, thread_name_prefix="store") as writer:
        try:
            while True:
                for replicate in islice(waiting, ahead - len(running)):
                    running[pool.submit(task, replicate)] = replicate
                if not running:
                    break
                done = wait(running, _SECONDS_BETWEEN_LOOKS, return_when=FIRST_COMPLETED).done
                tally.look()
                for future in done:
                    outcome = future.result()
                    if not isinstance(outcome, Failure):
                        ready[running[future]] = outcome
                    del running[future]
                    tally.add(outcome)
                if time.monotonic() > due:
                    started = time.monotonic()
                    writer.submit(store.write, dict(ready)).result()
                    ready.clear()
                    spent = time.monotonic() - started
                    due = time.monotonic() + max(_SECONDS_BETWEEN_WRITES, _WORK_PER_WRITE * spent)
        finally:
            for future, replicate in running.items():
                if not future.cancel() and future.done() and future.exception() is None:
                    outcome = future.result()
                    ready |= {} if isinstance(outcome, Failure) else {replicate: outcome}
            if ready:
                writer.submit(store.write, ready).result()


def _net_cost(arrays: Arrays) -> NDArray[np.float64]:
    """Return each arm's net cost to Medicare over all years, USD."""
    cents = _WATCHED.encode(np.asarray(arrays[_WATCHED.name])).astype(np.float64)
    total: NDArray[np.float64] = cents.sum(axis=-1) / 100
    return total


def _watched(path: Path, replicates: int, labels: Coordinates) -> RunningError:
    """Return the watched figure of replicates that earlier runs completed."""
    running = RunningError()
    data = open_results(path).isel(replicate=slice(replicates)).sel(arm=labels.labels["arm"])
    for row in data[_WATCHED.name].sum("year").transpose("replicate", "arm").values[data["done"].values]:
        running.add(row)
    return running
