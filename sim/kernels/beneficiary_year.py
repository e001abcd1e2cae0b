"""One fused beneficiary-year: life events, alignment, health, use, spending and exact sums in one pass.

The function is serial and releases the GIL; :mod:`sim.kernels.chunks` runs it over fixed chunks on a thread
pool. Sums are integers (cents, months, millionths of score), so their order cannot change a result.
"""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.alignment import plurality
from sim.kernels.choice import pick, pick_practice
from sim.kernels.codes import (
    AGED_IN,
    DUAL,
    FEMALE,
    N_CELLS,
    N_EPISODE_SUMS,
    N_EPISODES,
    N_SUMS,
    NO_SUPPLEMENT,
    OLDEST,
    ORIGINALLY_DISABLED,
    RISK_UNIT,
    Episode,
    EpisodeSum,
    Kind,
    Status,
    Sum,
)
from sim.kernels.course import onsets, recoveries
from sim.kernels.draws import (
    Decision,
    Key,
    binomial,
    draw4,
    draw_three,
    draw_two,
    normal,
    poisson,
    unit,
    unit52,
)
from sim.kernels.jit import kernel
from sim.kernels.layout import Array, Disease, Health, Markets, People, Practices
from sim.kernels.risk_score import any_of, community_score, esrd_score

