"""A person's risk score from the conditions carried: community V28 segments or the ESRD model.

The functions take the arrays of :class:`sim.kernels.layout.Disease` one by one and are inlined into the loop
over people: an array inside a named tuple would be reference-counted at every use, which costs more than the
score.
"""

from __future__ import annotations

from sim.kernels.codes import AGED_IN, DUAL
from sim.kernels.jit import inlined, kernel
from sim.kernels.layout import Array


@kernel
def any_of(masks: Array) -> int:
    """Return the bits that any of the masks has."""
    together = 0
    for i in range(masks.shape[0]):
        together |= masks[i]
    return together


@inlined
def after_hierarchies(conditions: int, parent: Array, children: Array, any_parent: int) -> int:
    """Return the conditions that count: a severe form removes its milder relatives (CMS-HCC hierarchies)."""
    kept = conditions
    if conditions & any_parent:
        for i in range(parent.shape[0]):
            if conditions & parent[i]:
                kept &= ~children[i]
    return kept


@inlined
def community_score(
    conditions: int,
    traits: int,
    who: int,
    age: int,
    score: Array,
    counted: Array,
    demographic: Array,
    count_value: Array,
    parent: Array,
    children: Array,
    pair_a: Array,
    pair_b: Array,
    pair_value: Array,
    any_parent: int,
    any_pair: int,
) -> float:
    """Return the CMS-HCC V28 community score before normalisation.

    Segments in order: aged without and with Medicaid, disabled without and with Medicaid. `who` is the sex (1
    for women), plus 2 for aged people who first came to Medicare by disability. `any_parent` and `any_pair`
    are the bits of all parents and of the first sides of all pairs, to skip what cannot apply.
    """
    segment = (2 if age < AGED_IN else 0) + (1 if traits & DUAL else 0)
    kept = after_hierarchies(conditions, parent, children, any_parent)
    total: float = demographic[segment, who, age]
    number = 0
    for byte in range(4):
        value = (kept >> (8 * byte)) & 255
        total += score[segment, byte, value]
        number += counted[byte, value]
    if kept & any_pair:
        for i in range(pair_a.shape[0]):
            if kept & pair_a[i] and kept & pair_b[i]:
                total += pair_value[segment, i]
    total += count_value[segment, min(number, count_value.shape[1] - 1)]
    return total


@inlined
def esrd_score(
    conditions: int,
    who: int,
    age: int,
    score: Array,
    demographic: Array,
    parent: Array,
    children: Array,
    pair_a: Array,
    pair_b: Array,
    pair_value: Array,
    any_parent: int,
    any_pair: int,
) -> float:
    """Return the CMS-HCC ESRD V24 dialysis score before normalisation."""
    kept = after_hierarchies(conditions, parent, children, any_parent)
    total: float = demographic[who, age]
    for byte in range(4):
        total += score[byte, (kept >> (8 * byte)) & 255]
    if kept & any_pair:
        for i in range(pair_a.shape[0]):
            if kept & pair_a[i] and kept & pair_b[i]:
                total += pair_value[i]
    return total
