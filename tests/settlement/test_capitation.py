"""Capitation in a run: what it does to expenditure and to cash, to the cent, and what it does not."""

from __future__ import annotations

import numpy as np
import pytest
from capitated_arms import ARMS, ELECTIONS, LAST_PY, lived
from little_world import ACOS, STATED
from worlds import NO_ACO, scenario_of

from sim.inputs.capitation_terms import capitation_terms
from sim.inputs.rulebook import load_rulebook
from sim.ledger import Mechanism, Party
from sim.ledger.codes import CAPITATION
from sim.policy.settlement import total_owed
from sim.replicate import Replicate

ALPHA, BETA, GAMMA = range(3)
FIRST = 2027
CAPITATED = [arm for arm in ELECTIONS if arm != "plain"]
SEQUESTERED = 0.98


def out(arm):
    return lived().models[arm].outcomes


def ledger(arm):
    return lived().models[arm].ledger


def months(arm, mechanism, year=FIRST, party=Party.ACO):
    return ledger(arm).by_month(party, mechanism, year=year)


@pytest.mark.parametrize("arm", CAPITATED)
def test_expenditure_changes_by_capitation_less_the_claims_it_replaces(arm):
    plain, this = out("plain"), out(arm)
    change = this["expenditure"].sum(axis=1) - plain["expenditure"].sum(axis=1)
    np.testing.assert_array_equal(change, this["capitation"] - this["claims_replaced"])
    np.testing.assert_array_equal(this["bridge_capitation"], -change)
    benchmark = "professional" if arm == "professional" else "plain"
    if arm != "professional":
        np.testing.assert_array_equal(this["benchmark"], out(benchmark)["benchmark"])
        np.testing.assert_array_equal(this["gross_savings"] - plain["gross_savings"], -change)
    np.testing.assert_array_equal(this["gross_savings"], this["benchmark"] - this["expenditure"].sum(axis=1))


@pytest.mark.parametrize("arm", ["enhanced", "some", "apo", "provisional"])
def test_advances_change_the_timing_of_cash_and_nothing_else(arm):
    base, this = out("base"), out(arm)
    timing = {
        "enhanced_pcc",
        "apo",
        "advances_settled",
        "provider_payments",
        "ffs_payments",
        "medicare_outlay",
    }
    timing |= {"cash_low_point", "days_of_cash", "working_capital", "working_capital_interest"}
    for name, values in this.items():
        if name not in timing | {"medicare_net_cost"}:
            np.testing.assert_array_equal(values, base[name], err_msg=name)
    assert (this["cash_low_point"] > base["cash_low_point"]).any()
    # What APO pays before, Medicare does not pay as claims: sequestration apart, which claims have too.
    np.testing.assert_array_equal(this["medicare_outlay"], base["medicare_outlay"])


def test_enhanced_pcc_is_lent_for_the_year_and_repaid_at_settlement():
    lent = months("enhanced", Mechanism.ENHANCED_PCC)
    assert (lent[:, :12] > 0).all()
    assert not lent[:, 12:21].any()
    np.testing.assert_array_equal(lent[:, 21], -lent[:, :12].sum(axis=1))
    assert not lent[:, 22:].any()
    early = months("provisional", Mechanism.ENHANCED_PCC)
    np.testing.assert_array_equal(early[:, 14], lent[:, 21])
    assert not early[:, 15:].any()
    # Seven percent with the base, and at least two; no more than is elected.
    base = months("enhanced", Mechanism.BASE_PCC)[:, :12].sum(axis=1) / SEQUESTERED
    rate = base / (base + lent[:, :12].sum(axis=1)) * 0.07
    assert (rate < 0.05).all()
    some = months("some", Mechanism.ENHANCED_PCC)[:, :12].sum(axis=1)
    np.testing.assert_allclose(some * (0.07 - rate) / 0.015, lent[:, :12].sum(axis=1), rtol=1e-6)


