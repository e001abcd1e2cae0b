"""Risk scores: community V28 segments, the ESRD model, their new enrollees, the concurrent model."""

from __future__ import annotations

import numpy as np

from sim.kernels.codes import AGED_IN, DUAL, FEMALE, ORIGINALLY_DISABLED, Kind
from sim.kernels.jit import inlined, kernel, stage
from sim.kernels.layout import Array, Disease
from sim.kernels.strip import Strip

_ESRD = int(Kind.ESRD)


@stage
def place_scores(n: int, disease: Disease, strip: Strip) -> None:
    """Note where the score's tables have each person: sex and origin, segment, demographic factor."""
    ages = disease.demographic.shape[2]
    age, traits, who, segment = strip.age, strip.traits, strip.who, strip.segment
    demographic_at = strip.demographic_at
    for k in range(n):
        young = age[k] < AGED_IN
        origin = 2 if (traits[k] & ORIGINALLY_DISABLED != 0) & (not young) else 0
        who[k] = (1 if traits[k] & FEMALE else 0) + origin
        segment[k] = (2 if young else 0) + (1 if traits[k] & DUAL else 0)
        demographic_at[k] = (segment[k] * 4 + who[k]) * ages + age[k]


@stage
def after_hierarchies(mask: Array, n: int, parent: Array, children: Array, kept: Array) -> None:
    """Write the conditions that count: a severe form removes its milder relatives (CMS-HCC hierarchies)."""
    for k in range(n):
        kept[k] = mask[k]
    for rule in range(parent.shape[0]):
        severe, rest = parent[rule], ~children[rule]
        for k in range(n):
            kept[k] &= rest if mask[k] & severe else -1


@inlined
def ones(mask: int) -> int:
    """Return how many of the lowest 32 bits of a mask are set."""
    pairs = mask - ((mask >> 1) & 0x55555555)
    fours = (pairs & 0x33333333) + ((pairs >> 2) & 0x33333333)
    eights = (fours + (fours >> 4)) & 0x0F0F0F0F
    return ((eights * 0x01010101) >> 24) & 0xFF


@kernel
def community_scores(
    mask: Array, segment: Array, demographic_at: Array, n: int, disease: Disease, strip: Strip, out: Array
) -> None:
    """Write the CMS-HCC V28 community scores before normalisation of `n` people.

    Segments in order: aged without and with Medicaid, disabled without and with Medicaid. `demographic_at` is
    the place in the flattened demographic table, of segment, sex (1 for women) plus 2 for aged people who
    first came to Medicare by disability, and age. `strip` lends scratch.
    """
    kept, count, pairs, listed = strip.kept, strip.number, strip.pairs, strip.listed
    demographic, table, counted = disease.demographic.reshape(-1), disease.score, disease.counted
    pair_a, pair_b, pair_value = disease.pair_a, disease.pair_b, disease.pair_value
    by_count = disease.count_value
    most = by_count.shape[1] - 1
    after_hierarchies(mask, n, disease.parent, disease.children, kept)
    for k in range(n):
        count[k] = min(ones(kept[k] & counted), most)
    for k in range(n):
        of, has = segment[k], kept[k]
        total = demographic[demographic_at[k]]
        total += table[of, 0, has & 255]
        total += table[of, 1, (has >> 8) & 255]
        total += table[of, 2, (has >> 16) & 255]
        total += table[of, 3, (has >> 24) & 255]
        out[k] = total
    for k in range(n):
        pairs[k] = 0
    for pair in range(pair_a.shape[0]):
        first, second, bit = pair_a[pair], pair_b[pair], np.int64(1) << pair
        for k in range(n):
            pairs[k] |= bit if (kept[k] & first != 0) & (kept[k] & second != 0) else 0
    hits = 0
    for k in range(n):
        listed[hits] = k
        hits += 1 if pairs[k] else 0
    for j in range(hits):
        k = listed[j]
        for pair in range(pair_a.shape[0]):
            out[k] += pair_value[segment[k], pair] if (pairs[k] >> pair) & 1 else 0.0
    for k in range(n):
        out[k] += by_count[segment[k], count[k]]


