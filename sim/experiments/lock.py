"""One writer of a store at a time, on every system, and what a killed writer left swept away."""

from __future__ import annotations

import errno
import os
import platform
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from glob import escape
from importlib import import_module
from pathlib import Path
from types import ModuleType

from sim.inputs.faults import Fault, InputError


def _module(name: str) -> ModuleType | None:
    try:
        return import_module(name)
    except ImportError:
        return None


# POSIX locks a folder itself; Windows, where folders cannot be opened, a file beside it.
_fcntl, _msvcrt = _module("fcntl"), _module("msvcrt")
# What file systems say that have no locks, as some of clusters; a file beside the store then locks it.
_NO_LOCKS = (errno.ENOSYS, errno.ENOLCK, errno.EOPNOTSUPP, errno.EINVAL)


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Hold a store against every other writer. No lock file is left where the system can lock a folder.

    Raises
    ------
    InputError
        When another run holds it.
    """
    beside = not _fcntl
    try:
        try:
            handle = _lock_folder(path, _fcntl) if _fcntl else _lock_beside(path)
        except OSError as error:
            if error.errno not in _NO_LOCKS:
                raise
            beside = True
            handle = _lock_beside(path)
    except (BlockingIOError, PermissionError) as error:
        if isinstance(error, PermissionError) and _fcntl:
            raise
        allowed = "wait for it, or choose another --out"
        if beside:
            allowed += f"; if no run writes it, remove {_beside(path)}"
        raise InputError(Fault(str(path), "", "is being written by another run", allowed)) from None
    try:
        yield
    finally:
        os.close(handle)
        if beside:
            _beside(path).unlink(missing_ok=True)


def _lock_folder(path: Path, fcntl: ModuleType) -> int:
    while True:
        handle = os.open(path, os.O_RDONLY)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Another run may have put a new store in the place of the one that was opened.
            if os.path.samestat(os.fstat(handle), path.stat()):
                return handle
        except BaseException:
            os.close(handle)
            raise
        os.close(handle)


def _lock_beside(path: Path) -> int:
    file = _beside(path)
    if _msvcrt:
        handle = os.open(file, os.O_RDWR | os.O_CREAT)
        try:
            _msvcrt.locking(handle, _msvcrt.LK_NBLCK, 1)
        except OSError:
            os.close(handle)
            raise BlockingIOError from None
        return handle
    try:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        if _alive(file):
            raise BlockingIOError from None
        file.unlink(missing_ok=True)
        return _lock_beside(path)
    os.write(handle, f"{os.getpid()} {platform.node()}".encode())
    return handle


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}.lock")


def _alive(file: Path) -> bool:
    """Return whether the process that a lock file names still runs; on another machine nobody knows."""
    try:
        number, _, machine = file.read_text().partition(" ")
        if machine not in ("", platform.node()):
            return True
        os.kill(int(number), 0)
    except (ProcessLookupError, FileNotFoundError):
        return False
    except (ValueError, PermissionError):
        return True
    return True


def sweep(path: Path) -> None:
    """Remove what killed writers left in a store and beside it; the caller holds the store."""
    for partial in path.rglob("*.partial"):
        partial.unlink(missing_ok=True)
    for folder in path.parent.glob(f".{escape(path.name)}.*.new"):
        try:
            with exclusive(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except (InputError, OSError):  # a run is laying it out just now
            continue
