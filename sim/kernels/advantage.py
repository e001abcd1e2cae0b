"""A year in Medicare Advantage: no visits that Original Medicare would see, death, and coming back."""

from __future__ import annotations

from sim.kernels.codes import Status
from sim.kernels.draws import unit
from sim.kernels.health import Advantage, Mortality, Relative
from sim.kernels.jit import stage
from sim.kernels.layout import Disease, People
from sim.kernels.leaving import expected_cost
from sim.kernels.risk_score import scores
from sim.kernels.strip import Strip
from sim.kernels.visits import shift_visits

_ENROLLED, _ADVANTAGE, _DEAD = int(Status.ENROLLED), int(Status.ADVANTAGE), int(Status.DEAD)


@stage
def live_in_advantage(
    people: People,
    n: int,
    everyone: int,
    disease: Disease,
    average: Relative,
    mortality: Mortality,
    advantage: Advantage,
    strip: Strip,
) -> None:
    """Live the year of the people listed after the first `n`; some come back on the next 1 January.

    Most neither die nor come back whatever care they are expected to need. Only of the others is that worked
    out: nothing else follows from it here.
    """
    all_status, all_aligned = people.status, people.aligned
    had_event, all_admissions, all_snf_days = people.event, people.admissions, people.snf_days
    last_main, last_other = people.last_main, people.last_other
    last_main_visits, last_other_visits = people.last_main_visits, people.last_other_visits
    death_table, mortality_level, by_risk = mortality.table, mortality.level, mortality.risk_slope
    come_back, back_risk = advantage.back, advantage.back_risk
    usual, most = advantage.risk_usual, advantage.risk_most
    row, life, developed, current = strip.row, strip.life, strip.developed, strip.current
    sex, age, kind, dual, hit, mask = strip.sex, strip.age, strip.kind, strip.dual, strip.hit, strip.mask
    chances = strip.mean
    most_deaths = 1.0 - by_risk + by_risk * average.most
    most_back = 1.0 + back_risk * (min(average.most, most) - usual)
    shift_visits(people, n, everyone, strip)
    hits = 0
    for k in range(n, everyone):
        i = row[k]
        last_main[i] = -1
        last_other[i] = -1
        last_main_visits[i] = 0
        last_other_visits[i] = 0
        all_aligned[i] = -1
        had_event[i] = 0
        all_admissions[i] = 0
        all_snf_days[i] = 0
        chance = death_table[sex[k], age[k]] * mortality_level[kind[k], sex[k], age[k]]
        may = unit(life[4 * k]) < chance * most_deaths
        may |= unit(life[4 * k + 2]) < come_back[dual[k]] * most_back
        hit[hits] = k
        mask[hits] = developed[k]
        chances[hits] = chance
        hits += 1 if may else 0
    scores(hits, disease, strip, current)
    for j in range(hits):
        k = hit[j]
        i = row[k]
        lasting = float(people.cost_factor[i])
        relative = expected_cost(current[k], developed[k], age[k], lasting, disease.cost, average)
        dies = unit(life[4 * k]) < chances[j] * (1.0 - by_risk + by_risk * relative)
        tilt = 1.0 + back_risk * (min(relative, most) - usual)
        back = unit(life[4 * k + 2]) < come_back[dual[k]] * tilt
        all_status[i] = _DEAD if dies else (_ENROLLED if back else _ADVANTAGE)
