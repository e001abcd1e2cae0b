"""What an ACO does to the spending of its people: a curve over the years of its experience."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader

# However large parameters and draws are together, some spending is left, and no more than twice as much.
LEAST_LEFT, MOST_LEFT = 0.05, 2.0
# Less SNF care than this would have to change beyond all measure for any effect on it to be felt.
LEAST_SNF = 0.01


@dataclass(frozen=True, eq=False)
class EffectParameters:
    """Parameters of the effect on spending; fractions, less spending being negative.

    Attributes
    ----------
    curves : float64 array, shape (2, years)
        Effect by year of experience of physician-led and of hospital-led ACOs; the last year holds on.
    high_needs : float64 array, shape (2, years)
        Further effect on High Needs people by performance year, in High Needs ACOs and in others: that on
        people in the programme, spread over all by the share enrolled.
    own_spread : float64 array, shape (2,)
        Spread between ACOs at the plateau.
    years_before : int
        Years of experience that a renewing ACO has in its base years.
    no_rebasing : float
        Factor where savings are never taken back by rebasing.
    scale : float
        Factor on all effects; 0 turns them off.
    event_share, spillover : float
        Share of the effect that falls on acute care; effect on a practice's other patients, as a share.
    events : float64 array, shape (3,)
        Of the effect on acute care, the shares that are stays averted, SNF care after stays averted, and a
        lower price of what is left.
    own_plateau, own_scale : float64 array of shape (acos,), or None
        An ACO's own effect at the plateau instead of its kind's mean and its draw, NaN for one without;
        factor on all effects of an ACO. None where no ACO has any.
    """

    curves: Floats
    high_needs: Floats
    own_spread: Floats
    years_before: int
    no_rebasing: float
    scale: float
    event_share: float
    spillover: float
    events: Floats
    own_plateau: Floats | None = None
    own_scale: Floats | None = None

    @classmethod
    def read(cls, evidence: Reader) -> EffectParameters:
        """Read ``effect.*`` and the share of High Needs people enrolled."""
        enrolled = evidence.array("cost.high_needs_enrolled")
        return cls(
            curves=np.stack([evidence.array("effect.physician"), evidence.array("effect.hospital")]),
            high_needs=np.outer(enrolled, evidence.array("effect.high_needs")),
            own_spread=evidence.array("effect.aco_spread"),
            years_before=int(evidence.number("effect.experience")),
            no_rebasing=evidence.number("effect.no_rebasing"),
            scale=evidence.number("effect.scale"),
            event_share=evidence.number("effect.event_share"),
            spillover=evidence.number("effect.spillover"),
            events=evidence.array("effect.events"),
        )


def along(curves: Floats, which: NDArray[np.int64], year: NDArray[np.int64]) -> Floats:
    """Return values of curves in years counted from 1; 0 before, and the last value ever after.

    Parameters
    ----------
    curves : float64 array, shape (curves, years)
    which, year : int64 arrays of one shape
        Curve and year of each value.
    """
    return np.where(year <= 0, 0.0, curves[which, np.clip(year, 1, curves.shape[1]) - 1])


def effect_on_spending(
    parameters: EffectParameters,
    *,
    hospital_led: NDArray[np.bool_],
    renewing: NDArray[np.bool_],
    high_needs: NDArray[np.bool_],
    rebased: NDArray[np.bool_],
    experience: NDArray[np.int64],
    draw: Floats,
) -> tuple[Floats, Floats]:
    """Return the effect on aligned people, and the further effect on those with High Needs.

    Parameters
    ----------
    parameters : EffectParameters
    hospital_led, renewing : bool arrays, shape (acos,)
        Leadership and entry. A renewing ACO has its first years of effect in the base years already, so only
        what comes on top counts.
    high_needs : bool array, shape (acos,)
        Which are High Needs ACOs.
    rebased : bool array, shape (acos,)
        Whether the ACO's program takes new base years at each agreement.
    experience : int64 array, shape (acos,)
        Performance years so far, this one included; an ACO that is not yet in has 0.
    draw : float64 array, shape (acos,)
        Standard normal: how far the ACO's own plateau lies from its kind's.

    Returns
    -------
    effect, high_needs_effect : float64 arrays, shape (acos,)

    Notes
    -----
    Curves after McWilliams et al., NEJM 2018; see the sources of ``effect.*``.
    """
    leader = hospital_led.astype(np.int64)
    before = np.where(renewing, parameters.years_before, 0)
    curves = parameters.curves
    reached = along(curves, leader, before + experience) - along(curves, leader, before)
    lasting = np.where(rebased, parameters.scale, parameters.scale * parameters.no_rebasing)
    further = along(parameters.high_needs, np.where(high_needs, 0, 1), experience)
    if parameters.own_scale is not None:
        further = parameters.own_scale * further
    return lasting * _each_own(parameters, leader, reached, draw, experience > 0), parameters.scale * further


def effect_before(
    parameters: EffectParameters,
    *,
    hospital_led: NDArray[np.bool_],
    renewing: NDArray[np.bool_],
    draw: Floats,
) -> Floats:
    """Return the effect, shape (acos,), that ACOs have in their base years, under a program that rebases.

    Parameters are those of :func:`effect_on_spending`.
    """
    leader = hospital_led.astype(np.int64)
    reached = along(parameters.curves, leader, np.where(renewing, parameters.years_before, 0))
    acted = renewing & (parameters.years_before > 0)
    return parameters.scale * _each_own(parameters, leader, reached, draw, acted)


def _each_own(
    parameters: EffectParameters,
    leader: NDArray[np.int64],
    reached: Floats,
    draw: Floats,
    acts: NDArray[np.bool_],
) -> Floats:
    """Return what each ACO reaches where its kind reaches `reached`; all arrays of shape (acos,)."""
    plateau = parameters.curves[leader, -1]
    # Without a plateau there is none to differ in.
    own = parameters.own_spread[leader] * draw * reached
    own = np.divide(own, plateau, out=np.zeros_like(own), where=plateau != 0.0)
    general = reached + own
    if parameters.own_plateau is not None:
        # Its kind's curve says how soon it gets there; where that has no plateau, in the first year.
        part = np.divide(reached, plateau, out=acts * 1.0, where=plateau != 0.0)
        general = np.where(np.isnan(parameters.own_plateau), general, parameters.own_plateau * part)
    return np.asarray(general if parameters.own_scale is None else parameters.own_scale * general)


class CareShares(NamedTuple):
    """Shares of all spending: acute events, and SNF care after them."""

    acute: float
    snf: float


class CareFactors(NamedTuple):
    """Factors by practice; float64 arrays of shape (practices,).

    Attributes
    ----------
    base, event
        On the price of ambulatory care and of an acute event.
    stays, snf
        On how many acute events there are, and on SNF care after them.
    """

    base: Floats
    event: Floats
    stays: Floats
    snf: Floats


def spread_over_care(parameters: EffectParameters, effect: Floats, shares: CareShares) -> CareFactors:
    """Return what an effect on total spending means for each kind of care, so that they add up to it.

    Parameters
    ----------
    parameters : EffectParameters
    effect : float64 array, shape (practices,)
    shares : CareShares
        Of spending before the effect.

    Notes
    -----
    Shares of the effect by service: NORC, Next Generation ACO evaluation, 2021.
    """
    acute, snf = _within(shares)
    on_base = effect * (1.0 - parameters.event_share) / (1.0 - acute)
    return CareFactors(factor(on_base), *_on_events(parameters, effect * parameters.event_share, acute, snf))


def alike_on_care(parameters: EffectParameters, effect: Floats, shares: CareShares) -> CareFactors:
    """Return the same of an effect that is of the same size on ambulatory and on acute care."""
    acute, snf = _within(shares)
    return CareFactors(factor(effect), *_on_events(parameters, effect * acute, acute, snf))


def _within(shares: CareShares) -> CareShares:
    """Hold shares away from 0 and 1: of a handful of people, some have nothing but acute events, or none."""
    acute = min(max(shares.acute, LEAST_LEFT), 1.0 - LEAST_LEFT)
    return CareShares(acute, max(shares.snf, LEAST_SNF))


def _on_events(
    parameters: EffectParameters, effect: Floats, acute: float, snf: float
) -> tuple[Floats, Floats, Floats]:
    averted, after, cheaper = parameters.events
    return factor(effect * cheaper / acute), factor(effect * averted / acute), factor(effect * after / snf)


def factor(effect: Floats) -> Floats:
    """Return the factor on spending of an effect, within what may be left."""
    return np.clip(1.0 + effect, LEAST_LEFT, MOST_LEFT)
