"""Reads CMS's GPDC / ACO REACH "Financial and Quality Results" public use file, or a plain file like it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cms_table import CmsTable, NumberColumn, near_misses, read_table
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.mssp_cells import (
    Flags,
    Floats,
    Words,
    only_year,
    read_identity,
    read_years,
    without_total_rows,
)
from sim.inputs.mssp_columns import ID_NAMES, LEAST_PEOPLE, MOST_PEOPLE, NAME_NAMES, YEAR_NAMES
from sim.inputs.rates import as_fractions
from sim.inputs.total_rows import sums_of_others

OPTIONS = ("global", "professional")
TYPE_NAMES = ("aco_type",)
OPTION_NAMES = ("risk_arrangement", "risk_option", "option")

# The canonical name is itself accepted as a column name, so that a plain csv file may use these names.
NUMBERS: dict[str, NumberColumn] = {
    key: replace(column, names=(*column.names, key))
    for key, column in {
        "benchmark_usd": NumberColumn(("final_benchmark",), "the final benchmark in dollars", low=0, least=1),
        "expenditure_usd": NumberColumn(("tot_cost_care",), "the total cost of care in dollars", low=0),
        "net_expenditure_usd": NumberColumn(
            ("tot_cost_care_net",), "the cost net of stop-loss in dollars", low=0
        ),
        "health_equity_up_usd": NumberColumn(("heba_up_amt",), "the upward health equity adjustment"),
        "health_equity_down_usd": NumberColumn(("heba_down_amt",), "the downward health equity adjustment"),
        "aligned": NumberColumn(
            ("bene_cnt",), "aligned beneficiaries", low=0, high=MOST_PEOPLE, least=LEAST_PEOPLE
        ),
        "quality_score": NumberColumn(("qual_scr",), "the quality score", low=0, high=100, fraction_to=1),
        "unadjusted_benchmark_usd": NumberColumn(
            ("unadj_benchmark",), "the benchmark before all adjustments", low=0
        ),
        "published_gross_usd": NumberColumn(("gross_savings",), "gross savings"),
        "published_savings_rate": NumberColumn(
            ("sav_rate",), "the savings rate", low=-200, high=100, fraction_to=1
        ),
        "published_shared_usd": NumberColumn(("shared_savings",), "shared savings"),
        "published_after_sequestration_usd": NumberColumn(
            ("shared_savings_seq",), "savings after sequestration"
        ),
    }.items()
}
REQUIRED = ("benchmark_usd", "expenditure_usd")


@dataclass(frozen=True, slots=True)
class ReachFile:
    """The ACOs of a REACH results file; every array has the shape (aco,), money is USD, NaN says "not given".

    Attributes
    ----------
    source : str
        The file.
    year_said_by : str
        Who said the performance year, in words.
    notes : tuple of str
        Rows that were left out and columns that were not read though their names are near, in words.
    performance_year : int64 array
    aco_id, name, aco_type : str arrays
        Type as CMS writes it: Standard, New Entrant, High Needs.
    option : str array
        ``"global"`` or ``"professional"``.
    benchmark_usd : float64 array
        Final benchmark, after discount and withholds, before the health equity adjustment.
    expenditure_usd, net_expenditure_usd : float64 arrays
        Total cost of care without and with stop-loss charge and payout; net is total where it is not given.
    health_equity_usd : float64 array
        Health equity benchmark adjustment, up less down; 0 where not given.
    aligned, quality_score, unadjusted_benchmark_usd : float64 arrays
        Beneficiaries; 0 to 1; USD.
    published_... : float64 arrays
        What CMS published, NaN in a plain file.
    """

    source: str
    year_said_by: str
    notes: tuple[str, ...]
    performance_year: NDArray[np.int64]
    aco_id: Words
    name: Words
    aco_type: Words
    option: Words
    benchmark_usd: Floats
    expenditure_usd: Floats
    net_expenditure_usd: Floats
    health_equity_usd: Floats
    aligned: Floats
    quality_score: Floats
    unadjusted_benchmark_usd: Floats
    published_gross_usd: Floats
    published_savings_rate: Floats
    published_shared_usd: Floats
    published_after_sequestration_usd: Floats

    def __len__(self) -> int:
        return len(self.aco_id)

    def select(self, rows: Flags | NDArray[np.intp]) -> ReachFile:
        """Return the file with only these rows, in this order."""
        found: dict[str, Any] = {field.name: getattr(self, field.name) for field in fields(self)}
        chosen: dict[str, Any] = {
            name: value[rows] for name, value in found.items() if isinstance(value, np.ndarray)
        }
        return replace(self, **chosen)


def read_reach(path: str | Path, year: int | None = None) -> ReachFile:
    """Read a REACH results file, csv or csv.gz.

    Parameters
    ----------
    path : str or Path
        CMS's file, or a plain csv with the columns ``aco_id``, ``option``, ``benchmark_usd``,
        ``expenditure_usd`` and, where wanted, the other names of this module.
    year : int, optional
        The performance year: says it for a file that does not, and selects its rows in a file of several
        years.

    Returns
    -------
    ReachFile

    Raises
    ------
    InputError
        Every fault at once.
    """
    table = without_total_rows(read_table(path))
    wanted = {
        **{NUMBERS[key].names: NUMBERS[key].what for key in REQUIRED},
        OPTION_NAMES: "the risk option",
        (*ID_NAMES, *NAME_NAMES): "the ACO's identifier",
    }
    faults = [table.missing(names, what) for names, what in wanted.items() if table.find(names) is None]
    table, dated = only_year(table, read_years(table, year, faults), year, faults)
    years = dated.years
    read = {key: table.numbers(column, faults) for key, column in NUMBERS.items()}
    numbers = {key: found.values for key, found in read.items()}
    options = _options(table, faults)
    names, ids = read_identity(table, years, faults)
    if not faults:
        for key in REQUIRED:
            faults += [
                Fault(
                    table.source,
                    f"{ids[row]}, {NUMBERS[key].names[0]}",
                    "is empty",
                    f"needs {NUMBERS[key].what}",
                )
                for row in np.flatnonzero(np.isnan(numbers[key]))
            ]
    if not faults:
        faults += sums_of_others(table, {NUMBERS[key].names[0]: numbers[key] for key in REQUIRED})
    columns: dict[str, Any] = {**numbers, "performance_year": years, "aco_id": ids, "name": names}
    up, down = (np.nan_to_num(columns.pop(f"health_equity_{way}_usd")) for way in ("up", "down"))
    columns["health_equity_usd"] = up - np.abs(down)
    net, total = numbers["net_expenditure_usd"], numbers["expenditure_usd"]
    columns["net_expenditure_usd"] = np.where(np.isnan(net), total, net)
    computed = {"published_savings_rate": _savings_rate(columns), "quality_score": None}
    for key, rate in computed.items():
        columns[key] = as_fractions(table, NUMBERS[key], read[key], years, faults, rate)
    if faults:
        raise InputError(faults)
    aco_type = np.array(table.words(TYPE_NAMES), dtype=np.str_)
    optional = [*(column.names for column in NUMBERS.values()), NAME_NAMES, YEAR_NAMES, TYPE_NAMES]
    return ReachFile(
        source=table.source,
        year_said_by=dated.said_by,
        notes=(*table.notes, *near_misses(table, optional)),
        option=options,
        aco_type=aco_type,
        **columns,
    )


def _savings_rate(columns: dict[str, Any]) -> Floats:
    gross = columns["benchmark_usd"] + columns["health_equity_usd"] - columns["net_expenditure_usd"]
    rate: Floats = np.divide(
        gross, columns["benchmark_usd"], out=np.zeros_like(gross), where=columns["benchmark_usd"] > 0
    )
    return rate


def _options(table: CmsTable, faults: list[Fault]) -> Words:
    words = [word.lower() for word in table.words(OPTION_NAMES)]
    if table.find(OPTION_NAMES):
        faults += [
            wrong_choice(table.source, f"{table.places[row]}, {table.find(OPTION_NAMES)}", word, OPTIONS)
            for row, word in enumerate(words)
            if word not in OPTIONS
        ]
    return np.array(words, dtype=np.str_)
