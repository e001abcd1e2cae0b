"""What a specialist believes its episodes cost, from those it has led and how noisy they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from sim.behaviour.evidence_reader import Floats, Reader


@dataclass(frozen=True, slots=True)
class EpisodeBeliefParameters:
    """Parameters of the belief; fractions of what CMS expects of episodes.

    Attributes
    ----------
    yearly : float
        How far a year's cost strays from that for good at any number of episodes.
    """

    yearly: float

    @classmethod
    def read(cls, evidence: Reader) -> EpisodeBeliefParameters:
        """Read ``signing.yearly``."""
        return cls(evidence.number("signing.yearly"))


class EpisodeBelief(NamedTuple):
    """What is believed of the cost of episodes over what CMS expects; float64 arrays of shape (contracts,).

    Attributes
    ----------
    cost, unsure
        For good: mean, and standard deviation of what it may be.
    noise
        Standard deviation of a year around that.
    """

    cost: Floats
    unsure: Floats
    noise: Floats


def believe_episodes(
    parameters: EpisodeBeliefParameters,
    *,
    costs: Floats,
    episodes: Floats,
    usual: Floats,
    spread: Floats,
    cv: Floats,
    size: Floats,
) -> EpisodeBelief:
    """Return what is believed: years are drawn to what is usual, the more the fewer episodes they had.

    Parameters
    ----------
    parameters : EpisodeBeliefParameters
    costs, episodes : float64 arrays, shape (contracts, years)
        Cost of each year's episodes over what CMS expected of them, and their number; NaN for years of which
        nothing is known.
    usual, spread : float64 arrays, shape (contracts,)
        Mean of that ratio among specialists, and how far they differ for good.
    cv : float64 array, shape (contracts,)
        Variation of the cost of one episode over its mean.
    size : float64 array, shape (contracts,)
        Episodes of the year to come.

    Notes
    -----
    Normal prior and normal noise, as :func:`sim.behaviour.belief.believe` has it for ACOs.
    """

    def variance(number: Floats) -> Floats:
        each = cv if number.ndim == 1 else cv[:, None]
        return np.asarray(each**2 / np.maximum(number, 1.0) + parameters.yearly**2)

    known = ~np.isnan(costs)
    weight = np.where(known, 1.0 / variance(np.where(known, episodes, 1.0)), 0.0)
    prior = 1.0 / spread**2
    total = prior + weight.sum(axis=1)
    learnt = np.where(known, costs - usual[:, None], 0.0)
    return EpisodeBelief(
        cost=usual + (weight * learnt).sum(axis=1) / total,
        unsure=1.0 / np.sqrt(total),
        noise=np.sqrt(variance(size)),
    )
