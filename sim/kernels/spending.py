"""Spending of a year: ambulatory care, and an acute event that tends to come back."""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.choice import pick
from sim.kernels.codes import AGED_IN, LARGEST_CENTS, NO_SUPPLEMENT, Sum
from sim.kernels.draws import Decision, Key, draw_rows, unit, unit52
from sim.kernels.episodes import add_episode
from sim.kernels.health import Ambulatory, Conditions, Episodes, Events
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Array, Markets, Practices
from sim.kernels.quantiles import binomial, normal, normal_rows, poisson
from sim.kernels.strip import Strip

_EVENT_COST, _EVENT_COURSE = int(Decision.EVENT_COST), int(Decision.EVENT_COURSE)
_AFTER_STAY = int(Decision.AFTER_STAY)
_READMISSIONS, _SNF_DAYS, _EVENT_SNF, _EVENT_HOSPICE, _FALL_STAYS = (
    int(Sum.READMISSIONS),
    int(Sum.SNF_DAYS),
    int(Sum.EVENT_SNF),
    int(Sum.EVENT_HOSPICE),
    int(Sum.FALL_STAYS),
)
_FOLLOW_UPS_DUE, _FOLLOW_UPS_MADE = int(Sum.FOLLOW_UPS_DUE), int(Sum.FOLLOW_UPS_MADE)


