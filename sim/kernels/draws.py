"""Counter-based random draws: Philox4x32-10 keyed by experiment and replicate, counted by who, when and what.

Every draw of a run is ``philox4x32(agent id, year and decision, draw number, high seed word; low seed word,
replicate)``: it has no state and no order, so threads, batches, resuming and other agents cannot change it.

The generator is the published Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
easy as 1, 2, 3", SC'11; the tests hold it to that paper's known-answer vectors.
"""

from __future__ import annotations

import math
from enum import IntEnum, unique
from typing import NamedTuple

import numpy as np

from sim.kernels.jit import kernel

_MULTIPLIER_0 = np.uint64(0xD2511F53)
_MULTIPLIER_1 = np.uint64(0xCD9E8D57)
_WEYL_0 = np.uint64(0x9E3779B9)
_WEYL_1 = np.uint64(0xBB67AE85)
_LOW = np.uint64(0xFFFFFFFF)
_WORD = np.uint64(32)
_ROUNDS = 10

_UNIT_32 = 2.0**-32
_HALF_32 = 2.0**-33
_UNIT_52 = 2.0**-52
_WORD_26 = 2.0**26
_SHIFT_26 = np.uint64(6)

Lanes = tuple[np.uint64, np.uint64, np.uint64, np.uint64]


@unique
class Decision(IntEnum):
    """What a draw decides. One code for each decision; a code is never used for two things."""

    # A person, once
    PERSON_ENTRY = 1
    PERSON_TRAITS = 2
    PERSON_LATENT = 3
    PERSON_CONDITIONS = 4
    PERSON_PRACTICE = 5
    PERSON_HISTORY = 6
    # A person, each year; what the four draws of a code decide, in order
    LIFE = 16  # death, month of death, move to Medicare Advantage, number of onsets
    LEAVING = 17  # month of the move
    ONSET = 18  # which conditions
    RECOVERY = 19  # whether each passing condition ends
    CARE = 20  # change of practice, voluntary attestation, any use, number of visits
    PRACTICE_CHOICE = 21  # new practice (2)
    OTHER_PRACTICE = 22  # practice of the visits elsewhere (2)
    COST = 23  # ambulatory cost (2), acute event, visits elsewhere
    EVENT_COST = 24  # cost of the event (2), stays, SNF
    AFTER_STAY = 25  # SNF days, hospice
    USE = 26  # ED visits, procedure, clinical values for quality, falls among ED visits
    EVENT_COURSE = 27  # cause, readmissions, month, timely follow-up
    PROCEDURE = 28  # cost (2), month, setting
    HIGH_NEEDS_ENTRY = 29  # month
    CODING = 30  # which conditions the year's claims miss, one bit each
    # Markets and the nation
    MARKET_LEVEL = 64
    MARKET_TREND = 65
    NATIONAL_DRIFT = 66
    NATIONAL_SHOCK = 67
    CATEGORY_TREND = 68
    # Practices, specialists and ACOs
    PRACTICE_TRAITS = 80
    SPECIALIST_TRAITS = 81
    REFERRALS = 82
    ACO_TRAITS = 83
    ACO_QUALITY = 84
    # Evidence, once a replicate
    PARAMETER = 96


class Key(NamedTuple):
    """The key of all draws of one replicate: 64 bits of seed and the replicate's number."""

    seed_low: np.uint64
    seed_high: np.uint64
    replicate: np.uint64


def make_key(seed: int, replicate: int) -> Key:
    """Return the key of a replicate.

    Parameters
    ----------
    seed : int
        Experiment seed, 0 to 2**64 - 1.
    replicate : int
        Number of the replicate, 0 to 2**32 - 1.

    Raises
    ------
    ValueError
        When either is outside its range.
    """
    if not 0 <= seed < 2**64:
        raise ValueError(f"seed must be between 0 and 2**64 - 1, not {seed}")
    if not 0 <= replicate < 2**32:
        raise ValueError(f"replicate must be between 0 and 2**32 - 1, not {replicate}")
    return Key(np.uint64(seed & 0xFFFFFFFF), np.uint64(seed >> 32), np.uint64(replicate))


