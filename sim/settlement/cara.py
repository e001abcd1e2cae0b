"""Episode arrangements (CARA): from a year's episodes by specialist to what specialists are paid or owe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.book import Behaviours
from sim.behaviour.effect import CareShares
from sim.inputs.cara_terms import CaraTerms, cara_terms
from sim.inputs.scenario_books import LEAD
from sim.kernels.codes import N_EPISODES, ReferredSum, Sum
from sim.kernels.tally import Tally
from sim.ledger import Ledger
from sim.ledger.year import enter_cara
from sim.outcomes.cara import CARA_REPORTED
from sim.outcomes.registry import BY_NAME
from sim.policy.arrays import quantiles_by_group
from sim.policy.cara import quality_score
from sim.population.experience import ratio
from sim.population.world import World
from sim.scenarios import Scenario
from sim.settlement.cara_agreed import PRICES, Agreed, agreed
from sim.settlement.cara_answers import answers
from sim.settlement.cara_led import Kinds, Led, led_under, stands
from sim.settlement.cara_price import Before, PriceYear, reported_prices, target_cents
from sim.settlement.cara_reports import Reports
from sim.settlement.cara_signing import Signing
from sim.settlement.cara_year import CaraYear, reported, settled_contracts
from sim.settlement.contracts import Contracts
from sim.settlement.program import Flags, Floats, History, Ints, Participants

# Prices that rest on the specialist's own episodes of the year before, and on everybody's of the year.
_OWN = (PRICES.index("own_history"), PRICES.index("bpci_advanced"))
_TEAM = (PRICES.index("team"),)


class Cara:
    """The arrangements of one arm of one replicate.

    Parameters
    ----------
    scenario : Scenario
    arm : str
    world : World
    prospective : callable
        Growth factors that CMS projects from one year to another, by benchmark cell.

    Attributes
    ----------
    years : dict of int to CaraYear
        The year reconciled last.
    reports : dict of int to Reports
        Quarterly performance reports of all years so far.
    signing : Signing
        What specialists decide about contracts, where the scenario lets them.
    """

    def __init__(
        self, scenario: Scenario, arm: str, world: World, prospective: Callable[[int, int], Floats]
    ) -> None:
        self._scenario, self._arm, self._world = scenario, arm, world
        self._prospective = prospective
        self._kinds = Kinds(world.evidence)
        self._specialty = self._kinds.specialty
        self.signing = Signing(world, self._kinds)
        # With whom there are contracts in a year in which specialists decide.
        self._held: dict[int, Flags] = {}
        self._before: dict[int, Before] = {}
        self._agreed_in: dict[int, Agreed | None] = {}
        self.years: dict[int, CaraYear] = {}
        self.reports: dict[int, Reports] = {}

    def _stated(self, year: int) -> Agreed | None:
        """Return what the scenario has for a year, worked out once."""
        if year not in self._agreed_in:
            world = self._world
            of_world = world.plans, world.evidence, world.key
            self._agreed_in[year] = agreed(self._scenario, self._arm, *of_world, year)
        return self._agreed_in[year]

    def terms(self, year: int) -> CaraTerms:
        """Return what the arm's rulebook says of a year."""
        return _terms(self._scenario, self._arm, year)

    def arranging(self, year: int, contracts: Contracts, active: Flags) -> Flags:
        """Return which ACOs may have arrangements: in LEAD, in an option that offers them; shape (acos,)."""
        in_lead = np.asarray(active & (contracts.program == LEAD))
        if self._stated(year) is None:
            return in_lead
        # ACOs that choose their option may be in another than the scenario has.
        return in_lead & np.isin(contracts.risk_option, self.terms(year).options)

    def asks(self, year: int) -> bool:
        """Return whether this year's prices, or the next's, rest on everybody's episodes by specialist."""
        now, after = self._stated(year), self._stated(year + 1) if year + 1 in self._scenario.years else None
        if now is not None and _priced(now, _TEAM):
            return True
        if after is not None and after.decides.any():
            return True
        return after is not None and (_priced(after, _OWN) or self.terms(year + 1).least_before > 0)

    def listed(self, year: int, practice_aco: Ints, arranging: Flags) -> tuple[int, ...]:
        """Return the kinds of episode, a bit each, that are wanted one by one of each practice's people."""
        stated = self._stated(year)
        if stated is None:
            return ()
        bits = (stands(stated, arranging) << np.arange(N_EPISODES)).sum(axis=1)
        return tuple(bits[practice_aco].tolist())

    def prices(self, year: int) -> NDArray[np.float64]:
        """Return CMS's price report for a year, USD, shape (acos, episodes); NaN where nothing is arranged.

        It is what CMS expects of an episode of mean risk in the ACO's market. It rests on nothing later than
        the year before.
        """
        stated, plans = self._stated(year), self._world.plans
        by_market = reported_prices(self._world, year, self._prospective, self._kinds, self.terms(year))
        found = by_market[self._world.providers.aco_market(len(plans))]
        return np.where(False if stated is None else stated.covered, found, np.nan)

    def answers(
        self, year: int, practice_aco: Ints, arranging: Flags, behaviours: Behaviours, shares: CareShares
    ) -> Floats:
        """Return what specialists do about a year's episodes, see :mod:`sim.settlement.cara_answers`.

        Those who decide about contracts sign for the year now.
        """
        stated, held = self._stated(year), None
        if stated is not None and (stated.decides & arranging[:, None]).any():
            offer = practice_aco, stated, arranging, self.terms(year), self.reports, behaviours
            held = self.signing.begin_year(year, *offer)
        self._held = {} if held is None else {year: held}
        state = practice_aco, arranging, behaviours, shares
        return answers(stated, self._kinds, self._world, *state, held)

    def reconcile(
        self, year: int, history: History, participants: Participants, arranging: Flags
    ) -> CaraYear | None:
        """Return what a year's arrangements come to; None where nobody has any.

        Parameters
        ----------
        year : int
        history : mapping of int to Tally
            Every calendar year lived, this one with episodes by specialist.
        participants : Participants
            The present list of TINs.
        arranging : bool, shape (acos,)
            See :meth:`arranging`; of ACOs that LEAD settles this year.
        """
        stated, tally = self._stated(year), history[year]
        self._before = {known: led for known, led in self._before.items() if known == year - 1}
        if self.asks(year):
            self._before[year] = self._all_led(tally, self._own(participants.specialists))
            self.signing.led[year] = self._before[year]
        if stated is None or not arranging.any():
            return None
        own = self._own(participants.specialists)
        terms, practice_aco = self.terms(year), participants.practice_aco
        places = own, practice_aco, stated, arranging, terms, self._kinds, self._world
        led = led_under(tally.listed, *places, self._held.get(year))
        prices = PriceYear(self._world, history, year, self._prospective, self._before, terms)
        at = led.aco, led.kind
        scale = stated.window[at] * prices.standard[prices.market[led.specialist]]
        target = target_cents(*at, led.specialist, led.count, led.expected, stated, prices)
        cost = np.rint(led.cost_by * scale[:, None]).astype(np.int64)
        whole = led.expected[:, None]
        so_far = np.divide(led.expected_by, whole, out=np.zeros(cost.shape), where=whole > 0)
        targets = np.rint(target[:, None] * so_far).astype(np.int64)
        reports = Reports(year, terms.report_lag, *at, led.specialist, led.count_by, cost, targets)
        enough = prices.before().number[led.kind, led.specialist] if terms.least_before else led.count
        scores = self._scores(tally, led, stated, terms)
        self.signing.end_year(year, stated, reports)
        kept = self._collected(year, stated, led)
        done = settled_contracts(led, reports, enough, scores, kept, stated, terms, len(arranging))
        for name, values in zip(CARA_REPORTED, reported(reports, stated, self.prices(year)), strict=True):
            done.by_aco_and_kind[name] = values.astype(BY_NAME[name].stored_dtype)
        self.years = {year: done}
        self.reports[year] = reports
        return done

    def _collected(self, year: int, stated: Agreed, led: Led) -> Floats:
        """Return the part of what is owed that is collected in the year after, shape (rows,)."""
        at, after = (
            (led.aco, led.kind),
            self._stated(year + 1) if year + 1 in self._scenario.years else stated,
        )
        goes_on = np.zeros_like(stated.covered) if after is None else after.covered
        stays = goes_on[at] & ~self.signing.leaving(year, *at, led.specialist)
        return np.where(stays, stated.collected[at], stated.collected_after[at])

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

    def _scores(self, tally: Tally, led: Led, stated: Agreed, terms: CaraTerms) -> Floats:
        """Return the quality score of each row: stated, or by the rate of admissions among people referred.

        A specialist's people are those of the practices that refer to it, by the share they refer.
        """
        scores = stated.quality[led.aco, led.kind]
        measured = np.isnan(scores)
        if not measured.any():
            return scores
        made = self._world.providers.specialists
        cells = tally.care[: len(made.by_specialty)]

        def of_specialists(which: Sum) -> Floats:
            of_people = made.share * cells[..., which].sum(axis=1).astype(np.float64)[:, None]
            referred = np.broadcast_to(of_people[:, None], made.by_specialty.shape)
            sums = np.bincount(made.by_specialty.ravel(), referred.ravel(), len(made.market))
            return np.asarray(sums, np.float64)

        top, bottom = of_specialists(Sum.COMPLEX_STAYS), of_specialists(Sum.COMPLEX_MONTHS)
        rates, known = ratio(top, bottom), np.flatnonzero(bottom > 0.0)
        groups = made.specialty[known], made.by_specialty.shape[1]
        best, worst = quantiles_by_group(rates[known], *groups, terms.percentiles)
        of = made.specialty[led.specialist]
        score = quality_score(rates[led.specialist], best=best[of], worst=worst[of])
        return np.where(measured, score, scores)


@lru_cache(maxsize=256)
def _terms(scenario: Scenario, arm: str, year: int) -> CaraTerms:
    """Return what an arm's rulebook says of a year, once for all replicates."""
    return cara_terms(scenario.rulebook(arm), year)


def _priced(stated: Agreed, prices: tuple[int, ...]) -> bool:
    """Return whether any arrangement's target prices are built in one of some ways."""
    return any((stated.covered & (stated.price == price)).any() for price in prices)
