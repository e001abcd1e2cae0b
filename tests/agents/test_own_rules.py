"""Rules that a scenario names: ours are data, somebody's own are code that has to be asked for."""

from __future__ import annotations

import numpy as np
import pytest
from worlds import NO_ACO, aco, text_of

from sim.agents.own_rules import OWN_CODE, own_rules, rules_of
from sim.behaviour.book import BEHAVIOURS, RULES
from sim.behaviour.investment import reinvest
from sim.experiments.runner import run
from sim.inputs.faults import InputError
from sim.inputs.scenario_rules import Rules
from sim.model import LeadModel
from sim.scenarios import Scenario

CODE = """
from pathlib import Path

Path(__file__).with_suffix(".ran").touch()
WORD = "no function"


def twice(parameters, *, effect, **state):
    return 2.0 + 0.0 * effect
"""


@pytest.fixture
def folder(tmp_path, request):
    module = f"rules_{abs(hash(request.node.name)) % 10**8}"
    (tmp_path / f"{module}.py").write_text(CODE)
    return tmp_path, module


def scenario(folder, rule, top=None):
    arms = {"lead": {"program": "lead", "decides": ["investment"], "behaviour": {"investment": rule}}}
    text = text_of(aco("one", 300), arms=NO_ACO | arms, last_py=2027, aco_market_share="90 %")
    text += f"\n[behaviour]\n{top}\n" if top else ""
    path = folder / "x.toml"
    path.write_text(text)
    return Scenario.load(path)


def refused(made):
    with pytest.raises(InputError) as raised:
        rules_of(made, "lead")
    return str(raised.value)


def test_every_behaviour_may_be_named():
    assert list(Rules.model_fields) == list(BEHAVIOURS)
    assert all(BEHAVIOURS[name][1] is next(iter(rules.values())) for name, rules in RULES.items())


def test_a_rule_of_ours_needs_no_leave(folder):
    made = scenario(folder[0], "reinvest")
    assert rules_of(made, "lead") == {"investment": reinvest}
    assert rules_of(made, "no_aco") == own_rules(made) == {}
    model = LeadModel(made, "lead")
    # Nothing is settled and nothing advanced: there is nothing to reinvest.
    assert model.deciding.investing.spent(2027).tolist() == [0.0]
    assert model.deciding.told(2027)["care_spending"].tolist() == [0.0]


def test_code_is_not_run_unless_asked_for(folder, monkeypatch):
    place, module = folder
    monkeypatch.delenv(OWN_CODE, raising=False)
    made = scenario(place, f"{module}:twice")
    assert "is code, not data" in refused(made)
    for act in (lambda: LeadModel(made, "lead"), lambda: run(made, out=place / "x.zarr")):
        with pytest.raises(InputError, match="only when you ask for it: leadsim run --own-code"):
            act()
    assert not (place / f"{module}.ran").exists()
    assert not (place / "x.zarr").exists()


def test_code_asked_for_is_run_and_told(folder, monkeypatch):
    place, module = folder
    monkeypatch.setenv(OWN_CODE, "1")
    made = scenario(place, f"{module}:twice")
    assert LeadModel(made, "lead").deciding.investing.spent(2027).tolist() == [2.0]
    assert list(own_rules(made)) == ["lead.investment"]
    assert (place / f"{module}.ran").exists()
    given = LeadModel(made, "lead", behaviours={"investment": lambda parameters, effect, **_: effect})
    np.testing.assert_array_equal(given.deciding.investing.spent(2027), [-0.03])


def test_what_cannot_be_found_is_named(folder, monkeypatch):
    place, module = folder
    monkeypatch.setenv(OWN_CODE, "1")
    assert "cannot be imported" in refused(scenario(place, "no_such_module:rule"))
    assert f"names no function of {module}" in refused(scenario(place, f"{module}:thrice"))
    assert "must be MODULE:FUNCTION" in refused(scenario(place, f"{module}:WORD"))
    assert "reinvest" in refused(scenario(place, "reinvst"))
    both = scenario(place, "no_such_module:rule", 'coding = "no_such_module:other"')
    assert len(refused(both).splitlines()) >= 2


def test_faults_of_the_table_name_their_key(folder):
    with pytest.raises(InputError) as raised:
        scenario(folder[0], "two words", 'invstment = "reinvest"')
    told = str(raised.value)
    assert "arms.lead.behaviour.investment" in told
    assert "behaviour.invstment" in told
    assert "investment" in told
