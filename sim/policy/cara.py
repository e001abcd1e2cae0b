"""CARA: price and reconciliation of episode arrangements of an ACO with its Preferred Providers, USD.

CMS has published no specification. What is not said to be published is as in the models that CARA follows:
TEAM (42 CFR 512.500-512.598), BPCI Advanced, and the episode-based cost measures of MIPS.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Floats, ratio


def negotiated_ratio(observed: ArrayLike, expected: ArrayLike, *, reliability: ArrayLike) -> Floats:
    """Return the base ratio of somebody's own history: observed over expected cost, drawn toward 1.

    Parameters
    ----------
    observed, expected : array_like
        Cost of earlier episodes and what CMS expected of them; without any, the ratio is 1.
    reliability : array_like
        Weight of the own history, 0 to 1.

    Notes
    -----
    That a price starts from CMS's and is negotiated: a public brief on CARA, 2026. Shrinkage is assumed.
    """
    own = ratio(np.asarray(observed, np.float64), np.asarray(expected, np.float64), 1.0)
    weight = np.asarray(reliability, np.float64)
    return np.asarray(weight * own + (1.0 - weight))


def target_price(expected: ArrayLike, *, base_ratio: ArrayLike, discount: ArrayLike) -> Floats:
    """Return the target price: what CMS expects at the episode's risk, by the agreed ratio, less a discount.

    Parameters
    ----------
    expected : array_like
        CMS's risk-adjusted cost in dollars of the year, one episode's or the sum of some.
    base_ratio : array_like
        Negotiated ratio to CMS's price, 1 being that price.
    discount : array_like
        Discount agreed (negative: premium); CMS's range is not published.
    """
    price = np.asarray(expected, np.float64) * np.asarray(base_ratio)
    return np.asarray(price * (1.0 - np.asarray(discount)))


def trend_correction(prospective: ArrayLike, realised: ArrayLike, *, limit: float) -> Floats:
    """Return the factor that turns prices at realised growth into those that were set beforehand.

    Parameters
    ----------
    prospective, realised : array_like
        Growth factors from the year in which prices are set to the performance year.
    limit : float
        How far the price is corrected afterwards for growth that turned out otherwise; 0 leaves the
        prospective price, 1 and more takes realised growth. TEAM: 3 %.
    """
    known, came = np.asarray(prospective, np.float64), np.asarray(realised, np.float64)
    return np.asarray(known / came * np.clip(came / known, 1.0 - limit, 1.0 + limit))


def team_price(
    mean_cost: ArrayLike,
    growth: ArrayLike,
    case_mix: ArrayLike,
    *,
    weights: ArrayLike,
    discount: ArrayLike,
) -> Floats:
    """Return the price per episode by TEAM's chain: the region's own weighted, trended baseline.

    Parameters
    ----------
    mean_cost : array_like, shape (..., year)
        Mean cost of the kind of episode in the region in each baseline year, oldest first; a year without
        any is nan and has no weight.
    growth : array_like, shape (..., year)
        Growth factor from each of them to the performance year.
    case_mix : array_like, shape (...)
        Mean risk of the episodes relative to the region's.
    weights : array_like, shape (year,)
        17, 33 and 50 %.
    discount : array_like, shape (...)

    Notes
    -----
    42 CFR 512.540 and 512.545. A price set by region and kind takes the place of CMS's expected cost; costs
    are not cut off at the 99th percentile here.
    """
    cost = np.asarray(mean_cost, np.float64)
    known = np.isfinite(cost)
    weight = np.where(known, np.asarray(weights, np.float64), 0.0)
    trended = np.nan_to_num(cost) * np.asarray(growth)
    preliminary = ratio((weight * trended).sum(axis=-1), weight.sum(axis=-1), 0.0)
    return np.asarray(preliminary * np.asarray(case_mix) * (1.0 - np.asarray(discount)))


def bpci_advanced_price(
    expected: ArrayLike,
    observed_before: ArrayLike,
    expected_before: ArrayLike,
    *,
    discount: ArrayLike,
) -> Floats:
    """Return the price by BPCI Advanced's chain: the provider's own past efficiency at the present case mix.

    Parameters
    ----------
    expected : array_like
        Cost of the episodes among peers, trend and case mix in.
    observed_before, expected_before : array_like
        Cost of the provider's earlier episodes and what was expected of them; without any, those of peers.
    discount : array_like
        3 %, of medical episodes 2 % from model year 6.
    """
    efficiency = negotiated_ratio(observed_before, expected_before, reliability=1.0)
    return target_price(expected, base_ratio=efficiency, discount=discount)


def window_share(outside: ArrayLike, days: ArrayLike, usual_days: ArrayLike) -> Floats:
    """Return the part of an episode's cost in a window of other length, above 1 in a longer one.

    Parameters
    ----------
    outside : array_like
        Part of the cost outside of the procedure or stay itself, spread evenly over the days.
    days, usual_days : array_like
        Days before and after, agreed and in CMS's measure.

    Notes
    -----
    Max Flex lets an ACO change triggers, length and construction (Wakely, LEAD Model site, CARA, 2026).
    """
    beyond = np.asarray(outside, np.float64)
    return np.asarray(1.0 - beyond + beyond * np.asarray(days) / np.asarray(usual_days))


def limited(gross: ArrayLike, target: ArrayLike, *, cap: ArrayLike) -> Floats:
    """Return gains and losses held within a share of the sum of target prices; without a cap it is inf.

    Notes
    -----
    CARA has none that is published; TEAM's track 2 has 5 %, its track 3 and BPCI Advanced 20 %.
    """
    amount, prices, share = np.broadcast_arrays(
        *(np.asarray(one, np.float64) for one in (gross, target, cap))
    )
    most = np.multiply(share, prices, out=np.full(prices.shape, np.inf), where=prices > 0.0)
    return np.asarray(np.clip(amount, -most, most))


def agreed_part(gross: ArrayLike, *, gain_share: ArrayLike, loss_share: ArrayLike) -> Floats:
    """Return the provider's part of gains and of losses; all of both unless it is agreed otherwise."""
    amount = np.asarray(gross, dtype=np.float64)
    return np.asarray(
        np.asarray(gain_share) * np.maximum(amount, 0.0) + np.asarray(loss_share) * np.minimum(amount, 0.0)
    )


