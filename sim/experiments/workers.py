"""Where replicates are computed: one way over threads, processes and any other executor.

Replicates are handed out in batches, sized from the first that is computed. What a worker that died was
computing is computed again, replicate by replicate and alone; a replicate that then kills its worker twice is
told as a failure, and the others go on. Nothing of this shows in results: a replicate depends on its number
only.
"""

from __future__ import annotations

import hashlib
import pickle
import time
import traceback
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import (
    FIRST_COMPLETED,
    BrokenExecutor,
    Executor,
    Future,
    ProcessPoolExecutor,
    ThreadPoolExecutor,
    wait,
)
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from itertools import islice
from multiprocessing import get_all_start_methods, get_context
from typing import Any, Literal

from sim.experiments.plan import Arrays, Simulate
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.scenarios import Scenario

Kind = Literal["threads", "processes", "dask"]
KINDS: tuple[Kind, ...] = ("threads", "processes", "dask")
# A batch is long against what handing it out takes, and short against a wait for what a kill would lose.
_SECONDS_OF_A_BATCH = 0.5
_MOST_IN_A_BATCH = 64
# So many batches for each worker at least, so that all end at about the same time.
_BATCHES_EACH = 4
# How soon a run says that kernels compile.
_SECONDS_BETWEEN_LOOKS = 0.5


@dataclass(frozen=True, slots=True)
class Failure:
    """A replicate that raised: its number, what went wrong in a line, and the whole traceback."""

    replicate: int
    message: str
    traceback: str


Outcome = tuple[int, Arrays | Failure]
_Batch = Future[tuple[list[Arrays | Failure], float]]


@dataclass(frozen=True, slots=True)
class Task:
    """What every worker does: simulate replicates of one scenario, each with so many threads."""

    simulate: Simulate
    scenario: Scenario
    threads: int

    def __call__(self, replicates: Sequence[int]) -> tuple[list[Arrays | Failure], float]:
        """Return what comes of some replicates, and the seconds that they took."""
        started = time.monotonic()
        return [self._attempt(replicate) for replicate in replicates], time.monotonic() - started

    def _attempt(self, replicate: int) -> Arrays | Failure:
        """Simulate one replicate; whatever goes wrong in it is returned, so that others go on."""
        try:
            return self.simulate(self.scenario, replicate, threads=self.threads)
        except InputError:
            raise
        except Exception as error:
            return Failure(replicate, f"{type(error).__name__}: {error}", traceback.format_exc())


# The tasks that this process was sent, by digest: each is unpacked once.
_SENT: dict[str, Task] = {}


def _receive(digest: str, packed: bytes) -> None:
    _SENT[digest] = pickle.loads(packed)  # noqa: S301  the run's own, never a file's


def _compute(
    digest: str, packed: bytes | None, replicates: Sequence[int]
) -> tuple[list[Arrays | Failure], float]:
    """Do a task that was sent before, or comes along."""
    if digest not in _SENT and packed is not None:
        _receive(digest, packed)
    return _SENT[digest](replicates)


