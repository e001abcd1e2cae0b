"""The MSSP file of a scenario: read once, and the same to the byte wherever the scenario is simulated."""

from __future__ import annotations

import hashlib
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any

from sim.inputs.faults import Fault, InputError
from sim.inputs.file_kind import read_bytes
from sim.inputs.mssp_file import MsspFile, read_mssp

_FILES_KEPT = 4
_LOCK = threading.RLock()


class MsspSource:
    """A file that is read when first asked for, once a process, by however many threads.

    Only where the file is and what it held goes along when a scenario is sent to another process, which reads
    it once for all replicates it is given.

    Parameters
    ----------
    path : Path
        An absolute path.
    year : int or None
        Performance year, where the file does not say.
    """

    def __init__(self, path: Path, year: int | None) -> None:
        self.path = path
        self.year = year
        self._sha256: str | None = None
        self._content: bytes | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes. Raises InputError where the file cannot be read."""
        with _LOCK:
            if self._sha256 is None:
                self._content = read_bytes(self.path)
                self._sha256 = hashlib.sha256(self._content).hexdigest()
            return self._sha256

    def read(self) -> MsspFile:
        """Return what the file says.

        Raises
        ------
        InputError
            When the file cannot be used, or no longer holds what it held when the scenario was made.
        """
        with _LOCK:
            file = _parsed(self)
            self._content = None
            return file

    def content(self) -> bytes:
        """Return the bytes, the same ones as :attr:`sha256` is of. Raises InputError."""
        with _LOCK:
            stated, content = self.sha256, self._content
            if content is None:
                content = read_bytes(self.path)
                if hashlib.sha256(content).hexdigest() != stated:
                    problem = "is not the file it was when the scenario was read"
                    raise InputError(Fault(str(self.path), "", problem, f"the file of SHA-256 {stated}"))
            return content

    def __eq__(self, other: object) -> bool:
        return isinstance(other, MsspSource) and self._identity() == other._identity()

    def __hash__(self) -> int:
        return hash(self._identity())

    def _identity(self) -> tuple[Path, int | None, str]:
        return self.path, self.year, self.sha256

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path, "year": self.year, "_sha256": self.sha256, "_content": None}


@lru_cache(maxsize=_FILES_KEPT)
def _parsed(source: MsspSource) -> MsspFile:
    return read_mssp(source.path, source.year, source.content())
