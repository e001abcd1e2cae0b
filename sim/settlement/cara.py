"""Episode arrangements (CARA): from a year's episodes by specialist to what specialists are paid or owe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cara_terms import CaraTerms, cara_terms
from sim.kernels.codes import N_EPISODES, N_REFERRED_SUMS, ReferredSum, Sum
from sim.kernels.tally import Tally
from sim.ledger import Ledger
from sim.ledger.year import enter_cara
from sim.outcomes.cara import CARA_BY_KIND
from sim.outcomes.registry import BY_NAME
from sim.policy.cara import agreed_part, in_expenditure, limited, quality_score, reconciled
from sim.population.experience import ratio
from sim.population.health import specialty_of_episodes
from sim.population.world import World
from sim.scenarios import Scenario
from sim.settlement.cara_agreed import PRICES, Agreed, agreed
from sim.settlement.cara_price import Before, PriceYear, target_cents
from sim.settlement.program import Flags, Floats, History, Ints, Participants, Settled, cents

# Prices that rest on the specialist's own episodes of the year before.
_OWN = [PRICES.index("own_history"), PRICES.index("bpci_advanced")]


@dataclass(frozen=True, eq=False)
class Led:
    """Episodes under an arrangement by who leads them; arrays of shape (rows,).

    Attributes
    ----------
    aco, kind, specialist : int64 arrays
    count : int64 array
    cost, expected : int64 arrays
        Cents of the services that count, in CMS's window, and what CMS expected of them.
    """

    aco: Ints
    kind: Ints
    specialist: Ints
    count: Ints
    cost: Ints
    expected: Ints


@dataclass(frozen=True, eq=False)
class CaraYear:
    """What the arrangements of a performance year come to.

    Attributes
    ----------
    by_aco_and_kind : dict of str to ndarray
        Result variables of shape (acos, episodes).
    aco, kind, specialist : int64, shape (rows,)
        Who has reconciled contracts with whom, for which kind of episode.
    episodes, cost, target : int64, shape (rows,)
        Episodes, cents they cost, and cents of their target prices.
    paid : int64, shape (rows,)
        Cents paid to the specialist; negative: paid by it, as far as that is collected.
    counted : int64, shape (acos,)
        Cents of the ACO's expenditure before the corridors.
    owed : int64, shape (acos,)
        Cents that the ACO owes after them instead.
    """

    by_aco_and_kind: Settled
    aco: Ints
    kind: Ints
    specialist: Ints
    episodes: Ints
    cost: Ints
    target: Ints
    paid: Ints
    counted: Ints
    owed: Ints


class Cara:
    """The arrangements of one arm of one replicate.

    Parameters
    ----------
    scenario : Scenario
    arm : str
    world : World
    prospective : callable
        Growth factors that CMS projects from one year to another, by benchmark cell.
    """

    def __init__(
        self, scenario: Scenario, arm: str, world: World, prospective: Callable[[int, int], Floats]
    ) -> None:
        self._scenario, self._arm, self._world = scenario, arm, world
        self._prospective = prospective
        self._specialty = specialty_of_episodes(world.evidence)
        self._before: dict[int, Before] = {}
        self._agreed_in: dict[int, Agreed | None] = {}
        self.years: dict[int, CaraYear] = {}

    def _stated(self, year: int) -> Agreed | None:
        """Return what the scenario has for a year, worked out once."""
        if year not in self._agreed_in:
            world = self._world
            self._agreed_in[year] = agreed(
                self._scenario, self._arm, world.plans, world.evidence, world.key, year
            )
        return self._agreed_in[year]

    def asks(self, year: int) -> bool:
        """Return whether a year's episodes are needed by specialist: for themselves or for later prices."""
        after = self._stated(year + 1) if year + 1 in self._scenario.years else None
        owns = after is not None and bool((after.covered & np.isin(after.price, _OWN)).any())
        return owns or self._stated(year) is not None

    def reconcile(
        self, year: int, history: History, participants: Participants, in_lead: Flags
    ) -> CaraYear | None:
        """Return what a year's arrangements come to; None where nobody has any.

        Parameters
        ----------
        year : int
        history : mapping of int to Tally
            Every calendar year lived, this one with episodes by specialist.
        participants : Participants
            The present list of TINs.
        in_lead : bool, shape (acos,)
            ACOs that LEAD settles this year.
        """
        if not self.asks(year):
            return None
        tally = history[year]
        own = self._own(participants.specialists)
        self._before = {year - 1: self._before[year - 1]} if year - 1 in self._before else {}
        self._before[year] = self._all_led(tally, own)
        stated = self._stated(year)
        if stated is None:
            return None
        terms = cara_terms(self._scenario.rulebook(self._arm), year)
        led = self._led(tally, own, participants.practice_aco, stated, in_lead)
        prices = PriceYear(self._world, history, year, self._prospective, self._before, terms)
        target = target_cents(led.aco, led.kind, led.specialist, led.count, led.expected, stated, prices)
        cost = np.rint(led.cost * stated.window[led.aco, led.kind]).astype(np.int64)
        scores = self._scores(tally, led, stated, terms)
        done = _settled(led, cost, target, scores, stated, terms, len(in_lead))
        self.years = {year: done}
        return done

    def pay(self, book: Ledger, year: int, specialists: Mapping[str, NDArray[Any]], final: Ints) -> Ints:
        """Enter a year's payments in the ledger and specialists' columns; return cents owed by ACO.

        They are due in the month of each ACO's final settlement, `final`, of shape (acos,).
        """
        done = self.years.get(year)
        if done is None:
            return np.zeros(book.n_acos, np.int64)
        enter_cara(book, year, done.paid, done.aco, done.specialist, done.owed, month=final)
        for name, values in (
            ("cara_episodes", done.episodes),
            ("cara_cost_cents", done.cost),
            ("cara_target_cents", done.target),
            ("cara_cents", done.paid),
        ):
            np.add.at(specialists[name], done.specialist, values)
        return done.owed

    def _own(self, efficiency: Floats | None) -> Floats:
        """Return a factor on the cost of each practice's episodes by who leads them.

        A practice's care costs what the specialists it refers to make of it together; who leads an episode
        makes it cost more or less than that by its own efficiency. Shape (practices, episodes, referred).
        """
        made = self._world.providers.specialists
        each = (made.efficiency if efficiency is None else efficiency)[made.by_specialty]
        together = (made.share[:, None, :] * each).sum(axis=-1, keepdims=True)
        factor: Floats = np.divide(each, together, out=np.ones_like(each), where=together > 0.0)
        return factor[:, self._specialty, :]

    def _all_led(self, tally: Tally, own: Floats) -> Before:
        """Return cost and expected cost of every specialist's episodes, whoever the patients are."""
        who = self._world.providers.specialists.by_specialty[:, self._specialty, :]
        sums = tally.referred.sum(axis=0)
        found = np.zeros((3, N_EPISODES, len(self._world.providers.specialists.market)), np.int64)
        kinds = np.broadcast_to(np.arange(N_EPISODES)[None, :, None], who.shape)
        cost = np.rint(sums[..., ReferredSum.RELATED] * own).astype(np.int64)
        for place, values in enumerate((sums[..., ReferredSum.COUNT], cost, sums[..., ReferredSum.EXPECTED])):
            np.add.at(found[place], (kinds, who), values)
        return Before(*found)

    def _led(self, tally: Tally, own: Floats, practice_aco: Ints, stated: Agreed, in_lead: Flags) -> Led:
        """Gather episodes of each ACO's aligned people by the specialists it has an arrangement with."""
        made = self._world.providers.specialists
        number = len(made.market)
        who = made.by_specialty[:, self._specialty, :]
        aligned = tally.referred[0]
        covered = np.where(
            (practice_aco >= 0)[:, None], (stated.covered & in_lead[:, None])[practice_aco], False
        )
        practice, kind, slot = np.nonzero(covered[:, :, None] & (aligned[..., ReferredSum.COUNT] > 0))
        rows = (practice_aco[practice] * N_EPISODES + kind) * number + who[practice, kind, slot]
        keys, place = np.unique(rows, return_inverse=True)
        counts = aligned[practice, kind, slot]
        for cost in (ReferredSum.RELATED, ReferredSum.FIRST_RELATED):
            counts[:, cost] = np.rint(counts[:, cost] * own[practice, kind, slot])
        sums = np.zeros((len(keys), N_REFERRED_SUMS), np.int64)
        np.add.at(sums, place, counts)
        rest, specialist = np.divmod(keys, number)
        aco, of = np.divmod(rest, N_EPISODES)
        alone = stated.exclusive[aco, of]

        def counted(usual: ReferredSum, first: ReferredSum) -> Ints:
            return np.where(alone, sums[:, first], sums[:, usual])

        count = counted(ReferredSum.COUNT, ReferredSum.FIRST_COUNT)
        kept = (count > 0) & self._chosen(aco, of, specialist, practice_aco, stated)
        return Led(
            aco[kept],
            of[kept],
            specialist[kept],
            count[kept],
            counted(ReferredSum.RELATED, ReferredSum.FIRST_RELATED)[kept],
            counted(ReferredSum.EXPECTED, ReferredSum.FIRST_EXPECTED)[kept],
        )

    def _chosen(self, aco: Ints, kind: Ints, specialist: Ints, practice_aco: Ints, stated: Agreed) -> Flags:
        """Return which rows are of specialists to whom an ACO refers enough people to have an arrangement."""
        made, lives = self._world.providers.specialists, self._world.providers.lives.sum(axis=1)
        chosen = np.ones(len(aco), dtype=bool)
        for one, of in sorted(set(zip(aco.tolist(), kind.tolist(), strict=True))):
            mine = (aco == one) & (kind == of)
            if mine.sum() <= stated.most[one, of]:
                continue
            own = practice_aco == one
            people = np.zeros(len(made.market))
            np.add.at(people, made.by_specialty[own, self._specialty[of]], lives[own, None] * made.share[own])
            first = np.argsort(-people, kind="stable")[: stated.most[one, of]]
            chosen[mine] = np.isin(specialist[mine], first)
        return chosen

    def _scores(self, tally: Tally, led: Led, stated: Agreed, terms: CaraTerms) -> Floats:
        """Return the quality score of each row: stated, or by the rate of admissions among people referred.

        A specialist's people are those of the practices that refer to it, by the share they refer.
        """
        scores = stated.quality[led.aco, led.kind]
        made = self._world.providers.specialists
        practices = tally.care[: len(made.by_specialty)].sum(axis=1)
        stays, months = (
            practices[:, which].astype(np.float64) for which in (Sum.COMPLEX_STAYS, Sum.COMPLEX_MONTHS)
        )
        measured = np.isnan(scores)
        for specialty in np.unique(self._specialty[led.kind[measured]]).tolist():
            there = made.by_specialty[:, specialty]
            top, bottom = np.zeros(len(made.market)), np.zeros(len(made.market))
            np.add.at(top, there, made.share * stays[:, None])
            np.add.at(bottom, there, made.share * months[:, None])
            rates = ratio(top, bottom)
            best, worst = np.quantile(rates[bottom > 0.0], terms.percentiles) if bottom.any() else (0.0, 0.0)
            mine = measured & (self._specialty[led.kind] == specialty)
            scores[mine] = quality_score(rates[led.specialist[mine]], best=best, worst=worst)
        return scores


