"""Target prices of a year's episode arrangements, by each way of building them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from sim.inputs.cara_terms import CaraTerms
from sim.kernels.codes import N_EPISODES, EpisodeSum, Kind
from sim.policy.cara import bpci_advanced_price, negotiated_ratio, target_price, team_price, trend_correction
from sim.population.experience import ratio
from sim.population.world import World
from sim.settlement.cara_agreed import PRICES, Agreed
from sim.settlement.cara_led import Kinds
from sim.settlement.program import Floats, History, Ints

_AGED_AND_DISABLED = 0
CMS, OWN, TEAM, BPCI = (PRICES.index(name) for name in ("cms", "own_history", "team", "bpci_advanced"))


class Before(NamedTuple):
    """Episodes of a year by who leads them, whoever the patients are; int64, shape (episodes, specialists).

    Attributes
    ----------
    number : int64 array
    cost, expected : int64 arrays
        Cents of the services that count, and what CMS expected of them.
    """

    number: Ints
    cost: Ints
    expected: Ints

    @classmethod
    def nothing(cls, specialists: int) -> Before:
        """Return no episodes."""
        return cls(*np.zeros((3, N_EPISODES, specialists), np.int64))


class PriceYear:
    """What prices of a year rest on.

    Parameters
    ----------
    world : World
    history : mapping of int to Tally
    year : int
        The performance year; prices are set in the year before.
    prospective : callable
        Growth factors that CMS projects from one year to another, by benchmark cell.
    led : mapping of int to Before
        Episodes by specialist of this year and the one before, where prices rest on them.
    terms : CaraTerms
    """

    def __init__(
        self,
        world: World,
        history: History,
        year: int,
        prospective: Callable[[int, int], Floats],
        led: Mapping[int, Before],
        terms: CaraTerms,
    ) -> None:
        self._world, self._history, self._year, self.terms = world, history, year, terms
        self._led = led
        self.market = world.providers.specialists.market
        self.reliability = world.evidence.number("episodes.reliability")
        projected = float(prospective(year - 1, year)[_AGED_AND_DISABLED])
        self._realised = self._level(year) / self._level(year - 1)
        self.correction = trend_correction(
            np.full_like(self._realised, projected), self._realised, limit=terms.trend_correction
        )
        self._projected = self._realised * self.correction
        self.standard = standard(world, year) if terms.standardised else np.ones(world.n_markets)

    def _level(self, year: int) -> Floats:
        """Return the price level of each market, shape (markets,)."""
        level: Floats = self._world.trend.at(year)[:, Kind.AGED_NON_DUAL]
        return level

    def before(self) -> Before:
        """Return episodes by specialist of the year in which prices are set; none where not counted."""
        return self._led.get(self._year - 1, Before.nothing(len(self.market)))

    def region(self) -> tuple[Floats, Floats]:
        """Return mean cost by market, kind and baseline year with growth since then; NaN where there is none.

        Returns
        -------
        mean_cost : float64, shape (markets, episodes, years)
            Dollars of each year.
        growth : float64, shape (markets, 1, years)
        """
        providers, n = self._world.providers, self._world.n_markets
        of_place = np.concatenate([providers.market, np.arange(n)])
        costs, growth = [], []
        for back in self.terms.team_years_before:
            year = self._year - back
            sums = np.zeros((n, N_EPISODES, len(EpisodeSum)), np.int64)
            if year in self._history:
                np.add.at(sums, of_place, self._history[year].episodes)
            count = sums[..., EpisodeSum.COUNT].astype(np.float64)
            cents = sums[..., EpisodeSum.COST].astype(np.float64)
            costs.append(np.divide(cents / 100.0, count, out=np.full(count.shape, np.nan), where=count > 0.0))
            known = self._level(self._year - 1) / self._level(year) if year in self._history else np.ones(n)
            growth.append(known * self._projected)
        return np.stack(costs, axis=-1), np.stack(growth, axis=-1)[:, None, :]

    def case_mix(self) -> Floats:
        """Return the mean expected cost of an episode, dollars, shape (markets, episodes)."""
        now = self._led[self._year]
        expected, count = np.zeros((2, self._world.n_markets, N_EPISODES))
        np.add.at(expected, self.market, now.expected.T / 100.0)
        np.add.at(count, self.market, now.number.T.astype(np.float64))
        return ratio(expected, count)


def standard(world: World, year: int) -> Floats:
    """Return the nation's level of prices over that of each market, shape (markets,)."""
    ratios: Floats = (world.trend.nation_at(year) / world.trend.at(year))[:, Kind.AGED_NON_DUAL]
    return ratios


def reported_prices(
    world: World, year: int, prospective: Callable[[int, int], Floats], kinds: Kinds, terms: CaraTerms
) -> Floats:
    """Return CMS's prices for a year before it begins: USD, shape (markets, episodes), at mean risk.

    They stand at the level of the year before and the growth that CMS projects.
    """
    level = world.markets(year - 1).level[:, Kind.AGED_NON_DUAL]
    level = level * float(prospective(year - 1, year)[_AGED_AND_DISABLED])
    level = level * (standard(world, year - 1) if terms.standardised else 1.0)
    usual = world.episodes.usual_cost
    return np.outer(level, usual * (kinds.kept if terms.excludes_outliers else 1.0))


def target_cents(
    aco: Ints, kind: Ints, specialist: Ints, count: Ints, expected: Ints, stated: Agreed, prices: PriceYear
) -> Ints:
    """Return the sum of the target prices of each row's episodes, cents.

    Parameters
    ----------
    aco, kind, specialist, count, expected : int64, shape (rows,)
        Who leads whose episodes of which kind, their number, and cents that CMS expects of them.
    stated : Agreed
    prices : PriceYear
    """
    at = aco, kind
    how, discount = stated.price[at], stated.discount[at]
    market = prices.market[specialist]
    dollars = expected / 100.0 * prices.standard[market]
    found = target_price(dollars, base_ratio=stated.ratio[at], discount=discount)
    if (how == OWN).any() or (how == BPCI).any():
        before = prices.before()
        observed, foreseen = before.cost[kind, specialist], before.expected[kind, specialist]
        own = negotiated_ratio(observed, foreseen, reliability=prices.reliability)
        found = np.where(how == OWN, target_price(dollars, base_ratio=own, discount=discount), found)
        past = bpci_advanced_price(dollars, observed, foreseen, discount=discount)
        found = np.where(how == BPCI, past, found)
    found = found * prices.correction[market]
    if (how == TEAM).any():
        cost, growth = prices.region()
        per_episode = team_price(
            cost[market, kind],
            growth[market, 0],
            ratio(ratio(dollars, count), prices.case_mix()[market, kind]),
            weights=prices.terms.team_weights,
            discount=discount,
        )
        found = np.where(how == TEAM, count * per_episode, found)
    return np.rint(found * stated.window[at] * 100.0).astype(np.int64)
