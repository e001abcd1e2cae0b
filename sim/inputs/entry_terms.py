"""The terms on which an ACO may be in LEAD in one performance year, out of a rulebook."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.rulebook import Rulebook

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class EntryTerms:
    """Values of the rulebook's chapter on eligibility.

    Attributes
    ----------
    standard, high_needs, newly_entering : float
        Aligned people an ACO of each type needs.
    base_standard, base_high_needs, base_newly_entering : float
        People aligned by claims that it needs in one base year.
    high_needs_path, newly_entering_path : float64 arrays, shape (years,)
        Least minimum in an ACO's first and later performance years.
    by_people : bool
        Whether people in the base years, not the scenario's word, make an ACO Newly Entering.
    newly_entering_below : float
        People in every base year below which they do.
    high_needs_share : float
    high_needs_test, high_needs_counts : str
        See :func:`sim.policy.eligibility.is_high_needs_aco`.
    buffer, buffer_uses : float
        See :func:`sim.policy.eligibility.may_continue`.
    removes : bool
        Whether an ACO below its minimum is out.
    """

    standard: float
    high_needs: float
    newly_entering: float
    base_standard: float
    base_high_needs: float
    base_newly_entering: float
    high_needs_path: Floats
    newly_entering_path: Floats
    by_people: bool
    newly_entering_below: float
    high_needs_share: float
    high_needs_test: str
    high_needs_counts: str
    buffer: float
    buffer_uses: float
    removes: bool


def entry_terms(rulebook: Rulebook, year: int) -> EntryTerms:
    """Return the terms of a performance year; before the program, those of its first."""
    py = max(year, rulebook.first_py)

    def number(key: str) -> float:
        return rulebook.number(f"eligibility.{key}", py)

    def path(kind: str) -> Floats:
        found = rulebook.array(f"eligibility.glide.{kind}", py)
        return found if rulebook.word("eligibility.glide_path", py) == "reach" else np.zeros(1)

    return EntryTerms(
        standard=number("minimum.standard"),
        high_needs=number("minimum.high_needs"),
        newly_entering=number("minimum.newly_entering"),
        base_standard=number("base_year_minimum.standard"),
        base_high_needs=number("base_year_minimum.high_needs"),
        base_newly_entering=number("base_year_minimum.newly_entering"),
        high_needs_path=path("high_needs"),
        newly_entering_path=path("newly_entering"),
        by_people=rulebook.word("eligibility.newly_entering_by", py) == "people",
        newly_entering_below=number("newly_entering_below"),
        high_needs_share=number("high_needs_share"),
        high_needs_test=rulebook.word("eligibility.high_needs_test", py),
        high_needs_counts=rulebook.word("eligibility.high_needs_counts", py),
        buffer=number("buffer"),
        buffer_uses=number("buffer_uses"),
        removes=rulebook.word("eligibility.below_minimum", py) == "out",
    )
