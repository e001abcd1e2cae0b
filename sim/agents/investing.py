"""What the ACOs of an arm spend on care management that decide it themselves, and what of it acts."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.belief import Belief
from sim.behaviour.book import Behaviours
from sim.behaviour.investment import acting_now
from sim.behaviour.luck import LUCK
from sim.settlement.contracts import Contracts
from sim.settlement.office import Settlement

Floats = NDArray[np.float64]

# Savings over which a further dollar's worth is measured, a fraction of the benchmark: MSSP pays in steps.
_FURTHER = 0.01


class Purse(NamedTuple):
    """What an ACO has to go by; float64 arrays of shape (acos,), dollars a person-month.

    Attributes
    ----------
    spending
        Parts A and B, last year.
    earned
        Of the last settlement known.
    """

    spending: Floats
    earned: Floats


class Investing:
    """Spending on care management of an arm's ACOs, year by year.

    Parameters
    ----------
    settlement : Settlement
    behaviours : Behaviours
    acos : int
        How many there are.
    """

    def __init__(self, settlement: Settlement, behaviours: Behaviours, acos: int) -> None:
        self._settlement, self._behaviours = settlement, behaviours
        # At first what the evidence's ACOs spend.
        self._acting = np.ones(acos)
        self._years: dict[int, tuple[Floats, Floats]] = {}
        self._told: dict[int, dict[str, NDArray[Any]]] = {}

    def decide(self, year: int, contracts: Contracts, belief: Belief, purse: Purse, lives: Floats) -> None:
        """Let ACOs decide what to spend in a year about to begin.

        Parameters
        ----------
        year : int
        contracts : Contracts
            In force.
        belief : Belief
        purse : Purse
        lives : float64, shape (acos,)
            People.
        """
        decides = contracts.decides.investment & contracts.participates
        spent = self._behaviours.decide(
            "investment",
            effect=belief.effect,
            spending=purse.spending,
            share=self.share(year, contracts, belief, lives),
            rebased=contracts.rebased,
            years_left=self._settlement.last_py - year + 1,
            earned=purse.earned,
            enhanced=contracts.elections.enhanced * purse.spending,
            year=year,
        )
        spent = np.where(decides, spent, 1.0)
        parameters = self._behaviours.parameters["investment"]
        self._acting = np.where(decides, acting_now(parameters, self._acting, spent), 1.0)
        self._years[year] = spent, self._acting
        self._told[year] = {
            "care_spending": np.where(decides, spent * parameters.reference_in(year), np.nan),
            "care_acting": np.where(decides, self._acting, np.nan),
            "believed_effect": np.where(decides, belief.effect, np.nan),
        }

    def share(self, year: int, contracts: Contracts, belief: Belief, lives: Floats) -> Floats:
        """Return what each ACO expects to keep of a further dollar saved, lucky or not."""
        unsure = np.hypot(belief.unsure, belief.noise)
        savings = belief.savings + unsure * LUCK[:, None]
        kept = [
            self._settlement.retained(year, contracts, savings + more, lives).mean(axis=0)
            for more in (0.0, _FURTHER)
        ]
        return np.asarray((kept[1] - kept[0]) / _FURTHER)

    def spent(self, year: int) -> Floats | None:
        """Return spending in multiples of the reference, shape (acos,); None where nobody decides it."""
        return self._years[year][0] if year in self._years else None

    def acting(self, year: int) -> Floats | None:
        """Return what part of their effect ACOs have, shape (acos,); None where nobody decides it."""
        return self._years[year][1] if year in self._years else None

    def told(self, year: int) -> dict[str, NDArray[Any]]:
        """Return a year's result variables, shape (acos,); none where nobody decides."""
        return self._told.get(year, {})
