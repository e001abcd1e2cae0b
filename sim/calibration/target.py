"""A published figure beside what the simulation shows, and tables of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from sim.pages import render


@dataclass(frozen=True)
class Target:
    """A published figure and what the simulation shows.

    Attributes
    ----------
    name : str
    value, tolerance, simulated : float
        In `unit`; the tolerance is to either side.
    unit : str
    source : str
    required : bool
        Whether the fit has to meet it; the others are fitted too, or only shown, where the required ones
        leave room.
    held_out : float or None
        What people of other seeds than the fit's show.
    reason : str
        Why it is missed, where that is known.
    key : str
        Of the row of published figures it belongs to.
    """

    name: str
    value: float
    tolerance: float
    simulated: float
    unit: str
    source: str
    required: bool = True
    held_out: float | None = None
    reason: str = ""
    key: str = ""

    @property
    def deviation(self) -> float:
        """Distance from the value in tolerances, signed."""
        return (self.simulated - self.value) / self.tolerance

    @property
    def ok(self) -> bool:
        """Whether the simulation is within the tolerance, with other seeds too where they were tried."""
        tried = (self.simulated, self.simulated if self.held_out is None else self.held_out)
        return all(abs(found - self.value) <= self.tolerance for found in tried)

    @property
    def holds(self) -> bool:
        """Whether the mean of the other seeds is within the tolerance; one seed alone has noise."""
        found = self.simulated if self.held_out is None else self.held_out
        return abs(found - self.value) <= self.tolerance


def averaged(nations: Sequence[Sequence[Target]]) -> list[Target]:
    """Return the targets of several nations with the mean of their values and of what they show."""
    return [
        replace(
            same[0],
            value=float(np.mean([one.value for one in same])),
            simulated=float(np.mean([one.simulated for one in same])),
        )
        for same in zip(*nations, strict=True)
    ]


def beside(found: Sequence[Target], others: Sequence[Target]) -> list[Target]:
    """Return targets with what other nations show, by its distance where a value is itself simulated."""
    return [
        replace(own, held_out=own.value + other.simulated - other.value)
        for own, other in zip(found, others, strict=True)
    ]


def table(targets: Sequence[Target]) -> str:
    """Return the targets as a Markdown table."""
    return render("sim.calibration", "targets.md.j2", targets=targets)
