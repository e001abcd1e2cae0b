"""How much disease a market needs for its people to have a given mean risk score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import AGED_IN
from sim.kernels.layout import Disease

Floats = NDArray[np.float64]

_BITS = 8
_FEWEST, _MOST, _STEPS = 0.05, 12.0, 41


def mean_score(
    hazard_factor: Floats, disease: Disease, age_share: Floats, frailty_spread: float, coded: float
) -> Floats:
    """Return the mean V28 score of people of 65 and over by factor on their hazard of disease.

    Parameters
    ----------
    hazard_factor : float64, shape (n,)
    disease : Disease
    age_share : float64, shape (ages,)
        Age distribution of all people.
    frailty_spread : float
        Spread of the log hazard between people.
    coded : float
        Share of conditions carried that a year's claims show.

    Notes
    -----
    Factors of the aged without Medicaid; hierarchies, interactions and counts are left out, as only ratios of
    the result are used.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(11)
    frailty = np.exp(frailty_spread * nodes - 0.5 * frailty_spread**2)
    share = np.where(np.arange(len(age_share)) >= AGED_IN, age_share, 0.0)
    share = share / share.sum()
    bits = range(len(disease.recovery))
    factor = np.array([disease.score[0, k // _BITS, 1 << k % _BITS] for k in bits])
    hazard = hazard_factor[:, None, None, None] * frailty[:, None, None] * disease.hazard
    present = (1.0 - np.exp(-hazard)) @ share
    conditions = np.einsum("nfk,f,k->n", present, weights / weights.sum(), factor)
    return np.asarray(coded * conditions + disease.demographic[0, :2].mean(axis=0) @ share)


def hazard_for_risk(
    risk: Floats, disease: Disease, age_share: Floats, frailty_spread: float, coded: float
) -> Floats:
    """Return the factor on the hazard of disease that gives mean risk scores of `risk` times the nation's."""
    grid = np.geomspace(_FEWEST, _MOST, _STEPS)
    scores = mean_score(np.append(grid, 1.0), disease, age_share, frailty_spread, coded)
    return np.asarray(np.interp(risk, scores[:-1] / scores[-1], grid))