@pytest.mark.parametrize("arm", CAPITATED)
def test_capitation_ends_up_at_what_is_due_after_sequestration(arm):
    for year in (2027, 2028):
        paid = sum(
            ledger(arm).net_by_aco(Party.ACO, mechanism, year=year)
            for mechanism in (Mechanism.BASE_PCC, Mechanism.TCC, Mechanism.NPCC)
        )
        due = out(arm)["capitation"][:, year - FIRST]
        np.testing.assert_allclose(paid, SEQUESTERED * due, rtol=0, atol=2)


def test_apo_ends_up_at_the_claims_it_stands_for():
    model = lived().models["apo"]
    advance, final = months("apo", Mechanism.APO)[:, :12], months("apo", Mechanism.APO)[:, 21]
    assert (advance > 0).all()
    assert (final != 0).all()
    reduced = ledger("apo").net_by_aco(Party.MEDICARE, Mechanism.FEE_REDUCTION, year=FIRST)
    by_pcc = np.rint(SEQUESTERED * model.outcomes["claims_replaced"][:, 0])
    np.testing.assert_allclose(advance.sum(axis=1) + final, reduced - by_pcc, rtol=0, atol=2)


@pytest.mark.parametrize("arm", CAPITATED)
def test_providers_are_left_as_they_were(arm):
    """With all fees passed on, providers are paid in sum and time as without capitation."""
    plain = out("plain")["ffs_payments"]
    np.testing.assert_array_equal(out(arm)["ffs_payments"] + out(arm)["provider_payments"].sum(axis=0), plain)
    reductions = months(arm, Mechanism.FEE_REDUCTION, party=Party.MEDICARE)
    np.testing.assert_array_equal(months(arm, Mechanism.PROVIDER_PAYMENT), -reductions)
    assert (reductions >= 0).all()


@pytest.mark.parametrize("arm", CAPITATED)
def test_medicares_net_is_minus_everybody_elses(arm):
    book = ledger(arm)
    for year in (2027, 2028):
        balances = book.balances(year)
        others = sum(balance.net for party, balance in balances.items() if party != Party.MEDICARE)
        assert balances[Party.MEDICARE].net == -others
        assert out(arm)["medicare_outlay"][year - FIRST] == -balances[Party.MEDICARE].net
        paid = sum(
            out(arm)[name].sum(axis=0)[year - FIRST]
            for name in (
                "settlement",
                "admin_add_on",
                "high_performers_pool",
                "base_pcc",
                "tcc",
                "npcc",
                "advances_settled",
            )
        )
        assert out(arm)["medicare_outlay"][year - FIRST] == out(arm)["ffs_payments"][year - FIRST] + paid
    by_month = [book.by_month(party) for party in Party]
    assert not sum(by_month).any()


@pytest.mark.parametrize("arm", ELECTIONS)
def test_the_acos_cash_adds_up(arm):
    this = out(arm)
    gained = (
        this["settlement"] + this["admin_add_on"] + this["high_performers_pool"] + this["capitation_gain"]
    )
    spent = this["care_management_cost"] + this["distributions"]
    np.testing.assert_array_equal(this["aco_cash_change"], gained - spent)
    kept = (
        this["base_pcc"] + this["tcc"] + this["npcc"] + this["advances_settled"] - this["provider_payments"]
    )
    np.testing.assert_array_equal(this["capitation_gain"], kept)
    cash = [aco.cash_cents for aco in lived().models[arm].acos]
    assert cash == this["aco_cash_change"].sum(axis=1).tolist()
    assert (this["capitation_gain"] != 0).all() == (arm not in ("plain", "mixed"))


def test_who_elects_nothing_is_paid_nothing():
    for name in ("capitation", "claims_replaced", "base_pcc", "enhanced_pcc", "provider_payments"):
        assert not out("plain")[name].any()
    mixed = out("mixed")
    assert mixed["capitation"][GAMMA, 0] == 0
    assert mixed["capitation"][GAMMA, 1] > 0
    for name, values in mixed.items():
        if values.ndim > 1 and values.size and name not in ("days_of_cash",):
            np.testing.assert_array_equal(
                values[GAMMA, ..., 0], out("plain")[name][GAMMA, ..., 0], err_msg=name
            )
    assert mixed["tcc"][BETA, 0] == out("tcc")["tcc"][BETA, 0]
    assert mixed["base_pcc"][ALPHA, 0] == out("base")["base_pcc"][ALPHA, 0]


