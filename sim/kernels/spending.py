"""Spending of a year: ambulatory care, and an acute event that tends to come back.

What chance decides is drawn once; what it costs depends on practices, and is worked out in each arm.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from sim.kernels.choice import pick, pick_specialist
from sim.kernels.codes import AGED_IN, LARGEST_CENTS, NO_SUPPLEMENT, Sum
from sim.kernels.draws import Decision, Key, draw4, draw_rows, unit, unit52
from sim.kernels.episodes import PRICE, SNF_CARE, add_episode
from sim.kernels.health import Ambulatory, Conditions, Episodes, Events, Falls, Quality
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Array, Markets, Practices, Referrals
from sim.kernels.quantiles import binomial, normal, normal_rows, poisson
from sim.kernels.strip import Strip

_EVENT_COST, _EVENT_COURSE = int(Decision.EVENT_COST), int(Decision.EVENT_COURSE)
_AFTER_STAY, _SPECIALIST = int(Decision.AFTER_STAY), int(Decision.SPECIALIST)
_EVENT, _STAYS, _COMPLEX_STAYS, _DAYS_AWAY = (
    int(Sum.EVENT),
    int(Sum.STAYS),
    int(Sum.COMPLEX_STAYS),
    int(Sum.DAYS_AWAY),
)
_READMISSIONS, _SNF_DAYS, _EVENT_SNF, _EVENT_HOSPICE, _FALL_STAYS = (
    int(Sum.READMISSIONS),
    int(Sum.SNF_DAYS),
    int(Sum.EVENT_SNF),
    int(Sum.EVENT_HOSPICE),
    int(Sum.FALL_STAYS),
)
_PROTECTED_STAYS, _AVERTED_STAYS, _AVERTED_SPEND = (
    int(Sum.PROTECTED_STAYS),
    int(Sum.AVERTED_STAYS),
    int(Sum.AVERTED_SPEND),
)
_FOLLOW_UPS_DUE, _FOLLOW_UPS_MADE = int(Sum.FOLLOW_UPS_DUE), int(Sum.FOLLOW_UPS_MADE)

# Where people go after the stays of an event.
HOME, SNF, HOSPICE = 0, 1, 2


@stage
def draw_ambulatory(n: int, ambulatory: Ambulatory, strip: Strip) -> None:
    """Draw how far each person's ambulatory spending is from what is expected."""
    base_spread, kind, luck = ambulatory.base_spread, strip.kind, strip.luck
    normal_rows(strip.cost, n, strip.hit, luck)
    for k in range(n):
        luck[k] = math.exp(base_spread[kind[k]] * luck[k])


@stage
def price_ambulatory(
    n: int, markets: Markets, practices: Practices, ambulatory: Ambulatory, strip: Strip
) -> None:
    """Note ambulatory spending, and the level of prices and use that other spending shares."""
    market_level, efficiency = markets.level, practices.efficiency
    base_effects, base_spill, high_needs_effect = (
        practices.base_effect,
        practices.base_spill,
        practices.high_needs_effect,
    )
    base_share, no_supplement = ambulatory.base_share, ambulatory.no_supplement
    kind, market, practice, aligned = strip.kind, strip.market, strip.practice, strip.aligned
    high_needs, share, relative, traits, uses = (
        strip.high_needs,
        strip.share,
        strip.relative,
        strip.traits,
        strip.uses,
    )
    base, level, luck, base_cents = strip.base, strip.level, strip.luck, strip.base_cents
    for k in range(n):
        at = aligned[k]
        level[k] = market_level[market[k], kind[k]] * efficiency[practice[k]]
        own, further, spilt = base_effects[max(at, 0)], high_needs_effect[max(at, 0)], base_spill[practice[k]]
        base[k] = (own * further if high_needs[k] else own) if at >= 0 else spilt
    for k in range(n):
        amount = base_share[kind[k]] * level[k] * base[k] * share[k] * relative[k]
        amount *= luck[k]
        amount *= no_supplement if traits[k] & NO_SUPPLEMENT else 1.0
        base_cents[k] = np.int64(amount * 100.0 + 0.5) if uses[k] else 0


@inlined
def chance_of_event(
    kind: int, relative: float, had_event: int, share: float, dies: int, acute: Events
) -> float:
    """Return the chance that a person has an acute event in the share of the year enrolled."""
    slope = acute.event_slope
    chance: float = acute.event_chance[kind] * (1.0 - slope + slope * relative)
    chance += acute.event_carry * (1.0 - chance) if had_event else 0.0
    chance *= share
    return max(chance, acute.death_event) if dies else chance


