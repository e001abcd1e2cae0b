"""What CMS tells the parties of episode arrangements before they are settled."""

from __future__ import annotations

from dataclasses import dataclass

from sim.kernels.codes import MONTHS_A_YEAR
from sim.settlement.cara_led import QUARTERS
from sim.settlement.program import Ints

MONTHS_A_QUARTER = MONTHS_A_YEAR // QUARTERS


@dataclass(frozen=True, eq=False)
class Reports:
    """Quarterly performance reports of a year's arrangements, of what was begun by the end of each quarter.

    Costs are those that will be settled: claims that are still out when a report is written are not left out.

    Attributes
    ----------
    year : int
        Performance year.
    lag : int
        Months from the end of a quarter to its report.
    aco, kind, specialist : int64, shape (rows,)
        Whose contract, with whom, for which kind of episode; contracts too small to be reconciled, too.
    episodes, cost, target : int64, shape (rows, 4)
        Episodes so far, cents they cost, and cents of their target prices.
    """

    year: int
    lag: int
    aco: Ints
    kind: Ints
    specialist: Ints
    episodes: Ints
    cost: Ints
    target: Ints

    def delivered(self, quarter: int) -> tuple[int, int]:
        """Return year and month in which the report of a quarter, 1 to 4, comes out."""
        months = MONTHS_A_QUARTER * quarter + self.lag - 1
        return self.year + months // MONTHS_A_YEAR, months % MONTHS_A_YEAR + 1

    def known_by(self, year: int, month: int) -> int:
        """Return how many of the four reports are out by the end of a month."""
        return sum(self.delivered(quarter) <= (year, month) for quarter in range(1, QUARTERS + 1))
