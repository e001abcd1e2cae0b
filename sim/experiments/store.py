"""The resumable result store: Zarr v3, one writer, and a flag per replicate that is set last.

Protocol. Labels and arrays are laid out in a folder beside the store, which is then renamed into place, so
a store is whole from its first moment. The writer writes a batch of replicates into every variable, then
the digests of its files, and only then flags them ``done``; readers see NaN for a replicate without its flag,
so a run may be killed at any moment. Growing sets every length anew before anything else is written, so it
can be repeated. Nothing in a store depends on time, order, threads or interruptions: equal runs leave equal
bytes.
"""

from __future__ import annotations

import errno
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import numpy as np
import zarr
from numpy.typing import NDArray
from zarr.codecs import BloscCodec, Crc32cCodec

from sim.experiments.damage import DIGESTS, chunk_file, damaged, digest
from sim.experiments.lock import exclusive
from sim.experiments.plan import MOST_REPLICATES, Arrays, Coordinates
from sim.inputs.faults import Fault, InputError
from sim.outcomes.variable import Variable

CONVENTIONS = "CF-1.11 leadsim-results-1"
SWEEP_CONVENTIONS = "CF-1.11 leadsim-sweep-1"
_FLAGS_PER_CHUNK = 2**16
_DIGESTS_PER_CHUNK = 2**10