@stage
def draw_events(key: Key, year: int, n: int, masks: Conditions, acute: Events, strip: Strip) -> None:
    """Draw who has an acute event, its cause, month, stays, SNF days and what follows, and its luck."""
    event_spread, amount_slope = acute.event_spread, acute.event_amount_slope
    cause_share = acute.cause_share
    heart_failure, copd = masks.heart_failure, masks.copd
    stays_extra = acute.stays_extra
    snf_chance, snf_length, hospice = acute.snf_chance, acute.snf_days, acute.hospice
    most_stays, most_snf_days = acute.most_stays, acute.most_snf_days
    row, hit, hit_row, cost, extra, course = (
        strip.row,
        strip.hit,
        strip.hit_row,
        strip.cost,
        strip.extra,
        strip.course,
    )
    kind, share, relative, had_event, dies, conditions = (
        strip.kind,
        strip.share,
        strip.relative,
        strip.had_event,
        strip.dies,
        strip.conditions,
    )
    months, first_month, event_month, event_cause = (
        strip.months,
        strip.first_month,
        strip.event_month,
        strip.event_cause,
    )
    stays, snf_days, ending, readmission, follow_up = (
        strip.stays,
        strip.snf_days,
        strip.ending,
        strip.readmission,
        strip.follow_up,
    )
    luck, rest, averted, sent_home = strip.event_luck, strip.lost, strip.averted, strip.sent_home
    hits = 0
    for k in range(n):
        stays[k] = 0
        snf_days[k] = 0
        chance = chance_of_event(kind[k], relative[k], had_event[k], share[k], dies[k], acute)
        hit[hits] = k
        hit_row[hits] = row[k]
        hits += 1 if (months[k] > 0) & (unit(cost[4 * k + 2]) < chance) else 0
    draw_rows(key, hit_row, hits, year, _EVENT_COST, 0, extra)
    draw_rows(key, hit_row, hits, year, _EVENT_COURSE, 0, course)
    draw_rows(key, hit_row, hits, year, _AFTER_STAY, 0, rest)
    for j in range(hits):
        k = hit[j]
        event_month[k] = first_month[k] + int(months[k] * unit(course[4 * j + 2]))
        has = (1 if conditions[k] & heart_failure else 0) + (2 if conditions[k] & copd else 0)
        event_cause[k] = pick(unit(course[4 * j]), cause_share, has)
        luck[k] = math.exp(
            amount_slope * math.log(relative[k])
            + event_spread[kind[k]] * normal(unit52(extra[4 * j], extra[4 * j + 1]))
        )
        further = poisson(unit(extra[4 * j + 2]), stays_extra, most_stays)
        stays[k] = 1 + further
        readmission[k] = unit(course[4 * j + 1])
        snf = unit(extra[4 * j + 3]) < snf_chance
        if snf:
            days = 1 + int(-snf_length * math.log(unit(rest[4 * j])))
            snf_days[k] = min(most_snf_days, days)
        ending[k] = HOSPICE if dies[k] and unit(rest[4 * j + 1]) < hospice else (SNF if snf else HOME)
        follow_up[k] = unit(course[4 * j + 3])
        averted[k] = unit(rest[4 * j + 2])
        sent_home[k] = unit(rest[4 * j + 3])


