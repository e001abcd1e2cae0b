"""One beneficiary-year: life events, alignment, health, use, spending and exact sums in one pass over memory.

The function is serial and releases the GIL; :mod:`sim.kernels.chunks` runs it over fixed chunks on a thread
pool. Sums are integers (cents, months, millionths of score), so their order cannot change a result.
"""

from __future__ import annotations

from sim.kernels.advantage import live_in_advantage
from sim.kernels.by_month import count_by_month
from sim.kernels.counting import count_care, count_months, visit_emergency
from sim.kernels.course import begin_conditions, end_conditions, hide_conditions
from sim.kernels.draws import Decision, Key, draw_rows
from sim.kernels.enrolment import list_people, note_facts
from sim.kernels.episodes import count_chronic, have_procedures
from sim.kernels.health import Health
from sim.kernels.jit import kernel
from sim.kernels.layout import Array, Disease, Markets, People, Practices, Referrals
from sim.kernels.leaving import expect_cost, leave_medicare
from sim.kernels.referral import refer_episodes
from sim.kernels.risk_score import score_all
from sim.kernels.selection import Selection, end_of_strip, list_touched, note_apart, note_touched
from sim.kernels.spending import have_acute_events, spend_on_ambulatory_care
from sim.kernels.standing import note_standing
from sim.kernels.strip import STRIP, Strip
from sim.kernels.tally import Tally
from sim.kernels.visits import choose_practice, make_visits

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
    referrals: Referrals,
    reference_spend: Array,
    tally: Tally,
    selection: Selection,
    strip: Strip,
) -> int:
    """Live one year for rows ``start`` to ``stop`` (exclusive), changing columns and adding to `tally`.

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
    markets, practices, disease, health, referrals
        This year's tables; `referrals` may be empty when the tally has no sums by specialist.
    reference_spend : int32, shape (people,) or (0,)
        Cents the same people spent this year in the reference arm; empty in the reference arm itself.
    tally : Tally
        Added to. Of an arm that is followed it has two regions: the sums of people who are touched are kept
        in the second.
    selection : Selection
        Whose year is lived, and whether it is noted who is touched.
    strip : Strip
        Scratch.

    Returns
    -------
    int
        People enrolled for at least a month.
    """
    sums, episodes = tally.care.reshape(-1), tally.episodes.reshape(-1)
    monthly, referred = tally.monthly.reshape(-1), tally.referred.reshape(-1)
    masks, of_episodes, acute = health.conditions, health.episodes, health.events
    followed, follows = selection.differs.shape[0] > 0, selection.lives.shape[0] > 0
    regions = 2 if followed else 1
    region, episodes_region = sums.shape[0] // regions, episodes.shape[0] // regions
    lived = 0
    last = start
    while last < stop:
        first = last
        if follows:
            last = end_of_strip(people, first, stop, selection)
            n, everyone = list_touched(people, first, last, year, selection, strip)
        else:
            last = min(first + STRIP, stop)
            n, everyone = list_people(people, first, last, year, strip)
        note_facts(people, year, everyone, disease, masks.kidney_failure, strip)
        draw_rows(key, strip.row, everyone, year, _LIFE, 0, strip.life)
        begin_conditions(people, key, year, everyone, markets, disease, strip)
        draw_rows(key, strip.row, n, year, _CARE, 0, strip.care)
        draw_rows(key, strip.row, n, year, _COST, 0, strip.cost)
        draw_rows(key, strip.row, n, year, _USE, 0, strip.use)
        hide_conditions(key, year, n, masks.uncoded_halvings, strip)
        score_all(n, everyone, disease, strip)
        expect_cost(people, everyone, disease, health.relative, strip)
        end_conditions(people, key, year, everyone, disease, masks, strip)
        live_in_advantage(people, n, everyone, health.mortality, health.advantage, strip)
        note_standing(people, n, practices, health.high_needs, health.alignment, strip)
        if followed:
            note_apart(people, first, last, n, selection, strip)
        lived += leave_medicare(people, key, year, n, health.mortality, health.advantage, strip)
        choose_practice(people, key, year, n, markets, practices, health.visits, strip)
        if followed:
            note_touched(n, region, episodes_region, selection, strip)
        make_visits(people, key, year, n, markets, health.visits, strip)
        spend_on_ambulatory_care(n, markets, practices, health.ambulatory, strip)
        have_procedures(key, year, n, markets, practices, of_episodes, episodes, strip)
        have_acute_events(key, year, n, practices, masks, acute, of_episodes, sums, episodes, strip)
        visit_emergency(n, health.emergency, sums, strip)
        count_care(people, n, disease.chronic, masks, health.quality, sums, strip)
        count_chronic(n, masks, of_episodes, episodes, strip)
        count_months(
            people, key, year, n, practices, disease, health.high_needs, reference_spend, sums, strip
        )
        if monthly.shape[0] > 0:
            count_by_month(people, n, monthly, strip)
        if referred.shape[0] > 0:
            refer_episodes(
                key,
                year,
                n,
                markets,
                masks,
                health.ambulatory,
                acute,
                of_episodes,
                referrals,
                referred,
                region,
                strip,
            )
    return lived
