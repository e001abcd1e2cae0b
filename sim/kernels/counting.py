"""What a year adds to the sums: months, money, scores, use of care, and what quality measures count."""

from __future__ import annotations

import numpy as np

from sim.kernels.codes import (
    AGED_IN,
    LARGEST_CENTS,
    N_SUMS,
    RISK_UNIT,
    Sum,
)
from sim.kernels.draws import Decision, Key, draw4, unit
from sim.kernels.health import Conditions, Emergency, HighNeeds, Quality
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Array, Disease, People, Practices
from sim.kernels.quantiles import binomial, binomial_rows, poisson, poisson_rows
from sim.kernels.risk_score import concurrent_score, ones
from sim.kernels.strip import Strip

_HIGH_NEEDS_ENTRY, _USE = int(Decision.HIGH_NEEDS_ENTRY), int(Decision.USE)
_PERSONS, _MONTHS, _SPEND, _REFERENCE = (
    int(Sum.PERSONS),
    int(Sum.MONTHS),
    int(Sum.SPEND),
    int(Sum.REFERENCE),
)
_TRUE_RISK, _CODED_RISK, _DEATHS = int(Sum.TRUE_RISK), int(Sum.CODED_RISK), int(Sum.DEATHS)
_BASE_DRUG, _COMPLEX_MONTHS, _YOUNG_MONTHS = (
    int(Sum.BASE_DRUG),
    int(Sum.COMPLEX_MONTHS),
    int(Sum.YOUNG_MONTHS),
)
_ED, _VISITS, _FALL_ED = int(Sum.ED_VISITS), int(Sum.PQEM_VISITS), int(Sum.FALL_ED_VISITS)
_DIABETES, _GLYCEMIC_POOR, _HYPERTENSION, _PRESSURE_CONTROLLED = (
    int(Sum.DIABETES),
    int(Sum.GLYCEMIC_POOR),
    int(Sum.HYPERTENSION),
    int(Sum.PRESSURE_CONTROLLED),
)


@inlined
def mean_emergencies(relative: float, share: float, stays: int, emergency: Emergency) -> float:
    """Return the mean of ED visits of a person in the share of the year enrolled."""
    by_risk = emergency.ed_risk
    mean: float = emergency.ed_visits * (1.0 - by_risk + by_risk * relative) * share
    return mean + emergency.ed_stay * stays


@stage
def draw_emergencies(n: int, emergency: Emergency, strip: Strip) -> None:
    """Draw visits to emergency departments, and which of them are for falls."""
    use, u, mean, number, of_falls = strip.use, strip.u, strip.mean, strip.number, strip.pairs
    relative, share, stays, uses, age = strip.relative, strip.share, strip.stays, strip.uses, strip.age
    visits, falls, hit, trials = strip.ed_visits, strip.ed_falls, strip.hit, strip.kept
    for k in range(n):
        mean[k] = mean_emergencies(relative[k], share[k], stays[k], emergency)
    hits = 0
    for k in range(n):
        visits[k] = 0
        falls[k] = 0
        drawn = unit(use[4 * k])
        hit[hits] = k
        u[hits] = drawn
        mean[hits] = mean[k]
        # Others have no visit: their draw is below exp(-mean).
        hits += 1 if (uses[k] != 0) & (drawn > 1.0 - mean[k]) else 0
    poisson_rows(u, mean, hits, emergency.most_ed_visits, strip.mass, strip.below, number)
    for j in range(hits):
        k = hit[j]
        visits[k] = number[j]
        trials[j] = number[j] if age[k] >= AGED_IN else 0
        u[j] = unit(use[4 * k + 3])
    binomial_rows(u, trials, hits, emergency.ed_fall, strip.mass, strip.below, of_falls)
    for j in range(hits):
        falls[hit[j]] = of_falls[j]


