"""Specialists who decide about contracts (CARA): who signs, who ends one, and what must not depend on it."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from cara_arms import ACOS
from worlds import NO_ACO, lived_through, scenario_of

from sim.behaviour.episode_belief import believe_episodes
from sim.kernels.codes import Episode
from sim.kernels.draws import Decision
from sim.model import LeadModel
from sim.outcomes.cara import CARA_DECIDED
from sim.outcomes.registry import VARIABLES
from sim.replicate import Replicate
from sim.settlement.cara_agreed import PRICES
from sim.settlement.cara_offers import believed_price, believed_results, contract_key

ALPHA, BETA = 0, 1
KINDS = ["cataract", "colonoscopy", "pci", "knee_arthroplasty", "hip_arthroplasty"]
STATED = {"episodes": KINDS, "least_episodes": 1, "quality": "80 %", "responds": True}
SEPSIS = {"episodes": ["sepsis"], "least_episodes": 1}
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
    "long_pause": arm(ENDS, dropping_out={"chance": [0.999] * 3, "result": 0, "pause": 2}),
    "too_small": arm({**SIGNS, "least_episodes": 1000}, signing={"asks": -1.0}),
    "sepsis": {"program": "lead", "acos": {"alpha": {"cara": [SEPSIS]}}},
    "mixed": {
        "program": "lead",
        "acos": {"alpha": {"cara": [STATED | SIGNS, SEPSIS]}},
        "evidence": {"signing": {"asks": 1.0}},
    },
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


def test_a_pause_may_be_longer():
    offered, free, *_, held = counts("long_pause")
    assert held[[1, 4]] == pytest.approx(offered[[1, 4]], abs=1)
    assert held[2:4].max() <= 1.0
    assert free[2:4].max() == 0.0


def test_what_will_be_too_small_to_be_reconciled_nobody_signs():
    offered, _, signed, *_ = counts("too_small")
    assert offered[1] > 0.0
    assert not signed.any()


def test_a_contract_about_which_nobody_decides_stands_beside_one_that_nobody_signs():
    known = {"cara_price", "cara_offered", "cara_asked"}
    assert differing("mixed", "sepsis", known) == set()
    assert lived().models["sepsis"].outcomes["cara_payments"][ALPHA, 1:].all()


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
    signing = lived().models[name].settlement.cara.signing.years
    for year in range(2029, 2032):
        before, now = signing[year - 1], signing[year]
        goes_on = now.held & ~now.signs
        assert np.array_equal(now.years[goes_on], before.years[goes_on] + 1)
        assert (now.years[now.signs] == 1).all()
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
    assert (counts("all_sign")[0][1:] > len(KINDS)).all()


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
    # As many episodes are expected as come, and their noise is by the number.
    size, count = seen[1]["size"].sum(), reports.episodes[:, -1].sum()
    assert size == pytest.approx(count, rel=0.15)
    variance = signed.noise * signed.price
    assert (variance > model.behaviours.parameters["episode_belief"].yearly).all()
    # Once the year is settled all of it is known.
    model.step()
    np.testing.assert_allclose(seen[2]["costs"][places, 1], whole)


def test_another_rule_may_decide_who_signs():
    asked = []

    def nobody(parameters, *, results, own_draw, draw):
        asked.append((parameters.capacity, results, own_draw, draw))
        return np.zeros(results.shape[1], bool)

    model = LeadModel(scenario(), "cheap", behaviours={"acceptance": nobody})
    for _ in range(2):
        model.step()
    offered = int(model.outcomes["cara_offered"][ALPHA, 1])
    assert [(one[0], *(of.shape for of in one[1:])) for one in asked] == [
        (0.2, (41, offered), (offered,), (offered,))
    ]
    own_draw, draw = asked[0][2:]
    # What a specialist asks for is its own, whatever the kind; chance is of a year and a kind.
    leader, kind = (
        getattr(model.settlement.cara.signing.years[2028].offered, of) for of in ("leader", "kind")
    )
    surgeons = np.unique(leader[kind == Episode.KNEE_ARTHROPLASTY])
    for one in surgeons[np.isin(surgeons, leader[kind == Episode.HIP_ARTHROPLASTY])].tolist():
        assert np.ptp(own_draw[leader == one]) == 0.0
        assert np.ptp(draw[leader == one]) > 0.0
    assert not model.outcomes["cara_held"][ALPHA, :2].any()


def test_prices_are_reckoned_and_results_limited_as_the_contract_says():
    signing = lived().models["cheap"].settlement.cara.signing
    signed, before = signing.years[2029], signing.led[2028]
    offered, stated = signed.offered, lived().models["cheap"].settlement.cara._stated(2029)
    _, cost, expected = offered.led(before)
    reliability = 0.5
    own = cost / expected
    for price, base in (
        ("cms", 1.2),
        ("team", 1.2),
        ("own_history", 0.5 + 0.5 * own),
        ("bpci_advanced", own),
    ):
        terms = replace(
            stated,
            price=np.full_like(stated.price, PRICES.index(price)),
            ratio=np.full_like(stated.ratio, 1.2),
        )
        found = believed_price(offered, terms, before, reliability)
        np.testing.assert_allclose(found, base * 1.1 * np.ones(len(own)), err_msg=price)
    held_in = replace(stated, cap=np.full_like(stated.cap, 0.05), gain_share=np.full_like(stated.cap, 0.5))
    margin, unsure = np.full(len(own), 0.01), np.full(len(own), 0.2)
    rules = lived().models["cheap"].settlement.cara.terms(2029)
    results = believed_results(offered, margin, unsure, 0.5, held_in, rules)
    # A tenth goes by quality, of which 80 % is agreed.
    assert results.max() == pytest.approx(0.5 * 0.05 * 0.98)
    assert results.min() == pytest.approx(-0.05 * 0.92)


def test_each_kind_and_year_has_a_draw_of_its_own():
    """What a specialist asks for good is one; what it asks a year, and whether it ends one, is drawn anew."""
    signing = lived().models["all_end"].settlement.cara.signing
    offered = signing.years[2028].offered
    several = np.flatnonzero(np.bincount(offered.leader)[offered.leader] > 1)
    assert several.size
    for decision in (Decision.CARA_SIGNING, Decision.CARA_ENDING):
        one, other = (signing._uniforms(offered, year, decision) for year in (2028, 2029))
        assert (one != other).all()
        assert len(np.unique(np.r_[one, other])) == 2 * len(offered.key)
    good = signing._uniforms(offered, 0, Decision.CARA_SIGNING)
    for leader in np.unique(offered.leader[several]):
        assert len(np.unique(good[offered.leader == leader])) == 1
