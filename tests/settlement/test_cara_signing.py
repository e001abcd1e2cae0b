"""Specialists who decide about contracts (CARA): who signs, who ends one, and what must not depend on it."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from cara_arms import ACOS
from worlds import NO_ACO, lived_through, scenario_of

from sim.behaviour.episode_belief import believe_episodes
from sim.kernels.codes import Episode
from sim.model import LeadModel
from sim.outcomes.cara import CARA_DECIDED
from sim.outcomes.registry import VARIABLES
from sim.replicate import Replicate
from sim.settlement.cara_offers import contract_key

ALPHA, BETA = 0, 1
KINDS = ["cataract", "colonoscopy", "pci"]
STATED = {"episodes": KINDS, "least_episodes": 1, "quality": "80 %", "responds": True}
SIGNS, ENDS = {"decides": "acceptance"}, {"decides": "drop_out"}
BOTH = {"decides": ["acceptance", "drop_out"]}


def arm(contract, **evidence):
    return {"program": "lead", "acos": {"alpha": {"cara": [STATED | contract]}}, "evidence": evidence}


def priced(discount):
    return arm({**BOTH, "discount": discount})


# Of a group or a specialist, everybody signs or nobody; nearly everybody ends a contract, or nobody.
ARMS = NO_ACO | {
    "plain": {"program": "lead"},
    "stated": arm({}),
    "all_sign": arm(SIGNS, signing={"asks": -1.0}),
    "none_signs": arm(SIGNS, signing={"asks": 1.0}),
    "all_end": arm(
        {**ENDS, "collected_after_leaving": "40 %"}, dropping_out={"chance": [0.999] * 3, "result": 0}
    ),
    "losing": arm({**ENDS, "discount": "10 %"}),
    "gaining": arm({**ENDS, "discount": "-10 %"}),
    "dear": priced("10 %"),
    "cheap": priced("-10 %"),
    "groups": arm({**BOTH, "reconciled": "pooled", "discount": "-5 %"}),
    "one_each": arm({**SIGNS, "specialists": 1}, signing={"asks": -1.0}),
}  # fmt: skip


def scenario(arms=ARMS, acos=ACOS, last_py=2031, **population):
    return scenario_of(*acos, seed=3, last_py=last_py, arms=arms, **population)


@cache
def lived() -> Replicate:
    """Return a replicate whose years are lived; tests must not change it."""
    return lived_through(scenario())


def counts(name):
    """Return alpha's contracts offered, free, signed, ended and held, one row a year from 2027."""
    outcomes = lived().models[name].outcomes
    return tuple(outcomes[f"cara_{one}"][ALPHA] for one in ("offered", "asked", "signed", "ended", "held"))


def differing(one, other, but=()):
    """Return the variables that two arms do not share byte for byte."""
    mine, theirs = (lived().models[name].outcomes for name in (one, other))
    return {
        variable.name
        for variable in VARIABLES
        if variable.name not in but and mine[variable.name].tobytes() != theirs[variable.name].tobytes()
    }


def test_where_nobody_decides_nothing_is_told_or_drawn():
    for name in ("plain", "stated"):
        assert not np.array(counts(name)).any()
        assert lived().models[name].settlement.cara.signing.years == {}


def test_if_all_sign_it_is_as_if_the_scenario_stated_it():
    assert differing("all_sign", "stated") == set(CARA_DECIDED) - {"cara_ended"}
    offered, free, signed, ended, held = counts("all_sign")
    assert (held[1:] == offered[1:]).all()
    assert (signed[1], free[2:].sum(), ended.sum()) == (offered[1], 0.0, 0.0)


def test_if_nobody_signs_claims_are_paid_as_usual():
    # What CMS reports of prices and who is asked is known anyway.
    assert differing("none_signs", "plain") == {"cara_price", "cara_offered", "cara_asked"}


def test_who_ends_a_contract_is_out_for_a_year_and_may_come_back():
    offered, _, signed, ended, held = counts("all_end")
    assert held.tolist()[1::2] == pytest.approx(offered[1::2].tolist(), abs=1)
    assert held[2::2].max() <= 1.0
    assert (ended[2::2] == held[1:-1:2] - held[2::2]).all()
    assert (signed[2::2] == 0.0).all()


def test_of_who_ends_a_contract_so_much_is_collected_as_is_said():
    outcomes = lived().models["all_end"].outcomes
    owed, collected = (outcomes[f"cara_{name}"][ALPHA, 1].astype(float) for name in ("owed", "collected"))
    signing = lived().models["all_end"].settlement.cara.signing
    assert signing.years[2028].leaves.all()
    assert owed.sum() > 0.0
    np.testing.assert_allclose(collected, 0.4 * owed, atol=len(Episode))


@pytest.mark.parametrize("name", ["dear", "cheap", "groups", "all_end"])
def test_contracts_of_a_year_are_those_of_the_last_less_ended_and_with_signed(name):
    offered, free, signed, ended, held = counts(name)
    assert (held[2:] == held[1:-1] - ended[2:] + signed[2:]).all()
    assert (signed <= free).all()
    assert (free <= offered).all()


