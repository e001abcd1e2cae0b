"""When claims are paid: by month of service and months since, and what of a year is known at a date."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.kernels.codes import MONTHS_A_YEAR
from sim.policy.arrays import Floats


def paid_by(curve: ArrayLike, months_since: ArrayLike) -> Floats:
    """Return the share of a service month's claims that is paid so many months after it.

    Parameters
    ----------
    curve : array_like, shape (lags,)
        Share paid by the end of the same month, the next, and so on; all is paid a month after the last.
    months_since : array_like of int
        Negative where the month is still to come.
    """
    shares = np.concatenate([[0.0], np.asarray(curve, dtype=np.float64), [1.0]])
    return np.asarray(shares[np.clip(np.asarray(months_since) + 1, 0, len(shares) - 1)])


def payment_months(by_service: ArrayLike, curve: ArrayLike) -> Floats:
    """Return claims by the month they are paid in, shape (..., 12 + lags), of claims by month of service.

    Parameters
    ----------
    by_service : array_like, shape (..., 12)
    curve : array_like, shape (lags,)
        See :func:`paid_by`.
    """
    claims = np.asarray(by_service, dtype=np.float64)
    through = np.arange(MONTHS_A_YEAR + len(np.asarray(curve)))
    so_far = paid_by(curve, through - np.arange(MONTHS_A_YEAR)[:, None])
    return np.asarray(claims @ np.diff(so_far, axis=-1, prepend=0.0))


def completion_factor(weights: ArrayLike, curve: ArrayLike, *, run_out: int) -> float:
    """Return all claims of a period over those paid `run_out` months after its last month.

    Parameters
    ----------
    weights : array_like, shape (months,)
        Claims by month of service.
    curve : array_like
        See :func:`paid_by`.
    """
    claims = np.asarray(weights, dtype=np.float64)
    since = np.arange(len(claims))[::-1] + run_out
    return float(claims.sum() / (claims * paid_by(curve, since)).sum())


def claims_known(by_service: ArrayLike, curve: ArrayLike, *, months_known: int, completion: float) -> Floats:
    """Return a year's claims as provisional settlement sees them at the end of the last month known.

    What is paid by then, completed, and scaled to the year where not all its months are known.

    Parameters
    ----------
    by_service : array_like, shape (..., 12)
    curve : array_like
        See :func:`paid_by`.
    months_known : int
        12 in ACO REACH since PY2024, without run-out; LEAD's is not published.
    completion : float
        Factor on claims paid.
    """
    claims = np.asarray(by_service, dtype=np.float64)[..., :months_known]
    paid = paid_by(curve, np.arange(months_known)[::-1])
    return np.asarray((claims * paid).sum(axis=-1) * completion * (MONTHS_A_YEAR / months_known))
