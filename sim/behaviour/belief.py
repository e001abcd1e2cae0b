"""What an ACO believes of its savings and of its care, from its settled years and how noisy they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader


@dataclass(frozen=True, eq=False)
class BeliefParameters:
    """Parameters of beliefs; fractions of the benchmark.

    Attributes
    ----------
    mean, spread : float
        What an ACO expects of its savings over benchmark before any year is settled, and how far ACOs differ
        in what they save for good.
    cv : float
        Variation of a person's yearly spending over its mean: a year of n people is that over the root of n.
    yearly : float
        How far a year's savings differ from those for good because of benchmark and trend, at any size.
    effect, effect_spread : float64 arrays, shape (2,)
        What physician-led and hospital-led ACOs expect of their effect at the plateau, and how unsure they
        are of it.
    """

    mean: float
    spread: float
    cv: float
    yearly: float
    effect: Floats
    effect_spread: Floats

    @classmethod
    def read(cls, evidence: Reader) -> BeliefParameters:
        """Read ``belief.*``."""
        number = evidence.number
        return cls(
            mean=number("belief.mean"),
            spread=number("belief.spread"),
            cv=number("belief.cv"),
            yearly=number("belief.yearly"),
            effect=evidence.array("belief.effect"),
            effect_spread=evidence.array("belief.effect_spread"),
        )


class Belief(NamedTuple):
    """What ACOs believe; float64 arrays of shape (acos,), fractions.

    Attributes
    ----------
    savings, unsure
        Savings over benchmark for good: mean, and standard deviation of what it may be.
    noise
        Standard deviation of a year around that.
    effect
        Own effect at the plateau; less spending is negative.
    """

    savings: Floats
    unsure: Floats
    noise: Floats
    effect: Floats


def believe(
    parameters: BeliefParameters,
    *,
    rates: Floats,
    lives: Floats,
    size: Floats,
    hospital_led: NDArray[np.bool_],
) -> Belief:
    """Return what ACOs believe: settled years are shrunk to what ACOs expect at first, the more the smaller.

    Parameters
    ----------
    parameters : BeliefParameters
    rates, lives : float64 arrays, shape (acos, years)
        Savings over benchmark of each settled year, and its people; NaN for years that are not settled.
    size : float64 array, shape (acos,)
        People now.
    hospital_led : bool array, shape (acos,)

    Notes
    -----
    Normal prior and normal noise. Savings come of the own effect and of all else; of what an ACO learns about
    their sum it credits its effect with the part of the prior's variance that is the effect's.
    """
    known = ~np.isnan(rates)
    weight = np.where(known, 1.0 / _variance(parameters, np.where(known, lives, 1.0)), 0.0)
    prior = 1.0 / parameters.spread**2
    total = prior + weight.sum(axis=1)
    learnt = np.where(known, rates, 0.0) - np.where(known, parameters.mean, 0.0)
    shift = (weight * learnt).sum(axis=1) / total
    leader = hospital_led.astype(np.int64)
    credit = np.minimum((parameters.effect_spread[leader] / parameters.spread) ** 2, 1.0)
    return Belief(
        savings=parameters.mean + shift,
        unsure=1.0 / np.sqrt(total),
        noise=np.sqrt(_variance(parameters, size)),
        effect=parameters.effect[leader] - credit * shift,
    )


def _variance(parameters: BeliefParameters, lives: Floats) -> Floats:
    """Return the variance of a year's savings around those for good."""
    return np.asarray(parameters.cv**2 / np.maximum(lives, 1.0) + parameters.yearly**2)
