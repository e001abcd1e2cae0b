"""Making people: everybody who is in Original Medicare at the start or enters later, one row each."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from sim.kernels.choice import pick_practice
from sim.kernels.codes import AGED_IN, DUAL, FEMALE, NO_SUPPLEMENT, ORIGINALLY_DISABLED, Kind
from sim.kernels.draws import Decision, Key, draw4, unit, unit52
from sim.kernels.jit import kernel, stage
from sim.kernels.layout import Array, Disease, Health, Markets, People
from sim.kernels.quantiles import normal
from sim.kernels.risk_score import community_scores
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
    no_supplement : float
        Share among people without Medicaid.
    frailty_spread, disease_cost_link : float
        Spread of the log hazard of disease; correlation of that and of the lasting cost factor.
    """

    first_year: int
    entry: Array
    mix: Array
    age: Array
    female: Array
    dual: Array
    originally_disabled: Array
    no_supplement: float
    frailty_spread: float
    disease_cost_link: float


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
    for first in range(start, stop, STRIP):
        n = min(STRIP, stop - first)
        make(people, first, n, key, origins, markets, disease, health, strip)
        community_scores(strip.mask, strip.segment, strip.demographic_at, n, disease, strip, strip.score)
        settle(people, first, n, key, markets, health, strip)
    return stop - start


@stage
def make(
    people: People,
    first: int,
    n: int,
    key: Key,
    origins: Origins,
    markets: Markets,
    disease: Disease,
    health: Health,
    strip: Strip,
) -> None:
    """Make the people of the strip, `n` rows from `first`: entry, age, traits, frailty, conditions."""
    for k in range(n):
        i = first + k
        market = np.int64(people.market[i])
        entry = draw4(key, i, 0, _PERSON_ENTRY, 0)
        year = origins.first_year + pick_below(unit(entry[0]), origins.entry)
        entrant = 1 if year > origins.first_year else 0
        people.entry_year[i] = year
        people.entry_month[i] = 1 + int(12.0 * unit(entry[1])) if entrant else 1
        kind = pick_below(unit(entry[2]), origins.mix[entrant, market])
        age = pick_below(unit(entry[3]), origins.age[entrant, kind])
        people.birth_year[i] = year - age

        draws = draw4(key, i, 0, _PERSON_TRAITS, 0)
        traits = FEMALE if unit(draws[0]) < origins.female[kind] else 0
        if unit(draws[1]) < origins.dual[kind]:
            traits |= DUAL
        elif unit(draws[2]) < origins.no_supplement:
            traits |= NO_SUPPLEMENT
        if unit(draws[3]) < origins.originally_disabled[kind]:
            traits |= ORIGINALLY_DISABLED
        people.traits[i] = traits

        draws = draw4(key, i, 0, _PERSON_LATENT, 0)
        frail = normal(unit52(draws[0], draws[1]))
        spread = origins.frailty_spread
        frailty = math.exp(spread * frail - 0.5 * spread * spread)
        link = origins.disease_cost_link
        people.frailty[i] = frailty
        lasting = link * frail + math.sqrt(1.0 - link * link) * normal(unit52(draws[2], draws[3]))
        spread = health.cost_spread
        people.cost_factor[i] = math.exp(spread * lasting - 0.5 * spread * spread)

        conditions = np.int64(0)
        hazard = frailty * markets.onset[market, kind]
        for block in range(disease.hazard.shape[0] // 4):
            draws = draw4(key, i, 0, _PERSON_CONDITIONS, block)
            for lane in range(4):
                c = 4 * block + lane
                if unit(draws[lane]) < 1.0 - math.exp(-hazard * disease.hazard[c, age]):
                    conditions |= np.int64(1) << np.int64(c)
        if kind == _ESRD:
            conditions |= health.esrd
        else:
            conditions &= ~health.esrd
        people.conditions[i] = conditions

        young = age < AGED_IN
        who = (1 if traits & FEMALE else 0) + (2 if traits & ORIGINALLY_DISABLED and not young else 0)
        segment = (2 if young else 0) + (1 if traits & DUAL else 0)
        strip.mask[k] = conditions
        strip.kind[k] = kind
        strip.segment[k] = segment
        strip.demographic_at[k] = (segment * 4 + who) * disease.demographic.shape[2] + age


@stage
def settle(
    people: People, first: int, n: int, key: Key, markets: Markets, health: Health, strip: Strip
) -> None:
    """Let the people of the strip, now scored, each pick a practice of the market."""
    for k in range(n):
        i = first + k
        needy = strip.mask[k] & health.high_needs_conditions != 0
        ill = strip.kind[k] != _ESRD and strip.score[k] >= health.high_needs_score
        draws = draw4(key, i, 0, _PERSON_PRACTICE, 0)
        people.practice[i] = pick_practice(
            np.int64(people.market[i]),
            1 if needy or ill else 0,
            draws[0],
            draws[1],
            markets.first_practice,
            markets.choice_share,
            markets.choice_other,
        )
