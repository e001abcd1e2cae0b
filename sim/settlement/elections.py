"""Which payments each ACO elects, and at which fee reductions: arrays over the ACOs of an arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

STAYS = 13


@dataclass(frozen=True, eq=False)
class Elections:
    """What is elected for one performance year; arrays of shape (acos,). Only LEAD pays by it.

    Attributes
    ----------
    pcc, tcc, npcc, apo, provisional : bool arrays
        Capitation of primary care, of total care, of other care, advanced payments, provisional settlement.
    enhanced : float64 array
        Share of the benchmark elected as enhanced PCC.
    participant_reduction : float64 array
        Fee reduction of Participants' primary care under PCC, NaN for the rules'.
    preferred_reduction, npcc_reduction, apo_reduction : float64 arrays
        Fee reductions of Preferred Providers under TCC, and of listed providers' other care; 0 where not
        elected.
    stop_loss : bool array
    hybrid : bool array
        Alignment with additions within the year.
    exit_month : int64 array
        Month of the year in which an ACO gives notice that it leaves, 13 for one that does not.
    """

    pcc: Flags
    tcc: Flags
    npcc: Flags
    apo: Flags
    provisional: Flags
    enhanced: Floats
    participant_reduction: Floats
    preferred_reduction: Floats
    npcc_reduction: Floats
    apo_reduction: Floats
    stop_loss: Flags
    hybrid: Flags
    exit_month: Ints

    @property
    def capitated(self) -> Flags:
        """Which ACOs receive any capitation or advance."""
        return np.asarray(self.pcc | self.tcc)

    @property
    def any(self) -> Flags:
        """Which ACOs elect anything that is paid by month."""
        return np.asarray(self.capitated | self.provisional)

    @classmethod
    def of(cls, terms: Sequence[Mapping[str, Any]], year: int, stop_loss: bool = False) -> Elections:
        """Return the elections of ACOs' terms, one after another.

        Parameters
        ----------
        terms : sequence of mapping
        year : int
            Performance year.
        stop_loss : bool
            Whether ACOs have stop-loss that do not say.
        """

        def elects(word: str) -> Flags:
            return np.array([word in (one.get("payments") or ()) for one in terms], dtype=bool)

        def share(name: str, default: float) -> Floats:
            return np.array([one.get(name, default) for one in terms], np.float64)

        def month(notice: str) -> int:
            return int(notice[5:]) if notice[:4] == str(year) else STAYS

        npcc, apo = elects("npcc"), elects("apo")
        return cls(
            pcc=elects("pcc"),
            tcc=elects("tcc"),
            npcc=npcc,
            apo=apo,
            provisional=np.array([bool(one.get("provisional_settlement")) for one in terms], dtype=bool),
            enhanced=share("enhanced_share", 0.0),
            participant_reduction=share("participant_reduction", np.nan),
            preferred_reduction=np.where(elects("tcc"), share("preferred_reduction", 0.0), 0.0),
            npcc_reduction=np.where(npcc, share("npcc_reduction", 1.0), 0.0),
            apo_reduction=np.where(apo, share("apo_reduction", 1.0), 0.0),
            stop_loss=np.array([one.get("stop_loss", stop_loss) for one in terms], dtype=bool),
            hybrid=np.array([one.get("alignment") == "hybrid" for one in terms], dtype=bool),
            exit_month=np.array([month(one.get("exit_notice", "")) for one in terms], np.int64),
        )
