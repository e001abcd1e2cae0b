"""Which contracts on their episodes specialists sign, and which they end, where a scenario lets them decide.

A contract is one specialist's, or a group's, with one ACO on one kind of episode, from year to year.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from sim.behaviour.book import Behaviours
from sim.inputs.cara_terms import CaraTerms
from sim.kernels.codes import MONTHS_A_YEAR
from sim.kernels.draws import Decision, uniforms
from sim.kernels.quantiles import make_normal
from sim.outcomes.cara import CARA_DECIDED
from sim.population.experience import ratio
from sim.population.world import World
from sim.settlement.cara_agreed import Agreed
from sim.settlement.cara_led import Kinds, contracted
from sim.settlement.cara_offers import Offered, believed_price, believed_results, contract_key
from sim.settlement.cara_price import Before
from sim.settlement.cara_reports import Reports
from sim.settlement.program import Flags, Floats, Ints, Settled

# The year of draws that are a specialist's for good.
_ALWAYS = 0


@dataclass(frozen=True, eq=False)
class Signed:
    """What became of a year's offers; arrays of shape (contracts,).

    Attributes
    ----------
    offered : Offered
    asked, signs, ends, held : bool arrays
        Whether its specialist is free to sign as the year begins, whether it does, whether it has ended one
        of the year before, and whether there is one this year.
    years : int64 array
        Years it has been held, this one included; 0 where it is not.
    price, noise : float64 arrays
        Target price over what CMS expects, and how far a result over target prices may stray, as believed.
    pooled : bool array, shape (acos, episodes)
        Where contracts are a group's.
    leaves : bool array
        Whether its specialist ends it as the year ends; known once the year is settled.
    """

    offered: Offered
    asked: Flags
    signs: Flags
    ends: Flags
    held: Flags
    years: Ints
    price: Floats
    noise: Floats
    pooled: Flags
    leaves: Flags


class Signing:
    """What the specialists of an arm decide about contracts, year by year.

    Parameters
    ----------
    world : World
    kinds : Kinds

    Attributes
    ----------
    years : dict of int to Signed
        Of each year in which anybody decides.
    led : dict of int to Before
        What specialists led in each year counted, whoever the patients were.
    """

    def __init__(self, world: World, kinds: Kinds) -> None:
        self._world, self._kinds = world, kinds
        self._decide: Callable[..., Any] | None = None
        self.years: dict[int, Signed] = {}
        self.led: dict[int, Before] = {}

    def begin_year(
        self,
        year: int,
        practice_aco: Ints,
        stated: Agreed,
        arranging: Flags,
        terms: CaraTerms,
        reports: Mapping[int, Reports],
        behaviours: Behaviours,
    ) -> Flags:
        """Let specialists sign for a year about to begin; return with whom each ACO has a contract in it.

        Parameters
        ----------
        year : int
        practice_aco : int64, shape (practices,)
        stated : Agreed
            What ACOs offer for the year, or have, where specialists do not decide.
        arranging : bool, shape (acos,)
        terms : CaraTerms
        reports : mapping of int to Reports
            Of all years so far.
        behaviours : Behaviours
            Of the arm.

        Returns
        -------
        bool, shape (acos, episodes, specialists)
        """
        self._decide = behaviours.decide
        everybody = contracted(practice_aco, stated, self._kinds, self._world)
        decides = stated.decides & arranging[:, None]
        offered = Offered.of(practice_aco, decides, everybody, stated.pooled, self._kinds, self._world)
        at, before = offered.at, self._led(year - 1)
        years, ends = self._of_last_year(year, offered.key)
        resting = np.zeros_like(ends)
        for past in range(year - int(behaviours.parameters["drop_out"].pause) + 1, year):
            if past in self.years:
                resting |= np.isin(offered.key, self.years[past].offered.key[self.years[past].ends])
        asked = (years == 0) & ~resting
        evidence = self._world.evidence
        price = believed_price(offered, stated, before, evidence.number("episodes.reliability"))
        change = np.where(stated.responds[at], behaviours.parameters["episode_response"].cost[at[1]], 0.0)
        costs, episodes = self._known(year, offered, price, 1.0 + change, reports)
        size = offered.size(before)
        belief = behaviours.decide(
            "episode_belief",
            costs=costs,
            episodes=episodes,
            usual=1.0 + change,
            spread=evidence.number("care.specialist_efficiency") * offered.alike(before),
            cv=evidence.array("episodes.cv")[offered.kind],
            size=size,
        )
        noise = np.hypot(belief.unsure, belief.noise) / price
        quality = behaviours.parameters["acceptance"].quality
        results = believed_results(offered, 1.0 - belief.cost / price, noise, quality, stated, terms)
        would = behaviours.decide(
            "acceptance",
            results=results,
            own_draw=self._normals(offered, _ALWAYS),
            draw=self._normals(offered, year),
        )
        # Nobody signs what will not be reconciled.
        enough = (size >= stated.least[at]) & (offered.led(before)[0] >= terms.least_before)
        signs = asked & ((would & enough) | ~stated.accepts[at])
        held = signs | ((years > 0) & ~ends)
        self.years[year] = Signed(
            offered=offered,
            asked=asked,
            signs=signs,
            ends=ends,
            held=held,
            years=np.where(held, years + 1, 0),
            price=price,
            noise=noise,
            pooled=stated.pooled,
            leaves=np.zeros(len(held), bool),
        )
        found = everybody & ~decides[:, :, None]
        mine = held[offered.contract]
        of_rows = offered.aco[offered.contract], offered.kind_led, offered.specialist
        found[tuple(values[mine] for values in of_rows)] = True
        return np.asarray(found)

    def end_year(self, year: int, stated: Agreed, reports: Reports) -> None:
        """Let specialists end contracts as a year ends, by the reports that are out by then."""
        signed = self.years.get(year)
        if signed is None or self._decide is None:
            return
        offered = signed.offered
        _, cost, target = _told(signed, reports, reports.known_by(year, MONTHS_A_YEAR))
        chance = self._decide(
            "drop_out",
            years=np.maximum(signed.years, 1),
            results=np.where(target > 0.0, 1.0 - ratio(cost, target), np.nan),
            noise=signed.noise,
        )
        leaves = self._uniforms(offered, year, Decision.CARA_ENDING) < chance
        may = signed.held & stated.drops_out[offered.at]
        self.years[year] = replace(signed, leaves=may & leaves)

    def leaving(self, year: int, aco: Ints, kind: Ints, specialist: Ints) -> Flags:
        """Return whose contract ends with a year by the specialist's decision, shape (rows,)."""
        signed = self.years.get(year)
        if signed is None:
            return np.zeros(len(aco), bool)
        key = contract_key(aco, kind, specialist, signed.pooled)
        return np.isin(key, signed.offered.key[signed.leaves])

    def told(self, year: int, acos: int) -> Settled:
        """Return a year's result variables, shape (acos,); zero where nobody decides."""
        signed = self.years.get(year)
        if signed is None:
            return {name: np.zeros(acos) for name in CARA_DECIDED}
        every = np.ones_like(signed.held)
        counted = every, signed.asked, signed.signs, signed.ends, signed.held
        return {
            name: np.bincount(signed.offered.aco[which], minlength=acos).astype(np.float64)
            for name, which in zip(CARA_DECIDED, counted, strict=True)
        }

    def _led(self, year: int) -> Before:
        return self.led.get(year, Before.nothing(len(self._world.providers.specialists.market)))

    def _of_last_year(self, year: int, key: Ints) -> tuple[Ints, Flags]:
        """Return years that contracts have been held until now, and which their specialists have ended."""
        last = self.years.get(year - 1)
        years, ends = np.zeros(len(key), np.int64), np.zeros(len(key), bool)
        if last is not None:
            mine, place = _found(last.offered.key, key)
            years[mine], ends[mine] = last.years[place], last.leaves[place]
        return years, ends

    def _known(
        self, year: int, offered: Offered, price: Floats, under: Floats, reports: Mapping[int, Reports]
    ) -> tuple[Floats, Floats]:
        """Return what each year so far has shown: cost over what CMS expects, and episodes.

        Of a year under contract it is what its reports show, of any other all episodes that the specialist
        has led, at `under` of their cost; arrays of shape (contracts, years).
        """
        shape = len(offered.key), len(self.led)
        costs, episodes = np.full(shape, np.nan), np.zeros(shape)
        for place, past in enumerate(sorted(self.led)):
            number, cost, expected = offered.led(self.led[past])
            seen = expected > 0.0
            costs[seen, place] = (under * ratio(cost, expected))[seen]
            episodes[:, place] = number
            if past not in self.years or past not in reports:
                continue
            signed = self.years[past]
            count, cost, target = _told(
                signed, reports[past], reports[past].known_by(year - 1, MONTHS_A_YEAR)
            )
            told, which = _found(offered.key, signed.offered.key)
            told, which = told[target[told] > 0.0], which[target[told] > 0.0]
            costs[which, place] = (ratio(cost, target) * signed.price)[told]
            episodes[which, place] = count[told]
        return costs, episodes

    def _uniforms(self, offered: Offered, year: int, decision: Decision) -> Floats:
        """Return a draw of each contract: of who decides, in a year, on a kind of episode."""
        found = np.empty(len(offered.key))
        for kind in np.unique(offered.kind).tolist():
            mine = offered.kind == kind
            number = kind if year != _ALWAYS else 0
            found[mine] = uniforms(self._world.key, offered.leader[mine], year, decision, number)[:, 0]
        return found

    def _normals(self, offered: Offered, year: int) -> Floats:
        drawn = self._uniforms(offered, year, Decision.CARA_SIGNING)[:, None]
        make_normal(drawn)
        return drawn[:, 0]


def _told(signed: Signed, reports: Reports, quarters: int) -> tuple[Floats, Floats, Floats]:
    """Return what the first so many reports of a year show of its contracts.

    Episodes, cents they cost and cents of their target prices, shape (contracts,).
    """
    key = contract_key(reports.aco, reports.kind, reports.specialist, signed.pooled)
    mine, place = _found(signed.offered.key, key)
    sums = np.zeros((3, len(signed.held)))
    for of_all, values in zip(sums, (reports.episodes, reports.cost, reports.target), strict=True):
        if quarters:
            np.add.at(of_all, place, values[mine, quarters - 1])
    return sums[0], sums[1], sums[2]


def _found(keys: Ints, wanted: Ints) -> tuple[Ints, Ints]:
    """Return which of the wanted keys there are, and where; `keys` ascend."""
    place = np.searchsorted(keys, wanted)
    there = np.flatnonzero(np.append(keys, -1)[place] == wanted)
    return there, place[there]
