"""Parameter uncertainty: one draw of every uncertain parameter per replicate, the same in all arms."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from sim.inputs.entries import Entry, rebuilt
from sim.inputs.evidence import Evidence
from sim.inputs.values import Value
from sim.kernels.draws import Decision, Key, draw4, unit52

Floats = NDArray[np.float64]


def draw_evidence(evidence: Evidence, key: Key) -> Evidence:
    """Return the evidence with every uncertain parameter drawn once from its distribution.

    Parameters
    ----------
    evidence : Evidence
        Only entries whose spread is ``parameter`` and whose distribution is not ``fixed`` change;
        heterogeneity between agents and yearly shocks are drawn where they act.
    key : Key
        Replicate's key. A parameter's draw depends on the key and the parameter's name alone, so adding
        another parameter, or another arm, moves nothing.

    Returns
    -------
    Evidence
    """
    entries = {
        name: _drawn(entry, key) if entry.spread == "parameter" else entry
        for name, entry in evidence.entries.items()
    }
    return Evidence(evidence.name, entries)


def _drawn(entry: Entry, key: Key) -> Entry:
    distribution = entry.distribution or {}
    if distribution.get("dist", "fixed") == "fixed":
        return entry
    by_year = tuple((year, _value(entry, value, distribution, key)) for year, value in entry.by_year)
    return rebuilt(entry, by_year=by_year)


def _uniform(name: str, number: int, key: Key) -> float:
    words = draw4(key, zlib.crc32(name.encode()), 0, int(Decision.PARAMETER), number)
    return float(unit52(words[0], words[1]))


def _value(entry: Entry, value: Value, distribution: Mapping[str, Any], key: Key) -> Value:
    centre = np.asarray(value, np.float64)
    if distribution["dist"] == "dirichlet":
        shape = centre * distribution["concentration"]
        uniforms = [_uniform(entry.key, number, key) for number in range(shape.size)]
        gammas = stats.gamma.ppf(uniforms, np.maximum(shape.ravel(), 1e-9))
        drawn = np.asarray(gammas).reshape(centre.shape)
        drawn *= centre.sum() / drawn.sum()
    else:
        drawn = _around(centre, distribution, _uniform(entry.key, 0, key))
    drawn = np.clip(drawn, entry.minimum, entry.maximum)
    return drawn if isinstance(value, np.ndarray) else float(drawn)


def _around(centre: Floats, distribution: Mapping[str, Any], u: float) -> Floats:
    """Return the quantile `u` around `centre`; all values of a table move by the same quantile."""
    kind = distribution["dist"]
    if kind in ("uniform", "triangular"):
        low, high = distribution["low"], distribution["high"]
        if kind == "uniform":
            return np.asarray(low + u * (high - low) + np.zeros_like(centre))
        return np.asarray(stats.triang.ppf(u, (centre - low) / (high - low), low, high - low))
    relative = "sd" not in distribution
    sd = distribution["cv"] * np.abs(centre) if relative else np.full_like(centre, distribution["sd"])
    if kind == "normal":
        return np.asarray(centre + sd * stats.norm.ppf(u))
    with np.errstate(divide="ignore", invalid="ignore"):
        if kind == "lognormal":
            spread = np.sqrt(np.log1p((sd / centre) ** 2))
            quantile = centre * np.exp(spread * stats.norm.ppf(u) - 0.5 * spread**2)
        else:
            size = centre * (1.0 - centre) / sd**2 - 1.0
            quantile = stats.beta.ppf(u, centre * size, (1.0 - centre) * size)
    return np.where(np.isfinite(quantile), quantile, centre)
