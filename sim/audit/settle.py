"""Settles every ACO of a results file by a program's rulebook and sets CMS's published figures beside it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.audit.row_table import Cell, RowTable, cell, said_year
from sim.inputs.faults import Fault, InputError
from sim.inputs.file_year import years_in_name
from sim.inputs.lead_terms import lead_terms
from sim.inputs.mssp_file import MsspFile, read_mssp
from sim.inputs.mssp_terms import elected_rate, msr_table, mssp_terms
from sim.inputs.reach_file import OPTIONS, ReachFile, read_reach
from sim.inputs.reach_terms import reach_terms
from sim.inputs.rulebook import Rulebook, load_rulebook
from sim.policy import mssp, reach
from sim.policy.msr import minimum_savings_rate
from sim.policy.sharing import share_savings
from sim.policy.terms import LeadTerms

Floats = NDArray[np.float64]

FIGURES = (
    "gross_savings",
    "savings_rate",
    "minimum_savings_rate",
    "shared_savings",
    "after_sequestration",
    "earned",
)


class SettleResult(RowTable):
    """One row for each ACO: USD and fractions, CMS's published figure and our figure less theirs."""


def settle(
    path: str | Path, program: str, out: str | Path | None = None, py: int | None = None
) -> SettleResult:
    """Settle the ACOs of a file.

    Parameters
    ----------
    path : str or Path
        A CMS results file of the MSSP or of GPDC / ACO REACH as downloaded (``-`` for standard input), or a
        plain csv with the canonical column names of ``mssp_columns.NUMBERS`` or ``reach_file.NUMBERS``.
    program : str
        A rulebook: ``mssp``, ``reach-py2022``, ``lead-py2027``, ...
    out : str or Path, optional
        Where to write the rows as csv.
    py : int, optional
        The performance year, where the file does not say it or holds several. A REACH rulebook has one year.

    Returns
    -------
    SettleResult
        Rows with ``aco_id``, the :data:`FIGURES`, and ``published_*`` and ``difference_*`` for each that the
        file publishes (``performance_year`` too, for a file of several). Savings and payments to the ACO are
        positive. A figure that does not exist is None.

    Raises
    ------
    InputError
        With every fault of the file or of the program's name.
    """
    rules = load_rulebook(program, origin="program")
    if "msr.band_start" in rules:
        file: MsspFile | ReachFile = (data := read_mssp(path, py))
        figures, published = _settle_mssp(data, rules)
    else:
        file = plain = read_reach(path, _year_of(path, program, rules, py))
        figures, published = _settle_corridors(plain, rules)
    result = _table(file, figures, published)
    if out is not None:
        result.to_csv(out)
    return result


def _year_of(path: str | Path, program: str, rules: Rulebook, year: int | None) -> int | None:
    """Return the year that a rulebook of one year settles, unless the file's name says another."""
    if year is not None or rules.first_py != rules.last_py:
        return year
    named = years_in_name(Path(path).name)
    if len(named) == 1 and named[0] != rules.first_py:
        problem = f"is of {named[0]} by its name, and {program} settles {rules.first_py}"
        allowed = f"the rulebook of {named[0]}, or --year {rules.first_py}"
        raise InputError(Fault(str(path), "", problem, allowed))
    return rules.first_py


def quality_of(data: MsspFile, terms: mssp.MsspTerms) -> mssp.MsspQuality:
    """Return the quality results that a file states or implies through the final sharing rate.

    An ACO with neither a score nor a sharing rate is taken to have met the standard in full.
    """
    implied = np.divide(
        data.final_share_rate,
        terms.maximum_share,
        out=np.ones_like(data.final_share_rate),
        where=(terms.maximum_share > 0) & ~np.isnan(data.final_share_rate),
    )
    score = np.where(np.isnan(data.quality_score), np.minimum(implied, 1.0), data.quality_score)
    met = np.where(np.isnan(data.met_quality_standard), implied > 0, data.met_quality_standard > 0)
    return mssp.MsspQuality(score, met, data.met_alternative_standard > 0)


