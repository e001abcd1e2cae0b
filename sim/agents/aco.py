"""ACOs: what each is, what it decides in a year, and what the program has brought it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from sim.columns.mesa_compat import Agent
from sim.population.plan import AcoPlan

if TYPE_CHECKING:
    from sim.columns.column_set import ColumnAgentSet
    from sim.model import LeadModel


class AcoYear(NamedTuple):
    """What one performance year brought an ACO; cents.

    Attributes
    ----------
    year : int
    benchmark, gross_savings : int
        What the program compares its spending with, and the difference; 0 where it was not settled.
    settlement, add_on : int
        Paid by the program, a dual incentive with the add-on; negative when the ACO owes.
    running_cost, distributed : int
        Paid by the ACO; a home-based programme is running cost.
    pool : int
        Paid by the High Performers Pool.
    capitation : int
        Capitation and advances received, less advances repaid and less what providers were paid for reduced
        fees.
    cara : int
        Paid for episode arrangements after the corridors.
    backed : int
        What the guarantee paid for it, and what it has not paid of its debt.
    passed_on : int
        Paid on to its practices of enhanced PCC.
    """

    year: int
    benchmark: int
    gross_savings: int
    settlement: int
    add_on: int
    running_cost: int
    distributed: int
    pool: int = 0
    capitation: int = 0
    cara: int = 0
    backed: int = 0
    passed_on: int = 0

    @property
    def cash_change(self) -> int:
        """Change of the ACO's cash."""
        received = self.settlement + self.add_on + self.pool + self.capitation + self.backed
        return received - self.running_cost - self.distributed - self.passed_on - self.cara


class ACO(Agent):
    """One ACO for the whole decade. A class of your own may decide otherwise: see ``docs/behaviours.md``.

    Attributes
    ----------
    row : int
        Its place along the ``aco`` dimension.
    plan : AcoPlan
        What it is: kind, leadership, size.
    participates : bool
        Whether it acts; False takes it out of its program until it is set again.
    experience : int
        Performance years it has been active, the present one included.
    effect, high_needs_effect : float
        Effect on spending of aligned people this year, and the further effect on High Needs people.
    quality : float
        Quality that no care shows, 0 to 1: of the survey of patients in LEAD, the whole score elsewhere.
    coding : float
        Excess of coded over true risk in its practices.
    attestation : float
        Yearly chance that a patient of its practices attests voluntarily.
    further_cost_cents : int
        What it spends this year beyond the usual running cost.
    cash_cents : int
        What the program has brought and cost it so far.
    years : list of AcoYear
        What each year so far has brought, oldest first.
    """

    model: LeadModel

    def __init__(self, model: LeadModel, row: int, plan: AcoPlan) -> None:
        super().__init__(model)
        self.row = row
        self.plan = plan
        self.participates = True
        self.experience = 0
        self.effect = self.high_needs_effect = 0.0
        self.quality = self.coding = self.attestation = 0.0
        self.further_cost_cents = 0
        self.cash_cents = 0
        self.years: list[AcoYear] = []

    @property
    def active(self) -> bool:
        """Whether it takes part in a program this year."""
        return self.participates and bool(self.model.contracts.participates[self.row])

    @property
    def practices(self) -> ColumnAgentSet[Any]:
        """Its Participant Providers (TINs)."""
        practices = self.model.practices
        return practices.take(np.flatnonzero(self.model.practice_aco() == self.row))

    def decide(self, year: int) -> None:
        """Follow this year's behaviours: effect on care, quality, coding, attestation."""
        usual = self.model.usual_decisions(year)
        self.effect = float(usual.effect[self.row])
        self.high_needs_effect = float(usual.high_needs_effect[self.row])
        self.quality = float(usual.quality[self.row])
        self.coding = float(usual.coding[self.row])
        self.attestation = float(usual.attestation[self.row])

    def learn(self, seen: AcoYear) -> None:
        """Take in what a settled year has brought; called once a year after all money has moved."""
        self.years.append(seen)
        self.cash_cents += seen.cash_change
