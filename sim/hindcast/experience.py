"""What ACOs that have been in the program for years change: effects and coding since their base years."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.coding import CodingParameters, excess_of_coding
from sim.behaviour.effect import EffectParameters, effect_on_spending
from sim.inputs.mssp_terms import agreement_length
from sim.inputs.rulebook import load_rulebook
from sim.policy.mssp_benchmark import BASE_YEARS, agreement_before

if TYPE_CHECKING:
    from sim.hindcast.mssp import MsspCohort

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]


def years_in_program(cohort: MsspCohort) -> tuple[Ints, Ints]:
    """Return each ACO's years in the program before the cohort's year, and by the middle base year.

    An ACO in a later agreement than its first is taken to have had whole agreements before it, each following
    the last one. Both are of shape (acos,), and 0 where it was not in the program yet.
    """
    length_of = agreement_length(load_rulebook("mssp"))
    joined = cohort.start
    for later in range(1, int(cohort.number.max())):
        earlier = [agreement_before(start, length_of) for start in joined.tolist()]
        joined = np.where(cohort.number > later, earlier, joined)
    middle = cohort.start - (BASE_YEARS + 1) // 2
    return np.maximum(cohort.year - joined, 0), np.maximum(middle - joined + 1, 0)


def behaviours_of(cohort: MsspCohort) -> dict[str, Callable[..., Any]]:
    """Return what stands in for behaviours in a hindcast, whose worlds begin in the middle of agreements.

    History is lived without ACOs. So what counts in a year is what an ACO does beyond what it did in its base
    years, and its coding since the agreement began.
    """
    before, in_base = years_in_program(cohort)
    running = np.maximum(cohort.year - cohort.start, 0)

    def effect(parameters: EffectParameters, *, experience: Ints, **state: Any) -> tuple[Floats, Floats]:
        state["renewing"] = np.zeros_like(state["renewing"])
        acts = experience > 0
        now, needy = effect_on_spending(
            parameters, experience=np.where(acts, before + experience, 0), **state
        )
        base, _ = effect_on_spending(parameters, experience=np.where(acts, in_base, 0), **state)
        return now - base, needy

    def coding(parameters: CodingParameters, *, experience: Ints, draw: Floats) -> Floats:
        years = np.where(experience > 0, running + experience, 0)
        return excess_of_coding(parameters, experience=years, draw=draw)

    return {"effect": effect, "coding": coding}
