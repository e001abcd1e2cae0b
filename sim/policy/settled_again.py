"""A performance year settled again, with other expenditure or quality: trend and risk stay."""

from __future__ import annotations

from dataclasses import replace

from sim.policy.arrays import Floats
from sim.policy.lead import PerformanceYearSettlement, share_savings
from sim.policy.quality import after_discount_and_quality, earned_back
from sim.policy.terms import LeadTerms


def with_expenditure(
    done: PerformanceYearSettlement, paid: Floats, terms: LeadTerms
) -> PerformanceYearSettlement:
    """Return the settlement with other expenditure; the benchmark stays.

    Parameters
    ----------
    done : PerformanceYearSettlement
    paid : numpy.ndarray, shape (..., aco)
        USD.
    terms : LeadTerms
    """
    gross, shared, taken = share_savings(done.benchmark_usd, paid, terms)
    return replace(
        done,
        paid_usd=paid,
        gross_savings_usd=gross,
        shared_usd=shared,
        sequestration_usd=taken,
        settlement_usd=shared - taken,
    )


def benchmark_at_quality(
    done: PerformanceYearSettlement, score: Floats, terms: LeadTerms
) -> tuple[Floats, Floats]:
    """Return the final benchmark at other quality: USD by cell, and PBPM.

    Parameters
    ----------
    done : PerformanceYearSettlement
    score : numpy.ndarray, shape (..., aco)
        0 to 1.
    terms : LeadTerms

    Returns
    -------
    benchmark_cell_usd : numpy.ndarray, shape (..., aco, cell)
    final_pbpm : numpy.ndarray, shape (..., aco)
    """
    earned = earned_back(score, withhold=terms.quality_withhold)
    left = after_discount_and_quality(done.discount, earned, combined=terms.quality_combined)
    return done.before_cell_usd * left[..., None], done.before_discount_pbpm * left
