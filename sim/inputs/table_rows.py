"""Rows of a table from text: delimited by commas, semicolons, tabs or bars, or the JSON of CMS's data API."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sim.inputs.faults import Fault, InputError

DELIMITERS = (",", ";", "\t", "|")
# What a first line "sep=" may not say, as numbers, quotes and the ends of lines have them.
_NO_DELIMITERS = "\"'\r\n\0 .-+%$()"
# A results file since 2013 has about 6,000 rows of 170 cells in all, and none of 150 characters.
MOST_CELLS = 2_000_000
MOST_ROWS = 50_000
LONGEST_CELL = 1000
# Rows above the heading, and characters of the heading that its delimiter is counted in.
_MOST_TITLES = 20
_ENOUGH = 100_000
# Where APIs and pandas put the records.
_RECORDS = ("data", "results", "records", "rows", "value")
_SHORTER = f"at most {LONGEST_CELL:,}"
_NO_RECORDS = "a list of records, as https://data.cms.gov/data-api returns it"
_ODD_SPACES = "\u00a0\u202f\u2009\u2007"


@dataclass(frozen=True, slots=True)
class RawTable:
    """A heading and rows as text.

    Attributes
    ----------
    headers : tuple of str
    rows : list of tuple of str
        Cells, stripped; every row as long as the heading.
    places : list of str
        Where each row stands in the file: ``row 2``, ``record 1``.
    notes : list of str
        What was left out, in words.
    """

    headers: tuple[str, ...]
    rows: list[tuple[str, ...]]
    places: list[str]
    notes: list[str]


def raw_table(source: str, text: str) -> RawTable:
    """Return heading and rows of a file's text.

    Raises
    ------
    InputError
        When it is no table, or its rows do not fit its heading.
    """
    for space in _ODD_SPACES:
        text = text.replace(space, " ")
    if not text.strip():
        raise InputError(Fault(source, "", "is empty", "a csv file with a heading and one row for each ACO"))
    table = _from_json(source, text) if text.lstrip()[0] in "[{" else _from_delimited(source, text)
    if len(table.rows) > MOST_ROWS:
        problem = f"has {len(table.rows):,} rows"
        raise InputError(Fault(source, "", problem, f"one row for each ACO, at most {MOST_ROWS:,}"))
    faults = [
        Fault(source, f"{place}, {header}", f"has a cell of {len(cell):,} characters", _SHORTER)
        for place, row in zip(table.places, table.rows, strict=True)
        if max(map(len, row), default=0) > LONGEST_CELL
        for header, cell in zip(table.headers, row, strict=True)
        if len(cell) > LONGEST_CELL
    ]
    faults += [
        Fault(source, header, f"is a column name of {len(header):,} characters", _SHORTER)
        for header in table.headers
        if len(header) > LONGEST_CELL
    ]
    if faults:
        raise InputError(faults)
    return table


def _check_size(source: str, text: str, marks: str) -> None:
    """Refuse a text of more cells than can be read while somebody waits."""
    if sum(map(text.count, marks)) > MOST_CELLS:
        problem = f"has more than {MOST_CELLS:,} cells"
        raise InputError(Fault(source, "", problem, "a results file of CMS: all its years have half as many"))


def _from_delimited(source: str, text: str) -> RawTable:
    lines = text.split("\n", 1)
    declared = re.fullmatch(r'"?sep=(.)"?\s*', lines[0], re.IGNORECASE)
    if declared is not None:
        text = lines[1] if len(lines) > 1 else ""
    delimiter = declared[1] if declared is not None else _delimiter(text)
    if delimiter in _NO_DELIMITERS or delimiter.isalnum():
        names = "comma, semicolon, tab or bar"
        raise InputError(Fault(source, lines[0].strip(), f"says that {delimiter!r} is between cells", names))
    _check_size(source, text, f"{delimiter}\r\n")
    try:
        read = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as error:
        raise InputError(Fault(source, "", f"is not a csv file ({error})", "comma-separated text")) from error
    first = 2 if declared is not None else 1
    numbered = [
        (number, cells)
        for number, row in enumerate(read, start=first)
        if any(cells := [cell.strip() for cell in row])
    ]
    if not numbered:
        raise InputError(Fault(source, "", "is empty", "a csv file with a heading and one row for each ACO"))
    notes: list[str] = []
    widest = max(sum(map(bool, cells)) for _, cells in numbered)
    while (
        widest > 2 and len(numbered) > 1 and len(notes) < _MOST_TITLES and sum(map(bool, numbered[0][1])) == 1
    ):
        number, cells = numbered.pop(0)
        notes.append(f"{source}: row {number} is a title ({_shown(cells)}) and was left out")
    headers = numbered[0][1]
    # Excel leaves empty columns at the end of what once held something.
    filled = max(len(_cut(cells)) for _, cells in numbered)
    headers = headers[: max(filled, len(_cut(headers)))]
    faults: list[Fault] = []
    rows, places = [], []
    for number, cells in numbered[1:]:
        row = cells[: max(len(headers), len(_cut(cells)))]
        if len(headers) > 2 and _is_note(row):
            notes.append(f"{source}: row {number} is a note ({_shown(row)}) and was left out")
            continue
        if len(row) != len(headers):
            problem = f"has {len(row)} cells under {len(headers)} column names"
            faults.append(Fault(source, f"row {number}", problem, "one cell for each column"))
        rows.append(tuple(row))
        places.append(f"row {number}")
    if faults:
        raise InputError(faults)
    return RawTable(tuple(headers), rows, places, notes)


def _delimiter(text: str) -> str:
    """Return the delimiter of the first lines: the one that the heading has most of, outside quotes."""
    heading = max((re.sub(r'"[^"]*"', "", line) for line in text[:_ENOUGH].split("\n", 5)[:5]), key=_marks)
    return max(DELIMITERS, key=heading.count)


def _marks(line: str) -> int:
    return max(map(line.count, DELIMITERS))


def _cut(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells up to the last that holds something."""
    end = len(cells)
    while end and not cells[end - 1]:
        end -= 1
    return cells[:end]


