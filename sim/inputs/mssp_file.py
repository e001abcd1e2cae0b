"""Reads CMS's MSSP "Performance Year Financial and Quality Results" public use file, one row for each ACO."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cms_table import near_misses, read_table
from sim.inputs.faults import Fault, InputError
from sim.inputs.mssp_cells import (
    Flags,
    Floats,
    Words,
    check_all_present,
    only_year,
    read_by_type,
    read_coded,
    read_dates,
    read_identity,
    read_numbers,
    read_tracks,
    read_two_sided,
    read_years,
    regional_in_dollars,
    settled_months,
    without_total_rows,
)
from sim.inputs.mssp_columns import (
    CATEGORY_NAMES,
    CODED,
    ID_NAMES,
    NAME_NAMES,
    NUMBERS,
    REQUIRED,
    START_NAMES,
    TYPE_COLUMNS,
    optional_names,
)
from sim.inputs.total_rows import sums_of_others


@dataclass(frozen=True, slots=True)
class MsspFile:
    """The ACOs of an MSSP results file under canonical names; every array has the ACO as its first axis.

    Money is USD, per-capita figures are USD per person-year, rates and shares are fractions. NaN means that
    the file does not say; ``""`` likewise for words.

    Attributes
    ----------
    source : str
        The file.
    year_said_by : str
        Who said the performance year, in words.
    notes : tuple of str
        Rows that were left out and columns that were not read though their names are near, in words.
    performance_year, months : int64 arrays
        Calendar year and the months it settled (6 for agreements that ended on 30 June 2019, else 12).
    aco_id, name : str arrays
        CMS's identifier (PY2013 published none: the name stands in) and the ACO's name.
    track : str array
        One of ``mssp_columns.TRACKS``.
    two_sided : bool array
        Whether the ACO was accountable for losses.
    revenue : str array
        ``"high"`` or ``"low"`` revenue.
    assignment : str array
        ``"prospective"`` or ``"retrospective"``.
    agreement_type : str array
        ``"initial"``, ``"renewal"`` or ``"re-entering"``.
    agreement_start : datetime64[D] array
        Start of the present agreement, NaT when unknown.
    n_assigned, total_person_years, benchmark_usd, expenditure_usd, ... : float64 arrays, shape (aco,)
        See ``mssp_columns.NUMBERS`` for each.
    regional_adjustment : float64 array, shape (aco,)
        The regional adjustment in USD per person-year after weight and cap, which may be negative. NaN before
        PY2022, when CMS published only its sign.
    adjustment_category : str array
        From PY2024, which adjustment counts, as CMS writes it (``FinalAdjCat``).
    person_years, person_years_by3 : float64 arrays, shape (aco, type)
        By enrollment type (ESRD, disabled, aged dual, aged non-dual), suppressed cells filled in.
    person_years_imputed : bool array, shape (aco, type)
        Where either was suppressed and filled in.
    per_capita, risk : float64 arrays, shape (aco, type, period)
        Expenditure and renormalised HCC risk of BY1, BY2, BY3, PY; suppressed cells filled in.
    per_capita_imputed, risk_imputed : bool arrays, shape (aco, type, period)
        Where they were.
    """

    source: str
    year_said_by: str
    notes: tuple[str, ...]
    performance_year: NDArray[np.int64]
    months: NDArray[np.int64]
    aco_id: Words
    name: Words
    track: Words
    two_sided: Flags
    revenue: Words
    assignment: Words
    agreement_type: Words
    agreement_start: NDArray[np.datetime64]
    adjustment_category: Words
    n_assigned: Floats
    benchmark_usd: Floats
    expenditure_usd: Floats
    total_person_years: Floats
    published_minimum_savings_rate: Floats
    elected_savings_rate: Floats
    published_savings_rate: Floats
    published_savings_usd: Floats
    generated_usd: Floats
    earned_usd: Floats
    quality_score: Floats
    met_quality_standard: Floats
    met_alternative_standard: Floats
    maximum_share_rate: Floats
    final_share_rate: Floats
    final_loss_rate: Floats
    disaster_adjustment_usd: Floats
    historical_benchmark: Floats
    updated_benchmark: Floats
    regional_adjustment: Floats
    prior_savings_adjustment: Floats
    agreement_period: Floats
    revenue_loss_limit: Floats
    mid_year_termination: Floats
    revenue_usd: Floats
    person_years: Floats
    person_years_by3: Floats
    person_years_imputed: Flags
    per_capita: Floats
    per_capita_imputed: Flags
    risk: Floats
    risk_imputed: Flags

    def __len__(self) -> int:
        return len(self.aco_id)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> MsspFile:
        """Return the file with only these rows, in this order."""
        found: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        chosen: dict[str, Any] = {
            name: value[rows] for name, value in found.items() if isinstance(value, np.ndarray)
        }
        return replace(self, **chosen)

    def require(self, *names: str) -> None:
        """Raise an InputError that names each of these number fields that no row of the file fills."""
        faults = []
        for name in names:
            if np.isnan(getattr(self, name)).all():
                column = NUMBERS.get(name) or TYPE_COLUMNS[name]
                needs = f"needs a column {' or '.join(column.names)}"
                faults.append(Fault(self.source, column.names[0], f"no row gives {column.what}", needs))
        if faults:
            raise InputError(faults)


def read_mssp(path: str | Path, year: int | None = None, content: bytes | None = None) -> MsspFile:
    """Read an MSSP results file of PY2013 or later, csv or csv.gz.

    Parameters
    ----------
    path : str or Path
        The file as CMS publishes it, or several years of it under one heading with a year column.
    year : int, optional
        The performance year: says it for a file that does not, and selects its rows in a file of several
        years. Without it the year comes from a column (``performance_year``, ``year``) or the file's name.
    content : bytes, optional
        The file's bytes, where they were read already.

    Returns
    -------
    MsspFile

    Raises
    ------
    InputError
        Every fault at once: an unreadable file, a column missing, a cell that is no number or out of range,
        an ACO met twice, a track nobody knows, an unknown performance year.
    """
    table = without_total_rows(read_table(path, content))
    wanted = {NUMBERS[key].names: NUMBERS[key].what for key in REQUIRED}
    faults = [table.missing(names, what) for names, what in wanted.items() if table.find(names) is None]
    if table.find(ID_NAMES) is None and table.find(NAME_NAMES) is None:
        faults.append(table.missing(ID_NAMES, "the ACO's identifier"))
    table, dated = only_year(table, read_years(table, year, faults), year, faults)
    years = dated.years
    numbers = read_numbers(table, years, faults)
    for key in REQUIRED:
        check_all_present(table, key, numbers[key], faults)
    if not faults:
        faults += sums_of_others(table, {NUMBERS[key].names[0]: numbers[key] for key in REQUIRED})
    names, ids = read_identity(table, years, faults)
    track = read_tracks(table, faults)
    by_type = read_by_type(table, numbers["total_person_years"], years, faults)
    starts = read_dates(table, START_NAMES, faults)
    two_sided = read_two_sided(table, track, faults)
    coded = {key: read_coded(table, *known, faults) for key, known in CODED.items()}
    if faults:
        raise InputError(faults)
    numbers["regional_adjustment"] = regional_in_dollars(numbers["regional_adjustment"], years)
    columns: dict[str, Any] = {
        **numbers,
        **coded,
        "performance_year": years,
        "months": settled_months(numbers),
        "aco_id": ids,
        "name": names,
        "track": track,
        "two_sided": two_sided,
        "agreement_start": starts,
        "adjustment_category": np.array(table.words(CATEGORY_NAMES), dtype=np.str_),
    }
    notes = (*table.notes, *near_misses(table, optional_names()))
    return MsspFile(source=table.source, year_said_by=dated.said_by, notes=notes, **columns, **by_type)
