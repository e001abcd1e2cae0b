"""ACOs of a little world that code by what their program's limit on risk scores leaves of it."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import ACOS, STATED
from worlds import NO_ACO, lived_through, scenario_of

from sim.outcomes.registry import VARIABLES

LEAD = {"program": "lead"}
# So that everybody reaches the limit at once.
MUCH = {"coding": {"excess": "9 %/year", "aco_spread": 0.0}}
CODES = LEAD | {"decides": "coding", "evidence": MUCH}


def limited(rate):
    return {"values": {"risk": {"cap": [rate, rate, rate]}}}


ARMS = {
    "fixed": LEAD | {"evidence": MUCH},
    "codes": CODES,
    "tight": CODES | limited("1 %"),
    "tight_fixed": LEAD | {"evidence": MUCH} | limited("1 %"),
    "loose": CODES | limited("6 %"),
    "mssp": {"program": "mssp", "decides": "coding", "evidence": MUCH},
}


@pytest.fixture(scope="module")
def models():
    return lived_through(scenario_of(*ACOS, arms=NO_ACO | ARMS, last_py=2028, **STATED)).models


def coding(models, arm):
    return np.array([models[arm].aco_at(row).coding for row in range(len(ACOS))])


def test_under_todays_limits_coding_is_as_it_was(models):
    for variable in VARIABLES:
        same = (models[arm].outcomes[variable.name] for arm in ("fixed", "codes"))
        assert len({values.tobytes() for values in same}) == 1, variable.name


def test_a_tighter_limit_means_less_coding(models):
    for arm, most in (("tight", 0.02), ("codes", 0.04), ("loose", 0.07), ("mssp", 0.04)):
        np.testing.assert_allclose(coding(models, arm), most)
    tight, fixed = (models[arm].outcomes["risk_score"][:, :, -1] for arm in ("tight", "tight_fixed"))
    assert np.nansum(tight) < np.nansum(fixed)
