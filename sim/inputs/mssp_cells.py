"""Turns the cells of an MSSP results file into canonical arrays: years, identities, tracks, rates, types."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cms_table import CmsTable
from sim.inputs.date_text import ALLOWED, parse_date
from sim.inputs.faults import Fault, wrong_choice
from sim.inputs.file_year import years_in_name
from sim.inputs.mssp_columns import (
    ENROLLMENT_TYPES,
    ID_NAMES,
    NAME_NAMES,
    NUMBERS,
    ONE_SIDED_TRACKS,
    PERIODS,
    RISK_MODEL_NAMES,
    TRACK_FLAGS,
    TRACK_NAMES,
    TRACK_WORDS,
    TRACKS,
    TYPE_COLUMNS,
    YEAR_NAMES,
    expenditure_names,
    person_year_names,
    risk_names,
)
from sim.inputs.rates import as_fractions
from sim.inputs.total_rows import without_totals

Floats = NDArray[np.float64]
Words = NDArray[np.str_]
Flags = NDArray[np.bool_]
ColumnNames = Callable[[str, str], tuple[str, ...]]

FIRST_YEAR = 2013
LAST_YEAR = 2036
# The first year of the regional adjustment in dollars.
DOLLARS_FROM = 2022
# A suppressed count stands for 1 to 10 people.
SUPPRESSED_PEOPLE = 5.5


@dataclass(frozen=True, slots=True)
class FileYears:
    """Performance years of a file's rows.

    Attributes
    ----------
    years : int64 array, shape (row,)
        0 where unknown, which is a fault.
    said_by : str
        Who said it, in words.
    """

    years: NDArray[np.int64]
    said_by: str


def read_years(table: CmsTable, year: int | None, faults: list[Fault]) -> FileYears:
    """Return each row's performance year: from a column, else `year`, else the file's name."""
    allowed = f"a performance year from {FIRST_YEAR} to {LAST_YEAR}"
    name, at = table.find(YEAR_NAMES), table.at(YEAR_NAMES)
    if name is not None and at is not None:
        years = np.zeros(len(table), dtype=np.int64)
        blank = 0
        for row, word in enumerate(table.words(YEAR_NAMES)):
            found = re.fullmatch(r"(?:PY\s*)?(\d,?\d{3})(?:\.0*)?", word, re.IGNORECASE)
            value = int(found[1].replace(",", "")) if found else 0
            if FIRST_YEAR <= value <= LAST_YEAR:
                years[row] = value
            elif word:
                faults.append(table.cell(row, at, "is not the year of a row", allowed))
            else:
                blank += 1
        if blank:
            faults.append(Fault(table.source, name, f"is empty in {blank} rows", allowed))
        return FileYears(years, f"the column {table.headers[at]}")
    maybe = [year] if year is not None else years_in_name(Path(table.source).name)
    if len(maybe) == 1 and FIRST_YEAR <= maybe[0] <= LAST_YEAR:
        by = "the file's name" if year is None else "what was asked for"
        return FileYears(np.full(len(table), maybe[0], dtype=np.int64), by)
    problem = "says no performance year"
    if len(maybe) == 1:
        problem = f"is said to be of {maybe[0]}"
    elif maybe:
        problem = f"says no performance year for sure: {' or '.join(map(str, maybe))}"
    needs = (
        "name it with --year (population.mssp_year in a scenario), with a column performance_year or with a"
        f" file name such as PY2022.csv: {allowed}"
    )
    faults.append(Fault(table.source, "", problem, needs))
    return FileYears(np.zeros(len(table), dtype=np.int64), "nobody")


def only_year(
    table: CmsTable, found: FileYears, year: int | None, faults: list[Fault]
) -> tuple[CmsTable, FileYears]:
    """Return the rows of `year`; all of them where none is asked for."""
    if year is None or table.find(YEAR_NAMES) is None:
        return table, found
    keep = np.flatnonzero(found.years == year)
    if not keep.size and not faults:
        met = ", ".join(str(value) for value in np.unique(found.years))
        faults.append(Fault(table.source, YEAR_NAMES[0], f"has no rows of {year}", f"one of {met}"))
    return table.select(keep.tolist()), replace(found, years=found.years[keep])


def without_total_rows(table: CmsTable) -> CmsTable:
    """Return the table without rows whose identifier or name says that they are totals."""
    return without_totals(table, table.words(ID_NAMES), table.words(NAME_NAMES))


def read_numbers(table: CmsTable, years: NDArray[np.int64], faults: list[Fault]) -> dict[str, Floats]:
    """Return the columns of ``mssp_columns.NUMBERS`` in USD, USD per person-year or as fractions."""
    found = {key: table.numbers(column, faults) for key, column in NUMBERS.items()}
    benchmark, spending = found["benchmark_usd"].values, found["expenditure_usd"].values
    computed = {"published_savings_rate": (benchmark - spending) / benchmark}
    return {
        key: numbers.values
        if NUMBERS[key].fraction_to is None
        else as_fractions(table, NUMBERS[key], numbers, years, faults, computed.get(key))
        for key, numbers in found.items()
    }


def check_all_present(table: CmsTable, key: str, values: Floats, faults: list[Fault]) -> None:
    """Add a fault for each row without a number that every row must have."""
    at = table.at(NUMBERS[key].names)
    if at is None:
        return
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
            Fault(table.source, f"{table.places[row]}, {ID_NAMES[0]}", "is empty", "the ACO's identifier")
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
            faults.append(wrong_choice(table.source, f"{table.places[row]}, Current_Track", word, TRACKS))
        held = [name for name, flag in flags.items() if flag[row] in {"1", "1.0"}]
        tracks.append(track or (held[0] if held else ""))
    return np.array(tracks, dtype=np.str_)


def read_two_sided(table: CmsTable, track: Words, faults: list[Fault]) -> Flags:
    """Return which ACOs are accountable for losses, from the file's word or else from the track."""
    words = read_coded(table, RISK_MODEL_NAMES, ("one", "two", "1", "2"), faults)
    known = ~np.isin(track, ["", *ONE_SIDED_TRACKS])
    return np.where(words == "", known, np.isin(words, ["two", "2"]))


