"""What ACOs decide by the behaviours of their arm: for all of them at once, year by year."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.book import Behaviours
from sim.kernels.codes import Cell
from sim.kernels.draws import Decision, Key
from sim.kernels.quantiles import normals
from sim.population.plan import AcoPlan

if TYPE_CHECKING:
    from sim.settlement.contracts import Contracts

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


class AcoDecisions(NamedTuple):
    """Decisions of a year; float64 arrays of shape (acos,), see :class:`sim.agents.aco.ACO`."""

    effect: Floats
    high_needs_effect: Floats
    quality: Floats
    coding: Floats
    attestation: Floats


@dataclass(frozen=True, eq=False)
class AcoTraits:
    """What ACOs are, as behaviours see it; arrays of shape (acos,).

    Attributes
    ----------
    hospital_led, renewing, high_needs : bool arrays
    effect_draw, quality_draw, cost_draw, coding_draw : float64 arrays
        Standard normals, drawn once.
    """

    hospital_led: Flags
    renewing: Flags
    high_needs: Flags
    effect_draw: Floats
    quality_draw: Floats
    cost_draw: Floats
    coding_draw: Floats

    @classmethod
    def of(cls, plans: tuple[AcoPlan, ...], key: Key, high_needs_share: float) -> AcoTraits:
        """Gather the traits; an ACO with more High Needs people than the share given is a High Needs ACO."""
        draws = normals(key, np.arange(len(plans)), 1, Decision.ACO_TRAITS)
        return cls(
            hospital_led=np.array([plan.leadership == "hospital" for plan in plans]),
            renewing=np.array([plan.entry == "renewing" for plan in plans]),
            high_needs=np.array([(plan.high_needs_share or 0.0) > high_needs_share for plan in plans]),
            effect_draw=draws[:, 0],
            quality_draw=draws[:, 1],
            cost_draw=draws[:, 2],
            coding_draw=draws[:, 3],
        )


# What an ACO may state of itself: by behaviour, the field of its parameters and the word in its plan.
_OWN = {
    "effect": {"own_plateau": "effect", "own_scale": "effect_scale"},
    "home_care": {"own_scale": "effect_scale"},
    "running_cost": {"own_fixed": "fixed_cost", "own_variable": "cost_per_person"},
}


def own_parameters(plans: tuple[AcoPlan, ...]) -> dict[str, dict[str, Floats]]:
    """Return what ACOs state of themselves, by behaviour and field; shape (acos,), NaN for one that does not.

    A field that no ACO states is left out. A factor is 1 where it is not stated.
    """
    found: dict[str, dict[str, Floats]] = {}
    for behaviour, fields in _OWN.items():
        for field, word in fields.items():
            stated = [getattr(plan, word) for plan in plans]
            if any(value is not None for value in stated):
                missing = 1.0 if field == "own_scale" else np.nan
                values = [missing if value is None else value for value in stated]
                found.setdefault(behaviour, {})[field] = np.array(values, np.float64)
    return found


def usual_decisions(
    behaviours: Behaviours, traits: AcoTraits, contracts: Contracts, *, experience: NDArray[np.int64]
) -> AcoDecisions:
    """Return what every ACO decides in a year.

    Parameters
    ----------
    behaviours : Behaviours
    traits : AcoTraits
    contracts : Contracts
        Of the year. Where they say whether there is a home-based programme, it does not act on all High Needs
        people.
    experience : int64 array, shape (acos,)
        Performance years so far, this one included; 0 for an ACO that is out.
    """
    effect, high_needs_effect = behaviours.decide(
        "effect",
        hospital_led=traits.hospital_led,
        renewing=traits.renewing,
        high_needs=traits.high_needs,
        rebased=contracts.rebased,
        experience=experience,
        draw=traits.effect_draw,
    )
    return AcoDecisions(
        effect=effect,
        high_needs_effect=np.where(contracts.served.by_person, 0.0, high_needs_effect),
        quality=behaviours.decide("quality", experience=experience, draw=traits.quality_draw),
        coding=behaviours.decide("coding", experience=experience, draw=traits.coding_draw),
        attestation=behaviours.decide("attestation", renewing=traits.renewing, high_needs=traits.high_needs),
    )


def usual_cost(
    behaviours: Behaviours, traits: AcoTraits, contracts: Contracts, *, months: Floats, year: int
) -> NDArray[np.int64]:
    """Return what running every ACO costs in a year, in cents, shape (acos,).

    Parameters
    ----------
    behaviours : Behaviours
    traits : AcoTraits
    contracts : Contracts
        Of the year. Where they say whether there is a home-based programme, its cost is apart.
    months : float64 array, shape (acos, cells)
        Aligned person-months.
    year : int
    """
    needy = months[:, Cell.HN_CLAIMS] + months[:, Cell.HN_VOLUNTARY]
    cost: NDArray[np.int64] = behaviours.decide(
        "running_cost",
        months=months.sum(axis=1),
        high_needs_months=np.where(contracts.served.by_person, 0.0, needy),
        high_needs=traits.high_needs,
        draw=traits.cost_draw,
        year=year,
    )
    return cost
