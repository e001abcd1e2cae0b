"""Who bills a lived year: fees by practice and by specialist, and what of them capitation and APO reduce.

The kernel has no services of single providers. Primary care goes by who was seen, other care by shares of
spending (evidence ``capitation``); what specialists bill goes by the cost of the episodes that they led.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from sim.inputs.capitation_terms import capitation_terms
from sim.inputs.evidence import Evidence
from sim.inputs.rulebook import Rulebook
from sim.kernels.codes import ReferredSum, Sum
from sim.kernels.tally import Tally
from sim.ledger.billed import Billed
from sim.ledger.book import NOBODY, UNNAMED
from sim.population.experience import added_by, ratio
from sim.population.health import specialty_of_episodes
from sim.population.visited import Visited, visited
from sim.population.world import World
from sim.settlement.capitation import CareEvidence, FeeReductions
from sim.settlement.contracts import Contracts
from sim.settlement.program import Flags, Floats, History, Ints, Participants
from sim.settlement.stop_loss import Persons

_CENTS = 100.0


@dataclass(frozen=True, eq=False)
class _Claims:
    """A year's claims of people in groups: those aligned to each ACO, then those of each market to none.

    Attributes
    ----------
    primary, other : float64 arrays, shape (groups,)
        Primary and other care, USD.
    """

    primary: Floats
    other: Floats


class Billing:
    """Who bills in one arm of one replicate.

    Parameters
    ----------
    rulebook : Rulebook
        A LEAD rulebook.
    world : World
    own : Evidence
        Of the arm: says what of care providers bill.
    counted : callable
        Returns the share of spending of a year that counts as expenditure.
    """

    def __init__(
        self, rulebook: Rulebook, world: World, own: Evidence, counted: Callable[[int], float]
    ) -> None:
        self._rulebook, self._world, self._counted = rulebook, world, counted
        self._care = care = CareEvidence.read(own, world.plans)
        # A practice bills by who leads the ACO it was drawn for, wherever its people are aligned.
        alone = own.array("capitation.participants_other")[0]
        self._practice_other = np.append(care.participants_other, alone)[world.providers.aco]
        self._specialists_other = own.number("capitation.specialists_other")
        self._specialty = specialty_of_episodes(world.evidence)

    def billed(
        self, persons: Persons, history: History, participants: Participants, contracts: Contracts
    ) -> Billed:
        """Return the fees of a lived year by provider and by whose people they are for.

        Parameters
        ----------
        persons : Persons
            The year person by person.
        history : mapping of int to Tally
            Every calendar year lived, this one with episodes by specialist.
        participants : Participants
            The present list of TINs.
        contracts : Contracts
            Of the year.
        """
        year, lists, world = persons.year, participants, self._world
        n_acos, tally = len(lists), history[persons.year]
        n_groups = n_acos + world.n_markets
        group = np.where(lists.practice_aco >= 0, lists.practice_aco, n_acos + lists.practice_market)
        nation = lists.nationwide(history, year)
        visit = self._care.primary_care * ratio(nation[Sum.SPEND] / _CENTS, nation[Sum.PQEM_VISITS])
        claims, reducible = (
            self._claims(tally, group, n_groups, float(visit), of) for of in (1.0, self._counted(year))
        )
        cut = self._reductions(year, contracts)
        seen = visited(persons.people(), world.first_row, group, n_groups)
        practices = self._by_practices(seen, lists.practice_aco, claims, reducible, cut)
        specialists = self._by_specialists(tally, group, n_acos, claims, reducible, cut)
        whose, provider, fees, reduced = (
            np.concatenate(parts) for parts in zip(practices, specialists, strict=True)
        )
        aco = np.where(whose < n_acos, whose, NOBODY)
        # What is reduced of care that nobody is seen to give.
        due = cut.claims(self._care, reducible.primary[:n_acos], reducible.other[:n_acos])
        left = due - np.bincount(aco[aco >= 0], reduced[aco >= 0], n_acos)
        unseen = np.flatnonzero(left > 1e-6 * due)
        return Billed(
            aco=np.concatenate([aco, unseen]),
            provider=np.concatenate([provider, np.full(len(unseen), UNNAMED)]),
            fees=np.concatenate([np.rint(fees * _CENTS).astype(np.int64), np.zeros(len(unseen), np.int64)]),
            reduced=np.concatenate([reduced, left[unseen]]),
        )

    def _reductions(self, year: int, contracts: Contracts) -> FeeReductions:
        """Return what of fees a year's elections reduce; nothing where nobody elects any."""
        if not contracts.elects.any():
            return FeeReductions(*np.zeros((3, len(contracts.program))))
        return FeeReductions.of(contracts.elections, capitation_terms(self._rulebook, year))

    def _claims(self, tally: Tally, group: Ints, n_groups: int, visit: float, counted: float) -> _Claims:
        """Return a year's claims by group, as far as they count."""
        n_markets = self._world.n_markets
        place = np.concatenate([group, np.arange(n_groups - n_markets, n_groups)])
        care = added_by(place, n_groups, tally.care)
        spend = care[..., Sum.SPEND] / _CENTS * counted
        primary = np.minimum(care[..., Sum.PQEM_VISITS] * visit, spend)
        return _Claims(primary.sum(axis=-1), (spend - primary).sum(axis=-1))

    def _by_practices(
        self, seen: Visited, practice_aco: Ints, claims: _Claims, reducible: _Claims, cut: FeeReductions
    ) -> tuple[Ints, Ints, Floats, Floats]:
        """Return whose people, provider, fees and what is reduced of them, row by row.

        Of the primary care of an ACO's people its own practices bill what `CareEvidence` says, by visits; the
        practices seen elsewhere bill the rest. Other care is billed by practices of the ACO, or, for people
        of none, by any, by the spending of those whose usual practice they are.
        """
        practice, group = seen.practice, seen.group
        n_groups, n_acos = len(claims.primary), len(cut.primary)
        outside, lists = group >= n_acos, practice_aco[practice] == group

        def part(amount: Ints, which: Flags) -> Floats:
            """Return each row's part of what the rows of its group have, of some rows."""
            mine = np.where(which, amount, 0).astype(np.float64)
            return ratio(mine, np.bincount(group, mine, n_groups)[group])

        by_visits, elsewhere = part(seen.visits, lists), part(seen.visits, ~lists)
        by_spend, anywhere = part(seen.spend, lists), part(seen.spend, outside)
        inside = np.where(outside, 0.0, self._care.inside)
        of_aco = np.append(self._care.participants_other, 0.0)[np.minimum(group, n_acos)]

        def own(of: _Claims) -> tuple[Floats, Floats]:
            return inside * of.primary[group] * by_visits, of_aco * of.other[group] * by_spend

        primary, other = own(claims)
        fees = primary + (1.0 - inside) * claims.primary[group] * elsewhere
        fees += other + self._practice_other[practice] * claims.other[group] * anywhere
        rates = (np.append(rate, 0.0)[np.minimum(group, n_acos)] for rate in (cut.primary, cut.participants))
        reduced = sum(rate * amount for rate, amount in zip(rates, own(reducible), strict=True))
        return group, practice, fees, np.asarray(reduced)

    def _by_specialists(
        self,
        tally: Tally,
        group: Ints,
        n_acos: int,
        claims: _Claims,
        reducible: _Claims,
        cut: FeeReductions,
    ) -> tuple[Ints, Ints, Floats, Floats]:
        """Return the same of specialists, whose share of a group's other care goes by episodes led."""
        made, n_groups = self._world.providers.specialists, len(claims.primary)
        who = made.by_specialty[:, self._specialty, :]
        n_specialists = len(made.market)
        none = n_acos + self._world.providers.market
        keys, costs = [], []
        for half, whose in enumerate((group, none)):
            cost = tally.referred[half, ..., ReferredSum.COST]
            practice, kind, slot = np.nonzero(cost)
            keys.append(whose[practice] * n_specialists + who[practice, kind, slot])
            costs.append(cost[practice, kind, slot])
        pairs, place = np.unique(np.concatenate(keys), return_inverse=True)
        led = np.bincount(place.reshape(-1), np.concatenate(costs), len(pairs))
        whose, specialist = np.divmod(pairs, n_specialists)
        share = ratio(led, np.bincount(whose, led, n_groups)[whose])
        # All specialists bill at least what Preferred Providers do.
        preferred = np.append(self._care.preferred_other, 0.0)[np.minimum(whose, n_acos)]
        fees = np.maximum(preferred, self._specialists_other) * claims.other[whose] * share
        rate = np.append(cut.preferred, 0.0)[np.minimum(whose, n_acos)]
        reduced = rate * preferred * reducible.other[whose] * share
        return whose, len(group) + specialist, fees, reduced
