"""Episode arrangements in a run: what they move, what they leave alone, and that all sums agree."""

import numpy as np
import pytest
from cara_arms import ACOS, ALL_COUNT, ARMS, SIMPLE, lived, scenario
from worlds import NO_ACO, aco, lived_through, scenario_of

from sim.kernels.codes import Episode, EpisodeSum
from sim.kernels.tally import Asked
from sim.ledger import Mechanism, Party
from sim.model import LeadModel
from sim.outcomes.cara import CARA_BY_KIND
from sim.outcomes.registry import BY_NAME, VARIABLES
from sim.population.health import specialty_of_episodes
from sim.replicate import simulate
from sim.settlement.cara_year import split_cents

YEARS = range(2027, 2031)
ALPHA, BETA, GAMMA = range(3)


def outcomes(arm):
    return lived().models[arm].outcomes


def test_there_are_none_before_2028_and_only_for_what_is_agreed():
    contracts = outcomes("arranged")["cara_contracts"]
    assert not contracts[:, 0].any()
    assert not contracts[[BETA, GAMMA]].any()
    kinds = np.flatnonzero(contracts[ALPHA].sum(axis=0))
    agreed = {"KNEE", "HIP_AR", "CATARACT", "COLON", "PCI", "HF_", "AMI", "SEPSIS", "DIABETES"}
    names = [Episode(kind).name for kind in kinds]
    assert all(any(name.startswith(one) for one in agreed) for name in names)
    assert {"HIP_FRACTURE", "COPD_INPATIENT"}.isdisjoint(names)
    assert len(names) >= 7


def test_gross_savings_differ_by_exactly_the_payments():
    plain, arranged = outcomes("plain"), outcomes("arranged")
    paid = arranged["cara_payments"]
    assert (paid[ALPHA, 1:] != 0).all()
    assert np.array_equal(plain["gross_savings"] - arranged["gross_savings"], paid)
    assert np.array_equal(arranged["bridge_cara"], -paid)
    for name in (name for name in BY_NAME if name.startswith("gross_savings_guard_")):
        assert np.array_equal(plain[name] - arranged[name], paid)


def test_nothing_but_savings_and_what_follows_them_changes():
    moved = {
        "gross_savings", "bridge_cara", "shared_savings", "sequestration", "settlement", "aco_cash_change",
        "distributions", "medicare_outlay", "medicare_net_cost", "cara_payments", *CARA_BY_KIND,
        "bridge_sharing", "cash_low_point", "days_of_cash", "working_capital", "working_capital_interest",
    }  # fmt: skip
    plain, arranged = outcomes("plain"), outcomes("arranged")
    for name in (variable.name for variable in VARIABLES):
        if name not in moved and not name.startswith("gross_savings_guard_"):
            np.testing.assert_array_equal(plain[name], arranged[name], err_msg=name)


@pytest.mark.parametrize("arm", ["arranged", "owed"])
def test_a_contract_of_one_aco_changes_no_other_aco(arm):
    plain, arranged = outcomes("plain"), outcomes(arm)
    for variable in VARIABLES:
        if variable.dims[0] == "aco" and variable.name not in CARA_BY_KIND:
            others = plain[variable.name][BETA:], arranged[variable.name][BETA:]
            assert others[0].tobytes() == others[1].tobytes(), variable.name


def test_sums_over_episodes_specialists_and_acos_agree_to_the_cent():
    for arm in ("arranged", "owed", "all"):
        model = lived().models[arm]
        book, kinds = model.ledger, model.outcomes
        to_specialists = book.net(Party.PREFERRED)
        assert to_specialists == book.net(Party.PREFERRED, Mechanism.CARA) != 0
        assert to_specialists == int(model.specialists.store["cara_cents"].sum())
        assert to_specialists == int(kinds["cara_payments"].sum())
        for name, column in (("episodes", "episodes"), ("cost", "cost_cents"), ("target", "target_cents")):
            by_specialist = model.specialists.store[f"cara_{column}"]
            assert int(by_specialist.sum()) == int(outcomes(arm)[f"cara_{name}"].sum()) > 0
        balances = book.balances()
        assert sum(balance.net for balance in balances.values()) == 0
        for year in YEARS:
            net = book.net_by_aco(Party.PREFERRED, year=year)
            assert np.array_equal(net, kinds["cara_payments"][:, year - 2027])


