"""What follows from evidence is kept as long as what it follows from has the same values."""

from __future__ import annotations

import numpy as np
import pytest

from sim.inputs.evidence import Evidence, kept_by_value, load_evidence
from sim.population import build
from sim.population.disease import build_disease

RISK_CURVE = build._risk_curve
SCALE, SHARES, INFLOW = "effect.scale", "effect.aco_spread", "demography.inflow"


@pytest.fixture
def called():
    """Return a function of one parameter, and of others where that is above 1, and its calls."""
    calls = []

    @kept_by_value
    def result(evidence: Evidence) -> float:
        scale = evidence.number(SCALE)
        calls.append(scale)
        return scale + (evidence.array(SHARES).sum() + evidence.number(INFLOW, 2030) if scale > 1.0 else 0.0)

    return result, calls


def test_what_was_not_asked_for_does_not_matter(called):
    result, calls = called
    one, other = load_evidence(), load_evidence({SHARES: [0.2, 0.1], INFLOW: 0.1})
    assert result(one) == result(other) == one.number(SCALE)
    assert len(calls) == 1
    # Another result rests on it as if it had been worked out.
    assert SCALE in other.asked
    assert SHARES not in one.asked | other.asked


@pytest.mark.parametrize("changes", [{SCALE: 2.0}, {SHARES: [0.2, 0.1]}, {SHARES: [0.1, 0.2]}, {INFLOW: 0.1}])
def test_whatever_was_asked_for_does(called, changes):
    result, calls = called
    before = {SCALE: 1.5, SHARES: [0.1, 0.1]}
    found = [result(load_evidence(values)) for values in (before, before | changes, before)]
    assert len(calls) == 2
    assert found[0] == found[2] == pytest.approx(1.7 + load_evidence().number(INFLOW, 2030))
    new = load_evidence(before | changes)
    shares = new.array(SHARES).sum() + new.number(INFLOW, 2030)
    assert found[1] == new.number(SCALE) + shares


def test_few_results_are_kept(called):
    result, calls = called
    for scale in [*np.arange(0.0, 0.9, 0.1), 0.0]:
        result(load_evidence({SCALE: float(scale)}))
    assert len(calls) == 10


class Watched(dict):
    """Entries that tell which were taken, and that give themselves by key only."""

    def __init__(self, entries):
        super().__init__(entries)
        self.taken = set()

    def __getitem__(self, key):
        self.taken.add(key)
        return super().__getitem__(key)

    def refuse(self):
        raise AssertionError("is asked for all entries")

    __iter__ = keys = values = items = refuse


@pytest.mark.parametrize("function", [build_disease, RISK_CURVE], ids=["disease", "risk"])
def test_what_is_kept_is_of_parameters_asked_for_by_key(function):
    entries = Watched(load_evidence().entries)
    evidence = Evidence("evidence", entries)
    function.__wrapped__(evidence)
    assert "conditions.prevalence" in evidence.asked
    assert entries.taken == evidence.asked


@pytest.mark.parametrize("function", [build_disease, RISK_CURVE], ids=["disease", "risk"])
def test_disease_is_worked_out_anew_where_it_changes_only(function):
    plain = load_evidence()
    prevalence = (0.9 * plain.array("conditions.prevalence")).tolist()
    assert function(load_evidence({SCALE: 2.0})) is function(plain)
    changed = load_evidence({"conditions.prevalence": prevalence})
    kept, anew = (
        np.concatenate([np.ravel(part) for part in one(changed)]) for one in (function, function.__wrapped__)
    )
    assert kept.tobytes() == anew.tobytes()
    assert kept.tobytes() != np.concatenate([np.ravel(part) for part in function(plain)]).tobytes()
