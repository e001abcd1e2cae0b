"""Specialists who respond to their contract: episodes cost less, true savings follow, others stay."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from cara_arms import ACOS, ALL_COUNT
from worlds import NO_ACO, scenario_of

from sim.inputs.faults import InputError
from sim.kernels.codes import Episode, EpisodeSum
from sim.model import LeadModel
from sim.outcomes.registry import BY_NAME, VARIABLES
from sim.replicate import Replicate

LARGE = [0, 0, "-30 %", "-30 %", 0, 0, "-30 %", *[0] * 6]
CONTRACT = {"episodes": ["pci", "cataract", "sepsis"], "least_episodes": 1, "quality": 1, "discount": 0}
RESPONDS = {**CONTRACT, "responds": True}
WHOLE = {"cara": ALL_COUNT}
ARMS = {
    "plain": {"program": "lead", "values": WHOLE},
    "quiet": {"program": "lead", "values": WHOLE, "acos": {"alpha": {"cara": [CONTRACT]}}},
    "responds": {"program": "lead", "values": WHOLE, "acos": {"alpha": {"cara": [RESPONDS]}}},
    "some": {
        "program": "lead", "values": WHOLE, "acos": {"alpha": {"cara": [{**RESPONDS, "specialists": 1}]}},
    },
}  # fmt: skip


def scenario(**evidence):
    changes = {f"evidence.response.{key}": value for key, value in evidence.items()}
    return scenario_of(*ACOS, seed=3, last_py=2028, arms=NO_ACO | ARMS).replace(changes)


@cache
def lived() -> Replicate:
    made = Replicate(scenario(cost=LARGE, volume=0), 0)
    made.step()
    made.step()
    return made


def outcomes(arm):
    return lived().models[arm].outcomes


def in_year(arm, name, place=1):
    """Return a variable of a year, the ACO first."""
    return np.take(outcomes(arm)[name], place, axis=BY_NAME[name].dims.index("year"))


def alphas(arm, name):
    """Return alpha's variable of 2028, all cells together."""
    return int(in_year(arm, name)[0].sum())


def test_a_contract_without_a_response_changes_nobodys_care():
    plain, quiet = outcomes("plain"), outcomes("quiet")
    for name in ("true_savings", "expenditure", "stays", "snf_days", "person_months"):
        assert plain[name].tobytes() == quiet[name].tobytes(), name


def test_episodes_cost_less_and_as_much_less_is_truly_saved():
    quiet, responds = outcomes("quiet"), outcomes("responds")
    kinds = [Episode.CATARACT, Episode.SEPSIS]
    assert np.array_equal(quiet["cara_episodes"], responds["cara_episodes"])
    assert np.array_equal(quiet["cara_target"], responds["cara_target"])
    cost = responds["cara_cost"][0, 1, kinds] / quiet["cara_cost"][0, 1, kinds]
    assert cost[0] == pytest.approx(0.7, abs=0.001)
    # Of services that count in an acute episode so much follows its whole cost.
    spread = lived().world.evidence.array("episodes.related_spread")[Episode.SEPSIS]
    assert cost[1] == pytest.approx(1.0 - 0.3 * spread, abs=0.08)
    saved = alphas("responds", "true_savings") - alphas("quiet", "true_savings")
    cataracts = (quiet["cara_cost"] - responds["cara_cost"])[0, 1, Episode.CATARACT]
    assert saved > cataracts > 0
    # Not all of skin substitutes counts as expenditure.
    counted = alphas("quiet", "expenditure") - alphas("responds", "expenditure")
    assert saved == pytest.approx(counted, rel=0.01)
    assert alphas("responds", "snf_days") < alphas("quiet", "snf_days")
    assert alphas("responds", "stays") == alphas("quiet", "stays")
    assert alphas("responds", "cara_payments") > alphas("quiet", "cara_payments")


def test_nobody_else_and_no_other_year_is_touched():
    for variable in VARIABLES:
        if "year" in variable.dims:
            one, other = (in_year(arm, variable.name, 0) for arm in ("quiet", "responds"))
            assert one.tobytes() == other.tobytes(), variable.name
    for name in ("true_savings", "expenditure", "stays", "snf_days"):
        one, other = (in_year(arm, name)[1:] for arm in ("quiet", "responds"))
        assert one.tobytes() == other.tobytes(), name


def test_only_specialists_under_contract_respond():
    without = alphas("quiet", "true_savings")
    saved = [alphas(arm, "true_savings") - without for arm in ("some", "responds")]
    assert 0 < saved[0] < saved[1]


def test_an_arm_alone_and_two_threads_give_the_same():
    model = LeadModel(scenario(cost=LARGE, volume=0), "responds", threads=2)
    model.step()
    model.step()
    for name, values in outcomes("responds").items():
        assert values.tobytes() == model.outcomes[name].tobytes(), name


def test_volume_changes_how_many_procedures_there_are():
    found = []
    for volume in (0, "50 %", "-50 %"):
        model = LeadModel(scenario(cost=[0] * 13, volume=volume), "responds")
        model.step()
        model.step()
        own = model.practice_aco() == 0
        sums = model.history[2028].episodes[: len(own)][own].sum(axis=0)
        found.append(sums[[Episode.CATARACT, Episode.SEPSIS, Episode.COLONOSCOPY], EpisodeSum.COUNT])
    usual, more, fewer = np.array(found, float)
    error = 3.0 * 0.5 / np.sqrt(usual[0])
    assert more[0] / usual[0] == pytest.approx(1.5, abs=error)
    assert fewer[0] / usual[0] == pytest.approx(0.5, abs=error)
    assert (usual[1:] == more[1:]).all()
    assert (usual[1:] == fewer[1:]).all()


def test_of_conditions_under_care_nothing_is_known():
    wrong = {**RESPONDS, "episodes": ["hf_chronic"]}
    with pytest.raises(
        InputError, match=r"cara\[0\].responds: = true -> needs a kind of episode that begins"
    ):
        scenario_of(ACOS[0], arms=NO_ACO | {"x": {"program": "lead", "cara": [wrong]}})
