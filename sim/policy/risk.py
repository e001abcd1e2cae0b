"""Risk adjustment: normalisation, growth caps, coding intensity, AI-inferred scores. Scores have no unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from sim.policy.arrays import Floats, ratio


def normalised(raw: ArrayLike, national_mean: ArrayLike) -> Floats:
    """Return raw scores divided by their national mean, per category and year, so that the nation averages 1.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, yearly renormalisation factors.
    """
    return np.asarray(np.asarray(raw, dtype=np.float64) / np.asarray(national_mean))


def blended_score(hcc: ArrayLike, inferred: ArrayLike, weight: float) -> Floats:
    """Blend a normalised HCC score with the AI-inferred one by the weight of the performance year.

    Notes
    -----
    Arcadia, AI-Inferred Risk Adjustment in LEAD: shadow run in 2028, one third in 2029, full from 2031.
    """
    return (1.0 - weight) * np.asarray(hcc, dtype=np.float64) + weight * np.asarray(inferred)


def capped_ratio(risk: ArrayLike, reference: ArrayLike, cap: ArrayLike) -> Floats:
    """Return growth of the normalised risk score since the reference year, held within 1 +/- `cap`.

    Parameters
    ----------
    risk, reference : array_like, shape (..., aco, cell)
        Scores in the performance year and in BY3.
    cap : array_like, shape (cell,) or (..., aco, cell)
        0.03 for Aged & Disabled and ESRD, 0.04 for High Needs; infinite where there is no reference score.

    Notes
    -----
    CMS, LEAD PY2027 Alignment and Finance Methodology, symmetric risk score caps relative to BY3.
    """
    limit = np.asarray(cap, dtype=np.float64)
    return np.clip(ratio(risk, reference, 1.0), 1.0 - limit, 1.0 + limit)


def coding_intensity_factor(mean_growth: ArrayLike, *, max_reduction: float) -> Floats:
    """Return the factor that takes mean growth of capped scores back to zero, reducing by at most a limit.

    Parameters
    ----------
    mean_growth : array_like
        Model-wide mean of capped score over reference score.
    max_reduction : float
        ACO REACH limited it to 1 % (High Needs 2 %); LEAD's is not published.
    """
    return np.maximum(1.0 / np.asarray(mean_growth, dtype=np.float64), 1.0 - max_reduction)
