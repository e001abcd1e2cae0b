"""Disease tables against the evidence, and scores against a plain scorer that reads CMS's factors."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from little_world import history_years, newborn, one_market
from one_score import community_score

from sim.inputs.evidence import load_evidence
from sim.kernels.risk_score import esrd_score
from sim.population.disease import (
    HIGHEST_HAZARD,
    age_density,
    build_disease,
    by_byte,
    lost_by_age,
    passes,
    spread_over_ages,
)
from sim.population.scoring import SEGMENTS, published_factors

FACTORS = published_factors()
EVIDENCE = load_evidence()
NAMES = EVIDENCE.value("conditions.names")
V28 = EVIDENCE.value("conditions.v28")
V24 = EVIDENCE.value("conditions.esrd_v24")
DISEASE = build_disease(EVIDENCE)
# CMS, V28 hierarchies, among the categories used here.
HIERARCHY = {
    "HCC18": {"HCC20", "HCC21", "HCC23"},
    "HCC20": {"HCC21", "HCC23"},
    "HCC21": {"HCC23"},
    "HCC151": {"HCC155"},
    "HCC263": {"HCC383"},
    "HCC327": {"HCC329"},
}
# CMS, ESRD V24 hierarchies and interactions, likewise.
ESRD_HIERARCHY = {
    "HCC8": {"HCC9", "HCC10", "HCC12"},
    "HCC9": {"HCC10", "HCC12"},
    "HCC10": {"HCC12"},
    "HCC57": {"HCC59"},
    "HCC106": {"HCC108", "HCC161"},
    "HCC137": {"HCC138"},
}
ESRD_INTERACTIONS = {
    "CHF_GCOPDCF": ("HCC85", "HCC111"),
    "GCOPDCF_CARD_RESP_FAIL": ("HCC111", "HCC84"),
    "HCC85_HCC96": ("HCC85", "HCC96"),
}
# CMS, V28 payment interactions: categories on either side.
INTERACTIONS = {
    "DIABETES_HF_V28": ({"HCC37"}, {"HCC226"}),
    "HF_CHR_LUNG_V28": ({"HCC226"}, {"HCC280"}),
    "HF_KIDNEY_V28": ({"HCC226"}, {"HCC327", "HCC329"}),
    "CHR_LUNG_CARD_RESP_FAIL_V28": ({"HCC280"}, {"HCC213"}),
    "HF_HCC238_V28": ({"HCC226"}, {"HCC238"}),
}
SEX_WORDS = ("MALE", "FEMALE")
BANDS = [0, 35, 45, 55, 60, 65, 70, 75, 80, 85, 90, 95, 1_000]
masks = st.integers(0, 2**32 - 1)
ages = st.integers(20, 119)
sexes = st.integers(0, 1)


def band(prefix, sex, age):
    low, high = next((a, b - 1) for a, b in pairwise(BANDS) if a <= age < b)
    name = f"{low}_{'GT' if high > 100 else high}"
    return f"{prefix}_{'MF'[sex]}{name}"


def plain_score(mask, dual, sex, age, origin):
    segment = ("CND" if age < 65 else "CNA").replace("N", "F" if dual else "N")
    found = {V28[k] for k in range(32) if mask >> k & 1} - {"none"}
    found -= {lower for hcc in found for lower in HIERARCHY.get(hcc, ())}
    score = FACTORS[("V28", band(segment, sex, age))]
    if origin and age >= 65:
        score += FACTORS[("V28", f"{segment}_ORIGINALLYDISABLED_{SEX_WORDS[sex]}")]
    score += sum(FACTORS[("V28", f"{segment}_{hcc}")] for hcc in found)
    score += sum(
        FACTORS[("V28", f"{segment}_{name}")]
        for name, (one, two) in INTERACTIONS.items()
        if found & one and found & two
    )
    if found:
        count = f"D{len(found)}" if len(found) < 10 else "D10P"
        score += FACTORS[("V28", f"{segment}_{count}")]
    return score


@settings(deadline=None)  # the first call compiles
@given(masks, st.booleans(), sexes, ages, st.booleans())
def test_the_community_score(mask, dual, sex, age, origin):
    d = DISEASE
    score = community_score(mask, dual, sex + 2 * origin, age, d)
    assert score == pytest.approx(plain_score(mask, dual, sex, age, origin), abs=1e-9)


@settings(deadline=None)
@given(masks, sexes, ages, st.booleans())
def test_the_esrd_score(mask, sex, age, dual):
    d = DISEASE
    found = {V24[k] for k in range(32) if mask >> k & 1} - {"none"}
    found -= {lower for hcc in found for lower in ESRD_HIERARCHY.get(hcc, ())}
    expected = FACTORS[("ESRD-V24", band("DI", sex, age))]
    expected += sum(FACTORS[("ESRD-V24", f"DI_{hcc}")] for hcc in found)
    expected += sum(
        FACTORS[("ESRD-V24", f"DI_{name}")] for name, pair in ESRD_INTERACTIONS.items() if found >= set(pair)
    )
    if dual:
        expected += FACTORS[("ESRD-V24", f"DI_FBDUAL_{SEX_WORDS[sex]}_{'NON' * (age < 65)}AGED")]
    got = esrd_score(mask, sex + 4 * dual, age, d)
    assert got == pytest.approx(expected, abs=1e-9)


def test_no_factor_is_missing_and_read_as_zero():
    wanted = [("V28", f"{s}_{hcc}") for s in SEGMENTS for hcc in V28 if hcc != "none"]
    wanted += [("V28", f"{s}_{name}") for s in SEGMENTS for name in INTERACTIONS]
    wanted += [("ESRD-V24", f"DI_{hcc}") for hcc in V24 if hcc != "none"]
    assert [key for key in wanted if key not in FACTORS] == []
    assert len(NAMES) == len(V28) == len(V24) == 32


@given(masks)
def test_sums_by_byte(mask):
    values = np.arange(32.0) ** 1.5
    table = by_byte(values)
    total = sum(table[byte, mask >> 8 * byte & 255] for byte in range(4))
    assert total == pytest.approx(sum(values[k] for k in range(32) if mask >> k & 1))


def test_onsets_are_picked_by_their_hazard():
    shares = np.diff(DISEASE.onset_pick, axis=1, prepend=0.0)
    np.testing.assert_allclose(DISEASE.onset_pick[:, -1], 1.0)
    at75 = shares[75] * DISEASE.onset_total[75]
    stated = EVIDENCE.array("conditions.incidence") * EVIDENCE.array("conditions.incidence_fit")
    np.testing.assert_allclose(at75, stated, rtol=1e-9)


@pytest.fixture(scope="module")
def share_with():
    """Share with each condition among people of 65 and over who are there at the start."""
    people = newborn(300_000).people
    first = history_years(one_market().first_py)[0]
    aged = (people.entry_year == first) & (first - people.birth_year >= 65)
    conditions = people.conditions[aged]
    return np.array([((conditions >> k) & 1).mean() for k in range(32)])


def test_created_people_have_the_stated_prevalence(share_with):
    target = EVIDENCE.array("conditions.prevalence") * EVIDENCE.array("conditions.prevalence_fit")
    lasting = ~passes(EVIDENCE)
    lasting[NAMES.index("kidney_failure")] = False  # follows the enrollment mix
    # So many of the frailest have hypertension that the hazard of the others meets its bound.
    bounded = DISEASE.hazard.max(axis=1) > 0.99 * HIGHEST_HAZARD
    fitted = lasting & (DISEASE.hazard[:, 65] > 1e-9) & ~bounded
    # Binomial noise of about 120,000 people is below 4 % of the rarest.
    np.testing.assert_allclose(share_with[fitted], target[fitted], rtol=0.05)
    # Where new cases since 65 alone are more than the stated prevalence, they stand.
    rest = lasting & ~fitted & ~bounded
    assert (share_with[rest] > 0.95 * target[rest]).all()


def test_lasting_conditions_build_up_with_age_by_their_incidence():
    spread = EVIDENCE.number("conditions.frailty_spread")
    frailty = np.exp(spread * np.random.default_rng(3).standard_normal(400_000) - 0.5 * spread**2)
    onset = DISEASE.onset_total[:, None] * np.diff(DISEASE.onset_pick, axis=1, prepend=0.0)
    k = NAMES.index("copd")
    assert EVIDENCE.array("conditions.recovery")[k] == 0.0
    held = 1.0 - np.exp(-frailty * DISEASE.hazard[k, 65])
    for age in range(65, 90):
        expected = 1.0 - np.exp(-frailty * DISEASE.hazard[k, age])
        assert held.mean() == pytest.approx(expected.mean(), abs=0.004)
        held = held + (1.0 - np.exp(-frailty * onset[age, k])) * (1.0 - held)


def test_passing_conditions_go_with_age_as_in_balance(share_with):
    recovery = EVIDENCE.array("conditions.recovery")
    onset = DISEASE.onset_total[:, None] * np.diff(DISEASE.onset_pick, axis=1, prepend=0.0)
    passing = passes(EVIDENCE)
    spread = EVIDENCE.number("conditions.frailty_spread")
    frailty = np.exp(spread * np.random.default_rng(3).standard_normal((400_000, 1)) - 0.5 * spread**2)
    balance, present = [], []
    lost = lost_by_age(EVIDENCE, "conditions.frailty_lost")
    for age in (67, 85):
        alive = frailty * np.exp(-spread * lost[age])
        begins = alive * onset[age, passing]
        balance.append((begins / (begins + recovery[passing])).mean(axis=0))
        present.append((1.0 - np.exp(-alive * DISEASE.hazard[passing, age])).mean(axis=0))
    np.testing.assert_allclose(present[1] / present[0], balance[1] / balance[0], rtol=0.03)
    np.testing.assert_allclose(
        share_with[passing], EVIDENCE.array("conditions.prevalence")[passing], rtol=0.1
    )


def test_ages_spread_over_their_bands():
    edges = EVIDENCE.array("demography.age_bands")
    table = spread_over_ages(EVIDENCE.array("demography.age"), edges)
    np.testing.assert_allclose(table.sum(axis=1), 1.0)
    shares = EVIDENCE.array("demography.age")[3] / EVIDENCE.array("demography.age")[3].sum()
    np.testing.assert_allclose(table[3, 65:70].sum(), shares[5] + shares[6], rtol=1e-6)
    np.testing.assert_allclose(table[3, 65], shares[5], rtol=1e-6)
    assert not table[:, 100:].any()
    assert not table[2:, :65].any()
    assert age_density(EVIDENCE).sum() == pytest.approx(1.0)
