"""One beneficiary-year: life events, alignment, health, use, spending and exact sums in one pass over memory.

The function is serial and releases the GIL; :mod:`sim.kernels.chunks` runs it over fixed chunks on a thread
pool. Sums are integers (cents, months, millionths of score), so their order cannot change a result.
"""

from __future__ import annotations

from sim.kernels.advantage import stay_away
from sim.kernels.counting import count_care, count_months, visit_emergency
from sim.kernels.course import develop, miss, recover
from sim.kernels.draws import Decision, Key, draw_rows
from sim.kernels.enrolment import describe, gather
from sim.kernels.jit import kernel
from sim.kernels.layout import Array, Disease, Health, Markets, People, Practices
from sim.kernels.leaving import leave, weigh
from sim.kernels.risk_score import score_all
from sim.kernels.spending import have_events, have_procedures, spend_at_practices
from sim.kernels.standing import stand
from sim.kernels.strip import STRIP, Strip
from sim.kernels.visits import choose_practice, visit

_LIFE, _CARE, _COST, _USE = int(Decision.LIFE), int(Decision.CARE), int(Decision.COST), int(Decision.USE)


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
    strip: Strip,
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
    strip : Strip
        Scratch.

    Returns
    -------
    int
        People enrolled for at least a month.
    """
    flat_sums = sums.reshape(-1)
    flat_episodes = episodes.reshape(-1)
    lived = 0
    for first in range(start, stop, STRIP):
        n, everyone = gather(people, first, min(first + STRIP, stop), year, strip)
        describe(people, year, everyone, disease, health, strip)
        draw_rows(key, strip.row, everyone, year, _LIFE, 0, strip.life)
        develop(people, key, year, everyone, markets, disease, strip)
        draw_rows(key, strip.row, n, year, _CARE, 0, strip.care)
        draw_rows(key, strip.row, n, year, _COST, 0, strip.cost)
        draw_rows(key, strip.row, n, year, _USE, 0, strip.use)
        miss(key, year, n, health, strip)
        score_all(n, everyone, disease, strip)
        weigh(people, everyone, disease, health, strip)
        recover(people, key, year, everyone, disease, health, strip)
        stay_away(people, n, everyone, health, strip)
        stand(people, n, practices, health, strip)
        lived += leave(people, key, year, n, health, strip)
        choose_practice(people, key, year, n, markets, practices, health, strip)
        visit(people, key, year, n, markets, health, strip)
        spend_at_practices(n, markets, practices, health, strip)
        have_procedures(key, year, n, markets, practices, health, flat_episodes, strip)
        have_events(key, year, n, practices, health, flat_sums, flat_episodes, strip)
        visit_emergency(n, health, flat_sums, strip)
        count_care(people, n, disease, health, flat_sums, flat_episodes, strip)
        count_months(people, key, year, n, practices, disease, health, reference_spend, flat_sums, strip)
    return lived
