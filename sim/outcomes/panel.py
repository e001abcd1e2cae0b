"""What an evaluation would look at: people of ACOs and comparison people, year by year, from their claims.

A unit of the panel is the people of one ACO, or the people of a market who are with practices on no ACO's
list. Who is aligned to no practice is in no unit: an evaluation does not find such people by their visits.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import RISK_UNIT, Sum
from sim.kernels.tally import Tally
from sim.outcomes.variable import Variable, money

Ints = NDArray[np.int64]

#: Before the first performance year; the years of a LEAD benchmark.
BASE_YEARS = 3
#: Lists by which people are an ACO's: as drawn for the first performance year, or as they stand each year.
PRACTICE_LISTS = ("first", "present")
#: Parts of Part A and B spending; all but the first add up to it.
SERVICES = ("total", "acute", "procedures", "ambulatory")
ACO, COMPARISON = "aco", "comparison"

_ASKED = "Only in a study that asks for it (study.evaluation_panel)."
_WHO = (
    "of the people aligned to an ACO's practices, or to practices of a market that are on no list; by the"
    " list drawn for the first performance year, or that of the year"
)
_DIMS = "practice_list unit panel_year"

PANEL_VARIABLES: tuple[Variable, ...] = (
    Variable(
        "panel_months",
        tuple(_DIMS.split()),
        "number",
        "month",
        "Person-months of the evaluation panel",
        f"Months {_WHO}. {_ASKED}",
    ),
    money(
        "panel_spending",
        f"{_DIMS} service",
        "Spending of the evaluation panel",
        f"Part A and B spending {_WHO}: total, and its parts acute care (stays and what follows them),"
        f" procedures and ambulatory care. {_ASKED}",
    ),
    Variable(
        "panel_risk",
        tuple(_DIMS.split()),
        "number",
        "1",
        "Mean risk score of the evaluation panel",
        f"Coded risk score, not normalised, {_WHO}. {_ASKED}",
    ),
)
NAMES = tuple(variable.name for variable in PANEL_VARIABLES)


class Practices(Protocol):
    """What is known of practices: market, and ACO (-1 for none), both of shape (practices,)."""

    @property
    def market(self) -> Ints:
        """Market of each practice."""

    @property
    def aco(self) -> Ints:
        """ACO on whose list each is drawn to be."""


@dataclass(frozen=True, slots=True)
class Panel:
    """The units of a panel, and its years.

    Attributes
    ----------
    market, first_list : int64, shape (practices,)
        Market of each practice, and the ACO on whose first list it is, -1 for none.
    acos, markets : int
        Units are ACOs, then markets.
    years : range
        Base years and performance years.
    """

    market: Ints
    first_list: Ints
    acos: int
    markets: int
    years: range

    @classmethod
    def of(cls, practices: Practices, acos: int, performance_years: range) -> Panel:
        """Return the panel of a world's practices."""
        years = panel_years(performance_years)
        return cls(practices.market, practices.aco, acos, int(practices.market.max()) + 1, years)

    @property
    def sizes(self) -> dict[str, int]:
        """Length of each dim."""
        return {
            "practice_list": len(PRACTICE_LISTS),
            "unit": self.acos + self.markets,
            "panel_year": len(self.years),
            "service": len(SERVICES),
        }

    def write(
        self, arrays: Mapping[str, NDArray[Any]], year: int, history: Mapping[int, Tally], present: Ints
    ) -> None:
        """Write a performance year, and with the first one the base years.

        Parameters
        ----------
        arrays : mapping of str to ndarray
            The panel's variables, changed in place.
        year : int
        history : mapping of int to Tally
        present : int64, shape (practices,)
            ACO on whose list each practice is in that year.
        """
        lists = (self.first_list, present)
        first = year == self.years[BASE_YEARS]
        for one in self.years[: BASE_YEARS + 1] if first else (year,):
            at = self.years.index(one)
            for row, listed in enumerate(lists if one == year else (self.first_list,) * len(lists)):
                for name, values in self.in_year(history[one], listed).items():
                    arrays[name][row, :, at] = values

    def in_year(self, tally: Tally, listed: Ints) -> dict[str, NDArray[Any]]:
        """Return the panel's variables of a year's sums, units first; `listed` is each practice's ACO."""
        unit = np.where(listed >= 0, listed, self.acos + self.market)
        sums = np.zeros((self.acos + self.markets, len(Sum)), np.int64)
        np.add.at(sums, unit, tally.care[: len(unit)].sum(axis=1))
        months, total = sums[:, Sum.MONTHS], sums[:, Sum.SPEND]
        acute, procedures = sums[:, Sum.EVENT], sums[:, Sum.PROCEDURES]
        risk = np.full(len(months), np.nan)
        np.divide(sums[:, Sum.CODED_RISK] / RISK_UNIT, months, out=risk, where=months > 0)
        return {
            "panel_months": months,
            "panel_spending": np.stack([total, acute, procedures, total - acute - procedures], axis=1),
            "panel_risk": risk,
        }


def panel_years(performance_years: range) -> range:
    """Return the base years and performance years."""
    return range(performance_years[0] - BASE_YEARS, performance_years[-1] + 1)


def panel_labels(names: Sequence[str], markets: Sequence[str], performance_years: range) -> dict[str, Any]:
    """Return the labels of the panel's dims, and what its units are.

    Parameters
    ----------
    names, markets : sequence of str
        Of the ACOs, in order, and the label of the market of each.
    performance_years : range
    """
    every = list(dict.fromkeys(markets))
    return {
        "practice_list": list(PRACTICE_LISTS),
        "unit": [*names, *(f"{market}: {COMPARISON}" for market in every)],
        "panel_year": list(panel_years(performance_years)),
        "service": list(SERVICES),
        "unit_market": ("unit", [*markets, *every]),
        "unit_group": ("unit", [*[ACO] * len(names), *[COMPARISON] * len(every)]),
    }
