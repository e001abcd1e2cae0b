"""Stop-loss in a run: person by person in plain Python, whom it touches and whom not, to the cent."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from little_world import ACOS, STATED
from protected_arms import ARMS, LOW, lived, scenario
from worlds import NO_ACO, scenario_of

import sim.settlement.lead as lead_room
from sim.inputs.faults import InputError
from sim.inputs.lead_terms import lead_terms
from sim.inputs.protection_terms import stop_loss_terms
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import RISK_UNIT, Cell, Sum
from sim.kernels.enrolment import is_new_enrollee
from sim.ledger import Mechanism, Party
from sim.ledger.imbalance import imbalances
from sim.model import LeadModel
from sim.outcomes.registry import BY_NAME
from sim.replicate import Replicate
from sim.settlement.bridge import PARTS
from sim.settlement.stop_loss import payouts

ALPHA, BETA, GAMMA = range(3)
FIRST, SECOND, THIRD = range(3)
WITH = ("all", "one", "final", "stated", "capitated")


def out(arm):
    return lived().models[arm].outcomes


def assert_same(left, right, names=None):
    for name in names or left:
        np.testing.assert_array_equal(left[name], right[name], err_msg=name)


def test_not_elected_changes_nothing():
    assert_same(out("none"), out("plain"))
    for name in ("stop_loss_payout", "stop_loss_charge", "stop_loss_settled", "bridge_stop_loss"):
        assert not out("plain")[name].any()
    booked = lived().models["plain"].ledger.entries["mechanism"]
    assert int(Mechanism.STOP_LOSS) not in booked


def test_not_elected_looks_at_nobody(monkeypatch):
    made = scenario_of(*ACOS, arms=NO_ACO | {"plain": ARMS["plain"]}, last_py=2027, **STATED)
    monkeypatch.setattr("sim.settlement.stop_loss.Persons.costly", lambda *_: pytest.fail("looked"))
    model = Replicate(made, 0)
    model.step()


def test_one_acos_election_changes_no_other():
    others = [ALPHA, GAMMA]
    for name, values in out("one").items():
        if "aco" in BY_NAME[name].dims:
            np.testing.assert_array_equal(values[others], out("plain")[name][others], err_msg=name)
            # Nor does it matter to whoever has it whether others have.
            np.testing.assert_array_equal(values[BETA], out("all")[name][BETA], err_msg=name)
    assert (out("one")["stop_loss_payout"][BETA] > 0).all()


def test_it_begins_when_it_is_elected():
    for name, values in out("later").items():
        if "aco" in BY_NAME[name].dims:
            np.testing.assert_array_equal(values[..., FIRST], out("plain")[name][..., FIRST], err_msg=name)
    paid = out("later")["stop_loss_payout"]
    assert_same({"x": paid[:, 1:]}, {"x": out("all")["stop_loss_payout"][:, 1:]})


@pytest.mark.parametrize("arm", WITH)
def test_expenditure_savings_and_bridge_change_by_the_net(arm):
    this = out(arm)
    without = out("plain")
    net = this["stop_loss_charge"] - this["stop_loss_payout"]
    np.testing.assert_array_equal(this["bridge_stop_loss"], -net)
    replaced = this["capitation"] - this["claims_replaced"]
    spent = this["expenditure"].sum(axis=1) - without["expenditure"].sum(axis=1)
    np.testing.assert_array_equal(spent, net + replaced)
    np.testing.assert_array_equal(this["benchmark"], without["benchmark"])
    np.testing.assert_array_equal(this["gross_savings"], this["benchmark"] - this["expenditure"].sum(axis=1))
    np.testing.assert_array_equal(this["settlement"], this["shared_savings"] - this["sequestration"])
    parts = sum(this[f"bridge_{name}"] for name in ("prices", *PARTS))
    np.testing.assert_array_equal(this["gross_savings"], this["true_savings"].sum(axis=1) + parts)


def test_the_settlement_has_it_as_a_mechanism_of_its_own():
    this, without = lived().models["all"], lived().models["plain"]
    changed = this.outcomes["settlement"] - without.outcomes["settlement"]
    np.testing.assert_array_equal(this.outcomes["stop_loss_settled"], changed)
    assert changed.any()
    for year in (2027, 2028, 2029):
        booked = this.ledger.by_month(Party.ACO, Mechanism.STOP_LOSS, year=year)
        np.testing.assert_array_equal(booked[:, 21], changed[:, year - 2027])
        assert not np.delete(booked, 21, axis=1).any()
        alone = this.ledger.net_by_aco(Party.ACO, Mechanism.SETTLEMENT, year=year)
        np.testing.assert_array_equal(alone, without.outcomes["settlement"][:, year - 2027])
    assert imbalances(this.ledger) == []


def test_provisional_settlement_knows_it_and_the_final_one_pays_the_difference():
    this, plain = lived().models["capitated"], lived().models["capitated_unprotected"]
    for year in (2027, 2028, 2029):
        booked = this.ledger.by_month(Party.ACO, Mechanism.STOP_LOSS, year=year)
        assert booked[:, 14].any()
        assert not np.delete(booked, [14, 21], axis=1).any()
        np.testing.assert_array_equal(booked.sum(axis=1), this.outcomes["stop_loss_settled"][:, year - 2027])
        # What is paid beside it is what would be paid without.
        settled = this.ledger.by_month(Party.ACO, Mechanism.SETTLEMENT, year=year)
        without = plain.ledger.by_month(Party.ACO, Mechanism.SETTLEMENT, year=year)
        np.testing.assert_array_equal(settled, without)
    # In the first corridor an ACO has all of it, less sequestration of gains.
    net = this.outcomes["stop_loss_payout"][:, 0] - this.outcomes["stop_loss_charge"][:, 0]
    early = this.ledger.by_month(Party.ACO, Mechanism.STOP_LOSS, year=2027)[:, 14]
    assert (np.abs(early) <= np.abs(net) + 2).all()
    assert (np.abs(early) >= 0.97 * np.abs(net)).all()
    assert imbalances(this.ledger) == []


def test_provisional_settlement_need_not_know_it():
    ledger = lived().models["late_known"].ledger
    booked = ledger.by_month(Party.ACO, Mechanism.STOP_LOSS, year=2027)
    assert not booked[:, :21].any()
    assert_same(lived().models["late_known"].outcomes, out("capitated"), ["settlement", "stop_loss_settled"])


def test_attachments_of_part_of_a_year_pay_more_and_charge_more():
    whole, part = out("all"), out("prorated")
    assert (part["stop_loss_payout"] >= whole["stop_loss_payout"]).all()
    assert (part["stop_loss_charge"] > whole["stop_loss_charge"]).all()
    assert_same(part, whole, ["benchmark", "true_savings"])


def test_by_the_year_before_charges_are_known_before_and_payouts_balance_them():
    own, before = out("all"), out("before")
    # The first year has none before it.
    for name in ("stop_loss_charge", "stop_loss_payout"):
        np.testing.assert_array_equal(before[name][:, FIRST], own[name][:, FIRST])
    benchmark = own["benchmark_before_discount"]
    np.testing.assert_array_equal(before["benchmark_before_discount"][:, :2], benchmark[:, :2])
    # Of nearly the same people: last year's share of this year's benchmark.
    share, ours = before["stop_loss_charge"] / benchmark, own["stop_loss_charge"] / benchmark
    np.testing.assert_allclose(share[:, SECOND], ours[:, FIRST], rtol=0.1)
    # One factor on everybody's payouts.
    factor = before["stop_loss_payout"][:, SECOND] / own["stop_loss_payout"][:, SECOND]
    np.testing.assert_allclose(factor, factor[0], rtol=1e-5)
    assert abs(factor[0] - 1.0) > 1e-4


def test_who_elects_later_is_charged_by_the_year_before_that():
    before, later = out("before"), out("before_later")
    np.testing.assert_array_equal(before["stop_loss_charge"][:, SECOND], later["stop_loss_charge"][:, SECOND])
    assert not later["stop_loss_charge"][:, FIRST].any()


def one_year(**changed):
    made = scenario_of(*ACOS, arms=NO_ACO | {"x": {"program": "lead", "stop_loss": True}}, **STATED)
    return made.replace({f"program.values.{key}": value for key, value in (LOW | changed).items()})


@pytest.mark.parametrize("expected", ["before_discount", "final"])
def test_payouts_and_charges_person_by_person_in_plain_python(monkeypatch, expected):
    seen = []
    real = lead_room.stop_loss_of

    def spy(lived_by, lists, elected, benchmark, terms, counted, neutral):
        seen.append((benchmark, counted))
        return real(lived_by, lists, elected, benchmark, terms, counted, neutral)

    monkeypatch.setattr(lead_room, "stop_loss_of", spy)
    made = Replicate(one_year(**{"stop_loss.expected": expected}), 1)
    made.step()
    model, nation = made.models["x"], made.models["no_aco"]
    ((benchmark, counted),) = seen
    people, practice_aco = model.people, model.practice_aco()
    coding = model.persons.coding
    low, high = LOW["stop_loss.attachments"]
    first, second = LOW["stop_loss.payout_rates"]

    def payout(i, people, per_month, mean, factor):
        new = is_new_enrollee.py_func(
            int(people.entry_year[i]), int(people.entry_month[i]), int(people.birth_year[i]), 2027
        )
        plain, needed = (
            float(np.float32(np.float64(score) * by))
            for score, by in ((people.risk[i], 1.0 if new else factor), (people.needy_risk[i], factor))
        )
        cell, months = int(people.cell[i]), int(people.months[i])
        late = min(int(people.late_months[i]), months)
        needy = 5 if cell > 2 else 2
        score = needed if cell % 3 == 2 else plain
        cost = float(people.spend[i]) / 100 * counted
        would = per_month[cell] * (score / mean[cell]) * (months - late) if months > late else 0.0
        if late:
            would += per_month[needy] * (needed / mean[needy]) * late
        above = cost - would
        return round(100 * (first * min(max(above - low, 0), high - low) + second * max(above - high, 0)))

    paid = np.zeros((3, 6), np.int64)
    near = 0
    rows = np.flatnonzero((people.aligned >= 0) & (people.months > 0) & (people.spend > 100 * low))
    for i in rows.tolist():
        aco = practice_aco[people.aligned[i]]
        if aco < 0:
            continue
        factor = coding[people.aligned[i]]
        cents = payout(i, people, benchmark.pbpm[aco], benchmark.mean_score[aco], factor)
        paid[aco, int(people.cell[i])] += cents
        near += cents > 0
    assert near > 30
    np.testing.assert_array_equal(model.outcomes["stop_loss_payout"][:, 0], paid.sum(axis=1))

    # The charge: what the nation's payouts are of its spending, by category, and that of the benchmark.
    everybody = nation.people
    care = nation.history[2027].care[: len(coding)].sum(axis=0)
    care = np.tile(care[:3] + care[3:], (2, 1)).astype(float)
    months = care[:, Sum.MONTHS]
    per_month = care[:, Sum.SPEND] / 100 * counted / months
    mean = care[:, Sum.CODED_RISK] / RISK_UNIT / months
    whole = np.zeros(3)
    rows = np.flatnonzero((everybody.aligned >= 0) & (everybody.months > 0) & (everybody.spend > 100 * low))
    for i in rows.tolist():
        factor = nation.persons.coding[everybody.aligned[i]]
        whole[int(everybody.cell[i]) % 3] += payout(i, everybody, per_month, mean, factor)
    share = np.tile(whole / (care[:3, Sum.SPEND] * counted), 2)
    charge = (share * np.nan_to_num(benchmark.pbpm * benchmark.months)).sum(axis=1)
    assert model.outcomes["stop_loss_charge"][:, 0] / 100 == pytest.approx(charge, abs=0.03)


def test_a_stated_charge_is_one_by_month():
    months = out("stated")["person_months"].sum(axis=1)
    np.testing.assert_allclose(out("stated")["stop_loss_charge"], 2500 * months, atol=3)
    np.testing.assert_array_equal(out("stated")["stop_loss_payout"], out("all")["stop_loss_payout"])


def test_a_lower_expectation_pays_more():
    assert (out("final")["stop_loss_payout"] > out("all")["stop_loss_payout"]).all()
    book = load_rulebook("lead-py2027")
    assert book.word("stop_loss.expected", 2027) == "before_discount"


def test_payouts_depend_neither_on_threads_nor_on_other_arms():
    made = scenario()
    only = LeadModel(made, "all", 0, threads=2)
    only.step()
    for name, values in only.outcomes.items():
        if "year" not in BY_NAME[name].dims:
            continue
        year = BY_NAME[name].dims.index("year")
        first, shared = (np.take(one, 0, axis=year) for one in (values, out("all")[name]))
        np.testing.assert_array_equal(first, shared, err_msg=name)


def test_terms_without_rates_are_a_fault():
    book = load_rulebook("lead-py2027", {"stop_loss.elected": True, "stop_loss.payout_rates": [0, 0]})
    with pytest.raises(InputError, match="true without payout rates"):
        lead_terms(book, 2027, "global")


def test_nothing_above_the_attachment_pays_nothing():
    persons = lived().models["all"].persons
    terms = replace(stop_loss_terms(load_rulebook("lead-py2027"), 2027), attachments=np.array([3e7, 4e7]))
    group = np.zeros(len(persons.coding), np.int64)
    ones = np.ones((1, len(Cell)))
    assert not payouts(persons, group, ones, ones, terms, 1.0).any()


# -- leaving early


@pytest.mark.parametrize(("arm", "share"), [("left_early", 0.0), ("left_late", 1.0), ("left_half", 0.5)])
def test_who_leaves_owes_losses_by_the_month_of_notice_and_earns_nothing(arm, share):
    stays = out("all" if arm != "left_half" else "plain")
    left = out(arm)
    for name in ("settlement", "expenditure", "benchmark"):
        np.testing.assert_array_equal(left[name][..., FIRST], stays[name][..., FIRST], err_msg=name)
    owed = np.rint(share * np.minimum(stays["settlement"][:, SECOND], 0))
    np.testing.assert_array_equal(left["settlement"][:, SECOND], owed)
    np.testing.assert_array_equal(
        left["settlement"][:, SECOND], left["shared_savings"][:, SECOND] - left["sequestration"][:, SECOND]
    )
    for name in ("admin_add_on", "high_performers_pool"):
        assert not left[name][:, SECOND].any()
    assert np.isnan(left["program"][:, THIRD]).all()
    assert not lived().models[arm].active().any()
    assert imbalances(lived().models[arm].ledger) == []


def test_some_arm_has_a_loss_to_owe():
    assert (out("left_late")["settlement"][:, SECOND] < 0).any()
    assert (out("all")["settlement"][:, SECOND] > 0).any()
