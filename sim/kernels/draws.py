"""Counter-based random draws: Philox4x32-10 keyed by experiment and replicate, counted by who, when and what.

Every draw of a run is ``philox4x32(agent id, year and decision, draw number, high seed word; low seed word,
replicate)``: it has no state and no order, so threads, batches, resuming and other agents cannot change it.

The generator is the published Philox4x32-10 of Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as
easy as 1, 2, 3", SC'11; the tests hold it to that paper's known-answer vectors.
"""

from __future__ import annotations

from enum import IntEnum, unique
from typing import NamedTuple

import numpy as np

from sim.kernels.jit import inlined, kernel

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
    PERSON_ENTRY = 1  # year and month of entering, enrollment type, age
    PERSON_TRAITS = 2  # sex, Medicaid, supplement, origin in disability
    PERSON_LATENT = 3  # frailty (2), lasting cost (2)
    PERSON_CONDITIONS = 4  # conditions had at the start, four to a draw
    PERSON_PRACTICE = 5  # usual practice (2), High Needs before the history, without usual practice
    PERSON_FALLS = 6  # at risk of falls, takes prevention up, uses cost-sharing support
    PERSON_HOME_CARE = 10  # whether the person takes up a home-based programme
    PERSON_MEDICAID = 11  # full Medicaid benefits, and whether an arrangement with Medicaid covers the person
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
    SPECIALIST = 31  # who leads an episode, cost of what counts in it (2), how often; the number is its kind
    FALLS = 32  # ED visits for falls that prevention averts
    ATTESTING = 33  # month of a voluntary attestation
    HOME_CARE = 40  # whether one ED visit more or less is avoided
    # Markets and the nation
    MARKET_LEVEL = 64  # spending by enrollment type
    MARKET_TREND = 65  # growth of its own, each year
    NATIONAL_DRIFT = 66  # growth that stays beyond what is projected, once
    NATIONAL_SHOCK = 67  # growth of each year (2)
    MARKET_MIX = 69  # enrollment mix
    MARKET_RISK = 70  # mean risk by enrollment type
    MARKET_STATE = 76  # whether the market lies in a state that is a partner for Medicaid alignment
    # Practices, specialists and ACOs
    PRACTICE_TRAITS = 80  # size, efficiency
    SPECIALIST_TRAITS = 81  # efficiency
    REFERRALS = 82  # specialists referred to
    ACO_TRAITS = 83  # number of TINs; effect, survey, running cost, coding; efficiency in hindcasts
    SPECIALTY_REFERRALS = 84  # by specialty, which is the draw's number
    PRACTICE_DRIFT = 85  # each year
    ACO_DRIFT = 86  # each year
    CODING_DRIFT = 87  # of an ACO, each year
    TIN_LIST = 88  # each year: a practice leaves or joins, which ACO it joins, month in the year before
    CARA_REVIEW = 89  # of an ACO, in a contract's first year: whether CMS refuses changes; by kind of episode
    CARA_SIGNING = 90  # what a contract must be worth to a specialist, once and, by kind, each year
    CARA_ENDING = 91  # whether a specialist ends a contract, by kind of episode, each year
    TIN_INTAKE = 92  # of an ACO, each year: whether it takes in practices
    ACO_HABITS = 93  # of stays, readmissions and follow-up, and of clinical control
    PRACTICE_HABITS = 94  # the same
    ACO_EXIT = 104  # how readily it leaves its program, once; whether it does, each year
    # Evidence, once a replicate
    PARAMETER = 96  # each uncertain value
    # Finished results, drawn again for their error
    RESAMPLE = 112  # which replicates are taken


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


@inlined
def philox4x32(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> Lanes:
    """Return the four 32-bit words of Philox4x32-10 for a counter and a key, all as uint64 below 2**32."""
    x0, x1, x2, x3 = np.uint64(c0), np.uint64(c1), np.uint64(c2), np.uint64(c3)
    key0, key1 = np.uint64(k0), np.uint64(k1)
    # Words keep what lies above their 32 bits until they are multiplied or handed out: a multiplication of
    # 32 bits by 32 looks only at those, so that there it costs nothing to leave the rest out.
    for _ in range(_ROUNDS):
        product0 = _MULTIPLIER_0 * (x0 & _LOW)
        product1 = _MULTIPLIER_1 * (x2 & _LOW)
        x0, x1, x2, x3 = (
            (product1 >> _WORD) ^ x1 ^ key0,
            product1,
            (product0 >> _WORD) ^ x3 ^ key1,
            product0,
        )
        key0 = (key0 + _WEYL_0) & _LOW
        key1 = (key1 + _WEYL_1) & _LOW
    return x0 & _LOW, x1 & _LOW, x2 & _LOW, x3 & _LOW


@inlined
def draw4(key: Key, agent: int, year: int, decision: int, number: int) -> Lanes:
    """Return four independent 32-bit words for (agent, year, decision, draw number)."""
    when_and_what = np.uint64(year) << np.uint64(16) | np.uint64(decision)
    return philox4x32(
        np.uint64(agent), when_and_what, np.uint64(number), key.seed_high, key.seed_low, key.replicate
    )


@kernel
def draw_rows(
    key: Key, rows: np.ndarray, n: int, year: int, decision: int, number: int, words: np.ndarray
) -> None:
    """Write what :func:`draw4` gives for the first `n` of `rows` one after another into `words`.

    Compiled, several people are drawn for at once.
    """
    if number == 0:
        # The same once more: a number known to be 0 leaves work out of the first rounds.
        for k in range(n):
            a, b, c, d = draw4(key, rows[k], year, decision, 0)
            words[4 * k] = a
            words[4 * k + 1] = b
            words[4 * k + 2] = c
            words[4 * k + 3] = d
        return
    for k in range(n):
        a, b, c, d = draw4(key, rows[k], year, decision, number)
        words[4 * k] = a
        words[4 * k + 1] = b
        words[4 * k + 2] = c
        words[4 * k + 3] = d


@inlined
def unit(word: int) -> float:
    """Turn one 32-bit word into a number strictly between 0 and 1."""
    # As signed integers, which processors turn into floats in one step.
    return float(np.int64(word)) * _UNIT_32 + _HALF_32


@inlined
def unit52(high: int, low: int) -> float:
    """Turn two 32-bit words into a 52-bit number strictly between 0 and 1, for heavy tails."""
    top = float(np.int64(np.uint64(high) >> _SHIFT_26))
    bottom = float(np.int64(np.uint64(low) >> _SHIFT_26))
    return (top * _WORD_26 + bottom + 0.5) * _UNIT_52


def uniforms(key: Key, agents: np.ndarray, year: int, decision: Decision, number: int = 0) -> np.ndarray:
    """Return four uniforms for each agent id, for agents that are not beneficiaries.

    Returns
    -------
    ndarray of float64, shape (agents, 4)
    """
    out = np.empty((len(agents), 4))
    fill_uniforms(key, np.asarray(agents, np.int64), year, int(decision), number, out)
    return out


@kernel
def fill_uniforms(
    key: Key, agents: np.ndarray, year: int, decision: int, number: int, out: np.ndarray
) -> None:
    """Write four uniforms for each agent id into the rows of `out`."""
    for i in range(agents.shape[0]):
        a, b, c, d = draw4(key, agents[i], year, decision, number)
        out[i, 0] = unit(a)
        out[i, 1] = unit(b)
        out[i, 2] = unit(c)
        out[i, 3] = unit(d)