@dataclass(slots=True)
class Workers:
    """Workers of a run.

    Attributes
    ----------
    kind : {"threads", "processes", "dask"} or Executor
        Which workers; an executor of the caller's is used and left open.
    workers : int
        How many; as many again have their next batch at hand.
    task : Task
    address : str or None
        Of a Dask scheduler; workers of this machine otherwise.
    batch : int or None
        Replicates handed out together; sized from the first that is computed where None.
    look : callable
        Called at least twice a second while waiting.
    """

    kind: Kind | Executor
    workers: int
    task: Task
    address: str | None = None
    batch: int | None = None
    look: Callable[[], None] = lambda: None
    _close: Callable[[], None] = lambda: None
    _running: dict[_Batch, list[int]] = field(default_factory=dict)
    _doubtful: deque[int] = field(default_factory=deque)
    _fallen: set[int] = field(default_factory=set)
    _submit: Callable[[list[int]], Any] | None = None
    _seconds: float = 0.0
    _broken: bool = False

    def compute(self, todo: Sequence[int]) -> Iterator[list[Outcome]]:
        """Yield what comes of replicates, some at a time and in any order."""
        waiting, left = iter(todo), len(todo)
        try:
            self._open()
            if self.kind == "processes" and todo:
                # The first is computed here: kernels compile once on a machine, and are told of.
                left -= 1
                here = ThreadPoolExecutor(1, thread_name_prefix="replicate")
                self._running[here.submit(self.task, todo[:1])] = [next(waiting)]
                here.shutdown(wait=False)
                yield self._taken(next(self._wait()), alone=False)
            while True:
                alone = bool(self._doubtful) and not self._running
                if alone:
                    self._hand_out([self._doubtful.popleft()])
                elif not self._doubtful:
                    while len(self._running) < 2 * self.workers:
                        chosen = list(islice(waiting, self._size(left)))
                        if not chosen:
                            break
                        left -= len(chosen)
                        self._hand_out(chosen)
                if not self._running:
                    return
                for future in self._wait():
                    yield self._taken(future, alone=alone)
                if self._broken:
                    # Whatever else was handed out is lost, or has come to something by now.
                    for future in [*wait(self._running).done]:
                        yield self._taken(future, alone=False)
                    if not self._renew():
                        error = BrokenExecutor("the workers have ended")
                        yield [(one, _lost(one, error)) for one in (*self._doubtful, *waiting)]
                        return
        finally:
            self._stop()

    def _taken(self, future: _Batch, *, alone: bool) -> list[Outcome]:
        """Return what has come of a batch; one whose worker has died is to be computed again, alone."""
        batch, error = self._running[future], future.exception()
        if isinstance(error, InputError) or not isinstance(error, Exception | None):
            raise error
        self._broken |= isinstance(error, BrokenExecutor)
        found: list[Outcome] = []
        if error is None:
            outcomes, taken = future.result()
            self._seconds = taken / len(batch)
            found = list(zip(batch, outcomes, strict=True))
        elif alone and batch[0] in self._fallen:
            found = [(batch[0], _lost(batch[0], error))]
        else:
            self._fallen |= set(batch if alone else ())
            self._doubtful.extend(batch)
        del self._running[future]
        return found

    def finished(self) -> list[Outcome]:
        """Return what has come of batches since the last were yielded; the others are given up."""
        found: list[Outcome] = []
        for future, batch in self._running.items():
            if not future.cancel() and future.done() and future.exception() is None:
                found += zip(batch, future.result()[0], strict=True)
        self._running.clear()
        return found

    def _wait(self) -> Iterator[_Batch]:
        """Yield batches that are done, one at least."""
        done: set[_Batch] = set()
        while not done:
            done = wait(self._running, _SECONDS_BETWEEN_LOOKS, return_when=FIRST_COMPLETED).done
            self.look()
        yield from done

    def _size(self, left: int) -> int:
        """Return how many replicates to hand out together."""
        if self.batch:
            return self.batch
        even = left // (_BATCHES_EACH * self.workers)
        fitting = int(_SECONDS_OF_A_BATCH / self._seconds) if self._seconds else 1
        return max(1, min(fitting, even, _MOST_IN_A_BATCH))

    def _hand_out(self, batch: list[int]) -> None:
        try:
            self._running[self._submitted(batch)] = batch
        except BrokenExecutor as error:
            failed: _Batch = Future()
            failed.set_exception(error)
            self._running[failed] = batch

    def _submitted(self, batch: list[int]) -> _Batch:
        assert self._submit is not None  # noqa: S101  opened before anything is handed out
        future: _Batch = self._submit(batch)
        return future

    def _open(self) -> None:
        """Start the workers, and send them the task."""
        if self.kind == "threads":
            pool: Executor = ThreadPoolExecutor(self.workers, thread_name_prefix="replicate")
        elif self.kind == "processes":
            digest, packed = _packed(self.task)
            context = get_context("forkserver" if "forkserver" in get_all_start_methods() else "spawn")
            if hasattr(context, "set_forkserver_preload"):
                # What all workers import, and those that take the place of dead ones, is imported once.
                context.set_forkserver_preload([__name__, "sim.replicate"])
            pool = ProcessPoolExecutor(self.workers, context, initializer=_receive, initargs=(digest, packed))
            task: Callable[..., Any] = partial(_compute, digest, None)
        elif self.kind == "dask":
            pool, self._close = dask_pool(self.address, self.workers)
        elif isinstance(self.kind, Executor):
            pool = self.kind
        else:
            raise InputError(wrong_choice("--executor", "", self.kind, KINDS))
        if isinstance(pool, ThreadPoolExecutor):
            task = self.task
        elif self.kind != "processes":
            task = partial(_compute, *_packed(self.task))
        if self.kind in ("threads", "processes"):
            self._close = partial(pool.shutdown, wait=False, cancel_futures=True)
        self._submit = lambda batch: pool.submit(task, batch)

    def _renew(self) -> bool:
        """Put new workers in the place of dead ones, where they are the run's own."""
        self._broken = False
        if self.kind != "processes":
            return False
        self._stop()
        self._open()
        return True

    def _stop(self) -> None:
        self._close()
        self._close = lambda: None


def _lost(replicate: int, error: BaseException) -> Failure:
    """Return the failure of a replicate whose worker died, or could not send its results."""
    said = " ".join(str(error).split()) or "the worker ended"
    message = f"{type(error).__name__}: {said}"
    return Failure(replicate, message, "".join(traceback.format_exception(error)))


def _packed(task: Task) -> tuple[str, bytes]:
    """Return a task as it travels, and its digest."""
    try:
        packed = pickle.dumps(task)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        problem = f"cannot send the model to other processes ({error})"
        allowed = "agents, behaviours and models of your own must be importable; threads take any"
        raise InputError(Fault("--executor", "", problem, allowed)) from error
    return hashlib.sha256(packed).hexdigest(), packed


def dask_pool(address: str | None, workers: int) -> tuple[Executor, Callable[[], None]]:
    """Return an executor on a Dask cluster, and what ends it."""
    try:
        distributed: Any = import_module("distributed")
    except ImportError as error:
        fault = Fault("--executor", "", "= dask is not installed", "pip install 'leadsim[dask]'")
        raise InputError(fault) from error
    cluster = None
    try:
        if address is None:
            cluster = distributed.LocalCluster(
                n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0"
            )
        client = distributed.Client(cluster if address is None else address, timeout=10)
    except (OSError, ValueError, RuntimeError) as error:
        problem = f"= {address or 'this machine'} has no cluster that can be reached ({error})"
        allowed = "must be the address of a Dask scheduler, such as tcp://host:8786"
        raise InputError(Fault("--address", "", problem, allowed)) from error

    def close() -> None:
        client.close()
        if cluster is not None:
            cluster.close()

    return client.get_executor(pure=False, retries=0), close
