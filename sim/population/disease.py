"""Tables of disease for the kernels, from the evidence on conditions and CMS's risk-score factors."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sim.inputs.evidence import Evidence, kept_by_value
from sim.kernels.codes import AGED_IN, OLDEST
from sim.kernels.layout import Disease
from sim.population.scoring import (
    ESRD_INTERACTIONS,
    SEGMENTS,
    concurrent_factors,
    count_values,
    demographic,
    esrd_demographic,
    esrd_new_enrollees,
    hierarchy_masks,
    new_enrollees,
    published_factors,
)

INCIDENCE_AGE = 75
HIGHEST_HAZARD, BISECTIONS = 3000.0, 56
AGES = np.arange(OLDEST + 1)


def condition_names(evidence: Evidence) -> tuple[str, ...]:
    """Return the conditions in the order of their bits."""
    names = evidence.value("conditions.names")
    if not isinstance(names, tuple):
        raise TypeError("conditions.names must list the conditions")
    return names


def words(evidence: Evidence, key: str) -> tuple[str, ...]:
    """Return an entry that lists words."""
    value = evidence.value(key)
    return value if isinstance(value, tuple) else (str(value),)


def mask_of(names: tuple[str, ...], conditions: str) -> int:
    """Return the bit mask of conditions named with spaces between them."""
    return sum(1 << names.index(name) for name in conditions.split())


def by_byte(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turn one value a condition (32) into sums over the conditions of each byte of a mask, (4, 256)."""
    bits = (np.arange(256)[:, None] >> np.arange(8)) & 1
    return np.stack([bits @ values[8 * byte : 8 * byte + 8] for byte in range(4)])


def _onset_by_age(evidence: Evidence) -> NDArray[np.float64]:
    """Return the yearly hazard of each condition at each age, shape (conditions, ages)."""
    incidence = (evidence.array("conditions.incidence") * evidence.array("conditions.incidence_fit"))[:, None]
    slope = evidence.array("conditions.age_slope")[:, None]
    hazard: NDArray[np.float64] = incidence * np.exp(slope * (AGES - INCIDENCE_AGE) / 10.0)
    return hazard


def passes(evidence: Evidence) -> NDArray[np.bool_]:
    """Return which conditions pass so soon that onset and recovery are in balance at every age."""
    return np.asarray(evidence.array("conditions.recovery") >= evidence.number("conditions.passing_from"))


