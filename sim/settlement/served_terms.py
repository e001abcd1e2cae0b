"""What contracts say of programmes for some of an ACO's people: arrays over the ACOs of an arm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import HomeOpen

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ServedTerms:
    """What contracts of one performance year say; arrays of shape (acos,).

    Attributes
    ----------
    by_person : bool array
        Whether the contract says if there is a home-based programme: then it serves the people enrolled, or
        nobody, and the evidence's average programme for High Needs people does not act.
    home_care : bool array
        Whether there is one.
    home_open : int64 array
        To whom, a :class:`sim.kernels.codes.HomeOpen`.
    home_share : float64 array
        Share of them enrolled, NaN for the evidence's.
    partnership : bool array
        Whether the ACO has an arrangement with Medicaid.
    """

    by_person: Flags
    home_care: Flags
    home_open: Ints
    home_share: Floats
    partnership: Flags

    @classmethod
    def of(cls, terms: Sequence[Mapping[str, Any]]) -> ServedTerms:
        """Return what ACOs' terms say, one after another."""
        opened = [HomeOpen[one.get("home_care_open", "high_needs").upper()] for one in terms]
        return cls(
            by_person=np.array(["home_care" in one for one in terms], dtype=bool),
            home_care=np.array([bool(one.get("home_care")) for one in terms], dtype=bool),
            home_open=np.array(opened, np.int64),
            home_share=np.array([one.get("home_care_share", np.nan) for one in terms], np.float64),
            partnership=np.array([bool(one.get("medicaid_partnership")) for one in terms], dtype=bool),
        )
