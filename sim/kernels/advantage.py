"""A year in Medicare Advantage: no visits that Original Medicare would see, death, and coming back."""

from __future__ import annotations

from sim.kernels.codes import Status
from sim.kernels.draws import unit
from sim.kernels.health import Advantage, Mortality
from sim.kernels.jit import stage
from sim.kernels.layout import People
from sim.kernels.strip import Strip
from sim.kernels.visits import shift_visits

_ENROLLED, _ADVANTAGE, _DEAD = int(Status.ENROLLED), int(Status.ADVANTAGE), int(Status.DEAD)


@stage
def live_in_advantage(
    people: People, n: int, everyone: int, mortality: Mortality, advantage: Advantage, strip: Strip
) -> None:
    """Live the year of the people listed after the first `n`; some come back on the next 1 January."""
    all_status, all_aligned = people.status, people.aligned
    had_event, all_admissions, all_snf_days = people.event, people.admissions, people.snf_days
    last_main, last_other = people.last_main, people.last_other
    last_main_visits, last_other_visits = people.last_main_visits, people.last_other_visits
    death_table, mortality_level, by_risk = mortality.table, mortality.level, mortality.risk_slope
    come_back, back_risk = advantage.back, advantage.back_risk
    usual, most = advantage.risk_usual, advantage.risk_most
    row, life, relative = strip.row, strip.life, strip.relative
    sex, age, kind, dual = strip.sex, strip.age, strip.kind, strip.dual
    shift_visits(people, n, everyone, strip)
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
        dies = unit(life[4 * k]) < chance * (1.0 - by_risk + by_risk * relative[k])
        tilt = 1.0 + back_risk * (min(relative[k], most) - usual)
        back = unit(life[4 * k + 2]) < come_back[dual[k]] * tilt
        all_status[i] = _DEAD if dies else (_ENROLLED if back else _ADVANTAGE)
