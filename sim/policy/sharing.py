"""Savings and losses shared by an ACO's terms: the corridors and what sequestration takes."""

from __future__ import annotations

from sim.policy.arrays import Floats
from sim.policy.settlement import sequestered, shared_amount
from sim.policy.terms import LeadTerms


def share_savings(benchmark: Floats, paid: Floats, terms: LeadTerms) -> tuple[Floats, Floats, Floats]:
    """Return gross savings, the ACO's part by the corridors, and what sequestration takes of it, USD.

    Parameters
    ----------
    benchmark, paid : numpy.ndarray, shape (..., aco)
        Final benchmark and expenditure, USD.
    terms : LeadTerms
    """
    gross = benchmark - paid
    bands = {
        "edges": terms.corridor_edges,
        "savings": terms.corridor_savings,
        "losses": terms.corridor_losses,
    }
    shared = shared_amount(gross, benchmark, **bands)
    rate, base = terms.sequestration, terms.sequestration_base
    taken = sequestered(gross, benchmark, rate=rate, base=base, **bands, shared=shared)
    return gross, shared, taken