_FUTURE, _ENROLLED, _ADVANTAGE, _DEAD = (int(status) for status in Status)
_ESRD, _DISABLED, _AGED_DUAL, _AGED_NON_DUAL = (int(kind) for kind in Kind)
_LIFE, _LEAVING = int(Decision.LIFE), int(Decision.LEAVING)
_CARE, _PRACTICE_CHOICE, _OTHER_PRACTICE = (
    int(Decision.CARE),
    int(Decision.PRACTICE_CHOICE),
    int(Decision.OTHER_PRACTICE),
)
_COST, _EVENT_COST, _EVENT_COURSE = (
    int(Decision.COST),
    int(Decision.EVENT_COST),
    int(Decision.EVENT_COURSE),
)
_AFTER_STAY, _USE, _PROCEDURE, _HIGH_NEEDS_ENTRY = (
    int(Decision.AFTER_STAY),
    int(Decision.USE),
    int(Decision.PROCEDURE),
    int(Decision.HIGH_NEEDS_ENTRY),
)
_CODING = int(Decision.CODING)
_PERSONS, _MONTHS, _SPEND, _EVENT, _REFERENCE = (
    int(Sum.PERSONS),
    int(Sum.MONTHS),
    int(Sum.SPEND),
    int(Sum.EVENT),
    int(Sum.REFERENCE),
)
_TRUE_RISK, _CODED_RISK, _DEATHS = int(Sum.TRUE_RISK), int(Sum.CODED_RISK), int(Sum.DEATHS)
_BASE_DRUG, _PROCEDURES, _EVENT_SNF, _EVENT_HOSPICE = (
    int(Sum.BASE_DRUG),
    int(Sum.PROCEDURES),
    int(Sum.EVENT_SNF),
    int(Sum.EVENT_HOSPICE),
)
_STAYS, _READMISSIONS, _ED, _VISITS, _SNF_DAYS = (
    int(Sum.STAYS),
    int(Sum.READMISSIONS),
    int(Sum.ED_VISITS),
    int(Sum.PQEM_VISITS),
    int(Sum.SNF_DAYS),
)
_FALL_STAYS, _FALL_ED = int(Sum.FALL_STAYS), int(Sum.FALL_ED_VISITS)
_COMPLEX_MONTHS, _COMPLEX_STAYS, _DAYS_AWAY = (
    int(Sum.COMPLEX_MONTHS),
    int(Sum.COMPLEX_STAYS),
    int(Sum.DAYS_AWAY),
)
_FOLLOW_UPS_DUE, _FOLLOW_UPS_MADE = int(Sum.FOLLOW_UPS_DUE), int(Sum.FOLLOW_UPS_MADE)
_DIABETES, _SUGAR_POOR, _HYPERTENSION, _PRESSURE_GOOD = (
    int(Sum.DIABETES),
    int(Sum.GLYCEMIC_POOR),
    int(Sum.HYPERTENSION),
    int(Sum.PRESSURE_CONTROLLED),
)
_EP_COUNT, _EP_COST, _EP_INPATIENT, _EP_MONTH = (int(one) for one in EpisodeSum)
_HF_CHRONIC, _DIABETES_CHRONIC, _RA_CHRONIC = (
    int(Episode.HF_CHRONIC),
    int(Episode.DIABETES_CHRONIC),
    int(Episode.RHEUMATOID_ARTHRITIS),
)
_MOST_ONSETS = 3
_MOST_VISITS = 40
_MOST_STAYS = 12
_MOST_ED_VISITS = 30
_MOST_SNF_DAYS = 100  # the Part A limit of a benefit period
_LARGEST_RELATIVITY = 16.0
_LARGEST_CENTS = 2_000_000_000


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
    episodes: Array,
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
    episodes : int64, shape (practices + markets, episodes, episode sums)
        Added to, in the same places.

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
    esrd_parent = disease.esrd_parent
    esrd_children = disease.esrd_children
    esrd_pair = disease.esrd_pair
    concurrent = disease.concurrent
    chronic = disease.chronic
    event_chance = health.event_chance
    base_share = health.base_share
    base_spread = health.base_spread
    event_share = health.event_share
    event_spread = health.event_spread
    cause_share = health.cause_share
    cause_cost = health.cause_cost
    cause_episode = health.cause_episode
    procedure_share = health.procedure_share
    procedure_cost = health.procedure_cost
    procedure_spread = health.procedure_spread
    procedure_inpatient = health.procedure_inpatient
    procedure_episode = health.procedure_episode
    episode_share = health.episode_share
    death_table, mortality_level = health.mortality, health.mortality_level
    switch_out, age_cost = health.switch_out, health.age_cost
    flat = sums.reshape(-1)
    flat_episodes = episodes.reshape(-1)
    any_parent = any_of(parent)
    any_esrd_parent = any_of(esrd_parent)
    any_pair = any_of(pair_a)
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
        origin = 1 if traits & ORIGINALLY_DISABLED and age >= AGED_IN else 0
        who = sex + 2 * origin
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
        if status == _ADVANTAGE:
            life = draw4(key, i, year, _LIFE, 0)
            number = poisson(unit(life[3]), expected_onsets, _MOST_ONSETS)
            if number > 0:
                all_conditions[i] = onsets(key, i, year, number, conditions, age, onset_pick)
            if unit(life[0]) < death_table[sex, age]:
                all_status[i] = _DEAD
            elif unit(life[2]) < health.switch_back:
                all_status[i] = _ENROLLED
            continue
        life, lost = draw_two(key, i, year, _LIFE, _CODING)
        number = poisson(unit(life[3]), expected_onsets, _MOST_ONSETS)
        mortality = death_table[sex, age] * mortality_level[kind, sex, age]

        # Scores of the conditions on 1 January, of those of them that are coded, and of this year's; in a
        # loop, so that the inlined models stand in the compiled code once.
        after = conditions
        if number > 0:
            after = np.int64(onsets(key, i, year, number, conditions, age, onset_pick))
        developed = after
        passing = conditions & health.recoverable
        missing = np.int64(0)
        if conditions:
            missing = np.int64(lost[0]) & np.int64(lost[1])
            if health.coding_words > 2:
                missing &= np.int64(lost[2])
            if health.coding_words > 3:
                missing &= np.int64(lost[3])
        score = 0.0
        coded_score = 0.0
        current = 0.0
        for step in range(3):
            mask = conditions
            if step == 1:
                mask = conditions & ~missing
            elif step == 2:
                mask = after
            value = score
            if step == 0 or mask != conditions:
                if kind == _ESRD:
                    value = esrd_score(
                        mask, who + 4 * dual, age, esrd_table, esrd_demographic, esrd_parent, esrd_children,
                        pair_a, pair_b, esrd_pair, any_esrd_parent, any_pair,
                    )  # fmt: skip
                else:
                    value = community_score(
                        mask, traits, who, age, score_table, counted, demographic, count_value, parent,
                        children, pair_a, pair_b, pair_value, any_parent, any_pair,
                    )  # fmt: skip
            if step == 0:
                score = value
            elif step == 1:
                coded_score = value
            else:
                current = value

        # What is known on 1 January: High Needs status and alignment.
        all_risk[i] = coded_score
        admissions = np.int64(all_admissions[i])
        high_needs = np.int64(needs[i])
        if high_needs == 0 and (
            conditions & health.high_needs_conditions
            or (kind != _ESRD and coded_score >= health.high_needs_score)
            or (
                kind != _ESRD
                and coded_score >= health.high_needs_score_with_admissions
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

        relative = health.cost_constant + health.cost_slope * current
        for byte in range(4):
            relative += cost_table[byte, (after >> (8 * byte)) & 255]
        relative = min(relative * age_cost[age] * float(cost_factor[i]), _LARGEST_RELATIVITY)
        if passing:
            after &= ~recoveries(key, i, year, passing, recovery)
        all_conditions[i] = after

        # Death and the move to Medicare Advantage, each in a month.
        risk_tilt = 1.0 - health.mortality_risk + health.mortality_risk * relative
        if had_event[i]:
            risk_tilt *= health.mortality_event
        here = 13.0 - first_month
        dies = unit(life[0]) < mortality * risk_tilt * here / 12.0
        last_month = np.int64(12)
        if dies:
            last_month = first_month + np.int64(here * unit(life[1]))
        switch_tilt = 1.0 + health.switch_risk * (1.0 - min(relative, 2.0))
        leaves = not entering and unit(life[2]) < switch_out[dual] * switch_tilt
        if leaves:
            # 0: gone on 1 January
            last_enrolled = np.int64(12.0 * unit(draw4(key, i, year, _LEAVING, 0)[0]))
            if last_enrolled < last_month:
                last_month = last_enrolled
                dies = False
        all_status[i] = _DEAD if dies else (_ADVANTAGE if leaves else _ENROLLED)
        months = max(np.int64(0), last_month - first_month + 1)
        all_months[i] = months

        # Which practice, and how often.
        practice = np.int64(usual[i])
        care, cost, use = draw_three(key, i, year, _CARE, _COST, _USE)
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

        # Spending: ambulatory care, a procedure, and an acute event that tends to come back.
        level = market_level[market, kind] * efficiency[practice]
        if aligned >= 0:
            base_effect = base_effects[aligned]
            event_effect = event_effects[aligned]
            if high_needs:
                base_effect *= high_needs_effect[aligned]
                event_effect *= high_needs_effect[aligned]
        else:
            base_effect = base_spill[practice]
            event_effect = event_spill[practice]
        place = aligned if aligned >= 0 else n_practices + market
        at = (place * N_CELLS + cell) * N_SUMS
        episode_at = place * (N_EPISODES * N_EPISODE_SUMS)
        base_cents = 0
        procedure_cents = 0
        event_cents = 0
        stays = np.int64(0)
        planned = np.int64(0)
        snf_days = 0
        if uses and months > 0:
            base = base_share[kind] * level * base_effect * share_of_year * relative
            base *= math.exp(base_spread[kind] * normal(unit52(cost[0], cost[1])))
            if traits & NO_SUPPLEMENT:
                base *= health.no_supplement
            base_cents = int(base * 100.0 + 0.5)
            u = unit(use[1]) / share_of_year
            if u < procedure_share[0, procedure_share.shape[1] - 1]:
                which = pick(u, procedure_share, 0)
                course = draw4(key, i, year, _PROCEDURE, 0)
                price = market_level[market, _AGED_NON_DUAL] * efficiency[practice] * base_effect
                spread = procedure_spread[which]
                amount = math.exp(spread * normal(unit52(course[0], course[1])) - 0.5 * spread * spread)
                procedure_cents = int(procedure_cost[which] * price * amount * 100.0 + 0.5)
                inpatient = unit(course[3]) < procedure_inpatient[which]
                if inpatient:
                    planned = np.int64(1)
                kept = episode_at + procedure_episode[which] * N_EPISODE_SUMS
                flat_episodes[kept + _EP_COUNT] += 1
                flat_episodes[kept + _EP_COST] += procedure_cents
                flat_episodes[kept + _EP_INPATIENT] += planned
                flat_episodes[kept + _EP_MONTH] += first_month + int(months * unit(course[2]))
        if months > 0:
            chance = event_chance[kind] * (1.0 - health.event_slope + health.event_slope * relative)
            if had_event[i]:
                chance += health.event_carry * (1.0 - chance)
            chance *= share_of_year
            if dies:
                chance = max(chance, health.death_event)
            if unit(cost[2]) < chance:
                draws = draw4(key, i, year, _EVENT_COST, 0)
                course = draw4(key, i, year, _EVENT_COURSE, 0)
                row = (1 if conditions & health.heart_failure else 0) + (2 if conditions & health.copd else 0)
                cause = pick(unit(course[0]), cause_share, row)
                event = event_share[kind] * level * event_effect * cause_cost[cause]
                event *= math.exp(
                    health.event_amount_slope * math.log(relative)
                    + event_spread[kind] * normal(unit52(draws[0], draws[1]))
                )
                if dies:
                    event *= health.death_amount
                event_cents = min(int(event * 100.0 + 0.5), _LARGEST_CENTS)
                further = poisson(unit(draws[2]), health.stays_extra, _MOST_STAYS)
                stays = np.int64(1 + further)
                flat[at + _READMISSIONS] += binomial(unit(course[1]), further, health.readmission)
                snf = unit(draws[3]) < health.snf_chance
                if snf or dies:
                    rest = draw4(key, i, year, _AFTER_STAY, 0)
                    if snf:
                        days = 1 + int(-health.snf_days * math.log(unit(rest[0])))
                        snf_days = min(_MOST_SNF_DAYS, days)
                        flat[at + _SNF_DAYS] += snf_days
                    if dies and unit(rest[1]) < health.hospice:
                        flat[at + _EVENT_HOSPICE] += event_cents
                    elif snf:
                        flat[at + _EVENT_SNF] += event_cents
                if cause_episode[cause] >= 0:
                    kept = episode_at + cause_episode[cause] * N_EPISODE_SUMS
                    flat_episodes[kept + _EP_COUNT] += 1
                    flat_episodes[kept + _EP_COST] += int(event_cents * episode_share[cause_episode[cause]])
                    flat_episodes[kept + _EP_INPATIENT] += 1
                    flat_episodes[kept + _EP_MONTH] += first_month + int(months * unit(course[2]))
                    if not dies:
                        flat[at + _FOLLOW_UPS_DUE] += 1
                        if unit(course[3]) < health.follow_up:
                            flat[at + _FOLLOW_UPS_MADE] += 1
                if age >= AGED_IN and cause >= health.first_fall_cause and cause <= health.last_fall_cause:
                    flat[at + _FALL_STAYS] += 1
        cents = np.int64(min(base_cents + procedure_cents + event_cents, _LARGEST_CENTS))
        all_spend[i] = cents
        had_event[i] = 1 if event_cents > 0 else 0
        all_admissions[i] = stays
        all_snf_days[i] = snf_days
        if months == 0:
            continue
        lived += 1

        # Use of care, chronic episodes and what quality measures count.
        if uses:
            mean = health.ed_mean * (1.0 - health.ed_risk + health.ed_risk * relative) * share_of_year
            emergencies = poisson(unit(use[0]), mean + health.ed_stay * stays, _MOST_ED_VISITS)
            if emergencies > 0:
                flat[at + _ED] += emergencies
                if age >= AGED_IN:
                    flat[at + _FALL_ED] += binomial(unit(use[3]), emergencies, health.ed_fall)
            flat[at + _VISITS] += visits
            if conditions & health.drug_conditions:
                flat[at + _BASE_DRUG] += base_cents
            if conditions & health.measured_conditions:
                sign = unit(use[2])
                if conditions & health.hypertension:
                    flat[at + _HYPERTENSION] += 1
                    if sign < health.pressure_controlled:
                        flat[at + _PRESSURE_GOOD] += 1
                if conditions & health.diabetes:
                    flat[at + _DIABETES] += 1
                    if 1.0 - sign < health.glycemic_poor:
                        flat[at + _SUGAR_POOR] += 1
                    flat_episodes[episode_at + _DIABETES_CHRONIC * N_EPISODE_SUMS + _EP_COUNT] += 1
                    flat_episodes[episode_at + _DIABETES_CHRONIC * N_EPISODE_SUMS + _EP_COST] += int(
                        base_cents * episode_share[_DIABETES_CHRONIC]
                    )
                if conditions & health.heart_failure:
                    flat_episodes[episode_at + _HF_CHRONIC * N_EPISODE_SUMS + _EP_COUNT] += 1
                    flat_episodes[episode_at + _HF_CHRONIC * N_EPISODE_SUMS + _EP_COST] += int(
                        (base_cents + event_cents) * episode_share[_HF_CHRONIC]
                    )
                if conditions & health.rheumatoid_arthritis:
                    flat_episodes[episode_at + _RA_CHRONIC * N_EPISODE_SUMS + _EP_COUNT] += 1
                    flat_episodes[episode_at + _RA_CHRONIC * N_EPISODE_SUMS + _EP_COST] += int(
                        base_cents * episode_share[_RA_CHRONIC]
                    )
        if stays + planned > 0:
            flat[at + _STAYS] += stays + planned
            flat[at + _EVENT] += event_cents
        if procedure_cents > 0:
            flat[at + _PROCEDURES] += procedure_cents
        several = 0
        for byte in range(4):
            several += chronic[byte, (conditions >> (8 * byte)) & 255]
        if several >= health.complex_conditions:
            flat[at + _COMPLEX_MONTHS] += months
            if stays > 0:
                flat[at + _COMPLEX_STAYS] += stays
                flat[at + _DAYS_AWAY] += snf_days + int(health.stay_days * stays)

        # High Needs is checked each quarter; from the quarter after it is met, months are High Needs months.
        late_months = np.int64(0)
        if category == 0 and (
            developed & health.high_needs_conditions
            or (
                coded_score >= health.high_needs_score_with_admissions
                and stays >= health.high_needs_admissions
            )
            or snf_days >= health.high_needs_snf_days
        ):
            needs[i] = 1
            met = first_month + int(months * unit(draw4(key, i, year, _HIGH_NEEDS_ENTRY, 0)[0]))
            late_months = max(np.int64(0), last_month - 3 * ((met + 2) // 3))
        coding = coding_factor[aligned] if aligned >= 0 else 1.0
        true_micro = int(score * RISK_UNIT + 0.5)
        coded_micro = int(coded_score * coding * RISK_UNIT + 0.5)
        true_needy = true_micro
        coded_needy = coded_micro
        if category == 2 or late_months > 0:
            current = health.concurrent_base
            on_claims = health.concurrent_base
            for byte in range(4):
                current += concurrent[byte, (developed >> (8 * byte)) & 255]
                on_claims += concurrent[byte, ((developed & ~missing) >> (8 * byte)) & 255]
            true_needy = int(current * RISK_UNIT + 0.5)
            coded_needy = int(on_claims * coding * RISK_UNIT + 0.5)
        if category == 2:
            true_micro = true_needy
            coded_micro = coded_needy
        reference = np.int64(reference_spend[i]) if reference_spend.shape[0] > 0 else np.int64(cents)
        if late_months > 0:
            late = at + 2 * N_SUMS
            late_cents = cents * late_months // months
            late_reference = reference * late_months // months
            flat[late + _MONTHS] += late_months
            flat[late + _SPEND] += late_cents
            flat[late + _REFERENCE] += late_reference
            flat[late + _TRUE_RISK] += true_needy * late_months
            flat[late + _CODED_RISK] += coded_needy * late_months
            months -= late_months
            cents -= late_cents
            reference -= late_reference
        flat[at + _PERSONS] += 1
        flat[at + _MONTHS] += months
        flat[at + _SPEND] += cents
        flat[at + _REFERENCE] += reference
        flat[at + _TRUE_RISK] += true_micro * months
        flat[at + _CODED_RISK] += coded_micro * months
        if dies:
            flat[at + _DEATHS] += 1
    return lived
