"""The resumable result store: Zarr v3, one writer, and a flag per replicate that is set last.

Protocol. Labels and arrays are laid out in a folder beside the store, which is then renamed into place, so
a store is whole from its first moment. The writer writes a batch of replicates into every variable and only
then flags them ``done``; readers see NaN for a replicate without its flag, so a run may be killed at any
moment. Growing sets every length anew before anything else is written, so it can be repeated. Nothing in a
store depends on time, order, threads or interruptions: equal runs leave equal bytes.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, Crc32cCodec

from sim.experiments.plan import Arrays, Coordinates
from sim.inputs.faults import Fault, InputError
from sim.outcomes.registry import Variable

CONVENTIONS = "CF-1.11 leadsim-results-1"
_FLAGS_PER_CHUNK = 2**16


class ResultStore:
    """The one writer of a result store that exists; :meth:`create` lays out a new one.

    Rows of a batch being filled are kept in memory, so that a chunk is written whole each time.
    """

    def __init__(self, path: Path, coordinates: Coordinates) -> None:
        self.path = path
        self._coordinates = coordinates
        self._group = zarr.open_group(path, mode="r+", zarr_format=3, use_consolidated=False)
        self._arrays: dict[str, Any] = dict(self._group.arrays())
        self._check_layout()
        self._batches: dict[int, dict[str, NDArray[Any]]] = {}

    def _check_layout(self) -> None:
        """Refuse a store laid out for other variables or labels, as another version of leadsim leaves it."""
        for variable in self._coordinates.variables:
            others = tuple(map(self._coordinates.size, variable.dims))
            chunks = (self._coordinates.size("arm"), self._coordinates.batch, *others)
            if variable.name not in self._arrays or self._arrays[variable.name].chunks != chunks:
                problem = f"is not laid out for {variable.name} as this version of leadsim writes it"
                raise InputError(Fault(str(self.path), "", problem, "choose another --out, or --overwrite"))

    @classmethod
    def create(cls, path: Path, coordinates: Coordinates, attributes: Mapping[str, Any]) -> ResultStore:
        """Lay out an empty store for no replicates yet; `path` must not exist."""
        path.parent.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{path.name}.", dir=path.parent))
        try:
            beside.chmod(0o755)
            named = {"coordinates": " ".join(coordinates.extra)} if coordinates.extra else {}
            group = zarr.create_group(
                beside, zarr_format=3, attributes={**attributes, **named}, overwrite=True
            )
            for name, labels in coordinates.labels.items():
                _write_labels(group, name, (name,), labels)
            for name, (dim, values) in coordinates.extra.items():
                _write_labels(group, name, (dim,), values)
            for variable in coordinates.variables:
                _lay_out(group, variable, coordinates)
            for name, text in (("replicate", "Replicate"), ("done", "Replicate is complete")):
                group.create_array(
                    name,
                    shape=(0,),
                    chunks=(_FLAGS_PER_CHUNK,),
                    dtype="int64" if name == "replicate" else "uint8",
                    compressors=_codecs(8 if name == "replicate" else 1),
                    fill_value=0,
                    attributes={"long_name": text},
                    dimension_names=("replicate",),
                )
            beside.rename(path)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        return cls(path, coordinates)

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which replicates are complete, shape (replicates,)."""
        flags: NDArray[np.bool_] = np.asarray(self._arrays["done"][:]) == 1
        return flags

    def grow(self, replicates: int, attributes: Mapping[str, Any]) -> None:
        """Make room for at least `replicates`, and restate some attributes; may be repeated at any time."""
        size = max(replicates, *(self._arrays[name].shape[0] for name in ("replicate", "done")))
        for variable in self._coordinates.variables:
            shape = (self._coordinates.size("arm"), size, *map(self._coordinates.size, variable.dims))
            if self._arrays[variable.name].shape != shape:
                self._arrays[variable.name].resize(shape)
        for name in ("replicate", "done"):
            if self._arrays[name].shape != (size,):
                self._arrays[name].resize((size,))
        if not np.array_equal(self._arrays["replicate"][:], np.arange(size)):
            self._arrays["replicate"][:] = np.arange(size)
        stated = dict(self._group.attrs)
        if stated | dict(attributes) != stated:
            self._group.attrs.put(stated | dict(attributes))

    def write(self, results: Mapping[int, Arrays]) -> None:
        """Write complete replicates and, when all is on disk, flag them.

        Parameters
        ----------
        results : mapping of int to mapping of str to ndarray
            By replicate: one array per variable, dims in registry order without ``replicate``.
        """
        touched = sorted({replicate // self._coordinates.batch for replicate in results})
        for number in touched:
            self._batches.setdefault(number, self._read(number))
        for replicate, arrays in results.items():
            number, row = divmod(replicate, self._coordinates.batch)
            for variable in self._coordinates.variables:
                self._batches[number][variable.name][:, row] = variable.encode(arrays[variable.name])
        for number in touched:
            part = self._slice(number)
            for name, rows in self._batches[number].items():
                self._arrays[name][:, part] = rows[:, : part.stop - part.start]
        flags = np.asarray(self._arrays["done"][:])
        flags[list(results)] = 1
        self._arrays["done"][:] = flags
        for number in touched:
            if flags[self._slice(number)].all():
                del self._batches[number]

    def _slice(self, number: int) -> slice:
        start = number * self._coordinates.batch
        return slice(start, min(start + self._coordinates.batch, self._arrays["done"].shape[0]))

    def _read(self, number: int) -> dict[str, NDArray[Any]]:
        """Return a batch as it is on disk, rows without their flag emptied."""
        part = self._slice(number)
        absent = ~self.done[part]
        rows = {}
        for variable in self._coordinates.variables:
            dims = tuple(map(self._coordinates.size, variable.dims))
            shape = (self._coordinates.size("arm"), self._coordinates.batch, *dims)
            rows[variable.name] = np.full(shape, variable.fill_value, variable.stored_dtype)
            if not absent.all():
                rows[variable.name][:, : absent.size][:, ~absent] = self._arrays[variable.name][:, part][
                    :, ~absent
                ]
        return rows


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a store against every other writer; raises InputError when one holds it. No lock file is left."""
    handle = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError:
        fault = Fault(
            str(path), "", "is being written by another run", "wait for it, or choose another --out"
        )
        raise InputError(fault) from None
    finally:
        os.close(handle)


def _codecs(itemsize: int) -> list[BloscCodec | Crc32cCodec]:
    return [BloscCodec(typesize=itemsize, cname="zstd", clevel=3, shuffle="bitshuffle"), Crc32cCodec()]


def _write_labels(group: zarr.Group, name: str, dims: tuple[str, ...], values: NDArray[Any]) -> None:
    text = values.dtype.kind in "UOT"
    array = group.create_array(
        name,
        shape=values.shape,
        chunks=tuple(max(1, size) for size in values.shape),
        dtype="string" if text else values.dtype,
        compressors=[Crc32cCodec()] if text else _codecs(values.dtype.itemsize),
        dimension_names=dims,
    )
    array[...] = values.astype(object) if text else values


def _lay_out(group: zarr.Group, variable: Variable, coordinates: Coordinates) -> None:
    arms, others = coordinates.size("arm"), tuple(map(coordinates.size, variable.dims))
    group.create_array(
        variable.name,
        shape=(arms, 0, *others),
        chunks=(arms, coordinates.batch, *others),
        dtype=variable.stored_dtype,
        compressors=_codecs(variable.stored_dtype.itemsize),
        fill_value=variable.fill_value,
        attributes=variable.attributes,
        dimension_names=variable.all_dims,
    )


def store_attributes(path: Path) -> dict[str, Any] | None:
    """Return the attributes of the result store at `path`, None where nothing is.

    Raises
    ------
    InputError
        When something else is there.
    """
    if not path.exists():
        return None
    try:
        attributes = dict(zarr.open_group(path, mode="r", zarr_format=3, use_consolidated=False).attrs)
    except (OSError, ValueError):
        attributes = {}
    if attributes.get("Conventions") != CONVENTIONS:
        raise InputError(
            Fault(str(path), "", "is no leadsim result store", "must be one, or a path not in use")
        )
    return attributes
