"""Uncertain evidence: drawn once a replicate where the study asks for it, and then it moves the results."""

import numpy as np
import pytest

from sim import open_results, run
from sim.replicate import simulate
from sim.start import evidence_of, parameter_labels, parameter_values
from tests.little_world import ARMS, digest, scenario

ASKED = (("study.parameter_uncertainty", True), ("horizon.last_py", 2028))
NOT_ASKED = (("horizon.last_py", 2028),)


def content(evidence):
    return {entry.key: tuple(np.asarray(value).tobytes() for _, value in entry.by_year) for entry in evidence}


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return the results of two replicates with uncertain and with certain evidence."""
    folder = tmp_path_factory.mktemp("uncertain")
    found = {}
    for name, changes in (("asked", ASKED), ("not", NOT_ASKED)):
        run(scenario(*changes), replicates=2, out=folder / f"{name}.zarr", threads=1)
        found[name] = open_results(folder / f"{name}.zarr").load()
    return found


def test_evidence_differs_by_replicate_and_not_by_arm():
    asked = scenario(*ASKED)
    drawn = [[content(evidence_of(asked, arm, replicate)) for arm in ARMS] for replicate in range(2)]
    assert drawn[0][0] == drawn[0][1] == drawn[0][2]
    moved = {key for key in drawn[0][0] if drawn[0][0][key] != drawn[1][0][key]}
    assert {"effect.physician", "spending.level", "coding.excess", "care.aco_efficiency"} <= moved
    assert "quality.score" not in moved
    again = content(evidence_of(scenario(*ASKED), "no_aco", 1))
    assert again == drawn[1][0]


def test_evidence_stays_as_stated_where_the_study_does_not_ask():
    certain = scenario(*NOT_ASKED)
    for replicate in range(2):
        assert evidence_of(certain, "lead_global", replicate) is certain.evidence("lead_global")


def test_results_are_reproducible():
    first = digest(simulate(scenario(*ASKED), 1))
    assert first == digest(simulate(scenario(*ASKED), 1))


def test_uncertain_evidence_moves_savings_in_every_replicate(stored):
    asked, certain = (stored[name].sel(arm="lead_global") for name in ("asked", "not"))
    for variable in ("true_savings", "settlement"):
        saved, stated = (
            one[variable].fillna(0.0).to_numpy().reshape(2, -1).sum(axis=1) for one in (asked, certain)
        )
        assert (saved != stated).all(), variable
        assert saved[0] != saved[1], variable


def test_a_run_gives_what_one_replicate_alone_gives(stored):
    alone = simulate(scenario(*ASKED), 1)
    kept = stored["asked"]["true_savings"].isel(replicate=1).to_numpy()
    np.testing.assert_allclose(kept, alone["true_savings"] / 100.0, rtol=0, atol=0.005)


def test_what_is_drawn_is_stored_with_its_replicate(stored):
    data, asked = stored["asked"], scenario(*ASKED)
    assert data["parameter_value"].dims == ("arm", "replicate", "parameter")
    assert len(set(data["parameter"].values)) == data.sizes["parameter"] > 50
    for replicate in range(2):
        for arm in ARMS:
            evidence = evidence_of(asked, arm, replicate)
            one = data["parameter_value"].sel(arm=arm, replicate=replicate)
            assert float(one.sel(parameter="cost.variable")) == evidence.number("cost.variable")
            third = float(one.sel(parameter="effect.physician[2]"))
            assert third == evidence.array("effect.physician")[2]
    assert "parameter_value" not in stored["not"]


def test_an_arm_that_states_a_parameter_has_its_own_value_of_it():
    own = scenario(*ASKED, ("arms.lead_global.evidence.cost.variable", "12 USD/month"))
    place = parameter_labels(own).index("cost.variable")
    values = {arm: parameter_values(own, evidence_of(own, arm, 0))[place] for arm in ARMS}
    assert values["lead_global"] == 12.0
    assert values["no_aco"] == evidence_of(own, "no_aco", 0).number("cost.variable") != 12.0
