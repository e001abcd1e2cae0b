"""Which specialist leads an episode, and what the episode was expected to cost."""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.choice import pick_specialist
from sim.kernels.codes import (
    BY_SPECIALIST,
    CENTS_SQUARED,
    DIED_AT_ONCE,
    LEFT_BEFORE_END,
    N_EPISODES,
    N_REFERRED_SUMS,
    NO_SUPPLEMENT,
    WITH_ESRD,
    Kind,
    Listed,
    ReferredSum,
)
from sim.kernels.draws import Decision, Key, draw4, unit, unit52
from sim.kernels.episodes import DIABETES_CHRONIC, HF_CHRONIC, RA_CHRONIC
from sim.kernels.health import Ambulatory, Conditions, Episodes, Events
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Array, Markets, Referrals
from sim.kernels.quantiles import normal
from sim.kernels.spending import chance_of_event
from sim.kernels.strip import Strip

# Of a person in a year: a procedure as often as a factor of at most 2 can make it, three chronic ones, and an
# acute event as often as three such factors and a practice's habit, at most 5, can.
MOST_EPISODES = 45
_AGED_NON_DUAL = int(Kind.AGED_NON_DUAL)
EVERY_KIND = (1 << N_EPISODES) - 1  # listed one by one
_SPECIALIST = int(Decision.SPECIALIST)
_COUNT, _COST, _EXPECTED, _INPATIENT, _MONTH, _RELATED, _SQUARE = (int(one) for one in ReferredSum)
_AT_ROW, _AT_PRACTICE, _AT_KIND, _AT_PLACE, _AT_MONTH, _AT_EXPECTED, _AT_RELATED, _AT_STATE, _AT_SOURCE = (
    int(one) for one in Listed
)
_ESRD = int(Kind.ESRD)


@inlined
def whole_cents(dollars: float) -> int:
    """Return dollars as cents."""
    return int(dollars * 100.0 + 0.5)


@inlined
def state_of(month: int, last_month: int, dies: int, kind: int, months_after: float) -> int:
    """Return the bits of what became of the person of an episode; one without a month lasts all year."""
    state = WITH_ESRD if kind == _ESRD else 0
    if dies:
        return state | (DIED_AT_ONCE if month == last_month else 0)
    ends = min(month + months_after, 13.0) if month > 0 else 13.0
    return state | (LEFT_BEFORE_END if last_month + 1.0 < ends else 0)


@inlined
def mean_of(spread: Array) -> Array:
    """Return the means of log-normal factors whose logs have mean 0 and so much spread."""
    means = np.empty(spread.shape[0])
    for one in range(spread.shape[0]):
        means[one] = math.exp(0.5 * spread[one] * spread[one])
    return means


