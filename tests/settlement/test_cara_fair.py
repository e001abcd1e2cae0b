"""Chance under CARA: at a fair price, where nobody does anything, payments are luck and as large as it is."""

from functools import cache

import numpy as np
import pytest
from little_world import LIKE_THE_NATION
from worlds import NO_ACO, aco, scenario_of

from sim.kernels.codes import EPISODE_NAMES, Episode
from sim.model import LeadModel

KINDS = [
    "knee_arthroplasty", "hip_arthroplasty", "pci", "cataract", "colonoscopy", "low_back_pain", "sepsis",
    "stroke", "copd_inpatient", "ami_inpatient", "hf_chronic", "diabetes_chronic", "rheumatoid_arthritis",
]  # fmt: skip
# At half the score, quality takes as much of gains as of losses.
FAIR = {"episodes": KINDS, "discount": 0.0, "quality": 0.5, "least_episodes": 10}
NOBODY_DIFFERS = {
    "evidence.care.practice_efficiency": 0.0,
    "evidence.quality.measure_spread.UAMCC": 0.001,
    "evidence.care.aco_efficiency": 0.0,
    "evidence.care.specialist_efficiency": 0.0,
    "evidence.drift.practice": 0.0,
    "evidence.drift.aco": 0.0,
    "evidence.effect.scale": 0.0,
}
PROCEDURES = [Episode[name.upper()] for name in KINDS[:6]]


@cache
def contracts(lives, last_py):
    """Return kind, payment and standard error of each contract, both as shares of its target prices."""
    arms = {
        "fair": {"program": "lead", "cara": [FAIR], "values": {"cara": {"trend_correction": 1.0}}},
    }
    scenario = scenario_of(aco("a", lives), seed=4, last_py=last_py, arms=NO_ACO | arms)
    scenario = scenario.replace(NOBODY_DIFFERS | LIKE_THE_NATION)
    model = LeadModel(scenario, "fair", threads=2)
    spread, rows = scenario.evidence("fair").array("episodes.cv"), []
    for year in scenario.years:
        model.step()
        done = model.settlement.cara.years.get(year)
        if done is not None:
            rows.append(
                np.stack([done.kind, done.paid / done.target, spread[done.kind] / np.sqrt(done.episodes)])
            )
    kind, paid, error = np.concatenate(rows, axis=1)
    # Of what is gained or lost, so much is left by quality.
    return kind.astype(int), paid / 0.95, error


def test_at_a_fair_price_the_mean_payment_is_nothing():
    _, paid, error = contracts(12_000, 2029)
    assert len(paid) > 40
    # Contracts weighed by how much they say.
    mean = np.average(paid, weights=error**-2)
    assert abs(mean) < 3.0 * np.sum(error**-2) ** -0.5


@pytest.mark.slow
def test_payments_spread_as_far_as_chance_does():
    kind, paid, error = contracts(60_000, 2036)
    z = paid / error
    procedures = np.isin(kind, PROCEDURES)
    assert procedures.sum() > 300
    assert np.std(z[procedures]) == pytest.approx(1.0, abs=0.1)
    # A tenth of the variance of other kinds is foreseen.
    assert np.std(z) == pytest.approx(1.0, abs=0.1)
    for chosen in (procedures, ~procedures):
        assert abs(z[chosen].mean()) < 3.0 / np.sqrt(chosen.sum())
    assert len(set(kind)) == len(KINDS) <= len(EPISODE_NAMES)
