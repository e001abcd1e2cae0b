"""Programmes of ACOs for some of their people: what contracts say of them, in practices' levers and in money.

High Needs people are cared for at home, person by person, and people with full Medicaid benefits are aligned
by the Medicaid route (LEAD). Whom they serve the kernels count (:class:`sim.kernels.codes.ServedSum`).
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.book import Behaviours
from sim.behaviour.home_care import HomeCare
from sim.inputs.evidence import Evidence
from sim.inputs.medicaid_terms import medicaid_terms
from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import MONTHS_A_YEAR, Cell, ServedSum
from sim.kernels.draws import Decision, uniforms
from sim.kernels.layout import SERVING, serving_nobody
from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.spread import over_months
from sim.outcomes.served_variables import OF_SUMS
from sim.population.experience import added_by
from sim.population.world import World
from sim.settlement.contracts import Contracts

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


def care_at_home(behaviours: Behaviours, contracts: Contracts, year: int) -> HomeCare:
    """Return every ACO's home-based programme of a year."""
    terms = contracts.served
    found: HomeCare = behaviours.decide(
        "home_care", offered=terms.home_care, share=terms.home_share, year=year
    )
    return found


class Served:
    """The programmes of one arm of one replicate.

    Parameters
    ----------
    rulebook : Rulebook
        LEAD's, of the arm.
    world : World
    evidence : Evidence
        Of the arm.
    """

    def __init__(self, rulebook: Rulebook, world: World, evidence: Evidence) -> None:
        self._rulebook = rulebook
        self._world = world
        self._evidence = evidence

    @cached_property
    def partner_state(self) -> Flags:
        """Which ACOs' markets lie in a partner state, as they say or drawn; shape (acos,)."""
        world = self._world
        market = world.providers.aco_market(len(world.plans))
        states = self._rulebook.number("medicaid.states", world.first_py)
        chance = states * world.evidence.number("dual.state_share")
        drawn = uniforms(world.key, np.arange(world.n_markets), 0, Decision.MARKET_STATE)[:, 0] < chance
        for plan, here in zip(world.plans, market.tolist(), strict=True):
            if plan.partner_state is not None:
                drawn[here] = plan.partner_state
        return np.asarray(drawn[market])

    def medicaid(self, year: int, contracts: Contracts) -> Flags:
        """Return which ACOs have an arrangement with Medicaid that acts in a year, shape (acos,)."""
        allied = contracts.served.partnership & (contracts.program == "lead")
        if not allied.any() or not medicaid_terms(self._rulebook, year).open:
            return np.zeros_like(allied)
        return np.asarray(allied & self.partner_state)

    def asks(self, year: int, contracts: Contracts, active: Flags) -> bool:
        """Return whether ACOs that are `active`, of shape (acos,), may serve anybody in a year."""
        at_home = contracts.served.home_care & contracts.participates
        return bool((active & (at_home | self.medicaid(year, contracts))).any())

    def levers(
        self, behaviours: Behaviours, year: int, contracts: Contracts, active: Flags, practice_aco: Ints
    ) -> dict[str, Floats]:
        """Return the fields of practices by which programmes act, each of shape (practices,).

        Parameters
        ----------
        behaviours : Behaviours
        year : int
        contracts : Contracts
            Of the year.
        active : bool array, shape (acos,)
            An ACO that is out serves nobody.
        practice_aco : int64 array, shape (practices,)
            ACO of each practice, -1 for none.
        """
        terms, care = contracts.served, care_at_home(behaviours, contracts, year)
        allied = active & self.medicaid(year, contracts)
        route = self._route(year) if allied.any() else {}
        runs = active & (care.enrolled > 0.0)
        fields: dict[str, tuple[Flags, Floats | Ints | float]] = {
            "home_care": (runs, care.enrolled),
            "home_open": (runs, terms.home_open),
            "home_effect": (runs, care.effect),
            "home_last_effect": (runs, care.last_effect),
            "home_ed": (runs, care.ed),
            **{name: (allied, value) for name, value in route.items()},
        }
        levers = serving_nobody(len(practice_aco))
        for name, (who, value) in fields.items():
            # The last place answers for practices without an ACO.
            by_aco = np.append(np.where(who, value, SERVING[name]), SERVING[name])
            levers[name] = by_aco[practice_aco]
        return levers

    def _route(self, year: int) -> dict[str, float]:
        """Return the fields of practices that Medicaid aligns people to."""
        voluntary = medicaid_terms(self._rulebook, year).voluntary_cells
        return {
            "full_benefit": self._evidence.number("dual.full_benefit"),
            "medicaid": self._evidence.number("dual.covered"),
            "medicaid_cell": float(Cell.AD_VOLUNTARY if voluntary else Cell.AD_CLAIMS),
        }

    def told(self, served: Ints, practice_aco: Ints, n_acos: int) -> dict[str, Ints]:
        """Return the result variables of whom the programmes served, shape (acos,).

        Parameters
        ----------
        served : int64 array, shape (practices, served sums) or (0, ...)
        practice_aco : int64 array, shape (practices,)
        n_acos : int
        """
        sums = np.zeros((n_acos, len(ServedSum)), np.int64)
        if len(served):
            sums = added_by(practice_aco, n_acos, served)
        return {name: sums[:, which] for name, which in OF_SUMS.items()}

    def pay(
        self,
        book: Ledger,
        year: int,
        behaviours: Behaviours,
        contracts: Contracts,
        told: Mapping[str, NDArray[Any]],
        final: Ints,
    ) -> Ints:
        """Book programmes and incentives of a year; return what Medicare pays each ACO, in cents.

        Parameters
        ----------
        book : Ledger
        year : int
        behaviours : Behaviours
        contracts : Contracts
            Of the year.
        told : mapping of str to int64 array
            Of :meth:`told`.
        final : int64 array, shape (acos,)
            Month of the settlement, in which the dual incentive is paid.
        """
        care = care_at_home(behaviours, contracts, year)
        cost = np.rint(told["home_care_months"] * care.cost).astype(np.int64)
        if cost.any():
            evenly = over_months(cost, np.ones(MONTHS_A_YEAR))
            acos, months = np.arange(len(cost))[:, None], np.arange(1, MONTHS_A_YEAR + 1)
            at_home = (Party.ACO, Party.SUPPLIERS, Mechanism.HOME_CARE)
            book.enter(year, *at_home, evenly, aco=acos, month=months)
        incentive = np.zeros_like(cost)
        if told["full_dual_months"].any():
            rate = 100.0 * medicaid_terms(self._rulebook, year).incentive
            incentive = np.rint(rate * told["full_dual_months"]).astype(np.int64)
            book.enter(year, Party.MEDICARE, Party.ACO, Mechanism.DUAL_INCENTIVE, incentive, month=final)
        return incentive
