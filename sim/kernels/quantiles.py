"""Quantile functions by which uniform draws become normal, Poisson and binomial, one by one and for rows."""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.draws import Decision, Key, uniforms, unit52
from sim.kernels.jit import inlined, kernel
from sim.kernels.layout import Array

# Where the middle of the normal distribution ends and its tails begin, in distance of the share from a half.
CENTRE = 0.425
# Once fewer than one in so many search on, each ends by itself. It changes no result.
FEW = 8


@inlined
def central_normal(q: float) -> float:
    """Return the standard normal quantile of 0.5 + `q`, for a `q` between -0.425 and 0.425."""
    r = 0.180625 - q * q
    top = 2509.0809287301226727 * r + 33430.575583588128105
    top = (((top * r + 67265.770927008700853) * r + 45921.953931549871457) * r + 13731.693765509461125) * r
    top = ((top + 1971.5909503065514427) * r + 133.14166789178437745) * r + 3.387132872796366608
    low = 5226.495278852545925 * r + 28729.085735721942674
    low = (((low * r + 39307.89580009271061) * r + 21213.794301586595867) * r + 5394.1960214247511077) * r
    low = ((low + 687.1870074920579083) * r + 42.313330701600911252) * r + 1.0
    return q * top / low


@kernel
def normal(u: float) -> float:
    """Return the standard normal quantile of `u` in (0, 1).

    Rational approximation of Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), PPND16: relative
    error about 1e-16.
    """
    q = u - 0.5
    if abs(q) <= CENTRE:
        return central_normal(q)
    r = math.sqrt(-math.log(min(u, 1.0 - u)))
    if r <= 5.0:
        r -= 1.6
        top = 7.7454501427834140764e-4 * r + 0.0227238449892691845833
        top = (
            ((top * r + 0.24178072517745061177) * r + 1.27045825245236838258) * r + 3.64784832476320460504
        ) * r
        top = ((top + 5.7694972214606914055) * r + 4.6303378461565452959) * r + 1.42343711074968357734
        low = 1.05075007164441684324e-9 * r + 5.475938084995344946e-4
        low = (
            ((low * r + 0.0151986665636164571966) * r + 0.14810397642748007459) * r + 0.68976733498510000455
        ) * r
        low = ((low + 1.6763848301838038494) * r + 2.05319162663775882187) * r + 1.0
    else:
        r -= 5.0
        top = 2.01033439929228813265e-7 * r + 2.71155556874348757815e-5
        top = (
            ((top * r + 0.0012426609473880784386) * r + 0.026532189526576123093) * r + 0.29656057182850489123
        ) * r
        top = ((top + 1.7848265399172913358) * r + 5.4637849111641143699) * r + 6.6579046435011037772
        low = 2.04426310338993978564e-15 * r + 1.4215117583164458887e-7
        low = (
            ((low * r + 1.8463183175100546818e-5) * r + 7.868691311456132591e-4) * r
            + 0.0148753612908506148525
        ) * r
        low = ((low + 0.13692988092273580531) * r + 0.59983220655588793769) * r + 1.0
    return math.copysign(top / low, q)


@kernel
def normal_rows(words: Array, n: int, listed: Array, out: Array) -> None:
    """Write :func:`normal` of the first two of each four `words` into `out`; `listed` is scratch."""
    for k in range(n):
        out[k] = central_normal(unit52(words[4 * k], words[4 * k + 1]) - 0.5)
    tails = 0
    for k in range(n):
        listed[tails] = k
        tails += 1 if abs(unit52(words[4 * k], words[4 * k + 1]) - 0.5) > CENTRE else 0
    for j in range(tails):
        k = listed[j]
        out[k] = normal(unit52(words[4 * k], words[4 * k + 1]))


@kernel
def poisson(u: float, mean: float, most: int) -> int:
    """Return the Poisson quantile of `u`, at most `most` (sequential search; for means of a few)."""
    if u <= 1.0 - mean:  # below exp(-mean), without computing it
        return 0
    count = 0
    mass = math.exp(-mean)
    below = mass
    while u > below and count < most:
        count += 1
        mass *= mean * (1.0 / count)
        below += mass
    return count


@kernel
def binomial(u: float, trials: int, chance: float) -> int:
    """Return the binomial quantile of `u` (sequential search; for a few trials)."""
    if trials <= 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return trials
    mass = 1.0
    for _ in range(trials):
        mass *= 1.0 - chance
    below = mass
    count = 0
    if u <= below:
        return count
    odds = chance / (1.0 - chance)
    while u > below and count < trials:
        mass *= odds / (count + 1) * (trials - count)
        count += 1
        below += mass
    return count


@kernel
def poisson_rows(u: Array, mean: Array, n: int, most: int, mass: Array, below: Array, count: Array) -> None:
    """Write :func:`poisson` of the first `n` of `u` and `mean` into `count`; the rest is scratch."""
    for k in range(n):
        mass[k] = math.exp(-mean[k])
        below[k] = mass[k]
        count[k] = 0
    for step in range(1, most + 1):
        more = 0
        for k in range(n):
            beyond = 1 if u[k] > below[k] else 0
            count[k] += beyond
            more += beyond
        share = 1.0 / step
        if more * FEW < n:
            for k in range(n):
                if u[k] > below[k]:
                    mass[k] *= mean[k] * share
                    below[k] += mass[k]
                    while u[k] > below[k] and count[k] < most:
                        count[k] += 1
                        mass[k] *= mean[k] * (1.0 / count[k])
                        below[k] += mass[k]
            break
        for k in range(n):
            mass[k] *= mean[k] * share
            below[k] += mass[k]


@kernel
def binomial_rows(
    u: Array,
    trials: Array,
    n: int,
    chance: float,
    mass: Array,
    below: Array,
    count: Array,
) -> None:
    """Write :func:`binomial` of the first `n` of `u` and `trials` into `count`; the rest is scratch."""
    most = 0
    for k in range(n):
        most = max(most, trials[k])
        count[k] = trials[k] if chance >= 1.0 else 0
    if chance <= 0.0 or chance >= 1.0:
        return
    odds = chance / (1.0 - chance)
    below[0] = 1.0
    for step in range(most):
        below[step + 1] = below[step] * (1.0 - chance)
    for k in range(n):
        mass[k] = below[trials[k]]
    for k in range(n):
        below[k] = mass[k]
    for step in range(most):
        more = 0
        for k in range(n):
            beyond = 1 if u[k] > below[k] and trials[k] > step else 0
            count[k] += beyond
            more += beyond
        share = odds / (step + 1)
        if more * FEW < n:
            for k in range(n):
                if u[k] > below[k] and trials[k] > step:
                    mass[k] *= share * (trials[k] - step)
                    below[k] += mass[k]
                    while u[k] > below[k] and trials[k] > count[k]:
                        now = count[k]
                        count[k] += 1
                        mass[k] *= odds / (now + 1) * (trials[k] - now)
                        below[k] += mass[k]
            break
        for k in range(n):
            mass[k] *= share * (trials[k] - step)
            below[k] += mass[k]


def normals(key: Key, agents: np.ndarray, year: int, decision: Decision) -> np.ndarray:
    """Return four standard normals for each agent id; shape (agents, 4)."""
    draws = uniforms(key, agents, year, decision)
    make_normal(draws)
    return draws


@kernel
def make_normal(u: Array) -> None:
    """Turn uniforms into standard normals, in place."""
    for i in range(u.shape[0]):
        for lane in range(u.shape[1]):
            u[i, lane] = normal(u[i, lane])
