"""Capitation in ACO REACH: the same code as LEAD's, against the sizes of CMS's results of PY2022."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from test_capitation_sizes import ACOS, BASE, LEAST_BASE, MOST_BASE, TCC, WITH_ENHANCED
from worlds import NO_ACO, lived_through, scenario_of

from sim.inputs.capitation_terms import capitation_terms
from sim.inputs.faults import InputError
from sim.inputs.reach_terms import reach_capitation_terms
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import Sum
from sim.ledger import Mechanism, Party
from sim.ledger.imbalance import imbalances

REACH = {"program": "reach"}
PCC = REACH | {"payments": ["pcc"]}
ARMS = NO_ACO | {
    "claims": REACH,
    "pcc": PCC,
    "enhanced": PCC | {"enhanced_share": "100 %", "participant_reduction": "75 %"},
    "some_fees": PCC | {"participant_reduction": "75 %"},
    "apo": PCC | {"payments": ["pcc", "apo"], "apo_reduction": "50 %"},
    "tcc": REACH | {"payments": ["tcc"]},
    "one": REACH | {"acos": {"b": {"payments": ["tcc"]}}},
}
B, YEAR, AT = 1, 2022, 1


@cache
def lived():
    scenario = scenario_of(*ACOS, arms=ARMS, first_py=2021, last_py=YEAR, seed=5, aco_market_share="40 %")
    return lived_through(scenario)


def out(arm):
    return lived().models[arm].outcomes


@pytest.mark.parametrize("arm", ["pcc", "enhanced", "apo", "tcc"])
def test_the_total_cost_of_care_is_claims_and_capitation(arm):
    this, model = out(arm), lived().models[arm]
    assert (this["capitation"] > 0).all()
    for at, year in enumerate((2021, YEAR)):
        care = model.history[year].care[: model.world.n_practices]
        spent = np.array(
            [care[model.practice_aco() == row][..., Sum.SPEND].sum() for row in range(len(ACOS))]
        )
        claims = spent - this["claims_replaced"][:, at]
        cost = this["expenditure"][..., at].sum(axis=1)
        np.testing.assert_array_equal(cost, claims + this["capitation"][:, at])
    np.testing.assert_array_equal(this["benchmark"], out("claims")["benchmark"])
    np.testing.assert_array_equal(
        this["gross_savings"] - out("claims")["gross_savings"], this["claims_replaced"] - this["capitation"]
    )
    assert imbalances(model.ledger) == []


@pytest.mark.parametrize(("arm", "without"), [("enhanced", "some_fees"), ("apo", "pcc")])
def test_advances_move_cash_and_no_savings(arm, without):
    for name in (
        "gross_savings",
        "settlement",
        "capitation",
        "base_pcc",
        "capitation_gain",
        "medicare_outlay",
    ):
        np.testing.assert_array_equal(out(arm)[name], out(without)[name], err_msg=name)
    lent = (
        lived()
        .models[arm]
        .ledger.by_month(Party.ACO, Mechanism.APO if arm == "apo" else Mechanism.ENHANCED_PCC, year=YEAR)
    )
    assert (lent[:, :12] > 0).all()
    assert lent[:, 21].any()
    assert not np.delete(lent, [*range(12), 21], axis=1).any()


def test_one_acos_election_changes_no_other():
    others = [row for row in range(len(ACOS)) if row != B]
    for name in ("expenditure", "settlement", "aco_cash_change", "cash_low_point"):
        np.testing.assert_array_equal(out("one")[name][others], out("claims")[name][others], err_msg=name)
        np.testing.assert_array_equal(out("one")[name][B], out("tcc")[name][B], err_msg=name)


def test_sizes_are_those_of_the_results_of_py2022():
    def share(arm, *names):
        return sum(out(arm)[name][:, AT] for name in names) / out(arm)["benchmark"][:, AT]

    base, both, tcc = (
        share("enhanced", "capitation"),
        share("enhanced", "capitation", "enhanced_pcc"),
        share("tcc", "capitation"),
    )
    assert ((base > LEAST_BASE) & (base < MOST_BASE)).all()
    assert np.median(base) == pytest.approx(BASE, abs=0.004)
    assert np.median(both) == pytest.approx(WITH_ENHANCED, abs=0.002)
    # Half of the file's ACOs lie between these.
    assert TCC[0] < np.median(tcc) < TCC[1]


def test_terms_are_the_rulebooks_own():
    reach = reach_capitation_terms(load_rulebook("reach-py2022"), YEAR)
    lead = capitation_terms(load_rulebook("lead-py2027"), 2027)
    assert (reach.target, reach.enhanced_floor, reach.sequestration) == (0.07, 0.02, 0.02)
    assert (reach.benchmark, reach.quality_earned) == (lead.benchmark, lead.quality_earned)
    changed = load_rulebook("reach-py2022", {"capitation.target": 0.05, "sequestration.gains": 0.0})
    terms = reach_capitation_terms(changed, YEAR)
    assert (terms.target, terms.sequestration) == (0.05, 0.0)


@pytest.mark.parametrize(
    ("terms", "problem"),
    [
        ({"payments": ["pcc", "npcc"]}, "npcc is LEAD's"),
        ({"payments": ["pcc"], "provisional_settlement": True}, "simulated in LEAD only"),
        ({"payments": ["tcc"], "risk_option": "professional"}, "tcc needs risk_option global"),
        ({"payments": ["pcc", "tcc"]}, "has both pcc and tcc"),
    ],
)
def test_what_may_not_be_elected_is_a_fault(terms, problem):
    with pytest.raises(InputError, match=problem):
        scenario_of(ACOS[0], arms=NO_ACO | {"x": REACH | terms}, first_py=2021, last_py=YEAR)