def settle_mssp_file(data: MsspFile, rules: Rulebook) -> tuple[Floats, mssp.MsspSettlement]:
    """Return the minimum savings rate and the settlement of each ACO of an MSSP file."""
    unknown = np.isnat(data.agreement_start)
    started = data.agreement_start.astype("datetime64[Y]").astype(np.int64) + 1970
    terms = mssp_terms(
        rules, data.track, data.performance_year, np.where(unknown, data.performance_year, started)
    )
    minimum = minimum_savings_rate(
        data.n_assigned, terms.two_sided, elected_rate(data, rules), msr_table(rules)
    )
    return minimum, mssp.settle(
        data.benchmark_usd,
        data.expenditure_usd,
        minimum,
        data.n_assigned,
        quality=quality_of(data, terms),
        terms=terms,
        revenue_usd=data.revenue_usd,
        low_revenue=data.revenue == "low",
        # CMS publishes a year's relief for an agreement that ended in mid-year too.
        disaster_relief_usd=np.abs(np.nan_to_num(data.disaster_adjustment_usd)) * data.months / 12.0,
        forfeits=data.mid_year_termination > 0,
    )


def _settle_mssp(data: MsspFile, rules: Rulebook) -> tuple[dict[str, Floats], dict[str, Floats]]:
    minimum, done = settle_mssp_file(data, rules)
    figures = (
        done.gross_usd,
        done.savings_rate,
        minimum,
        done.shared_usd,
        done.settlement_usd - done.disaster_relief_usd,
        done.settlement_usd,
    )
    published = {
        "gross_savings": data.published_savings_usd,
        "savings_rate": data.published_savings_rate,
        "minimum_savings_rate": data.published_minimum_savings_rate,
        "earned": data.earned_usd,
    }
    return dict(zip(FIGURES, figures, strict=True)), published


def _settle_corridors(data: ReachFile, rules: Rulebook) -> tuple[dict[str, Floats], dict[str, Floats]]:
    """Settle REACH or LEAD, whose options share savings by corridors from the first dollar."""
    figures = {name: np.zeros(len(data)) for name in FIGURES}
    for option in OPTIONS:
        for year in np.unique(data.performance_year):
            rows = (data.option == option) & (data.performance_year == year)
            part = data.select(rows)
            money = (part.benchmark_usd, part.health_equity_usd, part.net_expenditure_usd)
            done = (
                reach.settle(*money, reach_terms(rules, option))
                if "corridors.global.shares" in rules
                else _settle_lead(*money, lead_terms(rules, int(year), option))
            )
            for name, values in (
                ("gross_savings", done.gross_usd),
                ("savings_rate", done.savings_rate),
                ("shared_savings", done.shared_usd),
                ("after_sequestration", done.settlement_usd),
                ("earned", done.settlement_usd),
            ):
                figures[name][rows] = values
    published = {
        "gross_savings": data.published_gross_usd,
        "savings_rate": data.published_savings_rate,
        "shared_savings": data.published_shared_usd,
        "after_sequestration": data.published_after_sequestration_usd,
    }
    return figures, published


def _settle_lead(
    benchmark: Floats, equity: Floats, expenditure: Floats, terms: LeadTerms
) -> reach.ReachSettlement:
    gross, shared, taken = share_savings(benchmark + equity, expenditure, terms)
    rate = np.divide(gross, benchmark, out=np.zeros_like(gross), where=benchmark > 0)
    return reach.ReachSettlement(gross, rate, shared, shared - taken)


def _table(
    file: MsspFile | ReachFile, figures: dict[str, Floats], published: dict[str, Floats]
) -> SettleResult:
    ids, years = file.aco_id, file.performance_year
    shown = {name: values for name, values in published.items() if not np.isnan(values).all()}
    several = np.unique(years).size > 1
    rows: list[dict[str, Cell]] = []
    for at in range(len(ids)):
        row: dict[str, Cell] = {"aco_id": str(ids[at])}
        if several:
            row["performance_year"] = int(years[at])
        row.update({name: cell(values[at]) for name, values in figures.items()})
        for name, values in shown.items():
            row[f"published_{name}"] = cell(values[at])
            row[f"difference_{name}"] = cell(figures[name][at] - values[at])
        rows.append(row)
    dollars = [name for name in FIGURES if not name.endswith("rate")]
    totals: dict[str, Cell] = {"acos": len(ids), **said_year(years, file.year_said_by)}
    totals.update({name: cell(figures[name].sum()) for name in dollars})
    for name, values in shown.items():
        if name in dollars:
            totals[f"published_{name}"] = cell(np.nansum(values))
        totals[f"largest_difference_{name}"] = cell(np.nanmax(np.abs(figures[name] - values)))
    return SettleResult(rows, totals, file.notes)
