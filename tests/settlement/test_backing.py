"""Reserves, guarantee and ruin: worked out by hand, and in a run to the cent."""

from __future__ import annotations

from functools import cache
from types import SimpleNamespace

import numpy as np
import pytest
from little_world import ACOS, STATED
from worlds import NO_ACO, scenario_of

from sim.backing import Backing, reserves_of
from sim.inputs.rulebook import load_rulebook
from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.imbalance import imbalances
from sim.ledger.schedule import Schedule
from sim.outcomes.registry import BY_NAME
from sim.policy.settlement import financial_guarantee
from sim.replicate import Replicate

FINAL = np.array([22, 22])
ALL = np.array([True, True])


def plan(reserves):
    return SimpleNamespace(reserves=reserves)


def called(book, backing, year, guarantee, *, leaves=True, program=1.0):
    settled = {"program": np.full(2, program), "financial_guarantee": np.array(guarantee)}
    found = backing.call(
        book, year, settled, ALL, Schedule(FINAL, FINAL, np.zeros(len(FINAL), bool)), leaves=leaves
    )
    return found["ruined"].tolist()


def settle(book, year, *cents, month=22):
    book.enter(year, Party.MEDICARE, Party.ACO, Mechanism.SETTLEMENT, np.array(cents), month=month)


def net(book, mechanism, year):
    return book.net_by_aco(Party.ACO, mechanism, year=year).tolist()


def test_cash_then_reserves_then_guarantee_then_debt():
    book, backing = Ledger(2), Backing([plan(1.0), plan(1.0)], 2027)
    # 60 cents of cash and 100 of reserves against 150, and against 1,000 with a guarantee of 500.
    book.enter(2027, Party.MEDICARE, Party.ACO, Mechanism.BASE_PCC, np.array([60, 60]), month=5)
    settle(book, 2027, -150, -1000)
    assert called(book, backing, 2027, [500, 500]) == [0, 1]
    assert net(book, Mechanism.GUARANTEE, 2027) == [0, 500]
    assert net(book, Mechanism.DEBT, 2027) == [0, 340]
    # Medicare has what was paid: all 150 of the one, 660 of the other's 1,000.
    assert book.net(Party.MEDICARE, year=2027) == -120 + 150 + 660
    assert book.net(Party.GUARANTOR) == -500
    assert imbalances(book) == []


def test_a_debt_is_paid_once_there_is_cash():
    book, backing = Ledger(2), Backing([plan(0), plan(0)], 2027)
    settle(book, 2027, -100, -100)
    assert called(book, backing, 2027, [0, 30], leaves=False) == [1, 1]
    assert net(book, Mechanism.DEBT, 2027) == [100, 70]
    settle(book, 2028, 40, 500)
    assert called(book, backing, 2028, [0, 0], leaves=False) == [0, 0]
    assert net(book, Mechanism.DEBT, 2028) == [-40, -70]
    settle(book, 2029, 100, -430)
    assert called(book, backing, 2029, [0, 0], leaves=False) == [0, 0]
    assert net(book, Mechanism.DEBT, 2029) == [-60, 0]
    assert book.net_by_aco(Party.ACO).tolist() == [40, 0]


def test_running_cost_is_no_debt_to_medicare():
    book, backing = Ledger(2), Backing([plan(0), plan(None)], 2027)
    book.enter(2027, Party.ACO, Party.SUPPLIERS, Mechanism.CARE_MANAGEMENT, np.array([900, 900]), month=3)
    settle(book, 2027, -100, -100)
    assert called(book, backing, 2027, [30, 30]) == [1, 0]
    assert net(book, Mechanism.GUARANTEE, 2027) == [30, 0]
    assert net(book, Mechanism.DEBT, 2027) == [70, 0]


def test_what_comes_after_the_settlement_does_not_count():
    book, backing = Ledger(2), Backing([plan(0), plan(0)], 2027)
    settle(book, 2027, -100, -100)
    settle(book, 2027, 100, 0, month=23)
    assert called(book, backing, 2027, [100, 100]) == [1, 1]


@pytest.mark.parametrize(("leaves", "out"), [(True, [0, 1]), (False, [])])
def test_who_leaves_a_debt_is_out_from_the_january_after(leaves, out):
    book, backing = Ledger(2), Backing([plan(0), plan(0)], 2027)
    settle(book, 2027, -100, -100)
    called(book, backing, 2027, [0, 99], leaves=leaves)
    acos = [SimpleNamespace(participates=True), SimpleNamespace(participates=True)]
    backing.put_out(acos, 2028)
    assert [aco.participates for aco in acos] == [True, True]
    backing.put_out(acos, 2029)
    assert [row for row, aco in enumerate(acos) if not aco.participates] == out


