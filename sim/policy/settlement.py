"""Settlement: corridors, sequestration, stop-loss, what is owed in the end, guarantee and exit.

Dollar arrays have the shape (..., aco). Savings and amounts paid to the ACO are positive, losses and amounts
it owes negative.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Floats

MONTHS_PER_YEAR = 12


def corridor_share(fraction: ArrayLike, edges: ArrayLike, shares: ArrayLike) -> Floats:
    """Return what the ACO keeps of savings, or pays of losses, as a fraction of its benchmark.

    Parameters
    ----------
    fraction : array_like
        Gross savings (positive) or losses (negative) as a fraction of the benchmark, any shape.
    edges : array_like, shape (band,)
        Lower edge of each band as a fraction of the benchmark, rising from 0; the last band has no end.
    shares : array_like, shape (band,)
        The ACO's share of the part of the savings or losses that lies in each band.

    Returns
    -------
    numpy.ndarray
        Same shape and sign as `fraction`; continuous, and the same for losses as for savings.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, risk corridors; ACO REACH has the same form.
    """
    gross = np.asarray(fraction, dtype=np.float64)
    low = np.asarray(edges, dtype=np.float64)
    width = np.append(low[1:], np.inf) - low
    size = np.abs(gross)
    kept = np.zeros_like(size)
    for start, span, share in zip(low, width, np.asarray(shares, dtype=np.float64), strict=True):
        kept += share * np.minimum(np.maximum(size - start, 0.0), span)
    return np.copysign(kept, gross)


def shared_amount(
    gross: ArrayLike, benchmark: ArrayLike, *, edges: ArrayLike, savings: ArrayLike, losses: ArrayLike
) -> Floats:
    """Return the ACO's dollars of gross savings or losses after the corridors; 0 without a benchmark.

    Parameters
    ----------
    gross, benchmark : array_like, shape (..., aco)
        Gross savings (losses negative) and the final benchmark the bands are fractions of, in USD.
    edges, savings, losses : array_like, shape (band,)
        Lower edges, and the ACO's shares of savings and of losses.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, risk corridors: first dollar, no minimum savings rate,
    no ceiling.
    """
    base = np.asarray(benchmark, dtype=np.float64)
    amount = np.asarray(gross, dtype=np.float64)
    fraction = np.divide(
        amount, base, out=np.zeros(np.broadcast_shapes(amount.shape, base.shape)), where=base > 0
    )
    kept = np.where(
        fraction > 0.0, corridor_share(fraction, edges, savings), corridor_share(fraction, edges, losses)
    )
    return np.asarray(kept * base)


def sequestered(
    gross: ArrayLike,
    benchmark: ArrayLike,
    *,
    rate: float,
    base: str,
    edges: ArrayLike,
    savings: ArrayLike,
    losses: ArrayLike,
    shared: Floats | None = None,
) -> Floats:
    """Return the dollars sequestration takes from the shared amount (never negative).

    Parameters
    ----------
    gross, benchmark, edges, savings, losses
        As in :func:`shared_amount`.
    rate : float
        2 %.
    base : {"shared", "gross", "gains"}
        ``shared``: of the shared amount, worsening losses too; ``gross``: of gross savings or losses before
        the corridors (the same inside a band that shares all); ``gains``: of shared savings only, as in
        ACO REACH.
    shared : numpy.ndarray, optional
        What :func:`shared_amount` gives, where that is known already.
    """
    bands = {"edges": edges, "savings": savings, "losses": losses}
    shared = shared_amount(gross, benchmark, **bands) if shared is None else shared
    if base == "gross":
        amount = np.asarray(gross, dtype=np.float64)
        return shared - shared_amount(amount - rate * np.abs(amount), benchmark, **bands)
    return rate * (np.maximum(shared, 0.0) if base == "gains" else np.abs(shared))


def stop_loss_payout(
    actual: ArrayLike, expected: ArrayLike, *, attachments: ArrayLike, rates: ArrayLike
) -> Floats:
    """Return what stop-loss pays per person (USD a year) on spending above what was expected of the person.

    Parameters
    ----------
    actual, expected : array_like
        Spending and prediction by risk score and benchmark, USD per person-year.
    attachments : array_like, shape (2,)
        Residuals at which the first and the second paying band start.
    rates : array_like, shape (2,)
        Share paid in each band.

    Notes
    -----
    Residual-based in LEAD and in ACO REACH from PY2023; attachment points and rates are not published.
    """
    first, second = np.asarray(attachments, dtype=np.float64)
    low, high = np.asarray(rates, dtype=np.float64)
    residual = np.asarray(actual, dtype=np.float64) - np.asarray(expected)
    between = np.clip(residual - first, 0.0, second - first)
    return np.asarray(low * between + high * np.maximum(residual - second, 0.0))


def total_owed(
    settlement: ArrayLike,
    *,
    enhanced_pcc: ArrayLike = 0.0,
    repaid_share: float = 1.0,
    apo_true_up: ArrayLike = 0.0,
    cara: ArrayLike = 0.0,
    high_performers: ArrayLike = 0.0,
) -> Floats:
    """Return the final payment to the ACO (negative: it owes): settlement with everything netted.

    Parameters
    ----------
    settlement : array_like
        Shared amount after sequestration, USD.
    enhanced_pcc, repaid_share
        Advance received and the share of it repaid.
    apo_true_up, cara, high_performers : array_like
        Amounts to the ACO: actual fee reductions minus the APO advance, episode arrangements, quality pool.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, final settlement lines.
    """
    net = np.asarray(settlement, dtype=np.float64) - repaid_share * np.asarray(enhanced_pcc)
    return np.asarray(net + np.asarray(apo_true_up) + np.asarray(cara) + np.asarray(high_performers))


def financial_guarantee(spending: ArrayLike, *, rate: float) -> Floats:
    """Return the guarantee in USD: a share of yearly Parts A and B spending of the aligned people before.

    Notes
    -----
    Wakely, ACO Risk Mitigation Strategies: 2 to 4 %.
    """
    return rate * np.asarray(spending, dtype=np.float64)


def payment_month(py: int, *, lag: float) -> tuple[int, int]:
    """Return the calendar year and month in which a settlement is paid, `lag` months after the year's end."""
    years, month = divmod(MONTHS_PER_YEAR - 1 + int(lag), MONTHS_PER_YEAR)
    return py + years, month + 1


def settlement_after_exit(
    settlement: ArrayLike, exit_month: ArrayLike, *, notice_month: float, liable_share: float
) -> Floats:
    """Return what an ACO settles that leaves in the performance year.

    Parameters
    ----------
    settlement : array_like, shape (..., aco)
        Settlement of the year had the ACO stayed, USD.
    exit_month : array_like, shape (..., aco)
        Month of the notice, 13 for an ACO that stays.
    notice_month : float
        Notice up to the end of this month leaves the year unsettled.
    liable_share : float
        Share of losses owed after a later notice; savings are not paid to it.

    Notes
    -----
    ACO REACH: notice by 28 February avoids the year's losses, later exit is settled; LEAD's is not published.
    """
    amount = np.asarray(settlement, dtype=np.float64)
    month = np.asarray(exit_month)
    left = np.where(month <= notice_month, 0.0, liable_share * np.minimum(amount, 0.0))
    return np.where(month > MONTHS_PER_YEAR, amount, left)
