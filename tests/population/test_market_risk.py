"""The hazard of disease that a mean risk score by enrollment type needs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.evidence import load_evidence
from sim.kernels.codes import N_KINDS, Kind
from sim.population.disease import build_disease, spread_over_ages
from sim.population.market_risk import hazard_on, mean_scores, risk_curve
from sim.population.scoring import published_factors

EVIDENCE = load_evidence()
DISEASE = build_disease(EVIDENCE)
AGES = spread_over_ages(EVIDENCE.array("demography.age"), EVIDENCE.array("demography.age_bands"))
GIVEN = (DISEASE, AGES, EVIDENCE.array("demography.dual"), 1.8, 0.75)


def test_without_disease_the_score_is_that_of_age_and_sex():
    """People who are all 72, the disabled 62: CMS-HCC factors of ages 70 to 74 and of 60 to 64."""
    age = np.zeros_like(AGES)
    age[:, 72] = 1.0
    age[Kind.DISABLED] = np.eye(age.shape[1])[62]
    score = mean_scores(np.array([0.0]), DISEASE, age, np.array([0.0, 0.25, 1.0, 0.0]), 1.8, 0.75)[0]
    factors = published_factors()

    def of(segment, band):
        return np.mean([factors[("V28", f"{segment}_{sex}{band}")] for sex in "MF"])

    assert score[Kind.AGED_NON_DUAL] == pytest.approx(of("CNA", "70_74"))
    assert score[Kind.AGED_DUAL] == pytest.approx(of("CFA", "70_74"))
    disabled = 0.75 * of("CND", "60_64") + 0.25 * of("CFD", "60_64")
    assert score[Kind.DISABLED] == pytest.approx(disabled)
    esrd = np.mean([factors[("ESRD-V24", f"DI_{sex}70_74")] for sex in "MF"])
    assert score[Kind.ESRD] == pytest.approx(esrd)


def test_disease_that_claims_miss_does_not_score():
    half, all_of_it = (mean_scores(np.array([0.0, 1.0]), *GIVEN[:-1], coded) for coded in (0.5, 1.0))
    np.testing.assert_allclose(np.diff(half, axis=0) * 2.0, np.diff(all_of_it, axis=0))


@given(st.lists(st.floats(0.9, 2.0), min_size=N_KINDS, max_size=N_KINDS))
def test_the_hazard_found_gives_the_risk_wanted(risk):
    hazard = hazard_on(risk_curve(*GIVEN), np.array([risk]))
    scores = mean_scores(np.append(hazard[0], 1.0), *GIVEN)
    made = np.diagonal(scores[:-1]) / scores[-1]
    np.testing.assert_allclose(made, risk, rtol=0.005)


def test_each_kind_has_its_own_hazard():
    same = hazard_on(risk_curve(*GIVEN), np.ones((1, N_KINDS)))
    np.testing.assert_allclose(same, 1.0, rtol=0.01)
    for kind in Kind:
        risk = np.ones((1, N_KINDS))
        risk[0, kind] = 1.2
        changed = hazard_on(risk_curve(*GIVEN), risk) != same
        assert changed[0, kind]
        assert changed.sum() == 1
