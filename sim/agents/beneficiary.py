"""Medicare beneficiaries: column-backed Mesa agents, one row a person."""

from __future__ import annotations

from typing import Any

import numpy as np

from sim.columns.bulk import bulk
from sim.columns.column_agent import ColumnAgent
from sim.columns.column_set import ColumnAgentSet
from sim.columns.fields import Column, Field, Mask, Membership
from sim.columns.store import ColumnStore
from sim.kernels.codes import DUAL, FEMALE, NO_SUPPLEMENT, ORIGINALLY_DISABLED, Cell, Status
from sim.kernels.layout import COLUMN_TYPES, FIXED_COLUMNS, People

_MEANING: dict[str, tuple[str, str, str]] = {
    "birth_year": ("years", "Calendar year of birth.", "drawn from demography.age"),
    "entry_year": ("years", "Calendar year of entering Original Medicare.", "drawn from demography.inflow"),
    "entry_month": ("months", "Month of entering, 1 to 12.", "drawn"),
    "traits": (
        "1",
        "Bits: 1 female, 2 Medicaid, 4 originally disabled, 8 no supplement.",
        "drawn from demography.*",
    ),
    "market": ("1", "Market the person lives in.", "population"),
    "frailty": ("1", "Hazard of disease relative to people of the same age.", "conditions.frailty_spread"),
    "cost_factor": ("1", "Lasting factor on expected spending.", "spending.cost_spread"),
    "status": ("1", "0 not yet entered, 1 in Original Medicare, 2 in Medicare Advantage, 3 dead.", "kernel"),
    "conditions": ("1", "Bit mask of conditions, in the order of conditions.names.", "kernel"),
    "high_needs": ("1", "1 once the person has met a High Needs criterion.", "rulebook, High Needs criteria"),
    "event": ("1", "1 when there was an acute event this year.", "kernel"),
    "admissions": ("1", "Unplanned admissions this year.", "kernel"),
    "snf_days": ("days", "Medicare SNF days this year.", "kernel"),
    "practice": ("1", "Usual practice.", "kernel"),
    "attested": ("1", "Practice attested to voluntarily, -1 for none.", "kernel"),
    "last_main": ("1", "Usual practice of the latest year lived.", "kernel"),
    "last_other": ("1", "Other practice seen in the latest year lived, -1 for none.", "kernel"),
    "last_main_visits": ("visits/year", "PQEM visits to the usual practice, latest year.", "kernel"),
    "last_other_visits": ("visits/year", "PQEM visits elsewhere, latest year.", "kernel"),
    "older_main": ("1", "Usual practice of the year before the latest.", "kernel"),
    "older_other": ("1", "Other practice seen in the year before the latest.", "kernel"),
    "older_main_visits": ("visits/year", "PQEM visits to the usual practice, the year before.", "kernel"),
    "older_other_visits": ("visits/year", "PQEM visits elsewhere, the year before.", "kernel"),
    "aligned": ("1", "Practice aligned to this year, -1 for none.", "alignment by plurality of PQEM visits"),
    "cell": (
        "1",
        "Benchmark cell: category (A&D, ESRD, High Needs) plus 3 when aligned voluntarily.",
        "kernel",
    ),
    "months": ("months", "Months in Original Medicare this year.", "kernel"),
    "spend": ("USD", "Medicare payments for Parts A and B this year, in cents.", "kernel"),
    "risk": ("1", "Prospective risk score before normalisation.", "CMS-HCC V28 or ESRD V24"),
    "late_months": ("months", "Months of this year after meeting a High Needs criterion in it.", "kernel"),
    "needy_risk": (
        "1",
        "Concurrent risk score before normalisation, of the latest year with High Needs months.",
        "rulebook, High Needs scores",
    ),
    "falls_course": ("years", "Year of the course of falls prevention, less 2000; 0 for none.", "kernel"),
}

# The compiled loops look values up in tables without asking whether they are in: what is written must be.
_LEAST_AND_MOST: dict[str, tuple[int | float, int | float | None]] = {
    "entry_month": (1, 12),
    "traits": (0, FEMALE | DUAL | ORIGINALLY_DISABLED | NO_SUPPLEMENT),
    "frailty": (0.0, None),
    "cost_factor": (0.0, None),
    "status": (min(Status), max(Status)),
    "high_needs": (0, 1),
    "event": (0, 1),
    "cell": (min(Cell), max(Cell)),
    "months": (0, 12),
    "late_months": (0, 12),
    "needy_risk": (0.0, None),
    "spend": (0, None),
    "risk": (0.0, None),
}
_PRACTICE_OR_NONE = ("attested", "last_main", "last_other", "older_main", "older_other", "aligned")

FIELDS = tuple(
    Field(
        name,
        dtype,
        *_MEANING[name][:2],
        source=_MEANING[name][2],
        default=1 if name == "entry_month" else 0,
        least=_LEAST_AND_MOST.get(name, (None, None))[0],
        most=_LEAST_AND_MOST.get(name, (None, None))[1],
        fixed=name in FIXED_COLUMNS,
    )
    for name, dtype in COLUMN_TYPES.items()
)


def bounds(n_practices: int, n_markets: int) -> dict[str, tuple[int, int]]:
    """Return the least and most of what is looked up in the world's tables, for ``add_population``."""
    last = n_practices - 1
    places = {"market": (0, n_markets - 1), "practice": (0, last)}
    return {**places, **dict.fromkeys(_PRACTICE_OR_NONE, (-1, last))}


def enrolled(status: Column) -> Mask:
    """Return who is in Original Medicare."""
    return np.asarray(status == Status.ENROLLED)


MEMBERSHIP = Membership(("status",), enrolled, {"status": int(Status.DEAD)})


class Beneficiary(ColumnAgent):
    """A person in Original Medicare.

    People not yet entered, in Medicare Advantage or dead are rows, not agents.
    """

    @bulk(whole=True)
    def live_year(self: ColumnAgentSet[Any], year: int) -> None:
        """Live one calendar year: everybody at once, in one compiled pass over the rows."""
        self.store.owner.live(year)


def beneficiary_store(people: People) -> ColumnStore:
    """Return the store that adopts the kernels' columns."""
    return ColumnStore(FIELDS, people._asdict(), MEMBERSHIP)
