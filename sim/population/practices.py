"""Practices and specialists of every market, and how people choose among practices."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.kernels.draws import Decision, Key
from sim.kernels.quantiles import normals
from sim.population.habits import Habits, draw_habits
from sim.population.plan import AcoPlan
from sim.population.referrals import Specialists, draw_specialists, felt_by_practices

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
LARGEST_SHARE = (
    0.75  # of a market: where one ACO has nearly all of it nobody can leave it for another practice
)


@dataclass(frozen=True, slots=True)
class Providers:
    """Practices (TINs) and specialists; arrays by practice or by specialist.

    Attributes
    ----------
    first_practice : int64, shape (markets + 1,)
    market, aco : int64, shape (practices,)
        Market, and the ACO it would take part with or -1.
    lives : float64, shape (practices, 2)
        Expected assignable people: not High Needs, High Needs.
    efficiency : float64, shape (practices,)
        Spending of its patients relative to the market's average practice, referrals included.
    specialists : Specialists
        And to which of them each practice refers.
    habits : Habits
        How practices differ in the care they give.
    """

    first_practice: Ints
    market: Ints
    aco: Ints
    lives: Floats
    efficiency: Floats
    specialists: Specialists
    habits: Habits

    def aco_market(self, n_acos: int) -> Ints:
        """Return the market of each ACO, shape (acos,); -1 for one without practices."""
        market = np.full(n_acos, -1, np.int64)
        member = self.aco >= 0
        market[self.aco[member]] = self.market[member]
        return market


def market_people(plans: list[AcoPlan], high_needs: float, evidence: Evidence, aco_share: float) -> float:
    """Return the Original Medicare people of a market in the first performance year.

    The market is large enough for its ACOs to hold `aco_share` of its assignable people, of High Needs
    people, whose share among all is `high_needs`, as well as of others. Where ACOs state shares of their own,
    it holds those who do at the sum of their shares.
    """
    assignable = evidence.number("care.assignable")
    parts = np.array([1.0 - high_needs, high_needs])

    def held(acos: list[AcoPlan], share: float) -> float:
        lives = np.array([split_lives(plan, high_needs) for plan in acos]).sum(axis=0)
        return float(np.max(lives / parts) / (share * assignable))

    if stating := [plan for plan in plans if plan.market_share is not None]:
        together = sum(plan.market_share or 0.0 for plan in stating)
        # Those who state nothing fit in as well.
        return max(held(stating, together), held(plans, 1.0))
    return held(plans, aco_share)


def split_lives(plan: AcoPlan, high_needs: float) -> tuple[float, float]:
    """Return an ACO's lives without and with High Needs."""
    share = high_needs if plan.high_needs_share is None else plan.high_needs_share
    return plan.lives * (1.0 - share), plan.lives * share


