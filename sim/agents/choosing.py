"""Which program and risk option the ACOs of an arm choose that decide it themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.belief import Belief
from sim.behaviour.book import Behaviours
from sim.behaviour.choice import NONE
from sim.behaviour.luck import LUCK
from sim.inputs.scenario_arms import NO_PROGRAM
from sim.inputs.scenario_books import LEAD, MSSP
from sim.settlement.contracts import Contracts
from sim.settlement.office import Settlement

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

# What is chosen from, by place: program and risk option.
OPTIONS = ((NO_PROGRAM, "global"), (LEAD, "global"), (LEAD, "professional"), (MSSP, "global"))
_PROGRAM, _OPTION = (np.array(words) for words in zip(*OPTIONS, strict=True))
_OUT = 0


class Means(NamedTuple):
    """What an ACO has to go by; float64 arrays of shape (acos,), fractions of the benchmark before discount.

    Attributes
    ----------
    cost
        Of running it for a year.
    held
        Reserves and what settled years have brought; 0 where none are stated.
    higher
        How likely it is a higher-spending ACO.
    lives
        People.
    """

    cost: Floats
    held: Floats
    higher: Floats
    lives: Floats


class Choosing:
    """Programs and options of an arm's ACOs, year by year.

    Parameters
    ----------
    settlement : Settlement
    behaviours : Behaviours
    acos : int
        How many there are.
    """

    def __init__(self, settlement: Settlement, behaviours: Behaviours, acos: int) -> None:
        self._settlement, self._behaviours = settlement, behaviours
        self._present = np.full(acos, NONE)
        # First year of the agreement that each is in.
        self._since = np.zeros(acos, np.int64)

    def decide(self, year: int, stated: Contracts, may: Flags, belief: Belief, means: Means) -> None:
        """Let ACOs choose for a year about to begin.

        Parameters
        ----------
        year : int
        stated : Contracts
            Of the year.
        may : bool, shape (acos,)
            Who chooses now. In the first performance year all options are open; later LEAD is closed to who
            is not in it, and who chooses for the first time is where the scenario has it.
        belief : Belief
            Of savings before the discount.
        means : Means
        """
        begins = may & (self._present == NONE)
        self._since = np.where(begins, stated.agreement_start, self._since)
        if year > self._settlement.first_py:
            self._present = np.where(begins, _place_of(stated), self._present)
        closed = (self._present != NONE) & (_PROGRAM[self._present] != LEAD)
        closed = (_PROGRAM == LEAD)[:, None, None] & closed
        incomes = np.where(closed, -np.inf, self.incomes(year, stated, belief, means))
        chosen = self._behaviours.decide(
            "choice", incomes=incomes, capacity=means.held, present=self._present
        )
        # Whoever has left stays out.
        changes = may & (chosen != self._present) & (self._present != _OUT)
        enters = changes & (_PROGRAM[chosen] != self._program(stated))
        self._since = np.where(enters, year, self._since)
        self._present = np.where(changes, chosen, self._present)

    def incomes(self, year: int, stated: Contracts, belief: Belief, means: Means) -> Floats:
        """Return what a year in each option may bring, shape (options, cases, acos), over the benchmark."""
        unsure = np.hypot(belief.unsure, belief.noise) * LUCK[:, None]
        parameters, prior = self._behaviours.parameters["choice"], self._behaviours.parameters["belief"].mean
        found = np.zeros((len(OPTIONS), len(LUCK), len(means.cost)))
        for place, (name, option) in enumerate(OPTIONS[1:], start=1):
            contracts = self._as_if(year, stated, np.full(len(means.cost), place))
            terms = self._settlement.offer(year, name, option, means.higher)
            mean = belief.savings
            if name == MSSP:
                mean = prior + parameters.rebased * (mean - prior)
            unearned = (1.0 - parameters.quality) * terms.withhold
            savings = mean - terms.discount - unearned + unsure
            kept = self._settlement.retained(year, contracts, savings, means.lives)
            fee = parameters.guarantee_fee * terms.guarantee
            found[place] = kept + terms.add_on - means.cost - fee
        return found

    def followed(self, year: int, stated: Contracts) -> Contracts:
        """Return contracts as ACOs have chosen; of those that do not choose as they were."""
        return self._as_if(year, stated, self._present)

    def _as_if(self, year: int, stated: Contracts, places: Ints) -> Contracts:
        chosen = places != NONE
        if not chosen.any():
            return stated
        program = _PROGRAM[places]
        # Who comes, or comes back, to a program begins an agreement; where it is as stated, so is that.
        since = np.where(program == self._program(stated), self._since, year)
        own = chosen & ((program != stated.program) | (since > stated.agreement_start))
        return replace(
            stated,
            program=np.where(chosen, program, stated.program),
            risk_option=np.where(chosen & (program == LEAD), _OPTION[places], stated.risk_option),
            agreement_start=np.where(own, since, stated.agreement_start),
            track_year=np.where(own, since, stated.track_year),
        )

    def _program(self, stated: Contracts) -> NDArray[np.str_]:
        """Return the program that each ACO is in; where it has chosen none yet, that of the scenario."""
        return np.where(self._present == NONE, stated.program, _PROGRAM[self._present])


def _place_of(stated: Contracts) -> Ints:
    """Return the option that each ACO is in as stated; none of them for one that is in ACO REACH."""
    found = np.full(len(stated.program), NONE)
    for place, (name, option) in enumerate(OPTIONS):
        here = stated.program == name
        found[here & (stated.risk_option == option) if name == LEAD else here] = place
    return found