@stage
def price_events(
    key: Key,
    year: int,
    n: int,
    practices: Practices,
    acute: Events,
    of_episodes: Episodes,
    quality: Quality,
    prevention: Falls,
    referrals: Referrals,
    serves: bool,
    sums: Array,
    episodes: Array,
    strip: Strip,
) -> int:
    """Note which acute events happen in the arm and what they cost; add what follows to the sums.

    Of the events drawn, each happens as often as its draw and the practice's factor on stays say: not at all,
    once, or again. So with SNF care after it. Where there are home-based programmes (`serves`), people in one
    have fewer, and falls of people whom prevention protects are fewer still. Returns for how many people it
    would not be once without these two; they are listed.
    """
    event_effects, event_spill, high_needs_effect = (
        practices.event_effect,
        practices.event_spill,
        practices.high_needs_event_effect,
    )
    fewer, fewer_spill, fewer_needy = practices.stays, practices.stays_spill, practices.high_needs_stays
    home, home_spill, home_needy = practices.snf, practices.snf_spill, practices.high_needs_snf
    habit = practices.stays_habit
    snf_part, averted, sent_home = acute.snf_part, strip.averted, strip.sent_home
    happened, at_home, fewer_at_home = strip.happened, strip.at_home, strip.fewer_at_home
    event_saved, stays_spared = strip.event_saved, strip.stays_spared
    several, complex_from, stay_days = strip.several, quality.complex_conditions, quality.stay_days
    event_share, cause_cost, death_amount = acute.event_share, acute.cause_cost, acute.death_amount
    cause_kind, episode_share = of_episodes.cause_kind, of_episodes.share
    first_fall, last_fall = acute.first_fall_cause, acute.last_fall_cause
    fewer_falls, protected = prevention.stays, strip.protected
    kind, age, aligned, practice, high_needs, dies = (
        strip.kind,
        strip.age,
        strip.aligned,
        strip.practice,
        strip.high_needs,
        strip.dies,
    )
    level, event_month, event_cause, luck = (
        strip.level,
        strip.event_month,
        strip.event_cause,
        strip.event_luck,
    )
    stays, snf_days, ending, readmission, follow_up = (
        strip.stays,
        strip.snf_days,
        strip.ending,
        strip.readmission,
        strip.follow_up,
    )
    readmission_chance, follow_up_chance = practices.readmission, practices.follow_up
    sums_at, episodes_at, cents, hit = strip.sums_at, strip.episodes_at, strip.event_cents, strip.hit
    answers, cumulative, specialty = practices.answers, referrals.share, of_episodes.specialty
    changed, listed, usual_stays = 0, strip.listed, strip.usual_stays
    hits = 0
    for k in range(n):
        cents[k] = 0
        happened[k] = 0
        hit[hits] = k
        hits += 1 if stays[k] else 0
    for j in range(hits):
        k = hit[j]
        at = sums_at[k]
        to = aligned[k]
        who, seen = max(to, 0), practice[k]
        needy = high_needs[k] != 0
        own = event_effects[who] * (high_needs_effect[who] if needy else 1.0)
        rate = fewer[who] * (fewer_needy[who] if needy else 1.0)
        snf_rate = home[who] * (home_needy[who] if needy else 1.0)
        effect = own if to >= 0 else event_spill[seen]
        rate = (rate if to >= 0 else fewer_spill[seen]) * habit[seen]
        times = int(rate + averted[k])
        usual = times
        usual_stays[k] = stays[k] * usual
        listed[changed] = k
        changed += 1 if usual != 1 else 0
        if serves and at_home[k]:
            rate *= fewer_at_home[k]
            times = int(rate + averted[k])
        cause = event_cause[k]
        fall = (age[k] >= AGED_IN) & (cause >= first_fall) & (cause <= last_fall)
        otherwise = times
        if fall and protected[k]:
            times = int(fewer_falls * rate + averted[k])
            sums[at + _PROTECTED_STAYS] += times
            sums[at + _AVERTED_STAYS] += otherwise - times
        happened[k] = times
        if max(times, otherwise, usual) == 0:
            continue
        begins = cause_kind[cause]
        answer, snf_answer = 1.0, 1.0
        if answers.shape[0] > 0 and to >= 0 and begins >= 0:
            draw = draw4(key, strip.row[k], year, _SPECIALIST, begins)
            place = pick_specialist(unit(draw[0]), to, specialty[begins], cumulative)
            answer = answers[to, begins, place, PRICE]
            snf_answer = answers[to, begins, place, SNF_CARE]
        after = int((snf_rate if to >= 0 else home_spill[seen]) * snf_answer + sent_home[k])
        amount = event_share[kind[k]] * level[k] * effect * cause_cost[cause]
        amount *= luck[k]
        amount *= death_amount if dies[k] else 1.0
        amount *= answer
        amount *= 1.0 + snf_part * (after - 1.0) if ending[k] == SNF else 1.0
        one: Any = min(np.int64(amount * 100.0 + 0.5), LARGEST_CENTS)
        spent = min(one * times, LARGEST_CENTS)
        cents[k] = spent
        before = min(one * otherwise, LARGEST_CENTS)
        if otherwise != times:
            sums[at + _AVERTED_SPEND] += before - spent
        if usual != otherwise:
            event_saved[k] = min(one * usual, LARGEST_CENTS) - before
            stays_spared[k] = stays[k] * (usual - otherwise)
        if times == 0:
            continue
        stayed, in_snf = stays[k] * times, snf_days[k] * times * after
        sums[at + _EVENT] += spent
        sums[at + _STAYS] += stayed
        if stays[k] > 1:
            readmitted = binomial(readmission[k], stays[k] - 1, readmission_chance[seen])
            sums[at + _READMISSIONS] += readmitted * times
        sums[at + _SNF_DAYS] += in_snf
        sums[at + _EVENT_HOSPICE] += spent if ending[k] == HOSPICE else 0
        sums[at + _EVENT_SNF] += spent if (ending[k] == SNF) & (after > 0) else 0
        if begins >= 0:
            of_episode = np.int64(one * episode_share[begins])
            for _ in range(times):
                add_episode(episodes, episodes_at[k], begins, of_episode, 1, event_month[k])
            if dies[k] == 0:
                sums[at + _FOLLOW_UPS_DUE] += times
                sums[at + _FOLLOW_UPS_MADE] += times if follow_up[k] < follow_up_chance[seen] else 0
        if fall:
            sums[at + _FALL_STAYS] += times
        ill_several_ways = several[k] >= complex_from
        sums[at + _COMPLEX_STAYS] += stayed if ill_several_ways else 0
        sums[at + _DAYS_AWAY] += in_snf + np.int64(stay_days * stayed) if ill_several_ways else 0
    return changed