@stage
def refer_episodes(
    key: Key,
    year: int,
    n: int,
    markets: Markets,
    masks: Conditions,
    ambulatory: Ambulatory,
    acute: Events,
    of_episodes: Episodes,
    referrals: Referrals,
    referred: Array,
    region: int,
    strip: Strip,
) -> None:
    """Draw the specialist of the year's episodes; add them to the flattened `referred`, or list them.

    The practice aligned to refers, for people aligned to none the usual one. ``referrals.wanted`` says of
    whose people all episodes are added, and which kinds are listed one by one of people aligned to it. What
    an episode is expected to cost is its mean over the draws of its cost, in the market and for the person:
    with the person's lasting cost, conditions, months and death, without what practice or ACO change. For the
    event behind an episode, cause and occurrence are given; a year of heart failure contains acute events
    with their chance. People whose sums of care begin beyond `region` are those of the second region.

    A measure counts services that belong to the episode. What it expects of them is ``related_known`` of the
    way from the mean of the kind in the market to the mean for the person; they are ``related_spread`` as far
    from that as all cost is from its mean, relatively, and vary by chance of their own besides.
    """
    level, cumulative = markets.level, referrals.share
    n_practices, n_referred = cumulative.shape[0], cumulative.shape[2]
    specialty, cause_kind, kept = of_episodes.specialty, of_episodes.cause_kind, of_episodes.share
    slope = acute.event_amount_slope
    row, kind, market, aligned, practice = strip.row, strip.kind, strip.market, strip.aligned, strip.practice
    sums_at, dies = strip.sums_at, strip.dies
    uses, conditions, happened, months = strip.uses, strip.conditions, strip.happened, strip.months
    relative, share, traits, had_event = strip.relative, strip.share, strip.traits, strip.had_event
    base_cents, event_cents, procedure_cents = strip.base_cents, strip.event_cents, strip.procedure_cents
    kinds, costs, expected, settings, begins = (
        np.empty(MOST_EPISODES, np.int64),
        np.empty(MOST_EPISODES, np.int64),
        np.empty(MOST_EPISODES, np.int64),
        np.empty(MOST_EPISODES, np.int64),
        np.empty(MOST_EPISODES, np.int64),
    )
    after, all_wanted = of_episodes.months_after, referrals.wanted
    rows, listing = strip.episode_rows, strip.listing
    usual, known = of_episodes.usual_cost, of_episodes.related_known
    spread, luck = of_episodes.related_spread, of_episodes.related_luck
    event_mean, base_mean = mean_of(acute.event_spread), mean_of(ambulatory.base_spread)
    chronic = masks.diabetes | masks.heart_failure | masks.rheumatoid_arthritis
    for k in range(n):
        refers, touched = aligned[k] if aligned[k] >= 0 else practice[k], 1 if sums_at[k] >= region else 0
        wanted = all_wanted[touched, refers]
        booked = wanted & BY_SPECIALIST != 0
        if months[k] == 0 or not (booked or (aligned[k] >= 0 and wanted & EVERY_KIND)):
            continue
        price = level[market[k], kind[k]]
        has = (1 if conditions[k] & masks.heart_failure else 0) + (2 if conditions[k] & masks.copd else 0)
        acute_here = happened[k] > 0 and cause_kind[strip.event_cause[k]] >= 0
        mean_event = 0.0
        if acute_here or (uses[k] and has & 1):
            mean_event = acute.event_share[kind[k]] * price * math.exp(slope * math.log(relative[k]))
            mean_event *= event_mean[kind[k]] * (acute.death_amount if dies[k] else 1.0)
        number = 0
        which = strip.procedure[k]
        for _ in range(strip.procedure_times[k] if which >= 0 else 0):
            kinds[number] = of_episodes.procedure_kind[which]
            costs[number] = procedure_cents[k] // strip.procedure_times[k]
            mean = of_episodes.procedure_cost[which] * level[market[k], _AGED_NON_DUAL]
            expected[number] = whole_cents(mean)
            settings[number] = strip.planned[k]
            begins[number] = strip.procedure_month[k]
            number += 1
        for _ in range(happened[k] if acute_here else 0):
            which = cause_kind[strip.event_cause[k]]
            kinds[number] = which
            costs[number] = np.int64(event_cents[k] // happened[k] * kept[which])
            expected[number] = whole_cents(mean_event * acute.cause_cost[strip.event_cause[k]] * kept[which])
            settings[number] = 1
            begins[number] = strip.event_month[k]
            number += 1
        if uses[k] and conditions[k] & chronic:
            mean_base = ambulatory.base_share[kind[k]] * price * share[k] * relative[k]
            mean_base *= base_mean[kind[k]]
            mean_base *= ambulatory.no_supplement if traits[k] & NO_SUPPLEMENT else 1.0
            for which in (DIABETES_CHRONIC, HF_CHRONIC, RA_CHRONIC):
                mask = masks.diabetes if which == DIABETES_CHRONIC else masks.rheumatoid_arthritis
                mask = masks.heart_failure if which == HF_CHRONIC else mask
                if conditions[k] & mask == 0:
                    continue
                spent, mean = base_cents[k], mean_base
                if which == HF_CHRONIC:
                    spent += event_cents[k]
                    chance = chance_of_event(kind[k], relative[k], had_event[k], share[k], dies[k], acute)
                    mean += chance * mean_event * acute.mean_cost[has]
                kinds[number] = which
                costs[number] = np.int64(spent * kept[which])
                expected[number] = whole_cents(mean * kept[which])
                settings[number] = 0
                begins[number] = 0
                number += 1
        half = (0 if aligned[k] >= 0 else 1) + 2 * touched
        for episode in range(number):
            of, cost = kinds[episode], costs[episode]
            one_by_one = aligned[k] >= 0 and wanted >> of & 1
            if not (booked or one_by_one):
                continue
            draw = draw4(key, row[k], year, _SPECIALIST, of)
            price = usual[of] * level[market[k], _AGED_NON_DUAL] * 100.0
            related = known[of] * expected[episode] + (1.0 - known[of]) * price
            asked = np.int64(related + 0.5)
            if expected[episode] > 0:
                related *= 1.0 + spread[of] * (cost / expected[episode] - 1.0)
            if luck[of] > 0.0:
                z = normal(unit52(draw[1], draw[2]))
                related *= math.exp(luck[of] * z - 0.5 * luck[of] * luck[of])
            counted = np.int64(related + 0.5)
            place = pick_specialist(unit(draw[0]), refers, specialty[of], cumulative)
            if booked:
                at = ((half * n_practices + refers) * N_EPISODES + of) * n_referred + place
                at *= N_REFERRED_SUMS
                referred[at + _COUNT] += 1
                referred[at + _COST] += cost
                referred[at + _EXPECTED] += asked
                referred[at + _INPATIENT] += settings[episode]
                referred[at + _MONTH] += begins[episode]
                referred[at + _RELATED] += counted
                referred[at + _SQUARE] += counted * counted // CENTS_SQUARED
            if one_by_one:
                to = listing[0]
                listing[0] += 1
                if to >= rows.shape[0]:  # who takes the list sees that it is longer than its room
                    continue
                rows[to, _AT_ROW] = np.int64(row[k])
                rows[to, _AT_PRACTICE] = refers
                rows[to, _AT_KIND] = of
                rows[to, _AT_PLACE] = place
                rows[to, _AT_MONTH] = begins[episode]
                rows[to, _AT_EXPECTED] = asked
                rows[to, _AT_RELATED] = counted
                rows[to, _AT_STATE] = state_of(
                    begins[episode], strip.last_month[k], dies[k], kind[k], after[of]
                )
                rows[to, _AT_SOURCE] = listing[1] + touched
