"""Home-based programmes and the Medicaid route in a run: whom they reach, what they cost, and whom not."""

from __future__ import annotations

import numpy as np
import pytest
from served_arms import lived, scenario

from sim.inputs.medicaid_terms import medicaid_terms
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import Cell
from sim.ledger import Mechanism, Party
from sim.ledger.imbalance import imbalances
from sim.outcomes.registry import BY_NAME
from sim.outcomes.served_variables import OF_SUMS

ALPHA, BETA, GAMMA = range(3)
NEEDY = [Cell.HN_CLAIMS, Cell.HN_VOLUNTARY]
# What an ACO's people live; benchmarks of its region follow what others there do.
LIVED = ("person_months", "expenditure", "true_savings", "stays", "readmissions", "snf_days")


def out(arm):
    return lived().models[arm].outcomes


def evidence(arm="home"):
    return scenario().evidence(arm)


def assert_same(left, right, at=slice(None)):
    for name, values in out(left).items():
        rows = at if "aco" in BY_NAME[name].dims else slice(None)
        if "aco" in BY_NAME[name].dims or at == slice(None):
            np.testing.assert_array_equal(values[rows], out(right)[name][rows], err_msg=name)


@pytest.mark.parametrize(("arm", "same"), [("off", "plain"), ("unallied", "plain")])
def test_what_is_not_elected_changes_nothing(arm, same):
    assert_same(arm, same)
    for name in (*OF_SUMS, "home_care_cost", "dual_incentive"):
        assert not out(arm)[name].any()
    booked = lived().models[arm].ledger.entries["mechanism"]
    assert not np.isin(booked, [int(Mechanism.HOME_CARE), int(Mechanism.DUAL_INCENTIVE)]).any()


def test_a_declined_programme_takes_the_average_one_away():
    assert_same("average_off", "plain")
    cost = out("average")["care_management_cost"] - out("plain")["care_management_cost"]
    assert (cost > 0).all()


def test_the_share_enrolled_of_those_it_is_open_to():
    people = {arm: out(arm)["home_care_months"].sum() for arm in ("home", "few", "homebound", "after_stay")}
    needy = out("plain")["person_months"][:, NEEDY].sum()
    # High Needs months of the year itself are not enrolled before the next January.
    assert 0.6 * needy < people["home"] < 0.9 * needy
    assert people["few"] / people["home"] == pytest.approx(4 / 9, abs=0.05)
    assert 0 < people["homebound"] < 0.5 * people["home"]
    assert 0 < people["after_stay"] < 0.6 * people["home"]
    for arm in ("homebound", "after_stay"):
        assert (out(arm)["home_care_people"] <= out("home")["home_care_people"]).all()


def test_people_leave_by_death_and_moves():
    this = out("home")
    left = this["home_care_deaths"] + this["home_care_moved"]
    assert (this["home_care_deaths"] > 0).all()
    assert (left < this["home_care_people"]).all()
    short = 12 * this["home_care_people"] - this["home_care_months"]
    assert ((short > 0) & (short <= 12 * left)).all()


def test_it_saves_what_it_says_to_the_cent():
    saved = out("home")["expenditure"].sum(axis=1) - out("plain")["expenditure"].sum(axis=1)
    # Some spending is left out of expenditure in LEAD's first years; true savings have all of it.
    truly = out("home")["true_savings"].sum(axis=1) - out("plain")["true_savings"].sum(axis=1)
    np.testing.assert_array_equal(truly, out("home")["home_care_saved"])
    assert (np.abs(saved) <= np.abs(truly) + 1).all()
    fewer = out("plain")["stays"] - out("home")["stays"]
    np.testing.assert_array_equal(fewer, out("home")["home_care_stays_spared"])


def test_without_an_effect_it_costs_and_changes_no_care():
    for name in LIVED:
        np.testing.assert_array_equal(out("no_effect")[name], out("no_effect_off")[name], err_msg=name)
    assert not out("no_effect")["home_care_saved"].any()
    assert (out("no_effect")["home_care_cost"] > 0).all()
    assert not out("no_effect")["home_care_ed_spared"].any()


def test_it_costs_so_much_a_person_month_evenly_over_the_year():
    book, this = lived().models["home"].ledger, out("home")
    growth = (1.0 + evidence().number("cost.inflation")) ** np.arange(1, 4)
    dollars = this["home_care_months"] * evidence().number("cost.high_needs") * growth
    np.testing.assert_array_equal(this["home_care_cost"], np.rint(100.0 * dollars))
    np.testing.assert_array_equal(this["care_management_cost"], out("plain")["care_management_cost"])
    monthly = -book.by_month(Party.ACO, Mechanism.HOME_CARE, year=2028)
    assert np.ptp(monthly[:, :12], axis=1).max() <= 1
    assert not monthly[:, 12:].any()
    np.testing.assert_array_equal(monthly.sum(axis=1), this["home_care_cost"][:, 1])
    year = lived().models["home"].aco_at(ALPHA).years[0]
    assert year.running_cost == this["home_care_cost"][ALPHA, 0] + this["care_management_cost"][ALPHA, 0]


