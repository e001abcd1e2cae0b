"""Standing on 1 January: High Needs status, alignment, and the benchmark cell that follows."""

from __future__ import annotations

import numpy as np

from sim.kernels.alignment import ABOVE_ROUNDING, plurality
from sim.kernels.codes import N_CELLS, N_EPISODE_SUMS, N_EPISODES, N_SUMS, Kind
from sim.kernels.health import Alignment, HighNeeds
from sim.kernels.jit import stage
from sim.kernels.layout import People, Practices
from sim.kernels.strip import Strip

_ESRD = int(Kind.ESRD)


@stage
def note_high_needs(people: People, n: int, criteria: HighNeeds, strip: Strip) -> None:
    """Note the High Needs status, category and coded score of 1 January."""
    needs, all_admissions, all_snf_days, all_risk = (
        people.high_needs,
        people.admissions,
        people.snf_days,
        people.risk,
    )
    conditions_met, score_met = criteria.conditions, criteria.score
    score_with, admissions_with = criteria.score_with_admissions, criteria.admissions
    days_met = criteria.snf_days
    row, kind, coded_score, conditions = strip.row, strip.kind, strip.coded_score, strip.conditions
    high_needs, category = strip.high_needs, strip.category
    for k in range(n):
        i = row[k]
        score = coded_score[k]
        all_risk[i] = score
        failed = kind[k] == _ESRD
        stayed = np.int64(all_admissions[i]) >= admissions_with
        enough = (score >= score_met) | ((score >= score_with) & stayed)
        days = np.int64(all_snf_days[i]) >= days_met
        met = (conditions[k] & conditions_met != 0) | (enough & (not failed)) | days
        high = 1 if met | (needs[i] != 0) else 0
        needs[i] = high
        high_needs[k] = high
        category[k] = 1 if failed else 2 * high


@stage
def note_alignment(people: People, n: int, practices: Practices, strip: Strip) -> None:
    """Note the practice that each person is aligned to, by claims or voluntarily, and where sums are kept."""
    all_aligned, all_cell, all_attested = people.aligned, people.cell, people.attested
    attest_chance = practices.attest
    n_practices = attest_chance.shape[0]
    row, entering, market, by_claims = strip.row, strip.entering, strip.market, strip.by_claims
    category, cell, aligned = strip.category, strip.cell, strip.aligned
    sums_at, episodes_at = strip.sums_at, strip.episodes_at
    for k in range(n):
        i = row[k]
        to = by_claims[k]
        attested = np.int64(all_attested[i])
        offered = attest_chance[max(attested, np.int64(0))] > 0.0
        volunteers = (attested >= 0) & (entering[k] == 0) & offered
        to = attested if volunteers else to
        here = category[k] + (3 if volunteers else 0)
        aligned[k] = to
        cell[k] = here
        all_aligned[i] = to
        all_cell[i] = here
        where = to if to >= 0 else n_practices + market[k]
        sums_at[k] = (where * N_CELLS + here) * N_SUMS
        episodes_at[k] = where * (N_EPISODES * N_EPISODE_SUMS)


@stage
def align_by_claims(people: People, n: int, weights: Alignment, strip: Strip) -> None:
    """Note the practice that each person is aligned to by claims, -1 for none."""
    last_main, last_other, older_main, older_other = (
        people.last_main,
        people.last_other,
        people.older_main,
        people.older_other,
    )
    last_main_visits, last_other_visits = people.last_main_visits, people.last_other_visits
    older_main_visits, older_other_visits = people.older_main_visits, people.older_other_visits
    recent, older = weights.weight_recent, weights.weight_older
    row, entering, by_claims, hit = strip.row, strip.entering, strip.by_claims, strip.hit
    hits = 0
    for k in range(n):
        i = row[k]
        # Mostly one practice has more than all others together; then nothing else need be compared.
        main = recent * np.int64(last_main_visits[i])
        rest = recent * np.int64(last_other_visits[i]) + older * np.int64(older_other_visits[i])
        before = older * np.int64(older_main_visits[i])
        same = last_main[i] == older_main[i]
        main += before if same else 0.0
        rest += 0.0 if same else before
        by_claims[k] = last_main[i] if entering[k] == 0 else -1
        hit[hits] = k
        hits += 1 if (main <= rest * ABOVE_ROUNDING) & (entering[k] == 0) else 0
    for j in range(hits):
        k = hit[j]
        i = row[k]
        by_claims[k] = plurality(
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
            recent,
            older,
        )
