"""Whom programmes of an ACO serve: High Needs people at home, and duals whom Medicaid aligns to it.

All of it is worked out only where somebody asks for the sums of those who are served, and a strip of people
whom nobody would serve costs a look at its practices.
"""

from __future__ import annotations

import numpy as np

from sim.kernels.codes import (
    DUAL,
    LAST_MONTHS,
    N_CELLS,
    N_EPISODE_SUMS,
    N_EPISODES,
    N_SERVED_SUMS,
    N_SUMS,
    Cell,
    HomeOpen,
    Kind,
    ServedSum,
    Status,
    Sum,
)
from sim.kernels.draws import Decision, Key, draw4, unit
from sim.kernels.falls import offered_here
from sim.kernels.health import Episodes, HighNeeds
from sim.kernels.jit import stage
from sim.kernels.layout import Array, Markets, People, Practices
from sim.kernels.strip import Strip

_PERSON_HOME_CARE, _HOME_CARE = int(Decision.PERSON_HOME_CARE), int(Decision.HOME_CARE)
_PERSON_MEDICAID = int(Decision.PERSON_MEDICAID)
_NEEDY = int(Cell.HN_CLAIMS)
_AGED_NON_DUAL = int(Kind.AGED_NON_DUAL)
_ADVANTAGE = int(Status.ADVANTAGE)
_HOMEBOUND, _AFTER_STAY = int(HomeOpen.HOMEBOUND), int(HomeOpen.AFTER_STAY)
_ED, _FALL_ED, _PROTECTED_ED = (
    int(Sum.ED_VISITS),
    int(Sum.FALL_ED_VISITS),
    int(Sum.PROTECTED_ED_VISITS),
)
(
    _PERSONS,
    _MONTHS,
    _SPEND,
    _SAVED,
    _STAYS,
    _STAYS_SPARED,
    _ED_VISITS,
    _ED_SPARED,
    _DEATHS,
    _MOVED,
    _LAST_MONTHS,
    _LAST_SPEND,
    _LAST_SAVED,
    _MEDICAID_PERSONS,
    _MEDICAID_MONTHS,
    _FULL_DUAL_MONTHS,
) = (int(one) for one in ServedSum)
ONCE = 0  # the year of what is drawn of a person once


@stage
def align_by_medicaid(
    people: People, key: Key, n: int, markets: Markets, practices: Practices, strip: Strip
) -> None:
    """Align people with full Medicaid benefits, whom neither claims nor attestation align, by Medicaid.

    They are aligned to the practice they have this year, if an arrangement of its ACO with Medicaid covers
    them; whether it would is drawn once a person. People have been aligned by the other routes.
    """
    all_aligned, all_cell = people.aligned, people.cell
    covers, full_benefit, first_cell = practices.medicaid, practices.full_benefit, practices.medicaid_cell
    row, entering, traits, practice = strip.row, strip.entering, strip.traits, strip.practice
    category, cell, aligned, by_medicaid = strip.category, strip.cell, strip.aligned, strip.by_medicaid
    sums_at, episodes_at, hit = strip.sums_at, strip.episodes_at, strip.hit
    for k in range(n):
        by_medicaid[k] = 0
    if n == 0 or not offered_here(covers, strip.market, n, markets.first_practice):
        return
    hits = 0
    for k in range(n):
        hit[hits] = k
        free = (aligned[k] < 0) & (entering[k] == 0) & (traits[k] & DUAL != 0)
        hits += 1 if free & (covers[practice[k]] > 0.0) else 0
    for j in range(hits):
        k = hit[j]
        i, to = row[k], practice[k]
        full, covered, _, _ = draw4(key, i, ONCE, _PERSON_MEDICAID, 0)
        if unit(full) >= full_benefit[to] or unit(covered) >= covers[to]:
            continue
        here = category[k] + np.int64(first_cell[to])
        by_medicaid[k] = 1
        aligned[k] = to
        cell[k] = here
        all_aligned[i] = to
        all_cell[i] = here
        sums_at[k] = (to * N_CELLS + here) * N_SUMS
        episodes_at[k] = to * (N_EPISODES * N_EPISODE_SUMS)


@stage
def enrol_at_home(
    key: Key, n: int, markets: Markets, practices: Practices, criteria: HighNeeds, strip: Strip
) -> None:
    """Note who is in a home-based programme and what that makes of ambulatory spending, noted already.

    Of the High Needs people of 1 January to whom the programme is open those take part whose draw, once a
    person, says so: somebody who took part stays until death, a move, or another alignment.
    """
    share, opened = practices.home_care, practices.home_open
    effect, last_effect = practices.home_effect, practices.home_last_effect
    impairing = criteria.conditions
    row, aligned, category, conditions = strip.row, strip.aligned, strip.category, strip.conditions
    had_event, months, dies = strip.had_event, strip.months, strip.dies
    last_month, event_month = strip.last_month, strip.event_month
    at_home, fewer, factor = strip.at_home, strip.fewer_at_home, strip.at_home_factor
    base, base_cents, usual, effect_before = strip.base, strip.base_cents, strip.base_usual, strip.base_before
    event_saved, stays_spared, hit = strip.event_saved, strip.stays_spared, strip.hit
    for k in range(n):
        at_home[k] = 0
    if n == 0 or not offered_here(share, strip.market, n, markets.first_practice):
        return
    hits = 0
    for k in range(n):
        to = max(aligned[k], 0)
        open_to = np.int64(opened[to])
        impaired = conditions[k] & impairing != 0
        may = (open_to != _HOMEBOUND) | impaired
        may &= (open_to != _AFTER_STAY) | (had_event[k] != 0)
        may &= (aligned[k] >= 0) & (category[k] == _NEEDY) & (months[k] > 0) & (share[to] > 0.0)
        hit[hits] = k
        hits += 1 if may else 0
    for j in range(hits):
        k = hit[j]
        to = aligned[k]
        if unit(draw4(key, row[k], ONCE, _PERSON_HOME_CARE, 0)[0]) >= share[to]:
            continue
        at_home[k] = 1
        event_saved[k] = 0
        stays_spared[k] = 0
        here = months[k]
        last = min(here, LAST_MONTHS) if dies[k] else 0
        fewer[k] = last_effect[to] if event_month[k] > last_month[k] - last else effect[to]
        factor[k] = (effect[to] * (here - last) + last_effect[to] * last) / here
        usual[k] = base_cents[k]
        base_cents[k] = np.int64(base_cents[k] * factor[k] + 0.5)
        effect_before[k] = base[k]
        base[k] *= factor[k]