@stage
def spend_on_ambulatory_care(
    n: int, markets: Markets, practices: Practices, ambulatory: Ambulatory, strip: Strip
) -> None:
    """Draw ambulatory spending, and note the level of prices and use that other spending shares."""
    market_level, efficiency = markets.level, practices.efficiency
    base_effects, base_spill, high_needs_effect = (
        practices.base_effect,
        practices.base_spill,
        practices.high_needs_effect,
    )
    base_share, base_spread = ambulatory.base_share, ambulatory.base_spread
    no_supplement = ambulatory.no_supplement
    kind, market, practice, aligned = strip.kind, strip.market, strip.practice, strip.aligned
    high_needs, share, relative, traits, uses = (
        strip.high_needs,
        strip.share,
        strip.relative,
        strip.traits,
        strip.uses,
    )
    base, level, cost, base_cents = strip.base, strip.level, strip.cost, strip.base_cents
    draw = strip.mean
    for k in range(n):
        at = aligned[k]
        level[k] = market_level[market[k], kind[k]] * efficiency[practice[k]]
        own, further, spilt = base_effects[max(at, 0)], high_needs_effect[max(at, 0)], base_spill[practice[k]]
        base[k] = (own * further if high_needs[k] else own) if at >= 0 else spilt
    normal_rows(cost, n, strip.hit, draw)
    for k in range(n):
        draw[k] = math.exp(base_spread[kind[k]] * draw[k])
    for k in range(n):
        amount = base_share[kind[k]] * level[k] * base[k] * share[k] * relative[k]
        amount *= draw[k]
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
def have_acute_events(
    key: Key,
    year: int,
    n: int,
    practices: Practices,
    masks: Conditions,
    acute: Events,
    of_episodes: Episodes,
    sums: Array,
    episodes: Array,
    strip: Strip,
) -> None:
    """Draw who has an acute event, its cause, stays, SNF days and cost; add them to the sums."""
    event_effects, event_spill, high_needs_effect = (
        practices.event_effect,
        practices.event_spill,
        practices.high_needs_effect,
    )
    event_share, event_spread, amount_slope = (
        acute.event_share,
        acute.event_spread,
        acute.event_amount_slope,
    )
    cause_share, cause_cost, cause_kind = acute.cause_share, acute.cause_cost, of_episodes.cause_kind
    episode_share = of_episodes.share
    heart_failure, copd = masks.heart_failure, masks.copd
    death_amount, stays_extra, readmission = acute.death_amount, acute.stays_extra, acute.readmission
    snf_chance, snf_length, hospice, follow_up = (
        acute.snf_chance,
        acute.snf_days,
        acute.hospice,
        acute.follow_up,
    )
    most_stays, most_snf_days = acute.most_stays, acute.most_snf_days
    first_fall, last_fall = acute.first_fall_cause, acute.last_fall_cause
    row, hit, hit_row, cost, extra, course = (
        strip.row,
        strip.hit,
        strip.hit_row,
        strip.cost,
        strip.extra,
        strip.course,
    )
    kind, age, aligned, practice, high_needs = (
        strip.kind,
        strip.age,
        strip.aligned,
        strip.practice,
        strip.high_needs,
    )
    share, relative, had_event, dies, conditions = (
        strip.share,
        strip.relative,
        strip.had_event,
        strip.dies,
        strip.conditions,
    )
    level, months, first_month, event_month = strip.level, strip.months, strip.first_month, strip.event_month
    sums_at, episodes_at, event_cause = strip.sums_at, strip.episodes_at, strip.event_cause
    stays, snf_days, cents, rest = strip.stays, strip.snf_days, strip.event_cents, strip.lost
    hits = 0
    for k in range(n):
        stays[k] = 0
        snf_days[k] = 0
        cents[k] = 0
        chance = chance_of_event(kind[k], relative[k], had_event[k], share[k], dies[k], acute)
        hit[hits] = k
        hit_row[hits] = row[k]
        hits += 1 if (months[k] > 0) & (unit(cost[4 * k + 2]) < chance) else 0
    draw_rows(key, hit_row, hits, year, _EVENT_COST, 0, extra)
    draw_rows(key, hit_row, hits, year, _EVENT_COURSE, 0, course)
    draw_rows(key, hit_row, hits, year, _AFTER_STAY, 0, rest)
    for j in range(hits):
        k = hit[j]
        at = sums_at[k]
        to = aligned[k]
        month = first_month[k] + int(months[k] * unit(course[4 * j + 2]))
        event_month[k] = month
        own, more, spilt = event_effects[max(to, 0)], high_needs_effect[max(to, 0)], event_spill[practice[k]]
        effect = (own * more if high_needs[k] else own) if to >= 0 else spilt
        has = (1 if conditions[k] & heart_failure else 0) + (2 if conditions[k] & copd else 0)
        cause = pick(unit(course[4 * j]), cause_share, has)
        event_cause[k] = cause
        amount = event_share[kind[k]] * level[k] * effect * cause_cost[cause]
        amount *= math.exp(
            amount_slope * math.log(relative[k])
            + event_spread[kind[k]] * normal(unit52(extra[4 * j], extra[4 * j + 1]))
        )
        amount *= death_amount if dies[k] else 1.0
        spent = min(np.int64(amount * 100.0 + 0.5), LARGEST_CENTS)
        cents[k] = spent
        further = poisson(unit(extra[4 * j + 2]), stays_extra, most_stays)
        stays[k] = 1 + further
        sums[at + _READMISSIONS] += binomial(unit(course[4 * j + 1]), further, readmission)
        snf = unit(extra[4 * j + 3]) < snf_chance
        if snf:
            days = 1 + int(-snf_length * math.log(unit(rest[4 * j])))
            snf_days[k] = min(most_snf_days, days)
            sums[at + _SNF_DAYS] += snf_days[k]
        if dies[k] and unit(rest[4 * j + 1]) < hospice:
            sums[at + _EVENT_HOSPICE] += spent
        elif snf:
            sums[at + _EVENT_SNF] += spent
        begins = cause_kind[cause]
        if begins >= 0:
            of_episode = np.int64(spent * episode_share[begins])
            add_episode(episodes, episodes_at[k], begins, of_episode, 1, month)
            if dies[k] == 0:
                sums[at + _FOLLOW_UPS_DUE] += 1
                if unit(course[4 * j + 3]) < follow_up:
                    sums[at + _FOLLOW_UPS_MADE] += 1
        if age[k] >= AGED_IN and cause >= first_fall and cause <= last_fall:
            sums[at + _FALL_STAYS] += 1
