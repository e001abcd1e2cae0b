"""What a scenario may state at most and at least gives finite results and no negative payments."""

from __future__ import annotations

import random

import numpy as np
import pytest
from extremes import anything, bounds, little, trouble, usual

from sim.inputs.evidence import load_evidence
from sim.inputs.faults import InputError
from sim.inputs.rulebook import load_rulebook

BOOKS = {"": "lead-py2027", "mssp.": "mssp", "reach.": "reach-py2023"}
PARAMETERS = [pytest.param(entry, id=entry.key) for entry in load_evidence() if not entry.limits.held]
RULES = [
    pytest.param(word, entry, id=f"{word}{entry.key}")
    for word, name in BOOKS.items()
    for entry in load_rulebook(name)
]


@pytest.mark.slow
@pytest.mark.parametrize("entry", PARAMETERS)
@pytest.mark.parametrize("uncertain", [False, True], ids=["central", "drawn"])
def test_every_parameter_at_its_bounds_gives_a_sane_run(entry, uncertain):
    for value in bounds(entry):
        assert trouble(little("", uncertain).replace({f"evidence.{entry.key}": value}), usual()) == ""


@pytest.mark.slow
@pytest.mark.parametrize(("word", "entry"), RULES)
def test_every_rule_at_its_bounds_gives_a_sane_run_or_a_fault(word, entry):
    value = entry.by_year[0][1]
    others = (
        [not value] if isinstance(value, bool) else entry.choices if isinstance(value, str) else bounds(entry)
    )
    for other in others:
        try:
            scenario = little(word).replace({f"program.values.{word}{entry.key}": other})
        except InputError:
            continue
        assert trouble(scenario, usual(word)) == ""


@pytest.mark.parametrize(
    "changes",
    [
        {"effect.physician": [0.0] * 7, "effect.hospital": [0.0] * 7},
        {
            "effect.physician": [-0.25] * 7,
            "effect.hospital": [-0.25] * 7,
            "effect.scale": 5,
            "effect.no_rebasing": 3,
        },
        {"effect.physician": [*[0.25] * 6, 1e-9], "effect.aco_spread": [0.2, 0.2]},
        {"effect.high_needs": [-0.25] * 4, "effect.scale": 5},
        {"demography.age": [[1.0, *[0.0] * 12]] * 4},
    ],
    ids=["no plateau", "largest savings", "hardly a plateau", "nothing left of High Needs", "nobody aged"],
)
def test_extremes_together_leave_some_spending(changes):
    scenario = little().replace({f"evidence.{key}": value for key, value in changes.items()})
    assert trouble(scenario, usual()) == ""


@pytest.mark.parametrize(
    ("name", "number", "said"),
    [
        ("expenditure", -1.0, "expenditure is negative"),
        ("quality_score", np.inf, "quality_score is not finite"),
    ],
)
def test_trouble_is_seen(name, number, said, monkeypatch):
    results = {key: np.array(values) for key, values in usual().items()}
    # The first ACO of the arm; the last has left.
    results[name][-1, 0].flat[-1] = number
    monkeypatch.setattr("extremes.simulate", lambda *_: results)
    assert trouble(little(), usual()) == said


@pytest.mark.slow
@pytest.mark.parametrize("word", BOOKS)
@pytest.mark.parametrize("seed", range(30))
def test_several_parameters_far_from_usual_at_once_give_a_sane_run(word, seed):
    chance = random.Random(seed)  # noqa: S311
    open_ones = [entry for entry in load_evidence() if not entry.limits.held and entry.limits.max is not None]
    changes = {
        f"evidence.{entry.key}": anything(entry, chance)
        for entry in chance.sample(open_ones, chance.choice((2, 5, 15)))
    }
    scenario = little(word, chance.random() < 0.5).replace(changes)
    assert trouble(scenario, usual(word)) == "", changes
