"""Cash of ACOs by calendar month, out of the ledger: its lowest point, how long it lasts, what is lacking."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence
from sim.kernels.codes import MONTHS_A_YEAR
from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.benefits import BENEFITS

Cents = NDArray[np.int64]

_DAYS = 365.0


@dataclass(frozen=True, slots=True)
class CashTerms:
    """What cash figures go by.

    Attributes
    ----------
    reserve : float
        Cash at the start, share of a year's running cost.
    interest : float
        A year, on working capital.
    reserves : int64 array, shape (acos,), or None
        Cents at the start of ACOs that state them, in place of `reserve`; negative for those that do not.
    """

    reserve: float
    interest: float
    reserves: Cents | None = None

    @classmethod
    def read(cls, evidence: Evidence, reserves: Cents | None = None) -> CashTerms:
        """Read the evidence."""
        return cls(evidence.number("cash.reserve"), evidence.number("cash.interest"), reserves)


def month_ends(ledger: Ledger, first_py: int, year: int) -> Cents:
    """Return each ACO's cash at the end of every month from January of `first_py` to December of `year`.

    All that it has received less all that it has paid by then, for whatever performance year; what is booked
    for later months does not count yet. Cents of shape (acos, months).
    """
    found, cents = ledger.signed(Party.ACO)
    when = (found["year"].astype(np.int64) - first_py) * MONTHS_A_YEAR + found["month"] - 1
    months = (year - first_py + 1) * MONTHS_A_YEAR
    moved = np.zeros((ledger.n_acos, months), np.int64)
    known = (when < months) & (found["aco"] >= 0)
    np.add.at(moved, (found["aco"][known], when[known]), cents[known])
    return np.cumsum(moved, axis=-1)


def cash_in_year(ledger: Ledger, first_py: int, year: int, terms: CashTerms) -> dict[str, NDArray[Any]]:
    """Return the cash figures of a calendar year by result variable, shape (acos,).

    Parameters
    ----------
    ledger : Ledger
        With all entries of performance years up to `year`.
    first_py, year : int
    terms : CashTerms

    Returns
    -------
    dict of str to ndarray
        ``cash_low_point``, ``working_capital`` and ``working_capital_interest`` in cents, ``days_of_cash`` in
        days of the year's running cost, NaN without one.
    """
    held = month_ends(ledger, first_py, year)[:, -MONTHS_A_YEAR:]
    stated = np.full(len(held), -1) if terms.reserves is None else terms.reserves
    if terms.reserve > 0.0 or (stated > 0).any():
        usual = np.rint(terms.reserve * _first_cost(ledger, first_py, year)).astype(np.int64)
        held = held + np.where(stated >= 0, stated, usual)[:, None]
    low, lacking = held.min(axis=-1), np.maximum(-held, 0)
    interest = np.rint(lacking.sum(axis=-1) * terms.interest / MONTHS_A_YEAR).astype(np.int64)
    daily = _cost(ledger, year) / _DAYS
    days = np.divide(low, daily, out=np.full(len(low), np.nan), where=daily > 0.0)
    return {
        "cash_low_point": low,
        "days_of_cash": days,
        "working_capital": lacking.max(axis=-1),
        "working_capital_interest": interest,
    }


def _cost(ledger: Ledger, year: int) -> Cents:
    running = Mechanism.CARE_MANAGEMENT, Mechanism.HOME_CARE, Mechanism.FALLS_PREVENTION, *BENEFITS
    return -ledger.net_by_aco(Party.ACO, *running, year=year)


def _first_cost(ledger: Ledger, first_py: int, year: int) -> Cents:
    """Return each ACO's running cost of the first year that it has any in, shape (acos,)."""
    costs = np.stack([_cost(ledger, one) for one in range(first_py, year + 1)], axis=-1)
    first: Cents = costs[np.arange(len(costs)), (costs > 0).argmax(axis=-1)]
    return first
