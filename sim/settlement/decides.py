"""What ACOs decide for themselves, by their contracts: arrays over the ACOs of an arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Decides:
    """What an ACO decides in a performance year instead of following the scenario; shape (acos,).

    Attributes
    ----------
    exit : bool array
        Whether it leaves its program.
    coding : bool array
        Whether it codes by what its program's limit on risk scores leaves of it.
    investment : bool array
        Whether it chooses its spending on care management.
    program : bool array
        Whether it chooses program and risk option.
    to_mssp : bool array
        Whether one that leaves LEAD or ACO REACH goes to the Shared Savings Program.
    """

    exit: Flags
    coding: Flags
    investment: Flags
    program: Flags
    to_mssp: Flags

    @property
    def anything(self) -> bool:
        """Whether any ACO decides anything."""
        return bool((self.exit | self.coding | self.investment | self.program).any())

    @classmethod
    def of(cls, terms: Sequence[Mapping[str, Any]]) -> Decides:
        """Return what ACOs' terms let them decide, one after another."""

        def decided(word: str) -> Flags:
            return np.array([word in one.get("decides", ()) for one in terms], dtype=bool)

        return cls(
            exit=decided("exit"),
            coding=decided("coding"),
            investment=decided("investment"),
            program=decided("program"),
            to_mssp=np.array([one.get("after_exit") == "mssp" for one in terms], dtype=bool),
        )
