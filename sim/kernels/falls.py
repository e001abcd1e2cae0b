"""Falls prevention and cost-sharing support: who takes them up in an arm, and what they change in its care.

Both are offered by an ACO to people aligned to it. Where nobody is offered anything, and nobody has been, a
strip of people costs a look at its practices and at one column.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.kernels.codes import AGED_IN, NO_SUPPLEMENT, Kind, Sum
from sim.kernels.draws import Decision, Key, draw4, draw_rows, unit
from sim.kernels.health import Falls
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Array, Markets, People, Practices
from sim.kernels.quantiles import binomial
from sim.kernels.strip import Strip

# A course is kept by its year in a byte, 0 standing for none.
COURSES_SINCE = 2000
_PERSON_FALLS, _FALLS = int(Decision.PERSON_FALLS), int(Decision.FALLS)
_AGED_NON_DUAL = int(Kind.AGED_NON_DUAL)
_COURSES, _PROTECTED = int(Sum.FALLS_COURSES), int(Sum.FALLS_PROTECTED)
_PROTECTED_ED, _AVERTED_ED, _AVERTED_SPEND = (
    int(Sum.PROTECTED_ED_VISITS),
    int(Sum.AVERTED_ED_VISITS),
    int(Sum.AVERTED_SPEND),
)


@inlined
def offered_here(uptake: Array, market: Array, n: int, first_practice: Array) -> bool:
    """Return whether any practice of the markets of `n` people offers something."""
    most = 0.0
    for practice in range(first_practice[market[0]], first_practice[market[n - 1] + 1]):
        most = max(most, uptake[practice])
    return most > 0.0


@stage
def support_sharing(key: Key, n: int, markets: Markets, practices: Practices, strip: Strip) -> None:
    """Let people without a supplement whose cost sharing the ACO pays spend more on ambulatory care."""
    uptake, effect = practices.support_uptake, practices.support_effect
    row, traits, aligned, base_cents = strip.row, strip.traits, strip.aligned, strip.base_cents
    hit, hit_row, extra = strip.hit, strip.hit_row, strip.extra
    if n == 0 or not offered_here(uptake, strip.market, n, markets.first_practice):
        return
    hits = 0
    for k in range(n):
        to = aligned[k]
        hit[hits] = k
        hit_row[hits] = row[k]
        bare = (to >= 0) & (traits[k] & NO_SUPPLEMENT != 0) & (base_cents[k] > 0)
        hits += 1 if bare & (uptake[max(to, np.int64(0))] > 0.0) else 0
    draw_rows(key, hit_row, hits, 0, _PERSON_FALLS, 0, extra)
    for j in range(hits):
        k = hit[j]
        to = aligned[k]
        if unit(extra[4 * j + 2]) < uptake[to]:
            more: Any = base_cents[k] * effect[to]
            base_cents[k] = np.int64(more + 0.5)


@stage
def protect_from_falls(
    people: People,
    key: Key,
    year: int,
    n: int,
    markets: Markets,
    practices: Practices,
    falls: Falls,
    sums: Array,
    strip: Strip,
) -> int:
    """Note whom falls prevention protects, and return how many they are.

    Who is aligned on 1 January to an ACO that offers it, is 65 or over and at risk, and takes it up, begins a
    course then: one in a lifetime. It protects for some years, wherever the person goes. Whether somebody is
    at risk follows a draw that is made once, so that it is the same people year after year, and more of them
    as they come to need more care; so does whether somebody takes it up.
    """
    course, uptake = people.falls_course, practices.falls_uptake
    row, age, months, relative, aligned = strip.row, strip.age, strip.months, strip.relative, strip.aligned
    protected, sums_at = strip.protected, strip.sums_at
    hit, hit_row, extra, market = strip.hit, strip.hit_row, strip.extra, strip.market
    listed, begins = strip.listed, strip.kept
    for k in range(n):
        protected[k] = 0
    if n == 0:
        return 0
    begun = 0
    for i in range(np.int64(row[0]), np.int64(row[n - 1]) + 1):
        begun |= course[i]
    if begun == 0 and not offered_here(uptake, market, n, markets.first_practice):
        return 0
    now = year - COURSES_SINCE
    hits = found = some = 0
    for k in range(n):
        to = aligned[k]
        hit[hits] = k
        hit_row[hits] = row[k]
        concerned = (course[row[k]] > 0) | ((to >= 0) & (uptake[max(to, np.int64(0))] > 0.0))
        hits += 1 if concerned & (age[k] >= AGED_IN) & (months[k] > 0) else 0
    draw_rows(key, hit_row, hits, 0, _PERSON_FALLS, 0, extra)
    for j in range(hits):
        k = hit[j]
        had = course[hit_row[j]] > 0
        at_risk = unit(extra[4 * j]) < falls.at_risk + falls.at_risk_slope * relative[k]
        takes = unit(extra[4 * j + 1]) < uptake[max(aligned[k], np.int64(0))]
        listed[some] = k
        begins[some] = 0 if had else 1
        some += 1 if had | (at_risk & takes) else 0
    for j in range(some):
        k = listed[j]
        i = row[k]
        at = sums_at[k]
        if begins[j]:
            course[i] = now
            sums[at + _COURSES] += 1
        if now - np.int64(course[i]) >= falls.lasts:
            continue
        protected[k] = 1
        found += 1
        sums[at + _PROTECTED] += 1
    return found


@stage
def avert_fall_visits(
    key: Key,
    year: int,
    n: int,
    markets: Markets,
    practices: Practices,
    falls: Falls,
    sums: Array,
    strip: Strip,
) -> None:
    """Avert ED visits for falls of those whom prevention protects, and what these would have cost."""
    row, protected, ed_here, falls_here = strip.row, strip.protected, strip.ed_here, strip.falls_here
    base_cents, sums_at = strip.base_cents, strip.sums_at
    market, practice, level, efficiency = strip.market, strip.practice, markets.level, practices.efficiency
    for k in range(n):
        if protected[k] == 0 or falls_here[k] == 0:
            continue
        at = sums_at[k]
        left = binomial(unit(draw4(key, row[k], year, _FALLS, 0)[0]), falls_here[k], falls.ed_visits)
        averted = falls_here[k] - left
        ed_here[k] -= averted
        falls_here[k] = left
        sums[at + _PROTECTED_ED] += left
        sums[at + _AVERTED_ED] += averted
        price = falls.visit_cost * level[market[k], _AGED_NON_DUAL] * efficiency[practice[k]]
        one: Any = np.int64(price * 100.0 + 0.5)
        saved = min(base_cents[k], averted * one)
        base_cents[k] -= saved
        sums[at + _AVERTED_SPEND] += saved
