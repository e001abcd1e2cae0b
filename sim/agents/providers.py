"""Participant Providers (practices, by TIN) and Preferred Providers (specialists): rows of two small stores.

What stands in their columns is what the kernels and the settlement read: there is no second copy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sim.columns.bulk import bulk
from sim.columns.column_agent import ColumnAgent
from sim.columns.column_set import ColumnAgentSet
from sim.columns.fields import Field
from sim.columns.store import ColumnStore
from sim.ledger.income import IncomeStatement, income_statement
from sim.population.habits import CARE_HABITS
from sim.population.practices import Providers

if TYPE_CHECKING:
    from sim.agents.aco import ACO

NO_ACO = -1

PARTICIPANT_FIELDS = (
    Field("market", np.int32, "1", "Market it is in.", source="population", fixed=True),
    Field("aco_row", np.int32, "1", "Row of its ACO, -1 for none.", default=NO_ACO, source="TIN list"),
    Field(
        "lives",
        np.float64,
        "people",
        "Assignable people expected; the market's people choose by it.",
        source="care.practice_size_spread",
        fixed=True,
    ),
    Field(
        "efficiency",
        np.float64,
        "1",
        "Spending of its patients relative to its market, referrals included.",
        default=1.0,
        source="care.practice_efficiency",
        least=0.0,
    ),
    Field(
        "coding_habit",
        np.float64,
        "1",
        "Coded over true risk of its patients, relative to the last year before the first performance year.",
        default=1.0,
        source="drift.coding",
        least=0.0,
    ),
    # What its patients can expect, whatever an ACO does.
    Field(
        "stays_habit",
        np.float64,
        "1",
        "Factor on how many acute events its patients have.",
        default=1.0,
        source="quality.measure_spread.UAMCC",
        least=0.0,
    ),
    Field(
        "price_habit",
        np.float64,
        "1",
        "Factor on what care of its patients costs, which makes up for fewer or more stays.",
        default=1.0,
        source="use.acute_part",
        least=0.0,
    ),
    Field(
        "readmission",
        np.float64,
        "1",
        "Chance that a further stay is within 30 days of the one before.",
        source="quality.measure_spread.ACR",
        least=0.0,
        most=1.0,
    ),
    Field(
        "follow_up",
        np.float64,
        "1",
        "Chance of a timely follow-up after an acute exacerbation.",
        source="quality.measure_spread.TFU",
        least=0.0,
        most=1.0,
    ),
    Field(
        "glycemic_poor",
        np.float64,
        "1",
        "Share of its patients with diabetes whose glycemic status is poor.",
        source="quality.measure_spread.glycemic_status",
        least=0.0,
        most=1.0,
    ),
    Field(
        "pressure_controlled",
        np.float64,
        "1",
        "Share of its patients with hypertension whose blood pressure is controlled.",
        source="quality.measure_spread.blood_pressure",
        least=0.0,
        most=1.0,
    ),
    # What an ACO's decisions come to; -1 takes all spending, or all coded risk, away.
    Field(
        "effect",
        np.float64,
        "1",
        "Effect on spending of aligned people this year.",
        source="effect.*",
        least=-1.0,
    ),
    Field(
        "high_needs_effect",
        np.float64,
        "1",
        "Further effect on High Needs people.",
        source="effect.*",
        least=-1.0,
    ),
    Field(
        "coding",
        np.float64,
        "1",
        "Excess of coded over true risk this year.",
        source="coding.*",
        least=-1.0,
    ),
    Field(
        "attestation",
        np.float64,
        "1",
        "Yearly chance that a patient attests.",
        source="voluntary.attest",
        least=0.0,
        most=1.0,
    ),
    Field("income_cents", np.int64, "USD", "Distributions received so far, in cents.", source="ledger"),
)
PREFERRED_FIELDS = (
    Field("market", np.int32, "1", "Market it is in.", source="population", fixed=True),
    Field(
        "specialty",
        np.int32,
        "1",
        "Place in the list of specialties.",
        source="episodes",
        fixed=True,
    ),
    Field(
        "efficiency",
        np.float64,
        "1",
        "Cost of its episodes relative to others of its kind.",
        default=1.0,
        source="care.specialist_efficiency",
        least=0.0,
    ),
    Field(
        "referral_lives",
        np.float64,
        "people",
        "People of the practices that refer to it, by the share they refer.",
        source="care.referral_top",
        fixed=True,
    ),
    # Its book under episode arrangements, added up over the years.
    Field("cara_episodes", np.int64, "1", "Episodes reconciled under CARA so far.", source="ledger"),
    Field("cara_cost_cents", np.int64, "USD", "What they cost so far, in cents.", source="ledger"),
    Field("cara_target_cents", np.int64, "USD", "Their target prices so far, in cents.", source="ledger"),
    Field(
        "cara_cents",
        np.int64,
        "USD",
        "Paid to it under CARA so far, less what it paid back, in cents.",
        source="ledger",
    ),
)


class ParticipantProvider(ColumnAgent):
    """A practice; the unit that aligns people and joins an ACO is its TIN."""

    @property
    def aco(self) -> ACO | None:
        """Its ACO, None for none; assigning another one changes the TIN list, and base years with it."""
        row = self.store["aco_row"].item(self.row)
        return None if row == NO_ACO else self.model.aco_at(row)

    @aco.setter
    def aco(self, other: ACO | None) -> None:
        self.store.write("aco_row", self.row, NO_ACO if other is None else other.row)

    @property
    def income(self) -> IncomeStatement:
        """What it is paid and for what, all years so far; a study asks for such books by `provider_books`."""
        return income_statement(self.model.ledger, self.row)

    @bulk(order_matters=False)
    def decide(self: ColumnAgentSet[Any], year: int) -> None:
        """Follow the ACO in its effect on care, coding and attestation; without one, change nothing."""
        store, rows = self.store, self.rows
        aco = store["aco_row"][rows]
        for name, by_aco in store.owner.decided().items():
            # The last place answers for practices without an ACO.
            store[name][rows] = np.append(by_aco, 0.0)[aco]


class PreferredProvider(ColumnAgent):
    """A specialist or facility to whom practices refer."""

    @property
    def income(self) -> IncomeStatement:
        """What it is paid and for what, all years so far; a study asks for such books by `provider_books`."""
        book = self.model.ledger
        return income_statement(book, book.n_practices + self.row)


def practice_store(providers: Providers) -> ColumnStore:
    """Return an arm's practices, one row each, as the world drew them."""
    n = len(providers.market)
    stays = "its patients align to it; it leaves its ACO by `practice.aco = None`"
    store = ColumnStore(PARTICIPANT_FIELDS, n, stays=stays)
    store["market"][:] = providers.market
    store["aco_row"][:] = providers.aco
    store["lives"][:] = providers.lives.sum(axis=1)
    store["efficiency"][:] = providers.efficiency
    store["stays_habit"][:] = providers.habits.stays
    store["price_habit"][:] = providers.habits.price
    for name in CARE_HABITS:
        store[name][:] = getattr(providers.habits, name)
    return store


def practice_bounds(n_acos: int) -> dict[str, tuple[int, int]]:
    """Return the least and most row of an ACO, for ``add_population``."""
    return {"aco_row": (NO_ACO, n_acos - 1)}


def specialist_store(providers: Providers) -> ColumnStore:
    """Return an arm's specialists, one row each, as the world drew them."""
    made = providers.specialists
    stays = "practices refer to it, as the world's tables say"
    store = ColumnStore(PREFERRED_FIELDS, len(made.market), stays=stays)
    store["market"][:] = made.market
    store["specialty"][:] = made.specialty
    store["efficiency"][:] = made.efficiency
    store["referral_lives"][:] = referral_lives(providers)
    return store


def referral_lives(providers: Providers) -> NDArray[np.float64]:
    """Return people referred to each specialist: of each practice, by the share it refers there."""
    made = providers.specialists
    people = np.zeros(len(made.market))
    np.add.at(people, made.referred, providers.lives.sum(axis=1)[:, None] * made.share)
    return people
