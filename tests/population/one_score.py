"""The community risk score of one person, from the kernel that scores many."""

from __future__ import annotations

from sim.kernels.layout import Disease
from sim.kernels.risk_score import community_scores
from sim.kernels.strip import make_strip

STRIP = make_strip()


def community_score(mask: int, dual: bool, who: int, age: int, disease: Disease) -> float:
    """Return the score before normalisation; `who` is 1 for women, plus 2 for the originally disabled."""
    segment = (2 if age < 65 else 0) + (1 if dual else 0)
    STRIP.mask[0] = mask
    STRIP.segment[0] = segment
    STRIP.demographic_at[0] = (segment * 4 + who) * disease.demographic.shape[2] + age
    community_scores(STRIP.mask, STRIP.segment, STRIP.demographic_at, 1, disease, STRIP, STRIP.score)
    return float(STRIP.score[0])