@kernel
def philox4x32(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> Lanes:
    """Return the four 32-bit words of Philox4x32-10 for a counter and a key, all as uint64 below 2**32."""
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    key0, key1 = np.uint64(k0), np.uint64(k1)
    for _ in range(_ROUNDS):
        product0 = _MULTIPLIER_0 * x0
        product1 = _MULTIPLIER_1 * x2
        x0, x1, x2, x3 = (
            (product1 >> _WORD) ^ x1 ^ key0,
            product1 & _LOW,
            (product0 >> _WORD) ^ x3 ^ key1,
            product0 & _LOW,
        )
        key0 = (key0 + _WEYL_0) & _LOW
        key1 = (key1 + _WEYL_1) & _LOW
    return x0, x1, x2, x3


@kernel
def draw4(key: Key, agent: int, year: int, decision: int, number: int) -> Lanes:
    """Return four independent 32-bit words for (agent, year, decision, draw number)."""
    when_and_what = np.uint64(year) << np.uint64(16) | np.uint64(decision)
    return philox4x32(
        np.uint64(agent), when_and_what, np.uint64(number), key.seed_high, key.seed_low, key.replicate
    )


@kernel
def draw_two(key: Key, agent: int, year: int, first: int, second: int) -> tuple[Lanes, Lanes]:
    """Return what :func:`draw4` gives for two decisions, side by side: a processor does both at once."""
    key0, key1 = np.uint64(key.seed_low), np.uint64(key.replicate)
    when = np.uint64(year) << np.uint64(16)
    high = np.uint64(key.seed_high)
    a0, a1, a2, a3 = np.uint64(agent), when | np.uint64(first), np.uint64(0), high
    b0, b1, b2, b3 = np.uint64(agent), when | np.uint64(second), np.uint64(0), high
    for _ in range(_ROUNDS):
        p0, p1 = _MULTIPLIER_0 * a0, _MULTIPLIER_1 * a2
        q0, q1 = _MULTIPLIER_0 * b0, _MULTIPLIER_1 * b2
        a0, a1, a2, a3 = (p1 >> _WORD) ^ a1 ^ key0, p1 & _LOW, (p0 >> _WORD) ^ a3 ^ key1, p0 & _LOW
        b0, b1, b2, b3 = (q1 >> _WORD) ^ b1 ^ key0, q1 & _LOW, (q0 >> _WORD) ^ b3 ^ key1, q0 & _LOW
        key0 = (key0 + _WEYL_0) & _LOW
        key1 = (key1 + _WEYL_1) & _LOW
    return (a0, a1, a2, a3), (b0, b1, b2, b3)


@kernel
def draw_three(
    key: Key, agent: int, year: int, first: int, second: int, third: int
) -> tuple[Lanes, Lanes, Lanes]:
    """Return what :func:`draw4` gives for three decisions, side by side."""
    key0, key1 = np.uint64(key.seed_low), np.uint64(key.replicate)
    when = np.uint64(year) << np.uint64(16)
    high = np.uint64(key.seed_high)
    a0, a1, a2, a3 = np.uint64(agent), when | np.uint64(first), np.uint64(0), high
    b0, b1, b2, b3 = np.uint64(agent), when | np.uint64(second), np.uint64(0), high
    c0, c1, c2, c3 = np.uint64(agent), when | np.uint64(third), np.uint64(0), high
    for _ in range(_ROUNDS):
        p0, p1 = _MULTIPLIER_0 * a0, _MULTIPLIER_1 * a2
        q0, q1 = _MULTIPLIER_0 * b0, _MULTIPLIER_1 * b2
        r0, r1 = _MULTIPLIER_0 * c0, _MULTIPLIER_1 * c2
        a0, a1, a2, a3 = (p1 >> _WORD) ^ a1 ^ key0, p1 & _LOW, (p0 >> _WORD) ^ a3 ^ key1, p0 & _LOW
        b0, b1, b2, b3 = (q1 >> _WORD) ^ b1 ^ key0, q1 & _LOW, (q0 >> _WORD) ^ b3 ^ key1, q0 & _LOW
        c0, c1, c2, c3 = (r1 >> _WORD) ^ c1 ^ key0, r1 & _LOW, (r0 >> _WORD) ^ c3 ^ key1, r0 & _LOW
        key0 = (key0 + _WEYL_0) & _LOW
        key1 = (key1 + _WEYL_1) & _LOW
    return (a0, a1, a2, a3), (b0, b1, b2, b3), (c0, c1, c2, c3)


@kernel
def unit(word: int) -> float:
    """Turn one 32-bit word into a number strictly between 0 and 1."""
    # As signed integers, which processors turn into floats in one step.
    return float(np.int64(word)) * _UNIT_32 + _HALF_32


@kernel
def unit52(high: int, low: int) -> float:
    """Turn two 32-bit words into a 52-bit number strictly between 0 and 1, for heavy tails."""
    top = float(np.int64(np.uint64(high) >> _SHIFT_26))
    bottom = float(np.int64(np.uint64(low) >> _SHIFT_26))
    return (top * _WORD_26 + bottom + 0.5) * _UNIT_52


@kernel
def normal(u: float) -> float:
    """Return the standard normal quantile of `u` in (0, 1).

    Rational approximation of Wichura, "Algorithm AS 241", Applied Statistics 37 (1988), PPND16: relative
    error about 1e-16.
    """
    q = u - 0.5
    if abs(q) <= 0.425:
        r = 0.180625 - q * q
        top = 2509.0809287301226727 * r + 33430.575583588128105
        top = (
            ((top * r + 67265.770927008700853) * r + 45921.953931549871457) * r + 13731.693765509461125
        ) * r
        top = ((top + 1971.5909503065514427) * r + 133.14166789178437745) * r + 3.387132872796366608
        low = 5226.495278852545925 * r + 28729.085735721942674
        low = (((low * r + 39307.89580009271061) * r + 21213.794301586595867) * r + 5394.1960214247511077) * r
        low = ((low + 687.1870074920579083) * r + 42.313330701600911252) * r + 1.0
        return q * top / low
    tail = u if q < 0.0 else 1.0 - u
    r = math.sqrt(-math.log(tail))
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
    value = top / low
    return -value if q < 0.0 else value


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
        mass *= mean / count
        below += mass
    return count


@kernel
def binomial(u: float, trials: int, chance: float) -> int:
    """Return the binomial quantile of `u` (sequential search; for a few trials)."""
    if trials <= 0 or chance <= 0.0:
        return 0
    if chance >= 1.0:
        return trials
    odds = chance / (1.0 - chance)
    mass = 1.0
    for _ in range(trials):
        mass *= 1.0 - chance
    below = mass
    count = 0
    while u > below and count < trials:
        mass *= odds * (trials - count) / (count + 1)
        count += 1
        below += mass
    return count


def uniforms(key: Key, agents: np.ndarray, year: int, decision: Decision) -> np.ndarray:
    """Return four uniforms for each agent id, for the few hundred agents that are not beneficiaries.

    Returns
    -------
    ndarray of float64, shape (agents, 4)
    """
    out = np.empty((len(agents), 4))
    for i, agent in enumerate(agents):
        for lane, word in enumerate(draw4(key, int(agent), year, int(decision), 0)):
            out[i, lane] = unit(word)
    return out


def normals(key: Key, agents: np.ndarray, year: int, decision: Decision) -> np.ndarray:
    """Return four standard normals for each agent id; shape (agents, 4)."""
    draws = uniforms(key, agents, year, decision)
    for i in range(draws.shape[0]):
        for lane in range(4):
            draws[i, lane] = normal(draws[i, lane])
    return draws
