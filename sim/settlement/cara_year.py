"""What a year's episode arrangements (CARA) come to: each contract reconciled, and what reports say of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cara_terms import CaraTerms
from sim.kernels.codes import MONTHS_A_YEAR, N_EPISODES
from sim.outcomes.cara import CARA_RECONCILED
from sim.outcomes.registry import BY_NAME
from sim.policy.cara import agreed_part, in_expenditure, limited, reconciled
from sim.population.experience import ratio
from sim.settlement.cara_agreed import Agreed
from sim.settlement.cara_led import Led
from sim.settlement.cara_reports import Reports
from sim.settlement.program import Floats, Ints, Settled, cents


@dataclass(frozen=True, eq=False)
class CaraYear:
    """What the arrangements of a performance year come to.

    Attributes
    ----------
    by_aco_and_kind : dict of str to ndarray
        Result variables of shape (acos, episodes).
    aco, kind, specialist : int64, shape (rows,)
        Who has reconciled contracts with whom, for which kind of episode.
    episodes, cost, target : int64, shape (rows,)
        Episodes, cents they cost, and cents of their target prices.
    paid : int64, shape (rows,)
        Cents paid to the specialist; negative: paid by it, as far as that is collected.
    counted : int64, shape (acos,)
        Cents of the ACO's expenditure before the corridors.
    owed : int64, shape (acos,)
        Cents that the ACO owes after them instead.
    reports : Reports
        What is known of the year's contracts, quarter by quarter.
    """

    by_aco_and_kind: Settled
    aco: Ints
    kind: Ints
    specialist: Ints
    episodes: Ints
    cost: Ints
    target: Ints
    paid: Ints
    counted: Ints
    owed: Ints
    reports: Reports


def settled_contracts(
    led: Led,
    reports: Reports,
    before: Ints,
    scores: Floats,
    collected: Floats,
    stated: Agreed,
    terms: CaraTerms,
    n_acos: int,
) -> CaraYear:
    """Reconcile each contract: a specialist's episodes of a kind, or those of all as a group.

    Parameters
    ----------
    led : Led
    reports : Reports
    before : int64, shape (rows,)
        Episodes of the year by which CMS judges whether there are enough.
    scores : float64, shape (rows,)
        On the quality measure.
    collected : float64, shape (rows,)
        Part of what is owed that is collected.
    stated : Agreed
    terms : CaraTerms
    n_acos : int
    """
    at, cost, target = (led.aco, led.kind), reports.cost[:, -1], reports.target[:, -1]
    rows = len(led.aco)
    own = np.where(stated.pooled[at], 0, 1 + np.arange(rows))
    which = (led.aco * N_EPISODES + led.kind) * (1 + rows) + own
    _, first, contract = np.unique(which, return_index=True, return_inverse=True)

    def whole(values: Ints) -> Ints:
        found = np.zeros(len(first), np.int64)
        np.add.at(found, contract, values)
        return found

    aco, kind = led.aco[first], led.kind[first]
    count, spent, prices = whole(led.count), whole(cost), whole(target)
    weight = led.count.astype(np.float64)
    score = ratio(
        np.bincount(contract, weight * scores, len(first)), np.bincount(contract, weight, len(first))
    )
    enough = (count >= stated.least[aco, kind]) & (whole(before) >= terms.least_before)
    gross = limited((prices - spent) / 100.0, prices / 100.0, cap=stated.cap[aco, kind])
    part = agreed_part(
        gross, gain_share=stated.gain_share[aco, kind], loss_share=stated.loss_share[aco, kind]
    )
    result = cents(
        reconciled(
            part,
            score,
            performance_adjustment=stated.at_stake[aco, kind],
            loss_adjustment=terms.loss_adjustment,
        )
    )
    paid, owed = (np.where(enough, np.maximum(sign * result, 0), 0) for sign in (1, -1))
    received = cents(in_expenditure(0.0, -owed / 100.0, collected=collected[first]))
    moved = paid - received
    counted = np.zeros(n_acos, np.int64)
    np.add.at(counted, aco, moved)
    of_kind = np.stack([enough.astype(np.int64), count, spent, prices, paid, owed, received], axis=-1)
    sums = np.zeros((n_acos, N_EPISODES, of_kind.shape[-1]), np.int64)
    np.add.at(sums, (aco, kind), np.where(enough[:, None], of_kind, 0))
    none = np.zeros_like(counted)
    settled = enough[contract]
    return CaraYear(
        by_aco_and_kind={
            name: values.astype(BY_NAME[name].stored_dtype)
            for name, values in zip(CARA_RECONCILED, np.moveaxis(sums, -1, 0), strict=True)
        }
        | {"cara_dropped": led.dropped.astype(BY_NAME["cara_dropped"].stored_dtype)},
        aco=led.aco[settled],
        kind=led.kind[settled],
        specialist=led.specialist[settled],
        episodes=led.count[settled],
        cost=cost[settled],
        target=target[settled],
        paid=split_cents(moved, contract, led.expected)[settled],
        counted=counted if terms.in_expenditure else none,
        owed=none if terms.in_expenditure else counted,
        reports=reports,
    )


def reported(reports: Reports, stated: Agreed, prices: Floats) -> tuple[NDArray[Any], ...]:
    """Return what is known of contracts by the end of the year, and prices: cents, shape (acos, episodes)."""
    known = reports.known_by(reports.year, MONTHS_A_YEAR)
    sums = np.zeros((2, *stated.covered.shape), np.int64)
    for place, values in enumerate((reports.cost, reports.target)):
        if known:
            np.add.at(sums[place], (reports.aco, reports.kind), values[:, known - 1])
    return (*sums, np.rint(np.nan_to_num(prices) * 100.0))


def split_cents(amount: Ints, contract: Ints, weight: Ints) -> Ints:
    """Return each row's part of the cents of its contract, by weight; parts add up to the last cent."""
    order = np.argsort(contract, kind="stable")
    mine, by_weight = contract[order], np.maximum(weight[order], 1).astype(np.float64)
    upto = np.cumsum(by_weight)
    starts = np.searchsorted(mine, np.arange(len(amount)))
    base = np.concatenate([[0.0], upto])[starts]
    total = np.bincount(mine, by_weight, len(amount))
    reached = np.rint(amount[mine] * ((upto - base[mine]) / total[mine])).astype(np.int64)
    before = np.concatenate([[0], reached[:-1]])
    before[starts[starts < len(mine)]] = 0
    parts = np.empty(len(contract), np.int64)
    parts[order] = reached - before
    return parts
