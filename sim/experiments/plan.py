"""What a run will do: labels of its results, replicates grouped on disk and spread over threads."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError
from sim.outcomes.registry import VARIABLES
from sim.outcomes.variable import Variable

THREADS_VARIABLE = "LEADSIM_THREADS"
Arrays = Mapping[str, NDArray[Any]]
Simulate = Callable[..., Arrays]

# One file per variable and batch: big enough that files are few, small enough to rewrite while a batch fills.
_MOST_IN_A_BATCH = 32
_CHUNK_BYTES = 4 * 2**20
# Labels and flags of so many can still be read at once; no study needs more.
MOST_REPLICATES = 10**7
# Results on disk take from a third to a fifth of their bytes in memory.
_LEAST_ON_DISK = 0.2


@dataclass(frozen=True)
class Coordinates:
    """Labels of a run's results.

    Attributes
    ----------
    labels : Mapping of str to ndarray
        Index coordinates by dim: ``arm``, ``aco``, ``cell`` (text) and ``year`` (int).
    extra : Mapping of str to (str, ndarray)
        Other coordinates: the dim each runs along, and its values.
    """

    labels: Mapping[str, NDArray[Any]]
    extra: Mapping[str, tuple[str, NDArray[Any]]]

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Coordinates:
        """Sort a mapping as ``sim.replicate.coordinates`` returns it into index and other coordinates."""
        extra = {
            name: (str(value[0]), np.asarray(value[1]))
            for name, value in given.items()
            if isinstance(value, tuple) and len(value) == 2 and value[0] in given
        }
        return cls({name: np.asarray(given[name]) for name in given if name not in extra}, extra)

    def size(self, dim: str) -> int:
        """Return the length of a dim other than ``replicate``."""
        return int(self.labels[dim].size)

    @cached_property
    def variables(self) -> tuple[Variable, ...]:
        """The result variables these labels can hold."""
        return tuple(v for v in VARIABLES if all(dim in self.labels for dim in ("arm", *v.dims)))

    @cached_property
    def bytes_per_replicate(self) -> int:
        """Size of one replicate's results in memory."""
        return sum(
            v.stored_dtype.itemsize * int(np.prod([self.size(dim) for dim in ("arm", *v.dims)]))
            for v in self.variables
        )

    def check_room(self, replicates: int, path: Path) -> None:
        """Refuse more replicates than a store can hold, or than its disk has room for.

        Raises
        ------
        InputError
            With the bytes that they would take, and the limit.
        """
        parent = next(folder for folder in path.absolute().parents if folder.exists())
        free = shutil.disk_usage(parent).free
        needed = int(_LEAST_ON_DISK * self.bytes_per_replicate * replicates)
        if replicates > MOST_REPLICATES or needed > free:
            problem = f"= {replicates} would add at least {needed:,} bytes to {path}"
            allowed = f"at most {MOST_REPLICATES:,} replicates, and {free:,} bytes are free there"
            raise InputError(Fault("--replicates", "", problem, allowed))

    @cached_property
    def batch(self) -> int:
        """Replicates per chunk: decided by the labels alone, so that every run of a scenario agrees."""
        largest = max(
            v.stored_dtype.itemsize * int(np.prod([self.size(dim) for dim in ("arm", *v.dims)]))
            for v in self.variables
        )
        return max(1, min(_MOST_IN_A_BATCH, _CHUNK_BYTES // max(largest, 1)))


@dataclass(frozen=True, slots=True)
class Crew:
    """How threads are spread: `workers` replicates at a time, each with `inner` threads."""

    workers: int
    inner: int

    @classmethod
    def of(cls, threads: int, remaining: int) -> Crew:
        """Give each replicate one thread while there are enough of them, the spare threads to the kernels."""
        workers = max(1, min(threads, remaining))
        return cls(workers, threads // workers)


def threads_allowed(threads: int | None = None) -> int:
    """Return how many cores a run may use: as given, else ``LEADSIM_THREADS``, else all this process has.

    Raises
    ------
    InputError
        When the number given is no positive whole number.
    """
    written = os.environ.get(THREADS_VARIABLE) if threads is None else None
    place = THREADS_VARIABLE if written else "--threads"
    if threads is None and not written:
        return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    text = written if written else str(threads)
    if not text.isdecimal() or int(text) < 1:
        raise InputError(Fault(place, "", f"= {text}", "must be a whole number of cores, at least 1"))
    return int(text)