def quality_score(rate: ArrayLike, *, best: ArrayLike, worst: ArrayLike) -> Floats:
    """Return the score of a measure of which less is better: 1 at the best rate and below, 0 at the worst.

    Parameters
    ----------
    rate : array_like
        E.g. admissions of patients with several chronic conditions (MIPS Q484).
    best, worst : array_like
        Rates at the percentiles of providers that earn all and nothing.
    """
    value, top, bottom = (np.asarray(one, np.float64) for one in (rate, best, worst))
    between = np.clip(ratio(bottom - value, bottom - top, 0.0), 0.0, 1.0)
    return np.where(bottom > top, between, np.where(value <= top, 1.0, 0.0))


def reconciled(
    gross: ArrayLike, quality: ArrayLike, *, performance_adjustment: ArrayLike, loss_adjustment: str
) -> Floats:
    """Return what the specialist is paid (negative: the specialist owes) over its episodes.

    Parameters
    ----------
    gross : array_like
        Sum of target price minus actual spending, USD.
    quality : array_like
        Score on the agreed measure, 0 to 1.
    performance_adjustment : array_like
        Part of the result that depends on quality, 0.1 to 1.
    loss_adjustment : {"mirror", "none"}
        Whether better quality lowers a repayment as it raises a gain; not published.

    Notes
    -----
    Actual below target pays the provider, above it the provider owes (Jones Day, 3 March 2026); performance
    adjustment between 10 and 100 % (a public brief on CARA, 2026).
    """
    amount = np.asarray(gross, dtype=np.float64)
    at_stake, score = np.asarray(performance_adjustment), np.asarray(quality)
    gain = amount * (1.0 - at_stake + at_stake * score)
    loss = amount * (1.0 - at_stake * score) if loss_adjustment == "mirror" else amount
    return np.where(amount > 0.0, gain, loss)


def in_expenditure(paid: ArrayLike, owed: ArrayLike, *, collected: ArrayLike) -> Floats:
    """Return what CARA adds to an ACO's expenditure: what is paid, less what is collected of what is owed.

    Notes
    -----
    Payments and recoveries count in the expenditure of the performance year (a public brief on CARA, 2026).
    """
    return np.asarray(np.asarray(paid, np.float64) - np.asarray(collected) * np.asarray(owed))
