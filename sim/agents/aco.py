"""ACOs: what they do to care, what that costs them and what they are paid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sim.columns.mesa_compat import Agent
from sim.kernels.draws import Decision
from sim.kernels.quantiles import normals
from sim.population.plan import AcoPlan

if TYPE_CHECKING:
    from sim.agents.providers import ParticipantProvider
    from sim.model import LeadModel

MONTHS = 12


class ACO(Agent):
    """One ACO for the whole decade.

    Attributes
    ----------
    row : int
        Its place along the ``aco`` dimension.
    plan : AcoPlan
        What it is: kind, leadership, size.
    practices : list of ParticipantProvider
        Its Participant TINs.
    participates : bool
        Whether it acts in this arm.
    effect, high_needs_effect : float
        Effect on spending of aligned people this year, and the further effect on High Needs people.
    quality : float
        Share of the quality withhold earned this year.
    cash_cents : int
        What the program has brought and cost it so far.
    """

    model: LeadModel

    def __init__(self, model: LeadModel, row: int, plan: AcoPlan, *, participates: bool) -> None:
        super().__init__(model)
        self.row = row
        self.plan = plan
        self.participates = participates
        self.practices: list[ParticipantProvider] = []
        self.effect = 0.0
        self.high_needs_effect = 0.0
        self.quality = 0.0
        self.cash_cents = 0
        traits = normals(model.key, np.array([row]), 1, Decision.ACO_TRAITS)[0]
        self._effect_draw = float(traits[0])
        self._quality_draw = float(traits[1])
        self._cost_draw = float(traits[2])

    @property
    def attestation(self) -> float:
        """Yearly chance that a patient of its practices attests voluntarily."""
        by_kind = self.model.evidence.array("voluntary.attest")
        if (self.plan.high_needs_share or 0.0) > self.model.high_needs_aco_share:
            return float(by_kind[2])
        return float(by_kind[1] if self.plan.entry == "newly_entering" else by_kind[0])

    def decide(self, year: int) -> None:
        """Set this year's effect on care and the quality reached.

        The effect follows the curve of ``effect.physician`` or ``effect.hospital``. A renewing ACO has the
        first years of it in its base years already, so only what comes on top counts; the ACO's own plateau
        varies by ``effect.aco_spread``, and ``effect.no_rebasing`` scales all of it.
        """
        if not self.participates:
            return
        evidence = self.model.evidence
        experience = year - self.model.first_py + 1
        before = int(evidence.number("effect.experience")) if self.plan.entry == "renewing" else 0
        leader = 0 if self.plan.leadership == "physician" else 1
        curve = evidence.array(("effect.physician", "effect.hospital")[leader])
        reached = self._along(curve, before + experience) - self._along(curve, before)
        own = evidence.array("effect.aco_spread")[leader] * self._effect_draw * reached / curve[-1]
        scale = evidence.number("effect.scale")
        self.effect = scale * evidence.number("effect.no_rebasing") * (reached + own)
        self.high_needs_effect = scale * self._along(evidence.array("effect.high_needs"), experience)
        self.quality = float(
            np.clip(
                evidence.number("quality.score")
                + evidence.number("quality.spread") * self._quality_draw
                + evidence.number("quality.improvement") * (experience - 1),
                0.0,
                1.0,
            )
        )

    def running_cost(self, months: float, high_needs_months: float, year: int) -> int:
        """Return a year's cost of care management in cents: fixed, per person-month, High Needs."""
        if not self.participates:
            return 0
        evidence = self.model.evidence
        spread = (evidence.entry("cost.fixed").distribution or {}).get("cv", 0.0)
        fixed = evidence.number("cost.fixed") * np.exp(spread * self._cost_draw - 0.5 * spread**2)
        fixed *= np.sqrt(months / MONTHS / evidence.number("cost.fixed_lives"))
        enrolled = high_needs_months * evidence.number("cost.high_needs_enrolled")
        cost = (
            fixed + months * evidence.number("cost.variable") + enrolled * evidence.number("cost.high_needs")
        )
        inflation = evidence.number("cost.inflation")
        since = evidence.entry("cost.variable").year or self.model.first_py
        return round(float(100.0 * cost * (1.0 + inflation) ** (year - since)))

    def receive(self, settlement: int, add_on: int, running_cost: int) -> tuple[int, int]:
        """Book a settled year and share a gain with the practices by their size.

        Parameters
        ----------
        settlement, add_on, running_cost : int
            Cents; a negative settlement is owed to CMS.

        Returns
        -------
        distributed, cash_change : int
            Cents paid to practices and the change of the ACO's cash.
        """
        distributed = 0
        gain = settlement + add_on
        if gain > 0 and self.practices:
            share = self.model.evidence.number("cost.distributed")
            lives = sum(practice.lives for practice in self.practices)
            for practice in self.practices:
                part = int(gain * share * practice.lives / lives)
                practice.income_cents += part
                distributed += part
        change = settlement + add_on - running_cost - distributed
        self.cash_cents += change
        return distributed, change

    @staticmethod
    def _along(curve: np.ndarray, year: int) -> float:
        return 0.0 if year <= 0 else float(curve[min(year, len(curve)) - 1])
