"""Falls prevention and benefits in a run: what they change, who pays, and that all sums agree."""

import numpy as np
import pytest
from offered_arms import LAST_PY, lived, scenario
from worlds import NO_ACO, aco, lived_through, scenario_of

from sim.kernels.codes import Sum
from sim.ledger import Mechanism, Party
from sim.outcomes.benefit_variables import BENEFIT_MONEY, FALLS_VARIABLES, PAID_FOR_PEOPLE
from sim.outcomes.registry import VARIABLES
from sim.policy.falls import home_modification

YEARS = range(2027, LAST_PY + 1)
ALPHA, BETA, GAMMA = range(3)


def outcomes(arm):
    return lived().models[arm].outcomes


def care(arm, year):
    return lived().models[arm].history[year].care.sum(axis=(0, 1))


def differing(arm, other):
    """Return the variables in which two arms differ."""
    ours, theirs = outcomes(arm), outcomes(other)
    return {one.name for one in VARIABLES if ours[one.name].tobytes() != theirs[one.name].tobytes()}


def test_nothing_elected_is_as_if_there_were_none():
    assert differing("plain", "nothing") == set()
    for one in (*FALLS_VARIABLES[3:], *BENEFIT_MONEY):
        assert not outcomes("plain")[one.name].any(), one.name
    assert outcomes("plain")["fall_stays"].sum() > 0


@pytest.mark.parametrize("arm", ["falls", "one", "later", "hazard"])
def test_spending_falls_by_exactly_what_the_averted_falls_would_have_cost(arm):
    """Nothing else follows: who is spared a fall lives on as if it had been."""
    averted = 0
    for year in YEARS:
        before, after = care("plain", year), care(arm, year)
        assert before[Sum.SPEND] - after[Sum.SPEND] == after[Sum.AVERTED_SPEND]
        assert before[Sum.FALL_STAYS] - after[Sum.FALL_STAYS] == after[Sum.AVERTED_STAYS]
        assert before[Sum.FALL_ED_VISITS] - after[Sum.FALL_ED_VISITS] == after[Sum.AVERTED_ED_VISITS]
        assert before[Sum.ED_VISITS] - after[Sum.ED_VISITS] == after[Sum.AVERTED_ED_VISITS]
        assert before[Sum.PQEM_VISITS] == after[Sum.PQEM_VISITS]
        averted += after[Sum.AVERTED_STAYS]
    assert averted > 0


def test_true_savings_are_what_is_averted_of_each_aco():
    plain, falls = outcomes("plain"), outcomes("falls")
    saved = (falls["true_savings"] - plain["true_savings"]).sum(axis=1)
    assert np.array_equal(saved, falls["fall_spending_averted"])


def test_a_course_is_had_once_and_protects_for_as_long_as_it_lasts():
    people = lived().models["falls"].people
    had = people.falls_course > 0
    begun = sum(care("falls", year)[Sum.FALLS_COURSES] for year in YEARS)
    assert had.sum() == begun > 100
    assert set(people.falls_course[had].tolist()) == {27, 28, 29}
    # A course lasts three years: nobody's has ended, so that all who still live here are protected.
    here = had & (people.months > 0)
    assert care("falls", LAST_PY)[Sum.FALLS_PROTECTED] == here.sum()
    assert (LAST_PY - people.birth_year[had] >= 65).all()
    assert not lived().models["plain"].people.falls_course.any()
    assert set(lived().models["later"].people.falls_course.tolist()) == {0, 28, 29}


def test_the_offer_of_one_aco_changes_nobody_elsewhere():
    """Beta shares alpha's market, gamma is in another; what follows from the nation all feel a little."""
    plain, one = outcomes("plain"), outcomes("one")
    for name in ("expenditure", "person_months", "risk_score", "stays", "fall_stays", "measured_quality"):
        assert np.array_equal(plain[name][GAMMA], one[name][GAMMA]), name
    assert (one["falls_courses"][[BETA, GAMMA]] == 0).all()
    assert (one["falls_courses"][ALPHA] > 0).all()


def test_the_cost_is_courses_times_visits_and_changes_to_the_home():
    falls = outcomes("falls")
    home = float(home_modification(900.0, spread=1.0, limit=2500.0))
    each = round(100 * (10 * 130 + home))
    assert np.array_equal(falls["falls_prevention_cost"], (falls["falls_courses"] * each).astype(np.int64))
    stated = outcomes("professional")
    home = float(home_modification(5000.0, spread=1.0, limit=2500.0))
    each = round(100 * (10 * 130 + home))
    assert np.array_equal(stated["falls_prevention_cost"], (stated["falls_courses"] * each).astype(np.int64))


def test_who_pays_changes_cash_and_outlay_and_nothing_else():
    aco, medicare = outcomes("falls"), outcomes("medicare")
    cost = aco["falls_prevention_cost"]
    assert np.array_equal(aco["falls_prevention_paid"], cost)
    assert np.array_equal(medicare["falls_prevention_medicare"], cost)
    assert np.array_equal(medicare["aco_cash_change"] - aco["aco_cash_change"], cost)
    assert np.array_equal(medicare["medicare_outlay"] - aco["medicare_outlay"], cost.sum(axis=0))
    cash = {"cash_low_point", "days_of_cash", "working_capital", "working_capital_interest"}
    payer = {"falls_prevention_paid", "falls_prevention_medicare"}
    moved = {"aco_cash_change", "medicare_outlay", "medicare_net_cost"}
    assert differing("falls", "medicare") == cash | payer | moved


