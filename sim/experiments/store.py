"""The resumable result store: Zarr v3, one writer, and a flag per replicate that is set last.

Protocol. Labels and documents are laid out in a folder beside the store, which is then renamed into place, so
a store is whole from its first moment. The writer writes a batch of replicates into every variable, then
the digests of its files, and only then flags them ``done``; readers see NaN for a replicate without its flag,
so a run may be killed at any moment. Documents are stated anew, those that differ from what they must be
rewritten, before anything else is written: that mends what is damaged and makes room for more replicates,
and can be repeated. Nothing in a store depends on time, order, threads or interruptions: equal runs leave
equal bytes.
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

from sim.experiments.damage import DIGESTS, chunk_file, damaged, digest_of
from sim.experiments.documents import packed_chunk, write_file
from sim.experiments.lock import exclusive
from sim.experiments.mend import lay_out, mend_flags, restate
from sim.experiments.metadata import Metadata, examine
from sim.experiments.plan import Arrays, Coordinates
from sim.inputs.faults import InputError


class ResultStore:
    """The one writer of a result store that exists; :func:`create` lays out a new one.

    Rows of a batch being filled are kept in memory, so that a chunk is written whole each time.
    """

    def __init__(
        self, path: Path, coordinates: Coordinates, attributes: Mapping[str, Any] | None = None
    ) -> None:
        """Open a store that this process holds, and mend its documents, labels and flags.

        Parameters
        ----------
        path : Path
        coordinates : Coordinates
        attributes : mapping, optional
            Of a store of this run, for one whose own are damaged.

        Raises
        ------
        InputError
            When the store is laid out for other variables or labels.
        """
        self.path = path
        self.mended: list[Path] = []
        self._lost = attributes
        self._batches: dict[int, dict[str, NDArray[Any]]] = {}
        self._given = coordinates
        self._state(0, {})
        self.mended += mend_flags(self._metadata)
        ours = coordinates.labels["arm"].tolist()
        self._arms = np.array([ours.index(arm) for arm in self._coordinates.labels["arm"].tolist()])

    def _state(self, replicates: int, changes: Mapping[str, Any]) -> None:
        self._coordinates, mended = restate(self.path, self._given, self._lost, replicates, changes)
        self.mended += mended
        self._metadata: Metadata = examine(self.path)
        self._opened: dict[str, Any] = {}

    def _array(self, name: str) -> Any:
        if name not in self._opened:
            self._opened[name] = zarr.open_array(self.path / name, mode="r+", zarr_format=3)
        return self._opened[name]

    @property
    def done(self) -> NDArray[np.bool_]:
        """Which replicates are complete, shape (replicates,)."""
        flags: NDArray[np.bool_] = np.asarray(self._array("done")[:]) == 1
        return flags

    def grow(self, replicates: int, attributes: Mapping[str, Any]) -> None:
        """Make room for at least `replicates`, and restate some attributes; may be repeated at any time."""
        stated = self._metadata.attributes
        if replicates > self._metadata.replicates or {**stated, **attributes} != stated:
            self._state(replicates, attributes)
        size = self._metadata.replicates
        if not np.array_equal(self._array("replicate")[:], np.arange(size)):
            self._array("replicate")[:] = np.arange(size)

    def write(self, results: Mapping[int, Arrays]) -> None:
        """Write complete replicates and, when all is on disk, flag them.

        Parameters
        ----------
        results : mapping of int to mapping of str to ndarray
            By replicate: one array per variable, dims in registry order without ``replicate``.
        """
        if not results:
            return
        touched = sorted({replicate // self._coordinates.batch for replicate in results})
        for number in touched:
            self._batches.setdefault(number, self._read(number))
        for replicate, arrays in results.items():
            number, row = divmod(replicate, self._coordinates.batch)
            for variable in self._coordinates.variables:
                self._batches[number][variable.name][:, row] = variable.encode(arrays[variable.name])[
                    self._arms
                ]
        self._write_batches(touched)
        part = slice(min(results), max(results) + 1)
        flags = np.asarray(self._array("done")[part])
        flags[np.array([*results]) - part.start] = 1
        self._array("done")[part] = flags
        for number in touched:
            if self._array("done")[self._slice(number)].all():
                del self._batches[number]

    def _write_batches(self, touched: list[int]) -> None:
        """Write some batches, then the digests of their files."""
        part = slice(touched[0], touched[-1] + 1)
        digests = np.asarray(self._array(DIGESTS)[part])
        for number in touched:
            for column, variable in enumerate(self._coordinates.variables):
                content = packed_chunk(self._batches[number][variable.name], variable.fill_value)
                write_file(chunk_file(self.path, variable.name, len(variable.all_dims), number), content)
                digests[number - part.start, column] = digest_of(content)
        self._array(DIGESTS)[part] = digests

    def heal(self) -> int:
        """Take the flags from replicates whose files are damaged, and return from how many."""
        spoilt = {number for number, _ in damaged(self._metadata, whole=True)}
        flags = np.asarray(self._array("done")[:])
        before = int(flags.sum())
        for number in spoilt:
            flags[self._slice(number)] = 0
        if spoilt:
            self._array("done")[:] = flags
        for number in spoilt:
            for variable in self._coordinates.variables:
                file = chunk_file(self.path, variable.name, len(variable.all_dims), number)
                file.unlink(missing_ok=True)
        return before - int(flags.sum())

    def _slice(self, number: int) -> slice:
        start = number * self._coordinates.batch
        return slice(start, min(start + self._coordinates.batch, self._array("done").shape[0]))

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
                rows[variable.name][:, : absent.size][:, ~absent] = self._array(variable.name)[:, part][
                    :, ~absent
                ]
        return rows


def create(
    path: Path,
    coordinates: Coordinates,
    attributes: Mapping[str, Any],
    replicates: int = 0,
    changes: Mapping[str, Any] | None = None,
) -> None:
    """Lay out an empty store as :meth:`ResultStore.grow` would leave it; `path` must not exist."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _held_folder_beside(path) as beside:
        try:
            beside.chmod(0o755)
            lay_out(beside, coordinates, attributes, replicates, changes or {})
            beside.rename(path)
        except BaseException as error:
            shutil.rmtree(beside, ignore_errors=True)
            # Another run laid out the store first: whether it is ours is seen once it is held.
            if not isinstance(error, OSError) or error.errno not in (errno.ENOTEMPTY, errno.EEXIST):
                raise


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
