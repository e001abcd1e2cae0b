"""Totals of an arm that its data collector reports each year."""

from __future__ import annotations

from functools import partial
from typing import Any, Protocol


class Yearly(Protocol):
    """What is asked of a model that has just closed a year."""

    year: int

    def total(self, name: str) -> float:
        """Return the dollars of the year just lived, all ACOs together."""


def of_the_year(model: Yearly, name: str) -> float:
    """Return the year just lived, or a result variable of it in dollars."""
    return model.year - 1 if name == "year" else model.total(name)


# Functions with names, not lambdas, so that models can be pickled.
REPORTED: dict[str, Any] = {
    name: partial(of_the_year, name=name)
    for name in ("year", "medicare_outlay", "gross_savings", "true_savings", "settlement")
}
