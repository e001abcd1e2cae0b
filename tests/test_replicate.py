"""Arms of a replicate live together, and each is to the bit what it is when run by itself."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import scenario

from sim.agents.aco import ACO
from sim.model import LeadModel
from sim.replicate import Replicate, simulate

OWN = (("arms.other.program", "lead"), ("arms.other.evidence.effect.scale", 2.0))


class Late(ACO):
    """Does twice as much from 2029 on, in one arm and one ACO."""

    def decide(self, year):
        super().decide(year)
        if self.model.arm == "lead_professional" and year >= 2029 and self.row == 0:
            self.effect *= 2.0
            self.attestation = 0.3


def alone(arm, **given):
    model = LeadModel(scenario(*OWN), arm, 0, **given)
    model.run_model()
    return model.outcomes


@pytest.mark.parametrize("agents", [None, {ACO: Late}], ids=["as they are", "one parts later"])
def test_arms_together_are_arms_alone(agents):
    together = simulate(scenario(*OWN), 0, threads=2, agents=agents)
    for place, arm in enumerate(scenario(*OWN).arms):
        for name, values in alone(arm, agents=agents).items():
            assert np.array_equal(together[name][place], values, equal_nan=values.dtype.kind == "f"), (
                arm,
                name,
            )


def test_people_whom_nothing_touches_live_once():
    made = Replicate(scenario(), 0)
    start = made.world.people.status.copy()
    made.step()
    everybody = made.models["no_aco"].lived
    assert made.models["lead_professional"].lived == pytest.approx(everybody, abs=0.01 * everybody)
    # Both LEAD arms do the same: one of them works out the people it touches, the other takes them from it.
    assert 0 < made.lives.worked_out_apart < 0.95 * made.world.n_people
    assert np.array_equal(made.world.people.status, start)


def test_what_is_written_to_one_arms_people_no_other_arm_feels():
    plain, meddled = Replicate(scenario(), 0), Replicate(scenario(), 0)
    for made in (plain, meddled):
        made.step()
    people = meddled.models["lead_global"].beneficiaries
    assert not people.store["practice"].flags.writeable
    sick = people.select(lambda person: person.high_needs == 0, at_most=500)
    sick.set("high_needs", 1)
    assert meddled.models["lead_global"].people.high_needs.sum() == plain.models[
        "lead_global"
    ].people.high_needs.sum() + len(sick)
    for made in (plain, meddled):
        made.step()
    for arm, same in (("no_aco", True), ("lead_professional", True), ("lead_global", False)):
        ours, theirs = (made.models[arm].outcomes["expenditure"] for made in (plain, meddled))
        assert np.array_equal(ours, theirs) == same


def test_an_arm_among_others_lives_no_year_by_itself():
    made = Replicate(scenario(), 0)
    with pytest.raises(RuntimeError, match="together"):
        made.models["lead_global"].beneficiaries.do("live_year", 2027)
