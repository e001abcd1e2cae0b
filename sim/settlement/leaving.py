"""What an ACO's settlement comes to that leaves before its performance year is over."""

from __future__ import annotations

import numpy as np

from sim.inputs.protection_terms import ExitTerms
from sim.policy.settlement import settlement_after_exit
from sim.population.experience import ratio
from sim.settlement.elections import STAYS
from sim.settlement.program import Floats, Ints, Settled

_PAID = ("admin_add_on", "high_performers_pool")


def leave_early(settled: Settled, exit_month: Ints, terms: ExitTerms) -> Settled:
    """Return a year's money with that of ACOs that leave as the rules have it; the others' as it was.

    Savings, add-on and pool are not paid to them, losses are owed in part or not at all.

    Parameters
    ----------
    settled : mapping of str to ndarray
        Money in cents.
    exit_month : int64, shape (acos,)
        Month of the notice, 13 for those that stay.
    terms : ExitTerms
    """
    leaves = exit_month < STAYS
    if not leaves.any():
        return settled

    def kept(cents: Ints) -> Ints:
        left = settlement_after_exit(
            cents, exit_month, notice_month=terms.notice_month, liable_share=terms.liable_share
        )
        return np.where(leaves, np.rint(left), cents).astype(np.int64)

    with_stop_loss = kept(settled["settlement"])
    without = kept(settled["settlement"] - settled["stop_loss_settled"])
    part: Floats = ratio(with_stop_loss, settled["settlement"])
    taken = np.where(leaves, np.rint(settled["sequestration"] * part), settled["sequestration"])
    taken = taken.astype(np.int64)
    return {
        **settled,
        "settlement": with_stop_loss,
        "sequestration": taken,
        "shared_savings": with_stop_loss + taken,
        "stop_loss_settled": with_stop_loss - without,
        **(paid := {name: kept(settled[name]) for name in _PAID}),
        "settlement_forgone": settled["settlement"]
        - with_stop_loss
        + sum((settled[name] - cents for name, cents in paid.items()), np.zeros_like(with_stop_loss)),
    }