def test_only_lead_and_only_who_states_reserves():
    book, backing = Ledger(2), Backing([plan(0), plan(None)], 2027)
    settle(book, 2027, -100, -100)
    assert called(book, backing, 2027, [0, 0], program=2.0) == [0, 0]
    assert reserves_of([plan(None), plan(0), plan(1.005)]).tolist() == [-1, 0, 100]


# -- in a run

# Discounts beyond all that ACOs save, so that there are losses to pay.
LOSSES = {"evidence.effect.scale": 0.0, "program.values.discount.higher_spending": "30 %"}
LOSSES |= {"program.values.discount.lower_spending": "30 %"}
RESERVES = ("0 USD", "10 million USD", None)


@cache
def lived(stated=True):
    acos = [
        one if reserves is None or not stated else {**one, "reserves": reserves}
        for one, reserves in zip(ACOS, RESERVES, strict=True)
    ]
    arms = {
        "x": {"program": "lead"},
        "tcc": {"program": "lead", "payments": ["tcc"], "values": {"guarantee.tcc": "5 %"}},
        "half": {"program": "lead", "risk_option": "professional"},
        "stays": {"program": "lead", "values": {"guarantee.ruined_leaves": False}},
    }
    made = scenario_of(*acos, arms=NO_ACO | arms, last_py=2030, **STATED).replace(LOSSES)
    replicate = Replicate(made, 0)
    for _ in made.years:
        replicate.step()
    return replicate.models


def test_ruin_in_a_run():
    out = lived()["x"].outcomes
    owed = -out["settlement"][:, 0]
    assert (owed > 0).all()
    # No reserves: the guarantee pays 4 % of the last base year's spending, the rest is a debt, and it ends.
    assert out["ruined"][:, 0].tolist() == [1, 0, 0]
    assert out["guarantee_called"][0, 0] == out["financial_guarantee"][0, 0] > 0
    assert out["unpaid_debt"][0, 0] == owed[0] - out["guarantee_called"][0, 0] > 0
    # Settled in October after the year, with the next under way: out from the January after that.
    assert np.isfinite(out["program"][0]).tolist() == [True, True, False, False]
    assert np.isfinite(out["program"][1:]).all()
    # Ten million are lost in the end, too.
    assert out["ruined"][1].sum() >= 1
    assert not out["ruined"][2].any()
    assert not out["guarantee_called"][2].any()


def test_reserves_are_cash():
    with_reserves, without = (lived(stated)["x"].outcomes["cash_low_point"] for stated in (True, False))
    assert with_reserves[1, 0] - without[1, 0] == 10**9
    # Until the first who is ruined leaves the world that all are measured on.
    assert with_reserves[2, :2].tolist() == without[2, :2].tolist()


def test_nobody_is_ruined_whose_owners_pay():
    out = lived(stated=False)["x"].outcomes
    for name in ("ruined", "guarantee_called", "unpaid_debt"):
        assert not out[name].any()
    entries = lived(stated=False)["x"].ledger.entries["mechanism"]
    assert not np.isin(entries, [int(Mechanism.GUARANTEE), int(Mechanism.DEBT)]).any()


def test_one_acos_reserves_change_no_other():
    stated, plain = (lived(stated)["x"].outcomes for stated in (True, False))
    for name in ("settlement", "aco_cash_change", "benchmark", "true_savings"):
        assert "aco" in BY_NAME[name].dims
        np.testing.assert_array_equal(stated[name][2, ..., 0], plain[name][2, ..., 0], err_msg=name)


def test_an_aco_in_debt_may_be_let_stay():
    out = lived()["stays"].outcomes
    assert np.isfinite(out["program"]).all()
    assert out["ruined"][0].sum() > 1


def test_guarantee_by_tier():
    models = lived()
    rules = load_rulebook("lead-py2027")
    before = models["x"].outcomes["financial_guarantee"][:, 0] / rules.number("guarantee.global")
    for arm, rate in (("tcc", 0.05), ("half", 0.02)):
        found = models[arm].outcomes["financial_guarantee"][:, 0]
        assert found == pytest.approx(rate * before, abs=2)
    seen = models["no_aco"].history[2026].care
    spent = sum(
        seen[place, :, 2].sum() for place, aco in enumerate(models["x"].practice_aco().tolist()) if aco == 2
    )
    assert financial_guarantee(spent, rate=0.04) == pytest.approx(0.04 * before[2], rel=0.05)


def test_every_account_balances_and_cash_is_what_the_agents_say():
    for arm, model in lived().items():
        assert imbalances(model.ledger) == [], arm
        if arm == "no_aco":
            continue
        for row in range(3):
            change = model.outcomes["aco_cash_change"][row]
            held = change[change != BY_NAME["aco_cash_change"].fill_value].sum()
            assert model.aco_at(row).cash_cents == held
            assert model.ledger.net_by_aco(Party.ACO)[row] == held
