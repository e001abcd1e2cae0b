"""Which rules a simulation rests on: those it asks for, and no others."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from typing import Any

import numpy as np

from sim.inputs.benefit_terms import benefit_limits, falls_terms, not_offered, part_d_from
from sim.inputs.capitation_terms import (
    add_on_by_month,
    capitation_terms,
    final_settlement,
    provisional_terms,
)
from sim.inputs.cara_faults import holds
from sim.inputs.cara_terms import cara_terms
from sim.inputs.entry_terms import entry_terms
from sim.inputs.lead_criteria import (
    criteria_of,
    excluded_shares,
    high_needs_aco_share,
    mid_year_month,
    stated_growth,
)
from sim.inputs.lead_terms import OPTIONS, lead_terms, savings_are_prorated
from sim.inputs.medicaid_terms import medicaid_terms
from sim.inputs.mssp_terms import agreement_length, agreement_terms, glide, msr_table, mssp_terms
from sim.inputs.payment_faults import wrong_elections
from sim.inputs.protection_terms import exit_terms, guarantee_terms, stop_loss_terms
from sim.inputs.quality_terms import quality_terms
from sim.inputs.reach_terms import reach_benchmark_terms, reach_capitation_terms, reach_terms
from sim.inputs.scenario_arms import NO_PROGRAM, Arm, may_be
from sim.inputs.scenario_books import MSSP, REACH, ScenarioBooks, reach_rulebook
from sim.inputs.smallest_terms import mssp_size, reach_size
from sim.policy.mssp_benchmark import agreements_since


def rules_in_use(arm: Arm, name: str, years: range, books: ScenarioBooks) -> set[str]:
    """Return the keys that a simulated arm asks for in its performance years, none where no program runs.

    Keys of other rulebooks than LEAD's begin with the word that changes them: ``mssp.risk.cap``.

    Parameters
    ----------
    arm : Arm
    name : str
        Of the arm.
    years : range
        Performance years.
    books : ScenarioBooks
    """
    contracts = [
        (year, terms)
        for aco in (None, *arm.acos)
        for year in years
        for terms in may_be(arm.terms(aco, year), year, years)
        if terms["program"] != NO_PROGRAM
    ]
    if not contracts:
        return set()
    asked: set[str] = set()
    lead = replace(books.rulebook(name), asked=asked)
    for year in years:
        criteria_of(lead, year)
        excluded_shares(lead, year)
    high_needs_aco_share(lead, years[0])
    for year, terms in contracts:
        asked |= _ASKED[terms["program"]](name, books, year, years, terms)
    return asked


def _of_lead(name: str, books: ScenarioBooks, year: int, years: range, terms: dict[str, Any]) -> set[str]:
    asked: set[str] = set()
    book = replace(books.rulebook(name), asked=asked)
    lead_terms(book, year, terms.get("risk_option", OPTIONS[0]))
    stated_growth(book, years)
    savings_are_prorated(book)
    quality_terms(book, year)
    entry_terms(book, year)
    if contracts := terms.get("cara"):
        arranged = cara_terms(replace(book, asked=set()), year)
        if any(holds(one, arranged, year) for one in contracts):
            cara_terms(book, year)
    if terms.get("falls_prevention"):
        falls_terms(book, year)
        book.flag("falls.satisfies_plan", year)
    if offered := terms.get("benefits"):
        benefit_limits(book, year)
        not_offered(book, year)
        if any(one.kind == "part_d_premium" for one in offered):
            part_d_from(book, year)
    final_settlement(book, year)
    add_on_by_month(book, year)
    guarantee_terms(book, year, terms.get("risk_option", OPTIONS[0]))
    exit_terms(book, year)
    if terms.get("stop_loss", book.flag("stop_loss.elected", year)):
        stop_loss_terms(book, year)
    if terms.get("alignment") == "hybrid":
        mid_year_month(book, year)
    if terms.get("medicaid_partnership"):
        book.number("medicaid.states", year)
        medicaid_terms(book, year)
    if terms.get("payments") or terms.get("provisional_settlement"):
        capitation_terms(book, year)
        # What may be elected is asked for when a scenario is read.
        deque(wrong_elections(terms, book, year), maxlen=0)
    if terms.get("provisional_settlement"):
        provisional_terms(book, year)
    return asked


def _of_mssp(name: str, books: ScenarioBooks, year: int, years: range, terms: dict[str, Any]) -> set[str]:
    asked: set[str] = set()
    book = replace(books.rulebook(name, MSSP), asked=asked)
    began = np.array([terms.get("agreement_start", years[0])])
    msr_table(book)
    track = glide(np.array([terms.get("track", "basic-a")]), np.array([year]) - began)
    mssp_terms(book, track, np.array([year]), began)
    book.number("benchmark.agreement_of_former")
    start, _ = agreements_since(year, int(began[0]), agreement_length(book))
    mssp_size(book, start, year)
    for first_agreement in (True, False):
        agreement_terms(book, start, first=first_agreement)
    return {f"{MSSP}.{key}" for key in asked}


def _of_reach(name: str, books: ScenarioBooks, year: int, years: range, terms: dict[str, Any]) -> set[str]:
    asked: set[str] = set()
    book = replace(books.rulebook(name, reach_rulebook(year)), asked=asked)
    reach_terms(book, terms.get("risk_option", OPTIONS[0]))
    reach_benchmark_terms(book)
    if terms.get("payments"):
        reach_capitation_terms(book, year)
        deque(wrong_elections(terms, book, year), maxlen=0)
    reach_size(book)
    return {f"{REACH}.{key}" for key in asked}


_ASKED = {"lead": _of_lead, MSSP: _of_mssp, REACH: _of_reach}