@kernel
def esrd_score(conditions: int, who: int, age: int, disease: Disease) -> float:
    """Return the CMS-HCC ESRD V24 dialysis score before normalisation; `who` as in the table's first axis."""
    kept = conditions
    parent, children = disease.esrd_parent, disease.esrd_children
    for rule in range(parent.shape[0]):
        if conditions & parent[rule]:
            kept &= ~children[rule]
    total: float = disease.esrd_demographic[who, age]
    table = disease.esrd_score
    for byte in range(4):
        total += table[byte, (kept >> (8 * byte)) & 255]
    pair_a, pair_b, pair_value = disease.pair_a, disease.pair_b, disease.esrd_pair
    for pair in range(pair_a.shape[0]):
        if kept & pair_a[pair] and kept & pair_b[pair]:
            total += pair_value[pair]
    return total


@stage
def scores(n: int, disease: Disease, strip: Strip, out: Array) -> None:
    """Write the scores of the first `n` people listed in ``strip.hit``, by the model each is paid under.

    ``strip.mask`` has the conditions scored, in the order of the list; `out` is in the order of the strip.
    """
    hit, mask, result = strip.hit, strip.mask, strip.mass
    segment, demographic_at = strip.segment, strip.demographic_at
    of, at = strip.listed_segment, strip.listed_demographic_at
    kind, who, dual, age = strip.kind, strip.who, strip.dual, strip.age
    for j in range(n):
        of[j] = segment[hit[j]]
        at[j] = demographic_at[hit[j]]
    community_scores(mask, of, at, n, disease, strip, result)
    for j in range(n):
        k = hit[j]
        if kind[k] == _ESRD:
            out[k] = esrd_score(mask[j], who[k] + 4 * dual[k], age[k], disease)
        else:
            out[k] = result[j]


@stage
def score_new_enrollees(n: int, disease: Disease, strip: Strip) -> None:
    """Give people with under twelve months of Part B in the year before the scores of new enrollees."""
    new_enrollee, kind, who, dual, age = strip.new_enrollee, strip.kind, strip.who, strip.dual, strip.age
    score, coded_score, demographic_at = strip.score, strip.coded_score, strip.demographic_at
    community, esrd = disease.new_enrollee.reshape(-1), disease.esrd_new_enrollee
    for k in range(n):
        if new_enrollee[k]:
            failed = kind[k] == _ESRD
            told = esrd[who[k] + 4 * dual[k], age[k]] if failed else community[demographic_at[k]]
            score[k] = told
            coded_score[k] = told


@kernel
def concurrent_score(conditions: int, base: float, concurrent: Array) -> float:
    """Return the concurrent High Needs score of the conditions of the year itself."""
    total = base
    for byte in range(4):
        total += concurrent[byte, (conditions >> (8 * byte)) & 255]
    return total


@stage
def score_all(n: int, disease: Disease, strip: Strip) -> None:
    """Score the conditions of 1 January, those of them that are coded, and those of the year."""
    conditions, missing, developed = strip.conditions, strip.missing, strip.developed
    mask, hit = strip.mask, strip.hit
    score, coded_score, current = strip.score, strip.coded_score, strip.current
    kind, who, dual, age = strip.kind, strip.who, strip.dual, strip.age
    for k in range(n):
        mask[k] = conditions[k]
    community_scores(mask, strip.segment, strip.demographic_at, n, disease, strip, score)
    for k in range(n):
        if kind[k] == _ESRD:
            score[k] = esrd_score(mask[k], who[k] + 4 * dual[k], age[k], disease)
    hits = 0
    for k in range(n):
        coded_score[k] = score[k]
        hit[hits] = k
        mask[hits] = conditions[k] & ~missing[k]
        hits += 1 if conditions[k] & missing[k] else 0
    scores(hits, disease, strip, coded_score)
    for k in range(n):
        current[k] = score[k]
    hits = 0
    for k in range(n):
        hit[hits] = k
        mask[hits] = developed[k]
        hits += 1 if developed[k] != conditions[k] else 0
    scores(hits, disease, strip, current)
