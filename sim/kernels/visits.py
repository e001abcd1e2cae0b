"""Which practice people see in a year, whether they attest to it, and how often they see it and another."""

from __future__ import annotations

from sim.kernels.choice import pick_practice
from sim.kernels.codes import NO_PRACTICE
from sim.kernels.draws import Decision, Key, draw_rows, unit
from sim.kernels.health import Visits
from sim.kernels.jit import stage
from sim.kernels.layout import Markets, People, Practices
from sim.kernels.quantiles import binomial_rows, poisson_rows
from sim.kernels.strip import Strip

_PRACTICE_CHOICE, _OTHER_PRACTICE = int(Decision.PRACTICE_CHOICE), int(Decision.OTHER_PRACTICE)


@stage
def choose_practice(
    people: People,
    key: Key,
    year: int,
    n: int,
    markets: Markets,
    use: Visits,
    strip: Strip,
) -> None:
    """Let some people change practice, the ill more than others; note how readily each would attest.

    Of those who change, some stay inside the ACO of their practice: so many more do that as many leave it.
    """
    usual = people.practice
    first_practice, choice_share, choice_other = (
        markets.first_practice,
        markets.choice_share,
        markets.choice_other,
    )
    leaving, by_score, usual_score, changes = (
        use.practice_leave,
        use.leave_risk,
        use.leave_usual,
        markets.changes,
    )
    attest_risk, attest_most = use.attest_risk, use.attest_most
    row, care, extra, hit, hit_row = strip.row, strip.care, strip.extra, strip.hit, strip.hit_row
    practice, market, high_needs = strip.practice, strip.market, strip.high_needs
    attesting, score = strip.attesting, strip.coded_score
    for k in range(n):
        attesting[k] = unit(care[4 * k + 1]) / (1.0 + attest_risk * (min(score[k], attest_most) - 1.0))
    hits = 0
    for k in range(n):
        practice[k] = usual[row[k]]
        leaves = (leaving + by_score * (score[k] - usual_score)) * changes[market[k]]
        hit[hits] = k
        hit_row[hits] = row[k]
        hits += 1 if unit(care[4 * k]) < leaves else 0
    draw_rows(key, hit_row, hits, year, _PRACTICE_CHOICE, 0, extra)
    for j in range(hits):
        k = hit[j]
        chosen = pick_practice(
            market[k],
            high_needs[k],
            extra[4 * j],
            extra[4 * j + 1],
            first_practice,
            choice_share,
            choice_other,
        )
        practice[k] = chosen
        usual[hit_row[j]] = chosen


@stage
def attest(people: People, n: int, practices: Practices, strip: Strip) -> None:
    """Let some people attest that their usual practice is the one they mainly see."""
    all_attested, attest_chance = people.attested, practices.attest
    row, practice, attesting = strip.row, strip.practice, strip.attesting
    for k in range(n):
        if attesting[k] < attest_chance[practice[k]]:
            all_attested[row[k]] = practice[k]


@stage
def make_visits(
    people: People, key: Key, year: int, n: int, markets: Markets, use: Visits, strip: Strip
) -> None:
    """Draw each person's PQEM visits, and which of them go to another practice."""
    first_practice, choice_share, choice_other = (
        markets.first_practice,
        markets.choice_share,
        markets.choice_other,
    )
    no_use, no_use_without, no_use_risk = use.no_use, use.no_use_without, use.no_use_risk
    often = 1.0 - use.seldom
    usual_number, by_risk = use.visits_mean, use.visits_risk
    row, care, cost, extra = strip.row, strip.care, strip.cost, strip.extra
    relative, share, months, uses = strip.relative, strip.share, strip.months, strip.uses
    market, high_needs, practice = strip.market, strip.high_needs, strip.practice
    visits, elsewhere, u, mean = strip.visits, strip.elsewhere, strip.u, strip.mean
    hit, hit_row, traits, sees = strip.hit, strip.hit_row, strip.traits, strip.kept
    for k in range(n):
        without = traits[k] & NO_PRACTICE != 0
        u_use = unit(care[4 * k + 2])
        none = u_use < (no_use_without if without else no_use) / (
            1.0 - no_use_risk + no_use_risk * relative[k]
        )
        uses[k] = 0 if none | (months[k] == 0) else 1
        sees[k] = uses[k] if (not without) | (u_use > often) else 0
    for k in range(n):
        mean[k] = usual_number * (1.0 - by_risk + by_risk * relative[k]) * share[k]
        u[k] = unit(care[4 * k + 3])
    poisson_rows(u, mean, n, use.most_visits, strip.mass, strip.below, visits)
    for k in range(n):
        visits[k] = visits[k] + 1 if sees[k] else 0
        u[k] = unit(cost[4 * k + 3])
    binomial_rows(u, visits, n, 1.0 - use.visits_loyal, strip.mass, strip.below, elsewhere)
    last_main, last_other = people.last_main, people.last_other
    last_main_visits, last_other_visits = people.last_main_visits, people.last_other_visits
    shift_visits(people, 0, n, strip)
    hits = 0
    for k in range(n):
        i = row[k]
        last_main[i] = practice[k]
        last_other[i] = -1
        last_main_visits[i] = visits[k] - elsewhere[k]
        last_other_visits[i] = elsewhere[k]
        hit[hits] = k
        hit_row[hits] = i
        hits += 1 if elsewhere[k] > 0 else 0
    draw_rows(key, hit_row, hits, year, _OTHER_PRACTICE, 0, extra)
    for j in range(hits):
        k = hit[j]
        last_other[hit_row[j]] = pick_practice(
            market[k],
            high_needs[k],
            extra[4 * j],
            extra[4 * j + 1],
            first_practice,
            choice_share,
            choice_other,
        )


@stage
def shift_visits(people: People, first: int, last: int, strip: Strip) -> None:
    """Let last year's visits become those of the year before, for people `first` to `last` of the list."""
    row = strip.row
    last_main, last_other, older_main, older_other = (
        people.last_main,
        people.last_other,
        people.older_main,
        people.older_other,
    )
    last_main_visits, last_other_visits = people.last_main_visits, people.last_other_visits
    older_main_visits, older_other_visits = people.older_main_visits, people.older_other_visits
    for k in range(first, last):
        i = row[k]
        older_main[i] = last_main[i]
        older_other[i] = last_other[i]
        older_main_visits[i] = last_main_visits[i]
        older_other_visits[i] = last_other_visits[i]