def test_one_acos_programme_changes_no_other():
    assert_same("gamma", "plain", at=[ALPHA, BETA])
    for name in (*LIVED, *OF_SUMS):
        np.testing.assert_array_equal(out("gamma")[name][GAMMA], out("home")[name][GAMMA], err_msg=name)
    assert (out("gamma")["home_care_people"][GAMMA] > 0).all()


def test_it_begins_when_the_contract_says():
    for name, values in out("later").items():
        if "year" in BY_NAME[name].dims:
            along = BY_NAME[name].dims.index("year")
            plain = out("plain")[name].take(0, axis=along)
            np.testing.assert_array_equal(values.take(0, axis=along), plain, err_msg=name)
    for name in OF_SUMS:
        np.testing.assert_array_equal(out("later")[name][:, 1:], out("home")[name][:, 1:], err_msg=name)


def test_an_aco_of_another_program_may_have_one():
    assert (out("shared_savings")["home_care_people"] > 0).all()


def test_medicaid_aligns_people_whom_nothing_else_does():
    more = out("medicaid")["person_months"] - out("plain")["person_months"]
    people, months = (out("medicaid")[f"medicaid_aligned_{name}"] for name in ("people", "months"))
    # The route opens in 2028, in the partner state of alpha and beta alone, with cells of its own.
    assert not people[:, 0].any()
    assert not people[GAMMA].any()
    assert (people[: BETA + 1, 1:] > 0).all()
    np.testing.assert_array_equal(more.sum(axis=1), months)
    assert not more[:, [Cell.AD_CLAIMS, Cell.ESRD_CLAIMS, Cell.HN_CLAIMS]].any()
    assert (out("medicaid")["full_dual_months"][: BETA + 1, 1:] > months[: BETA + 1, 1:]).all()
    assert (out("medicaid")["benchmark"] != out("plain")["benchmark"])[: BETA + 1, 1:].all()
    assert (out("medicaid")["settlement"] != out("plain")["settlement"])[: BETA + 1, 1:].any()


def test_an_aco_outside_of_partner_states_is_not_concerned():
    assert_same("medicaid", "plain", at=[GAMMA])


def test_the_cells_that_medicaid_aligns_to():
    months = {arm: out(arm)["person_months"] for arm in ("plain", "medicaid", "claims")}
    np.testing.assert_array_equal(
        months["claims"][:, 3:] - months["plain"][:, 3:], np.zeros_like(months["plain"][:, 3:])
    )
    np.testing.assert_array_equal(months["claims"].sum(axis=1), months["medicaid"].sum(axis=1))
    changed = out("claims")["benchmark"] != out("medicaid")["benchmark"]
    assert changed[: BETA + 1, 1:].all()


def test_the_first_year_of_the_route():
    np.testing.assert_array_equal(
        out("late")["medicaid_aligned_people"][:, 2], out("medicaid")["medicaid_aligned_people"][:, 2]
    )
    assert not out("late")["medicaid_aligned_people"][:, :2].any()


def test_the_incentive_is_paid_by_medicare_outside_of_the_benchmark():
    this, without = out("paid"), out("medicaid")
    np.testing.assert_array_equal(this["dual_incentive"], 4_000 * this["full_dual_months"])
    assert (this["dual_incentive"][: BETA + 1, 1:] > 0).all()
    for name in ("benchmark", "gross_savings", "settlement", "expenditure"):
        np.testing.assert_array_equal(this[name], without[name])
    paid = this["medicare_outlay"] - without["medicare_outlay"]
    np.testing.assert_array_equal(paid, this["dual_incentive"].sum(axis=0))


def test_every_ledger_balances():
    for arm, model in lived().models.items():
        assert imbalances(model.ledger) == [], arm


def test_the_rules_of_the_route():
    assert not medicaid_terms(load_rulebook("lead-py2027"), 2030).open
    on = load_rulebook("lead-py2027", {"medicaid.alignment": "on"})
    assert [medicaid_terms(on, year).open for year in (2027, 2028)] == [False, True]
    assert medicaid_terms(on, 2028).voluntary_cells
    other = load_rulebook("lead-py2027", {"medicaid.cells": "claims", "medicaid.incentive": "25 USD/month"})
    assert not medicaid_terms(other, 2028).voluntary_cells
    assert medicaid_terms(other, 2028).incentive == 25.0
