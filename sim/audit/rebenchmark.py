"""What every ACO of an MSSP results file would face under LEAD: designation, adjustment, discount, add-on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.audit.regional_gap import CellGaps, gaps_by_cell
from sim.audit.row_table import Cell, RowTable, cell, said_year
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.lead_terms import lead_terms
from sim.inputs.mssp_file import MsspFile, read_mssp
from sim.inputs.rulebook import Rulebook, available_rulebooks, load_rulebook
from sim.inputs.scenario_file import settings_layer, table
from sim.policy import efficiency
from sim.policy.arrays import ratio, weighted_mean
from sim.policy.discount import add_on, discount_rate
from sim.policy.mssp_benchmark import regional_weight
from sim.policy.terms import LeadTerms

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEAD, MSSP = "lead", "mssp"
SETTING = "--set"
# Agreements before July 2019 had other weights; from PY2022 on none of them is left.
FIRST_REGIONAL = 2019
# What an ACO's benchmark changes by, in the order in which the terms act.
PARTS = ("reweighting", "floor", "cap", "prior_savings", "add_on", "discount")
# What a screen of 80 columns has room for: what each part is called there.
BRIEF = {
    "ACO": "aco_id",
    "spending": "designation",
    "change %": "change_pct",
    "change": "change_usd",
    "weight": "change_by_reweighting_usd",
    "floor": "change_by_floor_usd",
    "cap": "change_by_cap_usd",
    "prior savings": "change_by_prior_savings_usd",
    "add-on": "change_by_add_on_usd",
    "discount": "change_by_discount_usd",
}
_CENTS = 100.0
# A multiple of national expenditure that no gap reaches; infinity times an empty cell would be no number.
_NO_CAP = 1e9


class RebenchmarkResult(RowTable):
    """One row for each ACO, USD and fractions (``*_pct`` in percent), and totals by designation."""


@dataclass(frozen=True, slots=True)
class PresentAdjustment:
    """What an ACO's MSSP benchmark holds now; float64 arrays (aco,) in USD per person-year of the year.

    Attributes
    ----------
    regional, savings : the adjustment inside the benchmark, the one of the two that counts; the other is 0
    weight : the regional weight of the present agreement
    gap : regional expenditure less the ACO's history, before weight
    prior_savings : prorated prior savings, before their share
    """

    regional: Floats
    savings: Floats
    weight: Floats
    gap: Floats
    prior_savings: Floats

    @property
    def counted(self) -> Floats:
        """The adjustment inside the benchmark."""
        return self.regional + self.savings


@dataclass(frozen=True, slots=True)
class Moved:
    """The ACOs under LEAD; arrays (aco,).

    Attributes
    ----------
    higher : bool, whether Higher-spending
    by_savings : bool, whether prior savings are the adjustment
    adjustment : the adjustment in USD per person-year
    rate : the discount
    parts : of each of :data:`PARTS`, the change of the benchmark in USD
    base : benchmark before discount, USD
    extra : the add-on, USD
    """

    higher: Flags
    by_savings: Flags
    adjustment: Floats
    rate: Floats
    parts: dict[str, Floats]
    base: Floats
    extra: Floats

    def cents(self) -> dict[str, Floats]:
        """Return the parts in whole cents, which add up exactly."""
        return {name: np.rint(part * _CENTS) for name, part in self.parts.items()}


def rebenchmark(
    path: str | Path,
    program: str,
    option: str,
    py: int | None = None,
    out: str | Path | None = None,
    year: int | None = None,
    settings: Sequence[str] = (),
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
    settings : sequence of str
        Rules changed, as ``add_on.place=inside``; ``mssp.`` before a key names a rule of the MSSP rulebook.

    Returns
    -------
    RebenchmarkResult
        Each row has the parts of its change: ``change_by_reweighting_usd`` (LEAD's share of the gap to the
        region for the present weight), ``..._floor_usd``, ``..._cap_usd``, ``..._prior_savings_usd`` (LEAD's
        in, the present ones out), ``..._add_on_usd`` (where it is inside) and ``..._discount_usd``. They are
        whole cents and add up to ``change_usd``.
        ``totals`` has ``acos``, ``performance_year`` of the file and who said it, ``lower_spending``,
        ``higher_spending``, ``benchmark_usd`` (under LEAD, before the quality withhold), ``change_usd`` and
        ``change_pct`` against the present benchmark, its parts, the change of each designation, and what
        the change and the add-on paid apart are if the add-on is outside and if it is inside.

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
    For floor and cap, which may bind by cell, :func:`sim.audit.regional_gap.gaps_by_cell` shares it out.
    The benchmark is ``present x (1 + (new - old) / updated benchmark)`` before discount, as CMS adds the
    adjustment to the historical benchmark and updates the sum. A health equity adjustment, whose amount is in
    no file, is left where it is. The add-on is paid on top unless the rulebook puts it inside.
    """
    changes = rule_changes(settings)
    rules = _lead_rules(program, changes[LEAD])
    mssp = load_rulebook(MSSP, changes[MSSP], SETTING)
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
    result = _compare(data, mssp, terms)
    idle = [setting for setting in settings if _idle(setting, data, program, lead_year, option)]
    if idle:
        note = f"These rules were set and change nothing here: {', '.join(idle)}."
        result = replace(result, notes=(*result.notes, note))
    if out is not None:
        result.to_csv(out)
    return result


