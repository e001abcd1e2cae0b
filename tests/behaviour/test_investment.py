"""Spending on care management: the response is concave, and the choice is the best by what is believed."""

from __future__ import annotations

import numpy as np
import pytest

from sim.behaviour.effect import EffectParameters, effect_on_spending
from sim.behaviour.investment import (
    InvestmentParameters,
    acting_now,
    invest,
    reinvest,
    response_to_spending,
)
from sim.inputs.evidence import load_evidence

EVIDENCE = load_evidence()
PARAMETERS = InvestmentParameters.read(EVIDENCE)
YEAR = PARAMETERS.stated_for
SPENDING = 1_100.0


def chosen(rule=invest, **state):
    """Return the choice of one ACO, a physician-led one in LEAD Global that expects the evidence's effect."""
    usual = {"effect": -0.03, "spending": SPENDING, "share": 1.0, "earned": 0.0, "enhanced": 0.0}
    arrays = {name: np.array([state.pop(name, value)]) for name, value in usual.items()}
    others = {"rebased": np.array([state.pop("rebased", False)]), "years_left": 10, "year": YEAR}
    return float(rule(PARAMETERS, **arrays, **(others | state))[0])


def effect(acting, hospital=False, renewing=False, experience=10):
    """Return the effect at the plateau of an ACO without a deviation of its own, which is not rebased."""
    parameters = EffectParameters.read(EVIDENCE)
    flag = np.array([False])
    found, _ = effect_on_spending(
        parameters,
        hospital_led=flag | hospital,
        renewing=flag | renewing,
        high_needs=flag,
        rebased=~flag,
        experience=np.array([experience]),
        draw=np.zeros(1),
        acting=None if acting is None else np.array([acting]),
    )
    return float(found[0])


def lasting(spending):
    acting = np.ones(1)
    for _ in range(30):
        acting = acting_now(PARAMETERS, acting, np.array([spending]))
    return float(acting[0])


@pytest.mark.parametrize(("hospital", "plateau"), [(False, -0.03), (True, -0.01)])
def test_the_effect_at_the_reference_is_the_evidences(hospital, plateau):
    """Issue 11: within 0.1 point of the curve at reference spend."""
    assert lasting(1.0) == pytest.approx(1.0)
    assert effect(lasting(1.0), hospital) == pytest.approx(plateau, abs=1e-12)
    assert effect(None, hospital) == effect(1.0, hospital)


def test_nothing_spent_does_nothing_and_tenfold_spending_does_little_more():
    assert lasting(0.0) == pytest.approx(0.0, abs=1e-8)
    assert effect(lasting(0.0)) == pytest.approx(0.0, abs=1e-8)
    assert effect(lasting(10.0)) == pytest.approx(-0.03 * 1.287, abs=1e-4)
    # A renewing ACO that stops loses what it had in its base years.
    assert effect(0.0, renewing=True) == pytest.approx(0.023)
    assert effect(1.0, renewing=True) == pytest.approx(-0.007)


def test_the_response_is_concave():
    steps = np.diff(response_to_spending(PARAMETERS, np.linspace(0.0, 10.0, 41)))
    assert (steps > 0.0).all()
    assert (np.diff(steps) < 0.0).all()


def test_what_lasts_of_a_year_fades():
    after = acting_now(PARAMETERS, np.ones(1), np.zeros(1))
    assert after[0] == PARAMETERS.lasting


def test_the_choice_is_the_best_there_is():
    """Found by trying: income of a year spent at `x`, and of what lasts of it, against its cost."""
    tried = np.linspace(0.0, 5.0, 5_001)
    kept = PARAMETERS.lasting * (1.0 - PARAMETERS.discount)
    for share, years_left in ((1.0, 10), (0.5, 10), (1.0, 1)):
        worth = (1.0 - PARAMETERS.lasting) * (1.0 - kept**years_left) / (1.0 - kept)
        income = share * worth * 0.03 * SPENDING * response_to_spending(PARAMETERS, tried)
        best = tried[np.argmax(income - PARAMETERS.reference * tried)]
        assert chosen(share=share, years_left=years_left) == pytest.approx(best, abs=0.001)


def test_signs():
    usual = chosen()
    assert 1.0 < usual < 3.0
    assert chosen(share=0.5) < usual
    assert chosen(rebased=True) < usual
    assert chosen(years_left=1) < chosen(years_left=3) < usual
    assert chosen(effect=-0.01) < usual < chosen(effect=-0.05)
    assert chosen(effect=0.01) == chosen(share=0.0) == 0.0
    assert chosen(effect=-1.0, spending=1e30) == PARAMETERS.most
    # Prices rise with spending, and the choice does not.
    grown = (1.0 + PARAMETERS.inflation) ** 5
    assert chosen(year=YEAR + 5, spending=SPENDING * grown) == pytest.approx(usual)


def test_the_rule_of_thumb_spends_a_third_of_gains_and_of_the_advance():
    assert chosen(reinvest) == chosen(reinvest, earned=-50.0) == 0.0
    assert chosen(reinvest, earned=18.0) == pytest.approx(0.33 * 18.0 / PARAMETERS.reference)
    assert chosen(reinvest, enhanced=50.0) == pytest.approx(0.33 * 50.0 / PARAMETERS.reference)
    assert chosen(reinvest, earned=1e9) == PARAMETERS.most
