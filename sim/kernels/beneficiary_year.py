"""One beneficiary-year: life events, alignment, health, use, spending and exact sums in one pass over memory.

The function is serial and releases the GIL; :mod:`sim.kernels.chunks` runs it over fixed chunks on a thread
pool. Sums are integers (cents, months, millionths of score), so their order cannot change a result.
"""

from __future__ import annotations

from sim.kernels.advantage import live_in_advantage
from sim.kernels.arm_year import cost_and_count
from sim.kernels.counting import draw_emergencies, note_course
from sim.kernels.course import begin_conditions, end_conditions, hide_conditions
from sim.kernels.draws import Decision, Key, draw_rows
from sim.kernels.enrolment import list_people, note_facts
from sim.kernels.episodes import draw_procedures
from sim.kernels.following import Followers, follow_year, note_touched
from sim.kernels.health import Health
from sim.kernels.jit import kernel
from sim.kernels.layout import Array, Disease, Markets, People, Practices, Referrals
from sim.kernels.leaving import expect_cost, leave_medicare
from sim.kernels.risk_score import score_all, score_new_enrollees
from sim.kernels.served import align_by_medicaid
from sim.kernels.spending import draw_ambulatory, draw_events
from sim.kernels.standing import align_by_claims, note_alignment, note_high_needs
from sim.kernels.strip import STRIP, Strip
from sim.kernels.tally import Tally
from sim.kernels.visits import attest, choose_practice, make_visits

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
    followers: Followers,
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
        Added to. With followers it has two regions, the second for people who are touched.
    followers : Followers
        Arms that follow this one, with their sums, which are added to.
    strip : Strip
        Scratch.

    Returns
    -------
    int
        People enrolled for at least a month.
    """
    masks = health.conditions
    followed = followers.arm.shape[0] > 0
    regions = 2 if followed else 1
    region, episodes_region = tally.care.size // regions, tally.episodes.size // regions
    reference = reference_spend if reference_spend.shape[0] > 0 else people.spend
    lived = 0
    for first in range(start, stop, STRIP):
        last = min(first + STRIP, stop)
        n, everyone = list_people(people, first, last, year, strip)
        note_facts(people, year, everyone, disease, masks.kidney_failure, strip)
        draw_rows(key, strip.row, everyone, year, _LIFE, 0, strip.life)
        begin_conditions(people, key, year, everyone, markets, disease, strip)
        draw_rows(key, strip.row, n, year, _CARE, 0, strip.care)
        draw_rows(key, strip.row, n, year, _COST, 0, strip.cost)
        draw_rows(key, strip.row, n, year, _USE, 0, strip.use)
        hide_conditions(key, year, n, masks.uncoded_halvings, strip)
        score_all(n, disease, strip)
        score_new_enrollees(n, disease, strip)
        expect_cost(people, n, disease, health.relative, strip)
        end_conditions(people, key, year, everyone, disease, masks, strip)
        live_in_advantage(
            people, n, everyone, disease, health.relative, health.mortality, health.advantage, strip
        )
        align_by_claims(people, n, health.alignment, strip)
        note_high_needs(people, n, health.high_needs, strip)
        lived += leave_medicare(people, key, year, n, health.mortality, health.advantage, strip)
        choose_practice(people, key, year, n, markets, health.visits, strip)
        make_visits(people, key, year, n, markets, health.visits, strip)
        draw_ambulatory(n, health.ambulatory, strip)
        draw_procedures(key, year, n, health.episodes, strip)
        draw_events(key, year, n, masks, health.events, strip)
        draw_emergencies(n, health.emergency, strip)
        note_course(people, n, disease.chronic, strip)
        # Up to here the year takes the same course in all arms; what follows is the arm's own.
        note_alignment(people, n, practices, strip)
        if tally.served.shape[0] > 0:
            align_by_medicaid(people, key, n, markets, practices, strip)
        if followed:
            note_touched(people, first, last, n, region, episodes_region, followers, strip)
        attest(people, n, practices, strip)
        cost_and_count(
            people,
            key,
            year,
            n,
            markets,
            practices,
            disease,
            health,
            referrals,
            reference_spend,
            tally,
            region,
            strip,
        )
        if followed:
            follow_year(
                people,
                first,
                last,
                n,
                everyone,
                key,
                year,
                markets,
                disease,
                health,
                referrals,
                reference,
                followers,
                strip,
            )
    return lived
