"""What a home-based programme is like: closed forms, and the switches that turn it off."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.behaviour.home_care import HomeCareParameters, home_care
from sim.inputs.evidence import load_evidence

READ = HomeCareParameters.read(load_evidence())
OFFERED, SHARE = np.array([True, True, False]), np.array([np.nan, 0.6, 0.7])


def year(parameters: HomeCareParameters = READ, when: int = 2030):
    return home_care(parameters, offered=OFFERED, share=SHARE, year=when)


def test_who_is_enrolled():
    np.testing.assert_array_equal(year().enrolled, [READ.enrolled, 0.6, 0.0])


def test_effects_before_and_in_the_last_months_add_up_to_the_effect_on_all():
    stated = replace(READ, effect=-0.02, last_effect=-0.08, last_share=0.1, ed_effect=-0.05)
    found = year(stated)
    np.testing.assert_allclose(found.last_effect, 0.92)
    np.testing.assert_allclose(found.ed, 0.95)
    np.testing.assert_allclose(0.9 * found.effect + 0.1 * found.last_effect, 0.98)


def test_the_cost_grows():
    cost = year(when=READ.stated_for + 3).cost
    np.testing.assert_allclose(cost, 100.0 * READ.cost * (1.0 + READ.inflation) ** 3)


@pytest.mark.parametrize("off", [{"scale": 0.0}, {"own_scale": np.zeros(3)}])
def test_no_effect(off):
    found = year(replace(READ, **off))
    for factor in (found.effect, found.last_effect, found.ed):
        np.testing.assert_array_equal(factor, np.ones(3))
    np.testing.assert_array_equal(found.cost, year().cost)


def test_an_acos_own_factor_on_its_effects():
    found = year(replace(READ, own_scale=np.array([2.0, 1.0, 0.0])))
    np.testing.assert_allclose(1.0 - found.last_effect, [-2 * READ.last_effect, -READ.last_effect, 0.0])
