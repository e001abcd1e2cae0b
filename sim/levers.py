"""What an arm does to its people in a year; arms that do the same need not live the same year twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.effect import CareShares, EffectParameters, alike_on_care, spread_over_care
from sim.kernels.health import Health
from sim.kernels.layout import Practices, nothing_offered, serving_nobody
from sim.population.habits import CARE_HABITS


class Levers(NamedTuple):
    """Everything in which an arm's year can differ from another arm's on the same people and draws."""

    practices: Practices
    health: Health


def practices_this_year(
    columns: Mapping[str, NDArray[Any]],
    parameters: EffectParameters,
    shares: CareShares,
    answers: NDArray[np.float64],
    felt: NDArray[np.float64] | float = 1.0,
    served: Mapping[str, NDArray[np.float64]] | None = None,
) -> Practices:
    """Return what practices do to their patients this year.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns of the practices, each of shape (practices,): `efficiency`, `coding_habit`, those of
        :class:`sim.population.habits.Habits`, and what they have decided, `effect`, `high_needs_effect`,
        `coding` and `attestation`.
    parameters : EffectParameters
    shares : CareShares
        Shares of spending that are acute events, and SNF care after them.
    answers : float64 array
        What specialists do about episodes under contract, see :class:`sim.kernels.layout.Practices`.
    felt : float64, shape (practices,)
        Further factor on spending, where specialists have become more or less efficient than they were drawn.
    served : mapping of str to float64 array, shape (practices,), optional
        What their ACOs' programmes do for some people: the fields :data:`sim.kernels.layout.SERVING`. By
        default there is none.
    """
    own = spread_over_care(parameters, columns["effect"], shares)
    spilt = spread_over_care(parameters, parameters.spillover * columns["effect"], shares)
    needy = alike_on_care(parameters, columns["high_needs_effect"], shares)
    return Practices(
        efficiency=columns["efficiency"] * columns["price_habit"] * felt,
        base_effect=own.base,
        event_effect=own.event,
        base_spill=spilt.base,
        event_spill=spilt.event,
        high_needs_effect=needy.base,
        high_needs_event_effect=needy.event,
        stays=own.stays,
        stays_spill=spilt.stays,
        high_needs_stays=needy.stays,
        snf=own.snf,
        snf_spill=spilt.snf,
        high_needs_snf=needy.snf,
        coding=columns["coding_habit"] * (1.0 + columns["coding"]),
        attest=columns["attestation"].copy(),
        answers=answers,
        **nothing_offered(len(columns["efficiency"])),
        **(serving_nobody(len(columns["effect"])) if served is None else served),
        stays_habit=columns["stays_habit"].copy(),
        **{name: columns[name].copy() for name in CARE_HABITS},
    )