def test_what_is_paid_is_what_contracts_earn_less_what_is_collected():
    paid, owed = (outcomes("arranged")[f"cara_{name}"][ALPHA, 1:] for name in ("paid", "owed"))
    collected = np.where(np.arange(len(Episode)) == Episode.CATARACT, 0.5, 1.0)
    expected = (paid - collected * owed).sum(axis=-1)
    np.testing.assert_allclose(outcomes("arranged")["cara_payments"][ALPHA, 1:], expected, atol=len(Episode))


def test_an_arrangement_counts_once_before_or_after_the_corridors():
    plain, arranged, owed = outcomes("plain"), outcomes("arranged"), outcomes("owed")
    assert np.array_equal(arranged["cara_payments"], owed["cara_payments"])
    assert not arranged["cara_settled"].any()
    assert not owed["bridge_cara"].any()
    assert np.array_equal(owed["cara_settled"], -owed["cara_payments"])
    for name in ("gross_savings", "shared_savings", "settlement", "medicare_outlay"):
        assert np.array_equal(plain[name], owed[name])
    for arm in (arranged, owed):
        income = arm["settlement"] + arm["admin_add_on"] + arm["high_performers_pool"]
        income = income + arm["cara_settled"]
        spent = arm["care_management_cost"] + arm["distributions"]
        assert np.array_equal(arm["aco_cash_change"], income - spent)
    for model in (lived().models["arranged"], lived().models["owed"]):
        assert [aco.cash_cents for aco in model.acos] == model.outcomes["aco_cash_change"].sum(
            axis=1
        ).tolist()


def test_a_term_of_an_acos_own_takes_the_place_of_the_arms():
    contracts = outcomes("all")["cara_contracts"]
    assert (contracts[:, 1, Episode.CATARACT] > 0).all()
    assert not contracts[BETA, 2:].any()
    assert (contracts[[ALPHA, GAMMA], 2:, Episode.CATARACT] > 0).all()


def one(contract, acos=ACOS[:1], years=2029, **changes):
    """Return alpha's outcomes of the last year where all have one contract; alpha is alone by default."""
    terms = {"least_episodes": 1, "quality": 1, **contract}
    arms = NO_ACO | {"lead": {"program": "lead", "cara": [terms], **changes}}
    found = simulate(scenario_of(*acos, seed=3, last_py=years, arms=arms), 0)
    return {name: values[1, 0, -1] for name, values in found.items() if name.startswith("cara_")}


def test_every_episode_of_an_aco_is_one_specialists():
    found = one({"episodes": ["cataract", "low_back_pain"]}, values={"cara": ALL_COUNT})
    scene = scenario_of(ACOS[0], seed=3, last_py=2029, arms=NO_ACO | {"lead": {"program": "lead"}})
    model = LeadModel(scene, "lead")
    for _ in scene.years:
        model.step()
    own = model.practice_aco() == 0
    sums = model.history[2029].episodes[: len(own)][own].sum(axis=0)
    for kind in (Episode.CATARACT, Episode.LOW_BACK_PAIN):
        # A procedure's cost is all that counts in its episode, but for rounding.
        count, cost = sums[kind, [EpisodeSum.COUNT, EpisodeSum.COST]].tolist()
        assert found["cara_episodes"][kind] == count > 0
        assert found["cara_cost"][kind] == pytest.approx(cost, abs=count)