@stage
def change_emergencies(key: Key, year: int, n: int, changed: int, emergency: Emergency, strip: Strip) -> None:
    """Note ED visits in the arm: those drawn, but for people whose acute event is averted, or comes again.

    They are the first `changed` of those listed. Stays begin in the ED to the share that drew their visits,
    and the same draws say how many visits, and falls among them, are left or come to them. Stays that falls
    prevention or a home-based programme averts are not among these: what both do to ED visits is stated.
    """
    listed, row, age, uses = strip.listed, strip.row, strip.age, strip.uses
    relative, share, usual_stays = strip.relative, strip.share, strip.usual_stays
    ed_visits, ed_falls = strip.ed_visits, strip.ed_falls
    ed_here, falls_here = strip.ed_here, strip.falls_here
    for k in range(n):
        ed_here[k] = ed_visits[k]
        falls_here[k] = ed_falls[k]
    for j in range(changed):
        k = listed[j]
        if uses[k]:
            word = draw4(key, row[k], year, _USE, 0)
            mean = mean_emergencies(relative[k], share[k], usual_stays[k], emergency)
            visits = poisson(unit(word[0]), mean, emergency.most_ed_visits)
            falls = binomial(unit(word[3]), visits if age[k] >= AGED_IN else 0, emergency.ed_fall)
            ed_here[k] = visits
            falls_here[k] = falls


@stage
def note_course(people: People, n: int, chronic: int, strip: Strip) -> None:
    """Write down the year's event, stays and SNF days; note clinical values and chronic conditions.

    `chronic` masks the conditions that the measure of unplanned admissions counts.
    """
    all_event, all_admissions, all_snf_days = people.event, people.admissions, people.snf_days
    row, use, conditions = strip.row, strip.use, strip.conditions
    stays, snf_days, several, clinical = strip.stays, strip.snf_days, strip.several, strip.clinical
    for k in range(n):
        several[k] = ones(conditions[k] & chronic)
    for k in range(n):
        i = row[k]
        clinical[k] = unit(use[4 * k + 2])
        all_event[i] = 1 if stays[k] else 0
        all_admissions[i] = stays[k]
        all_snf_days[i] = snf_days[k]


@stage
def count_care(
    people: People,
    n: int,
    practices: Practices,
    masks: Conditions,
    quality: Quality,
    sums: Array,
    strip: Strip,
) -> None:
    """Write down the year's spending; add use of care and quality events."""
    all_spend = people.spend
    drug_treated, hypertension, diabetes = masks.drug_treated, masks.hypertension, masks.diabetes
    pressure_controlled, glycemic_poor = practices.pressure_controlled, practices.glycemic_poor
    practice = strip.practice
    row, conditions, uses, visits = strip.row, strip.conditions, strip.uses, strip.visits
    ed_here, falls_here, several, clinical = strip.ed_here, strip.falls_here, strip.several, strip.clinical
    base_cents, procedure_cents, event_cents = strip.base_cents, strip.procedure_cents, strip.event_cents
    months, sums_at, complex_from = strip.months, strip.sums_at, quality.complex_conditions
    age = strip.age
    for k in range(n):
        i = row[k]
        at = sums_at[k]
        base = base_cents[k]
        had = conditions[k]
        all_spend[i] = min(base + procedure_cents[k] + event_cents[k], LARGEST_CENTS)
        seen = uses[k] != 0
        sign = clinical[k]
        seen_at = np.uint64(practice[k])  # never below 0, so that the index needs no look from the end
        hypertensive = 1 if seen & (had & hypertension != 0) else 0
        diabetic = 1 if seen & (had & diabetes != 0) else 0
        sums[at + _ED] += ed_here[k]
        if falls_here[k] > 0:
            sums[at + _FALL_ED] += falls_here[k]
        sums[at + _VISITS] += visits[k]
        sums[at + _BASE_DRUG] += base if had & drug_treated else 0
        sums[at + _HYPERTENSION] += hypertensive
        sums[at + _PRESSURE_CONTROLLED] += hypertensive if sign < pressure_controlled[seen_at] else 0
        sums[at + _DIABETES] += diabetic
        sums[at + _GLYCEMIC_POOR] += diabetic if 1.0 - sign < glycemic_poor[seen_at] else 0
        sums[at + _COMPLEX_MONTHS] += months[k] if several[k] >= complex_from else 0
        if age[k] < AGED_IN:
            sums[at + _YOUNG_MONTHS] += months[k]


