"""What a behaviour's parameters are read from: anything that answers by dotted key, such as the evidence."""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


class Reader(Protocol):
    """Parameters by dotted key; :class:`sim.inputs.evidence.Evidence` is one."""

    def number(self, key: str) -> float:
        """Return a number."""

    def array(self, key: str) -> Floats:
        """Return a list of numbers."""

    def entry(self, key: str) -> Any:
        """Return the whole entry: its distribution, the year it is stated for."""
