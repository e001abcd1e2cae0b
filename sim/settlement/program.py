"""The door between the simulated world and a program: what a program is shown, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from sim.kernels.tally import Tally
from sim.population.experience import Experience, observe
from sim.population.past import Volunteers
from sim.population.types import TypeExperience, observe_types
from sim.settlement.contracts import Contracts
from sim.settlement.stop_loss import LivedPersons

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
History = Mapping[int, Tally]
Settled = dict[str, NDArray[Any]]


@dataclass(frozen=True, eq=False)
class Participants:
    """The present list of TINs. Base years follow it: they are counted for these TINs whenever it changes.

    Attributes
    ----------
    practice_aco : int64, shape (practices,)
        ACO of each practice's TIN, -1 for none.
    practice_market : int64, shape (practices,)
    aco_market : int64, shape (acos,)
        Market of each ACO.
    nation : mapping of int to Tally, optional
        History of the reference arm, whose people are the nation; by default the arm's own history.
    taking_part : float
        Share of the nation's people who are aligned to ACOs of the program.
    volunteers : Volunteers, optional
        Who is voluntarily aligned this year, and what they did before.
    specialists : float64, shape (specialists,), optional
        Efficiency of each specialist this year; as drawn by default.
    """

    practice_aco: Ints
    practice_market: Ints
    aco_market: Ints
    nation: History | None = None
    taking_part: float = 0.0
    volunteers: Volunteers | None = None
    specialists: Floats | None = None

    @cached_property
    def key(self) -> bytes:
        """Equal for equal lists."""
        return self.practice_aco.tobytes() + self.aco_market.tobytes()

    def __len__(self) -> int:
        return len(self.aco_market)

    def observe(self, history: History, year: int) -> Experience:
        """Return a lived year as ACOs of this list would have seen it; worked out once."""
        care = history[year].care
        if year not in self._observed or self._observed[year][0] is not care:
            nation = None if self.nation is None else self.nation[year].care
            lists = self.practice_aco, self.practice_market, len(self), self.aco_market
            self._observed[year] = care, observe(care, *lists, nation, self.taking_part)
        return self._observed[year][1]

    @cached_property
    def _observed(self) -> dict[int, tuple[Ints, Experience]]:
        return {}

    def nationwide(self, history: History, year: int) -> Ints:
        """Return the exact sums of the nation's assignable people in a lived year, shape (sums,)."""
        nation = history if self.nation is None else self.nation
        sums: Ints = nation[year].care[: len(self.practice_aco)].sum(axis=(0, 1))
        return sums

    def observe_types(self, history: History, year: int) -> TypeExperience:
        """Return the same by enrollment type."""
        return observe_types(
            history[year].types,
            self.practice_aco,
            self.practice_market,
            len(self),
            self.aco_market,
            None if self.nation is None else self.nation[year].types,
            self.taking_part,
        )


@dataclass(frozen=True, eq=False)
class Shown:
    """What a program is shown of a performance year.

    Attributes
    ----------
    history : mapping of int to Tally
        Every calendar year lived so far, this one included.
    participants : Participants
    contracts : Contracts
        Of the year.
    quality : float64, shape (acos,)
        Quality scores, 0 to 1.
    year : Experience
        The performance year itself.
    lived : LivedPersons, optional
        The same person by person; without it nobody's stop-loss can be settled.
    further : int64, shape (acos,), optional
        Cents of expenditure beyond what services cost, which episode arrangements add; none by default.
    """

    history: History
    participants: Participants
    contracts: Contracts
    quality: Floats
    year: Experience
    lived: LivedPersons | None = None
    further: Ints | None = None


class Program(Protocol):
    """A program with ACOs. All arrays have the ACO as their first axis and hold every ACO of the arm."""

    def benchmark(self, history: History, participants: Participants, agreement: int) -> Any:
        """Return what base years say of agreements that began in the year `agreement`."""

    def settle(self, year: int, experience: Shown, active: Flags) -> Settled:
        """Return the year's result variables; rows of ACOs that are not `active` mean nothing."""


def cents(dollars: Floats) -> Ints:
    """Round dollars to whole cents."""
    return np.rint(dollars * 100.0).astype(np.int64)
