"""Nothing is stated in vain: the simulation reads every parameter, and says which rules it reads."""

from pathlib import Path

import pytest
from worlds import aco, text_of

from sim.inputs.not_acting import not_acting
from sim.model import LeadModel
from sim.replicate import simulate
from sim.scenarios import Scenario
from sim.start import make_world

QUICKSTART = Path(__file__).parents[2] / "scenarios" / "quickstart.toml"
# Read only for ACOs of a CMS file that shows no regional adjustment.
FROM_FILES = {"care.aco_efficiency"}
# Read by calibration alone.
FOR_FITTING = {"services.prior", "services.target", "episodes.falls", "conditions.counted", "episodes.cv"}
# Read where ACOs have episode arrangements.
FOR_CARA = {"episodes.measure", "episodes.outside_share", "episodes.reliability"}
# Read where ACOs have an arrangement with Medicaid, by the world and by the arm.
FOR_MEDICAID = {"dual.state_share"}, {"dual.full_benefit", "dual.covered"}

# What arms may state is read for the years before, too: what ACOs saved, and that nobody is in prevention.
BEFORE = ("effect.", "falls.", "cost.high_needs_enrolled")

SMALL = text_of(
    aco("one", 400, entry="renewing"),
    aco("two", 300, leadership="hospital", market="rural"),
    seed=11,
)


@pytest.fixture(scope="module")
def simulated() -> Scenario:
    scenario = Scenario.from_toml(SMALL)
    for book in (*scenario.rulebooks.values(), *scenario.evidences.values()):
        book.asked.clear()
    simulate(scenario, 0)
    return scenario


def test_every_parameter_is_read(simulated):
    evidence = simulated.evidence("lead_global")
    elsewhere = FROM_FILES | FOR_FITTING | FOR_CARA | FOR_MEDICAID[0] | FOR_MEDICAID[1]
    assert set(evidence.keys()) - evidence.asked == elsewhere


def test_evidence_states_the_scope_it_is_used_in():
    """What the world asks for is the world's, and so is what an arm takes from the world's book.

    The world is made of one scenario's books and the arms are given their own, so that each shows who asks.
    """
    of_world, of_arms = Scenario.from_toml(SMALL), Scenario.from_toml(SMALL)
    world = make_world(of_world, 0)
    reference = LeadModel(of_arms, "no_aco", 0, world=world)
    acting = LeadModel(of_arms, "lead_global", 0, world=world, reference=reference)
    for _ in of_arms.years:
        reference.step()
        acting.step()
    evidence = of_world.evidence("no_aco")
    stated = {scope: {entry.key for entry in evidence if entry.scope == scope} for scope in ("world", "arm")}
    shared = {key for key in evidence.asked & stated["arm"] if key.startswith(BEFORE)}
    of_the_world = evidence.asked - shared
    assert stated["world"] == of_the_world | FROM_FILES | FOR_FITTING | FOR_CARA | FOR_MEDICAID[0]
    read = of_arms.evidence("no_aco").asked - of_the_world
    assert stated["arm"] == read | FOR_MEDICAID[1]


def test_the_rules_read_are_the_rules_said_to_be_in_use(simulated):
    said = simulated.rules_in_use("lead_global") | simulated.rules_in_use("lead_professional")
    assert simulated.rulebook("lead_global").asked - not_acting() == said
    assert len(said) > 30


def test_arrangements_read_what_is_said_of_them():
    scenario = Scenario.from_toml(SMALL).replace(
        {
            "horizon.last_py": 2029,
            "arms.lead_global.cara": [
                {"specialty": "cardiology", "approach": "max_flex", "days_after": 60, "price": "own_history"},
                {"specialty": "orthopedics"},
            ],
        }
    )
    for book in (*scenario.rulebooks.values(), *scenario.evidences.values()):
        book.asked.clear()
    said = {key for key in scenario.rules_in_use("lead_global") if key.startswith("cara.")}
    simulate(scenario, 0)
    asked = scenario.rulebook("lead_global").asked - not_acting()
    assert {key for key in asked if key.startswith("cara.")} == said
    assert len(said) > 10
    assert not any(key.startswith("cara.") for key in scenario.rules_in_use("lead_professional"))
    assert scenario.evidence("no_aco").asked >= FOR_CARA


# Rules of what may be elected, which are asked for when a scenario is read.
OF_ELECTIONS = {"capitation.tcc_options", "capitation.preferred_reduction"}


@pytest.mark.parametrize(
    "elected",
    [
        {"payments": ["pcc", "npcc"], "enhanced_share": "3 %"},
        {"payments": ["tcc"], "provisional_settlement": True},
    ],
)
def test_the_rules_of_capitation_are_in_use_where_it_is_elected(elected):
    arms = {"no_aco": {"program": "none"}, "x": {"program": "lead", **elected}}
    acos = (aco("one", 400, entry="renewing"), aco("two", 300, leadership="hospital", market="rural"))
    scenario = Scenario.from_toml(text_of(*acos, seed=11, arms=arms, last_py=2028))
    said = scenario.rules_in_use("x")
    book = scenario.rulebook("x")
    book.asked.clear()
    simulate(scenario, 0)
    assert said - OF_ELECTIONS == book.asked - not_acting()
    assert said >= OF_ELECTIONS
    assert ("calendar.completion" in said) == ("provisional_settlement" in elected)
    assert {"capitation.base_rate", "capitation.target", "calendar.final_lag"} <= said
    changed = scenario.replace({"arms.x.values.capitation.tcc_options": ["global"]})
    # Small worlds state that minimum sizes of other programs are not held.
    assert [key for key in changed.idle() if not key.startswith(("mssp.", "reach."))] == []


def test_a_changed_rule_that_does_not_act_is_named():
    scenario = Scenario.load(QUICKSTART)
    assert scenario.idle() == []
    values = {"falls.payment": 120, "add_on.rate": "1 %", "prior_savings.cap": "1 %"}
    changed = scenario.replace({f"program.values.{key}": value for key, value in values.items()})
    # Falls prevention is not asked for; the cap on prior savings is, of what renewing ACOs bring.
    assert changed.idle() == ["falls.payment"]


def test_assumed_rules_are_among_those_in_use():
    scenario = Scenario.load(QUICKSTART)
    used = set().union(*(scenario.rules_in_use(arm) for arm in scenario.arms))
    assert set(scenario.assumed()) <= used
    assert "rate_book.share" in scenario.assumed()