def rule_changes(settings: Sequence[str]) -> dict[str, Mapping[str, Any]]:
    """Return what settings change, by rulebook: LEAD's, or MSSP's where the key begins with ``mssp.``.

    Raises InputError with every setting that is none.
    """
    tree = dict(settings_layer(settings).tree)
    ours = table(table(tree, "program"), "values")
    mssp = table(tree, MSSP)
    for word in ("program", MSSP):
        if isinstance(tree.get(word), Mapping):
            del tree[word]
    return {LEAD: {**ours, **tree}, MSSP: mssp}


def _lead_rules(program: str, changes: Mapping[str, Any]) -> Rulebook:
    rules = load_rulebook(program, origin="program")
    if "efficiency.share" not in rules:
        names = [name for name in available_rulebooks() if name.startswith("lead")]
        raise InputError(wrong_choice("rebenchmark", "program", program, names))
    return load_rulebook(program, changes, SETTING) if changes else rules


def _idle(setting: str, data: MsspFile, program: str, py: int, option: str) -> bool:
    """Return whether a setting alone leaves every row as the rulebooks have it."""

    def rows(*settings: str) -> Sequence[Mapping[str, Cell]]:
        changes = rule_changes(settings)
        terms = lead_terms(_lead_rules(program, changes[LEAD]), py, option)
        return _compare(data, load_rulebook(MSSP, changes[MSSP], SETTING), terms).rows

    return rows() == rows(setting)


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
    positive = np.maximum(regional, 0.0)
    by_savings = floored & (savings > positive)
    category = np.char.lower(data.adjustment_category)
    said = [np.char.find(category, "regional") >= 0, np.char.find(category, "prior") >= 0, category != ""]
    nothing = np.zeros_like(regional)
    best = np.where(by_savings, 0.0, np.where(floored, positive, regional))
    counted = np.select(said, [regional, nothing, nothing], best)
    counted_savings = np.select(said, [nothing, savings, nothing], np.where(by_savings, savings, 0.0))
    weight = regional_weight(
        regional,
        np.nan_to_num(data.agreement_period, nan=1.0),
        mssp.array("benchmark.regional_weight_below"),
        mssp.array("benchmark.regional_weight_above"),
    )
    return PresentAdjustment(
        regional=counted * growth,
        savings=counted_savings * growth,
        weight=weight,
        gap=regional / weight * growth,
        prior_savings=savings / share * growth,
    )


def _cell_gaps(data: MsspFile, mssp: Rulebook, present: PresentAdjustment) -> CellGaps:
    history = np.nan_to_num(data.updated_benchmark) - present.counted
    return gaps_by_cell(data, national_by_type(data, mssp), present.gap, history)


def national_by_type(data: MsspFile, mssp: Rulebook) -> Floats:
    """Return national expenditure per person-year by enrollment type (aco, type), at risk 1."""
    years = {
        int(year): mssp.array("expenditure.national", int(year)) for year in np.unique(data.performance_year)
    }
    return np.array([years[year] for year in data.performance_year.tolist()])


