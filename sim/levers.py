"""What an arm does to its people in a year; arms that do the same need not live the same year twice."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from sim.kernels.layout import FIXED_COLUMNS, Health, People, Practices


class Levers(NamedTuple):
    """Everything in which an arm's year can differ from another arm's on the same people and draws."""

    practices: Practices
    health: Health

    def equal(self, other: Levers) -> bool:
        """Whether both are the same to the bit."""
        return all(
            np.array_equal(mine, theirs)
            for own, others in zip(self, other, strict=True)
            for mine, theirs in zip(own, others, strict=True)
        )


def copy_lives(source: People, target: People) -> None:
    """Make the people of one arm stand where those of another do."""
    for name, column in source._asdict().items():
        if name not in FIXED_COLUMNS:
            np.copyto(getattr(target, name), column)
