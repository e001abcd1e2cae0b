"""The effect on spending in closed form."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.behaviour.effect import (
    CareShares,
    EffectParameters,
    alike_on_care,
    effect_on_spending,
    spread_over_care,
)
from sim.inputs.evidence import load_evidence

PARAMETERS = EffectParameters.read(load_evidence())


def effect(parameters=PARAMETERS, **given):
    state = {
        "hospital_led": [False, True, False],
        "renewing": [False, False, True],
        "high_needs": [False, True, False],
        "rebased": [False, False, False],
        "experience": [1, 2, 3],
        "draw": [0.0, 0.0, 0.0],
    } | given
    return effect_on_spending(parameters, **{name: np.array(values) for name, values in state.items()})


def test_it_follows_the_curve_of_the_leadership_beyond_what_base_years_hold():
    physician, hospital = PARAMETERS.curves
    before = PARAMETERS.years_before
    got, _ = effect()
    wanted = [physician[0], hospital[1], physician[before + 2] - physician[before - 1]]
    np.testing.assert_allclose(got, PARAMETERS.no_rebasing * np.array(wanted), rtol=1e-15)


def test_the_last_year_of_a_curve_holds_on():
    last, _ = effect(experience=[PARAMETERS.curves.shape[1]] * 3)
    later, _ = effect(experience=[30] * 3)
    np.testing.assert_array_equal(last, later)


def test_rebasing_takes_away_the_reward_of_lasting_savings():
    lasting, further = effect()
    rebased, also = effect(rebased=[True] * 3)
    np.testing.assert_allclose(lasting, PARAMETERS.no_rebasing * rebased, rtol=1e-15)
    np.testing.assert_array_equal(further, also)


def test_an_aco_that_is_out_has_none():
    got, further = effect(experience=[0, 0, 0], draw=[1.0, -1.0, 2.0], renewing=[False] * 3)
    assert not got.any()
    assert not further.any()


def test_the_own_plateau_lies_apart_by_the_spread():
    same, _ = effect(experience=[9, 9, 9], renewing=[False] * 3)
    apart, _ = effect(experience=[9, 9, 9], renewing=[False] * 3, draw=[1.0, 1.0, -2.0])
    spread = PARAMETERS.own_spread[[0, 1, 0]] * np.array([1.0, 1.0, -2.0])
    np.testing.assert_allclose(apart - same, PARAMETERS.no_rebasing * spread, rtol=1e-12)


@pytest.mark.parametrize("acute", [0.2, 0.5, 0.7])
def test_parts_of_care_add_up_to_the_effect_on_the_total(acute):
    wanted, shares = np.array([-0.03, 0.0, 0.01]), CareShares(acute, 0.08)
    parts = spread_over_care(PARAMETERS, wanted, shares)
    on_base, on_events = (1 - acute) * (parts.base - 1.0), acute * (parts.event + parts.stays - 2.0)
    on_snf = 0.08 * (parts.snf - 1.0)
    np.testing.assert_allclose(on_base + on_events + on_snf, wanted, atol=1e-15)
    np.testing.assert_allclose(on_base, (1.0 - PARAMETERS.event_share) * wanted, atol=1e-15)
    on_stays = acute * (parts.stays - 1.0)
    np.testing.assert_allclose(on_stays, PARAMETERS.event_share * PARAMETERS.events[0] * wanted, atol=1e-15)


def test_an_effect_alike_on_all_care_is_of_one_size():
    shares = CareShares(0.3, 0.08)
    parts = alike_on_care(PARAMETERS, np.array([-0.02]), shares)
    np.testing.assert_allclose(parts.base, 0.98)
    on_events = 0.3 * (parts.event + parts.stays - 2.0) + 0.08 * (parts.snf - 1.0)
    np.testing.assert_allclose(on_events, -0.02 * 0.3)


def test_the_switch_lets_effects_act_on_prices_alone():
    prices = replace(PARAMETERS, events=np.array([0.0, 0.0, 1.0]))
    parts = spread_over_care(prices, np.array([-0.03]), CareShares(0.3, 0.08))
    assert parts.stays.tolist() == parts.snf.tolist() == [1.0]
    np.testing.assert_allclose(parts.event - 1.0, -0.03 * PARAMETERS.event_share / 0.3)


def test_an_own_plateau_stands_in_for_the_kinds_mean_and_draw():
    physician, _ = PARAMETERS.curves
    own = replace(PARAMETERS, own_plateau=np.array([-0.06, -0.02, np.nan]))
    state = {"experience": [1, 30, 3], "draw": [2.0, -2.0, 1.0]}
    usual, further = effect(**state)
    got, same = effect(own, **state)
    wanted = PARAMETERS.no_rebasing * np.array([-0.06 * physician[0] / physician[-1], -0.02])
    np.testing.assert_allclose(got[:2], wanted, rtol=1e-12)
    assert got[2] == usual[2]
    np.testing.assert_array_equal(further, same)
    # A renewing ACO has a part of it behind it.
    before = PARAMETERS.years_before
    renewed, _ = effect(own, renewing=[True] * 3, experience=[30] * 3)
    beyond = 1.0 - physician[before - 1] / physician[-1]
    assert renewed[0] == pytest.approx(PARAMETERS.no_rebasing * -0.06 * beyond)


def test_an_own_plateau_where_the_kind_has_none_is_reached_at_once():
    flat = replace(PARAMETERS, curves=np.zeros_like(PARAMETERS.curves), own_plateau=np.full(3, -0.06))
    got, _ = effect(flat, experience=[0, 1, 5], renewing=[False] * 3)
    np.testing.assert_allclose(got, PARAMETERS.no_rebasing * np.array([0.0, -0.06, -0.06]))


def test_an_own_factor_scales_all_effects_of_an_aco():
    usual, scaled = effect(), effect(replace(PARAMETERS, own_scale=np.array([0.0, 1.0, 2.0])))
    for plain, own in zip(usual, scaled, strict=True):
        np.testing.assert_allclose(own, np.array([0.0, 1.0, 2.0]) * plain)
