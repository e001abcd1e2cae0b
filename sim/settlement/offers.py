"""What each ACO offers its people beyond care: arrays over the ACOs of an arm, for one performance year."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.scenario_benefits import KINDS

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Offers:
    """Falls prevention, benefit enhancements and incentives, as the scenario states them. Only LEAD has any.

    Attributes
    ----------
    falls : bool array, shape (acos,)
        Who offers falls prevention.
    falls_uptake, modification : float64 arrays, shape (acos,)
        Share of people at risk who take it up, and mean cost of changes to a home, USD; NaN where not stated.
    benefits : bool array, shape (acos, kinds)
        By :data:`sim.inputs.scenario_benefits.KINDS`.
    cost, uptake, covers : float64 arrays, shape (acos, kinds)
        USD a year for each who uses it, share of people who do, and share of cost sharing paid; NaN where not
        stated.
    """

    falls: Flags
    falls_uptake: Floats
    modification: Floats
    benefits: Flags
    cost: Floats
    uptake: Floats
    covers: Floats

    @property
    def any(self) -> bool:
        """Whether any ACO offers anything."""
        return bool(self.falls.any() or self.benefits.any())

    @classmethod
    def of(cls, terms: Sequence[Mapping[str, Any]]) -> Offers:
        """Return the offers of ACOs' terms, one after another."""
        n = len(terms)
        stated = {name: np.full((n, len(KINDS)), np.nan) for name in ("cost", "uptake", "covers")}
        benefits = np.zeros((n, len(KINDS)), dtype=bool)
        for row, one in enumerate(terms):
            for benefit in one.get("benefits") or ():
                kind = KINDS.index(benefit.kind)
                benefits[row, kind] = True
                for name, table in stated.items():
                    value = getattr(benefit, name)
                    table[row, kind] = np.nan if value is None else value

        def share(name: str) -> Floats:
            return np.array([one.get(name, np.nan) for one in terms], np.float64)

        return cls(
            falls=np.array([bool(one.get("falls_prevention")) for one in terms], dtype=bool),
            falls_uptake=share("falls_uptake"),
            modification=share("home_modification"),
            benefits=benefits,
            **stated,
        )
