"""What an arm makes of a year whose course is the same in all arms: its cost, and the exact sums."""

from __future__ import annotations

from sim.kernels.by_month import count_by_month
from sim.kernels.counting import change_emergencies, count_care, count_months
from sim.kernels.draws import Key
from sim.kernels.episodes import count_chronic, price_procedures
from sim.kernels.falls import avert_fall_visits, protect_from_falls, support_sharing
from sim.kernels.health import Health
from sim.kernels.jit import stage
from sim.kernels.layout import Array, Disease, Markets, People, Practices, Referrals
from sim.kernels.referral import refer_episodes
from sim.kernels.served import count_served, enrol_at_home
from sim.kernels.spending import price_ambulatory, price_events
from sim.kernels.strip import Strip
from sim.kernels.tally import Tally


@stage
def cost_and_count(
    people: People,
    key: Key,
    year: int,
    n: int,
    markets: Markets,
    practices: Practices,
    disease: Disease,
    health: Health,
    referrals: Referrals,
    reference_spend: Array,
    tally: Tally,
    region: int,
    strip: Strip,
) -> None:
    """Work out what the year of `n` people, aligned already, costs in an arm, and add it to its sums.

    Sums of care from `region` on are those of a second region of the tally.
    """
    sums, episodes = tally.care.reshape(-1), tally.episodes.reshape(-1)
    monthly, referred = tally.monthly.reshape(-1), tally.referred.reshape(-1)
    serves = tally.served.shape[0] > 0
    masks, of_episodes, acute = health.conditions, health.episodes, health.events
    price_ambulatory(n, markets, practices, health.ambulatory, strip)
    support_sharing(key, n, markets, practices, strip)
    protected = protect_from_falls(people, key, year, n, markets, practices, health.falls, sums, strip)
    if serves:
        enrol_at_home(key, n, markets, practices, health.high_needs, strip)
    price_procedures(key, year, n, markets, practices, of_episodes, referrals, sums, episodes, strip)
    changed = price_events(
        key,
        year,
        n,
        practices,
        acute,
        of_episodes,
        health.quality,
        health.falls,
        referrals,
        serves,
        sums,
        episodes,
        strip,
    )
    change_emergencies(key, year, n, changed, health.emergency, strip)
    if protected > 0:
        avert_fall_visits(key, year, n, markets, practices, health.falls, sums, strip)
    count_care(people, n, practices, masks, health.quality, sums, strip)
    count_chronic(n, masks, of_episodes, episodes, strip)
    count_months(people, key, year, n, practices, disease, health.high_needs, reference_spend, sums, strip)
    if serves:
        served = tally.served.reshape(-1)
        count_served(people, key, year, n, markets, practices, of_episodes, sums, served, region, strip)
    if monthly.shape[0] > 0:
        count_by_month(people, n, referrals.wanted, monthly, region, strip)
    if referrals.share.shape[0] > 0:
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
