"""What the ACOs of an arm decide for themselves as a year begins, from what they know by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.aco import AcoYear
from sim.agents.choosing import Choosing, Means
from sim.agents.investing import Investing, Purse
from sim.agents.usual import AcoDecisions, usual_cost, usual_decisions
from sim.behaviour.belief import Belief
from sim.behaviour.book import Behaviours
from sim.inputs.scenario_arms import NO_PROGRAM
from sim.inputs.scenario_books import LEAD, MSSP
from sim.kernels.codes import MONTHS_A_YEAR, Sum
from sim.kernels.draws import Decision, Key, uniforms
from sim.kernels.quantiles import normals
from sim.population.experience import added_by
from sim.settlement.contracts import Contracts
from sim.settlement.office import Settlement
from sim.settlement.program import History

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

# Years whose mean counts for an exit.
_LOOKED_BACK = 2
_NEVER, _CENTS = 9999, 100.0


class Known(NamedTuple):
    """What is settled of the years lived, in their order; float64 arrays of shape (acos, years), else NaN.

    Attributes
    ----------
    rates
        Savings over benchmark as a fraction of it.
    lives
        People.
    """

    rates: Floats
    lives: Floats


class Deciding:
    """The decisions of an arm's ACOs, and what they go by: years that are settled, nothing of those to come.

    Parameters
    ----------
    settlement : Settlement
    behaviours : Behaviours
    key : Key
        Of the replicate's draws.
    reserves : int64, shape (acos,)
        Cents that ACOs have at the start; negative for those that do not say.

    Attributes
    ----------
    investing : Investing
        What they spend on care management.
    choosing : Choosing
        Which program and option they are in.
    """

    def __init__(self, settlement: Settlement, behaviours: Behaviours, key: Key, reserves: Ints) -> None:
        self._settlement, self._behaviours, self._key = settlement, behaviours, key
        self.investing = Investing(settlement, behaviours, len(reserves))
        self.choosing = Choosing(settlement, behaviours, len(reserves))
        self._reserves, self._rows = reserves, np.arange(len(reserves))
        # By year lived: month of the final settlement, savings over benchmark, people, cents of benchmark,
        # of the guarantee, of cash and of what was spent before any settlement.
        self._years: dict[int, dict[str, NDArray[Any]]] = {}
        self._notice_month = behaviours.parameters["exit"].notice_month
        # Years from which ACOs are out and in the Shared Savings Program, and in which they gave notice.
        self._out, self._in_mssp, self._notice = (np.full(len(reserves), _NEVER) for _ in range(3))
        # Whether anybody has decided anything, and in which years.
        self._ever, self._asked = False, set[int]()
        self._told: dict[int, dict[str, NDArray[Any]]] = {}

    def in_force(self, year: int, history: History, practice_aco: Ints) -> Contracts:
        """Return the contracts of a year about to begin, as ACOs have decided and without those too small.

        Parameters are those of :meth:`sim.settlement.office.Settlement.in_force`.
        """
        stated = self._settlement.contracts(year)
        if not self._ever:
            self._ever = stated.decides.anything
        if not self._ever:
            return self._settlement.in_force(year, history, practice_aco, stated)
        care = history[year - 1].care[: len(practice_aco)]
        lived = added_by(practice_aco, len(self._rows), care)
        decided = self._decided(year, stated, lived)
        held = self._settlement.in_force(year, history, practice_aco, decided)
        if (chooses := held.decides.program).any():
            here = chooses & (held.program == LEAD)
            here &= self._years[year - 1]["active"] if year - 1 in self._years else here
            is_global = np.where(here, held.risk_option == "global", -1)
            self._told.setdefault(year, {})["chose_global"] = is_global.astype(np.int8)
        if held.decides.investment.any():
            people = lived.sum(axis=1)
            self._invest(year, held, people[:, Sum.SPEND] / _CENTS, people[:, Sum.MONTHS])
        return held

    def learn(
        self,
        year: int,
        brought: Mapping[int, AcoYear],
        settled: Mapping[str, NDArray[Any]],
        months: Floats,
        final: Ints,
    ) -> None:
        """Keep what a year has brought; ACOs know it once it is settled.

        Parameters
        ----------
        year : int
        brought : mapping of int to AcoYear
            By row, of active ACOs.
        settled : mapping of str to ndarray
        months : float64, shape (acos, cells)
            Aligned person-months.
        final : int64, shape (acos,)
            Month of the final settlement, counted from January of the year.
        """
        rows = list(brought)
        table = {
            name: np.zeros(len(self._rows)) for name in ("benchmark", "saved", "cash", "spent", "settlement")
        }
        for row, one in brought.items():
            table["benchmark"][row], table["saved"][row] = one.benchmark, one.gross_savings
            table["cash"][row], table["spent"][row] = one.cash_change, one.running_cost
            table["settlement"][row] = one.settlement
        active = np.isin(self._rows, rows)
        guarantee = np.where(active, settled["financial_guarantee"], 0)
        self._years[year] = {
            **table,
            "active": active,
            "guarantee": guarantee,
            "before": np.where(active, settled["benchmark_before_discount"], 0.0),
            "higher": np.where(active, settled["higher_spending"], -1),
            "lives": months.sum(axis=1) / MONTHS_A_YEAR,
            "final": final,
        }

    def usual(self, year: int, contracts: Contracts, experience: Ints) -> AcoDecisions:
        """Return what every ACO decides in a year by the behaviours.

        Parameters
        ----------
        year : int
        contracts : Contracts
            Of the year.
        experience : int64, shape (acos,)
            Performance years so far, this one included; 0 for an ACO that is out.
        """
        return usual_decisions(
            self._behaviours,
            self._settlement.traits,
            contracts,
            experience=experience,
            acting=self.investing.acting(year),
            limit=self._settlement.coding_limits(year, contracts),
        )

    def cost(self, year: int, contracts: Contracts, months: Floats) -> Ints:
        """Return cents that ACOs spend on running, shape (acos,), with `months` of shape (acos, cells)."""
        known = self._behaviours, self._settlement.traits, contracts
        return usual_cost(*known, months=months, year=year, spent=self.investing.spent(year))

    def told(self, year: int) -> dict[str, NDArray[Any]]:
        """Return a year's result variables, shape (acos,); none where nobody decides."""
        return self._told.get(year, {}) | self.investing.told(year)

    def belief(self, year: int, lives: Floats, *, before_discount: bool = False) -> Belief:
        """Return what ACOs of so many people believe as a year begins, of savings as :meth:`known` is."""
        known = self.known(year, before_discount=before_discount)
        led = self._settlement.traits.hospital_led
        belief: Belief = self._behaviours.decide(
            "belief", rates=known.rates, lives=known.lives, size=lives, hospital_led=led
        )
        return belief

    def known(self, year: int, *, before_discount: bool = False) -> Known:
        """Return what ACOs know as a year begins, of savings over the benchmark or that before discount."""
        rates, lives = [], []
        for lived in sorted(self._years):
            of_year = self._years[lived]
            against = of_year["before" if before_discount else "benchmark"]
            seen = self._settled_by(lived, year) & of_year["active"] & (against > 0)
            saved = of_year["saved"] + (against - of_year["benchmark"])
            rates.append(np.divide(saved, against, where=seen, out=np.full(len(seen), np.nan)))
            lives.append(np.where(seen, of_year["lives"], np.nan))
        shape = (len(self._years), len(self._rows))
        return Known(*(np.reshape(found, shape).T for found in (rates, lives)))

    def _settled_by(self, lived: int, year: int) -> Flags:
        """Return for which ACOs a year lived is settled as another begins."""
        return np.asarray(self._years[lived]["final"] <= MONTHS_A_YEAR * (year - lived))

    def _decided(self, year: int, stated: Contracts, lived: Ints) -> Contracts:
        """Return a year's contracts with what ACOs make of them; `lived` are the sums of the year before."""
        before = self._years.get(year - 1)
        if year not in self._asked:
            self._asked.add(year)
            if before is not None:
                self._leave(year, self._followed(year, stated), before)
            if stated.decides.program.any():
                self._choose(year, stated, lived)
        return self._followed(year, stated)

    def _leave(self, year: int, held: Contracts, before: Mapping[str, NDArray[Any]]) -> None:
        """Let ACOs leave as a year begins, or give notice in it; `held` is as they decided before."""
        may = held.decides.exit & held.participates & before["active"] & (self._notice != year - 1)
        chance = self._behaviours.decide(
            "exit",
            savings=_mean_of_last(self.known(year).rates),
            lives=before["lives"],
            uncovered=self._uncovered(year, before),
            rebased=held.rebased,
            draw=normals(self._key, self._rows, 1, Decision.ACO_EXIT)[:, 0],
        )
        leaves = may & (uniforms(self._key, self._rows, year, Decision.ACO_EXIT)[:, 0] < chance)
        waits = leaves & (held.program == LEAD) & (self._notice_month > 0)
        self._notice = np.where(waits, year, self._notice)
        since = np.where(waits, year + 1, year)
        moves = leaves & held.decides.to_mssp & (held.program != MSSP)
        self._in_mssp = np.where(moves, since, self._in_mssp)
        self._out = np.where(leaves & ~moves, since, self._out)
        self._told.setdefault(year, {}).update(
            {
                "exits": np.where(may, leaves, -1).astype(np.int8),
                "exit_chance": np.where(may, chance, np.nan),
            }
        )

    def _choose(self, year: int, stated: Contracts, lived: Ints) -> None:
        """Let ACOs choose program and option, by the sums of the year before."""
        spent = np.maximum(lived[..., Sum.SPEND].sum(axis=1), 1).astype(np.float64)
        months = lived[..., Sum.MONTHS].astype(np.float64)
        cost = usual_cost(self._behaviours, self._settlement.traits, stated, months=months, year=year)
        higher = np.full(len(self._rows), 0.5)
        for year_lived in sorted(self._years):
            designated = self._years[year_lived]["higher"]
            known = self._settled_by(year_lived, year) & (designated >= 0)
            higher = np.where(known, designated, higher)
        lives = months.sum(axis=1) / MONTHS_A_YEAR
        held = np.where(self._reserves >= 0, np.maximum(self._held(year), 0.0), 0.0)
        means = Means(cost=cost / spent, held=held / spent, higher=higher, lives=lives)
        may = stated.decides.program
        if self._years:
            may = may & self._followed(year, stated).participates & (self._in_mssp > year)
        self.choosing.decide(year, stated, may, self.belief(year, lives, before_discount=True), means)

    def _invest(self, year: int, held: Contracts, spent: Floats, months: Ints) -> None:
        """Let ACOs decide on care management, by the dollars and person-months of the year before."""
        there = months > 0
        purse = Purse(
            spending=np.divide(spent, months, where=there, out=np.zeros(len(spent))),
            earned=self._earned(year),
        )
        lives = months / MONTHS_A_YEAR
        self.investing.decide(year, held, self.belief(year, lives), purse, lives)

    def _earned(self, year: int) -> Floats:
        """Return dollars a person-month of each ACO's last settlement known, 0 without any."""
        earned = np.zeros(len(self._rows))
        for lived in sorted(self._years):
            of_year = self._years[lived]
            known = self._settled_by(lived, year) & of_year["active"] & (of_year["lives"] > 0)
            months = MONTHS_A_YEAR * of_year["lives"]
            np.divide(of_year["settlement"] / _CENTS, months, where=known, out=earned)
        return earned

    def _held(self, year: int) -> Floats:
        """Return cents of reserves and of what is settled, less what later years have cost so far."""
        held = self._reserves.astype(np.float64)
        for lived, of_year in self._years.items():
            held += np.where(self._settled_by(lived, year), of_year["cash"], -of_year["spent"])
        return held

    def _uncovered(self, year: int, before: Mapping[str, NDArray[Any]]) -> Floats:
        """Return what guarantees are above what ACOs hold, over the benchmark; 0 without stated reserves."""
        short = np.maximum(before["guarantee"] - self._held(year), 0.0)
        short = np.where(self._reserves >= 0, short, 0.0)
        there = before["benchmark"] > 0
        return np.asarray(np.divide(short, before["benchmark"], where=there, out=np.zeros(len(short))))

    def _followed(self, year: int, stated: Contracts) -> Contracts:
        """Return contracts as ACOs have chosen, and where they have gone to that have left."""
        stated = self.choosing.followed(year, stated)
        out, moved = self._out <= year, self._in_mssp <= year
        month = np.where(self._notice == year, self._notice_month, stated.elections.exit_month)
        return replace(
            stated,
            program=np.where(out, NO_PROGRAM, np.where(moved, MSSP, stated.program)),
            agreement_start=np.where(moved, self._in_mssp, stated.agreement_start),
            track_year=np.where(moved, self._in_mssp, stated.track_year),
            elections=replace(stated.elections, exit_month=month),
        )


def _mean_of_last(rates: Floats) -> Floats:
    """Return the mean of each ACO's last settled years, NaN for one without any; `rates` (acos, years)."""
    found = np.full(len(rates), np.nan)
    for row, own in enumerate(rates):
        settled = own[~np.isnan(own)][-_LOOKED_BACK:]
        if settled.size:
            found[row] = settled.mean()
    return found
