"""What is wrong with the files of a store: each is held to the digest stored when it was written.

A digest is the size of a file and its CRC-32 in one number, 0 where no file was needed because every value
is missing. Files of a batch that is not finished may be newer than their digest, so these are held to the
checksum that each of them carries.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import zarr
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError

if TYPE_CHECKING:
    from sim.experiments.metadata import ArrayLayout, Metadata

DIGESTS = "file_digest"
COMPUTED_ANEW = "leadsim run SCENARIO --out STORE computes it anew"
_CHECKSUM_BITS = 32
# Blosc's header says in its bytes 4 to 8 how much memory its content takes.
_HEADER_BYTES = 16
# Text labels are short: a chunk of them holds 4 bytes for their number and 4 for the length of each.
_MOST_LABEL_BYTES = 2**26


def chunk_file(store: Path, variable: str, dims: int, batch: int) -> Path:
    """Return the file of a variable's batch; `dims` counts all of the variable's dims."""
    return store.joinpath(variable, "c", "0", str(batch), *["0"] * (dims - 2))


def digest_file(metadata: Metadata, batch: int) -> Path:
    """Return the file that holds the digests of a batch's files."""
    return metadata.path / DIGESTS / "c" / str(batch // metadata.arrays[DIGESTS].chunks[0]) / "0"


def digest(file: Path) -> int:
    """Return the digest of a file, 0 where there is none, -1 of what is no ordinary file."""
    if file.exists() and not file.is_file():
        return -1
    try:
        return digest_of(file.read_bytes())
    except FileNotFoundError:
        return 0


def digest_of(content: bytes) -> int:
    """Return the digest of a file's content."""
    return (len(content) << _CHECKSUM_BITS) | zlib.crc32(content)


def is_absurd(file: Path, array: ArrayLayout) -> bool:
    """Return whether a packed chunk would take other memory than its array's chunks do."""
    if not file.is_file() or file.stat().st_size > array.chunk_bytes + 2**16:
        return True
    with file.open("rb") as opened:
        header = opened.read(_HEADER_BYTES)
    return len(header) < _HEADER_BYTES or struct.unpack_from("<I", header, 4)[0] != array.chunk_bytes


def read_packed(metadata: Metadata, name: str, part: slice = slice(None)) -> NDArray[Any]:
    """Return rows of flags, numbers or digests.

    Raises
    ------
    InputError
        With a fault for each of the files that cannot be read.
    """
    array = metadata.arrays[name]
    start, stop, _ = part.indices(array.shape[0])
    size = array.chunks[0]
    files = {
        number: metadata.path.joinpath(name, "c", str(number), *["0"] * (len(array.shape) - 1))
        for number in range(start // size, -(-stop // size))
    }
    spoilt = [file for file in files.values() if file.exists() and is_absurd(file, array)]
    if not spoilt:
        opened = zarr.open_array(metadata.path / name, mode="r", zarr_format=3)
        try:
            rows: NDArray[Any] = np.asarray(opened[part])
        except (OSError, ValueError, RuntimeError):
            spoilt = [
                file
                for number, file in files.items()
                if not _readable(opened, slice(number * size, (number + 1) * size))
            ]
        else:
            return rows
    raise InputError(fault_each(spoilt))


def fault_each(files: Iterable[Path]) -> list[Fault]:
    """Return a fault for each damaged file."""
    return [Fault(str(file), "", "is damaged: not as it was written", COMPUTED_ANEW) for file in files]


def flags_of(metadata: Metadata) -> NDArray[np.bool_]:
    """Return which replicates are complete. Raises InputError where their file is damaged."""
    flags: NDArray[np.bool_] = read_packed(metadata, "done", slice(metadata.replicates)) == 1
    return flags


def read_labels(metadata: Metadata, name: str) -> NDArray[Any]:
    """Return labels; index labels are different from each other.

    Raises
    ------
    InputError
        When their file is damaged or they are not as leadsim writes them.
    """
    array, file = metadata.arrays[name], metadata.path / name / "c" / "0"
    size = array.shape[0]
    try:
        if file.exists() and (not file.is_file() or file.stat().st_size > _MOST_LABEL_BYTES):
            raise ValueError
        if digest(file) != metadata.layout["labels"][name]:
            raise ValueError
        content = file.read_bytes() if file.exists() else b""
        if content and array.dtype == "string":
            # The number of texts is believed by the decoder, which asks for memory first.
            if len(content) < 4 * (size + 1) or struct.unpack_from("<I", content)[0] != max(1, size):
                raise ValueError
        elif content and len(content) != array.chunk_bytes + 4:
            raise ValueError
        values = np.asarray(zarr.open_array(metadata.path / name, mode="r", zarr_format=3)[:])
        if array.dims == (name,) and len(set(values.tolist())) != size:
            raise ValueError
    except (ValueError, TypeError, RuntimeError, OSError, struct.error) as error:
        fault = Fault(str(file), "", "is damaged: not as it was written", "leadsim run SCENARIO mends it")
        raise InputError(fault) from error
    return values


def damaged(metadata: Metadata, *, whole: bool) -> Iterator[tuple[int, Path]]:
    """Yield the batch and path of each file of results that is not as it was written.

    Where the digests of a batch are gone nothing is known of its files: the file of digests is yielded.

    Parameters
    ----------
    metadata : Metadata
    whole : bool
        Read the files; their sizes are looked at otherwise.
    """
    flags = flags_of(metadata)
    stated = read_packed(metadata, DIGESTS)
    size = metadata.arrays[metadata.results[0]].chunks[1]
    vouched = {}
    for batch in range(min(len(stated), -(-flags.size // size))):
        part = flags[batch * size : (batch + 1) * size]
        if part.any():
            if digest_file(metadata, batch).exists():
                vouched[batch] = part
            else:
                yield batch, digest_file(metadata, batch)
    for column, name in enumerate(metadata.results):
        array = metadata.arrays[name]
        for batch, part in vouched.items():
            file = chunk_file(metadata.path, name, len(array.shape), batch)
            sound = is_sound(file, array, int(stated[batch, column]), finished=bool(part.all()), whole=whole)
            if sound is None:
                opened = zarr.open_array(metadata.path / name, mode="r", zarr_format=3)
                sound = _readable(opened, (slice(None), slice(batch * size, (batch + 1) * size)))
            if not sound:
                yield batch, file


def is_sound(file: Path, array: ArrayLayout, expected: int, *, finished: bool, whole: bool) -> bool | None:
    """Return whether the file of a batch is as its digest says; None where only reading it can tell.

    Parameters
    ----------
    file : Path
    array : ArrayLayout
    expected : int
        Its digest.
    finished : bool
        Whether all replicates of the batch are complete; a file may be newer than its digest otherwise.
    whole : bool
        Read the file; its size is looked at otherwise.
    """
    if not file.exists():
        return not expected
    if is_absurd(file, array):
        return False
    if not whole:
        return not finished or file.stat().st_size == expected >> _CHECKSUM_BITS
    return digest(file) == expected or (False if finished else None)


def _readable(array: Any, where: Any) -> bool:
    """Return whether a part can be read: its own checksum, which the last codec appends, is right."""
    try:
        array[where]
    except (OSError, ValueError, RuntimeError):
        return False
    return True
