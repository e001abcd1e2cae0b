"""Which specialist leads an episode, and what the episode was expected to cost."""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.codes import CENTS_SQUARED, N_EPISODES, N_REFERRED_SUMS, NO_SUPPLEMENT, Kind, ReferredSum
from sim.kernels.draws import Decision, Key, draw4, unit, unit52
from sim.kernels.episodes import DIABETES_CHRONIC, HF_CHRONIC, RA_CHRONIC
from sim.kernels.health import Ambulatory, Conditions, Episodes, Events
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Array, Markets, Referrals
from sim.kernels.quantiles import normal
from sim.kernels.spending import chance_of_event
from sim.kernels.strip import Strip

# A procedure, three chronic ones, and an acute event as often as two factors of at most 2 can make it.
MOST_EPISODES = 9
_AGED_NON_DUAL = int(Kind.AGED_NON_DUAL)
_SPECIALIST = int(Decision.SPECIALIST)
_COUNT, _COST, _EXPECTED, _INPATIENT, _MONTH, _RELATED, _SQUARE = (int(one) for one in tuple(ReferredSum)[:7])
_FIRST_COUNT, _FIRST_RELATED, _FIRST_EXPECTED = (int(one) for one in tuple(ReferredSum)[7:])


@inlined
def pick_specialist(u: float, practice: int, specialty: int, cumulative: Array) -> int:
    """Return which of the practice's specialists of a specialty leads an episode, by a uniform draw."""
    below = 0
    for place in range(cumulative.shape[2] - 1):
        below += 1 if u >= cumulative[practice, specialty, place] else 0
    return below


@inlined
def whole_cents(dollars: float) -> int:
    """Return dollars as cents."""
    return int(dollars * 100.0 + 0.5)


@inlined
def overlap(of: int, month: int, other: int, other_month: int, before: Array, after: Array) -> bool:
    """Return whether the windows of two episodes touch; one without a month lasts all year."""
    if month == 0 or other_month == 0:
        return True
    apart = month - other_month
    earlier, later = (other, of) if apart >= 0 else (of, other)
    return bool(abs(apart) < after[earlier] + before[later])


@inlined
def mean_of(spread: float) -> float:
    """Return the mean of a log-normal factor whose log has mean 0 and so much spread."""
    return math.exp(0.5 * spread * spread)


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
    """Draw the specialist of every episode of the year and add it to the flattened `referred`.

    The practice aligned to refers, for people aligned to none the usual one. What an episode is expected to
    cost is its mean over the draws of its cost, in the market and for the person: with the person's lasting
    cost, conditions, months and death, without what practice or ACO change. For the event behind an episode,
    cause and occurrence are given; a year of heart failure contains acute events with their chance. People
    whose sums of care begin beyond `region` are those of the second region. Where windows of a person's
    episodes overlap, a procedure goes before an acute episode and both before a chronic one, then the earlier
    before the later; what nothing goes before is counted once more by itself.

    A measure counts services that belong to the episode. What it expects of them is ``related_known`` of the
    way from the mean of the kind in the market to the mean for the person; they are ``related_spread`` as far
    from that as all cost is from its mean, relatively, and vary by chance of their own besides.
    """
    level, cumulative = markets.level, referrals.share
    n_practices, n_referred = cumulative.shape[0], cumulative.shape[2]
    specialty, cause_kind, kept = of_episodes.specialty, of_episodes.cause_kind, of_episodes.share
    slope = acute.event_amount_slope
    row, kind, market, aligned, practice = strip.row, strip.kind, strip.market, strip.aligned, strip.practice
    sums_at = strip.sums_at
    uses, conditions, happened, months = strip.uses, strip.conditions, strip.happened, strip.months
    relative, share, traits, dies, had_event = (
        strip.relative,
        strip.share,
        strip.traits,
        strip.dies,
        strip.had_event,
    )
    base_cents, event_cents, procedure_cents = strip.base_cents, strip.event_cents, strip.procedure_cents
    kinds, costs, expected, settings, begins = (
        np.empty(MOST_EPISODES, np.int64),
        np.empty(MOST_EPISODES, np.int64),
        np.empty(MOST_EPISODES, np.int64),
        np.empty(MOST_EPISODES, np.int64),
        np.empty(MOST_EPISODES, np.int64),
    )
    first = np.empty(MOST_EPISODES, np.int64)
    before, after = of_episodes.months_before, of_episodes.months_after
    usual, known = of_episodes.usual_cost, of_episodes.related_known
    spread, luck = of_episodes.related_spread, of_episodes.related_luck
    for k in range(n):
        if months[k] == 0:
            continue
        price = level[market[k], kind[k]]
        has = (1 if conditions[k] & masks.heart_failure else 0) + (2 if conditions[k] & masks.copd else 0)
        mean_event = acute.event_share[kind[k]] * price * math.exp(slope * math.log(relative[k]))
        mean_event *= mean_of(acute.event_spread[kind[k]]) * (acute.death_amount if dies[k] else 1.0)
        number = 0
        which = strip.procedure[k]
        if which >= 0:
            kinds[number] = of_episodes.procedure_kind[which]
            costs[number] = procedure_cents[k]
            mean = of_episodes.procedure_cost[which] * level[market[k], _AGED_NON_DUAL]
            expected[number] = whole_cents(mean)
            settings[number] = strip.planned[k]
            begins[number] = strip.procedure_month[k]
            number += 1
        for _ in range(happened[k] if cause_kind[strip.event_cause[k]] >= 0 else 0):
            which = cause_kind[strip.event_cause[k]]
            kinds[number] = which
            costs[number] = np.int64(event_cents[k] // happened[k] * kept[which])
            expected[number] = whole_cents(mean_event * acute.cause_cost[strip.event_cause[k]] * kept[which])
            settings[number] = 1
            begins[number] = strip.event_month[k]
            number += 1
        if uses[k]:
            mean_base = ambulatory.base_share[kind[k]] * price * share[k] * relative[k]
            mean_base *= mean_of(ambulatory.base_spread[kind[k]])
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
        refers = aligned[k] if aligned[k] >= 0 else practice[k]
        half = (0 if aligned[k] >= 0 else 1) + (2 if sums_at[k] >= region else 0)
        for episode in range(number):
            of, cost = kinds[episode], costs[episode]
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
            first[episode] = 1
            for other in range(episode):
                if first[other] == 1 and overlap(
                    of, begins[episode], kinds[other], begins[other], before, after
                ):
                    first[episode] = 0
            place = pick_specialist(unit(draw[0]), refers, specialty[of], cumulative)
            at = ((half * n_practices + refers) * N_EPISODES + of) * n_referred + place
            at *= N_REFERRED_SUMS
            referred[at + _COUNT] += 1
            referred[at + _COST] += cost
            referred[at + _EXPECTED] += asked
            referred[at + _INPATIENT] += settings[episode]
            referred[at + _MONTH] += begins[episode]
            referred[at + _RELATED] += counted
            referred[at + _SQUARE] += counted * counted // CENTS_SQUARED
            referred[at + _FIRST_COUNT] += first[episode]
            referred[at + _FIRST_RELATED] += first[episode] * counted
            referred[at + _FIRST_EXPECTED] += first[episode] * asked
