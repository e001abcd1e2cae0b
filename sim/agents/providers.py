"""Participant Providers (practices, by TIN) and Preferred Providers (specialists): ordinary Mesa agents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sim.columns.mesa_compat import Agent

if TYPE_CHECKING:
    from sim.agents.aco import ACO
    from sim.model import LeadModel


class ParticipantProvider(Agent):
    """A practice; the unit that aligns people and joins an ACO is its TIN.

    Attributes
    ----------
    row : int
        Its place in the kernels' tables.
    market : int
    lives : float
        Assignable people expected.
    efficiency : float
        Spending of its patients relative to its market, referrals included.
    referred : tuple of int
        Specialists it refers to, first one most.
    aco : ACO or None
    effect : float
        Effect on spending of its aligned people this year, -0.02 being 2 % less.
    coding : float
        Excess of coded over true risk this year.
    income_cents : int
        Distributions received so far.
    """

    model: LeadModel

    def __init__(
        self,
        model: LeadModel,
        row: int,
        market: int,
        lives: float,
        efficiency: float,
        referred: tuple[int, ...],
        aco: ACO | None,
    ) -> None:
        super().__init__(model)
        self.row = row
        self.market = market
        self.lives = lives
        self.efficiency = efficiency
        self.referred = referred
        self.aco = aco
        self.effect = 0.0
        self.coding = 0.0
        self.income_cents = 0

    def decide(self, year: int) -> None:
        """Follow the ACO: take up its effect on care and its coding; without an ACO, practise as before.

        Coded risk grows by ``coding.excess`` a year up to ``coding.most``.
        """
        if self.aco is None or not self.aco.participates:
            self.effect = self.coding = 0.0
            return
        self.effect = self.aco.effect
        evidence = self.model.evidence
        years = year - self.model.first_py + 1
        self.coding = min(
            (1.0 + evidence.number("coding.excess")) ** years - 1.0, evidence.number("coding.most")
        )


class PreferredProvider(Agent):
    """A specialist or facility to whom practices refer.

    Attributes
    ----------
    row, market : int
    efficiency : float
        Cost of its episodes relative to others of its kind.
    referral_lives : float
        People of the practices that refer to it, weighted by the share they refer.
    """

    model: LeadModel

    def __init__(
        self, model: LeadModel, row: int, market: int, efficiency: float, referral_lives: float
    ) -> None:
        super().__init__(model)
        self.row = row
        self.market = market
        self.efficiency = efficiency
        self.referral_lives = referral_lives
