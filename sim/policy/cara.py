"""CARA: reconciliation of episode-based risk arrangements between an ACO and its Preferred Providers, USD."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Floats


def target_price(cms_price: ArrayLike, episode_risk: ArrayLike, *, discount: ArrayLike) -> Floats:
    """Return the target price per episode: CMS's price at the episode's risk, less the discount agreed.

    Parameters
    ----------
    cms_price : array_like
        Price in CMS's episode report, USD at risk 1.
    episode_risk : array_like
        CMS's risk adjustment of the episode.
    discount : array_like
        Discount agreed (negative: premium); CMS's range is not published.
    """
    return np.asarray(
        np.asarray(cms_price) * np.asarray(episode_risk) * (1.0 - np.asarray(discount)), np.float64
    )


def reconciled(
    gross: ArrayLike, quality: ArrayLike, *, performance_adjustment: ArrayLike, loss_adjustment: str
) -> Floats:
    """Return what the ACO pays the specialist (negative: the specialist owes) over its episodes.

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


def home_modification(cost: ArrayLike, *, limit: float) -> Floats:
    """Return what falls prevention pays for changes to a person's home, USD, up to the limit per person."""
    return np.minimum(np.asarray(cost, dtype=np.float64), limit)