@stage
def count_months(
    people: People,
    key: Key,
    year: int,
    n: int,
    practices: Practices,
    disease: Disease,
    criteria: HighNeeds,
    reference_spend: Array,
    sums: Array,
    strip: Strip,
) -> None:
    """Add months, money and scores to each person's cell, and late High Needs months to the High Needs cell.

    High Needs is checked each quarter; from the quarter after it is met, by the acute event or by the onset
    of a condition, months are High Needs months.
    """
    needs, all_spend, all_late, all_needy, coding_factor, concurrent = (
        people.high_needs,
        people.spend,
        people.late_months,
        people.needy_risk,
        practices.coding,
        disease.concurrent,
    )
    conditions_met, score_with = criteria.conditions, criteria.score_with_admissions
    admissions_with, days_met, base = (
        criteria.admissions,
        criteria.snf_days,
        criteria.concurrent_base,
    )
    has_reference = reference_spend.shape[0] > 0
    row, months, aligned, sums_at = strip.row, strip.months, strip.aligned, strip.sums_at
    developed, missing, dies, stays, snf_days = (
        strip.developed,
        strip.missing,
        strip.dies,
        strip.stays,
        strip.snf_days,
    )
    score, coded_score, event_month = strip.score, strip.coded_score, strip.event_month
    new_enrollee, category = strip.new_enrollee, strip.category
    first_month, last_month, late_of = strip.first_month, strip.last_month, strip.late_months
    for k in range(n):
        here = months[k]
        late_of[k] = 0
        i = row[k]
        all_late[i] = 0
        if here == 0:
            continue
        at = sums_at[k]
        cents = np.int64(all_spend[i])
        reference = np.int64(reference_spend[i]) if has_reference else cents
        coding = coding_factor[aligned[k]] if aligned[k] >= 0 else 1.0
        true_micro = np.int64(score[k] * RISK_UNIT + 0.5)
        # No diagnosis counts in a new enrollee's score, so that no practice can code it higher.
        coded_micro = np.int64(coded_score[k] * (1.0 if new_enrollee[k] else coding) * RISK_UNIT + 0.5)
        admitted = (coded_score[k] >= score_with) & (stays[k] >= admissions_with)
        cared_for = admitted | (snf_days[k] >= days_met)
        late = (category[k] == 0) & (cared_for | (developed[k] & conditions_met != 0))
        if late or category[k] == 2:
            true_needy = np.int64(concurrent_score(developed[k], base, concurrent) * RISK_UNIT + 0.5)
            told = concurrent_score(developed[k] & ~missing[k], base, concurrent)
            coded_needy = np.int64(told * coding * RISK_UNIT + 0.5)
            if late:
                needs[i] = 1
                onset = first_month[k] + int(here * unit(draw4(key, i, year, _HIGH_NEEDS_ENTRY, 0)[0]))
                met = event_month[k] if cared_for else onset
                late_months = max(np.int64(0), last_month[k] - 3 * ((met + 2) // 3))
                late_of[k] = late_months
                if late_months > 0:
                    all_late[i] = late_months
                    all_needy[i] = told
                to = at + 2 * N_SUMS
                late_cents = cents * late_months // here
                late_reference = reference * late_months // here
                sums[to + _MONTHS] += late_months
                sums[to + _SPEND] += late_cents
                sums[to + _REFERENCE] += late_reference
                sums[to + _TRUE_RISK] += true_needy * late_months
                sums[to + _CODED_RISK] += coded_needy * late_months
                here -= late_months
                cents -= late_cents
                reference -= late_reference
            else:
                all_needy[i] = told
                true_micro = true_needy
                coded_micro = coded_needy
        sums[at + _PERSONS] += 1
        sums[at + _MONTHS] += here
        sums[at + _SPEND] += cents
        sums[at + _REFERENCE] += reference
        sums[at + _TRUE_RISK] += true_micro * here
        sums[at + _CODED_RISK] += coded_micro * here
        sums[at + _DEATHS] += dies[k]