class ResultStore:
    """The one writer of a result store that exists; :meth:`create` lays out a new one.

    Rows of a batch being filled are kept in memory, so that a chunk is written whole each time.
    """

    def __init__(self, path: Path, coordinates: Coordinates) -> None:
        self.path = path
        self._coordinates = coordinates
        with sound(path):
            self._group = zarr.open_group(path, mode="r+", zarr_format=3, use_consolidated=False)
            self._arrays: dict[str, Any] = arrays_of(self._group)
        self._check_layout()
        self._arms = self._arm_order()
        self._batches: dict[int, dict[str, NDArray[Any]]] = {}

    def _check_layout(self) -> None:
        """Refuse a store laid out for other variables or labels, as another version of leadsim leaves it."""
        for variable in self._coordinates.variables:
            others = tuple(map(self._coordinates.size, variable.dims))
            chunks = (self._coordinates.size("arm"), self._coordinates.batch, *others)
            if variable.name not in self._arrays or self._arrays[variable.name].chunks != chunks:
                problem = f"is not laid out for {variable.name} as this version of leadsim writes it"
                raise InputError(Fault(str(self.path), "", problem, "choose another --out, or --overwrite"))

    def _arm_order(self) -> NDArray[np.int64]:
        """Return where each arm of the store stands among the run's, so that results are written by label."""
        for name, labels in self._coordinates.labels.items():
            with sound(self.path):
                stored, ours = np.asarray(self._arrays[name][:]).tolist(), labels.tolist()
            same = sorted(stored) == sorted(ours) if name == "arm" else stored == ours
            if not same:
                problem = f"holds other labels of {name} than this run"
                raise InputError(Fault(str(self.path), "", problem, "choose another --out, or --overwrite"))
        ours = self._coordinates.labels["arm"].tolist()
        return np.array([ours.index(arm) for arm in np.asarray(self._arrays["arm"][:]).tolist()])

    @classmethod
    def create(cls, path: Path, coordinates: Coordinates, attributes: Mapping[str, Any]) -> ResultStore:
        """Lay out an empty store for no replicates yet; `path` must not exist."""
        path.parent.mkdir(parents=True, exist_ok=True)
        with _held_folder_beside(path) as beside:
            try:
                _lay_out_all(beside, coordinates, attributes)
                beside.rename(path)
            except BaseException as error:
                shutil.rmtree(beside, ignore_errors=True)
                # Another run laid out the store first: whether it is ours is seen once it is held.
                if not isinstance(error, OSError) or error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
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
        batches = -(-size // self._coordinates.batch)
        if self._arrays[DIGESTS].shape[0] != batches:
            self._arrays[DIGESTS].resize((batches, len(self._coordinates.variables)))
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
                self._batches[number][variable.name][:, row] = variable.encode(arrays[variable.name])[
                    self._arms
                ]
        for number in touched:
            part = self._slice(number)
            for name, rows in self._batches[number].items():
                self._arrays[name][:, part] = rows[:, : part.stop - part.start]
        digests = np.asarray(self._arrays[DIGESTS][:])
        for number in touched:
            digests[number] = [
                digest(chunk_file(self.path, variable.name, len(variable.all_dims), number))
                for variable in self._coordinates.variables
            ]
        self._arrays[DIGESTS][:] = digests
        flags = np.asarray(self._arrays["done"][:])
        flags[list(results)] = 1
        self._arrays["done"][:] = flags
        for number in touched:
            if flags[self._slice(number)].all():
                del self._batches[number]

    def heal(self) -> int:
        """Take the flags from replicates whose files are damaged, and return from how many."""
        spoilt = {number for number, _ in damaged(self.path, self._arrays, whole=True)}
        flags = np.asarray(self._arrays["done"][:])
        before = int(flags.sum())
        for number in spoilt:
            flags[self._slice(number)] = 0
        if spoilt:
            self._arrays["done"][:] = flags
        for number in spoilt:
            for variable in self._coordinates.variables:
                file = chunk_file(self.path, variable.name, len(variable.all_dims), number)
                file.unlink(missing_ok=True)
        return before - int(flags.sum())

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
def sound(path: Path) -> Iterator[None]:
    """Say of whatever goes wrong inside that the store is damaged."""
    try:
        yield
    except InputError:
        raise
    except (ValueError, KeyError, TypeError, IndexError, RuntimeError, OSError, AttributeError) as error:
        problem = f"is damaged, or no store of this version of leadsim ({type(error).__name__}: {error})"
        allowed = "must be a store written by leadsim run; choose another --out, or --overwrite"
        raise InputError(Fault(str(path), "", problem, allowed)) from error


def arrays_of(group: zarr.Group) -> dict[str, Any]:
    """Return the arrays of a store by name; raises an error where it lacks what all stores have."""
    arrays: dict[str, Any] = dict(group.arrays())
    for name in ("done", "replicate"):
        if arrays[name].ndim != 1 or arrays[name].size > MOST_REPLICATES:
            raise ValueError(f"{name} has shape {arrays[name].shape}")
    missing = {"done", "replicate", *arrays[DIGESTS].attrs["variables"]} - set(arrays)
    if missing:
        raise KeyError(min(missing))
    return arrays


def _folder_beside(path: Path) -> Path:
    return Path(tempfile.mkdtemp(prefix=f".{path.name}.", suffix=".new", dir=path.parent))


@contextmanager
def _held_folder_beside(path: Path) -> Iterator[Path]:
    """Yield a new folder beside a store, held so that no other run sweeps it away."""
    with ExitStack() as held:
        while True:
            folder = _folder_beside(path)
            # One that was swept before it was held is given up for another.
            with suppress(FileNotFoundError, InputError):
                held.enter_context(exclusive(folder))
                break
        yield folder


def remove(path: Path) -> None:
    """Remove a store in one step, its files after that: a kill leaves none that is half there."""
    away = _folder_beside(path)
    path.rename(away / path.name)
    # Another run may by now have laid out a store here, and be sweeping.
    shutil.rmtree(away, ignore_errors=True)


@contextmanager
def naming(path: Path) -> Iterator[None]:
    """Name the store in errors of the system that name no file, as a full disk's do."""
    try:
        yield
    except OSError as error:
        if error.filename is None and error.errno is not None:
            raise OSError(error.errno, error.strerror, str(path)) from error
        raise


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


def _lay_out_all(folder: Path, coordinates: Coordinates, attributes: Mapping[str, Any]) -> None:
    folder.chmod(0o755)
    named = {"coordinates": " ".join(coordinates.extra)} if coordinates.extra else {}
    group = zarr.create_group(folder, zarr_format=3, attributes={**attributes, **named}, overwrite=True)
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
    names = [variable.name for variable in coordinates.variables]
    group.create_array(
        DIGESTS,
        shape=(0, len(names)),
        chunks=(_DIGESTS_PER_CHUNK, len(names)),
        dtype="uint64",
        compressors=_codecs(8),
        fill_value=0,
        attributes={"long_name": "Size and CRC-32 of each file", "variables": names},
        dimension_names=("batch", "variable"),
    )


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
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        attributes = {}
    if attributes.get("Conventions") == SWEEP_CONVENTIONS:
        allowed = f"must be a store of one scenario, such as its point {path / 'points' / '000000'}"
        raise InputError(Fault(str(path), "", "is a sweep of many", allowed))
    if attributes.get("Conventions") != CONVENTIONS:
        raise InputError(
            Fault(str(path), "", "is no leadsim result store", "must be one, or a path not in use")
        )
    return attributes
