"""LEAD's Medicaid route of alignment, out of its rulebook."""

from __future__ import annotations

from dataclasses import dataclass

from sim.inputs.rulebook import Rulebook


@dataclass(frozen=True, slots=True)
class MedicaidTerms:
    """The Medicaid route in a performance year.

    Attributes
    ----------
    open : bool
        Whether the route is switched on and its first year has come.
    voluntary_cells : bool
        Whether those aligned by it are in the voluntary cells, else in the claims cells.
    incentive : float
        Dollars a month of each aligned person with full benefits, in ACOs with an arrangement.
    """

    open: bool
    voluntary_cells: bool
    incentive: float


def medicaid_terms(rulebook: Rulebook, year: int) -> MedicaidTerms:
    """Return the terms of a performance year."""
    on = rulebook.word("medicaid.alignment", year) == "on"
    return MedicaidTerms(
        open=on and year >= rulebook.number("medicaid.from_py", year),
        voluntary_cells=rulebook.word("medicaid.cells", year) == "voluntary",
        incentive=rulebook.number("medicaid.incentive", year),
    )
