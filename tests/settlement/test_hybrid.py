"""Hybrid alignment in a run: who comes within the year is paid for and settled from that month on."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from little_world import ACOS, STATED
from worlds import NO_ACO, lived_through, scenario_of

from sim.kernels.codes import MonthSum, Sum
from sim.ledger import Mechanism, Party
from sim.ledger.imbalance import imbalances
from sim.outcomes.ledger_identities import ledger_gaps

ALPHA, BETA, GAMMA = range(3)
CLAIMS, VOLUNTARY = slice(0, 3), slice(3, 6)
PCC = {"program": "lead", "payments": ["pcc"], "enhanced_share": "100 %", "stop_loss": True}
HYBRID = PCC | {"alignment": "hybrid"}
ARMS = NO_ACO | {
    "plain": PCC,
    "prospective": PCC | {"alignment": "prospective"},
    "hybrid": HYBRID,
    "no_run": HYBRID | {"values": {"alignment": {"mid_year_runs": 0}}},
    "late_run": HYBRID | {"values": {"alignment": {"mid_year_month": 10}}},
    "gamma": PCC
    | {"acos": {"gamma": {"alignment": "hybrid"}}, "since": {"2028": {"alignment": "prospective"}}},
}
ELECTED = ("hybrid", "no_run", "late_run", "gamma")


@cache
def lived():
    made = scenario_of(*ACOS, arms=ARMS, last_py=2028, **STATED)
    certain = {"evidence.tins.leave": 0.3, "evidence.tins.intake": 1.0, "evidence.nation.taking_part": 0}
    protected = {"program.values.stop_loss.attachments": [20_000.0, 60_000.0]}
    attesting = {"evidence.voluntary.attest": [0.1, 0.1, 0.1]}
    return lived_through(made.replace(certain | protected | attesting))


def out(arm):
    return lived().models[arm].outcomes


def test_prospective_is_what_there_is_where_nothing_is_said():
    for name, values in out("plain").items():
        np.testing.assert_array_equal(out("prospective")[name], values, err_msg=name)
    assert not out("plain")["added_months"].any()
    assert not out("plain")["added_people"].any()


@pytest.mark.parametrize("arm", ELECTED)
def test_whoever_comes_adds_months_and_nobody_is_dropped(arm):
    plain, this = out("plain"), out(arm)
    further = this["person_months"] - plain["person_months"]
    assert (further >= 0).all()
    np.testing.assert_array_equal(further.sum(axis=1), this["added_months"])
    elected = slice(GAMMA, None) if arm == "gamma" else slice(None)
    assert (this["added_months"][elected] > 0).all()
    # People live as they do without it, and come for part of a year.
    np.testing.assert_array_equal(this["stays"], plain["stays"])
    assert (this["added_months"] <= 11 * this["added_people"]).all()


def test_only_the_aco_that_elects_it_and_its_market_are_touched():
    plain, this = out("plain"), out("gamma")
    for name, values in plain.items():
        if values.ndim > 1 and values.shape[0] == len(ACOS):
            np.testing.assert_array_equal(this[name][:GAMMA], values[:GAMMA], err_msg=name)
    assert (this["benchmark"][GAMMA] > plain["benchmark"][GAMMA]).all()


def test_the_run_within_the_year_brings_people_of_new_tins_by_claims():
    further = {arm: out(arm)["person_months"] - out("plain")["person_months"] for arm in ELECTED}
    assert further["hybrid"][:, CLAIMS].sum() > further["late_run"][:, CLAIMS].sum() > 0
    assert not further["no_run"][:, CLAIMS].any()
    assert (further["no_run"][:, VOLUNTARY].sum(axis=1) > 0).all()
    # Who attests before the run comes by attestation in any case.
    assert (further["no_run"][:, VOLUNTARY] >= further["hybrid"][:, VOLUNTARY]).all()


@pytest.mark.parametrize("arm", ELECTED)
def test_capitation_is_paid_for_those_who_are_there_in_each_month(arm):
    plain, this = lived().models["plain"], lived().models[arm]
    paid, before = (
        one.ledger.by_month(Party.ACO, Mechanism.BASE_PCC, year=2027)[:, :12] for one in (this, plain)
    )
    np.testing.assert_array_equal(paid[:, 0], before[:, 0])
    assert (paid[GAMMA, 8:] > before[GAMMA, 8:]).all()
    monthly, care = this.history[2027].monthly, this.history[2027].care
    counted = np.flatnonzero(monthly.any(axis=(1, 2, 3)))
    assert counted.size > 6
    for month, year in ((MonthSum.MONTHS, Sum.MONTHS), (MonthSum.SPEND, Sum.SPEND)):
        by_practice = monthly[counted, ..., month].sum(axis=-1)
        np.testing.assert_array_equal(by_practice, care[counted, :, year])
    was = plain.history[2027].care
    np.testing.assert_array_equal(
        care.sum(axis=(0, 1))[[Sum.MONTHS, Sum.SPEND, Sum.PERSONS]],
        was.sum(axis=(0, 1))[[Sum.MONTHS, Sum.SPEND, Sum.PERSONS]],
    )


def test_settlement_counts_what_they_cost_since_they_came():
    plain, this = lived().models["plain"], lived().models["hybrid"]
    for name in ("benchmark", "true_savings", "stop_loss_charge", "stop_loss_payout"):
        assert (this.outcomes[name] != plain.outcomes[name]).any(), name
    for own in (plain, this):
        told, counted = own.outcomes, own.settlement._lead.counted(2028)
        claims = told["expenditure"].sum(axis=1) - told["capitation"] + told["claims_replaced"]
        claims += told["stop_loss_payout"] - told["stop_loss_charge"]
        seen = own.participants().observe(own.history, 2028)
        spent = np.rint(seen.aco[..., Sum.SPEND] * counted).sum(axis=1)
        np.testing.assert_array_equal(claims[:, 1], spent)


@pytest.mark.parametrize("arm", ELECTED)
def test_every_identity_of_the_ledger_holds(arm):
    own = lived().models[arm]
    assert imbalances(own.ledger) == []
    gaps = ledger_gaps(
        own.ledger,
        lived().models["no_aco"].ledger,
        own.first_py,
        own.outcomes,
        distributed=own.practices.store["income_cents"],
        cara=own.specialists.store["cara_cents"],
    )
    assert not any(gaps.values()), gaps


@pytest.mark.parametrize("arm", ["plain", "hybrid"])
def test_person_by_person_they_are_who_the_sums_count(arm):
    own = lived().models[arm]
    lists, seen = own.participants(), own.participants().observe(own.history, 2028)
    some = own.persons.costly(0.0, lists.practice_aco)
    for amount, total in ((some.months + some.late, seen.months), (some.spend, seen.aco[..., Sum.SPEND])):
        found = np.bincount(some.group, amount, len(lists))
        np.testing.assert_array_equal(found, total.sum(axis=1))
    late = np.bincount(some.group, some.late, len(lists))
    assert (late <= seen.months[:, [2, 5]].sum(axis=1)).all()


def test_the_history_of_voluntary_cells_is_of_those_too_who_came_by_attestation():
    plain, this = (lived().models[arm] for arm in ("plain", "hybrid"))
    came = this.settlement.joining.came
    before, now = (one.participants().volunteers for one in (plain, this))
    assert sorted([*before.rows, *came.rows[came.voluntary]]) == sorted(now.rows)
    assert len(now.rows) > len(before.rows)


def test_its_rules_are_in_use_where_it_is_elected():
    made = lived().models["plain"].scenario
    rules = {"alignment.mid_year_month", "alignment.mid_year_runs"}
    assert rules <= made.rules_in_use("gamma")
    assert not rules & made.rules_in_use("prospective")
