"""A result of rows and totals that a command prints or writes: csv, written whole or not at all, and JSON."""

from __future__ import annotations

import csv
import errno
import io
import json
import math
import os
import re
import stat
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError

Cell = str | float | int | None

STANDARD_OUTPUT = ("-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1")
# How long whoever reads a named pipe may take to open it.
_SECONDS_TO_OPEN = 10.0
_SECONDS_BETWEEN = 0.05


@dataclass(frozen=True, slots=True)
class RowTable:
    """Rows of one kind and what they add up to.

    Attributes
    ----------
    rows : sequence of mappings
        One for each ACO, all with the same keys in the same order; None where a figure does not exist.
    totals : mapping
        Figures over all rows.
    notes : tuple of str
        What of the file was left out or not read, in words.
    """

    rows: Sequence[Mapping[str, Cell]]
    totals: Mapping[str, Cell]
    notes: tuple[str, ...] = ()

    def to_csv(self, path: str | Path) -> None:
        """Write the rows as csv.

        A file is replaced only once all of it is written, the one that a link leads to if it is a link. A
        pipe, a device and standard output are written to.

        Raises
        ------
        InputError
            When it cannot be written: its folder does not exist, nobody reads the pipe, the disk is full.
        """
        text = io.StringIO(newline="")
        writer = csv.DictWriter(text, fieldnames=list(self.rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(
            {key: _as_text(cell) if isinstance(cell, str) else cell for key, cell in row.items()}
            for row in self.rows
        )
        try:
            _write(path, text.getvalue().encode("utf-8", errors="replace"))
        except OSError as error:
            problem = f"cannot be written ({error.strerror or error})"
            raise InputError(Fault(str(path), "", problem, "a file in an existing folder")) from error

    def to_json(self) -> str:
        """Return the totals as one JSON object."""
        return json.dumps(dict(self.totals), allow_nan=False)


def _as_text(cell: str) -> str:
    """Return a text that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@", "\t", "\r")) else cell


def _write(path: str | Path, content: bytes) -> None:
    # Opened anew, standard output that goes to a file would be written over from its start.
    inherited = 1 if str(path) in STANDARD_OUTPUT else _descriptor(str(path))
    if inherited is not None:
        _send(os.dup(inherited), content)
        return
    target = Path(os.path.realpath(path))
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):
        _send(_open_pipe(target) if stat.S_ISFIFO(mode) else os.open(target, os.O_WRONLY), content)
    else:
        _replace(target, content, mode)


def _descriptor(path: str) -> int | None:
    """Return the number in the name of an open file: shells give ``/dev/fd/63`` for ``>(command)``."""
    found = re.fullmatch(r"/(?:dev|proc/self)/fd/(\d+)", path)
    return int(found[1]) if found else None


def _send(descriptor: int, content: bytes) -> None:
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)


def _open_pipe(target: Path) -> int:
    """Open a named pipe once somebody reads it."""
    until = time.monotonic() + _SECONDS_TO_OPEN
    while True:
        try:
            descriptor = os.open(target, os.O_WRONLY | os.O_NONBLOCK)
        except OSError as error:
            if error.errno != errno.ENXIO:
                raise
            if time.monotonic() > until:
                raise OSError(errno.ENXIO, "it is a pipe and nobody reads it") from None
            time.sleep(_SECONDS_BETWEEN)
        else:
            os.set_blocking(descriptor, True)
            return descriptor


def _replace(target: Path, content: bytes, mode: int | None) -> None:
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}.", suffix=".partial")
    except PermissionError:
        if mode is None:
            raise
        # The file may be written to, though its folder may not.
        _send(os.open(target, os.O_WRONLY | os.O_TRUNC), content)
        return
    partial = Path(name)
    try:
        _send(handle, content)
        partial.chmod(_usual_mode() if mode is None else stat.S_IMODE(mode))
        try:
            partial.replace(target)
        except OSError as error:
            if error.errno != errno.EBUSY:
                raise
            # A file that a container mounts can be written to but not replaced.
            partial.unlink()
            _send(os.open(target, os.O_WRONLY | os.O_TRUNC), content)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def _usual_mode() -> int:
    """Return the permissions that a new file gets."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask


def cell(value: float) -> float | None:
    """Return a number as a cell: None for NaN."""
    number = float(value)
    return number if math.isfinite(number) else None


def said_year(years: NDArray[np.int64], said_by: str) -> dict[str, Cell]:
    """Return the performance years of a file as totals show them, and who said them."""
    met = np.unique(years).tolist()
    shown: Cell = int(met[0]) if len(met) == 1 else ", ".join(map(str, met))
    return {"performance_year": shown, "performance_year_from": said_by}
