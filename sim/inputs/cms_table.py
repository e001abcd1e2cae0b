"""Reads a CMS public use file as downloaded: names in any spelling, percent signs, suppressed cells."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError, nearest
from sim.inputs.file_kind import STANDARD_INPUT, read_bytes, text_of
from sim.inputs.number_text import COMMA, Written, column_mark, marks_shown, read_number
from sim.inputs.table_rows import raw_table

# CMS suppresses a cell that would show 1 to 10 people; the others stand for "none" or "not applicable".
SUPPRESSED = frozenset({"*", "<11", "< 11"})
ABSENT = frozenset({"", "-", "--", "\u2013", "\u2014", ".", "n/a", "na", "nan", "null", "none"})

# Medicare spends about 1e12 dollars a year; no amount of a results file is larger.
MOST = 1e12
# Notes on a file that are kept.
_NOTES_KEPT = 50
# Of two names without punctuation: one letter more, fewer or swapped in six.
_NEAR = 0.84
# Letters by which the lengths of two such names differ at most.
_APART = 8


# A file's few hundred columns are each looked up by a few spellings, file after file.
@lru_cache(maxsize=4096)
def plain(name: str) -> str:
    """Return a column's name without what spellings differ in: ``Sav_rate``, ``savRate`` and ``SAV RATE``."""
    return "".join(letter for letter in name.lower() if letter.isalnum())


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
    least : float
        The least believable amount other than 0; what is nearer to 0 could make any ratio endless.
    fraction_to : float or None
        Of a rate, the largest believable fraction: what is larger was written in percent. None for amounts,
        which have no percent sign.
    words : dict of str to float or None
        Words that stand for a number.
    whole : bool
        Whether it counts or flags, so that a fraction is none of its values.
    """

    names: tuple[str, ...]
    what: str
    low: float = -MOST
    high: float = MOST
    least: float = 0.0
    fraction_to: float | None = None
    words: dict[str, float] | None = None
    whole: bool = False


class Numbers(NamedTuple):
    """A column as numbers; arrays have the shape (row,).

    Attributes
    ----------
    values : float64 array
        As written, but a percent sign divides by 100. NaN where absent or suppressed.
    suppressed, percent : bool arrays
        Where the number was suppressed, and where a percent sign stood with it.
    """

    values: NDArray[np.float64]
    suppressed: NDArray[np.bool_]
    percent: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class CmsTable:
    """A delimited file held as text, addressed by column name in any spelling.

    Attributes
    ----------
    source : str
        The file, as named by the user; every fault names it.
    columns : dict of str to int
        Column name as :func:`plain` makes it to position.
    headers : tuple of str
        Column names as written.
    rows : tuple of tuple of str
        Cells, stripped.
    places : tuple of str
        Where each row stands in the file, for messages.
    marks : frozenset of str
        Decimal marks that numbers anywhere in the file prove.
    notes : tuple of str
        What was left out or not read, in words for the user.
    """

    source: str
    columns: dict[str, int]
    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    places: tuple[str, ...]
    marks: frozenset[str]
    notes: tuple[str, ...] = ()

    def __len__(self) -> int:
        return len(self.rows)

    def select(self, rows: Iterable[int], notes: Iterable[str] = ()) -> CmsTable:
        """Return the table with only these rows, counted from 0, and further notes."""
        kept = list(rows)
        return replace(
            self,
            rows=tuple(self.rows[row] for row in kept),
            places=tuple(self.places[row] for row in kept),
            notes=(*self.notes, *notes),
        )

    def find(self, names: Sequence[str]) -> str | None:
        """Return the first of `names` that this file has, in any spelling, or None."""
        return next((name for name in names if plain(name) in self.columns), None)

    def at(self, names: Sequence[str]) -> int | None:
        """Return the position of the first of `names` that this file has, or None."""
        name = self.find(names)
        return None if name is None else self.columns[plain(name)]

    def missing(self, names: Sequence[str], what: str) -> Fault:
        """Return the fault of a file without the column that holds `what`."""
        spellings = " or ".join(names)
        close = next((near for near in (nearest(name, self.headers) for name in names) if near), None)
        return Fault(self.source, names[0], f"no column holds {what}", f"needs a column {spellings}", close)

    def words(self, names: Sequence[str]) -> list[str]:
        """Return a column's text, absent cells as ``""``; all ``""`` when the file has no such column."""
        at = self.at(names)
        if at is None:
            return [""] * len(self.rows)
        return ["" if row[at].lower() in ABSENT else row[at] for row in self.rows]

    def numbers(self, column: NumberColumn, faults: list[Fault]) -> Numbers:
        """Return a column as numbers.

        Whether a comma is a decimal one is the whole column's to say, see
        :func:`sim.inputs.number_text.column_mark`.

        Parameters
        ----------
        column : NumberColumn
            The first of its spellings that the file has is read; all is NaN where it has none.
        faults : list of Fault
            Faults found are added here: one for each cell that is no number, may be two, or lies outside the
            bounds.
        """
        values = np.full(len(self.rows), np.nan)
        suppressed, percent = np.zeros((2, len(self.rows)), dtype=bool)
        at = self.at(column.names)
        if at is None:
            return Numbers(values, suppressed, percent)
        found: list[Written | None] = []
        for row, cells in enumerate(self.rows):
            text = cells[at]
            lower = text.lower()
            number = None
            if lower in SUPPRESSED:
                suppressed[row] = True
            elif column.words and lower in column.words:
                values[row] = column.words[lower]
            elif lower not in ABSENT:
                number = read_number(text)
                if number is None:
                    faults.append(self.cell(row, at, "is not a number", "a number, '*' or '-'"))
            found.append(number)
        mark, doubtful = column_mark(found, self.marks)
        doubts = dict(doubtful)
        for row, number in enumerate(found):
            if number is None:
                continue
            value = number.value(mark)
            percent[row] = number.percent
            if row in doubts:
                faults.append(self.cell(row, at, doubts[row], _one_mark(mark)))
            elif value is None:
                faults.append(self.cell(row, at, "is not a number", "a number, '*' or '-'"))
            elif number.percent and column.fraction_to is None:
                faults.append(self.cell(row, at, "is a percentage", f"{column.what}, no rate"))
            elif not column.low <= value <= column.high or 0.0 < abs(value) < column.least:
                faults.append(self.cell(row, at, "is out of range", _bounds(column)))
            elif column.whole and value % 1.0:
                faults.append(self.cell(row, at, "is no whole number", _bounds(column)))
            else:
                values[row] = value
        return Numbers(values, suppressed, percent)

    def cell(self, row: int, at: int, problem: str, allowed: str) -> Fault:
        """Return a fault that points at one cell; `row` counts data rows from 0."""
        return Fault(
            self.source,
            f"{self.places[row]}, {self.headers[at]}",
            f"= {self.rows[row][at]!r} {problem}",
            allowed,
        )


