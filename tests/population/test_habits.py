"""How practices differ in the care they give: spreads, what goes together, and what stays as it is."""

from __future__ import annotations

import numpy as np
import pytest

from sim.inputs.evidence import load_evidence
from sim.kernels.draws import make_key
from sim.population.habits import LEAST_LEFT, MOST, draw_habits

ACOS, EACH = 6_000, 4
RATES = {
    "readmission": "ACR",
    "follow_up": "TFU",
    "glycemic_poor": "glycemic_status",
    "pressure_controlled": "blood_pressure",
}
CARE = ("stays", "readmission", "follow_up", "glycemic_poor", "pressure_controlled")


def drawn(acos=ACOS, each=EACH, outside=0, **stated):
    """Return habits of so many practices of each ACO, then of some of no ACO, and their lives."""
    evidence = load_evidence(stated)
    aco = np.concatenate([np.repeat(np.arange(acos), each), np.full(outside, -1)])
    lives = 1.0 + np.arange(len(aco)) % each
    market = np.zeros(len(aco), np.int64)
    return evidence, draw_habits(aco, market, lives, acos, evidence, make_key(5, 0)), aco, lives


def by_aco(values, aco, lives, acos=ACOS):
    inside = aco >= 0
    return np.bincount(aco[inside], (values * lives)[inside], acos) / np.bincount(
        aco[inside], lives[inside], acos
    )


def factors(evidence, habits, name):
    values = getattr(habits, name)
    return values if name == "stays" else values / evidence.number(f"use.{name}")


def test_acos_spread_as_the_evidence_says():
    evidence, habits, aco, lives = drawn()
    for name in CARE:
        own = by_aco(factors(evidence, habits, name), aco, lives)
        spread = evidence.number(f"quality.measure_spread.{RATES.get(name, 'UAMCC')}")
        assert own.mean() == pytest.approx(1.0, abs=4 * spread / ACOS**0.5 + 1e-3), name
        assert own.std() == pytest.approx(spread, rel=0.05), name


def test_what_goes_together_correlates_as_stated():
    evidence, habits, aco, lives = drawn()
    logs = {name: np.log(by_aco(getattr(habits, name), aco, lives)) for name in CARE}

    def correlation(one, other):
        return float(np.corrcoef(logs[one], logs[other])[0, 1])

    care, electronic = (evidence.number(f"quality.together.{name}") for name in ("care", "electronic"))
    assert correlation("stays", "readmission") == pytest.approx(care, abs=0.04)
    assert correlation("stays", "follow_up") == pytest.approx(-care, abs=0.04)
    assert correlation("glycemic_poor", "pressure_controlled") == pytest.approx(-electronic, abs=0.04)
    assert correlation("stays", "pressure_controlled") == pytest.approx(0.0, abs=0.04)


def test_practices_of_an_aco_differ_and_their_mean_is_the_acos():
    evidence, wide, aco, lives = drawn(acos=50)
    _, alike, *_ = drawn(acos=50, quality={"within": 0.0})
    mine = by_aco(wide.stays, aco, lives, 50)
    np.testing.assert_allclose(mine, by_aco(alike.stays, aco, lives, 50), rtol=1e-12)
    np.testing.assert_allclose(alike.stays, mine[aco], rtol=1e-12)
    within = np.log(wide.stays / mine[aco]).std()
    assert within == pytest.approx(evidence.number("quality.measure_spread.UAMCC"), rel=0.25)


def test_practices_of_no_aco_have_the_nations_mean():
    evidence, habits, aco, lives = drawn(acos=3, outside=40)
    outside = aco < 0
    for name in CARE:
        mean = np.average(factors(evidence, habits, name)[outside], weights=lives[outside])
        assert mean == pytest.approx(1.0, abs=0.01), name


def test_another_aco_changes_nobody():
    _, few, *_ = drawn(acos=3)
    _, more, *_ = drawn(acos=4)
    for name in (*CARE, "price"):
        np.testing.assert_array_equal(getattr(few, name), getattr(more, name)[: 3 * EACH])


def test_fewer_stays_are_made_up_for_by_what_care_costs():
    evidence, habits, *_ = drawn(acos=200)
    acute = evidence.number("use.acute_part")
    np.testing.assert_allclose((acute * habits.stays + 1.0 - acute) * habits.price, 1.0, atol=1e-12)


@pytest.mark.parametrize("spread", [0.001, 1.0])
def test_however_far_they_differ_all_is_possible(spread):
    measures = ("ACR", "UAMCC", "TFU", "glycemic_status", "blood_pressure")
    _, habits, *_ = drawn(
        acos=500, quality={"measure_spread": dict.fromkeys(measures, spread), "within": 10.0 * spread}
    )
    for name in RATES:
        assert ((getattr(habits, name) >= 0.0) & (getattr(habits, name) <= 1.0)).all()
    assert (habits.price > 0.0).all()
    assert ((habits.stays >= LEAST_LEFT) & (habits.stays <= MOST)).all()
