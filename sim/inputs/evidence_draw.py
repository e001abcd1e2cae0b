"""Parameter uncertainty: one draw of every uncertain parameter per replicate, the same in all arms."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from sim.inputs.distributions import spread_of
from sim.inputs.entries import Entry, rebuilt
from sim.inputs.evidence import Evidence
from sim.inputs.values import Value
from sim.kernels.codes import N_KINDS
from sim.kernels.draws import Decision, Key, draw4, unit52

Floats = NDArray[np.float64]

LEVEL_FIT = "spending.level_fit"
_LEAST_QUANTILE = 1e-6


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

    Notes
    -----
    Values of a list are drawn independently, or by one quantile where the distribution says ``together``.
    A value stated by year keeps its quantile in all years.

    ``spending.level`` alone decides mean spending, as CMS knows it far better than what shapes it. What other
    draws would add to the mean, by the elasticities that their distributions state as ``mean_spending``, is
    taken out of ``spending.level_fit``.
    """
    entries = {
        name: _drawn(entry, key) if is_uncertain(entry) else entry for name, entry in evidence.entries.items()
    }
    if LEVEL_FIT in entries:
        added = np.sum(
            [_added_to_mean(entry, entries[name]) for name, entry in evidence.entries.items()], axis=0
        )
        fit = entries[LEVEL_FIT]
        entries[LEVEL_FIT] = rebuilt(fit, by_year=((None, np.asarray(fit.value) / (1.0 + added)),))
    return Evidence(evidence.name, entries)


def uncertain_keys(books: Iterable[Evidence]) -> list[str]:
    """Return the keys of the parameters that some of the books state as uncertain."""
    return list(dict.fromkeys(entry.key for book in books for entry in book if is_uncertain(entry)))


def values_of(evidence: Evidence, keys: Iterable[str]) -> dict[str, float]:
    """Return the values of some parameters, items of lists and years apart.

    Returns
    -------
    dict of str to float
        By label: the key, behind it the year and the place in a list, ``effect.physician[3]``.
    """
    return {
        label: number
        for entry in (evidence.entries[key] for key in keys)
        for year, value in entry.by_year
        for label, number in _items(f"{entry.key}.{year}" if year else entry.key, value)
    }


def _items(key: str, value: Value) -> Iterator[tuple[str, float]]:
    numbers = np.asarray(value, np.float64)
    for place in np.ndindex(numbers.shape):
        yield f"{key}[{','.join(map(str, place))}]" if place else key, float(numbers[place])


def is_uncertain(entry: Entry) -> bool:
    """Whether a parameter is drawn once a replicate where a study draws parameters."""
    return entry.spread == "parameter" and (entry.distribution or {}).get("dist", "fixed") != "fixed"


def at_quantile(entry: Entry, u: float) -> Any:
    """Return an uncertain entry's value at one quantile of its distribution, as a scenario would state it.

    Parameters
    ----------
    entry : Entry
        With a distribution other than ``fixed``; all values of a list are taken at the same quantile.
    u : float
        0 to 1.
    """

    def value(centre: Value) -> Any:
        middle = np.asarray(centre, np.float64)
        # No distribution reaches its end at a quantile of 0 or 1.
        share = np.full(middle.shape, np.clip(u, _LEAST_QUANTILE, 1.0 - _LEAST_QUANTILE))
        found = _at_quantile(middle, entry.distribution or {}, share)
        return np.clip(found, entry.limits.min, entry.limits.max).tolist()

    if entry.yearly:
        return {str(year): value(centre) for year, centre in entry.by_year}
    return value(entry.value)


def _added_to_mean(stated: Entry, drawn: Entry) -> Floats:
    """Return the share by which a draw would raise mean spending, to first order, by kind of person."""
    distribution = stated.distribution or {}
    if drawn is stated or "mean_spending" not in distribution:
        return np.zeros(N_KINDS)
    elasticity = np.asarray(distribution["mean_spending"], np.float64)
    before, after = np.asarray(stated.value, np.float64), np.asarray(drawn.value, np.float64)
    moved = np.divide(after - before, before, out=np.zeros_like(before), where=before != 0.0)
    if elasticity.ndim == before.ndim:
        elasticity = np.repeat(elasticity[..., None], N_KINDS, axis=-1)
    return np.asarray(moved.ravel() @ elasticity.reshape(-1, N_KINDS))


def _drawn(entry: Entry, key: Key) -> Entry:
    distribution = entry.distribution or {}
    by_year = tuple((year, _value(entry, value, distribution, key)) for year, value in entry.by_year)
    return rebuilt(entry, by_year=by_year)


def _uniform(name: str, number: int, key: Key) -> float:
    words = draw4(key, zlib.crc32(name.encode()), 0, int(Decision.PARAMETER), number)
    return float(unit52(words[0], words[1]))


def _value(entry: Entry, value: Value, distribution: Mapping[str, Any], key: Key) -> Value:
    centre = np.asarray(value, np.float64)
    together = distribution.get("together", False)
    quantiles = [_uniform(entry.key, n, key) for n in range(1 if together else centre.size)]
    u = np.broadcast_to(quantiles, centre.size).reshape(centre.shape)
    drawn = np.clip(_at_quantile(centre, distribution, u), entry.limits.min, entry.limits.max)
    if not isinstance(value, np.ndarray):
        return float(drawn)
    drawn.flags.writeable = False
    return drawn


def _at_quantile(centre: Floats, distribution: Mapping[str, Any], u: Floats) -> Floats:
    """Return the quantiles `u` of the distribution around each of `centre`."""
    kind = distribution["dist"]
    if kind == "dirichlet":
        shape = centre * distribution["concentration"]
        gammas = special.gammaincinv(np.maximum(shape, 1e-9), u)
        return np.asarray(gammas * (centre.sum() / gammas.sum()))
    if kind in ("uniform", "triangular"):
        low, width = distribution["low"], distribution["high"] - distribution["low"]
        if kind == "uniform":
            return np.asarray(low + u * width)
        rising = (centre - low) / width
        up = np.sqrt(u * rising)
        down = 1.0 - np.sqrt((1.0 - u) * (1.0 - rising))
        return np.asarray(low + width * np.where(u < rising, up, down))
    sd = spread_of(distribution, centre)
    drawn = centre.copy()
    moved = sd > 0.0
    middle, sd, u = centre[moved], sd[moved], u[moved]
    if kind == "normal":
        drawn[moved] = middle + sd * special.ndtri(u)
    elif kind == "lognormal":
        spread = np.sqrt(np.log1p((sd / middle) ** 2))
        drawn[moved] = middle * np.exp(spread * special.ndtri(u) - 0.5 * spread**2)
    else:
        size = middle * (1.0 - middle) / sd**2 - 1.0
        drawn[moved] = special.betaincinv(middle * size, (1.0 - middle) * size, u)
    return drawn
