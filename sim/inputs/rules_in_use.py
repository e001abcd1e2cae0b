"""Which rules a simulation rests on: those it asks for, and no others."""

from __future__ import annotations

from dataclasses import replace

from sim.inputs.lead_criteria import criteria_of, excluded_shares, high_needs_aco_share, stated_growth
from sim.inputs.lead_terms import lead_terms
from sim.inputs.rulebook import Rulebook


def rules_in_use(rulebook: Rulebook, years: range, option: str) -> set[str]:
    """Return the keys that a simulated arm asks for in its performance years.

    Parameters
    ----------
    rulebook : Rulebook
        A LEAD rulebook.
    years : range
        Performance years.
    option : {"global", "professional"}
        Risk option.
    """
    asked: set[str] = set()
    book = replace(rulebook, asked=asked)
    for year in years:
        lead_terms(book, year, option)
        criteria_of(book, year)
        excluded_shares(book, year)
    high_needs_aco_share(book, years[0])
    stated_growth(book, years)
    return asked
