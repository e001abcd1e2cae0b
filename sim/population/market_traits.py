"""What sets markets apart: enrollment mix, risk and spending by type, drawn around the nation's or stated."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.kernels.codes import N_KINDS, Kind
from sim.kernels.draws import Decision, Key
from sim.kernels.quantiles import normals
from sim.population.plan import AcoPlan

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class MarketTraits:
    """Traits of each market; float64 arrays of shape (markets, kinds).

    Attributes
    ----------
    mix
        Enrollment mix, rows summing to 1.
    risk
        Mean risk score relative to the nation's of the same kind.
    level
        Spending relative to the nation's for people of the same risk.
    """

    mix: Floats
    risk: Floats
    level: Floats


def market_traits(
    plans: tuple[AcoPlan, ...], by_market: list[list[int]], evidence: Evidence, key: Key
) -> MarketTraits:
    """Return the traits of every market: what the plans of its ACOs state, and draws for the rest.

    Notes
    -----
    Draws have a mean of one and those of rural and urban markets together stand at the nation's level, so the
    nation's means do not depend on how far markets differ. Rural spending is the published total, which lower
    risk explains in part.
    """
    rural = np.array([all(plans[a].rural for a in acos) for acos in by_market])
    rural_risk = _around_nation("market.rural_risk", rural, evidence)
    rural_spend = _around_nation("care.rural_level", rural, evidence)

    def drawn(spread: str, common: str, decision: Decision) -> Floats:
        return _mean_one(len(rural), evidence.array(spread), evidence.number(common), decision, key)

    risk = drawn("market.risk_spread", "market.risk_common", Decision.MARKET_RISK) * rural_risk
    level = drawn("care.market_spread", "care.market_common", Decision.MARKET_LEVEL)
    level *= rural_spend / explained(rural_risk, evidence)
    mix = _rest_aged(
        evidence.array("demography.mix")
        * drawn("market.mix_spread", "market.mix_common", Decision.MARKET_MIX)
    )
    for market, acos in enumerate(by_market):
        here = [plans[a] for a in acos]
        mix[market] = np.mean([_whole_mix(plan.mix, mix[market]) for plan in here], axis=0)
        risk[market] = _stated([plan.risk for plan in here], risk[market])
        spend = _stated([plan.spend for plan in here], level[market] * explained(risk[market], evidence))
        level[market] = spend / explained(risk[market], evidence)
    return MarketTraits(mix, risk, level)


def explained(risk: Floats, evidence: Evidence) -> Floats:
    """Return the spending of people of a mean risk score over the nation's, both relative to their kind."""
    return np.asarray(risk ** evidence.array("market.spending_power"))


def high_needs_share(traits: MarketTraits, evidence: Evidence) -> Floats:
    """Return the share of High Needs people of each market, shape (markets,)."""
    relative = (traits.mix * traits.risk ** evidence.number("market.high_needs_power")).sum(axis=1)
    return np.asarray(evidence.number("care.high_needs") * relative)


def _stated(stated: Sequence[tuple[float, ...] | None], drawn: Floats) -> Floats:
    """Return the mean of what a market's ACOs state, its draw standing in for those that state nothing."""
    return np.asarray(np.mean([drawn if one is None else _filled(one, drawn) for one in stated], axis=0))


def _filled(stated: tuple[float, ...], drawn: Floats) -> Floats:
    """Return what is stated by kind, the draw standing in for kinds that are not."""
    values = np.array(stated)
    return np.where(np.isnan(values), drawn, values)


def _whole_mix(stated: tuple[float, ...] | None, drawn: Floats) -> Floats:
    """Return the mix that an ACO states; kinds left out share what is left as the draw has them."""
    if stated is None:
        return drawn
    values = np.array(stated)
    left_out = np.isnan(values)
    if not left_out.any():
        return values
    weight = drawn * left_out if (drawn * left_out).any() else left_out.astype(np.float64)
    rest = max(1.0 - float(np.nansum(values)), 0.0)
    return np.where(left_out, rest * weight / weight.sum(), values)


def _around_nation(ratio_key: str, rural: NDArray[np.bool_], evidence: Evidence) -> Floats:
    """Return factors of mean one over the nation's people in a rural-to-urban ratio, shape (markets, 1)."""
    ratio, share = evidence.number(ratio_key), evidence.number("market.rural_share")
    return (np.where(rural, ratio, 1.0) / (1.0 - share + share * ratio))[:, None]


def _mean_one(n: int, spread: Floats, common: float, decision: Decision, key: Key) -> Floats:
    """Return log-normal factors of mean one for `n` markets, shape (markets, kinds).

    All kinds of a market share a part of the draw: logs correlate by the square of `common`.
    """
    markets = np.arange(n)
    shared = normals(key, markets, 0, decision)[:, :1]
    own = normals(key, markets, 1, decision)
    drawn = common * shared + np.sqrt(1.0 - common**2) * own
    return np.asarray(np.exp(spread * drawn - 0.5 * spread**2))


def _rest_aged(mix: Floats) -> Floats:
    """Return mixes in which aged people without Medicaid are what the other kinds leave."""
    others = mix[:, [kind for kind in range(N_KINDS) if kind != Kind.AGED_NON_DUAL]].sum(axis=1)
    mix[:, Kind.AGED_NON_DUAL] = np.maximum(1.0 - others, 0.0)
    return np.asarray(mix / mix.sum(axis=1, keepdims=True))
