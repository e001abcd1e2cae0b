"""What an arm makes of a year whose course is the same in all arms: its cost, and the exact sums."""

from __future__ import annotations

from sim.kernels.by_month import count_by_month
from sim.kernels.counting import change_emergencies, count_care, count_months
from sim.kernels.draws import Key
from sim.kernels.episodes import count_chronic, price_procedures
from sim.kernels.health import Health
from sim.kernels.jit import stage
from sim.kernels.layout import Array, Disease, Markets, People, Practices, Referrals
from sim.kernels.referral import refer_episodes
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
    masks, of_episodes, acute = health.conditions, health.episodes, health.events
    price_ambulatory(n, markets, practices, health.ambulatory, strip)
    price_procedures(n, markets, practices, of_episodes, sums, episodes, strip)
    changed = price_events(n, practices, acute, of_episodes, health.quality, sums, episodes, strip)
    change_emergencies(key, year, changed, health.emergency, sums, strip)
    count_care(people, n, masks, health.quality, sums, strip)
    count_chronic(n, masks, of_episodes, episodes, strip)
    count_months(people, key, year, n, practices, disease, health.high_needs, reference_spend, sums, strip)
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