def move(data: MsspFile, present: PresentAdjustment, cells: CellGaps, terms: LeadTerms) -> Moved:
    """Return the ACOs of a file under LEAD's terms."""
    months, national = cells.people, weighted_mean(cells.reference, cells.people)
    higher = efficiency.is_higher_spending(
        present.gap[:, None], data.total_person_years[:, None], tie_is_higher=terms.tie_is_higher_spending
    )
    earned, rea = (
        efficiency.regional_adjustment(
            cells.gap,
            months,
            cells.reference,
            share=terms.efficiency_share,
            cap=np.full(len(data), cap),
            cap_level=terms.efficiency_cap_level,
            floor_level=terms.efficiency_floor_level,
        )
        for cap in (_NO_CAP, terms.efficiency_cap_former_mssp)
    )
    psa = efficiency.prior_savings_adjustment(
        present.prior_savings, terms.prior_savings_cap * national, share=terms.prior_savings_share
    )
    if not terms.prior_savings_for_higher_spending:
        psa = np.where(higher, 0.0, psa)
    chosen, by_savings = efficiency.higher_of(rea, psa, months)
    weighed = terms.efficiency_share * present.gap
    floored, capped, adjustment = (weighted_mean(one, months) for one in (earned, rea, chosen))
    # CMS adds the adjustment to the historical benchmark and updates the sum.
    people = data.benchmark_usd * ratio(1.0, data.updated_benchmark, 0.0)
    parts = {
        "reweighting": people * (weighed - present.regional),
        "floor": people * (floored - weighed),
        "cap": people * (capped - floored),
        "prior_savings": people * (adjustment - capped - present.savings),
    }
    before = data.benchmark_usd + people * (adjustment - present.counted)
    extra = add_on(before, higher, rate=terms.add_on_rate)
    rate = discount_rate(higher, lower=terms.discount_lower, higher=terms.discount_higher)
    parts["add_on"] = extra if terms.add_on_inside else np.zeros_like(extra)
    base = before + parts["add_on"]
    parts["discount"] = -base * rate
    return Moved(higher, by_savings, adjustment, rate, parts, base, extra)


def _compare(data: MsspFile, mssp: Rulebook, terms: LeadTerms) -> RebenchmarkResult:
    present = present_adjustment(data, mssp)
    cells = _cell_gaps(data, mssp, present)
    moved = move(data, present, cells, terms)
    cents = moved.cents()
    change_cents = np.sum(list(cents.values()), axis=0)
    change = change_cents / _CENTS
    kind = np.where(moved.adjustment <= 0, "none", np.where(moved.by_savings, "prior_savings", "regional"))
    numbers = {
        "change_usd": change,
        "change_pct": 100.0 * ratio(1.0, data.benchmark_usd, 0.0) * change,
        **{f"change_by_{name}_usd": part / _CENTS for name, part in cents.items()},
        "add_on_usd": moved.extra,
        "present_benchmark_usd": data.benchmark_usd,
        "present_weight": present.weight,
        "present_adjustment": present.counted,
        "regional_gap": present.gap,
        "adjustment": moved.adjustment,
        "benchmark_before_discount_usd": moved.base,
        "discount_rate": moved.rate,
        "discount_usd": moved.base * moved.rate,
        "benchmark_usd": data.benchmark_usd + change,
    }
    rows = [
        {
            "aco_id": str(data.aco_id[at]),
            "aco_name": str(data.name[at]),
            "designation": "higher_spending" if moved.higher[at] else "lower_spending",
            "adjustment_kind": str(kind[at]),
            **{name: cell(values[at]) for name, values in numbers.items()},
        }
        for at in range(len(data))
    ]
    totals: dict[str, Cell] = {
        "acos": len(data),
        **said_year(data.performance_year, data.year_said_by),
        "lower_spending": int((~moved.higher).sum()),
        "higher_spending": int(moved.higher.sum()),
        "benchmark_usd": cell(numbers["benchmark_usd"].sum()),
        "change_usd": cell(change_cents.sum() / _CENTS),
        "change_pct": cell(100.0 * change.sum() / data.benchmark_usd.sum()),
        **{f"change_by_{name}_usd": cell(part.sum() / _CENTS) for name, part in cents.items()},
        "lower_spending_change_usd": cell(change[~moved.higher].sum()),
        "higher_spending_change_usd": cell(change[moved.higher].sum()),
    }
    for place in ("outside", "inside"):
        other = move(data, present, cells, replace(terms, add_on_inside=place == "inside"))
        whole = sum(float(part.sum()) for part in other.cents().values())
        apart = 0.0 if place == "inside" else float(np.rint(other.extra * _CENTS).sum())
        totals[f"change_with_add_on_{place}_usd"] = whole / _CENTS
        totals[f"add_on_paid_apart_{place}_usd"] = apart / _CENTS
    return RebenchmarkResult(rows, totals, data.notes)