def _is_note(cells: Sequence[str]) -> bool:
    """Return whether a row holds a sentence and nothing else: a source, a footnote."""
    held = [cell for cell in cells if cell]
    return len(held) == 1 and re.search(r"\s|^\*", held[0]) is not None


def _shown(cells: Sequence[str]) -> str:
    text = next(filter(None, cells))
    return repr(text if len(text) <= 60 else text[:57] + "...")


def _from_json(source: str, text: str) -> RawTable:
    records, heading = _records(source, text)
    names: dict[str, None] = dict.fromkeys(heading)
    faults: list[Fault] = []
    for number, record in enumerate(records, start=1):
        if isinstance(record, Mapping) and not heading:
            names.update(dict.fromkeys(map(str, record)))
        elif not (isinstance(record, list) and len(record) == len(heading) > 0):
            faults.append(Fault(source, f"record {number}", "is not like a row of a table", _NO_RECORDS))
    # Of a heading that names a column twice, both stand: it is refused for that.
    headers = tuple(heading) or tuple(names)
    rows = []
    for number, record in enumerate(records if not faults else [], start=1):
        cells = record if isinstance(record, list) else [record.get(name) for name in headers]
        for name, cell in zip(headers, cells, strict=True):
            if isinstance(cell, dict | list):
                faults.append(Fault(source, f"record {number}, {name}", "holds several values", "one value"))
        rows.append(tuple("" if isinstance(cell, dict | list) else _json_cell(cell) for cell in cells))
    if faults:
        raise InputError(faults)
    return RawTable(headers, rows, [f"record {number}" for number in range(1, len(rows) + 1)], [])


def _records(source: str, text: str) -> tuple[list[Any], list[str]]:
    """Return the records of JSON text, and the column names where they stand apart from the records."""
    _check_size(source, text, ",\r\n")
    try:
        tree = _parsed_json(source, text)
    except RecursionError:
        raise InputError(Fault(source, "", "is JSON nested too deeply", _NO_RECORDS)) from None
    heading: list[Any] = []
    if isinstance(tree, dict):
        heading = _heading(tree)
        tree = next((tree[name] for name in _RECORDS if isinstance(tree.get(name), list)), tree)
    if not isinstance(tree, list) or not tree:
        problem = "is JSON without records" if isinstance(tree, list) else "is JSON, but no list of records"
        raise InputError(Fault(source, "", problem, _NO_RECORDS))
    if isinstance(tree[0], list) and not heading:
        heading, tree = tree[0], tree[1:]
    if any(isinstance(name, dict | list) for name in heading):
        raise InputError(Fault(source, "", "has a column whose name is no text", _NO_RECORDS))
    return tree, [_json_cell(name) for name in heading] if tree and isinstance(tree[0], list) else []


def _parsed_json(source: str, text: str) -> Any:
    """Return what JSON text holds, numbers as they are written; a record on each line is a list of them."""

    def named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) < len(pairs):
            names = [name for name, _ in pairs]
            twice = next(name for name in names if names.count(name) > 1)
            raise InputError(Fault(source, twice, "is named twice in a record", "each column name once"))
        return found

    def parsed(part: str) -> Any:
        return json.loads(part, parse_float=str, parse_int=str, object_pairs_hook=named_once)

    try:
        return parsed(text)
    except json.JSONDecodeError as error:
        lines = [line for line in re.split(r"[\r\n]+", text) if line.strip()]
        try:
            tree = [parsed(line) for line in lines]
        except json.JSONDecodeError:
            tree = []
        if len(tree) < 2 or not all(isinstance(record, dict) for record in tree):
            problem = f"is damaged or unfinished JSON ({error})"
            raise InputError(Fault(source, "", problem, _NO_RECORDS)) from error
        return tree


def _heading(tree: Mapping[str, Any]) -> list[Any]:
    """Return the column names that CMS's data viewer, Socrata and pandas write beside the rows."""
    meta = tree.get("meta")
    places = [tree, meta, meta.get("view") if isinstance(meta, dict) else None]
    for place in places:
        for name in ("headers", "columns"):
            found = place.get(name) if isinstance(place, dict) else None
            if isinstance(found, list) and found:
                return [item.get("name") if isinstance(item, dict) else item for item in found]
    return []


def _json_cell(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value).strip()
