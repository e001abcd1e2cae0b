"""What specialists do about episodes under contract."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import aco, scenario_of

from sim.behaviour.episode_response import EpisodeResponseParameters, respond_to_contract
from sim.kernels.codes import BEGUN, N_EPISODES, Episode

STAY = np.isin(np.arange(N_EPISODES), [Episode.SEPSIS, Episode.CABG, Episode.HIP_FRACTURE])
SNF = 0.08


def parameters() -> EpisodeResponseParameters:
    return EpisodeResponseParameters.read(scenario_of(aco("a", 100)).evidence("lead_global"))


def test_evidence_is_that_of_bpci_by_kind():
    cost = parameters().cost
    said = {Episode.KNEE_ARTHROPLASTY: -0.016, Episode.SEPSIS: -0.022, Episode.CABG: -0.045, Episode.PCI: 0}
    assert {kind: cost[kind] for kind in said} == pytest.approx(said)
    assert not np.delete(cost, BEGUN).any()
    assert (parameters().volume, parameters().post_acute) == (0.003, 0.40)


def test_factors_make_up_the_change_of_cost():
    responds = np.ones((2, N_EPISODES), bool)
    responds[1, Episode.SEPSIS] = False
    price, snf, number = np.moveaxis(
        respond_to_contract(parameters(), responds=responds, stay=STAY, snf_share=SNF), -1, 0
    )
    assert (price.shape, price[1, Episode.SEPSIS], snf[1, Episode.SEPSIS]) == ((2, N_EPISODES), 1.0, 1.0)
    cost = 1.0 + parameters().cost
    np.testing.assert_allclose(price[0] * (1.0 + SNF * (snf[0] - 1.0)), cost, rtol=1e-12)
    # Two fifths of what a stay's episode saves is SNF care.
    assert SNF * (snf[0, Episode.SEPSIS] - 1.0) == pytest.approx(-0.4 * 0.022)
    assert (snf[0, ~STAY] == 1.0).all()
    assert (number[0] == np.where(STAY, 1.0, 1.003)).all()


def test_without_contracts_nothing_changes():
    none = np.zeros((1, N_EPISODES), bool)
    assert (respond_to_contract(parameters(), responds=none, stay=STAY, snf_share=0.0) == 1.0).all()
