"""What an ACO spends on care management, and what more or less of it does to its effect."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader


@dataclass(frozen=True, slots=True)
class InvestmentParameters:
    """Parameters of spending on care management.

    Attributes
    ----------
    curvature : float
        How soon more spending helps less: the effect follows ``1 - exp(-curvature x)`` in spending.
    lasting : float
        Part of last year's care management that still acts.
    discount : float
        What a dollar is worth less a year later.
    ratchet : float
        Part of what a saved dollar brings that new base years take back later.
    most : float
        Spending stops here, in multiples of the reference.
    reinvested : float
        Part of last gains and of the enhanced advance that the rule of thumb spends.
    reference, inflation : float
        Dollars a person-month at which the effect is the evidence's, and their growth a year.
    stated_for : int
        Year whose prices the dollars are in.
    """

    curvature: float
    lasting: float
    discount: float
    ratchet: float
    most: float
    reinvested: float
    reference: float
    inflation: float
    stated_for: int

    @classmethod
    def read(cls, evidence: Reader) -> InvestmentParameters:
        """Read ``investment.*``, ``cost.variable`` and ``cost.inflation``."""
        number = evidence.number
        names = ("curvature", "lasting", "discount", "ratchet", "most", "reinvested")
        return cls(
            **{name: number(f"investment.{name}") for name in names},
            reference=number("cost.variable"),
            inflation=number("cost.inflation"),
            stated_for=int(evidence.entry("cost.variable").year),
        )

    def reference_in(self, year: int) -> float:
        """Return the reference in a year's dollars."""
        return self.reference * (1.0 + self.inflation) ** (year - self.stated_for)


def response_to_spending(parameters: InvestmentParameters, spending: Floats) -> Floats:
    """Return what part of its effect an ACO has that spends so many times the reference; 1 at the reference.

    Concave: nothing at nothing, and little more than the reference gives at many times of it.
    """
    curvature = parameters.curvature
    return np.asarray(np.expm1(-curvature * spending) / np.expm1(-curvature))


def acting_now(parameters: InvestmentParameters, before: Floats, spending: Floats) -> Floats:
    """Return what part of its effect an ACO has: what lasts of the year before, and this year's spending."""
    fresh = response_to_spending(parameters, spending)
    return np.asarray(parameters.lasting * before + (1.0 - parameters.lasting) * fresh)


def invest(
    parameters: InvestmentParameters,
    *,
    effect: Floats,
    spending: Floats,
    share: Floats,
    rebased: NDArray[np.bool_],
    years_left: int,
    earned: Floats,
    enhanced: Floats,
    year: int,
) -> Floats:
    """Return spending on care management, shape (acos,), in multiples of the reference.

    What maximises the ACO's own expected net income: a dollar more each person-month is spent as long as it
    brings a dollar, this year and in what lasts of it until the end.

    Parameters
    ----------
    parameters : InvestmentParameters
    effect : float64 array, shape (acos,)
        Believed effect at the plateau and the reference; less spending is negative.
    spending : float64 array, shape (acos,)
        Dollars of Parts A and B a person-month.
    share : float64 array, shape (acos,)
        What the ACO expects to keep of a further dollar saved.
    rebased : bool array, shape (acos,)
        Whether new base years will take savings back.
    years_left : int
        Performance years to come, this one included.
    earned, enhanced : float64 arrays, shape (acos,)
        Dollars a person-month of the last settlement known, and of the enhanced advance; not used here.
    year : int
    """
    kept = parameters.lasting * (1.0 - parameters.discount)
    worth = (1.0 - parameters.lasting) * sum(kept**ahead for ahead in range(years_left))
    own = share * np.where(rebased, 1.0 - parameters.ratchet, 1.0)
    brings = own * worth * spending * np.maximum(-effect, 0.0)
    curvature = parameters.curvature
    first = brings * curvature / -np.expm1(-curvature) / parameters.reference_in(year)
    return np.asarray(np.minimum(np.log(np.maximum(first, 1.0)) / curvature, parameters.most))


def reinvest(
    parameters: InvestmentParameters,
    *,
    effect: Floats,
    spending: Floats,
    share: Floats,
    rebased: NDArray[np.bool_],
    years_left: int,
    earned: Floats,
    enhanced: Floats,
    year: int,
) -> Floats:
    """Return the same by a rule of thumb: a part of the last gain and of the enhanced advance, nothing else.

    Notes
    -----
    Schulz et al., AJMC 2015: ACOs plan to put 33 % of shared savings into infrastructure. For parameters see
    :func:`invest`.
    """
    dollars = parameters.reinvested * (np.maximum(earned, 0.0) + enhanced)
    return np.asarray(np.minimum(dollars / parameters.reference_in(year), parameters.most))
