"""What an arm does to its people in a year; arms that do the same need not live the same year twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.effect import EffectParameters, factor, spread_over_care
from sim.kernels.health import Health
from sim.kernels.layout import Practices


class Levers(NamedTuple):
    """Everything in which an arm's year can differ from another arm's on the same people and draws."""

    practices: Practices
    health: Health


def practices_this_year(
    columns: Mapping[str, NDArray[Any]],
    parameters: EffectParameters,
    acute_share: float,
    felt: NDArray[np.float64] | float = 1.0,
) -> Practices:
    """Return what practices do to their patients this year.

    Parameters
    ----------
    columns : mapping of str to ndarray
        Columns of the practices, each of shape (practices,): `efficiency`, `coding_habit`, and what they
        have decided, `effect`, `high_needs_effect`, `coding` and `attestation`.
    parameters : EffectParameters
    acute_share : float
        Share of spending that is acute events.
    felt : float64, shape (practices,)
        Further factor on spending, where specialists have become more or less efficient than they were drawn.
    """
    factors = spread_over_care(parameters, columns["effect"], acute_share)
    return Practices(
        efficiency=columns["efficiency"] * felt,
        base_effect=factors.base,
        event_effect=factors.event,
        base_spill=factors.base_spill,
        event_spill=factors.event_spill,
        high_needs_effect=factor(columns["high_needs_effect"]),
        coding=columns["coding_habit"] * (1.0 + columns["coding"]),
        attest=columns["attestation"].copy(),
    )