@pytest.mark.parametrize(("arm", "other"), [("counted", "medicare"), ("both", "counted")])
def test_what_counts_as_expenditure_lowers_savings_to_the_cent(arm, other):
    ours, theirs = outcomes(arm), outcomes(other)
    counted = -(ours["bridge_falls"] + ours["bridge_cara"])
    counted = counted + theirs["bridge_falls"] + theirs["bridge_cara"]
    assert counted.any()
    assert np.array_equal(theirs["gross_savings"] - ours["gross_savings"], counted)
    assert np.array_equal(ours["bridge_falls"], -ours["falls_prevention_cost"])
    assert np.array_equal(ours["bridge_cara"] + ours["cara_payments"], np.zeros_like(counted))


def test_money_goes_month_by_month_to_suppliers_and_to_beneficiaries():
    book = lived().models["falls"].ledger
    for year in YEARS:
        by_month = book.by_month(Party.ACO, Mechanism.FALLS_PREVENTION, year=year)[:, :12]
        assert (by_month < 0).all()
        assert np.ptp(by_month, axis=1).max() <= 1
        assert book.net(Party.SUPPLIERS, Mechanism.FALLS_PREVENTION, year=year) == -by_month.sum()
    book = lived().models["benefits"].ledger
    paid = sum(int(outcomes("benefits")[name].sum()) for name in PAID_FOR_PEOPLE[1:])
    assert sum(book.net(Party.BENEFICIARIES, year=year) for year in YEARS) == paid > 0


def test_benefits_cost_what_those_who_use_them_cost():
    found = outcomes("benefits")
    years = found["person_months"].sum(axis=1) / 12.0
    uses = scenario().evidences["benefits"].number("benefits.uptake")
    expected = {
        "prevention_reward": years * 0.2 * 75.0,
        "substance_access": years * uses * 500.0,
        "benefit_enhancements": years * (0.3 * 144.0 + 0.02 * 50.0),
    }
    for name, dollars in expected.items():
        cents = found[name]
        np.testing.assert_allclose(cents[[ALPHA, GAMMA]], 100.0 * dollars[[ALPHA, GAMMA]], atol=1.0)
        assert not cents[BETA].any()
    # The Part D premium buy-down begins in 2029.
    assert not found["part_d_premium"][:, :2].any()
    np.testing.assert_allclose(found["part_d_premium"][ALPHA, 2], 2400.0 * years[ALPHA, 2], atol=1.0)


def test_benefits_change_cash_and_nothing_else():
    cash = {"cash_low_point", "days_of_cash", "working_capital", "working_capital_interest"}
    own = {"part_d_premium", "prevention_reward", "substance_access", "benefit_enhancements"}
    assert differing("plain", "benefits") == cash | own | {"aco_cash_change"}


def test_cost_sharing_support_raises_ambulatory_spending_of_those_without_a_supplement():
    """All of them use it, and all cost sharing is paid: they spend as people with a supplement do."""
    plain, support = care("plain", 2027), care("support", 2027)
    assert support[Sum.STAYS] == plain[Sum.STAYS]
    assert support[Sum.PROCEDURES] == plain[Sum.PROCEDURES]
    plain, support = lived().models["plain"].people, lived().models["support"].people
    changed = plain.spend != support.spend
    aligned = plain.aligned >= 0
    bare = plain.traits & 8 > 0
    practices = lived().models["plain"].practice_aco()
    mine = aligned & (practices[np.maximum(plain.aligned, 0)] >= 0)
    assert (changed <= (mine & bare)).all()
    assert changed.sum() > 0.8 * (mine & bare & (plain.months > 0)).sum()
    # What is not ambulatory stays: 1 / 0.85 is the most that anybody's spending is raised by.
    ratio = support.spend[changed] / plain.spend[changed]
    assert (ratio > 1.0).all()
    assert ratio.max() == pytest.approx(1.0 / 0.85, abs=1e-3)


def test_falls_prevention_is_an_intervention_of_the_plan_if_the_rules_say_so():
    arms = NO_ACO | {
        "plain": {"program": "lead"},
        "falls": {"program": "lead", "falls_prevention": True},
        "no_credit": {
            "program": "lead",
            "falls_prevention": True,
            "values": {"falls": {"satisfies_plan": False}},
        },
    }
    made = scenario_of(aco("a", 1500, entry="renewing"), seed=3, last_py=2027, arms=arms)
    made = made.replace({"evidence.quality.interventions": 0})
    found = lived_through(made)
    score = {arm: float(found.models[arm].outcomes["quality_score"][0, 0]) for arm in arms if arm != "no_aco"}
    assert score["plain"] == score["no_credit"] == 0.0
    assert score["falls"] == float(found.models["falls"].outcomes["measured_quality"][0, 0]) > 0.0
