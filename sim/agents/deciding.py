"""What the ACOs of an arm decide for themselves as a year begins, from what they know by then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sim.agents.aco import AcoYear
from sim.agents.investing import Investing, Purse
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
_NEVER = 9999


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
    """

    def __init__(self, settlement: Settlement, behaviours: Behaviours, key: Key, reserves: Ints) -> None:
        self._settlement, self._behaviours, self._key = settlement, behaviours, key
        self.investing = Investing(settlement, behaviours, len(reserves))
        self._reserves, self._rows = reserves, np.arange(len(reserves))
        # By year lived: month of the final settlement, savings over benchmark, people, cents of benchmark,
        # of the guarantee, of cash and of what was spent before any settlement.
        self._years: dict[int, dict[str, NDArray[Any]]] = {}
        self._notice_month = behaviours.parameters["exit"].notice_month
        # Years from which ACOs are out and in the Shared Savings Program, and in which they gave notice.
        self._out, self._in_mssp, self._notice = (np.full(len(reserves), _NEVER) for _ in range(3))
        self._told: dict[int, dict[str, NDArray[Any]]] = {}

    def in_force(self, year: int, history: History, practice_aco: Ints) -> Contracts:
        """Return the contracts of a year about to begin, as ACOs have decided and without those too small.

        Parameters are those of :meth:`sim.settlement.office.Settlement.in_force`.
        """
        stated = self._settlement.contracts(year)
        left = (np.minimum(self._out, self._in_mssp) <= year).any()
        decided = self._decided(year, stated) if stated.decides.anything or left else stated
        held = self._settlement.in_force(year, history, practice_aco, decided)
        if held.decides.investment.any():
            care = history[year - 1].care[: len(practice_aco)]
            lived = added_by(practice_aco, len(self._rows), care).sum(axis=1)
            self._invest(year, held, lived[:, Sum.SPEND] / 100.0, lived[:, Sum.MONTHS])
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
            "lives": months.sum(axis=1) / MONTHS_A_YEAR,
            "final": final,
        }

    def told(self, year: int) -> dict[str, NDArray[Any]]:
        """Return a year's result variables, shape (acos,); none where nobody decides."""
        return self._told.get(year, {}) | self.investing.told(year)

    def belief(self, year: int, lives: Floats) -> Belief:
        """Return what ACOs of so many people believe as a year begins."""
        known = self.known(year)
        led = self._settlement.traits.hospital_led
        belief: Belief = self._behaviours.decide(
            "belief", rates=known.rates, lives=known.lives, size=lives, hospital_led=led
        )
        return belief

    def known(self, year: int) -> Known:
        """Return what ACOs know as a year begins."""
        rates, lives = [], []
        for lived in sorted(self._years):
            of_year = self._years[lived]
            seen = self._settled_by(lived, year) & of_year["active"] & (of_year["benchmark"] > 0)
            rate = np.divide(
                of_year["saved"], of_year["benchmark"], where=seen, out=np.full(len(seen), np.nan)
            )
            rates.append(rate)
            lives.append(np.where(seen, of_year["lives"], np.nan))
        shape = (len(self._years), len(self._rows))
        return Known(*(np.reshape(found, shape).T for found in (rates, lives)))

    def _settled_by(self, lived: int, year: int) -> Flags:
        """Return for which ACOs a year lived is settled as another begins."""
        return np.asarray(self._years[lived]["final"] <= MONTHS_A_YEAR * (year - lived))

    def _decided(self, year: int, stated: Contracts) -> Contracts:
        """Return a year's contracts with what ACOs make of them."""
        before = self._years.get(year - 1)
        if before is not None and year not in self._told:
            self._leave(year, self._followed(year, stated), before)
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
        self._told[year] = {
            "exits": np.where(may, leaves, -1).astype(np.int8),
            "exit_chance": np.where(may, chance, np.nan),
        }

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
            np.divide(of_year["settlement"] / 100.0, months, where=known, out=earned)
        return earned

    def _uncovered(self, year: int, before: Mapping[str, NDArray[Any]]) -> Floats:
        """Return what guarantees are above what ACOs hold, over the benchmark; 0 without stated reserves.

        They hold reserves and what settled years have brought, less what later ones have cost so far.
        """
        held = self._reserves.astype(np.float64)
        for lived, of_year in self._years.items():
            held += np.where(self._settled_by(lived, year), of_year["cash"], -of_year["spent"])
        short = np.where(self._reserves >= 0, np.maximum(before["guarantee"] - held, 0.0), 0.0)
        there = before["benchmark"] > 0
        return np.asarray(np.divide(short, before["benchmark"], where=there, out=np.zeros(len(short))))

    def _followed(self, year: int, stated: Contracts) -> Contracts:
        """Return contracts without the ACOs that have left, each in the program that it has gone to."""
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
