"""The course of disease in a year: conditions that begin, that pass, and that claims do not show."""

from __future__ import annotations

import numpy as np

from sim.kernels.choice import pick
from sim.kernels.draws import Decision, Key, draw_rows, unit
from sim.kernels.health import Conditions
from sim.kernels.jit import stage
from sim.kernels.layout import Disease, Markets, People
from sim.kernels.quantiles import poisson_rows
from sim.kernels.strip import Strip

_ONSET, _RECOVERY, _CODING = int(Decision.ONSET), int(Decision.RECOVERY), int(Decision.CODING)
MOST_ONSETS = 3  # each takes a word of one draw


@stage
def begin_conditions(
    people: People, key: Key, year: int, n: int, markets: Markets, disease: Disease, strip: Strip
) -> None:
    """Add this year's onsets to the conditions of 1 January.

    Each onset picks a condition; one that is already there changes nothing, which leaves every absent
    condition with exactly its own hazard.
    """
    frailty, market_onset = people.frailty, markets.onset
    onset_total, onset_pick = disease.onset_total, disease.onset_pick
    row, age, market, kind, life = strip.row, strip.age, strip.market, strip.kind, strip.life
    conditions, developed, expected = strip.conditions, strip.developed, strip.level
    hit, hit_row, u, mean, number, words = (
        strip.hit,
        strip.hit_row,
        strip.u,
        strip.mean,
        strip.number,
        strip.extra,
    )
    again, last = strip.kept, onset_pick.shape[1] - 1
    for k in range(n):
        developed[k] = conditions[k]
        expected[k] = onset_total[age[k]] * float(frailty[row[k]]) * market_onset[market[k], kind[k]]
    hits = 0
    for k in range(n):
        hit[hits] = k
        # Others have no onset: their word is below exp(-expected).
        hits += 1 if unit(life[4 * k + 3]) > 1.0 - expected[k] else 0
    for j in range(hits):
        hit_row[j] = row[hit[j]]
        u[j] = unit(life[4 * hit[j] + 3])
        mean[j] = expected[hit[j]]
    poisson_rows(u, mean, hits, MOST_ONSETS, strip.mass, strip.below, number)
    draw_rows(key, hit_row, hits, year, _ONSET, 0, words)
    for onset in range(MOST_ONSETS):
        left = 0
        for j in range(hits):
            again[left] = j
            left += 1 if number[j] > onset else 0
        for m in range(left):
            j = again[m]
            k = hit[j]
            picked = min(pick(unit(words[4 * j + onset]), onset_pick, age[k]), last)
            developed[k] |= np.int64(1) << picked


@stage
def hide_conditions(key: Key, year: int, n: int, halvings: int, strip: Strip) -> None:
    """Draw which of the conditions of 1 January the claims of the year before do not show.

    A condition stays hidden with a chance of one half to the power `halvings`.
    """
    lost, conditions, missing = strip.lost, strip.conditions, strip.missing
    draw_rows(key, strip.row, n, year, _CODING, 0, lost)
    for k in range(n):
        every = np.int64(lost[4 * k]) & np.int64(lost[4 * k + 1])
        if halvings > 2:
            every &= np.int64(lost[4 * k + 2])
        if halvings > 3:
            every &= np.int64(lost[4 * k + 3])
        missing[k] = every if conditions[k] else 0


@stage
def end_conditions(
    people: People, key: Key, year: int, n: int, disease: Disease, masks: Conditions, strip: Strip
) -> None:
    """End some of the passing conditions of 1 January, and write down what people have at the year's end."""
    all_conditions, recovery, recoverable = people.conditions, disease.recovery, masks.recoverable
    row, conditions, developed, hit = strip.row, strip.conditions, strip.developed, strip.hit
    hit_row, passing, gone, words = strip.hit_row, strip.mask, strip.kept, strip.extra
    ended, listed = strip.number, strip.listed
    some = 0
    for k in range(n):
        passes = conditions[k] & recoverable
        listed[some] = k
        passing[some] = passes
        all_conditions[row[k]] = developed[k]
        some += 1 if passes else 0
    for m in range(some):
        gone[m] = 0
    for block in range(recovery.shape[0] >> 2):
        of_block = np.int64(15) << (4 * block)
        hits = 0
        for m in range(some):
            hit[hits] = m
            hit_row[hits] = row[listed[m]]
            hits += 1 if passing[m] & of_block else 0
        draw_rows(key, hit_row, hits, year, _RECOVERY, block, words)
        bit = np.int64(1) << (4 * block)
        chance_0, chance_1, chance_2, chance_3 = (
            recovery[4 * block],
            recovery[4 * block + 1],
            recovery[4 * block + 2],
            recovery[4 * block + 3],
        )
        # Who has a condition of the block is looked at last: all four draws are compared at once.
        for j in range(hits):
            ends = bit if unit(words[4 * j]) < chance_0 else 0
            ends |= 2 * bit if unit(words[4 * j + 1]) < chance_1 else 0
            ends |= 4 * bit if unit(words[4 * j + 2]) < chance_2 else 0
            ends |= 8 * bit if unit(words[4 * j + 3]) < chance_3 else 0
            ended[j] = ends
        for j in range(hits):
            gone[hit[j]] |= ended[j]
    for m in range(some):
        k = listed[m]
        all_conditions[row[k]] = developed[k] & ~(passing[m] & gone[m])
