"""A person's risk score from the conditions carried: community V28 segments or the ESRD model."""

from __future__ import annotations

from numba import njit

from sim.kernels.layout import AGED_IN, DUAL, Disease


@njit(cache=True, nogil=True)
def after_hierarchies(conditions: int, disease: Disease) -> int:
    """Return the conditions that count: a severe form removes its milder relatives (CMS-HCC hierarchies)."""
    kept = conditions
    for i in range(disease.parent.shape[0]):
        if conditions & disease.parent[i]:
            kept &= ~disease.children[i]
    return kept


@njit(cache=True, nogil=True)
def community_score(conditions: int, traits: int, sex: int, age: int, disease: Disease) -> float:
    """Return the CMS-HCC V28 community score before normalisation.

    Segments in order: aged without and with Medicaid, disabled without and with Medicaid.
    """
    segment = (2 if age < AGED_IN else 0) + (1 if traits & DUAL else 0)
    kept = after_hierarchies(conditions, disease)
    score = disease.demographic[segment, sex, age]
    counted = 0
    for byte in range(4):
        value = (kept >> (8 * byte)) & 255
        score += disease.score[segment, byte, value]
        counted += disease.counted[byte, value]
    for i in range(disease.pair_a.shape[0]):
        if kept & disease.pair_a[i] and kept & disease.pair_b[i]:
            score += disease.pair_value[segment, i]
    return score + disease.count_value[segment, min(counted, disease.count_value.shape[1] - 1)]


@njit(cache=True, nogil=True)
def esrd_score(conditions: int, sex: int, age: int, disease: Disease) -> float:
    """Return the CMS-HCC ESRD V24 dialysis score before normalisation."""
    score = disease.esrd_demographic[sex, age]
    for byte in range(4):
        score += disease.esrd_score[byte, (conditions >> (8 * byte)) & 255]
    return score
