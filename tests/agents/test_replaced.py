"""Agents and behaviours of somebody's own: checked when given, and told apart in a store's identity."""

from __future__ import annotations

import pytest
from little_world import results, scenario

from sim import run
from sim.agents.aco import ACO
from sim.agents.providers import ParticipantProvider
from sim.agents.replaced import Replaced
from sim.inputs.faults import InputError
from sim.replicate import simulate


class Careful(ACO):
    """Is out after its first loss."""

    patience = 1

    def decide(self, year: int) -> None:
        super().decide(year)
        if sum(past.settlement < 0 for past in self.years) >= self.patience:
            self.participates = False


def no_coding(parameters, experience, draw):
    return experience * 0.0


def identity(patience, **more):
    made = type("Careful", (Careful,), {"patience": patience, "__module__": "mine", **more})
    return Replaced.of({ACO: made}).identity()["ACO"]


def test_what_replaces_is_told_by_its_text_and_values():
    assert identity(1) == identity(1)
    assert identity(1) != identity(2)
    assert identity(1, told=1) != identity(1, told=2)
    both = Replaced.of({ACO: Careful}, {"coding": no_coding}).identity()
    assert list(both) == ["ACO", "coding"]
    assert "test_replaced.Careful " in both["ACO"]


def test_a_version_speaks_for_itself():
    made = type("Careful", (Careful,), {"__version__": "1.2", "__module__": "mine"})
    assert Replaced.of({ACO: made}).identity() == {"ACO": "mine.Careful 1.2"}


def test_what_has_neither_text_nor_version_is_refused():
    scope: dict = {}
    exec("def rule(parameters, experience):\n    return experience", scope)  # noqa: S102
    with pytest.raises(InputError, match="needs a __version__"):
        Replaced.of(None, {"coding": scope["rule"]}).identity()


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as caught:
        Replaced.of({int: int, ACO: ParticipantProvider}, {"codng": no_coding, "effect": 3})
    told = str(caught.value)
    for part in ("int", "subclass of ACO", "codng", "coding", "function"):
        assert part in told


def test_a_replaced_agent_and_behaviour_act():
    out = simulate(scenario(), 0, agents={ACO: Careful})
    lost = out["settlement"][1] < 0
    empty = out["settlement"][1] == out["settlement"][0, 0, 0]
    first = lost.argmax(axis=1)
    for aco in range(3):
        if lost[aco].any():
            assert not empty[aco, : first[aco] + 1].any()
            assert empty[aco, first[aco] + 1 :].all()
    assert lost.any()
    plain = simulate(scenario(), 0, behaviours={"coding": no_coding})
    assert plain["risk_score"][1].sum() < results()["risk_score"][1].sum()


def test_a_store_never_mixes_two_models(tmp_path):
    out = tmp_path / "own.zarr"
    run(scenario(), 1, out, behaviours={"coding": no_coding})
    with pytest.raises(InputError, match="other agents or behaviours"):
        run(scenario(), 2, out)
    done = run(scenario(), 2, out, behaviours={"coding": no_coding})
    assert (done.completed, done.computed) == (2, 1)
    with done.open() as data:
        assert "coding: " in str(data.attrs["replaced"])
