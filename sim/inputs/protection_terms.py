"""The terms of stop-loss, financial guarantee and early exit in LEAD, out of a rulebook."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.rulebook import Rulebook

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class StopLossTerms:
    """Values of the rulebook's chapter on stop-loss.

    Attributes
    ----------
    attachments, payout_rates : float64 arrays, shape (2,)
        See :func:`sim.policy.settlement.stop_loss_payout`.
    by_final : bool
        Whether a person is expected to cost what the final benchmark says, not the one before discount.
    stated_charge : float or None
        USD a person-month, None where the charge is neutral.
    prorated : bool
        Whether attachments are of a person's months, not of the year.
    by_prior_year : bool
        Whether the neutral charge goes by the nation's payouts of the year before.
    """

    attachments: Floats
    payout_rates: Floats
    by_final: bool
    stated_charge: float | None
    prorated: bool
    by_prior_year: bool


@dataclass(frozen=True, slots=True)
class GuaranteeTerms:
    """Financial guarantee, a share of yearly spending before.

    Attributes
    ----------
    option, tcc : float
        In an ACO's risk option, and with TCC.
    ruined_leaves : bool
        Whether an ACO is out once it leaves a debt.
    """

    option: float
    tcc: float
    ruined_leaves: bool


@dataclass(frozen=True, slots=True)
class ExitTerms:
    """What an ACO settles that leaves early; see :func:`sim.policy.settlement.settlement_after_exit`.

    Attributes
    ----------
    notice_month, liable_share : float
    """

    notice_month: float
    liable_share: float


def stop_loss_terms(rulebook: Rulebook, year: int) -> StopLossTerms:
    """Return the terms of a performance year."""
    stated = rulebook.word("stop_loss.charge_set", year) == "stated"
    return StopLossTerms(
        attachments=rulebook.array("stop_loss.attachments", year),
        payout_rates=rulebook.array("stop_loss.payout_rates", year),
        by_final=rulebook.word("stop_loss.expected", year) == "final",
        stated_charge=rulebook.number("stop_loss.charge", year) if stated else None,
        prorated=rulebook.flag("stop_loss.prorated", year),
        by_prior_year=not stated and rulebook.word("stop_loss.experience", year) == "prior_year",
    )


def guarantee_terms(rulebook: Rulebook, year: int, option: str) -> GuaranteeTerms:
    """Return the terms of a performance year and risk option; TCC stands for Global ACOs that have it."""
    return GuaranteeTerms(
        option=rulebook.number(f"guarantee.{option}", year),
        tcc=rulebook.number("guarantee.tcc", year),
        ruined_leaves=rulebook.flag("guarantee.ruined_leaves", year),
    )


def exit_terms(rulebook: Rulebook, year: int) -> ExitTerms:
    """Return the terms of a performance year."""
    return ExitTerms(
        notice_month=rulebook.number("exit.notice_month", year),
        liable_share=rulebook.number("exit.settles_after_notice", year),
    )
