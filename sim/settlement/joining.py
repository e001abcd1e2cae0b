"""Hybrid alignment of an arm: who comes to its ACOs within a year, and the year's sums with them in place."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sim.inputs.lead_criteria import mid_year_month
from sim.inputs.rulebook import Rulebook
from sim.kernels.joining import Came
from sim.kernels.layout import People, Practices
from sim.kernels.tally import Tally
from sim.population.joining import Lists, came, moved
from sim.population.past import Memory, Volunteers
from sim.population.world import World
from sim.settlement.contracts import Contracts
from sim.settlement.program import Flags, Ints

NO_ACO = -1
ADDED = ("added_people", "added_months")


class Joining:
    """Additions within the year of one arm of one replicate.

    Parameters
    ----------
    rulebook : Rulebook
        LEAD's, of the arm.
    world : World

    Attributes
    ----------
    came : Came or None
        Who came in the year taken in last; None where no ACO had hybrid alignment.
    """

    def __init__(self, rulebook: Rulebook, world: World) -> None:
        self._rulebook = rulebook
        self._world = world
        self.came: Came | None = None

    def take_in(
        self,
        tally: Tally,
        practices: Practices,
        year: int,
        contracts: Contracts,
        active: Flags,
        practice_aco: Ints,
        people: Callable[[], People],
        reference: Callable[[], People],
    ) -> Tally:
        """Return a lived year's sums with those who came within it in the places they came to.

        Parameters
        ----------
        tally : Tally
            As lived; not changed.
        practices : Practices
            What practices did.
        year : int
        contracts : Contracts
            Of the year.
        active : bool, shape (acos,)
        practice_aco : int64, shape (practices,)
            ACO of each practice's TIN, -1 for none.
        people, reference : callable
            Return the columns as the year left them, of the arm and of the reference arm.
        """
        hybrid = active & contracts.elections.hybrid & (contracts.program == "lead")
        self.came = None
        if not hybrid.any():
            return tally
        adds = np.append(np.where(hybrid, np.arange(len(hybrid)), NO_ACO), NO_ACO)
        month = mid_year_month(self._rulebook, year)
        attested = np.where(practices.attest > 0.0, adds[practice_aco], NO_ACO)
        lists = Lists(practice_aco, attested, adds[self._world.course.joining(year, month)])
        self.came = came(people(), year, self._world.key, lists, month)
        return moved(tally, self.came, people(), reference(), year, practices.coding)

    def volunteers(
        self, memory: Memory, people: Callable[[], People], practice_aco: Ints
    ) -> Volunteers | None:
        """Return who is voluntarily aligned in the year lived last, see :class:`Memory`."""
        return memory.volunteers(people, practice_aco, len(self._world.plans), self.came)

    def told(self, practice_aco: Ints, n_acos: int) -> dict[str, Ints]:
        """Return the result variables of who came in the year taken in last, shape (acos,)."""
        if self.came is None:
            return {name: np.zeros(n_acos, np.int64) for name in ADDED}
        return dict(zip(ADDED, self.came.by_aco(practice_aco, n_acos), strict=True))
