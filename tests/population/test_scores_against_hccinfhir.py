"""Scores of simulated people against an independent implementation of CMS's models (package hccinfhir)."""

from __future__ import annotations

import warnings

import numpy as np
import pytest
from one_score import community_score

from sim.calibration.nation import make_nation
from sim.inputs.evidence import load_evidence
from sim.kernels.codes import DUAL, FEMALE, ORIGINALLY_DISABLED
from sim.kernels.risk_score import esrd_score
from sim.population.disease import condition_names

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # the package's own
    import hccinfhir

pytestmark = pytest.mark.filterwarnings("ignore:path is deprecated:DeprecationWarning")  # the package's own

# A common ICD-10-CM code of each condition; conditions that neither model pays for need none.
CODES = {
    "diabetes": "E0822",
    "heart_failure": "I2720",
    "copd": "J449",
    "chronic_kidney_disease": "N1830",
    "dementia": "F0150",
    "atrial_fibrillation": "I4820",
    "cancer": "C4330",
    "stroke": "I6300",
    "severe_cancer": "C153",
    "metastatic_cancer": "C7951",
    "lymphoma": "C4010",
    "major_depression": "F322",
    "psychosis": "F209",
    "rheumatoid_arthritis": "M0500",
    "parkinson": "G20A1",
    "severe_kidney_disease": "N184",
    "cirrhosis": "K7460",
    "morbid_obesity": "E6601",
    "seizures": "G40109",
    "vascular_complications": "I70261",
    "thromboembolism": "I82401",
    "respiratory_failure": "J9601",
    "sepsis": "A403",
    "skin_ulcer": "L97101",
    "hip_fracture": "M80051A",
    "hemiplegia": "G8190",
}
CALENDAR_YEAR = 2027
PEOPLE = 3000


@pytest.fixture(scope="module")
def nation():
    return make_nation(load_evidence(), PEOPLE, 2, 11, range(CALENDAR_YEAR, CALENDAR_YEAR + 1), 1)


def _scores(nation, esrd):
    """Return ours and theirs for everybody with or without ESRD who is not dead."""
    disease, people = nation.disease, nation.people
    names = condition_names(nation.evidence)
    kidney = 1 << names.index("kidney_failure")
    model = "CMS-HCC ESRD Model V24" if esrd else "CMS-HCC Model V28"
    package = hccinfhir.HCCInFHIR(model_name=model)
    ours, theirs = [], []
    for row in range(nation.n_people):
        carried = int(people.conditions[row])
        traits = int(people.traits[row])
        age = CALENDAR_YEAR - int(people.birth_year[row])
        if bool(carried & kidney) != esrd or age < 18:
            continue
        origin = traits & ORIGINALLY_DISABLED and age >= 65
        who = (1 if traits & FEMALE else 0) + (2 if origin else 0)
        codes = [CODES[name] for bit, name in enumerate(names) if carried >> bit & 1 and name in CODES]
        if esrd:
            score = esrd_score(carried, who + (4 if traits & DUAL else 0), age, disease)
        else:
            score = community_score(carried, traits & DUAL > 0, who, age, disease)
        demographics = hccinfhir.Demographics(
            age=age,
            sex="F" if traits & FEMALE else "M",
            dual_elgbl_cd="02" if traits & DUAL else "00",
            orec=("1" if age < 65 or origin else "0"),
            crec=("2" if esrd else ("1" if age < 65 else "0")),
        )
        ours.append(score)
        theirs.append(package.calculate_from_diagnosis(codes, demographics).risk_score)
    return np.array(ours), np.array(theirs)


def test_community_scores_equal_the_independent_implementation(nation):
    ours, theirs = _scores(nation, esrd=False)
    assert len(ours) > PEOPLE
    assert np.round(ours, 3) == pytest.approx(np.round(theirs, 3), abs=1e-9)


def test_esrd_scores_equal_the_independent_implementation(nation):
    ours, theirs = _scores(nation, esrd=True)
    assert len(ours) > 20
    assert np.round(ours, 3) == pytest.approx(np.round(theirs, 3), abs=1e-9)
