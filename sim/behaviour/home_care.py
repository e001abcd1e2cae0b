"""What a home-based programme does to the care of the High Needs people in it, and what it costs the ACO."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.effect import factor
from sim.behaviour.evidence_reader import Floats, Reader


@dataclass(frozen=True, eq=False)
class HomeCareParameters:
    """Parameters of a home-based programme; effects are fractions, less spending being negative.

    Attributes
    ----------
    effect : float
        On all spending of those enrolled.
    last_effect, last_share : float
        On what of it falls in the last three months of life, and which share of High Needs people's that is.
    ed_effect : float
        On their ED visits.
    scale : float
        Factor on all effects; 0 turns them off.
    enrolled : float
        Share enrolled of those to whom the programme is open, where an ACO does not say.
    cost, inflation : float
        Dollars of each enrolled person-month, growing since `stated_for`.
    stated_for : int
    own_scale : float64 array of shape (acos,), or None
        Factor on all effects of an ACO; None where no ACO has any.
    """

    effect: float
    last_effect: float
    last_share: float
    ed_effect: float
    scale: float
    enrolled: float
    cost: float
    inflation: float
    stated_for: int
    own_scale: Floats | None = None

    @classmethod
    def read(cls, evidence: Reader) -> HomeCareParameters:
        """Read ``home_care.*`` and, of ``cost.*``, what the programme costs and who is in it."""
        number = evidence.number
        return cls(
            effect=number("home_care.effect"),
            last_effect=number("home_care.effect_last_months"),
            last_share=number("home_care.last_months_share"),
            ed_effect=number("home_care.effect_ed"),
            scale=number("effect.scale"),
            enrolled=float(evidence.array("cost.high_needs_enrolled")[0]),
            cost=number("cost.high_needs"),
            inflation=number("cost.inflation"),
            stated_for=int(evidence.entry("cost.high_needs").year),
        )


class HomeCare(NamedTuple):
    """A year's programmes; float64 arrays of shape (acos,).

    Attributes
    ----------
    enrolled : share enrolled of those to whom it is open, 0 where there is none
    effect, last_effect, ed
        Factors on their spending before the last three months of life and in them, and on their ED visits.
    cost : cents of an enrolled person-month
    """

    enrolled: Floats
    effect: Floats
    last_effect: Floats
    ed: Floats
    cost: Floats


def home_care(
    parameters: HomeCareParameters, *, offered: NDArray[np.bool_], share: Floats, year: int
) -> HomeCare:
    """Return what every ACO's home-based programme is like in a year.

    Parameters
    ----------
    parameters : HomeCareParameters
    offered : bool array, shape (acos,)
        Which ACOs have one.
    share : float64 array, shape (acos,)
        Share enrolled that an ACO states, NaN for one that does not.
    year : int

    Notes
    -----
    The effect on all spending and that on the last months of life are both published; what is left for
    earlier months makes them agree for High Needs people at large. Who dies more often gains more. Sources:
    Independence at Home evaluation, Mathematica, years 1 to 9.
    """
    before = parameters.effect - parameters.last_share * parameters.last_effect
    before /= 1.0 - parameters.last_share
    scale = np.full(len(share), parameters.scale)
    if parameters.own_scale is not None:
        scale = scale * parameters.own_scale
    dollars = parameters.cost * (1.0 + parameters.inflation) ** (year - parameters.stated_for)
    return HomeCare(
        enrolled=np.where(offered, np.where(np.isnan(share), parameters.enrolled, share), 0.0),
        effect=factor(scale * before),
        last_effect=factor(scale * parameters.last_effect),
        ed=factor(scale * parameters.ed_effect),
        cost=np.full(len(share), 100.0 * dollars),
    )
