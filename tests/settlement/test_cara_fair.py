"""Chance under CARA: at a fair price, where nobody does anything, payments are luck and as large as it is."""

from functools import cache
from statistics import NormalDist

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
BY_STAY = [Episode[name.upper()] for name in KINDS[6:10]]
CHRONIC = [Episode[name.upper()] for name in KINDS[10:]]


@cache
def contracts(lives, last_py, **values):
    """Return kind, payment and standard error of each contract, both as shares of its target prices."""
    values = {"cara": {"trend_correction": 1.0, **values}}
    arms = {"fair": {"program": "lead", "cara": [FAIR], "values": values}}
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


def left_of_the_spread(cv):
    """Return how much less a log-normal factor is spread without its outermost hundredths."""
    spread = np.sqrt(np.log1p(cv**2))
    draws = np.exp(spread * np.array([NormalDist().inv_cdf(u) for u in np.linspace(0.01, 0.99, 2_001)]))
    return draws.std() / draws.mean() / cv


@pytest.mark.slow
def test_without_outliers_payments_are_nothing_on_average_and_less_spread():
    kind, paid, error = contracts(60_000, 2036)
    procedures = np.isin(kind, PROCEDURES[:-1])
    z = paid / error
    for chosen in (procedures, kind != Episode.LOW_BACK_PAIN):
        assert abs(z[chosen].mean()) < 3.0 * z[chosen].std() / np.sqrt(chosen.sum())
    cv = scenario_of(aco("a", 100)).evidence("no_aco").array("episodes.cv")
    left = np.array([left_of_the_spread(one) for one in cv[kind[procedures]]])
    assert np.std(z[procedures] / left) == pytest.approx(1.0, abs=0.1)
    for chosen in (np.isin(kind, BY_STAY), np.isin(kind, CHRONIC)):
        assert np.std(z[chosen]) < 0.9


@pytest.mark.slow
def test_payments_spread_as_far_as_chance_does():
    kind, paid, error = contracts(60_000, 2036, outliers="kept")
    z = paid / error
    procedures = np.isin(kind, PROCEDURES)
    assert procedures.sum() > 300
    assert np.std(z[procedures]) == pytest.approx(1.0, abs=0.1)
    # A tenth of the variance of other kinds is foreseen.
    assert np.std(z) == pytest.approx(1.0, abs=0.1)
    for chosen in (procedures, ~procedures):
        assert abs(z[chosen].mean()) < 3.0 / np.sqrt(chosen.sum())
    assert len(set(kind)) == len(KINDS) <= len(EPISODE_NAMES)