def test_fee_reductions_scale_what_is_paid_and_what_is_replaced():
    base, half = out("base"), out("half")
    for name in ("capitation", "claims_replaced", "base_pcc"):
        np.testing.assert_allclose(half[name], base[name] / 2, rtol=1e-6)
    narrow, wide = out("tcc"), out("tcc_wide")
    assert (wide["capitation"] > 1.2 * narrow["capitation"]).all()
    assert (narrow["capitation"] > base["capitation"]).all()


def test_rates_differ_by_what_acos_patients_needed_of_primary_care():
    rates = out("base")["capitation"] / out("base")["benchmark"]
    assert (rates > 0.01).all()
    assert (rates < 0.033).all()
    # High Needs people see more of hospitals: primary care is less of what they cost.
    assert (rates[GAMMA] < 0.8 * rates[ALPHA]).all()


def test_provisional_settlement_comes_first_and_the_final_one_pays_the_difference():
    early, late = (months(arm, Mechanism.SETTLEMENT) for arm in ("provisional", "enhanced"))
    assert (early[:, 14] != 0).all()
    np.testing.assert_array_equal(early[:, 14] + early[:, 21], late[:, 21])
    assert not np.delete(early, [14, 21], axis=1).any()
    # It sees nearly all claims, completed, but no quality score and no later true-up.
    benchmark = out("enhanced")["benchmark"][:, 0]
    assert (np.abs(early[:, 14] - late[:, 21]) < 0.06 * benchmark).all()


def test_monthly_payments_go_by_people_and_vintage():
    paid = months("base", Mechanism.BASE_PCC)[:, :12]
    model = lived().models["base"]
    people = np.zeros((3, 12))
    here = model.world.providers.aco >= 0
    np.add.at(
        people,
        model.world.providers.aco[here],
        model.history[FIRST].monthly[: model.world.n_practices][here][..., 0].sum(axis=1),
    )
    each = paid / people[:, [0, *range(11)]]
    # The preliminary benchmark holds until May; people of a category change little within it.
    np.testing.assert_allclose(each[:, 1:5], each[:, :1].repeat(4, axis=1), rtol=0.03)
    assert (paid[:, 11] < paid[:, 0] * 1.2).all()


def alone(arm, **changes):
    """Return an arm by itself, lived to the end, with some of its terms changed."""
    by_itself = scenario_of(*ACOS, arms=NO_ACO | {arm: ARMS[arm] | changes}, last_py=LAST_PY, **STATED)
    made = Replicate(by_itself, 0)
    for _ in by_itself.years:
        made.step()
    return made.models[arm]


def test_months_of_claims_are_asked_for_only_where_somebody_elects_them():
    assert lived().models["base"].asked.monthly
    assert not lived().models["plain"].asked.monthly
    assert alone("plain").history[FIRST].monthly.size == 0


# Each switch of the rulebook lead-py2027 with another value, an arm in which it acts, and what it changes.
SWITCHES = [
    ("capitation.base_rate", "stated", "base", "capitation"),
    ("capitation.benchmark", "before_discount", "base", "capitation"),
    ("capitation.quality_earned", "80 %", "base", "capitation"),
    ("capitation.target", "6 %", "enhanced", "enhanced_pcc"),
    ("capitation.enhanced_floor", "6 %", "enhanced", "enhanced_pcc"),
    ("capitation.enhanced_repaid", "50 %", "enhanced", "advances_settled"),
    ("capitation.participant_reduction", "80 %", "base", "capitation"),
    ("capitation.leakage_withhold", "10 %", "tcc", "capitation"),
    ("capitation.vintage_months", [4, 7, 10], "enhanced", "enhanced_pcc"),
    ("capitation.vintage_known", [0, 0.5, 0.7, 1.0], "enhanced", "enhanced_pcc"),
    ("capitation.rates_known", [0, 0, 0, 0], "base", "capitation"),
    ("capitation.eligibility_lag", 3, "enhanced", "enhanced_pcc"),
    ("capitation.sequestered", False, "base", "base_pcc"),
    ("capitation.enhanced_sequestered", True, "enhanced", "enhanced_pcc"),
    ("calendar.completion", 1.2, "provisional", "cash_low_point"),
    ("calendar.provisional_lag", 8, "provisional", "cash_low_point"),
    ("calendar.provisional_share", "50 %", "provisional", "cash_low_point"),
    ("calendar.provisional_months", 6, "provisional", "cash_low_point"),
    ("calendar.final_lag", 4, "plain", "cash_low_point"),
]


