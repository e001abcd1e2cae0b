"""What specialists do about episodes for which they have a contract, where a scenario lets them respond."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.effect import LEAST_SNF, factor
from sim.behaviour.evidence_reader import Floats, Reader
from sim.kernels.codes import BEGUN, N_EPISODES


@dataclass(frozen=True, eq=False)
class EpisodeResponseParameters:
    """Parameters of the response; fractions, less being negative.

    Attributes
    ----------
    cost : float64 array, shape (episodes,)
        Change of the mean cost of an episode; 0 for kinds that are a condition under care, of which nothing
        is known.
    volume : float
        Change of how many procedures there are.
    post_acute : float
        Part of the change of cost that comes by less SNF care after a stay.
    """

    cost: Floats
    volume: float
    post_acute: float

    @classmethod
    def read(cls, evidence: Reader) -> EpisodeResponseParameters:
        """Read ``response.*``."""
        cost = np.zeros(N_EPISODES)
        cost[list(BEGUN)] = evidence.array("response.cost")
        return cls(cost, evidence.number("response.volume"), evidence.number("response.post_acute"))


def respond_to_contract(
    parameters: EpisodeResponseParameters,
    *,
    responds: NDArray[np.bool_],
    stay: NDArray[np.bool_],
    snf_share: float,
) -> Floats:
    """Return factors on price, on SNF care after stays and on the number of procedures.

    Parameters
    ----------
    parameters : EpisodeResponseParameters
    responds : bool array, shape (acos, episodes)
        Kinds of episode under a contract whose specialists respond.
    stay : bool array, shape (episodes,)
        Kinds that begin with an acute stay.
    snf_share : float
        Part of what acute events cost that is SNF care after them.

    Returns
    -------
    float64 array, shape (acos, episodes, 3)
        SNF care and the price of the rest make up the change of cost together, on average.

    Notes
    -----
    BPCI and BPCI Advanced, see the sources of ``response.*``: less institutional care after the stay was most
    of what they saved.
    """
    change = np.where(responds, parameters.cost, 0.0)
    by_snf = np.where(stay, parameters.post_acute * change, 0.0)
    snf = factor(by_snf / max(snf_share, LEAST_SNF))
    price = factor(change) / factor(by_snf)
    number = factor(np.where(responds & ~stay, parameters.volume, 0.0))
    return np.stack([price, snf, number], axis=-1)
