"""One fused beneficiary-year: life events, alignment, health, use, spending and exact sums in one pass.

The function is serial and releases the GIL; :mod:`sim.kernels.chunks` runs it over fixed chunks on a thread
pool. Sums are integers (cents, months, millionths of score), so their order cannot change a result.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.alignment import plurality
from sim.kernels.draws import Decision, Key, binomial, draw4, normal, poisson, unit, unit52
from sim.kernels.jit import inlined, kernel
from sim.kernels.layout import (
    AGED_IN,
    DUAL,
    FEMALE,
    NO_SUPPLEMENT,
    OLDEST,
    RISK_UNIT,
    Array,
    Disease,
    Health,
    Kind,
    Markets,
    People,
    Practices,
    Status,
    Sum,
)
from sim.kernels.risk_score import community_score, esrd_score

_FUTURE, _ENROLLED, _ADVANTAGE, _DEAD = (int(status) for status in Status)
_ESRD, _DISABLED, _AGED_DUAL, _AGED_NON_DUAL = (int(kind) for kind in Kind)
_LIFE, _LEAVING, _ONSET, _RECOVERY = (
    int(Decision.LIFE),
    int(Decision.LEAVING),
    int(Decision.ONSET),
    int(Decision.RECOVERY),
)
_CARE, _PRACTICE_CHOICE, _OTHER_PRACTICE = (
    int(Decision.CARE),
    int(Decision.PRACTICE_CHOICE),
    int(Decision.OTHER_PRACTICE),
)
_COST, _EVENT_COST, _SNF_DAYS = int(Decision.COST), int(Decision.EVENT_COST), int(Decision.SNF_DAYS)
_PERSONS, _MONTHS, _SPEND, _EVENT, _REFERENCE = (
    int(Sum.PERSONS),
    int(Sum.MONTHS),
    int(Sum.SPEND),
    int(Sum.EVENT),
    int(Sum.REFERENCE),
)
_TRUE_RISK, _CODED_RISK, _STAYS, _DEATHS = (
    int(Sum.TRUE_RISK),
    int(Sum.CODED_RISK),
    int(Sum.STAYS),
    int(Sum.DEATHS),
)
_MOST_ONSETS = 3
_MOST_VISITS = 40
_MOST_STAYS = 12
_MOST_SNF_DAYS = 100  # the Part A limit of a benefit period
_LARGEST_RELATIVITY = 12.0
_LARGEST_CENTS = 2_000_000_000


@inlined
def pick_practice(
    market: int,
    panel: int,
    where: int,
    which: int,
    first_practice: Array,
    choice_share: Array,
    choice_other: Array,
) -> int:
    """Return a practice of the market, drawn from its alias table with two 32-bit words."""
    first = first_practice[market]
    practice: int = first + int(unit(where) * (first_practice[market + 1] - first))
    if unit(which) < choice_share[panel, practice]:
        return practice
    other: int = choice_other[panel, practice]
    return other


@inlined
def onsets(key: Key, i: int, year: int, number: int, conditions: int, age: int, onset_pick: Array) -> int:
    """Return the conditions after this year's `number` of onsets.

    Each onset picks a condition; one that is already there changes nothing, which leaves every absent
    condition with exactly its own hazard.
    """
    found: int = conditions
    if number > 0:
        words = draw4(key, i, year, _ONSET, 0)
        for n in range(number):
            u = unit(words[0] if n == 0 else (words[1] if n == 1 else words[2]))
            low = 0
            high = onset_pick.shape[1] - 1
            while low < high:
                middle = (low + high) >> 1
                if u < onset_pick[age, middle]:
                    high = middle
                else:
                    low = middle + 1
            found |= 1 << low
    return found


@inlined
def recoveries(key: Key, i: int, year: int, passing: int, recovery: Array) -> int:
    """Return the mask of passing conditions that end this year."""
    ended = 0
    k = 0
    while passing >> k:
        if (passing >> k) & 1:
            words = draw4(key, i, year, _RECOVERY, k >> 2)
            lane = k & 3
            word = (
                words[0] if lane == 0 else (words[1] if lane == 1 else (words[2] if lane == 2 else words[3]))
            )
            if unit(word) < recovery[k]:
                ended |= 1 << k
        k += 1
    return ended


@kernel
def live_year(
    people: People,
    start: int,
    stop: int,
    year: int,
    key: Key,
    markets: Markets,
    practices: Practices,
    disease: Disease,
    health: Health,
    reference_spend: Array,
    sums: Array,
) -> int:
    """Live one year for rows ``start`` to ``stop`` (exclusive), changing columns and adding to `sums`.

    Parameters
    ----------
    people : People
        Columns; rows outside the range are neither read nor written.
    start, stop : int
        Range of rows.
    year : int
        Calendar year.
    key : Key
        Replicate's key.
    markets, practices, disease, health
        This year's tables.
    reference_spend : int32, shape (people,) or (0,)
        Cents the same people spent this year in the reference arm; empty in the reference arm itself.
    sums : int64, shape (practices + markets, cells, sums)
        Added to: by practice aligned to, or by market for people aligned to none.

    Returns
    -------
    int
        People enrolled for at least a month.
    """
    # Unpacked once: an array inside a named tuple would be reference-counted at every use.
    birth_year = people.birth_year
    entry_year = people.entry_year
    entry_month = people.entry_month
    all_traits = people.traits
    home = people.market
    frailty = people.frailty
    cost_factor = people.cost_factor
    all_status = people.status
    all_conditions = people.conditions
    needs = people.high_needs
    had_event = people.event
    all_admissions = people.admissions
    all_snf_days = people.snf_days
    usual = people.practice
    all_attested = people.attested
    last_main = people.last_main
    last_other = people.last_other
    last_main_visits = people.last_main_visits
    last_other_visits = people.last_other_visits
    older_main = people.older_main
    older_other = people.older_other
    older_main_visits = people.older_main_visits
    older_other_visits = people.older_other_visits
    all_aligned = people.aligned
    all_cell = people.cell
    all_months = people.months
    all_spend = people.spend
    all_risk = people.risk
    market_level = markets.level
    market_onset = markets.onset
    first_practice = markets.first_practice
    choice_share = markets.choice_share
    choice_other = markets.choice_other
    efficiency = practices.efficiency
    base_effects = practices.base_effect
    event_effects = practices.event_effect
    base_spill = practices.base_spill
    event_spill = practices.event_spill
    high_needs_effect = practices.high_needs_effect
    coding_factor = practices.coding
    attest_chance = practices.attest
    onset_total = disease.onset_total
    onset_pick = disease.onset_pick
    recovery = disease.recovery
    score_table = disease.score
    cost_table = disease.cost
    counted = disease.counted
    demographic = disease.demographic
    count_value = disease.count_value
    parent = disease.parent
    children = disease.children
    pair_a = disease.pair_a
    pair_b = disease.pair_b
    pair_value = disease.pair_value
    esrd_table = disease.esrd_score
    esrd_demographic = disease.esrd_demographic
    death_table, mortality_level = health.mortality, health.mortality_level
    switch_out, age_cost = health.switch_out, health.age_cost
    n_practices = efficiency.shape[0]
    lived = 0
    for i in range(start, stop):
        status = np.int64(all_status[i])
        all_months[i] = 0
        all_spend[i] = 0
        if status == _DEAD:
            continue
        first_month = np.int64(1)
        entering = False
        if status == _FUTURE:
            if entry_year[i] != year:
                continue
            status = np.int64(_ENROLLED)
            entering = True
            first_month = np.int64(entry_month[i])

        age = min(np.int64(year) - np.int64(birth_year[i]), np.int64(OLDEST))
        traits = np.int64(all_traits[i])
        sex = 1 if traits & FEMALE else 0
        dual = 1 if traits & DUAL else 0
        conditions = np.int64(all_conditions[i])
        hazard = float(frailty[i])
        market = np.int64(home[i])
        if conditions & health.esrd:
            kind = _ESRD
        elif age < AGED_IN:
            kind = _DISABLED
        else:
            kind = _AGED_DUAL if dual else _AGED_NON_DUAL
        expected_onsets = onset_total[age] * hazard * market_onset[market]
        life = draw4(key, i, year, _LIFE, 0)
        number = poisson(unit(life[3]), expected_onsets, _MOST_ONSETS)
        mortality = death_table[sex, age] * mortality_level[kind, age]

        if status == _ADVANTAGE:
            all_conditions[i] = onsets(key, i, year, number, conditions, age, onset_pick)
            if unit(life[0]) < mortality:
                all_status[i] = _DEAD
            elif unit(life[2]) < health.switch_back:
                all_status[i] = _ENROLLED
            continue

        # What is known on 1 January: the prospective score, High Needs status and alignment.
        if kind == _ESRD:
            score = esrd_score(conditions, sex, age, esrd_table, esrd_demographic)
        else:
            score = community_score(
                conditions,
                traits,
                sex,
                age,
                score_table,
                counted,
                demographic,
                count_value,
                parent,
                children,
                pair_a,
                pair_b,
                pair_value,
            )
        all_risk[i] = score
        admissions = np.int64(all_admissions[i])
        high_needs = np.int64(needs[i])
        if high_needs == 0 and (
            conditions & health.high_needs_conditions
            or (kind != _ESRD and score >= health.high_needs_score)
            or (
                kind != _ESRD
                and score >= health.high_needs_score_with_admissions
                and admissions >= health.high_needs_admissions
            )
            or np.int64(all_snf_days[i]) >= health.high_needs_snf_days
        ):
            high_needs = np.int64(1)
            needs[i] = 1
        category = 1 if kind == _ESRD else (2 if high_needs else 0)

        aligned = np.int64(-1)
        route = 0
        if not entering:
            aligned = np.int64(
                plurality(
                    (
                        np.int64(last_main[i]),
                        np.int64(last_other[i]),
                        np.int64(older_main[i]),
                        np.int64(older_other[i]),
                    ),
                    (
                        np.int64(last_main_visits[i]),
                        np.int64(last_other_visits[i]),
                        np.int64(older_main_visits[i]),
                        np.int64(older_other_visits[i]),
                    ),
                    health.weight_recent,
                    health.weight_older,
                )
            )
            attested = np.int64(all_attested[i])
            if attested >= 0 and attest_chance[attested] > 0.0:
                aligned = attested
                route = 1
        cell = category + 3 * route
        all_aligned[i] = aligned
        all_cell[i] = cell

        # Health in the year.
        after = onsets(key, i, year, number, conditions, age, onset_pick)
        passing = conditions & health.recoverable
        if after != conditions:
            if kind == _ESRD:
                current = esrd_score(after, sex, age, esrd_table, esrd_demographic)
            else:
                current = community_score(
                    after,
                    traits,
                    sex,
                    age,
                    score_table,
                    counted,
                    demographic,
                    count_value,
                    parent,
                    children,
                    pair_a,
                    pair_b,
                    pair_value,
                )
        else:
            current = score
        relative = health.cost_constant + health.cost_slope * current
        for byte in range(4):
            relative += cost_table[byte, (after >> (8 * byte)) & 255]
        relative = min(relative * age_cost[age] * float(cost_factor[i]), _LARGEST_RELATIVITY)
        if passing:
            after &= ~recoveries(key, i, year, passing, recovery)
        all_conditions[i] = after

        # Death and the move to Medicare Advantage, each in a month.
        risk_tilt = 1.0 - health.mortality_risk + health.mortality_risk * relative
        dies = unit(life[0]) < mortality * risk_tilt
        last_month = 12
        if dies:
            last_month = 1 + int(12.0 * unit(life[1]))
        switch_tilt = 1.0 + health.switch_risk * (1.0 - min(relative, 2.0))
        leaves = not entering and unit(life[2]) < switch_out[dual] * switch_tilt
        if leaves:
            last_enrolled = int(12.0 * unit(draw4(key, i, year, _LEAVING, 0)[0]))  # 0: gone on 1 January
            if last_enrolled < last_month:
                last_month = last_enrolled
                dies = False
        all_status[i] = _DEAD if dies else (_ADVANTAGE if leaves else _ENROLLED)
        months = max(np.int64(0), last_month - first_month + 1)
        all_months[i] = months

        # Which practice, and how often.
        practice = np.int64(usual[i])
        care = draw4(key, i, year, _CARE, 0)
        cost = draw4(key, i, year, _COST, 0)
        if unit(care[0]) < health.practice_leave:
            where = draw4(key, i, year, _PRACTICE_CHOICE, 0)
            practice = np.int64(
                pick_practice(
                    market, high_needs, where[0], where[1], first_practice, choice_share, choice_other
                )
            )
            usual[i] = practice
        if unit(care[1]) < attest_chance[practice]:
            all_attested[i] = practice
        uses = unit(care[2]) >= health.no_use / (1.0 - health.no_use_risk + health.no_use_risk * relative)
        visits = 0
        elsewhere = 0
        other = -1
        share_of_year = months / 12.0
        if uses and months > 0:
            mean = (
                health.visits_mean
                * (1.0 - health.visits_risk + health.visits_risk * relative)
                * share_of_year
            )
            visits = 1 + poisson(unit(care[3]), mean, _MOST_VISITS)
            elsewhere = binomial(unit(cost[3]), visits, 1.0 - health.visits_loyal)
            if elsewhere > 0:
                where = draw4(key, i, year, _OTHER_PRACTICE, 0)
                other = pick_practice(
                    market, high_needs, where[0], where[1], first_practice, choice_share, choice_other
                )
        older_main[i] = last_main[i]
        older_other[i] = last_other[i]
        older_main_visits[i] = last_main_visits[i]
        older_other_visits[i] = last_other_visits[i]
        last_main[i] = practice
        last_other[i] = other
        last_main_visits[i] = visits - elsewhere
        last_other_visits[i] = elsewhere

        # Spending: ambulatory, and an acute event that tends to come back.
        level = market_level[market, kind] * efficiency[practice]
        base = 0.0
        event = 0.0
        stays = 0
        snf_days = 0
        if aligned >= 0:
            base_effect = base_effects[aligned]
            event_effect = event_effects[aligned]
            if high_needs:
                base_effect *= high_needs_effect[aligned]
                event_effect *= high_needs_effect[aligned]
        else:
            base_effect = base_spill[practice]
            event_effect = event_spill[practice]
        if months > 0:
            if uses:
                base = (
                    health.base_share
                    * level
                    * base_effect
                    * share_of_year
                    * relative
                    * math.exp(health.base_spread * normal(unit52(cost[0], cost[1])))
                )
            chance = health.event_chance * (1.0 - health.event_slope + health.event_slope * relative)
            if had_event[i]:
                chance += health.event_carry * (1.0 - chance)
            chance *= share_of_year
            if dies:
                chance = max(chance, health.death_event)
            if unit(cost[2]) < chance:
                draws = draw4(key, i, year, _EVENT_COST, 0)
                event = (
                    health.event_share
                    * level
                    * event_effect
                    * math.exp(
                        health.event_amount_slope * math.log(relative)
                        + health.event_spread * normal(unit52(draws[0], draws[1]))
                    )
                )
                if dies:
                    event *= health.death_amount
                stays = 1 + poisson(unit(draws[2]), health.stays_extra, _MOST_STAYS)
                if unit(draws[3]) < health.snf_chance:
                    days = draw4(key, i, year, _SNF_DAYS, 0)
                    snf_days = min(_MOST_SNF_DAYS, 1 + int(-health.snf_days * math.log(unit(days[0]))))
        if traits & NO_SUPPLEMENT:
            base *= health.no_supplement
        base_cents = int(base * 100.0 + 0.5)
        event_cents = int(event * 100.0 + 0.5)
        cents = min(base_cents + event_cents, _LARGEST_CENTS)
        all_spend[i] = cents
        had_event[i] = 1 if event_cents > 0 else 0
        all_admissions[i] = stays
        all_snf_days[i] = snf_days

        if months == 0:
            continue
        lived += 1
        place = aligned if aligned >= 0 else n_practices + market
        coding = coding_factor[aligned] if aligned >= 0 else 1.0
        micro = int(score * RISK_UNIT + 0.5)
        sums[place, cell, _PERSONS] += 1
        sums[place, cell, _MONTHS] += months
        sums[place, cell, _SPEND] += cents
        sums[place, cell, _EVENT] += min(event_cents, cents)
        sums[place, cell, _REFERENCE] += int(reference_spend[i]) if reference_spend.shape[0] > 0 else cents
        sums[place, cell, _TRUE_RISK] += micro * months
        sums[place, cell, _CODED_RISK] += int(micro * coding + 0.5) * months
        sums[place, cell, _STAYS] += stays
        if dies:
            sums[place, cell, _DEATHS] += 1
    return lived
