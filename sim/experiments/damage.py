"""What is wrong with the files of a store: each is held to the digest stored when it was written.

A digest is the size of a file and its CRC-32 in one number, 0 where no file was needed because every value
is missing. Files of a batch that is not finished may be newer than their digest, so these are held to the
checksum that each of them carries.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

DIGESTS = "file_digest"
_CHECKSUM_BITS = 32


def chunk_file(store: Path, variable: str, dims: int, batch: int) -> Path:
    """Return the file of a variable's batch; `dims` counts all of the variable's dims."""
    return store.joinpath(variable, "c", "0", str(batch), *["0"] * (dims - 2))


def digest(file: Path) -> int:
    """Return the digest of a file, 0 where there is none."""
    try:
        content = file.read_bytes()
    except FileNotFoundError:
        return 0
    return (len(content) << _CHECKSUM_BITS) | zlib.crc32(content)


def damaged(store: Path, arrays: dict[str, Any], *, whole: bool) -> Iterator[tuple[int, Path]]:
    """Yield the batch and path of each file that is not as it was written.

    Parameters
    ----------
    store : Path
    arrays : dict of str to Array
        Of the open store.
    whole : bool
        Read the files; their sizes are looked at otherwise.
    """
    flags = np.asarray(arrays["done"][:]) == 1
    stated: NDArray[np.uint64] = np.asarray(arrays[DIGESTS][:])
    for column, name in enumerate(arrays[DIGESTS].attrs["variables"]):
        size = arrays[name].chunks[1]
        for batch in range(min(len(stated), -(-flags.size // size))):
            part = flags[batch * size : (batch + 1) * size]
            expected = int(stated[batch, column])
            if not part.any():
                continue
            file = chunk_file(store, name, arrays[name].ndim, batch)
            if not file.is_file():
                sound = not expected
            elif part.all():
                found = digest(file) if whole else file.stat().st_size
                sound = found == (expected if whole else expected >> _CHECKSUM_BITS)
            else:
                sound = not whole or digest(file) == expected or _readable(arrays[name], batch)
            if not sound:
                yield batch, file


def _readable(array: Any, batch: int) -> bool:
    """Return whether a batch can be read: its own checksum, which the last codec appends, is right."""
    try:
        array[:, batch * array.chunks[1] : (batch + 1) * array.chunks[1]]
    except (OSError, ValueError, RuntimeError):
        return False
    return True
