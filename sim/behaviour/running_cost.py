"""What care management costs an ACO in a year."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.behaviour.evidence_reader import Floats, Reader

MONTHS = 12


@dataclass(frozen=True, eq=False)
class CostParameters:
    """Parameters of the running cost.

    Attributes
    ----------
    fixed, fixed_lives, fixed_spread : float
        Dollars a year of an ACO with `fixed_lives` people, growing with the root of its size; spread of its
        logarithm between ACOs.
    variable, high_needs : float
        Dollars a month of each person, and further dollars of each High Needs person enrolled.
    high_needs_enrolled : float64 array, shape (2,)
        Share of High Needs people enrolled, in High Needs ACOs and in others.
    inflation : float
        Growth a year since `stated_for`.
    stated_for : int
        Year whose prices the dollars are in.
    own_fixed, own_variable : float64 array of shape (acos,), or None
        An ACO's own dollars a year, whatever its size, and dollars a person-month; NaN for one without, None
        where no ACO has any.
    """

    fixed: float
    fixed_lives: float
    fixed_spread: float
    variable: float
    high_needs: float
    high_needs_enrolled: Floats
    inflation: float
    stated_for: int
    own_fixed: Floats | None = None
    own_variable: Floats | None = None

    @classmethod
    def read(cls, evidence: Reader) -> CostParameters:
        """Read ``cost.*``."""
        number = evidence.number
        return cls(
            fixed=number("cost.fixed"),
            fixed_lives=number("cost.fixed_lives"),
            fixed_spread=float((evidence.entry("cost.fixed").distribution or {}).get("cv", 0.0)),
            variable=number("cost.variable"),
            high_needs=number("cost.high_needs"),
            high_needs_enrolled=evidence.array("cost.high_needs_enrolled"),
            inflation=number("cost.inflation"),
            stated_for=int(evidence.entry("cost.variable").year),
        )


def running_cost(
    parameters: CostParameters,
    *,
    months: Floats,
    high_needs_months: Floats,
    high_needs: NDArray[np.bool_],
    draw: Floats,
    year: int,
    spent: Floats | None = None,
) -> NDArray[np.int64]:
    """Return a year's cost of care management in cents, shape (acos,).

    Parameters
    ----------
    parameters : CostParameters
    months, high_needs_months : float64 arrays, shape (acos,)
        Person-months aligned, and of those the High Needs ones.
    high_needs : bool array, shape (acos,)
        Which are High Needs ACOs.
    draw : float64 array, shape (acos,)
        Standard normal: how dear the ACO's own organisation is.
    year : int
    spent : float64 array, shape (acos,), optional
        What ACOs spend on each person, in multiples of `variable`, where they decide that themselves.
    """
    spread = parameters.fixed_spread
    fixed = parameters.fixed * np.exp(spread * draw - 0.5 * spread**2)
    fixed = fixed * np.sqrt(months / MONTHS / parameters.fixed_lives)
    fixed = _own(parameters.own_fixed, fixed)
    variable = _own(parameters.own_variable, np.full(len(months), parameters.variable))
    if spent is not None:
        variable = variable * spent
    enrolled = high_needs_months * parameters.high_needs_enrolled[np.where(high_needs, 0, 1)]
    dollars = fixed + months * variable + enrolled * parameters.high_needs
    inflated = 100.0 * dollars * (1.0 + parameters.inflation) ** (year - parameters.stated_for)
    return np.rint(inflated).astype(np.int64)


def _own(own: Floats | None, usual: Floats) -> Floats:
    """Return each ACO's own value, the usual one where it has none."""
    return usual if own is None else np.where(np.isnan(own), usual, own)
