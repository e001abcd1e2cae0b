"""Episodes of care: procedures, what acute events begin, and chronic conditions under care for a year."""

from __future__ import annotations

import math

import numpy as np

from sim.kernels.choice import pick, pick_specialist
from sim.kernels.codes import N_EPISODE_SUMS, Episode, EpisodeSum, Kind, Sum
from sim.kernels.draws import Decision, Key, draw4, draw_rows, unit, unit52
from sim.kernels.health import Conditions, Episodes
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Array, Markets, Practices, Referrals
from sim.kernels.quantiles import normal
from sim.kernels.strip import Strip

_AGED_NON_DUAL = int(Kind.AGED_NON_DUAL)
_PROCEDURE, _SPECIALIST = int(Decision.PROCEDURE), int(Decision.SPECIALIST)
# What specialists do about their episodes, see Practices.answers.
PRICE, SNF_CARE, NUMBER = 0, 1, 2
_PROCEDURES, _STAYS = int(Sum.PROCEDURES), int(Sum.STAYS)
_COUNT, _COST, _INPATIENT, _MONTH = (int(one) for one in EpisodeSum)
HF_CHRONIC, DIABETES_CHRONIC, RA_CHRONIC = (
    int(Episode.HF_CHRONIC),
    int(Episode.DIABETES_CHRONIC),
    int(Episode.RHEUMATOID_ARTHRITIS),
)


@inlined
def add_episode(episodes: Array, at: int, kind: int, cents: int, inpatient: int, month: int) -> None:
    """Add one episode to the flattened sums of the place that begins at `at`."""
    kept = at + kind * N_EPISODE_SUMS
    episodes[kept + _COUNT] += 1
    episodes[kept + _COST] += cents
    episodes[kept + _INPATIENT] += inpatient
    episodes[kept + _MONTH] += month


@stage
def draw_procedures(key: Key, year: int, n: int, of_episodes: Episodes, strip: Strip) -> None:
    """Draw who has a procedure, which one, when and where, and how far its cost is from the mean."""
    shares, spreads, inpatient = (
        of_episodes.procedure_share,
        of_episodes.procedure_spread,
        of_episodes.procedure_inpatient,
    )
    row, use, extra, hit, hit_row = strip.row, strip.use, strip.extra, strip.hit, strip.hit_row
    uses, share, months, first_month = strip.uses, strip.share, strip.months, strip.first_month
    planned, procedure, month, luck = (
        strip.planned,
        strip.procedure,
        strip.procedure_month,
        strip.procedure_luck,
    )
    most = shares[0, shares.shape[1] - 1]
    hits = 0
    for k in range(n):
        planned[k] = 0
        procedure[k] = -1
        hit[hits] = k
        hit_row[hits] = row[k]
        hits += 1 if (uses[k] != 0) & (unit(use[4 * k + 1]) < most * share[k]) else 0
    draw_rows(key, hit_row, hits, year, _PROCEDURE, 0, extra)
    for j in range(hits):
        k = hit[j]
        which = min(pick(unit(use[4 * k + 1]) / share[k], shares, 0), shares.shape[1] - 1)
        spread = spreads[which]
        luck[k] = math.exp(spread * normal(unit52(extra[4 * j], extra[4 * j + 1])) - 0.5 * spread * spread)
        procedure[k] = which
        month[k] = first_month[k] + int(months[k] * unit(extra[4 * j + 2]))
        planned[k] = 1 if unit(extra[4 * j + 3]) < inpatient[which] else 0


@stage
def price_procedures(
    key: Key,
    year: int,
    n: int,
    markets: Markets,
    practices: Practices,
    of_episodes: Episodes,
    referrals: Referrals,
    sums: Array,
    episodes: Array,
    strip: Strip,
) -> None:
    """Note what procedures cost; add them, and the stays they are planned for, to the sums.

    A procedure drawn happens as often as a draw and the factor of who leads it say.
    """
    answers, cumulative, specialty = practices.answers, referrals.share, of_episodes.specialty
    aligned, times, answered = strip.aligned, strip.procedure_times, strip.procedure_answer
    costs, kind = of_episodes.procedure_cost, of_episodes.procedure_kind
    market_level, efficiency = markets.level, practices.efficiency
    market, practice, base, episodes_at = strip.market, strip.practice, strip.base, strip.episodes_at
    cents, planned, procedure, month, luck = (
        strip.procedure_cents,
        strip.planned,
        strip.procedure,
        strip.procedure_month,
        strip.procedure_luck,
    )
    hit, sums_at = strip.hit, strip.sums_at
    hits = 0
    for k in range(n):
        cents[k] = 0
        hit[hits] = k
        hits += 1 if procedure[k] >= 0 else 0
    for j in range(hits):
        k = hit[j]
        which = procedure[k]
        price = market_level[market[k], _AGED_NON_DUAL] * efficiency[practice[k]] * base[k]
        times[k] = 1
        answer, to, of = 1.0, aligned[k], kind[which]
        if answers.shape[0] > 0 and to >= 0:
            draw = draw4(key, strip.row[k], year, _SPECIALIST, of)
            place = pick_specialist(unit(draw[0]), to, specialty[of], cumulative)
            answer = answers[to, of, place, PRICE]
            times[k] = int(answers[to, of, place, NUMBER] + unit(draw[3]))
        answered[k] = answer
        one = np.int64(costs[which] * price * luck[k] * answer * 100.0 + 0.5)
        cents[k] = one * times[k]
        sums[sums_at[k] + _PROCEDURES] += cents[k]
        sums[sums_at[k] + _STAYS] += planned[k] * times[k]
        for _ in range(times[k]):
            add_episode(episodes, episodes_at[k], of, one, planned[k], month[k])


@stage
def count_chronic(n: int, masks: Conditions, of_episodes: Episodes, episodes: Array, strip: Strip) -> None:
    """Add a chronic episode for each such condition of people who use care; it lasts all year."""
    heart_failure, diabetes, arthritis = masks.heart_failure, masks.diabetes, masks.rheumatoid_arthritis
    of_heart_failure, of_diabetes, of_arthritis = (
        of_episodes.share[HF_CHRONIC],
        of_episodes.share[DIABETES_CHRONIC],
        of_episodes.share[RA_CHRONIC],
    )
    conditions, uses, episodes_at = strip.conditions, strip.uses, strip.episodes_at
    base_cents, event_cents = strip.base_cents, strip.event_cents
    for k in range(n):
        to = episodes_at[k]
        base = base_cents[k]
        had = conditions[k] if uses[k] else 0
        diabetic = 1 if had & diabetes else 0
        heart_failing = 1 if had & heart_failure else 0
        arthritic = 1 if had & arthritis else 0
        episodes[to + DIABETES_CHRONIC * N_EPISODE_SUMS + _COUNT] += diabetic
        episodes[to + DIABETES_CHRONIC * N_EPISODE_SUMS + _COST] += diabetic * np.int64(base * of_diabetes)
        episodes[to + HF_CHRONIC * N_EPISODE_SUMS + _COUNT] += heart_failing
        episodes[to + HF_CHRONIC * N_EPISODE_SUMS + _COST] += heart_failing * np.int64(
            (base + event_cents[k]) * of_heart_failure
        )
        episodes[to + RA_CHRONIC * N_EPISODE_SUMS + _COUNT] += arthritic
        episodes[to + RA_CHRONIC * N_EPISODE_SUMS + _COST] += arthritic * np.int64(base * of_arthritis)
