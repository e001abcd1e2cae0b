"""Reading a result store: a labelled dataset in which incomplete replicates are no numbers."""

from __future__ import annotations

import math
import os
import sys
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
import zarr
from numpy.typing import NDArray
from xarray.backends import BackendArray
from xarray.core import indexing

from sim.experiments.damage import (
    DIGESTS,
    chunk_file,
    damaged,
    digest_file,
    fault_each,
    flags_of,
    is_sound,
    read_labels,
    read_packed,
)
from sim.experiments.metadata import Metadata, examine
from sim.inputs.faults import Fault, InputError
from sim.outcomes.registry import VARIABLES


def open_results(path: str | Path) -> xr.Dataset:
    """Open the results of a run, finished or not.

    Parameters
    ----------
    path : str or Path
        A store written by ``leadsim run`` or :func:`sim.run`.

    Returns
    -------
    Dataset
        Dims ``arm, replicate, aco, cell, year``, before them ``design`` where the scenario is a sweep, with
        the values of its points as coordinates; money in dollars. Replicates that are not complete are NaN
        in every variable, whatever is on disk. Variables are read from disk when used, and only the part
        that is used; what cannot be read then is an InputError. The coordinate ``done`` says which replicates
        are complete, the attributes ``replicates_complete`` and ``replicates_requested`` how many.

    Raises
    ------
    InputError
        When there is no result store at `path`, or it is damaged.
    """
    path = Path(path)
    from sim.experiments.sweep_store import open_sweep, sweep_attributes  # noqa: PLC0415  it opens stores too

    return open_sweep(path) if sweep_attributes(path) is not None else open_store(path)


def open_store(path: Path) -> xr.Dataset:
    """Open the results of one scenario, as :func:`open_results` does."""
    metadata = examine(path)
    done = flags_of(metadata)
    data = xr.Dataset(
        {name: Complete.of(metadata, name, done) for name in metadata.results},
        {
            **{name: (metadata.arrays[name].dims, read_labels(metadata, name)) for name in metadata.labels},
            "replicate": np.arange(done.size),
            "done": ("replicate", done),
        },
        {name: value for name, value in metadata.attributes.items() if name != "coordinates"},
    )
    data.attrs |= {"replicates_complete": int(done.sum()), "replicates_requested": int(done.size)}
    return data


def open_all(path: str | Path) -> xr.Dataset:
    """Open results as :func:`open_results`, with every variable that tables and figures of this version show.

    Raises
    ------
    InputError
        When there is no result store at `path`, it is damaged, or it lacks a variable.
    """
    data = open_store(Path(path))
    faults = [
        Fault(str(path), variable.name, "is not in the store", "run its scenario again with this leadsim")
        for variable in VARIABLES
        if set(variable.all_dims) <= set(data.dims)
        and (variable.name not in data or data[variable.name].dims != variable.all_dims)
    ]
    if faults or "reference_arm" not in data.attrs:
        raise InputError(faults or Fault(str(path), "reference_arm", "is not stated", "must be an arm"))
    return data