@stage
def count_served(
    people: People,
    key: Key,
    year: int,
    n: int,
    markets: Markets,
    practices: Practices,
    of_episodes: Episodes,
    sums: Array,
    served: Array,
    region: int,
    strip: Strip,
) -> None:
    """Add people in home-based programmes, and duals, to the flattened `served`; take ED visits avoided off.

    What a programme saves is what it would without falls prevention, which averts of what it leaves, all year
    alike; of ED visits, the programme spares of what prevention leaves. People whose sums of care begin
    beyond `region` are those of the second region.
    """
    all_status, all_spend = people.status, people.spend
    last_effect, ed_left, full_benefit = practices.home_last_effect, practices.home_ed, practices.full_benefit
    row, aligned, months, dies, traits = strip.row, strip.aligned, strip.months, strip.dies, strip.traits
    at_home, by_medicaid, effect_before = strip.at_home, strip.by_medicaid, strip.base_before
    factor, protected = strip.at_home_factor, strip.protected
    market_level, efficiency, costs = markets.level, practices.efficiency, of_episodes.procedure_cost
    market, practice = strip.market, strip.practice
    procedure, procedure_luck = strip.procedure, strip.procedure_luck
    times, answer = strip.procedure_times, strip.procedure_answer
    base_cents, procedure_cents, event_cents = strip.base_cents, strip.procedure_cents, strip.event_cents
    usual, event_saved, stays_spared = strip.base_usual, strip.event_saved, strip.stays_spared
    stays, happened, event_month, last_month = (
        strip.stays,
        strip.happened,
        strip.event_month,
        strip.last_month,
    )
    ed_here, falls_here, sums_at = strip.ed_here, strip.falls_here, strip.sums_at
    half = served.shape[0] // 2
    first_practice = markets.first_practice
    if n == 0 or not (
        offered_here(practices.home_care, market, n, first_practice)
        or offered_here(full_benefit, market, n, first_practice)
    ):
        return
    for k in range(n):
        to = aligned[k]
        here = months[k]
        if to < 0 or here == 0:
            continue
        i = row[k]
        at = to * N_SERVED_SUMS + (half if sums_at[k] >= region else 0)
        if (traits[k] & DUAL != 0) & (full_benefit[to] > 0.0):
            full = unit(draw4(key, i, ONCE, _PERSON_MEDICAID, 0)[0]) < full_benefit[to]
            served[at + _FULL_DUAL_MONTHS] += here if full else 0
            served[at + _MEDICAID_PERSONS] += by_medicaid[k]
            served[at + _MEDICAID_MONTHS] += here if by_medicaid[k] else 0
        if at_home[k] == 0:
            continue
        cheaper = np.int64(usual[k] * factor[k] + 0.5)
        saved = usual[k] - cheaper + event_saved[k]
        if procedure[k] >= 0:
            price = market_level[market[k], _AGED_NON_DUAL] * efficiency[practice[k]] * effect_before[k]
            without = np.int64(costs[procedure[k]] * price * procedure_luck[k] * answer[k] * 100.0 + 0.5)
            saved += without * times[k] - procedure_cents[k]
        visits = ed_here[k]
        seen = np.int64(ed_left[to] * visits + unit(draw4(key, i, year, _HOME_CARE, 0)[0]))
        sums[sums_at[k] + _ED] -= visits - seen
        falls = max(np.int64(0), falls_here[k] - seen)
        sums[sums_at[k] + _FALL_ED] -= falls
        sums[sums_at[k] + _PROTECTED_ED] -= falls if protected[k] else 0
        served[at + _PERSONS] += 1
        served[at + _MONTHS] += here
        served[at + _SPEND] += all_spend[i]
        served[at + _SAVED] += saved
        served[at + _STAYS] += stays[k] * happened[k]
        served[at + _STAYS_SPARED] += stays_spared[k]
        served[at + _ED_VISITS] += seen
        served[at + _ED_SPARED] += visits - seen
        served[at + _DEATHS] += dies[k]
        served[at + _MOVED] += 1 if all_status[i] == _ADVANTAGE else 0
        if dies[k]:
            last = min(here, LAST_MONTHS)
            before = usual[k] * last // here
            left = np.int64(before * last_effect[to] + 0.5)
            prevented = min(left, (cheaper - base_cents[k]) * last // here)
            late = event_month[k] > last_month[k] - last
            served[at + _LAST_MONTHS] += last
            served[at + _LAST_SPEND] += left - prevented + (event_cents[k] if late else 0)
            served[at + _LAST_SAVED] += before - left + (event_saved[k] if late else 0)