def _bounds(column: NumberColumn) -> str:
    if column.least > 0.0:
        return f"0, or between {column.least:,.15g} and {column.high:,.15g}"
    return f"between {column.low:,.15g} and {column.high:,.15g}"


def _one_mark(mark: str) -> str:
    example = "1234567,89" if mark == COMMA else "1234567.89"
    return f"one way of writing numbers in the column, such as {example}"


def read_table(path: str | Path, content: bytes | None = None) -> CmsTable:
    """Read a table: text with delimiters or JSON, packed or not, told apart by its content.

    Parameters
    ----------
    path : str or Path
        The file, ``-`` for standard input; every fault names it.
    content : bytes, optional
        What :func:`read_bytes` returned for it, where it was read already.

    Raises
    ------
    InputError
        When the file cannot be read, is no table, or its rows do not fit its heading.
    """
    source = "standard input" if str(path) == STANDARD_INPUT else str(path)
    raw = raw_table(source, text_of(source, read_bytes(path) if content is None else content))
    faults: list[Fault] = []
    columns: dict[str, int] = {}
    for at, header in enumerate(raw.headers):
        name = plain(header)
        if name in columns:
            other = raw.headers[columns[name]]
            problem = "is the name of two columns" + (f", with {other!r}" if other != header else "")
            faults.append(Fault(source, header, problem, "each column name once"))
        elif name:
            columns[name] = at
    if not raw.rows:
        faults.append(Fault(source, "", "has a heading and no rows", "one row for each ACO"))
    if faults:
        raise InputError(faults)
    marks = marks_shown(cell for row in raw.rows for cell in row)
    notes = raw.notes[:_NOTES_KEPT]
    if len(raw.notes) > len(notes):
        notes.append(f"{source}: ... and {len(raw.notes) - len(notes)} more notes")
    return CmsTable(source, columns, raw.headers, tuple(raw.rows), tuple(raw.places), marks, tuple(notes))


def near_misses(table: CmsTable, wanted: Iterable[Sequence[str]]) -> list[str]:
    """Return a sentence for each column not read whose name is nearly one that the file lacks.

    Parameters
    ----------
    table : CmsTable
    wanted : iterable of sequence of str
        Spellings of each column that may be there.
    """
    groups = [tuple(names) for names in wanted]
    known = {plain(name) for names in groups for name in names}
    lacking = {plain(name): names[0] for names in groups if table.find(names) is None for name in names}
    # Comparing takes long, so that only names of the same digits and about the same length are.
    alike: dict[tuple[str, ...], list[str]] = {}
    for name in lacking:
        alike.setdefault(_digits(name), []).append(name)
    found = []
    for header in table.headers:
        name = plain(header)
        near = [] if name in known else alike.get(_digits(name), [])
        like = [other for other in near if abs(len(other) - len(name)) <= _APART]
        close = difflib.get_close_matches(name, like, n=1, cutoff=_NEAR)
        if close:
            meant = lacking[close[0]]
            found.append(f"{table.source}: column {header!r} is not read; did you mean {meant!r}?")
    return found


def _digits(name: str) -> tuple[str, ...]:
    """Return what tells columns of a series apart: PY from BY3, track 1 from track 2."""
    return tuple(re.findall(r"\d+|by|py$", name))
