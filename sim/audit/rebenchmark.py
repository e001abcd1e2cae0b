"""What every ACO of an MSSP results file would face under LEAD: designation, adjustment, discount, add-on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.audit.row_table import Cell, RowTable, cell, said_year
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.lead_terms import lead_terms
from sim.inputs.mssp_file import MsspFile, read_mssp
from sim.inputs.rulebook import Rulebook, available_rulebooks, load_rulebook
from sim.policy import efficiency
from sim.policy.arrays import ratio, weighted_mean
from sim.policy.discount import add_on, discount_rate
from sim.policy.mssp_benchmark import regional_weight
from sim.policy.terms import LeadTerms

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

MSSP = "mssp"
# Agreements before July 2019 had other weights; from PY2022 on none of them is left.
FIRST_REGIONAL = 2019


class RebenchmarkResult(RowTable):
    """One row for each ACO, USD and fractions (``*_pct`` in percent), and totals by designation."""


@dataclass(frozen=True, slots=True)
class PresentAdjustment:
    """What an ACO's MSSP benchmark holds now; float64 arrays (aco,) in USD per person-year of the year.

    Attributes
    ----------
    counted : the adjustment inside the benchmark
    weight : the regional weight of the present agreement
    gap : regional expenditure less the ACO's history, before weight
    prior_savings : prorated prior savings, before their share
    """

    counted: Floats
    weight: Floats
    gap: Floats
    prior_savings: Floats


def rebenchmark(
    path: str | Path,
    program: str,
    option: str,
    py: int | None = None,
    out: str | Path | None = None,
    year: int | None = None,
) -> RebenchmarkResult:
    """Move the ACOs of an MSSP file to LEAD.

    Parameters
    ----------
    path : str or Path
        A CMS MSSP results file of PY2022 or later: earlier files give no regional adjustment in dollars.
    program : str
        A LEAD rulebook.
    option : {"global", "professional"}
    py : int, optional
        LEAD performance year whose terms apply; the rulebook's first by default.
    out : str or Path, optional
        Where to write the rows as csv.
    year : int, optional
        The file's performance year, where the file does not say it or holds several.

    Returns
    -------
    RebenchmarkResult
        ``totals`` has ``acos``, ``performance_year`` of the file and who said it, ``lower_spending``,
        ``higher_spending``, ``benchmark_usd`` (under LEAD, before the quality withhold), ``change_usd`` and
        ``change_pct`` against the present benchmark, and the change of each designation.

    Raises
    ------
    InputError
        With every fault of the file, the program, the option or the year.

    Notes
    -----
    The file's own performance year stands for LEAD's: same people, prices and history, other terms. The
    present regional adjustment divided by its present weight is the gap to the region (exactly, unless a cap
    or an offset bound it), and LEAD weighs it anew, with its floor of 0 and its cap. It is one gap for the
    ACO, as the file gives no more; where the file shows none (``-``) it is 0, which the tie rule designates.
    The benchmark is ``present x (1 + (new - old) / updated benchmark)`` before discount, as CMS adds the
    adjustment to the historical benchmark and updates the sum. A health equity adjustment, whose amount is in
    no file, is left where it is. The add-on is paid on top unless the rulebook puts it inside.
    """
    rules = _lead_rules(program)
    lead_year = rules.first_py if py is None else py
    if not rules.first_py <= lead_year <= rules.last_py:
        raise InputError(Fault(program, "py", f"= {lead_year}", f"from {rules.first_py} to {rules.last_py}"))
    terms = lead_terms(rules, lead_year, option)
    if terms.rate_book_share > 0:
        problem = f"= {lead_year} has the ACO rate book, whose county rates are not public"
        raise InputError(Fault(program, "py", problem, "a year before the rate book"))
    data = read_mssp(path, year)
    if np.unique(data.performance_year).size > 1:
        raise InputError(Fault(data.source, "", "holds several performance years", "name one with --year"))
    data.require("updated_benchmark", "historical_benchmark", "regional_adjustment", "agreement_period")
    data.require("person_years", "risk")
    mssp = load_rulebook(MSSP)
    result = _compare(data, present_adjustment(data, mssp), national_per_capita(data, mssp), terms)
    if out is not None:
        result.to_csv(out)
    return result


def _lead_rules(program: str) -> Rulebook:
    rules = load_rulebook(program, origin="program")
    if "efficiency.share" not in rules:
        names = [name for name in available_rulebooks() if name.startswith("lead")]
        raise InputError(wrong_choice("rebenchmark", "program", program, names))
    return rules


def present_adjustment(data: MsspFile, mssp: Rulebook) -> PresentAdjustment:
    """Return what the file says about each ACO's present adjustment, carried to the file's year.

    The regional weight follows from the agreement period and the sign (42 CFR 425.656(d)). Which adjustment
    counts is CMS's word in ``FinalAdjCat``; where it is silent, agreements from 2024 have the better of a
    regional adjustment not below 0 and the prior savings adjustment, and earlier ones the regional.
    """
    growth = ratio(data.updated_benchmark, data.historical_benchmark, 1.0)
    regional = np.nan_to_num(data.regional_adjustment)
    savings = np.nan_to_num(data.prior_savings_adjustment)
    starts = data.agreement_start.astype("datetime64[Y]").astype(np.int64) + 1970
    share = mssp.number("benchmark.prior_savings_share", mssp.last_py)
    floored = np.array(
        [mssp.flag("benchmark.regional_floor", max(year, FIRST_REGIONAL)) for year in starts.tolist()]
    )
    best = np.where(floored, np.maximum(np.maximum(regional, 0.0), savings), regional)
    category = np.char.lower(data.adjustment_category)
    counted = np.select(
        [np.char.find(category, "regional") >= 0, np.char.find(category, "prior") >= 0, category != ""],
        [regional, savings, np.zeros_like(regional)],
        best,
    )
    weight = regional_weight(
        regional,
        np.nan_to_num(data.agreement_period, nan=1.0),
        mssp.array("benchmark.regional_weight_below"),
        mssp.array("benchmark.regional_weight_above"),
    )
    return PresentAdjustment(counted * growth, weight, regional / weight * growth, savings / share * growth)


def national_per_capita(data: MsspFile, mssp: Rulebook) -> Floats:
    """Return national expenditure per person-year (aco,) at each ACO's mix of types and risk scores."""
    years = {
        int(year): mssp.array("expenditure.national", int(year)) for year in np.unique(data.performance_year)
    }
    national = np.array([years[year] for year in data.performance_year.tolist()])
    risk = np.nan_to_num(data.risk[..., -1], nan=1.0)
    return weighted_mean(national * risk, np.nan_to_num(data.person_years))


