"""Which ACOs are too small for the Shared Savings Program and for ACO REACH."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.inputs.rulebook import Rulebook
from sim.inputs.scenario_arms import NO_PROGRAM
from sim.inputs.scenario_books import MSSP, REACH
from sim.inputs.smallest_terms import mssp_size, reach_size
from sim.kernels.codes import Sum
from sim.policy.eligibility import may_continue
from sim.policy.mssp_benchmark import base_years
from sim.population.experience import added_by
from sim.settlement.calendar import mssp_agreements
from sim.settlement.contracts import Contracts
from sim.settlement.program import Flags, History, Ints, Settled


class SmallestSizes:
    """The doorkeeper of both programs in one arm: looks at each year once it is about to begin.

    People are those of years past on the list of TINs as it then stands.

    Parameters
    ----------
    mssp : Rulebook
    reach : mapping of int to Rulebook
        By performance year.
    types : int64, shape (acos,)
        Place of each ACO's type among :data:`sim.inputs.reach_terms.TYPES`.
    first_py : int
    """

    def __init__(self, mssp: Rulebook, reach: Mapping[int, Rulebook], types: Ints, first_py: int) -> None:
        self._mssp, self._reach, self._types, self._first_py = mssp, reach, types, first_py
        # By year: who was too small for an MSSP agreement, who was out of REACH, and how often its buffer had
        # been used after it.
        self._after: dict[int, tuple[Flags, Flags, Ints]] = {}
        self._shown: dict[int, Settled] = {}

    def in_force(self, year: int, stated: Contracts, history: History, practice_aco: Ints) -> Contracts:
        """Return the contracts of a year: an ACO in either program that is too small for it is in none.

        Parameters
        ----------
        year : int
        stated : Contracts
            Of the year, by the scenario.
        history : mapping of int to Tally
            Every year before.
        practice_aco : int64, shape (practices,)
            ACO of each practice's TIN, -1 for none.
        """
        in_mssp, in_reach = stated.program == MSSP, stated.program == REACH
        self._shown.pop(year, None)
        if not (in_mssp | in_reach).any():
            return stated
        n = len(in_mssp)

        def people(lived: int) -> Ints:
            here = history[lived].care[: len(practice_aco)]
            return np.asarray(added_by(practice_aco, n, here)[..., Sum.PERSONS].sum(axis=1))

        nobody = np.zeros(n, dtype=bool)
        small_before, reach_before, uses = self._after.get(year - 1, (nobody, nobody, np.zeros(n, np.int64)))
        needed, enough = np.full(n, np.nan), np.ones(n, dtype=bool)
        removed = nobody.copy()
        start = mssp_agreements(stated, year, self._mssp)[0]
        for began in np.unique(start[in_mssp]).tolist():
            mine, size = in_mssp & (start == began), mssp_size(self._mssp, began, year)
            needed[mine] = size.people
            if began == year:
                asked = base_years(began).tolist()[-1 if size.last_year_alone else 0 :]
                stays = np.all([people(one) >= size.people for one in asked], axis=0)
            else:
                lived = range(max(began, self._first_py, year - 2), year)
                short = [people(one) < size.people for one in lived]
                stays = ~np.all(short, axis=0) if size.ends and len(short) == 2 else ~nobody
                stays &= ~small_before
            enough[mine] = stays[mine]
            removed |= mine & ~stays & size.removes
        out_of_reach = nobody
        if in_reach.any():
            terms = reach_size(self._reach[year])
            least = terms.people[self._types]
            stays, used = may_continue(
                people(year - 1), least, uses, buffer=terms.buffer, allowed_uses=terms.buffer_uses
            )
            stays &= ~reach_before
            needed[in_reach], enough[in_reach] = least[in_reach], stays[in_reach]
            out_of_reach = in_reach & ~stays & terms.removes
            uses = np.where(in_reach & stays, used, uses)
        self._after[year] = in_mssp & ~enough, out_of_reach, uses
        self._shown[year] = {
            "meets_minimum": np.where(in_mssp | in_reach, enough, -1).astype(np.int8),
            "minimum_people": needed,
        }
        return replace(stated, program=np.where(removed | out_of_reach, NO_PROGRAM, stated.program))

    def shown(self, year: int) -> Settled:
        """Return the year's result variables, shape (acos,); none where no ACO is to be in either program."""
        return self._shown.get(year, {})
