"""Making people: everybody who is in Original Medicare at the start or enters later, one row each."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.kernels.choice import pick_practice
from sim.kernels.codes import DUAL, FEMALE, NO_PRACTICE, NO_SUPPLEMENT, ORIGINALLY_DISABLED, Kind
from sim.kernels.draws import Decision, Key, draw_rows, unit, unit52
from sim.kernels.health import Health, HighNeeds
from sim.kernels.jit import kernel, stage
from sim.kernels.layout import Array, Disease, Markets, People
from sim.kernels.quantiles import normal
from sim.kernels.risk_score import community_scores, place_scores
from sim.kernels.strip import STRIP, Strip

_ESRD = int(Kind.ESRD)
_PERSON_ENTRY = int(Decision.PERSON_ENTRY)
_PERSON_TRAITS = int(Decision.PERSON_TRAITS)
_PERSON_LATENT = int(Decision.PERSON_LATENT)
_PERSON_CONDITIONS = int(Decision.PERSON_CONDITIONS)
_PERSON_PRACTICE = int(Decision.PERSON_PRACTICE)


class Origins(NamedTuple):
    """Where people come from.

    Attributes
    ----------
    first_year : int
        Year of the people who are there at the start; entrants come in the years after.
    entry : float64, shape (years,)
        Cumulative share of rows by year of entry, the first being the people there at the start.
    mix : float64, shape (2, markets, kinds)
        Cumulative enrollment mix at the start and of entrants.
    age : float64, shape (2, kinds, ages)
        Cumulative age distribution at the start and of entrants.
    female, dual, originally_disabled : float64, shape (kinds,)
    no_supplement, no_practice : float
        Share among people without Medicaid; share of people without usual primary care.
    frailty_spread, disease_cost_link : float
        Spread of the log hazard of disease; correlation of that and of the lasting cost factor.
    frailty_lost, cost_lost : float64, shape (ages,)
        How far means of the two at an age lie below those of people who enter young, in spreads.
    high_needs_past : float64, shape (ages,)
        Cumulative hazard, for a person of average frailty, of having met a High Needs criterion before.
    """

    first_year: int
    entry: Array
    mix: Array
    age: Array
    female: Array
    dual: Array
    originally_disabled: Array
    no_supplement: float
    no_practice: float
    frailty_spread: float
    disease_cost_link: float
    frailty_lost: Array
    cost_lost: Array
    high_needs_past: Array


@kernel
def pick_below(u: float, cumulative: Array) -> int:
    """Return the first index whose cumulative share exceeds `u`, at most the last."""
    low = 0
    high = cumulative.shape[0] - 1
    while low < high:
        middle = (low + high) >> 1
        if u < cumulative[middle]:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def create(
    people: People,
    start: int,
    stop: int,
    key: Key,
    origins: Origins,
    markets: Markets,
    disease: Disease,
    health: Health,
    strip: Strip,
) -> int:
    """Make the people of rows ``start`` to ``stop``, whose market is set already; return how many.

    A person depends on the row's number and the market's tables only, never on how many others there are.
    """
    row = strip.row
    for first in range(start, stop, STRIP):
        n = min(STRIP, stop - first)
        for k in range(n):
            row[k] = first + k
        draw_entry(people, key, n, origins, strip)
        draw_traits(people, key, n, origins, markets, health.relative.spread, strip)
        draw_conditions(people, key, n, disease, health.conditions.kidney_failure, strip)
        place_scores(n, disease, strip)
        community_scores(strip.mask, strip.segment, strip.demographic_at, n, disease, strip, strip.score)
        draw_practice(people, key, n, origins, markets, health.high_needs, strip)
    return stop - start


@stage
def draw_entry(people: People, key: Key, n: int, origins: Origins, strip: Strip) -> None:
    """Draw year and month of entry, enrollment type and age of the `n` people listed."""
    all_market, entry_year, entry_month = people.market, people.entry_year, people.entry_month
    birth_year, entries, mix, ages = people.birth_year, origins.entry, origins.mix, origins.age
    first_year = origins.first_year
    row, market, kind, age, words = strip.row, strip.market, strip.kind, strip.age, strip.extra
    draw_rows(key, row, n, 0, _PERSON_ENTRY, 0, words)
    for k in range(n):
        i = row[k]
        here = np.int64(all_market[i])
        year = first_year + pick_below(unit(words[4 * k]), entries)
        entrant = 1 if year > first_year else 0
        enrolled_as = pick_below(unit(words[4 * k + 2]), mix[entrant, here])
        years = pick_below(unit(words[4 * k + 3]), ages[entrant, enrolled_as])
        entry_year[i] = year
        entry_month[i] = 1 + int(12.0 * unit(words[4 * k + 1])) if entrant else 1
        birth_year[i] = year - years
        market[k] = here
        kind[k] = enrolled_as
        age[k] = years


@stage
def draw_traits(
    people: People, key: Key, n: int, origins: Origins, markets: Markets, cost_spread: float, strip: Strip
) -> None:
    """Draw sex, Medicaid, supplement, origin, frailty and lasting cost; note the hazard of disease.

    People are made with a past: of those who were frail and costly when young fewer reach old age.
    """
    all_traits, all_frailty, all_cost = people.traits, people.frailty, people.cost_factor
    female, medicaid, disabled = origins.female, origins.dual, origins.originally_disabled
    no_supplement, onset = origins.no_supplement, markets.onset
    spread, link = origins.frailty_spread, origins.disease_cost_link
    frailty_lost, cost_lost = origins.frailty_lost, origins.cost_lost
    row, kind, age, market, traits, mean, words = (
        strip.row,
        strip.kind,
        strip.age,
        strip.market,
        strip.traits,
        strip.mean,
        strip.extra,
    )
    draw_rows(key, row, n, 0, _PERSON_TRAITS, 0, words)
    for k in range(n):
        woman = FEMALE if unit(words[4 * k]) < female[kind[k]] else 0
        poor = unit(words[4 * k + 1]) < medicaid[kind[k]]
        bare = NO_SUPPLEMENT if unit(words[4 * k + 2]) < no_supplement else 0
        origin = ORIGINALLY_DISABLED if unit(words[4 * k + 3]) < disabled[kind[k]] else 0
        traits[k] = woman | (DUAL if poor else bare) | origin
        all_traits[row[k]] = traits[k]
    draw_rows(key, row, n, 0, _PERSON_LATENT, 0, words)
    for k in range(n):
        frail = normal(unit52(words[4 * k], words[4 * k + 1]))
        lasting = link * frail + math.sqrt(1.0 - link * link) * normal(
            unit52(words[4 * k + 2], words[4 * k + 3])
        )
        frailty = math.exp(spread * (frail - frailty_lost[age[k]]) - 0.5 * spread * spread)
        all_frailty[row[k]] = frailty
        lasting -= cost_lost[age[k]]
        all_cost[row[k]] = math.exp(cost_spread * lasting - 0.5 * cost_spread * cost_spread)
        mean[k] = frailty * onset[market[k], kind[k]]


@stage
def draw_conditions(
    people: People, key: Key, n: int, disease: Disease, kidney_failure: int, strip: Strip
) -> None:
    """Draw the conditions that people enter with."""
    all_conditions, hazard = people.conditions, disease.hazard
    row, kind, age, mask, mean, hit, words = (
        strip.row,
        strip.kind,
        strip.age,
        strip.mask,
        strip.mean,
        strip.hit,
        strip.extra,
    )
    for k in range(n):
        mask[k] = 0
    for block in range(hazard.shape[0] // 4):
        draw_rows(key, row, n, 0, _PERSON_CONDITIONS, block, words)
        for lane in range(4):
            c = 4 * block + lane
            hits = 0
            for k in range(n):
                hit[hits] = k
                # A chance of 1 - exp(-x) is below x.
                hits += 1 if unit(words[4 * k + lane]) < mean[k] * hazard[c, age[k]] else 0
            for j in range(hits):
                k = hit[j]
                if unit(words[4 * k + lane]) < 1.0 - math.exp(-mean[k] * hazard[c, age[k]]):
                    mask[k] |= np.int64(1) << c
    for k in range(n):
        mask[k] = mask[k] | kidney_failure if kind[k] == _ESRD else mask[k] & ~kidney_failure
        all_conditions[row[k]] = mask[k]


@stage
def draw_practice(
    people: People, key: Key, n: int, origins: Origins, markets: Markets, criteria: HighNeeds, strip: Strip
) -> None:
    """Let the people, now scored, each pick a practice of the market; draw who was High Needs before.

    High Needs status once met is kept, so that people have it from years before the history begins.
    """
    practice, impairing, score_met = people.practice, criteria.conditions, criteria.score
    traits, without = people.traits, origins.no_practice
    needs, frailty, past, age = people.high_needs, people.frailty, origins.high_needs_past, strip.age
    first_practice, choice_share, choice_other = (
        markets.first_practice,
        markets.choice_share,
        markets.choice_other,
    )
    row, kind, market, mask, score, words = (
        strip.row,
        strip.kind,
        strip.market,
        strip.mask,
        strip.score,
        strip.extra,
    )
    draw_rows(key, row, n, 0, _PERSON_PRACTICE, 0, words)
    for k in range(n):
        ill = (kind[k] != _ESRD) & (score[k] >= score_met)
        # A chance of 1 - exp(-x) is below x.
        u, hazard = unit(words[4 * k + 2]), past[age[k]] * float(frailty[row[k]])
        before = u < 1.0 - math.exp(-hazard) if u < hazard else False
        needs[row[k]] = 1 if before else 0
        traits[row[k]] |= NO_PRACTICE if unit(words[4 * k + 3]) < without else 0
        panel = 1 if ill | (mask[k] & impairing != 0) | before else 0
        practice[row[k]] = pick_practice(
            market[k], panel, words[4 * k], words[4 * k + 1], first_practice, choice_share, choice_other
        )
