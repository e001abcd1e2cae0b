"""Turns the cells of an MSSP results file into canonical arrays: years, identities, tracks, rates, types."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cms_table import CmsTable, NumberColumn
from sim.inputs.faults import Fault, wrong_choice
from sim.inputs.mssp_columns import (
    ENROLLMENT_TYPES,
    ID_NAMES,
    NAME_NAMES,
    NUMBERS,
    ONE_SIDED_TRACKS,
    PERIODS,
    TRACK_FLAGS,
    TRACK_NAMES,
    TRACK_WORDS,
    TRACKS,
    YEAR_NAMES,
    expenditure_names,
    person_year_names,
    risk_names,
)

Floats = NDArray[np.float64]
Words = NDArray[np.str_]
Flags = NDArray[np.bool_]
ColumnNames = Callable[[str, str], tuple[str, ...]]

FIRST_YEAR = 2013
LAST_YEAR = 2036
# A suppressed count stands for 1 to 10 people.
SUPPRESSED_PEOPLE = 5.5


def read_years(table: CmsTable, year: int | None, faults: list[Fault]) -> NDArray[np.int64]:
    """Return each row's performance year: from a column, else `year`, else the file's name."""
    allowed = f"a performance year from {FIRST_YEAR} to {LAST_YEAR}"
    name = table.find(YEAR_NAMES)
    if name is not None:
        values, _ = table.numbers(NumberColumn((name,), "the year", FIRST_YEAR, LAST_YEAR), faults)
        blank = np.isnan(values)
        if blank.any():
            faults.append(Fault(table.source, name, f"is empty in {blank.sum()} rows", allowed))
        return np.where(blank, 0, values).astype(np.int64)
    found = year if year is not None else _year_in_name(Path(table.source).name)
    if found is None or not FIRST_YEAR <= found <= LAST_YEAR:
        problem = "says no performance year" if found is None else f"is said to be of {found}"
        faults.append(
            Fault(
                table.source,
                "",
                problem,
                f"a column performance_year, or a name such as PY2022.csv: {allowed}",
            )
        )
        found = 0
    return np.full(len(table), found, dtype=np.int64)


def _year_in_name(name: str) -> int | None:
    marked = re.findall(r"PY[\s_-]*(20\d\d)", name, flags=re.IGNORECASE)
    loose = re.findall(r"(?<!\d)(20\d\d)(?!\d)", name)
    years = {int(text) for text in (marked or loose)}
    return years.pop() if len(years) == 1 else None


def read_numbers(table: CmsTable, key: str, years: NDArray[np.int64], faults: list[Fault]) -> Floats:
    """Return one column of ``mssp_columns.NUMBERS`` in USD, USD per person-year or as a fraction."""
    column = NUMBERS[key]
    values, _ = table.numbers(column, faults)
    if column.percent_above is not None:
        # CMS has written the same rate as 0.46, 46 and 46.00% in different years: the size tells.
        for one in np.unique(years):
            rows = (years == one) & ~np.isnan(values)
            sizes = np.abs(values[rows & (values != 0)])
            if sizes.size and np.median(sizes) > column.percent_above:
                values[rows] /= 100.0
    return values


def check_all_present(table: CmsTable, key: str, values: Floats, faults: list[Fault]) -> None:
    """Add a fault for each row without a number that every row must have."""
    name = table.find(NUMBERS[key].names)
    if name is None:
        return
    at = table.columns[name.lower()]
    reported = {fault.key for fault in faults}
    for row in np.flatnonzero(np.isnan(values)):
        fault = table.cell(int(row), at, "does not give " + NUMBERS[key].what, "a number")
        if fault.key not in reported:
            faults.append(fault)


def read_identity(table: CmsTable, years: NDArray[np.int64], faults: list[Fault]) -> tuple[Words, Words]:
    """Return the ACOs' names and identifiers; an ACO met twice in a year is a fault."""
    names = table.words(NAME_NAMES)
    given = table.words(ID_NAMES)
    met = Counter((year, aco) for year, aco in zip(years.tolist(), given, strict=True) if aco)
    for (year, aco), times in met.items():
        if times > 1:
            problem = f"= {aco!r} is met {times} times" + (f" in {year}" if year else "")
            faults.append(Fault(table.source, ID_NAMES[0], problem, "one row for each ACO"))
    ids = [aco or name for aco, name in zip(given, names, strict=True)]
    for row in (row for row, aco in enumerate(ids) if not aco):
        faults.append(
            Fault(table.source, f"row {row + 2}, {ID_NAMES[0]}", "is empty", "the ACO's identifier")
        )
    return np.array(names, dtype=np.str_), np.array(ids, dtype=np.str_)


def read_tracks(table: CmsTable, faults: list[Fault]) -> Words:
    """Return each ACO's track, one of ``mssp_columns.TRACKS`` or ``""``."""
    written = table.words(TRACK_NAMES)
    flags = {track: table.words(names) for track, names in TRACK_FLAGS.items()}
    tracks = []
    for row, word in enumerate(written):
        track = TRACK_WORDS.get(word.lower(), "")
        if word and not track:
            faults.append(wrong_choice(table.source, f"row {row + 2}, Current_Track", word, TRACKS))
        held = [name for name, flag in flags.items() if flag[row] in {"1", "1.0"}]
        tracks.append(track or (held[0] if held else ""))
    return np.array(tracks, dtype=np.str_)


