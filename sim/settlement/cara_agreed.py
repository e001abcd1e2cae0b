"""What ACOs have agreed with their Preferred Providers for a year's episodes: arrays over ACOs and kinds."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, fields
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.inputs.cara_faults import OTHER_TRIGGER, discount_of, first_year, holds, kinds_covered
from sim.inputs.cara_terms import CLASSES, CaraTerms, cara_terms
from sim.inputs.evidence import Evidence
from sim.inputs.scenario_books import LEAD
from sim.inputs.scenario_cara import CaraContract
from sim.kernels.codes import N_EPISODES
from sim.kernels.draws import Decision, Key, uniforms
from sim.policy.cara import window_share
from sim.population.plan import AcoPlan
from sim.scenarios import Scenario
from sim.settlement.program import Flags, Floats, Ints

PRICES = ("cms", "own_history", "team", "bpci_advanced")
# What is agreed with as many specialists as there are.
EVERYBODY = 2**31


@dataclass(frozen=True, eq=False)
class Agreed:
    """Arrangements of one performance year; arrays of shape (acos, episodes).

    Attributes
    ----------
    covered : bool array
        Whether there is one; the other arrays mean nothing where there is not.
    price : int64 array
        How the target price is built, a place in :data:`PRICES`.
    ratio, discount : float64 arrays
        Negotiated ratio to CMS's price; discount, a premium being negative.
    at_stake, quality : float64 arrays
        Part of the result that depends on quality; score stated, NaN where it is measured.
    cap : float64 array
        Limit of gains and losses as a share of target prices, inf for none.
    gain_share, loss_share : float64 arrays
    collected, collected_after : float64 arrays
        Part of what is owed that is collected where the contract goes on, and where it does not.
    least : int64 array
        Episodes that a contract needs.
    most : int64 array
        Specialists that it is made with.
    window : float64 array
        Part of the cost of CMS's episode that the agreed window holds.
    exclusive, pooled : bool arrays
        Whether only episodes count that no other of the person goes before; whether specialists are
        reconciled as one group.
    responds : bool array
        Whether specialists change what they do as :mod:`sim.behaviour.episode_response` has it.
    accepts, drops_out : bool arrays
        Whether specialists decide to sign and to end it, see :mod:`sim.settlement.cara_signing`.
    """

    covered: Flags
    price: Ints
    ratio: Floats
    discount: Floats
    at_stake: Floats
    quality: Floats
    cap: Floats
    gain_share: Floats
    loss_share: Floats
    collected: Floats
    collected_after: Floats
    least: Ints
    most: Ints
    window: Floats
    exclusive: Flags
    pooled: Flags
    responds: Flags
    accepts: Flags
    drops_out: Flags

    @property
    def decides(self) -> Flags:
        """Return of which arrangements specialists decide anything, shape (acos, episodes)."""
        return np.asarray(self.covered & (self.accepts | self.drops_out))


def agreed(
    scenario: Scenario, arm: str, plans: tuple[AcoPlan, ...], evidence: Evidence, key: Key, year: int
) -> Agreed | None:
    """Return what an arm's ACOs have agreed for a year's episodes; None where nobody has anything.

    Parameters
    ----------
    scenario : Scenario
    arm : str
    plans : tuple of AcoPlan
    evidence : Evidence
        Of the world: what kinds of episode there are.
    key : Key
        Of the replicate: which changes of episodes CMS refuses.
    year : int
    """
    stated = _stated(scenario, arm, plans, year)
    drawn = any(contract.approach == "max_flex" for _, contract in stated)
    return _agreed(scenario, arm, plans, evidence, key if drawn else None, year) if stated else None


@lru_cache(maxsize=256)
def _agreed(
    scenario: Scenario, arm: str, plans: tuple[AcoPlan, ...], evidence: Evidence, key: Key | None, year: int
) -> Agreed | None:
    """Return the same; once for all replicates where CMS reviews no changes of episodes, `key` being None."""
    terms = cara_terms(scenario.rulebook(arm), year)
    held = [(row, one) for row, one in _stated(scenario, arm, plans, year) if holds(one, terms, year)]
    if not held:
        return None
    kinds, rows_of = evidence.words("episodes.names"), defaultdict[int, list[int]](list)
    for row, contract in held:
        rows_of[id(contract)].append(row)
    acos: list[int] = []
    places: list[int] = []
    said: list[dict[str, Any]] = []
    # Many ACOs most often have one contract, of which CMS may refuse changes to each.
    for contract in {id(one): one for _, one in held}.values():
        rows = rows_of[id(contract)]
        alike = [rows] if contract.approach == "default" else [[row] for row in rows]
        for place in map(kinds.index, kinds_covered(contract, evidence, terms.measures)):
            for some in alike:
                values = _values(contract, place, some[0], terms, evidence, key)
                if values is not None:
                    acos, places = acos + some, places + [place] * len(some)
                    said += [values] * len(some)
    table: dict[str, NDArray[Any]] = {}
    for name, dtype in zip([field.name for field in fields(Agreed)], _TYPES, strict=True):
        table[name] = np.zeros((len(plans), N_EPISODES), dtype)
        table[name][acos, places] = [values[name] for values in said]
        table[name].setflags(write=False)
    return Agreed(**table)


@lru_cache(maxsize=256)
def _stated(
    scenario: Scenario, arm: str, plans: tuple[AcoPlan, ...], year: int
) -> tuple[tuple[int, CaraContract], ...]:
    """Return the arrangements that a scenario states for a year of an arm, each with the ACO's place."""
    stated = scenario.arms[arm]
    found = [
        (row, stated.terms(plan.name if plan.name in stated.acos else None, year))
        for row, plan in enumerate(plans)
    ]
    return tuple(
        (row, one) for row, terms in found if terms["program"] == LEAD for one in terms.get("cara", ())
    )


