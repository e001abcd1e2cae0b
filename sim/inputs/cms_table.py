"""Reads a CMS public use file as downloaded: names in any case, percent signs, commas, suppressed cells."""

from __future__ import annotations

import csv
import gzip
import io
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError, nearest

# CMS suppresses a cell that would show 1 to 10 people; the others stand for "none" or "not applicable".
SUPPRESSED = frozenset({"*"})
ABSENT = frozenset({"", "-", "--", ".", "n/a", "na", "nan", "null", "none"})


@dataclass(frozen=True, slots=True)
class NumberColumn:
    """How one number of the file is spelt and read.

    Attributes
    ----------
    names : tuple of str
        Spellings, newest first.
    what : str
        What it is, for messages.
    low, high : float
        Bounds of a believable value as written (a share written as 49.04 is within 0 to 100).
    percent_above : float or None
        A rate column whose median size (zeros apart) exceeds this was written in percent.
    words : dict of str to float or None
        Words that stand for a number.
    """

    names: tuple[str, ...]
    what: str
    low: float = float("-inf")
    high: float = float("inf")
    percent_above: float | None = None
    words: dict[str, float] | None = None


@dataclass(frozen=True, slots=True)
class CmsTable:
    """A delimited file held as text, addressed by column name in any case.

    Attributes
    ----------
    source : str
        The file, as named by the user; every fault names it.
    columns : dict of str to int
        Lower-case column name to position.
    headers : tuple of str
        Column names as written.
    rows : tuple of tuple of str
        Cells, stripped.
    """

    source: str
    columns: dict[str, int]
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def __len__(self) -> int:
        return len(self.rows)

    def find(self, names: Sequence[str]) -> str | None:
        """Return the first of `names` that this file has, in any case, or None."""
        return next((name for name in names if name.lower() in self.columns), None)

    def missing(self, names: Sequence[str], what: str) -> Fault:
        """Return the fault of a file without the column that holds `what`."""
        spellings = " or ".join(names)
        close = next((near for near in (nearest(name, self.headers) for name in names) if near), None)
        return Fault(self.source, names[0], f"no column holds {what}", f"needs a column {spellings}", close)

    def words(self, names: Sequence[str]) -> list[str]:
        """Return a column's text, absent cells as ``""``; all ``""`` when the file has no such column."""
        name = self.find(names)
        if name is None:
            return [""] * len(self.rows)
        at = self.columns[name.lower()]
        return ["" if row[at].lower() in ABSENT else row[at] for row in self.rows]

    def numbers(
        self, column: NumberColumn, faults: list[Fault]
    ) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return a column as numbers, NaN where absent or suppressed, and where it was suppressed.

        Parameters
        ----------
        column : NumberColumn
            The first of its spellings that the file has is read.
        faults : list of Fault
            Faults found are added here: one for each cell that is no number or lies outside the bounds.

        Returns
        -------
        values : float64 array, shape (row,)
            As written, but a percent sign divides by 100. All NaN when the file has no such column.
        suppressed : bool array, shape (row,)
        """
        values = np.full(len(self.rows), np.nan)
        suppressed = np.zeros(len(self.rows), dtype=bool)
        name = self.find(column.names)
        if name is None:
            return values, suppressed
        at = self.columns[name.lower()]
        for number, row in enumerate(self.rows):
            text = row[at]
            lower = text.lower()
            if lower in SUPPRESSED:
                suppressed[number] = True
            elif column.words and lower in column.words:
                values[number] = column.words[lower]
            elif lower not in ABSENT:
                value = parse_number(text)
                if value is None:
                    faults.append(self.cell(number, at, "is not a number", "a number, '*' or '-'"))
                elif not column.low <= value <= column.high:
                    faults.append(self.cell(number, at, "is out of range", _bounds(column)))
                else:
                    values[number] = value
        return values, suppressed

    def cell(self, row: int, at: int, problem: str, allowed: str) -> Fault:
        """Return a fault that points at one cell; `row` counts data rows from 0."""
        return Fault(
            self.source, f"row {row + 2}, {self.headers[at]}", f"= {self.rows[row][at]!r} {problem}", allowed
        )


def _bounds(column: NumberColumn) -> str:
    if np.isinf(column.high):
        return f"at least {column.low:g}"
    if np.isinf(column.low):
        return f"at most {column.high:g}"
    return f"between {column.low:g} and {column.high:g}"


def parse_number(text: str) -> float | None:
    """Turn ``"1,234"``, ``"$1,234.50"``, ``"(1,234)"`` or ``"7.17%"`` into a finite number, else None."""
    cleaned = text.replace(",", "").replace("$", "").replace(" ", "")
    sign = 1.0
    if cleaned.startswith("(") and cleaned.endswith(")"):
        sign, cleaned = -1.0, cleaned[1:-1]
    scale = 1.0
    if cleaned.endswith("%"):
        scale, cleaned = 100.0, cleaned[:-1]
    try:
        # Dividing keeps 7.17 % the double nearest to 0.0717, which multiplying by 0.01 does not.
        value = sign * float(cleaned) / scale
    except ValueError:
        return None
    return value if np.isfinite(value) and "_" not in cleaned else None


def read_table(path: str | Path, content: bytes | None = None) -> CmsTable:
    """Read a csv or csv.gz file, told apart by its content.

    Parameters
    ----------
    path : str or Path
        The file; every fault names it.
    content : bytes, optional
        What :func:`read_bytes` returned for it, where it was read already.

    Raises
    ------
    InputError
        When the file cannot be read, is no delimited text, or its rows do not fit its heading.
    """
    source = str(path)
    text = _decode(source, _unpacked(source, read_bytes(path) if content is None else content))
    try:
        rows = [
            [cell.strip() for cell in row] for row in csv.reader(io.StringIO(text, newline="")) if any(row)
        ]
    except csv.Error as error:
        raise InputError(Fault(source, "", f"is not a csv file ({error})", "comma-separated text")) from error
    if not rows:
        raise InputError(Fault(source, "", "is empty", "a csv file with a heading and one row for each ACO"))
    headers = tuple(rows[0])
    faults: list[Fault] = []
    columns: dict[str, int] = {}
    for at, header in enumerate(headers):
        if header and header.lower() in columns:
            faults.append(Fault(source, header, "is the name of two columns", "each column name once"))
        columns[header.lower()] = at
    for number, row in enumerate(rows[1:], start=2):
        if len(row) != len(headers):
            problem = f"has {len(row)} cells under {len(headers)} column names"
            faults.append(Fault(source, f"row {number}", problem, "one cell for each column"))
    if len(rows) == 1:
        faults.append(Fault(source, "", "has a heading and no rows", "one row for each ACO"))
    if faults:
        raise InputError(faults)
    return CmsTable(source, columns, headers, tuple(tuple(row) for row in rows[1:]))


def read_bytes(path: str | Path) -> bytes:
    """Return the bytes of a file; raises InputError where it cannot be read."""
    try:
        return Path(path).read_bytes()
    except OSError as error:
        problem = f"cannot be read ({error.strerror or error})"
        raise InputError(Fault(str(path), "", problem, "an existing csv or csv.gz file")) from error


def _unpacked(source: str, content: bytes) -> bytes:
    try:
        return gzip.decompress(content) if content[:2] == b"\x1f\x8b" else content
    except (EOFError, OSError, zlib.error) as error:
        raise InputError(
            Fault(source, "", f"is a damaged gzip file ({error})", "download it again")
        ) from error


def _decode(source: str, content: bytes) -> str:
    if content[:2] == b"PK":
        raise InputError(
            Fault(source, "", "is a zip archive or an Excel workbook", "unpack or save it as csv")
        )
    if content.lstrip()[:1] == b"<":
        raise InputError(
            Fault(source, "", "is a web page, not the data", "the csv file that the page links to")
        )
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        # CMS has published files saved by Excel in the Windows code page; ACO names carry the odd dash.
        return content.decode("cp1252", errors="replace")