def read_two_sided(table: CmsTable, track: Words) -> Flags:
    """Return which ACOs are accountable for losses, from the file's word or else from the track."""
    words = np.char.lower(np.array(table.words(("Risk_Model",)), dtype=np.str_))
    known = ~np.isin(track, ["", *ONE_SIDED_TRACKS])
    return np.where(words == "", known, np.char.startswith(words, "two"))


def read_coded(table: CmsTable, names: tuple[str, ...], codes: tuple[str, ...]) -> Words:
    """Return each word of a column as the code that it begins with (``High Revenue`` -> ``high``)."""
    words = [word.lower() for word in table.words(names)]
    return np.array(
        [next((code for code in codes if word.startswith(code)), "") for word in words], dtype=np.str_
    )


def read_dates(table: CmsTable, names: tuple[str, ...]) -> NDArray[np.datetime64]:
    """Return a column of dates written as month/day/year or year-month-day; NaT where absent."""
    days = []
    for word in table.words(names):
        american = re.match(r"(\d{1,2})/(\d{1,2})/(\d{4}|\d{2})(?!\d)", word)
        if american:
            month, day, year = (int(part) for part in american.groups())
            days.append(f"{year + 2000 if year < 100 else year:04d}-{month:02d}-{day:02d}")
        else:
            days.append(word[:10] if re.match(r"\d{4}-\d{2}-\d{2}", word) else "NaT")
    return np.array(days, dtype="datetime64[D]")


def settled_months(numbers: dict[str, Floats]) -> NDArray[np.int64]:
    """Return 6 where the total benchmark is half a year's worth of the per-capita benchmark, else 12."""
    with np.errstate(invalid="ignore", divide="ignore"):
        share = numbers["benchmark_usd"] / (numbers["updated_benchmark"] * numbers["total_person_years"])
    return np.where(share < 0.75, 6, 12).astype(np.int64)


def regional_in_dollars(values: Floats, years: NDArray[np.int64]) -> Floats:
    """Keep the regional adjustment in dollars; to PY2021 the column held only 1 for positive, 0 for not."""
    out = values.copy()
    for year in np.unique(years):
        rows = (years == year) & ~np.isnan(values)
        if rows.any() and np.isin(values[rows], (0.0, 1.0)).all():
            out[rows] = np.nan
    return out


def read_by_type(
    table: CmsTable, total: Floats, years: NDArray[np.int64], faults: list[Fault]
) -> dict[str, Any]:
    """Return the arrays by enrollment type of ``MsspFile``, suppressed cells filled in."""
    people, hidden = _stack(table, person_year_names, ("BY3", "PY"), faults)
    filled = people.copy()
    filled[..., 0][hidden[..., 0]] = SUPPRESSED_PEOPLE
    weights = np.where(filled[..., 0] > 0, filled[..., 0], SUPPRESSED_PEOPLE)
    share = np.where(hidden[..., 1], weights, 0.0)
    with np.errstate(invalid="ignore", divide="ignore"):
        share /= share.sum(axis=1, keepdims=True)
        # What the published total leaves unexplained belongs to the suppressed types, split as in BY3.
        left = np.maximum(total[:, None] - np.nansum(people[..., 1], axis=1, keepdims=True), 0.0) * share
    filled[..., 1] = np.where(
        hidden[..., 1], np.where(np.isnan(left), SUPPRESSED_PEOPLE, left), people[..., 1]
    )
    out: dict[str, Any] = {
        "person_years": filled[..., 1],
        "person_years_by3": filled[..., 0],
        "person_years_imputed": hidden.any(axis=2),
    }
    for key, names in (("per_capita", expenditure_names), ("risk", risk_names)):
        values, suppressed = _stack(table, names, PERIODS, faults)
        out[key] = _fill(values, suppressed, years)
        out[f"{key}_imputed"] = suppressed
    return out


def _stack(
    table: CmsTable, names: ColumnNames, periods: tuple[str, ...], faults: list[Fault]
) -> tuple[Floats, Flags]:
    shape = (len(table), len(ENROLLMENT_TYPES), len(periods))
    values, hidden = np.empty(shape), np.empty(shape, dtype=bool)
    for at, kind in enumerate(ENROLLMENT_TYPES):
        for when, period in enumerate(periods):
            column = NumberColumn(names(kind, period), kind, low=0)
            values[:, at, when], hidden[:, at, when] = table.numbers(column, faults)
    return values, hidden


def _fill(values: Floats, suppressed: Flags, years: NDArray[np.int64]) -> Floats:
    """Fill suppressed cells with the mean of the ACO's other periods, or else of the file's other ACOs."""
    out = values.copy()
    for row, kind, period in np.argwhere(suppressed):
        own = values[row, kind][~np.isnan(values[row, kind])]
        others = values[years == years[row], kind, period]
        known = own if own.size else others[~np.isnan(others)]
        if known.size:
            out[row, kind, period] = known.mean()
    return out