def _settled(
    led: Led, cost: Ints, target: Ints, scores: Floats, stated: Agreed, terms: CaraTerms, n_acos: int
) -> CaraYear:
    """Reconcile each contract: a specialist's episodes of a kind, or those of all as a group."""
    at = led.aco, led.kind
    own = np.where(stated.pooled[at], -1, np.arange(len(led.aco)))
    _, first, contract = np.unique(
        np.stack([led.aco, led.kind, own]), axis=1, return_index=True, return_inverse=True
    )
    contract = contract.reshape(-1)

    def whole(values: Ints) -> Ints:
        found = np.zeros(len(first), np.int64)
        np.add.at(found, contract, values)
        return found

    aco, kind = led.aco[first], led.kind[first]
    count, spent, prices = whole(led.count), whole(cost), whole(target)
    weight = led.count.astype(np.float64)
    score = ratio(
        np.bincount(contract, weight * scores, len(first)), np.bincount(contract, weight, len(first))
    )
    enough = count >= stated.least[aco, kind]
    gross = limited((prices - spent) / 100.0, prices / 100.0, cap=stated.cap[aco, kind])
    part = agreed_part(
        gross, gain_share=stated.gain_share[aco, kind], loss_share=stated.loss_share[aco, kind]
    )
    result = cents(
        reconciled(
            part,
            score,
            performance_adjustment=stated.at_stake[aco, kind],
            loss_adjustment=terms.loss_adjustment,
        )
    )
    paid, owed = (np.where(enough, np.maximum(sign * result, 0), 0) for sign in (1, -1))
    collected = cents(in_expenditure(0.0, -owed / 100.0, collected=stated.collected[aco, kind]))
    moved = paid - collected
    counted = np.zeros(n_acos, np.int64)
    np.add.at(counted, aco, moved)
    of_kind = dict(
        zip(
            CARA_BY_KIND,
            (enough.astype(np.int64), count, spent, prices, paid, owed, collected),
            strict=True,
        )
    )
    none = np.zeros_like(counted)
    rows = enough[contract]
    return CaraYear(
        by_aco_and_kind={
            name: _by_aco_and_kind(name, np.where(enough, values, 0), aco, kind, n_acos)
            for name, values in of_kind.items()
        },
        aco=led.aco[rows],
        kind=led.kind[rows],
        specialist=led.specialist[rows],
        episodes=led.count[rows],
        cost=cost[rows],
        target=target[rows],
        paid=_split(moved, contract, led.expected)[rows],
        counted=counted if terms.in_expenditure else none,
        owed=none if terms.in_expenditure else counted,
    )


def _by_aco_and_kind(name: str, values: Ints, aco: Ints, kind: Ints, n_acos: int) -> NDArray[Any]:
    """Return a result variable, shape (acos, episodes): the sums of contracts."""
    found = np.zeros((n_acos, N_EPISODES), np.int64)
    np.add.at(found, (aco, kind), values)
    return found.astype(BY_NAME[name].stored_dtype)


def _split(amount: Ints, contract: Ints, weight: Ints) -> Ints:
    """Return each row's part of the cents of its contract, by weight; parts add up to the last cent."""
    order = np.argsort(contract, kind="stable")
    mine, by_weight = contract[order], np.maximum(weight[order], 1).astype(np.float64)
    upto = np.cumsum(by_weight)
    starts = np.searchsorted(mine, np.arange(len(amount)))
    base = np.concatenate([[0.0], upto])[starts]
    total = np.bincount(mine, by_weight, len(amount))
    reached = np.rint(amount[mine] * ((upto - base[mine]) / total[mine])).astype(np.int64)
    before = np.concatenate([[0], reached[:-1]])
    before[starts[starts < len(mine)]] = 0
    parts = np.empty(len(contract), np.int64)
    parts[order] = reached - before
    return parts
