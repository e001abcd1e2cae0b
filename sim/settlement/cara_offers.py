"""Contracts offered to specialists who decide about them: with whom, how large, and what they may pay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sim.behaviour.luck import LUCK
from sim.inputs.cara_terms import CaraTerms
from sim.kernels.codes import N_EPISODES
from sim.policy.cara import agreed_part, limited, negotiated_ratio, reconciled, target_price
from sim.population.experience import ratio
from sim.population.world import World
from sim.settlement.cara_agreed import Agreed
from sim.settlement.cara_led import Kinds
from sim.settlement.cara_price import BPCI, OWN, Before
from sim.settlement.program import Flags, Floats, Ints

_SPECIALISTS = 2**31


def contract_key(aco: Ints, kind: Ints, specialist: Ints, pooled: Flags) -> Ints:
    """Return what tells a contract from all others of any year; that of a group is all its specialists'."""
    group = pooled[aco, kind]
    return np.asarray((aco * N_EPISODES + kind) * _SPECIALISTS + np.where(group, 0, specialist + 1))


@dataclass(frozen=True, eq=False)
class Offered:
    """Contracts offered for a year's episodes, and the specialists of each. Make one with :meth:`of`.

    Attributes
    ----------
    kind_led, specialist : int64 arrays, shape (rows,)
        A row a specialist and contract.
    contract : int64 array, shape (rows,)
        Place of the row's contract.
    part : float64 array, shape (rows,)
        Of people with such episodes whom the specialist is referred, the part that the ACO may have: whose
        practice is the ACO's, and who can be aligned to one.
    key, aco, kind, leader : int64 arrays, shape (contracts,)
        Keys ascending, see :func:`contract_key`; the specialist or, of a group, the one to whom most of the
        ACO's people are referred.
    """

    kind_led: Ints
    specialist: Ints
    contract: Ints
    part: Floats
    key: Ints
    aco: Ints
    kind: Ints
    leader: Ints

    @classmethod
    def of(
        cls, practice_aco: Ints, offers: Flags, everybody: Flags, pooled: Flags, kinds: Kinds, world: World
    ) -> Offered:
        """Find the specialists to whom the practices of ACOs that offer contracts refer.

        Parameters
        ----------
        practice_aco : int64, shape (practices,)
        offers : bool, shape (acos, episodes)
            Kinds of episode of which specialists decide.
        everybody : bool, shape (acos, episodes, specialists)
            With whom at most, see :func:`sim.settlement.cara_led.contracted`.
        pooled : bool, shape (acos, episodes)
        kinds : Kinds
        world : World
        """
        made, n = world.providers.specialists, everybody.shape[-1]
        people = world.providers.lives.sum(axis=1)[:, None] * made.share
        by_kind = made.by_specialty[:, kinds.specialty]
        member = np.flatnonzero(practice_aco >= 0)
        wanted = offers[practice_aco[member]]
        place, kind = np.nonzero(wanted)
        practice = member[place]
        who = by_kind[practice, kind]
        key = (practice_aco[practice] * N_EPISODES + kind)[:, None] * n + who
        found, of = np.unique(key, return_inverse=True)
        own = np.bincount(of.ravel(), people[practice].ravel(), len(found))
        rest, specialist = np.divmod(found, n)
        aco, led = np.divmod(rest, N_EPISODES)
        inside = everybody[aco, led, specialist]
        aco, led, specialist, own = (values[inside] for values in (aco, led, specialist, own))
        whole = np.zeros((N_EPISODES, n))
        for one in np.unique(led).tolist():
            np.add.at(whole[one], by_kind[:, one], people)
        keys, first, contract = np.unique(
            contract_key(aco, led, specialist, pooled), return_index=True, return_inverse=True
        )
        # Last of a contract's rows, in this order, is the one with most people; of several the first.
        order = np.lexsort((-specialist, own, contract))
        last = np.searchsorted(contract[order], np.arange(len(keys)), side="right") - 1
        return cls(
            kind_led=led,
            specialist=specialist,
            contract=contract,
            part=ratio(own, whole[led, specialist]) * world.evidence.number("care.assignable"),
            key=keys,
            aco=aco[first],
            kind=led[first],
            leader=specialist[order[last]],
        )

    @property
    def at(self) -> tuple[Ints, Ints]:
        """ACO and kind of each contract, to look terms up by."""
        return self.aco, self.kind

    def sums(self, values: Floats) -> Floats:
        """Return the sum of a contract's rows, shape (contracts,)."""
        return np.asarray(np.bincount(self.contract, values, len(self.key)), np.float64)

    def led(self, before: Before) -> tuple[Floats, Floats, Floats]:
        """Return a year's episodes of each contract's specialists, whoever the patients: number and cents."""
        number, cost, expected = (
            self.sums(of_all[self.kind_led, self.specialist].astype(np.float64)) for of_all in before
        )
        return number, cost, expected

    def size(self, before: Before) -> Floats:
        """Return how many episodes each contract may hold, by those of a year, shape (contracts,)."""
        return self.sums(self.part * before.number[self.kind_led, self.specialist])

    def alike(self, before: Before) -> Floats:
        """Return how far what specialists are of a contract differs, over how far one alone does."""
        number = self.part * before.number[self.kind_led, self.specialist]
        whole = self.sums(number)
        return np.divide(np.sqrt(self.sums(number**2)), whole, out=np.ones(len(whole)), where=whole > 0.0)


def believed_price(offered: Offered, stated: Agreed, before: Before, reliability: float) -> Floats:
    """Return each contract's target price over what CMS expects, as its specialist reckons it.

    Of prices that rest on the region (TEAM) it takes what CMS expects; growth it takes as CMS projects it.
    """
    at = offered.at
    _, cost, expected = offered.led(before)
    how, base = stated.price[at], stated.ratio[at]
    for price, weight in ((OWN, reliability), (BPCI, 1.0)):
        base = np.where(how == price, negotiated_ratio(cost, expected, reliability=weight), base)
    return target_price(1.0, base_ratio=base, discount=stated.discount[at])


def believed_results(
    offered: Offered, margin: Floats, unsure: Floats, quality: float, stated: Agreed, terms: CaraTerms
) -> Floats:
    """Return what a year of each contract may pay over its target prices, shape (cases, contracts).

    Parameters
    ----------
    offered : Offered
    margin, unsure : float64, shape (contracts,)
        Target prices less cost, over target prices: mean, and standard deviation.
    quality : float
        Score expected where none is agreed.
    stated : Agreed
    terms : CaraTerms
    """
    at = offered.at
    gross = limited(margin + unsure * LUCK[:, None], 1.0, cap=stated.cap[at])
    part = agreed_part(gross, gain_share=stated.gain_share[at], loss_share=stated.loss_share[at])
    score = np.where(np.isnan(stated.quality[at]), quality, stated.quality[at])
    at_stake, losses = stated.at_stake[at], terms.loss_adjustment
    return reconciled(part, score, performance_adjustment=at_stake, loss_adjustment=losses)
