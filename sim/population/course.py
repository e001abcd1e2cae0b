"""How practices and ACOs go their own ways, the same in all arms: spending, coding and TIN lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.kernels.codes import MONTHS_A_YEAR
from sim.kernels.draws import Decision, Key, uniforms
from sim.kernels.quantiles import normals
from sim.population.practices import Providers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

NO_ACO = -1


@dataclass(frozen=True, eq=False)
class Course:
    """The course of every practice; arrays of shape (years, practices), of `aco` one year more.

    Attributes
    ----------
    years : range
        Calendar years, the world's first to its last.
    spending, coding : float64 arrays
        Spending of the practice's patients, and their coded over true risk, relative to the last year before
        the first performance year. The mean is one in every year.
    aco : int64 array
        ACO on whose list the practice is, -1 for none. Lists change after the first performance year.
    month : int64 array
        Month of the year before in which a practice joins the ACO it comes to.
    """

    years: range
    spending: Floats
    coding: Floats
    aco: Ints
    month: Ints

    def at(self, year: int) -> tuple[Floats, Floats]:
        """Return spending and coding of a year, both of shape (practices,)."""
        now = self.years.index(year)
        return self.spending[now], self.coding[now]

    def joining(self, year: int, before: float) -> Ints:
        """Return the ACO that takes in each practice of none next year, or -1; before a month of this one."""
        now = self.years.index(year)
        comes = (self.aco[now] == NO_ACO) & (self.month[now + 1] < before)
        return np.where(comes, self.aco[now + 1], NO_ACO)

    def enter(self, practices: Mapping[str, NDArray[Any]], year: int) -> None:
        """Take an arm's practices into a year: how they have drifted, and who leaves or joins an ACO.

        `practices` are columns by name, changed in place: `efficiency`, `coding_habit` and `aco_row`. A
        practice whose ACO somebody has changed stays where it was put.
        """
        now = self.years.index(year)
        practices["efficiency"][:] *= self.spending[now] / self.spending[now - 1]
        practices["coding_habit"][:] *= self.coding[now] / self.coding[now - 1]
        before, after, list_of = self.aco[now - 1], self.aco[now], practices["aco_row"]
        moved = (before != after) & (list_of == before)
        list_of[moved] = after[moved]


def draw_course(
    providers: Providers, n_acos: int, evidence: Evidence, key: Key, years: range, first_py: int
) -> Course:
    """Draw the course of every practice.

    Parameters
    ----------
    providers : Providers
    n_acos : int
    evidence : Evidence
        Keys ``drift.*`` and ``tins.*``.
    key : Key
        Replicate's key.
    years : range
        Calendar years needed.
    first_py : int
        First performance year.
    """
    memory = evidence.number("drift.memory")

    def drawn(agents: int, decision: Decision, spread: str) -> Floats:
        return deviations(key, agents, decision, years, first_py - 1, evidence.number(spread), memory)

    def of_acos(drift: Floats) -> Floats:
        # The last place answers for practices that no ACO had at first. Taken, a year's values lie side by
        # side; for others the kernels would be compiled a second time.
        return np.take(np.concatenate([drift, np.zeros((len(years), 1))], axis=1), providers.aco, axis=1)

    own = drawn(len(providers.market), Decision.PRACTICE_DRIFT, "drift.practice")
    common = of_acos(drawn(n_acos, Decision.ACO_DRIFT, "drift.aco"))
    coding = of_acos(drawn(n_acos, Decision.CODING_DRIFT, "drift.coding"))
    longer = range(years[0], years[-1] + 2)
    lists = _lists(providers, n_acos, evidence, key, longer, first_py)
    month = np.stack([_months(providers, key, year) for year in longer])
    return Course(years, np.exp(own + common), np.exp(coding), lists, month)


def _months(providers: Providers, key: Key, year: int) -> Ints:
    drawn = uniforms(key, np.arange(len(providers.market)), year, Decision.TIN_LIST)[:, 2]
    return 1 + (drawn * MONTHS_A_YEAR).astype(np.int64)


def deviations(
    key: Key, agents: int, decision: Decision, years: range, anchor: int, spread: float, memory: float
) -> Floats:
    """Return logs of factors of mean one that are 1 in the year `anchor`, shape (years, agents).

    Differences from the anchor of a stationary autoregression whose yearly shocks spread by `spread`. It is
    drawn from the anchor onwards and backwards, so that a longer past or future changes no year.
    """
    ids = np.arange(agents)

    def shock(year: int) -> Floats:
        return np.asarray(spread * normals(key, ids, year, decision)[:, 0])

    path = np.empty((len(years), agents))
    stationary = 1.0 / (1.0 - memory**2)
    start = np.sqrt(stationary) * shock(anchor)
    for steps in (range(anchor, years[-1] + 1), range(anchor, years[0] - 1, -1)):
        at = start
        for year in steps:
            at = at if year == anchor else memory * at + shock(year)
            variance = 2.0 * spread**2 * stationary * (1.0 - memory ** abs(year - anchor))
            if year in years:
                path[years.index(year)] = at - start - 0.5 * variance
    return path


def _lists(
    providers: Providers, n_acos: int, evidence: Evidence, key: Key, years: range, first_py: int
) -> Ints:
    """Return the ACO of each practice by year: as drawn until the first performance year, then by chance.

    A practice leaves with its whole TIN, the costly ones more often. In some years an ACO takes in practices
    of its market that are in none, so many that over the years as many people come as an ACO of its first
    size loses to that chance.
    """
    chance, by_cost = evidence.number("tins.leave"), evidence.number("tins.leave_cost")
    intake = evidence.number("tins.intake")
    practices = np.arange(len(providers.market))
    lives = providers.lives.sum(axis=1)
    member = providers.aco >= 0
    size = np.bincount(providers.aco[member], lives[member], n_acos)
    found = np.tile(providers.aco, (len(years), 1))
    if chance == 0.0 or not member.any():
        return found
    odds = np.log(chance / (1.0 - chance))
    dearer = by_cost * np.log(providers.efficiency)
    market_of_aco = providers.aco_market(n_acos)
    for year in range(first_py + 1, years[-1] + 1):
        before = found[years.index(year) - 1]
        draw = uniforms(key, practices, year, Decision.TIN_LIST)
        member = before >= 0
        mean = _mean_by(before, dearer, lives, n_acos)[before]
        leaves = member & (draw[:, 0] < 1.0 / (1.0 + np.exp(-odds - dearer + mean)))
        # An ACO that all would leave keeps them.
        stays = np.bincount(before[member & ~leaves], minlength=n_acos) > 0
        leaves &= stays[before]
        after = np.where(leaves, NO_ACO, before)
        takes = uniforms(key, np.arange(n_acos), year, Decision.TIN_INTAKE)[:, 0] < intake
        for market in np.unique(market_of_aco[takes & (market_of_aco >= 0)]).tolist():
            acos = np.flatnonzero((market_of_aco == market) & takes)
            free = np.flatnonzero((providers.market == market) & ~member)
            wanted = np.cumsum(chance / intake * size[acos])
            joins = free[draw[free, 0] * lives[free].sum() < wanted[-1]]
            after[joins] = acos[np.searchsorted(wanted / wanted[-1], draw[joins, 1])]
        found[years.index(year)] = after
    return found


def _mean_by(group: Ints, values: Floats, weight: Floats, n_groups: int) -> Floats:
    """Return weighted means by group, and 0 at the end for those in none."""
    inside = group >= 0
    total = np.bincount(group[inside], weight[inside] * values[inside], n_groups + 1)
    return np.asarray(total / np.maximum(np.bincount(group[inside], weight[inside], n_groups + 1), 1e-9))