def test_who_leads_an_episode_makes_it_cost_what_its_efficiency_is():
    arms = NO_ACO | {"lead": {"program": "lead", "cara": [{"episodes": ["hf_chronic"], "least_episodes": 1}]}}
    scene = scenario_of(*ACOS[:2], seed=3, last_py=2028, arms=arms)
    found = []
    for factor in (1.0, 1.1):
        model = LeadModel(scene, "lead")
        model.step()
        cardiology = specialty_of_episodes(model.world.evidence)[Episode.HF_CHRONIC]
        dearer = int(model.world.providers.specialists.by_specialty[0, cardiology, 0])
        model.specialists.store["efficiency"][dearer] *= factor
        model.step()
        found.append(model.settlement.cara.years[2028])
    usual, changed = found
    mine = usual.specialist == dearer
    assert mine.any()
    assert (~mine).any()
    for name in ("specialist", "episodes", "target"):
        assert np.array_equal(getattr(usual, name), getattr(changed, name))
    # Its own episodes cost a tenth more than others, whose practices feel little of it.
    own, others = (changed.cost[rows].sum() / usual.cost[rows].sum() for rows in (mine, ~mine))
    assert own / others == pytest.approx(1.1, abs=0.02)
    assert 0.95 < others < 1.05


def test_a_price_moves_what_is_paid_and_nothing_of_what_is_done():
    kind = Episode.CATARACT
    usual, cheap, ratio, flexible = (
        one({"episodes": ["cataract"], "reconciled": "pooled", **terms})
        for terms in (
            {"discount": 0.0},
            {"discount": "10 %"},
            {"discount": 0.0, "base_ratio": 1.2},
            {"discount": 0.0, "approach": "max_flex", "days_after": 45},
        )
    )
    assert usual["cara_cost"][kind] == cheap["cara_cost"][kind]
    assert cheap["cara_target"][kind] == pytest.approx(0.9 * usual["cara_target"][kind], abs=1)
    assert ratio["cara_target"][kind] == pytest.approx(1.2 * usual["cara_target"][kind], abs=1)
    # 60 days before and 45 instead of 90 after: a quarter of the cost is outside of the procedure.
    shorter = 0.75 + 0.25 * 105 / 150
    refused = flexible["cara_cost"][kind] == usual["cara_cost"][kind]
    assert refused or flexible["cara_cost"][kind] == pytest.approx(shorter * usual["cara_cost"][kind], abs=1)
    for found in (usual, cheap, ratio):
        gross = int(found["cara_target"][kind]) - int(found["cara_cost"][kind])
        expected = gross if gross > 0 else 0.9 * gross
        assert found["cara_paid"][kind] - found["cara_owed"][kind] == pytest.approx(expected, abs=1)


def test_cms_may_refuse_changes_of_an_episode():
    changed = {"episodes": ["hf_inpatient", "cataract"], "approach": "max_flex", "days_after": 30}
    refused = one(changed, values={"cara": {"review_refused": 1.0}})
    usual = one({"episodes": ["cataract"]})
    assert refused["cara_contracts"][Episode.HF_INPATIENT] == 0
    assert refused["cara_cost"][Episode.CATARACT] == usual["cara_cost"][Episode.CATARACT]
    granted = one(changed, values={"cara": {"review_refused": 0.0}})
    assert granted["cara_episodes"][Episode.HF_INPATIENT] > 0
    assert granted["cara_cost"][Episode.CATARACT] < usual["cara_cost"][Episode.CATARACT]


def test_few_episodes_are_not_reconciled():
    found = one({"episodes": ["cataract"], "least_episodes": 1000})
    assert found["cara_contracts"][Episode.CATARACT] == found["cara_episodes"][Episode.CATARACT] == 0
    assert found["cara_payments"] == 0


def test_exclusive_episodes_are_those_that_nothing_goes_before():
    kinds = {"episodes": ["cataract", "sepsis", "diabetes_chronic"]}
    each, exclusive = one(kinds), one({**kinds, "overlap": "exclusive"})
    for name in ("episodes", "cost"):
        all_of, first = each[f"cara_{name}"], exclusive[f"cara_{name}"]
        assert first[Episode.CATARACT] == all_of[Episode.CATARACT]
        assert 0 < first[Episode.DIABETES_CHRONIC] < all_of[Episode.DIABETES_CHRONIC]
        assert 0 < first[Episode.SEPSIS] <= all_of[Episode.SEPSIS]


