"""How much disease a market needs for its people of each enrollment type to have a given mean risk score."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import Kind
from sim.kernels.layout import Disease

Floats = NDArray[np.float64]

_BITS = 8
_FEWEST, _MOST, _STEPS = 0.02, 400.0, 81
_GRID = np.geomspace(_FEWEST, _MOST, _STEPS)
_SEXES = slice(2)
_DUAL_SEXES = slice(4, 6)


def mean_scores(
    hazard_factor: Floats, disease: Disease, age: Floats, dual: Floats, frailty_spread: float, coded: float
) -> Floats:
    """Return the mean risk score of each enrollment type by factor on its hazard of disease.

    Parameters
    ----------
    hazard_factor : float64, shape (n,)
    disease : Disease
    age : float64, shape (kinds, ages)
        Age distribution.
    dual : float64, shape (kinds,)
        Share with Medicaid.
    frailty_spread : float
        Spread of the log hazard between people.
    coded : float
        Share of conditions carried that a year's claims show.

    Returns
    -------
    float64, shape (n, kinds)

    Notes
    -----
    Each type is scored by the model it is paid under. Hierarchies, interactions and counts are left out, as
    only ratios of the result are used.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(11)
    frailty = np.exp(frailty_spread * nodes - 0.5 * frailty_spread**2)
    hazard = hazard_factor[:, None, None, None] * frailty[:, None, None] * disease.hazard
    present = np.einsum("nfca,ka,f->nkc", 1.0 - np.exp(-hazard), age, weights / weights.sum())
    factor, demographic = _factors(disease, dual[:, None])
    return np.asarray(coded * (present * factor).sum(axis=2) + (demographic * age).sum(axis=1))


def _factors(disease: Disease, dual: Floats) -> tuple[Floats, Floats]:
    """Return each type's score of a condition and of an age, shapes (kinds, conditions) and (kinds, ages)."""
    single = [(k // _BITS, 1 << k % _BITS) for k in range(len(disease.recovery))]
    segment = np.array([[table[place] for place in single] for table in disease.score])
    by_age = disease.demographic[:, _SEXES].mean(axis=1)
    # Segments in order: aged without and with Medicaid, disabled without and with Medicaid.
    aged, aged_dual, disabled, disabled_dual = range(4)
    factor = np.empty((len(dual), len(single)))
    demographic = np.empty((len(dual), by_age.shape[1]))
    for of, table in ((factor, segment), (demographic, by_age)):
        of[Kind.AGED_NON_DUAL], of[Kind.AGED_DUAL] = table[aged], table[aged_dual]
        share = dual[Kind.DISABLED]
        of[Kind.DISABLED] = (1.0 - share) * table[disabled] + share * table[disabled_dual]
    factor[Kind.ESRD] = [disease.esrd_score[place] for place in single]
    share = dual[Kind.ESRD]
    plain, with_medicaid = (disease.esrd_demographic[who].mean(axis=0) for who in (_SEXES, _DUAL_SEXES))
    demographic[Kind.ESRD] = (1.0 - share) * plain + share * with_medicaid
    return factor, demographic


def risk_curve(disease: Disease, age: Floats, dual: Floats, frailty_spread: float, coded: float) -> Floats:
    """Return mean risk relative to the nation's at factors on the hazard from low to high, (factors, kinds).

    Parameters are those of :func:`mean_scores`.
    """
    scores = mean_scores(np.append(_GRID, 1.0), disease, age, dual, frailty_spread, coded)
    return np.asarray(scores[:-1] / scores[-1])


def hazard_on(curve: Floats, risk: Floats) -> Floats:
    """Return the factors at which a curve of :func:`risk_curve` gives `risk`, shape (markets, kinds)."""
    return np.stack(
        [np.interp(risk[:, kind], curve[:, kind], _GRID) for kind in range(risk.shape[1])], axis=1
    )