def draw_providers(
    plans: tuple[AcoPlan, ...],
    by_market: list[list[int]],
    people: Floats,
    high_needs: Floats,
    evidence: Evidence,
    key: Key,
) -> Providers:
    """Draw practices and specialists.

    Parameters
    ----------
    plans : tuple of AcoPlan
    by_market : list of list of int
        ACOs of each market.
    people : float64, shape (markets,)
        Original Medicare people of each market.
    high_needs : float64, shape (markets,)
        Share of them who are High Needs.
    evidence : Evidence
        Keys ``care.*``, and those of :func:`sim.population.habits.draw_habits`.
    key : Key
        Replicate's key.
    """
    aco_draws = normals(key, np.arange(len(plans)), 0, Decision.ACO_TRAITS)
    assignable = evidence.number("care.assignable")
    mean_other = evidence.number("care.practice_lives") * np.exp(
        0.5 * evidence.number("care.practice_size_spread") ** 2
    )
    # market, aco, practices, lives, efficiency
    counts: list[tuple[int, int, int, tuple[float, float], float]] = []
    for m, acos in enumerate(by_market):
        rest = np.array([1.0 - high_needs[m], high_needs[m]]) * people[m] * assignable
        pull = 0.0
        for a in acos:
            plan = plans[a]
            own_lives = split_lives(plan, float(high_needs[m]))
            spread = evidence.number("care.tins_spread")
            typical = evidence.number("care.tins") * (
                plan.lives / evidence.number("care.tins_lives")
            ) ** evidence.number("care.tins_size")
            most = max(1, int(plan.lives / evidence.number("care.tin_fewest")))
            tins = int(np.clip(round(typical * np.exp(spread * aco_draws[a, 0])), 1, most))
            level = (
                evidence.number("care.aco_efficiency") * aco_draws[a, 1]
                if plan.efficiency is None
                else plan.efficiency
            )
            counts.append((m, a, tins, own_lives, float(level)))
            rest = rest - np.array(own_lives)
            pull += level * sum(own_lives)
        rest = np.maximum(rest, 0.0)
        others = max(1, round(float(rest.sum()) / mean_other))
        counter = -pull / rest.sum() if rest.sum() > 0.0 else 0.0
        counts.append((m, -1, others, (float(rest[0]), float(rest[1])), float(counter)))

    n = sum(count[2] for count in counts)
    draws = normals(key, np.arange(n), 0, Decision.PRACTICE_TRAITS)
    n_markets = len(by_market)
    market = np.concatenate([np.full(c[2], c[0]) for c in counts]).astype(np.int64)
    aco = np.concatenate([np.full(c[2], c[1]) for c in counts]).astype(np.int64)
    first_practice = np.searchsorted(market, np.arange(n_markets + 1)).astype(np.int64)
    specialists = draw_specialists(evidence, key, market, first_practice)
    led = evidence.number("care.specialist_share")
    through = felt_by_practices(specialists, specialists.efficiency, led)

    lives = np.empty((n, 2))
    efficiency = np.empty(n)
    start = 0
    for _, _, number, (plain, needy), level in counts:
        rows = slice(start, start + number)
        weight = np.exp(evidence.number("care.practice_size_spread") * draws[rows, 0])
        weight /= weight.sum()
        lives[rows] = weight[:, None] * np.array([plain, needy])
        own = np.exp(evidence.number("care.practice_efficiency") * draws[rows, 1]) * through[rows]
        efficiency[rows] = own / (weight @ own) * (1.0 + level)
        start += number
    habits = draw_habits(aco, market, lives.sum(axis=1), len(plans), evidence, key)
    return Providers(first_practice, market, aco, lives, efficiency, specialists, habits)


def changes_by_market(providers: Providers) -> Floats:
    """Return how many changes of practice there are for each that leads out of an ACO, shape (markets,).

    Who changes practice picks any of the market, hence one of the same ACO the more often the more of the
    market that has. Of an ACO's people as many leave it whatever its share, so that more change. Where a
    market has several ACOs the mean share that their people see counts.
    """
    lives = providers.lives.sum(axis=1)
    changes = np.ones(len(providers.first_practice) - 1)
    for market in range(len(changes)):
        here = np.flatnonzero((providers.market == market) & (providers.aco >= 0))
        shares = np.bincount(providers.aco[here], lives[here]) / lives[providers.market == market].sum()
        if shares.sum() > 0.0:
            changes[market] = 1.0 / (1.0 - min(shares @ shares / shares.sum(), LARGEST_SHARE))
    return changes


def alias_table(weights: Floats) -> tuple[Floats, Ints]:
    """Return the alias table of Walker (1977) for one set of weights: keep share, and the other choice.

    Parameters
    ----------
    weights : float64, shape (choices,)
        Not negative; all zero means equal.

    Returns
    -------
    share : float64, other : int64, both of shape (choices,)
    """
    n = len(weights)
    scaled = np.full(n, 1.0) if weights.sum() <= 0.0 else weights * (n / weights.sum())
    other = np.arange(n)
    small = [i for i in range(n) if scaled[i] < 1.0]
    large = [i for i in range(n) if scaled[i] >= 1.0]
    while small and large:
        low, high = small.pop(), large[-1]
        other[low] = high
        scaled[high] -= 1.0 - scaled[low]
        if scaled[high] < 1.0:
            small.append(large.pop())
    for i in small + large:
        scaled[i] = 1.0
    return scaled, other.astype(np.int64)


def choice_tables(providers: Providers) -> tuple[Floats, Ints]:
    """Return the alias tables of all markets: keep share and other practice, each of shape (2, practices)."""
    n = len(providers.market)
    share, other = np.ones((2, n)), np.zeros((2, n), dtype=np.int64)
    for first, stop in zip(providers.first_practice[:-1], providers.first_practice[1:], strict=True):
        for panel in range(2):
            keep, alias = alias_table(providers.lives[first:stop, panel])
            share[panel, first:stop] = keep
            other[panel, first:stop] = alias + first
    return share, other
