"""Which program each ACO is in, on which terms: arrays over the ACOs of an arm, for one performance year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.population.plan import AcoPlan
from sim.scenarios import Scenario

NONE = "none"


@dataclass(frozen=True, eq=False)
class Contracts:
    """Contracts of one performance year; arrays of shape (acos,).

    Attributes
    ----------
    program : str array
        ``none``, ``lead``, ``mssp`` or ``reach``.
    risk_option : str array
        ``global`` or ``professional``; means nothing outside LEAD and REACH.
    agreement_start : int64 array
        First year of the agreement; in LEAD and REACH the ACO's first performance year.
    """

    program: NDArray[np.str_]
    risk_option: NDArray[np.str_]
    agreement_start: NDArray[np.int64]

    @property
    def participates(self) -> NDArray[np.bool_]:
        """Which ACOs are in a program."""
        return np.asarray(self.program != NONE)


def contracts_of(scenario: Scenario, arm: str, plans: tuple[AcoPlan, ...], year: int) -> Contracts:
    """Return the contracts that a scenario states for a year of an arm."""
    stated, n = scenario.arms[arm], len(plans)
    return Contracts(
        program=np.full(n, stated.program),
        risk_option=np.full(n, stated.risk_option),
        agreement_start=np.full(n, scenario.years[0]),
    )