def read_coded(table: CmsTable, names: tuple[str, ...], codes: tuple[str, ...], faults: list[Fault]) -> Words:
    """Return each word of a column as the code that it begins with (``High Revenue`` -> ``high``)."""
    at = table.at(names)
    found = []
    for row, word in enumerate(table.words(names)):
        lower = re.sub(r"[\s_-]+", "-", word.lower())
        code = next((code for code in codes if lower.startswith(code) or code.replace("-", "") == lower), "")
        if word and not code and at is not None:
            place = f"{table.places[row]}, {table.headers[at]}"
            faults.append(wrong_choice(table.source, place, word, codes))
        found.append(code)
    return np.array(found, dtype=np.str_)


def read_dates(table: CmsTable, names: tuple[str, ...], faults: list[Fault]) -> NDArray[np.datetime64]:
    """Return a column of starts of agreements, each the first of a month; NaT where absent."""
    at = table.at(names)
    days = np.full(len(table), np.datetime64("NaT"), dtype="datetime64[D]")
    for row, word in enumerate(table.words(names)):
        if word and at is not None:
            try:
                days[row] = parse_date(word, first_of_month=True)
            except ValueError as error:
                faults.append(table.cell(row, at, str(error), ALLOWED))
    return days


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
        if year < DOLLARS_FROM and np.isin(values[rows], (0.0, 1.0)).all():
            out[rows] = np.nan
    return out


def read_by_type(
    table: CmsTable, total: Floats, years: NDArray[np.int64], faults: list[Fault]
) -> dict[str, Any]:
    """Return the arrays by enrollment type of ``MsspFile``, suppressed cells filled in."""
    people, hidden = _stack(table, "person_years", person_year_names, ("BY3", "PY"), faults)
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
        values, suppressed = _stack(table, key, names, PERIODS, faults)
        out[key] = _fill(values, suppressed, years)
        out[f"{key}_imputed"] = suppressed
    return out


def _stack(
    table: CmsTable, key: str, names: ColumnNames, periods: tuple[str, ...], faults: list[Fault]
) -> tuple[Floats, Flags]:
    shape = (len(table), len(ENROLLMENT_TYPES), len(periods))
    values, hidden = np.empty(shape), np.empty(shape, dtype=bool)
    for at, kind in enumerate(ENROLLMENT_TYPES):
        for when, period in enumerate(periods):
            column = replace(TYPE_COLUMNS[key], names=names(kind, period))
            values[:, at, when], hidden[:, at, when], _ = table.numbers(column, faults)
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
