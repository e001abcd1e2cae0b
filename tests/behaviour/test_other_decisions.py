"""Quality, coding, attestation, running cost and distribution in closed form, from parameters read once."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm

from sim.behaviour.attestation import AttestationParameters, chance_to_attest
from sim.behaviour.book import BEHAVIOURS, Behaviours
from sim.behaviour.coding import CodingParameters, excess_of_coding
from sim.behaviour.distribution import DistributionParameters, distribute
from sim.behaviour.quality import QualityParameters, quality_reached
from sim.behaviour.running_cost import CostParameters, running_cost
from sim.inputs.evidence import load_evidence

EVIDENCE = load_evidence()


def test_quality_rises_each_year_and_stays_a_share():
    read = QualityParameters.read(EVIDENCE)
    years = np.arange(1, 40)
    got = quality_reached(read, experience=years, draw=np.full(39, 0.5))
    first = read.score + 0.5 * read.spread
    np.testing.assert_allclose(got, np.minimum(first + read.improvement * (years - 1), 1.0))
    assert quality_reached(read, experience=np.array([1]), draw=np.array([-1e3])) == [0.0]


def test_coding_grows_to_its_most():
    read = CodingParameters(excess=0.01, most=0.025)
    got = excess_of_coding(read, experience=np.array([0, 1, 2, 3, 9]), draw=np.ones(5))
    np.testing.assert_allclose(got, [0.0, 0.01, 0.0201, 0.025, 0.025])


def test_acos_code_unlike_each_other_around_one_mean():
    read = CodingParameters(excess=0.01, most=np.inf, own_spread=1.5)
    share = (np.arange(200_000) + 0.5) / 200_000
    got = excess_of_coding(read, experience=np.ones(share.size, np.int64), draw=norm.ppf(share))
    assert got.mean() == pytest.approx(0.01, rel=2e-3)
    assert got.std() == pytest.approx(0.015, rel=2e-2)
    assert (got > 0.0).all()
    twice = excess_of_coding(read, experience=np.full(share.size, 2), draw=norm.ppf(share))
    np.testing.assert_allclose(1.0 + twice, (1.0 + got) ** 2)
    none = replace(read, excess=0.0)
    assert not excess_of_coding(none, experience=np.array([3]), draw=np.array([2.0])).any()


def test_attestation_goes_by_the_kind_of_aco():
    read = AttestationParameters(0.1, 0.2, 0.3)
    renewing, needy = np.array([True, False, True, False]), np.array([False, False, True, True])
    np.testing.assert_array_equal(
        chance_to_attest(read, renewing=renewing, high_needs=needy), [0.1, 0.2, 0.3, 0.3]
    )


def test_running_cost_in_closed_form():
    read = CostParameters.read(EVIDENCE)
    months, needy, draw = np.array([12_000.0, 0.0]), np.array([900.0, 0.0]), np.array([0.7, -1.0])
    fixed = EVIDENCE.number("cost.fixed") * np.exp(read.fixed_spread * 0.7 - 0.5 * read.fixed_spread**2)
    dollars = fixed * np.sqrt(1_000.0 / EVIDENCE.number("cost.fixed_lives"))
    dollars += 12_000.0 * EVIDENCE.number("cost.variable")
    enrolled = EVIDENCE.array("cost.high_needs_enrolled")
    assert enrolled[1] == 0.0 < enrolled[0]
    for high_needs, share in ((True, enrolled[0]), (False, 0.0)):
        whole = dollars + 900.0 * share * EVIDENCE.number("cost.high_needs")
        grown = whole * (1.0 + EVIDENCE.number("cost.inflation")) ** 4
        kinds = np.array([high_needs, high_needs])
        got = running_cost(
            read, months=months, high_needs_months=needy, high_needs=kinds, draw=draw, year=2030
        )
        assert got[0] == pytest.approx(100.0 * grown, abs=1.0)
        assert got[1] == 0


def test_an_acos_own_costs_stand_in_for_the_evidences():
    read = CostParameters.read(EVIDENCE)
    own = replace(read, own_fixed=np.array([2e6, np.nan]), own_variable=np.array([np.nan, 20.0]))
    state = {"months": np.array([12_000.0, 6_000.0]), "high_needs_months": np.zeros(2), "draw": np.ones(2)}
    state["high_needs"] = np.zeros(2, bool)
    usual = running_cost(read, **state, year=read.stated_for)
    got = running_cost(own, **state, year=read.stated_for)
    assert got[0] == pytest.approx(100.0 * (2e6 + 12_000.0 * read.variable), abs=1.0)
    assert got[1] - usual[1] == pytest.approx(100.0 * 6_000.0 * (20.0 - read.variable), abs=1.0)


@given(
    gain=st.lists(st.integers(-(10**12), 10**12), min_size=3, max_size=3),
    lives=st.lists(st.floats(0.1, 1e6), min_size=6, max_size=6),
    aco=st.lists(st.integers(-1, 2), min_size=6, max_size=6),
    share=st.floats(0.0, 1.0),
)
def test_gains_are_shared_by_size_and_losses_are_not(gain, lives, aco, share):
    gains, people, whose = np.array(gain), np.array(lives), np.array(aco)
    got = distribute(DistributionParameters(share), gain=gains, practice_aco=whose, lives=people)
    assert (got >= 0).all()
    assert not got[whose < 0].any()
    for a in range(3):
        mine = whose == a
        if mine.any():
            wanted = max(gain[a], 0) * share * people[mine] / people[mine].sum()
            np.testing.assert_allclose(got[mine], wanted, rtol=1e-9, atol=1.0)
            assert got[mine].sum() <= max(gain[a], 0)


def test_a_behaviour_may_be_replaced_by_name_only():
    mine = Behaviours.read(EVIDENCE, {"coding": lambda parameters, experience, draw: experience * 0.5})
    assert mine.decide("coding", experience=np.array([2.0]), draw=np.array([0.0])) == [1.0]
    assert set(mine.functions) == set(mine.parameters) == set(BEHAVIOURS)
    with pytest.raises(ValueError, match="no behaviour is called codng"):
        Behaviours.read(EVIDENCE, {"codng": print})