@pytest.mark.parametrize(("key", "value", "arm", "name"), SWITCHES, ids=[row[0] for row in SWITCHES])
def test_each_switch_acts(key, value, arm, name):
    assert key in load_rulebook("lead-py2027")
    changed = alone(arm, values={key: value}).outcomes
    assert (changed[name] != out(arm)[name]).any()
    np.testing.assert_array_equal(changed["benchmark"], out(arm)["benchmark"])


def test_an_add_on_by_month_is_the_same_money_earlier():
    values = {"add_on.paid": "monthly"}
    monthly, at_last = alone("plain", values=values), lived().models["plain"]
    timing = {"cash_low_point", "days_of_cash", "working_capital", "working_capital_interest"}
    for name, found in monthly.outcomes.items():
        if name not in timing:
            np.testing.assert_array_equal(found, at_last.outcomes[name], err_msg=name)
    add_on = monthly.outcomes["admin_add_on"]
    assert add_on.any()
    paid, late = (
        model.ledger.by_month(Party.ACO, Mechanism.ADMIN_ADD_ON, year=FIRST) for model in (monthly, at_last)
    )
    np.testing.assert_allclose(paid[:, :12], add_on[:, :1] / 12 * np.ones(12), atol=1)
    np.testing.assert_array_equal(paid.sum(axis=1), add_on[:, 0])
    assert not paid[:, 12:].any()
    np.testing.assert_array_equal(late[:, 21], add_on[:, 0])
    gets = add_on[:, 0] > 0
    assert (monthly.outcomes["cash_low_point"] > at_last.outcomes["cash_low_point"])[gets].all()


def test_a_stated_rate_is_one_for_all():
    model = alone("half", values={"capitation.base_rate": "stated"})
    assert capitation_terms(model.rulebook, FIRST).stated_rate == 0.03164
    this = model.outcomes
    # Of the benchmark before quality: half of the fees, half of the rate.
    most = this["benchmark_before_discount"][:, 0]
    share = this["capitation"][:, 0] / most
    np.testing.assert_allclose(share, 0.03164 / 2 * 0.97 * 0.97, rtol=0.02)


def test_capitation_is_every_mechanism_by_which_medicare_pays_instead_of_claims():
    assert [mechanism.name.lower() for mechanism in CAPITATION] == [
        "base_pcc",
        "enhanced_pcc",
        "tcc",
        "npcc",
        "apo",
    ]


@pytest.mark.parametrize("arm", ["enhanced", "apo", "tcc_wide"])
def test_final_settlement_nets_every_line(arm):
    """Owed: shared savings, less enhanced PCC, APO and capitation trued up, with the add-on and the pool."""
    this, book = out(arm), ledger(arm)
    in_year = {one: months(arm, one)[:, :12].sum(axis=1) for one in CAPITATION}
    due = {one: book.net_by_aco(Party.ACO, one, year=FIRST) for one in CAPITATION}
    trued = sum(due[one] - in_year[one] for one in CAPITATION if one.name in ("BASE_PCC", "TCC", "NPCC"))
    owed = total_owed(
        this["settlement"][:, 0],
        enhanced_pcc=in_year[Mechanism.ENHANCED_PCC],
        apo_true_up=due[Mechanism.APO] - in_year[Mechanism.APO],
        high_performers=this["high_performers_pool"][:, 0],
    )
    found = -book.by_month(Party.MEDICARE, year=FIRST)[:, 21]
    fees = book.by_month(Party.MEDICARE, Mechanism.FEE_FOR_SERVICE, Mechanism.FEE_REDUCTION, year=FIRST)
    np.testing.assert_array_equal(found + fees[:, 21], owed + trued + this["admin_add_on"][:, 0])