_TYPES = (
    np.bool_, np.int64, *(np.float64,) * 9, np.int64, np.int64, np.float64, *(np.bool_,) * 5,
)  # fmt: skip


def _values(
    contract: CaraContract, kind: int, aco: int, terms: CaraTerms, evidence: Evidence, key: Key | None
) -> dict[str, Any] | None:
    """Return what a contract says of a kind of episode; None where CMS has refused what makes it one."""
    name = evidence.words("episodes.names")[kind]
    of_class = CLASSES.index(evidence.words("episodes.class")[kind])
    price = terms.price if contract.price is None else contract.price
    usual = terms.bpci_discount if price == "bpci_advanced" else terms.discount[of_class]
    discount = discount_of(contract)
    window = 1.0
    if contract.approach == "max_flex" and key is not None:
        begins = first_year(contract, terms)
        draw = uniforms(key, np.array([aco]), begins, Decision.CARA_REVIEW, kind)[0, 0]
        if draw >= terms.review_refused:
            window = _window(contract, kind, of_class, evidence)
        elif name in OTHER_TRIGGER:
            return None

    def said(value: Any, otherwise: Any) -> Any:
        return otherwise if value is None else value

    return {
        "covered": True,
        "price": PRICES.index(price),
        "ratio": said(contract.base_ratio, 1.0),
        "discount": said(discount, usual),
        "at_stake": said(contract.performance_adjustment, terms.performance_adjustment),
        "quality": said(contract.quality, np.nan if terms.measured else 1.0),
        "cap": said(contract.cap, np.inf),
        "gain_share": contract.gain_share,
        "loss_share": contract.loss_share,
        "collected": said(contract.collected, terms.collected),
        "collected_after": said(contract.collected_after_leaving, terms.collected_after),
        "least": said(contract.least_episodes, int(terms.minimum[of_class])),
        "most": said(contract.specialists, EVERYBODY),
        "window": window,
        "exclusive": said(contract.overlap, terms.overlap) == "exclusive",
        "pooled": contract.reconciled == "pooled",
        "responds": contract.responds,
        "accepts": "acceptance" in (contract.decides or ()),
        "drops_out": "drop_out" in (contract.decides or ()),
    }


def _window(contract: CaraContract, kind: int, of_class: int, evidence: Evidence) -> float:
    usual = [evidence.array(f"episodes.days_{side}")[kind] for side in ("before", "after")]
    days = [
        said if said is not None else usually
        for said, usually in zip((contract.days_before, contract.days_after), usual, strict=True)
    ]
    outside = evidence.array("episodes.outside_share")[of_class]
    return float(window_share(outside, sum(days), sum(usual)))
