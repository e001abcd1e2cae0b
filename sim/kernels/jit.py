"""Compiling kernels, with a cache that a change of any kernel, of numba or of the processor leaves behind.

Numba's own cache looks only at the file of the compiled function, so a function would keep an old version of
what it calls in another file. Ours lives in a directory named after everything that was compiled.
"""

from __future__ import annotations

import hashlib
import os
import pickle
import sys
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any, TypeVar

# Another library's exp would give other last bits on the machines that have it.
os.environ.setdefault("NUMBA_DISABLE_INTEL_SVML", "1")

import numba
import numpy as np
from llvmlite.binding import get_host_cpu_name
from numba import njit, types

config: Any = numba.config
unliteral: Any = types.unliteral
R = TypeVar("R")

CACHE_VARIABLE = "LEADSIM_CACHE"


@cache
def _tell(line: str) -> None:
    """Say a thing on stderr, once."""
    print(line, file=sys.stderr)  # noqa: T201


def sources_digest(folder: Path = Path(__file__).parent) -> str:
    """Return a digest of all kernel sources, the compilers' versions and the processor's name.

    Parameters
    ----------
    folder : Path
        Where the sources are.
    """
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        text = path.read_bytes()
        digest.update(f"{path.name} {len(text)} ".encode() + text)
    processor = config.CPU_NAME or get_host_cpu_name()
    versions = (numba.__version__, version("llvmlite"), np.__version__, sys.version, processor)
    digest.update("|".join(versions).encode())
    return digest.hexdigest()[:16]


def cache_directory() -> Path | None:
    """Return where compiled kernels are kept, None where ``LEADSIM_CACHE=off`` or nothing can be kept.

    ``LEADSIM_CACHE`` names another directory than the user's cache directory. A user without a home, or
    with one that cannot be written to, as in many containers, compiles anew in each process.
    """
    chosen = os.environ.get(CACHE_VARIABLE, "")
    if chosen.lower() == "off":
        return None
    try:
        root = Path(chosen) if chosen else _users_cache() / "leadsim"
        folder = root / f"kernels-{sources_digest()}"
        folder.mkdir(parents=True, exist_ok=True)
        # Asked by writing: permissions do not tell of file systems that are read-only or full.
        with TemporaryFile(dir=folder):
            return folder
    except (OSError, RuntimeError) as error:
        what = f"Compiled kernels cannot be kept ({error}); each run compiles anew."
        _tell(f"{what} {CACHE_VARIABLE} names another folder.")
        return None


def _users_cache() -> Path:
    """Return the user's cache directory. Raises RuntimeError where the user has no home."""
    local = os.environ.get("LOCALAPPDATA" if sys.platform == "win32" else "XDG_CACHE_HOME")
    if local:
        return Path(local)
    return Path.home() if sys.platform == "win32" else Path.home() / ".cache"


_DIRECTORY = cache_directory()


def _compile(function: Callable[..., R], **options: Any) -> Callable[..., R]:
    before = config.CACHE_DIR
    config.CACHE_DIR = str(_DIRECTORY) if _DIRECTORY else ""
    try:
        compiled: Callable[..., R] = njit(
            cache=_DIRECTORY is not None, nogil=True, error_model="numpy", **options
        )(function)
    finally:
        config.CACHE_DIR = before
    _take_any_number(compiled)
    _go_on_without_cache(compiled)
    return compiled


def _go_on_without_cache(compiled: Any) -> None:
    """Compile anew what the cache holds torn, as a full disk or a power cut leaves it, or cannot keep."""
    kept: Any = getattr(compiled, "_cache", None)
    if not hasattr(kept, "_cache_file"):  # nothing is kept
        return
    load, save = kept.load_overload, kept.save_overload

    def load_or_none(signature: Any, context: Any) -> Any:
        try:
            return load(signature, context)
        except Exception as error:
            _tell(f"A compiled kernel in {_DIRECTORY} cannot be read ({error}); it is compiled anew.")
            with suppress(OSError):
                kept.flush()
            return None

    def save_or_not(signature: Any, data: Any) -> None:
        try:
            save(signature, data)
        except (OSError, EOFError, ValueError, pickle.UnpicklingError) as error:
            _tell(f"Compiled kernels cannot be kept in {_DIRECTORY} ({error}); the run goes on without.")

    kept.load_overload, kept.save_overload = load_or_none, save_or_not


def _take_any_number(compiled: Any) -> None:
    """Compile a function once for all whole numbers, not anew for each that a caller writes out."""
    template = getattr(compiled, "get_call_template", None)
    if template is None:  # not compiled, but run by Python
        return

    def for_any(args: Any, keywords: Any) -> Any:
        plain = {name: unliteral(kind) for name, kind in keywords.items()}
        return template(tuple(unliteral(kind) for kind in args), plain)

    compiled.get_call_template = for_any


def kernel(function: Callable[..., R]) -> Callable[..., R]:
    """Compile a function that releases the GIL; compiled, it takes numbers of any width."""
    return _compile(function)


def inlined(function: Callable[..., R]) -> Callable[..., R]:
    """Compile a function whose code goes into each of its callers.

    Loops can then do several people at once, and the many arrays that a stage of a year takes cost no call.
    """
    return _compile(function, forceinline=True)


def stage(function: Callable[..., R]) -> Callable[..., R]:
    """Compile a function that only kernels call: without what Python needs to call it, which takes long."""
    return _compile(function, no_cpython_wrapper=True, no_cfunc_wrapper=True)