def cumulative_hazard(
    evidence: Evidence, onset: NDArray[np.float64], age_share: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the hazard by which people already have each condition at each age, shape (conditions, ages).

    A lasting condition follows a cohort from 65 on: new cases among those free of it, by frailty, less what
    passes; of the frail fewer are alive at each age (``conditions.frailty_lost``). What people
    have at 65 is solved for, so that the share of people of 65 and over with the condition is the stated
    prevalence. Passing conditions go with age as in balance of onset and recovery, at the stated prevalence
    too, as the frailest, who would have more, are not there at old ages. Under 65 the level of 65 holds times
    that of disabled people.
    """
    target = evidence.array("conditions.prevalence") * evidence.array("conditions.prevalence_fit")
    recovery = evidence.array("conditions.recovery")
    frailty, weights = frailty_nodes(
        evidence.number("conditions.frailty_spread"), lost_by_age(evidence, "conditions.frailty_lost")
    )
    aged = AGES >= AGED_IN
    share = np.where(aged, age_share if age_share[aged].any() else 1.0, 0.0)
    share = share / share.sum()
    hazard = np.zeros_like(onset)
    passing = passes(evidence)
    for k in np.flatnonzero(passing):
        begins = np.outer(onset[k], frailty)
        present = (begins / (begins + recovery[k]) * weights).sum(axis=1)
        hazard[k] = _hazard_of(present * (target[k] / (share @ present)), frailty, weights)
    lasting = np.flatnonzero(~passing)
    low, high = np.zeros(len(lasting)), np.full(len(lasting), HIGHEST_HAZARD)
    for _ in range(BISECTIONS):
        start = 0.5 * (low + high)
        followed = _followed(start, onset[lasting], recovery[lasting], frailty)
        followed = (followed * weights[:, None, :]).sum(axis=2)
        below = share @ followed < target[lasting]
        low, high = np.where(below, start, low), np.where(below, high, start)
    for k, present in zip(lasting, followed.T, strict=True):
        hazard[k] = _hazard_of(present, frailty, weights)
    hazard[:, :AGED_IN] = hazard[:, [AGED_IN]] * evidence.number("conditions.disabled_hazard")
    return hazard


def frailty_nodes(
    spread: float, lost: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return points and weights at each age, shape (ages, points), that stand for log-normal frailty.

    Its mean is one where nobody frail is lost; `lost` is how far the mean log lies lower, in spreads, by age.
    """
    nodes, weights = np.polynomial.hermite_e.hermegauss(21)
    by_age = weights * np.exp(-np.outer(lost, nodes) - 0.5 * lost[:, None] ** 2)
    return np.exp(spread * nodes - 0.5 * spread * spread), by_age / by_age.sum(axis=1, keepdims=True)


def decades_since_65() -> NDArray[np.float64]:
    """Return the decades since 65 at each age, 0 below, shape (ages,)."""
    return np.maximum(AGES - AGED_IN, 0) / 10.0


def lost_by_age(evidence: Evidence, key: str) -> NDArray[np.float64]:
    """Return how far the mean log of a lasting trait lies below that of people of 65, in spreads, by age.

    The frail and costly die sooner: among those alive the mean falls with the square of the decades since 65.
    """
    return evidence.number(key) * decades_since_65() ** 2


def _followed(
    start: NDArray[np.float64],
    onset: NDArray[np.float64],
    recovery: NDArray[np.float64],
    frailty: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Return the share with each condition by age and frailty, shape (ages, conditions, frailties).

    `onset` has shape (conditions, ages), what else there is of conditions (conditions,). Under 65 it is 0.
    """
    present = np.zeros((len(AGES), len(start), len(frailty)))
    present[AGED_IN] = 1.0 - np.exp(-np.outer(start, frailty))
    begins = 1.0 - np.exp(-onset.T[:, :, None] * frailty)
    for age in range(AGED_IN, OLDEST):
        have = present[age]
        present[age + 1] = have + begins[age] * (1.0 - have) - recovery[:, None] * have
    return present


def _hazard_of(
    present: NDArray[np.float64], frailty: NDArray[np.float64], weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the cumulative hazard that gives shares of people of mixed frailty, like `present`."""
    low, high = np.zeros_like(present), np.full_like(present, HIGHEST_HAZARD)
    for _ in range(BISECTIONS):
        middle = 0.5 * (low + high)
        below = 1.0 - (np.exp(-np.outer(middle, frailty)) * weights).sum(axis=1) < present
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return np.asarray(0.5 * (low + high))


@kept_by_value
def build_disease(evidence: Evidence) -> Disease:
    """Return the kernels' tables of disease and scoring."""
    names = condition_names(evidence)
    factors = published_factors()
    v28 = words(evidence, "conditions.v28")
    v24 = words(evidence, "conditions.esrd_v24")
    onset = _onset_by_age(evidence)
    total = onset.sum(axis=0)
    segments = np.array([[factors.get(("V28", f"{s}_{hcc}"), 0.0) for hcc in v28] for s in SEGMENTS])
    esrd = np.array([factors.get(("ESRD-V24", f"DI_{hcc}"), 0.0) for hcc in v24])
    pairs = [
        (rule.split("=")[0], *rule.split("=")[1].split("+"))
        for rule in words(evidence, "conditions.interactions")
    ]
    age_share = age_density(evidence)
    parent, children = hierarchy_masks("V28", v28)
    esrd_parent, esrd_children = hierarchy_masks("ESRD-V24", v24)
    concurrent = concurrent_factors()
    complex_list = words(evidence, "conditions.complex")
    return Disease(
        onset_total=total,
        onset_pick=np.ascontiguousarray((np.cumsum(onset, axis=0) / total).T),
        hazard=cumulative_hazard(evidence, onset, age_share),
        recovery=evidence.array("conditions.recovery").copy(),
        score=np.stack([by_byte(row) for row in segments]),
        cost=by_byte(evidence.array("conditions.extra_cost")),
        counted=sum(1 << k for k, hcc in enumerate(v28) if hcc != "none"),
        demographic=np.stack([demographic("V28", segment) for segment in SEGMENTS]),
        count_value=count_values(),
        parent=parent,
        children=children,
        pair_a=np.array([mask_of(names, a) for _, a, _ in pairs], dtype=np.int64),
        pair_b=np.array([mask_of(names, b) for _, _, b in pairs], dtype=np.int64),
        pair_value=np.array(
            [[factors.get(("V28", f"{s}_{name}"), 0.0) for name, _, _ in pairs] for s in SEGMENTS]
        ),
        esrd_score=by_byte(esrd),
        esrd_demographic=esrd_demographic(),
        new_enrollee=new_enrollees(),
        esrd_new_enrollee=esrd_new_enrollees(),
        esrd_parent=esrd_parent,
        esrd_children=esrd_children,
        esrd_pair=np.array(
            [factors.get(("ESRD-V24", f"DI_{ESRD_INTERACTIONS.get(name)}"), 0.0) for name, _, _ in pairs]
        ),
        concurrent=by_byte(np.array([concurrent[name] for name in names])),
        chronic=mask_of(names, " ".join(complex_list)),
    )


def age_density(evidence: Evidence) -> NDArray[np.float64]:
    """Return the age distribution of all people at the start, shape (ages,)."""
    density = spread_over_ages(evidence.array("demography.age"), evidence.array("demography.age_bands"))
    mixed: NDArray[np.float64] = evidence.array("demography.mix") @ density
    return mixed


def spread_over_ages(shares: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """Spread shares by age band evenly over single ages; the last band ends at 100.

    Parameters
    ----------
    shares : float64, shape (kinds, bands)
    edges : float64, shape (bands,)
        Lower edges.

    Returns
    -------
    float64, shape (kinds, ages), rows summing to 1
    """
    ends = np.append(edges[1:], 100.0)
    table = np.zeros((shares.shape[0], OLDEST + 1))
    for band, (first, end) in enumerate(zip(edges.astype(int), ends.astype(int), strict=True)):
        table[:, first:end] = (shares[:, band] / (end - first))[:, None]
    normalised: NDArray[np.float64] = table / table.sum(axis=1, keepdims=True)
    return normalised