def test_a_better_price_is_signed_by_more_and_losses_make_more_leave():
    def in_2028(name):
        return lived().models[name].settlement.cara.signing.years[2028]

    dear, cheap = in_2028("dear").signs, in_2028("cheap").signs
    assert (cheap >= dear).all()
    assert cheap.sum() > dear.sum()
    gaining, losing = in_2028("gaining").leaves, in_2028("losing").leaves
    assert (losing >= gaining).all()
    assert losing.sum() > gaining.sum()


def test_a_group_is_one_contract_and_decides_as_one():
    offered, *_, held = counts("groups")
    assert (offered[1:] == len(KINDS)).all()
    assert held[1:].max() > 0.0
    signing, reports = (
        lived().models["groups"].settlement.cara.signing,
        lived().models["groups"].settlement.cara,
    )
    for year, signed in signing.years.items():
        kinds = set(signed.offered.kind[signed.held].tolist())
        assert set(reports.reports[year].kind.tolist()) <= kinds


def test_contracts_are_offered_to_so_many_as_the_scenario_says():
    offered, *_ = counts("one_each")
    assert (offered[1:] == len(KINDS)).all()


def test_no_other_aco_is_touched():
    plain, cheap = (lived().models[name].outcomes for name in ("plain", "cheap"))
    for name in ("true_savings", "expenditure", "stays", "cara_payments", *CARA_DECIDED):
        assert plain[name][BETA:].tobytes() == cheap[name][BETA:].tobytes(), name


def test_who_signs_depends_on_no_contract_of_others_and_no_order_of_arms():
    beta = {"cara": [STATED | BOTH]}
    both = ARMS["cheap"] | {"acos": {**ARMS["cheap"]["acos"], "beta": beta}}
    made = Replicate(scenario({**NO_ACO, "both": both, "cheap": ARMS["cheap"]}), 0)
    for _ in range(2):
        made.step()
    usual = lived().models["cheap"].settlement.cara.signing.years[2028]
    for name in ("both", "cheap"):
        signed = made.models[name].settlement.cara.signing.years[2028]
        mine = signed.offered.aco == ALPHA
        assert np.array_equal(signed.offered.key[mine], usual.offered.key)
        assert np.array_equal(signed.signs[mine], usual.signs)
        assert np.array_equal(signed.price[mine], usual.price)
    assert (made.models["both"].outcomes["cara_offered"][BETA, 1:2] > 0.0).all()


def test_an_arm_alone_and_two_threads_give_the_same():
    model = LeadModel(scenario(), "cheap", threads=2)
    for _ in range(3):
        model.step()
    for name in (*CARA_DECIDED, "cara_payments", "true_savings"):
        whole = lived().models["cheap"].outcomes[name]
        assert model.outcomes[name][..., :3].tobytes() == whole[..., :3].tobytes(), name


def test_an_unrelated_aco_in_another_market_changes_nobodys_decision():
    few = Replicate(scenario({**NO_ACO, "cheap": ARMS["cheap"]}, ACOS[:2]), 0)
    for _ in range(2):
        few.step()
    ours, usual = (made.models["cheap"].settlement.cara.signing.years[2028].signs for made in (few, lived()))
    assert np.array_equal(ours, usual)


def test_a_specialist_learns_from_its_episodes_and_under_contract_from_reports():
    seen = []

    def believe(parameters, **state):
        seen.append(state)
        return believe_episodes(parameters, **state)

    model = LeadModel(scenario(), "all_sign", behaviours={"episode_belief": believe})
    for _ in range(3):
        model.step()
    cara = model.settlement.cara
    signed, reports = cara.signing.years[2028], cara.reports[2028]
    response = model.behaviours.parameters["episode_response"].cost
    base = signed.offered.led(cara.signing.led[2027])
    expected = (1.0 + response[signed.offered.kind]) * base[1] / base[2]
    for state in seen:
        np.testing.assert_allclose(state["costs"][:, 0], expected)
        np.testing.assert_array_equal(state["episodes"][:, 0], base[0])
    quarters = reports.known_by(2028, 12)
    assert 0 < quarters < 4
    key = contract_key(reports.aco, reports.kind, reports.specialist, signed.pooled)
    places = np.searchsorted(signed.offered.key, key)
    known = reports.target[:, quarters - 1] > 0
    places = places[known]
    cost, target = reports.cost[known], reports.target[known]
    by_december, whole = (cost[:, at] / target[:, at] * signed.price[places] for at in (quarters - 1, -1))
    np.testing.assert_allclose(seen[1]["costs"][places, 1], by_december)
    # Once the year is settled all of it is known.
    model.step()
    np.testing.assert_allclose(seen[2]["costs"][places, 1], whole)


def test_another_rule_may_decide_who_signs():
    asked = []

    def nobody(parameters, *, results, own_draw, draw):
        asked.append((parameters.capacity, results.shape, own_draw.shape, draw.shape))
        return np.zeros(results.shape[1], bool)

    model = LeadModel(scenario(), "cheap", behaviours={"acceptance": nobody})
    for _ in range(2):
        model.step()
    offered = int(model.outcomes["cara_offered"][ALPHA, 1])
    assert asked == [(0.2, (41, offered), (offered,), (offered,))]
    assert not model.outcomes["cara_held"][ALPHA, :2].any()
