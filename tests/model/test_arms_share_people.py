"""Arms are the same people on the same draws: who no lever touches is the same to the bit."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import ARMS, NO_ATTESTING, NO_EFFECT, digest, results, same_rows, scenario, world

from sim.kernels.layout import copy_people
from sim.model import LeadModel

GAMMA = 2


def run(arm, *changes, acting=(0, 1, 2)):
    """Return the people of each year of an arm in which only some ACOs act."""
    model = LeadModel(scenario(*changes), arm, world=world(*changes))
    for aco in model.acos:
        aco.participates = aco.participates and aco.row in acting
    years = []
    while model.running:
        model.step()
        years.append(copy_people(model.people))
    return years


def of_aco(people, aco):
    """Return whose usual practice or practice of alignment or attestation is one of the ACO."""
    its = np.append(world().providers.aco == aco, False)
    return its[people.practice] | its[people.aligned] | its[people.attested]


@pytest.mark.parametrize("aco", [0, GAMMA])
def test_one_aco_changes_nobody_elses_row(aco):
    others = tuple({0, 1, GAMMA} - {aco})
    ever = np.zeros(world().n_people, bool)
    for with_it, without in zip(run("lead_global"), run("lead_global", acting=others), strict=True):
        ever |= of_aco(with_it, aco) | of_aco(without, aco)
        assert same_rows(with_it, without, ~ever) == []
    assert same_rows(with_it, without, ever) != []
    assert 0.02 < ever.mean() < 0.7


def test_an_arm_in_which_no_aco_acts_is_the_reference_arm():
    for acting, nobody in zip(run("lead_global", acting=()), run("no_aco"), strict=True):
        assert same_rows(acting, nobody) == []


def test_risk_options_do_not_change_people():
    for one, other in zip(run("lead_global"), run("lead_professional"), strict=True):
        assert same_rows(one, other) == []


def test_without_effect_and_attestation_everybody_is_as_without_acos():
    changes = (*NO_EFFECT, *NO_ATTESTING)
    for lead, none in zip(run("lead_global", *changes), run("no_aco", *changes), strict=True):
        assert same_rows(lead, none) == []


def test_without_effect_attestation_changes_alignment_only():
    for lead, none in zip(run("lead_global", *NO_EFFECT), run("no_aco", *NO_EFFECT), strict=True):
        assert set(same_rows(lead, none)) <= {"attested", "aligned", "cell"}
    assert same_rows(lead, none) != []


@pytest.mark.parametrize("changes", [NO_EFFECT, (*NO_EFFECT, *NO_ATTESTING)])
def test_without_effect_true_savings_are_exactly_nothing(changes):
    out = results(*changes)
    assert not out["true_savings"].any()
    assert (out["ffs_payments"] == out["ffs_payments"][0]).all()


def test_with_effect_true_savings_are_something():
    saved = results()["true_savings"].sum(axis=(1, 2, 3))
    assert saved[0] == 0
    assert (saved[1:] > 0).all()
    np.testing.assert_array_equal(*results()["true_savings"][1:])


def test_models_do_not_change_the_world():
    made = world()
    before = digest(made.people._asdict()), digest({str(y): s.care for y, s in made.history.items()})
    tables = made.choice[0].tobytes(), made.providers.efficiency.tobytes(), made.trend.level.tobytes()
    for arm in ARMS:
        run(arm)
    assert before == (
        digest(made.people._asdict()),
        digest({str(y): s.care for y, s in made.history.items()}),
    )
    assert tables == (
        made.choice[0].tobytes(), made.providers.efficiency.tobytes(), made.trend.level.tobytes()
    )  # fmt: skip


def test_replicates_and_seeds_are_different_worlds():
    first, second = results(), results(replicate=1)
    other = results(("study.seed", 1))
    assert len({digest(out) for out in (first, second, other)}) == 3
    correlation = np.corrcoef(world().people.spend, world(replicate=1).people.spend[: world().n_people])[0, 1]
    assert abs(correlation) < 5.0 / np.sqrt(world().n_people)