class Complete(BackendArray):
    """Values of a variable read when used, no numbers where their replicate is not complete.

    Raises
    ------
    InputError
        On reading, where the store is damaged.
    """

    def __init__(self, metadata: Metadata, name: str, done: NDArray[np.bool_]) -> None:
        self._metadata, self._array, self._done = metadata, metadata.arrays[name], done
        self._shown = {
            key: value
            for key, value in self._array.attributes.items()
            if key not in ("scale_factor", "_FillValue")
        }
        shape = list(self._array.shape)
        shape[1] = done.size
        self.shape = tuple(shape)
        self.dtype = np.result_type(self._array.dtype, np.float32)

    @classmethod
    def of(cls, metadata: Metadata, name: str, done: NDArray[np.bool_]) -> xr.Variable:
        """Return a variable that reads through such an array."""
        made = cls(metadata, name, done)
        encoding = {"preferred_chunks": dict(zip(made._array.dims, made._array.chunks, strict=True))}
        return lazy(made, made._array.dims, made._shown, encoding)

    def __getitem__(self, key: Any) -> Any:
        support = indexing.IndexingSupport.OUTER
        return indexing.explicit_indexing_adapter(key, self.shape, support, self._read)

    def _read(self, key: tuple[Any, ...]) -> NDArray[Any]:
        rows = np.arange(self._done.size)[key[1]]
        self._check_memory(key, np.size(rows))
        spoilt = self._spoilt(np.unique(rows // self._array.chunks[1]).tolist())
        if spoilt:
            raise InputError(fault_each(dict.fromkeys(spoilt)))
        opened = zarr.open_array(self._metadata.path / self._array.name, mode="r", zarr_format=3)
        whole = tuple(np.arange(size)[one] for size, one in zip(self.shape, key, strict=True))
        try:
            stored = np.asarray(opened.oindex[_spans(key, whole)])
        except (OSError, ValueError, RuntimeError) as error:
            allowed = (
                "leadsim verify names its files, and leadsim run SCENARIO --out STORE computes them anew"
            )
            place = str(self._metadata.path / self._array.name)
            raise InputError(Fault(place, "", f"is damaged ({error})", allowed)) from error
        stored = stored.reshape([np.size(one) if np.ndim(one) else 1 for one in whole])
        read = stored.astype(self.dtype)
        if self._array.dtype != "float64":
            read[stored == opened.fill_value] = np.nan
        if "scale_factor" in self._array.attributes:
            read *= self._array.attributes["scale_factor"]
        read[:, ~self._done[np.atleast_1d(rows)]] = np.nan
        return read.reshape([np.size(one) for one in whole if np.ndim(one)])

    def _spoilt(self, batches: list[int]) -> list[Path]:
        """Return which files of some batches are not as they were written."""
        if not batches:
            return []
        digests = read_packed(self._metadata, DIGESTS, slice(batches[0], batches[-1] + 1))
        column, size = self._metadata.results.index(self._array.name), self._array.chunks[1]
        spoilt = []
        for batch in batches:
            part = self._done[batch * size : (batch + 1) * size]
            vouching = digest_file(self._metadata, batch)
            if part.any() and not vouching.exists():
                spoilt.append(vouching)
                continue
            file = chunk_file(self._metadata.path, self._array.name, len(self._array.shape), batch)
            expected = int(digests[batch - batches[0], column])
            if (
                part.any()
                and is_sound(file, self._array, expected, finished=bool(part.all()), whole=True) is False
            ):
                spoilt.append(file)
        return spoilt

    def _check_memory(self, key: tuple[Any, ...], rows: int) -> None:
        """Refuse to read what no machine of this size can hold."""
        others = [np.size(np.arange(size)[one]) for size, one in zip(self.shape, key, strict=True)]
        needed = math.prod([*others[:1], rows, *others[2:]]) * self.dtype.itemsize
        if needed > _memory():
            problem = f"would take {needed:,} bytes of memory, of {_memory():,} that the machine has"
            place = str(self._metadata.path / self._array.name)
            raise InputError(Fault(place, "", problem, "choose fewer replicates, ACOs or years"))


def _spans(key: tuple[Any, ...], whole: tuple[NDArray[np.int64], ...]) -> tuple[Any, ...]:
    """Return a key in which single places are lists and steps are forwards."""
    return tuple(
        one if isinstance(one, slice) and (one.step or 1) > 0 else np.atleast_1d(places)
        for one, places in zip(key, whole, strict=True)
    )


def _memory() -> int:
    """Return the bytes of memory of this machine; all that it can address where the system does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return sys.maxsize


def lazy(array: BackendArray, dims: Any, attributes: Any, encoding: Any = None) -> xr.Variable:
    """Return a variable that is read when used; protected and kept once read, as what xarray opens itself."""
    inner: Any = indexing.LazilyIndexedArray(array)
    kept = indexing.MemoryCachedArray(indexing.CopyOnWriteArray(inner))  # type: ignore[no-untyped-call]
    return xr.Variable(dims, kept, attributes, encoding, fastpath=True)


def checked(path: Path, *, whole: bool) -> tuple[dict[str, Any], NDArray[np.bool_]]:
    """Return the attributes (with ``sizes``, of all dims) and flags of a sound store, without its results.

    Raises
    ------
    InputError
        With a fault for each damaged file: its size, or with `whole` its content, is not what was written.
    """
    metadata = examine(path)
    for name in metadata.labels:
        read_labels(metadata, name)
    files = dict.fromkeys(file for _, file in damaged(metadata, whole=whole))
    flags = flags_of(metadata)
    if files:
        raise InputError(fault_each(files))
    return {**metadata.attributes, "sizes": metadata.sizes}, flags
