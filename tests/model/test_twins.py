"""Arms that do the same live once, and that changes no result; arms that part take their people along."""

import numpy as np
from worlds import ARMS, aco, scenario_of

from sim.agents.aco import ACO
from sim.model import LeadModel
from sim.population.start import make_world
from sim.replicate import simulate

NOTHING = {"effect": {"scale": 0}, "coding": {"excess": 0}, "voluntary": {"attest": [0, 0, 0]}}
TWINS = scenario_of(
    aco("one", 600, entry="renewing"),
    aco("two", 500, leadership="hospital"),
    name="twins",
    seed=4,
    last_py=2030,
    arms={**ARMS, "nothing": {"program": "lead", "evidence": NOTHING}},
)


def alone(scenario, arm, **given):
    """Run one arm that makes and steps its own reference: nobody to share with."""
    model = LeadModel(scenario, arm, 0, **given)
    while model.running:
        model.step()
    return model.outcomes


def test_sharing_changes_no_result():
    scenario = TWINS
    together = simulate(scenario, 0)
    for number, arm in enumerate(scenario.arms):
        for name, values in alone(scenario, arm).items():
            assert np.array_equal(together[name][number], values, equal_nan=values.dtype.kind == "f"), (
                arm,
                name,
            )


def test_arms_with_equal_levers_are_lived_once(monkeypatch):
    scenario = TWINS
    world = make_world(scenario, 0)
    lived = []
    live = type(world).live

    def counted(*given):
        lived.append(given)
        return live(*given)

    monkeypatch.setattr("sim.replicate.make_world", lambda *_: world)
    monkeypatch.setattr(type(world), "live", counted)
    simulate(scenario, 0)
    # no_aco (followed by nothing) and lead_global (followed by lead_professional), four years each.
    assert len(lived) == 2 * 4


def test_an_arm_that_parts_later_goes_on_from_the_shared_lives():
    scenario = TWINS

    class Parting(ACO):
        def decide(self, year):
            super().decide(year)
            if self.model.arm == "lead_professional" and year >= 2029:
                self.effect *= 2.0

    together = simulate(scenario, 0, agents={ACO: Parting})
    parted = alone(scenario, "lead_professional", agents={ACO: Parting})
    assert np.array_equal(together["expenditure"][2], parted["expenditure"])
    assert (together["expenditure"][1][..., 1] == together["expenditure"][2][..., 1]).all()
    assert (together["expenditure"][1][..., 2] != together["expenditure"][2][..., 2]).any()
