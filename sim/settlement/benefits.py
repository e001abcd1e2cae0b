"""Falls prevention, benefit enhancements and incentives of an arm: what they change, and what they cost."""

from __future__ import annotations

import numpy as np

from sim.behaviour.falls import FallsParameters, falls_uptake
from sim.inputs.benefit_terms import benefit_limits, falls_terms, part_d_from
from sim.inputs.evidence import Evidence
from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_benefits import KINDS
from sim.kernels.codes import MONTHS_A_YEAR, Sum
from sim.kernels.layout import Practices
from sim.ledger.benefits import BENEFITS, BenefitMoney
from sim.policy.falls import course_cost, home_modification
from sim.population.experience import Experience
from sim.settlement.contracts import Contracts
from sim.settlement.program import Flags, Floats, Ints, cents

_SUPPORT, _PART_D = KINDS.index("cost_sharing_support"), KINDS.index("part_d_premium")
# Which payment each kind of benefit is.
_PAID_AS = [min(kind, len(BENEFITS) - 1) for kind in range(len(KINDS))]


class Benefits:
    """What the ACOs of one arm in LEAD offer.

    Parameters
    ----------
    rulebook : Rulebook
        Of LEAD.
    evidence : Evidence
        Of the arm.
    """

    def __init__(self, rulebook: Rulebook, evidence: Evidence) -> None:
        self._rulebook = rulebook
        self._falls = FallsParameters.read(evidence)
        self._uptake = evidence.number("benefits.uptake")
        self._no_supplement = evidence.number("spending.no_supplement")

    def offered(
        self, practices: Practices, year: int, contracts: Contracts, active: Flags, practice_aco: Ints
    ) -> Practices:
        """Return practices with what their ACOs offer this year.

        People without a supplement whose cost sharing is paid in part or in full come as far towards what
        people with one spend on ambulatory care, in logs.

        Parameters
        ----------
        practices : Practices
        year : int
        contracts : Contracts
        active : bool, shape (acos,)
        practice_aco : int64, shape (practices,)
            ACO of each practice's TIN, -1 for none.
        """
        offers = contracts.offers
        if not offers.any:
            return practices
        mine = active & (contracts.program == "lead")
        falls = falls_uptake(self._falls, offers=offers.falls & mine, stated=offers.falls_uptake)
        support = np.where(mine, self._users(year, contracts)[:, _SUPPORT], 0.0)
        covers = np.nan_to_num(offers.covers[:, _SUPPORT], nan=1.0)
        effect = self._no_supplement**-covers

        def of_practices(values: Floats, none: float) -> Floats:
            return np.append(values, none)[practice_aco]

        return practices._replace(
            falls_uptake=of_practices(falls, 0.0),
            support_uptake=of_practices(support, 0.0),
            support_effect=of_practices(effect, 1.0),
        )

    def _users(self, year: int, contracts: Contracts) -> Floats:
        """Return the share of people who use each benefit, shape (acos, kinds); 0 where it is not offered."""
        offers = contracts.offers
        stated = np.where(np.isnan(offers.uptake), self._uptake, offers.uptake)
        users = np.where(offers.benefits, stated, 0.0)
        if offers.benefits[:, _PART_D].any() and year < part_d_from(self._rulebook, year):
            users[:, _PART_D] = 0.0
        return users

    def cost(self, year: int, contracts: Contracts, seen: Experience, mine: Flags) -> BenefitMoney | None:
        """Return what a lived year of falls prevention and benefits costs; None where nothing is offered.

        Parameters
        ----------
        year : int
        contracts : Contracts
        seen : Experience
            The year.
        mine : bool, shape (acos,)
            ACOs that LEAD settles this year.
        """
        offers = contracts.offers
        if not (offers.any and mine.any()):
            return None
        n = len(mine)
        falls, counted, medicare = np.zeros(n, np.int64), np.zeros(n, np.int64), False
        if offers.falls.any():
            terms = falls_terms(self._rulebook, year)
            each = self._course(terms.payment, terms.modification_limit, offers.modification)
            courses = seen.aco[..., Sum.FALLS_COURSES].sum(axis=-1)
            falls, medicare = np.where(mine, courses * cents(each), 0), terms.medicare_pays
            counted = falls if medicare and terms.counts else counted
        years = seen.months.sum(axis=-1) / MONTHS_A_YEAR
        limits = benefit_limits(self._rulebook, year) if offers.benefits.any() else {}
        usual = np.array([limits.get(kind, np.nan) for kind in KINDS])
        each_a_year = np.where(np.isnan(offers.cost), usual, offers.cost)
        spent = self._users(year, contracts) * np.nan_to_num(each_a_year) * years[:, None]
        by_kind = np.where(mine[:, None], cents(spent), 0)
        paid = np.zeros((n, len(BENEFITS)), np.int64)
        for kind, place in enumerate(_PAID_AS):
            paid[:, place] += by_kind[:, kind]
        return BenefitMoney(falls, counted, paid, medicare_pays=medicare)

    def _course(self, payment: float, limit: float, stated: Floats) -> Floats:
        """Return what a course costs, USD, shape (acos,)."""
        mean = np.where(np.isnan(stated), self._falls.modification, stated)
        paid = home_modification(mean, spread=self._falls.modification_spread, limit=limit)
        return course_cost(self._falls.visits, payment=payment, modification=paid)