def _compare(
    data: MsspFile, present: PresentAdjustment, national: Floats, terms: LeadTerms
) -> RebenchmarkResult:
    months = data.total_person_years[:, None]
    gap = present.gap[:, None]
    higher = efficiency.is_higher_spending(gap, months, tie_is_higher=terms.tie_is_higher_spending)
    earned = efficiency.efficiency_adjustment(gap, share=terms.efficiency_share)
    rea = efficiency.cap_adjustment(earned, months, terms.efficiency_cap_former_mssp * national)
    psa = efficiency.prior_savings_adjustment(
        present.prior_savings, terms.prior_savings_cap * national, share=terms.prior_savings_share
    )
    if not terms.prior_savings_for_higher_spending:
        psa = np.where(higher, 0.0, psa)
    chosen, by_savings = efficiency.higher_of(rea, psa, months)
    adjustment = chosen[:, 0]
    moved = 1.0 + ratio(1.0, data.updated_benchmark, 0.0) * (adjustment - present.counted)
    before = data.benchmark_usd * moved
    extra = add_on(before, higher, rate=terms.add_on_rate)
    base = before + extra if terms.add_on_inside else before
    rate = discount_rate(higher, lower=terms.discount_lower, higher=terms.discount_higher)
    benchmark = base * (1.0 - rate)
    change = benchmark - data.benchmark_usd
    kind = np.where(adjustment <= 0, "none", np.where(by_savings, "prior_savings", "regional"))
    numbers = {
        "present_benchmark_usd": data.benchmark_usd,
        "present_weight": present.weight,
        "present_adjustment": present.counted,
        "regional_gap": present.gap,
        "adjustment": adjustment,
        "benchmark_before_discount_usd": base,
        "discount_rate": rate,
        "discount_usd": base * rate,
        "add_on_usd": extra,
        "benchmark_usd": benchmark,
        "change_usd": change,
        "change_pct": 100.0 * ratio(1.0, data.benchmark_usd, 0.0) * change,
    }
    rows = [
        {
            "aco_id": str(data.aco_id[at]),
            "aco_name": str(data.name[at]),
            "designation": "higher_spending" if higher[at] else "lower_spending",
            "adjustment_kind": str(kind[at]),
            **{name: cell(values[at]) for name, values in numbers.items()},
        }
        for at in range(len(data))
    ]
    totals: dict[str, Cell] = {
        "acos": len(data),
        **said_year(data.performance_year, data.year_said_by),
        "lower_spending": int((~higher).sum()),
        "higher_spending": int(higher.sum()),
        "benchmark_usd": cell(benchmark.sum()),
        "change_usd": cell(change.sum()),
        "change_pct": cell(100.0 * change.sum() / data.benchmark_usd.sum()),
        "lower_spending_change_usd": cell(change[~higher].sum()),
        "higher_spending_change_usd": cell(change[higher].sum()),
    }
    return RebenchmarkResult(rows, totals, data.notes)
