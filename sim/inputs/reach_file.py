"""Reads CMS's GPDC / ACO REACH "Financial and Quality Results" public use file, or a plain file like it."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cms_table import CmsTable, NumberColumn, read_table
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.mssp_cells import Flags, Floats, Words, read_identity, read_years
from sim.inputs.mssp_columns import ID_NAMES, NAME_NAMES, YEAR_NAMES

OPTIONS = ("global", "professional")
OPTION_NAMES = ("risk_arrangement", "risk_option", "option")

# The canonical name is itself accepted as a column name, so that a plain csv file may use these names.
NUMBERS: dict[str, NumberColumn] = {
    key: replace(column, names=(*column.names, key))
    for key, column in {
        "benchmark_usd": NumberColumn(("final_benchmark",), "the final benchmark in dollars", low=0),
        "expenditure_usd": NumberColumn(("tot_cost_care",), "the total cost of care in dollars", low=0),
        "net_expenditure_usd": NumberColumn(
            ("tot_cost_care_net",), "the cost net of stop-loss in dollars", low=0
        ),
        "health_equity_up_usd": NumberColumn(("heba_up_amt",), "the upward health equity adjustment"),
        "health_equity_down_usd": NumberColumn(("heba_down_amt",), "the downward health equity adjustment"),
        "aligned": NumberColumn(("bene_cnt",), "aligned beneficiaries", low=0),
        "quality_score": NumberColumn(("qual_scr",), "the quality score", low=0, high=100),
        "unadjusted_benchmark_usd": NumberColumn(
            ("unadj_benchmark",), "the benchmark before all adjustments", low=0
        ),
        "published_gross_usd": NumberColumn(("gross_savings",), "gross savings"),
        "published_savings_rate": NumberColumn(("sav_rate",), "the savings rate"),
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
        arrays = {
            field.name: getattr(self, field.name)[rows] for field in fields(self) if field.name != "source"
        }
        return replace(self, **arrays)


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
    table = read_table(path)
    wanted = {
        **{NUMBERS[key].names: NUMBERS[key].what for key in REQUIRED},
        OPTION_NAMES: "the risk option",
        (*ID_NAMES, *NAME_NAMES): "the ACO's identifier",
    }
    faults = [table.missing(names, what) for names, what in wanted.items() if table.find(names) is None]
    years = read_years(table, year, faults)
    if year is not None and not faults:
        if not (years == year).any():
            met = ", ".join(str(one) for one in np.unique(years))
            faults.append(Fault(table.source, YEAR_NAMES[0], f"has no rows of {year}", f"one of {met}"))
        table = replace(table, rows=tuple(table.rows[row] for row in np.flatnonzero(years == year)))
        years = years[years == year]
    numbers = {key: table.numbers(column, faults)[0] for key, column in NUMBERS.items()}
    options = _options(table, faults)
    names, ids = read_identity(table, years, faults)
    faults += [
        Fault(table.source, f"{ids[row]}, {NUMBERS[key].names[0]}", "is empty", f"needs {NUMBERS[key].what}")
        for key in REQUIRED
        if table.find(NUMBERS[key].names) and not faults
        for row in np.flatnonzero(np.isnan(numbers[key]))
    ]
    if faults:
        raise InputError(faults)
    columns: dict[str, Any] = {**numbers, "performance_year": years, "aco_id": ids, "name": names}
    up, down = (np.nan_to_num(columns.pop(f"health_equity_{way}_usd")) for way in ("up", "down"))
    columns["health_equity_usd"] = up - np.abs(down)
    net, total = numbers["net_expenditure_usd"], numbers["expenditure_usd"]
    columns["net_expenditure_usd"] = np.where(np.isnan(net), total, net)
    scores = numbers["quality_score"]
    columns["quality_score"] = np.where(scores > 1.0, scores / 100.0, scores)
    columns["published_savings_rate"] = _as_fraction(columns)
    aco_type = np.array(table.words(("aco_type",)), dtype=np.str_)
    return ReachFile(source=table.source, option=options, aco_type=aco_type, **columns)


def _as_fraction(columns: dict[str, Any]) -> Floats:
    """Return the published savings rate as a fraction; CMS writes 5.13 for 5.13 %."""
    gross = columns["benchmark_usd"] + columns["health_equity_usd"] - columns["net_expenditure_usd"]
    computed = np.divide(
        gross, columns["benchmark_usd"], out=np.zeros_like(gross), where=columns["benchmark_usd"] > 0
    )
    rate: Floats = columns["published_savings_rate"]
    return np.where(np.abs(rate / 100.0 - computed) <= np.abs(rate - computed), rate / 100.0, rate)


def _options(table: CmsTable, faults: list[Fault]) -> Words:
    words = [word.lower() for word in table.words(OPTION_NAMES)]
    if table.find(OPTION_NAMES):
        faults += [
            wrong_choice(table.source, f"row {row + 2}, {table.find(OPTION_NAMES)}", word, OPTIONS)
            for row, word in enumerate(words)
            if word not in OPTIONS
        ]
    return np.array(words, dtype=np.str_)
