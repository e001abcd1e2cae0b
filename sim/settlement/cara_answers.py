"""What specialists under contract make of their episodes, as the kernels' tables have it."""

from __future__ import annotations

import numpy as np

from sim.behaviour.book import Behaviours
from sim.behaviour.effect import CareShares
from sim.kernels.codes import Episode
from sim.population.world import World
from sim.settlement.cara_agreed import Agreed
from sim.settlement.cara_led import Kinds, contracted, stands
from sim.settlement.program import Flags, Floats, Ints


def answers(
    stated: Agreed | None,
    kinds: Kinds,
    world: World,
    practice_aco: Ints,
    in_lead: Flags,
    behaviours: Behaviours,
    shares: CareShares,
    held: Flags | None = None,
) -> Floats:
    """Return what specialists do to episodes of people aligned to each practice.

    Parameters
    ----------
    stated : Agreed or None
        Arrangements of the year.
    kinds : Kinds
    world : World
    practice_aco : int64, shape (practices,)
    in_lead : bool, shape (acos,)
    behaviours : Behaviours
        Of the arm.
    shares : CareShares
        Of spending: acute events, and SNF care after them.
    held : bool, shape (acos, episodes, specialists), optional
        With whom there is an arrangement, where specialists decide; else with all to whom it is offered.

    Returns
    -------
    float64, see :class:`sim.kernels.layout.Practices`
        Empty where nobody responds.
    """
    if stated is None or not (stated.responds & stated.covered & in_lead[:, None]).any():
        return world.no_answers()
    begun_by_stay = np.isin(np.arange(len(Episode)), world.health(world.first_py).episodes.cause_kind)
    factors = behaviours.decide(
        "episode_response",
        responds=stated.responds & stands(stated, in_lead)[:-1],
        stay=begun_by_stay,
        snf_share=shares.snf / shares.acute,
    )
    who = world.providers.specialists.by_specialty[:, kinds.specialty, :]
    kind = np.arange(len(Episode))[None, :, None]
    aco = practice_aco[:, None, None]
    held = contracted(practice_aco, stated, kinds, world) if held is None else held
    has_one = held[aco, kind, who] & (aco >= 0)
    return np.where(has_one[..., None], factors[aco, kind], 1.0)