def test_fewer_specialists_have_fewer_episodes():
    found = [
        one({"episodes": ["hf_chronic"], "specialists": number}, acos=ACOS[:2]) for number in (1, 2, 100)
    ]
    episodes = [year["cara_episodes"][Episode.HF_CHRONIC] for year in found]
    contracts = [year["cara_contracts"][Episode.HF_CHRONIC] for year in found]
    assert contracts == [1, min(2, contracts[2]), contracts[2]]
    assert (np.diff(episodes) > 0).tolist() == (np.diff(contracts) > 0).tolist()
    assert contracts[2] > 1


def test_years_outside_of_lead_and_years_without_episodes_settle_nothing():
    arms = {
        "moves": {"program": "lead", "cara": SIMPLE, "since": {"2029": {"program": "mssp"}}},
        "sits_out": {"program": "lead", "cara": SIMPLE, "since": {"2029": {"program": "none"}}},
        "rare": {"program": "lead", "cara": [{"episodes": ["cabg"], "specialists": 1}]},
    }
    scene = scenario_of(aco("tiny", 60), seed=3, last_py=2029, arms=NO_ACO | arms)
    found = simulate(scene, 0)["cara_episodes"][1:, 0]
    assert not np.nan_to_num(found[:2, 2]).any()
    assert not found[2].any()
    model = LeadModel(scene, "moves")
    assert [asked(model, year).episodes for year in scene.years] == [False, True, False]


def asked(model: LeadModel, year: int) -> Asked:
    """Return what an arm asks for in a year if all its ACOs are in."""
    office, everybody = model.settlement, np.ones(len(model.acos), dtype=bool)
    return office.asks(year, office.contracts(year), everybody, model.world.providers.aco)


def test_nobody_who_has_none_asks_for_episodes_by_specialist():
    made = scenario()
    for arm in ARMS:
        wanted = [asked(lived().models[arm], year) for year in made.years]
        arranged = arm in ("arranged", "owed", "all")
        assert [any(one.listed) for one in wanted] == [False, *[arranged] * 3]
        # Everybody's only where prices rest on them, which those of CMS do not.
        assert [one.referred for one in wanted] == [arm in ("arranged", "owed")] * 4
        assert all(tally.referred.size == 0 for tally in lived().models[arm].history.values())


def test_an_arm_alone_gives_what_it_gives_among_others():
    for arm in ("arranged", "all"):
        model = LeadModel(scenario(), arm)
        for _ in scenario().years:
            model.step()
        for name, values in outcomes(arm).items():
            assert values.tobytes() == model.outcomes[name].tobytes(), name


def test_threads_change_nothing():
    found = simulate(scenario(), 0, threads=2)
    for place, arm in enumerate(ARMS):
        for name, values in found.items():
            assert values[place].tobytes() == outcomes(arm)[name].tobytes(), name


def test_parts_of_a_group_add_up_to_the_last_cent():
    amount = np.array([100, -7, 0])
    contract = np.array([1, 0, 0, 1, 0, 2])
    parts = split_cents(amount, contract, np.array([1, 1, 1, 2, 0, 5]))
    assert np.bincount(contract, parts).tolist() == amount.tolist()
    assert parts[[0, 3]].tolist() == [-2, -5]
    assert abs(parts[1] - parts[2]) <= 1


def test_capitation_stop_loss_and_arrangements_count_in_one_expenditure():
    alone = {"program": "lead", "payments": ["tcc"], "stop_loss": True}
    arms = {**NO_ACO, "tcc": alone, "both": {**alone, "cara": SIMPLE}}
    little = scenario_of(*ACOS, seed=3, last_py=2028, arms=arms)
    made = lived_through(little)
    without, found = (made.models[arm].outcomes for arm in ("tcc", "both"))
    arranged = found["bridge_cara"]
    assert arranged[:, 1].any()
    assert found["bridge_capitation"].all()
    assert found["bridge_stop_loss"].any()
    np.testing.assert_array_equal(found["bridge_stop_loss"], without["bridge_stop_loss"])
    np.testing.assert_array_equal(found["bridge_capitation"], without["bridge_capitation"])
    np.testing.assert_array_equal(found["gross_savings"] - without["gross_savings"], arranged)
    less = found["expenditure"].sum(axis=1) - arranged
    np.testing.assert_array_equal(found["gross_savings"], found["benchmark"] - less)
    made.close()
