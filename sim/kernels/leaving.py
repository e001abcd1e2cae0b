"""Death and the move to Medicare Advantage, each in a month of the year, and the cost that people are due."""

from __future__ import annotations

import numpy as np

from sim.kernels.codes import Status
from sim.kernels.draws import Decision, Key, draw_rows, unit
from sim.kernels.health import Advantage, Mortality, Relative
from sim.kernels.jit import inlined, stage
from sim.kernels.layout import Array, Disease, People
from sim.kernels.strip import Strip

_ENROLLED, _ADVANTAGE, _DEAD = int(Status.ENROLLED), int(Status.ADVANTAGE), int(Status.DEAD)
_LEAVING = int(Decision.LEAVING)


@inlined
def expected_cost(
    score: float, conditions: int, age: int, lasting: float, cost: Array, average: Relative
) -> float:
    """Return a person's expected cost relative to the average person, from the year's conditions and age."""
    relative: float = average.constant + average.slope * score
    relative += cost[0, conditions & 255]
    relative += cost[1, (conditions >> 8) & 255]
    relative += cost[2, (conditions >> 16) & 255]
    relative += cost[3, (conditions >> 24) & 255]
    expected: float = min(max(relative, average.least) * average.age[age] * lasting, average.most)
    return expected


@stage
def expect_cost(people: People, n: int, disease: Disease, average: Relative, strip: Strip) -> None:
    """Note the expected cost of the first `n` people."""
    cost_factor, cost = people.cost_factor, disease.cost
    row, age, current, developed, relative = (
        strip.row,
        strip.age,
        strip.current,
        strip.developed,
        strip.relative,
    )
    for k in range(n):
        lasting = float(cost_factor[row[k]])
        relative[k] = expected_cost(current[k], developed[k], age[k], lasting, cost, average)


@stage
def leave_medicare(
    people: People,
    key: Key,
    year: int,
    n: int,
    mortality: Mortality,
    advantage: Advantage,
    strip: Strip,
) -> int:
    """Decide who dies and who moves to Medicare Advantage, and when; return how many are enrolled at all."""
    all_status, all_months = people.status, people.months
    death_table, mortality_level = mortality.table, mortality.level
    by_risk, by_event = mortality.risk_slope, mortality.event
    move, move_risk = advantage.leave, advantage.leave_risk
    usual, most = advantage.risk_usual, advantage.risk_most
    row, life, extra, hit, hit_row = strip.row, strip.life, strip.extra, strip.hit, strip.hit_row
    entering, first_month, last_month = strip.entering, strip.first_month, strip.last_month
    sex, age, kind, dual, had_event = strip.sex, strip.age, strip.kind, strip.dual, strip.had_event
    relative, dies, months, share = strip.relative, strip.dies, strip.months, strip.share
    hits = 0
    for k in range(n):
        chance = death_table[sex[k], age[k]] * mortality_level[kind[k], sex[k], age[k]]
        tilt = 1.0 - by_risk + by_risk * relative[k]
        tilt *= by_event if had_event[k] else 1.0
        here = 13.0 - first_month[k]
        death = unit(life[4 * k]) < chance * tilt * here / 12.0
        dies[k] = 1 if death else 0
        last_month[k] = first_month[k] + np.int64(here * unit(life[4 * k + 1])) if death else 12
        tilt = 1.0 + move_risk * (usual - min(relative[k], most))
        hit[hits] = k
        hit_row[hits] = row[k]
        hits += 1 if (entering[k] == 0) & (unit(life[4 * k + 2]) < move[dual[k]] * tilt) else 0
        all_status[row[k]] = _DEAD if death else _ENROLLED
    draw_rows(key, hit_row, hits, year, _LEAVING, 0, extra)
    for j in range(hits):
        k = hit[j]
        last_enrolled = np.int64(12.0 * unit(extra[4 * j]))  # 0: gone on 1 January
        if last_enrolled < last_month[k]:
            last_month[k] = last_enrolled
            dies[k] = 0
        if dies[k] == 0:
            all_status[row[k]] = _ADVANTAGE
    lived = 0
    for k in range(n):
        enrolled = max(np.int64(0), last_month[k] - first_month[k] + 1)
        months[k] = enrolled
        share[k] = enrolled / 12.0
        all_months[row[k]] = enrolled
        lived += 1 if enrolled > 0 else 0
    return lived
