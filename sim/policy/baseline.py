"""Baseline: what the ACO's people cost in the three base years, in PBPM dollars of BY3.

Base-year arrays have the shape (..., aco, cell, by). A cell without a single month in a base year has no
experience there: its weight goes to the other base years.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import CATEGORIES, Flags, Floats, ratio

_CLAIMS = slice(0, len(CATEGORIES))
_VOLUNTARY = slice(len(CATEGORIES), 2 * len(CATEGORIES))


def net_expenditure(
    paid: ArrayLike, sahs: ArrayLike, skin_substitutes: ArrayLike, *, sahs_share: float, skin_share: float
) -> Floats:
    """Return dollars that count, after the excluded shares of anomalous billing codes and skin substitutes.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, expenditure definition: all spending on codes with
    significant, anomalous and highly suspect (SAHS) billing and 65 % of skin substitutes are left out.
    """
    excluded = sahs_share * np.asarray(sahs, dtype=np.float64) + skin_share * np.asarray(skin_substitutes)
    return np.asarray(np.asarray(paid) - excluded)


def base_year_weights(months: Floats, newly_entering: Flags, renewing: Floats, new: Floats) -> Floats:
    """Return weights (..., aco, cell, by) that sum to 1 over base years with experience, or are all 0.

    Parameters
    ----------
    months : numpy.ndarray, shape (..., aco, cell, by)
        Person-months.
    newly_entering : numpy.ndarray, shape (..., aco)
        Whether the ACO has the Newly Entering weights.
    renewing, new : numpy.ndarray, shape (by,)
        Weights of BY1, BY2, BY3.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, base-year weights. Sharing the weight of an empty base
    year among the others is this simulator's reading.
    """
    stated = np.where(newly_entering[..., None, None], new, renewing)
    used = np.where(months > 0.0, stated, 0.0)
    return ratio(used, used.sum(axis=-1, keepdims=True), 0.0)


def reference_risk(risk: Floats, months: Floats) -> tuple[Floats, Flags]:
    """Return the risk score (..., aco, cell) history is stated at, and whether there is one.

    It is that of BY3, or of the latest base year with experience; 1 (the national mean) when there is none.
    """
    seen = (months > 0.0) & (risk > 0.0)
    last = seen.shape[-1] - 1 - np.argmax(seen[..., ::-1], axis=-1)
    found = np.take_along_axis(risk, last[..., None], axis=-1)[..., 0]
    known: Flags = np.asarray(seen.any(axis=-1))
    return np.where(known, found, 1.0), known


def historical_pbpm(pbpm: Floats, risk: Floats, months: Floats, trend: Floats, weights: Floats) -> Floats:
    """Return weighted history (..., aco, cell) at risk 1: each year risk-adjusted and trended to BY3.

    Parameters
    ----------
    pbpm, risk, months, weights : numpy.ndarray, shape (..., aco, cell, by)
        Spending, renormalised mean risk score, person-months and base-year weights.
    trend : numpy.ndarray, shape (..., aco, cell, by)
        Growth factor from each base year to BY3.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, historical expenditure (trend and risk to BY3).
    """
    experienced = np.where(months > 0.0, pbpm, 0.0)
    return np.asarray((weights * trend * ratio(experienced, risk, 0.0)).sum(axis=-1))


def limit_voluntary(history: Floats, known: Flags, limit: float) -> tuple[Floats, Flags]:
    """Hold each voluntary cell within `limit` of the same category's claims cell.

    Parameters
    ----------
    history : numpy.ndarray, shape (..., aco, cell)
        PBPM history.
    known : numpy.ndarray, shape (..., aco, cell)
        Whether the cell has history; the limit applies where both cells have.
    limit : float
        0.10 in LEAD.

    Returns
    -------
    history : numpy.ndarray, shape (..., aco, cell)
    limited : numpy.ndarray of bool, shape (..., aco, cell)

    Notes
    -----
    Wakely, LEAD Model site, Benchmarking (+/-10 %); that the reference is the claims cell is assumed.
    """
    claims, voluntary = history[..., _CLAIMS], history[..., _VOLUNTARY]
    both = known[..., _CLAIMS] & known[..., _VOLUNTARY]
    held = np.where(both, np.clip(voluntary, claims * (1.0 - limit), claims * (1.0 + limit)), voluntary)
    limited = np.concatenate([np.zeros_like(both), held != voluntary], axis=-1)
    return np.concatenate([claims, held], axis=-1), limited


def fill_unknown(at_risk_one: Floats, known: Flags, region: Floats) -> Floats:
    """Give cells without history a PBPM at risk 1: the claims cell's for a voluntary cell, else the region's.

    The published rules do not say what a cell without base-year experience gets; this is assumed.
    """
    filled = np.where(known, at_risk_one, region)
    claims = filled[..., _CLAIMS]
    voluntary = np.where(known[..., _VOLUNTARY], filled[..., _VOLUNTARY], claims)
    return np.concatenate([claims, voluntary], axis=-1)
