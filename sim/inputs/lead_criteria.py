"""Numbers of LEAD that the simulated world itself needs: High Needs, lookback weights, what counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.rulebook import Rulebook

NO_RUN = 13.0


@dataclass(frozen=True, slots=True)
class Criteria:
    """Numbers of the program that decide who is High Needs and how people are aligned.

    Attributes
    ----------
    score : float
        Risk score that makes an A&D beneficiary High Needs by itself. People with ESRD are a category of
        their own whatever their score.
    score_with_admissions : float
        Risk score that does so together with unplanned admissions.
    admissions : int
        Unplanned admissions needed then.
    snf_days : int
        Medicare SNF days that do.
    weight_recent, weight_older : float
        Weights of the two alignment years.
    """

    score: float
    score_with_admissions: float
    admissions: int
    snf_days: int
    weight_recent: float
    weight_older: float


def criteria_of(rulebook: Rulebook, py: int) -> Criteria:
    """Return the High Needs criteria and alignment weights of a year; before LEAD, those of its first."""
    py = max(py, rulebook.first_py)
    older, recent = rulebook.array("alignment.lookback_weights", py)
    return Criteria(
        score=float(rulebook.array("high_needs.risk_score", py)[0]),
        score_with_admissions=rulebook.number("high_needs.risk_score_with_admissions", py),
        admissions=int(rulebook.number("high_needs.unplanned_admissions", py)),
        snf_days=int(rulebook.number("high_needs.snf_days", py)),
        weight_recent=float(recent),
        weight_older=float(older),
    )


def high_needs_aco_share(rulebook: Rulebook, py: int) -> float:
    """Return the share of High Needs people above which an ACO counts as a High Needs ACO."""
    return rulebook.number("eligibility.high_needs_share", max(py, rulebook.first_py))


def mid_year_month(rulebook: Rulebook, py: int) -> float:
    """Return the first month of those whom the year's claims run for new TINs brings, 13 without a run."""
    month = rulebook.number("alignment.mid_year_month", py)
    return month if rulebook.number("alignment.mid_year_runs", py) else NO_RUN


def excluded_shares(rulebook: Rulebook, year: int) -> tuple[float, float]:
    """Return the shares of SAHS-billed and skin-substitute spending that do not count, in any year."""
    py = max(year, rulebook.first_py)
    return (
        rulebook.number("expenditure.sahs_excluded", py),
        rulebook.number("expenditure.skin_substitutes_excluded", py),
    )


def stated_growth(rulebook: Rulebook, years: range) -> dict[int, NDArray[np.float64]]:
    """Return CMS's prospective growth by AD, ESRD, High Needs for the years that the rulebook states.

    Where ``trend.prospective_path`` is ``held``, the latest stated growth stands for later years too.
    """
    entry = rulebook.entry("trend.prospective_growth")
    stated = {year for year, _ in entry.by_year if year is not None}
    if stated and rulebook.word("trend.prospective_path") == "held":
        stated |= set(range(min(stated), rulebook.last_py + 1))
    return {year: rulebook.array(entry.key, year) for year in years if year in stated or not entry.yearly}
