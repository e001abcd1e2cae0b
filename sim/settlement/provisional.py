"""Provisional settlement: what is paid before a year's claims and quality are known."""

from __future__ import annotations

import numpy as np

from sim.inputs.capitation_terms import ProvisionalTerms
from sim.policy.claims_lag import claims_known
from sim.policy.sharing import share_savings
from sim.policy.terms import LeadTerms
from sim.settlement.capitation import Capitated, CareEvidence
from sim.settlement.program import Flags, Floats, Ints, cents

Terms = tuple[ProvisionalTerms, LeadTerms]


def provisional_claims(made: Capitated, terms: ProvisionalTerms, care: CareEvidence) -> Floats:
    """Return claims as provisional settlement completes them, USD of shape (acos,)."""
    return claims_known(
        made.claims,
        care.claims_paid,
        months_known=terms.months_known,
        completion=terms.completion,
    )


def settle_early(
    made: Capitated, early: Flags, protection: Ints | None, care: CareEvidence, by: Terms
) -> None:
    """Write into a year's payments what provisional settlement pays, and what of it stop-loss makes.

    Parameters
    ----------
    made : Capitated
    early : bool, shape (acos,)
        ACOs that elect it.
    protection : int64, shape (acos,) or None
        Cents of stop-loss charge less payouts; None where nobody has any.
    care : CareEvidence
    by : tuple of ProvisionalTerms and LeadTerms
    """
    when, terms = by
    claims = provisional_claims(made, when, care) + made.due.sum(axis=-1) / 100.0
    spent = np.stack([claims])
    if protection is not None and when.stop_loss:
        spent = np.stack([claims, claims + protection / 100.0])
    _, shared, taken = share_savings(made.benchmark, spent, terms)
    paid = np.where(early, cents(when.share * (shared - taken)), 0)
    made.payments.provisional[:] = paid[0]
    made.payments.provisional_stop_loss[:] = paid[-1] - paid[0]
