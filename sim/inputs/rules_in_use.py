"""Which rules a simulation rests on: those it asks for, and no others."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from sim.inputs.lead_criteria import criteria_of, excluded_shares, high_needs_aco_share, stated_growth
from sim.inputs.lead_terms import OPTIONS, lead_terms
from sim.inputs.mssp_terms import agreement_terms, glide, msr_table, mssp_terms
from sim.inputs.reach_terms import reach_benchmark_terms, reach_terms
from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_arms import NO_PROGRAM, Arm
from sim.inputs.scenario_books import MSSP, REACH, ScenarioBooks, reach_rulebook


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
        if (terms := arm.terms(aco, year))["program"] != NO_PROGRAM
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
        option = terms.get("risk_option", OPTIONS[0])
        if terms["program"] == "lead":
            lead_terms(lead, year, option)
            stated_growth(lead, years)
        elif terms["program"] == MSSP:
            asked |= _of_mssp(books.rulebook(name, MSSP), year, years[0], terms)
        elif terms["program"] == REACH:
            asked |= _of_reach(books.rulebook(name, reach_rulebook(year)), option)
    return asked


def _of_mssp(rulebook: Rulebook, year: int, first: int, terms: dict[str, Any]) -> set[str]:
    asked: set[str] = set()
    book = replace(rulebook, asked=asked)
    began = np.array([terms.get("agreement_start", first)])
    msr_table(book)
    track = glide(np.array([terms.get("track", "basic-a")]), np.array([year]) - began)
    mssp_terms(book, track, np.array([year]), began)
    length = int(book.number("benchmark.agreement_years"))
    start = int(began[0]) + (year - int(began[0])) // length * length
    for first_agreement in (True, False):
        agreement_terms(book, start, first=first_agreement)
    return {f"{MSSP}.{key}" for key in asked}


def _of_reach(rulebook: Rulebook, option: str) -> set[str]:
    asked: set[str] = set()
    book = replace(rulebook, asked=asked)
    reach_terms(book, option)
    reach_benchmark_terms(book)
    return {f"{REACH}.{key}" for key in asked}
