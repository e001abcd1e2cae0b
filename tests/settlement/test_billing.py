"""Books of single providers: they add up, rest on who was seen, and move nothing that they are not about."""

from __future__ import annotations

import numpy as np
import pytest
from provider_arms import ARMS, lived, scenario, without_books

from sim.kernels.codes import Sum
from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.imbalance import imbalances
from sim.ledger.income import income_statement, provider_incomes
from sim.model import LeadModel
from sim.outcomes.ledger_identities import ledger_gaps
from sim.outcomes.provider_variables import PROVIDER_VARIABLES
from sim.population.practices import Providers

FFS, REDUCED, PAID = Mechanism.FEE_FOR_SERVICE, Mechanism.FEE_REDUCTION, Mechanism.PROVIDER_PAYMENT
YEARS = (2027, 2028)


def model(arm: str) -> LeadModel:
    return lived().models[arm]


def practices_of(arm: str) -> np.ndarray:
    return model(arm).practice_aco()


def held(book: Ledger) -> dict[tuple[int, ...], int]:
    """Return what each party has by year, month, mechanism and ACO."""
    sums: dict[tuple[int, ...], int] = {}
    for row in book.entries:
        for party, sign in ((row["payer"], -1), (row["payee"], 1)):
            key = tuple(int(one) for one in (row["year"], row["month"], party, row["mechanism"], row["aco"]))
            sums[key] = sums.get(key, 0) + sign * int(row["cents"])
    return {key: cents for key, cents in sums.items() if cents}


@pytest.mark.parametrize("arm", ARMS)
def test_kept_or_not_everything_else_is_the_same(arm):
    asked, not_asked = model(arm), without_books().models[arm]
    further = {variable.name for variable in PROVIDER_VARIABLES}
    for name, values in asked.outcomes.items():
        if name not in further:
            assert values.tobytes() == not_asked.outcomes[name].tobytes(), name
    assert held(asked.ledger) == held(not_asked.ledger)
    # Nothing asked, nothing counted or told.
    assert not not_asked.ledger.named
    assert not without_books().models["plain"].asked.referred
    for variable in PROVIDER_VARIABLES:
        assert (
            set(np.unique(not_asked.outcomes[variable.name])) <= {variable.fill_value}
            or np.isnan(not_asked.outcomes[variable.name]).all()
        )


@pytest.mark.parametrize("arm", ARMS)
def test_every_identity_of_the_ledger_holds(arm):
    own = model(arm)
    assert imbalances(own.ledger) == []
    gaps = ledger_gaps(
        own.ledger,
        model("no_aco").ledger,
        own.first_py,
        own.outcomes,
        distributed=own.practices.store["income_cents"],
        cara=own.specialists.store["cara_cents"],
    )
    assert not any(gaps.values()), gaps


def test_what_does_not_add_up_is_told():
    own, outcomes = model("tcc"), dict(model("tcc").outcomes)
    shifted = own.specialists.store["cara_cents"].copy()
    shifted[3] += 7
    for name in ("medicare_outlay", "medicare_net_cost"):
        outcomes[name] = outcomes[name] + np.array([0, 2])
    gaps = ledger_gaps(
        own.ledger, model("no_aco").ledger, 2027, outcomes,
        distributed=own.practices.store["income_cents"] - 1, cara=shifted,
    )  # fmt: skip
    told = {label: len(found) for label, found in gaps.items()}
    assert list(told.values()) == [1, 1, 0, len(own.practices) + 1]
    assert all("2028" in found[0] and "0.02 USD" in found[0] for found in list(gaps.values())[:2])
    assert "specialist 3, cara: 0.07 USD left over" in gaps[list(gaps)[-1]]


@pytest.mark.parametrize("arm", ["tcc", "everything"])
def test_the_statements_of_all_agents_and_of_others_are_the_acos_and_medicares(arm):
    own = model(arm)
    statements = [agent.income for agent in (*own.practices, *own.specialists)]
    for year in YEARS:
        for mechanism, other in ((FFS, Party.MEDICARE), (REDUCED, Party.MEDICARE), (PAID, Party.ACO)):
            name = mechanism.name.lower()
            for aco in (-1, 0, 1, 2):
                stated = sum(
                    line.cents
                    for one in statements
                    for line in one.lines
                    if (line.year, line.mechanism, line.aco) == (year, name, aco)
                )
                others = int(provider_incomes(own.ledger, [mechanism], year=year, aco=aco)[-1])
                entries, cents = own.ledger.signed(other, mechanism, year=year)
                assert stated + others == -int(cents[entries["aco"] == aco].sum())


def test_agents_tell_their_own_income():
    own = model("tcc")
    practice, specialist = own.practices[1], own.specialists[2]
    assert practice.income == income_statement(own.ledger, 1)
    assert specialist.income == income_statement(own.ledger, len(own.practices) + 2)
    distributed = practice.income.by_mechanism().get("distribution", 0)
    assert distributed == practice.income_cents
    assert specialist.income.by_mechanism().get("cara", 0) == specialist.cara_cents
    with pytest.raises(RuntimeError, match="provider_books"):
        _ = without_books().models["tcc"].practices[1].income


def test_cara_is_a_line_of_the_specialists_that_have_it():
    for arm in ("tcc", "everything", "owed"):
        own = model(arm)
        whole = provider_incomes(own.ledger, [Mechanism.CARA])
        assert whole[:-1].any()
        assert whole[-1] == whole[: len(own.practices)].sum() == 0
        assert whole.sum() == sum(int(one) for one in own.outcomes["cara_payments"].ravel())


@pytest.mark.parametrize("arm", ["pcc", "half", "tcc", "advances", "everything", "one"])
def test_who_is_paid_for_all_that_is_reduced_is_left_as_without_capitation(arm):
    for year in YEARS:
        fees, without = (
            sum(provider_incomes(book, [one], year=year) for one in (FFS, REDUCED, PAID))
            for book in (model(arm).ledger, model("plain").ledger)
        )
        np.testing.assert_array_equal(fees, without)
        assert provider_incomes(model(arm).ledger, [REDUCED], year=year).any()


def test_half_passed_on_is_half_of_what_each_provider_misses():
    book = model("kept").ledger
    reduced, paid = (provider_incomes(book, [one], year=2028) for one in (REDUCED, PAID))
    np.testing.assert_array_equal(reduced, provider_incomes(model("pcc").ledger, [REDUCED], year=2028))
    assert reduced.any()
    # Months are rounded one by one.
    np.testing.assert_allclose(paid, -0.5 * reduced, atol=30)


def test_fees_are_reduced_of_those_who_elect_and_of_no_others():
    book, lists = model("one").ledger, practices_of("one")
    reduced = provider_incomes(book, [REDUCED], year=2027)
    on_list = np.flatnonzero(reduced[: len(lists)])
    assert set(lists[on_list].tolist()) == {1}
    assert reduced[len(lists) : -1].any()
    # Under PCC specialists' fees stay as they are.
    assert not provider_incomes(model("pcc").ledger, [REDUCED])[len(lists) :].any()
    # Beta's choice does not reach a practice of another market.
    for practice in np.flatnonzero(lists == 2).tolist():
        mine, theirs = (income_statement(model(arm).ledger, practice).of(2027) for arm in ("one", "plain"))
        services = [
            {k: v for k, v in one.by_mechanism().items() if k != "distribution"} for one in (mine, theirs)
        ]
        assert services[0] == services[1]


def test_half_of_the_reduction_is_half_of_it():
    whole, half = (provider_incomes(model(arm).ledger, [REDUCED], year=2027) for arm in ("pcc", "half"))
    np.testing.assert_allclose(half, 0.5 * whole, atol=30)


def test_all_of_primary_care_reduced_is_what_practices_bill_of_it():
    """Practices' reductions are 98 % of the primary care that they bill for their ACO's people, by visits."""
    own = model("pcc")
    people, lists, year = own.people, practices_of("pcc"), 2028
    here = (people.months > 0) & (people.aligned >= 0)
    group = np.where(here, np.append(lists, -1)[people.aligned], -1)
    visits = np.zeros(len(lists), np.int64)
    for practice, number in (
        (people.last_main, people.last_main_visits),
        (people.last_other, people.last_other_visits),
    ):
        own_list = here & (practice >= 0) & (group >= 0) & (np.append(lists, -2)[practice] == group)
        np.add.at(visits, practice[own_list], number[own_list].astype(np.int64))
    reduced = -provider_incomes(own.ledger, [REDUCED], year=year)[: len(lists)]
    for aco in range(3):
        mine = lists == aco
        np.testing.assert_allclose(
            reduced[mine] / reduced[mine].sum(), visits[mine] / visits[mine].sum(), atol=1e-5
        )


def test_specialists_bill_by_the_episodes_that_they_led_and_in_all_their_share():
    """Their fees for an ACO's people are 15 % of what is not primary care; other markets' have none."""
    own = model("no_aco")
    n_practices, evidence = len(own.practices), own.evidence
    nation = own.history[2028].care[:n_practices].sum(axis=(0, 1))
    visit = evidence.number("capitation.primary_care") * nation[Sum.SPEND] / nation[Sum.PQEM_VISITS]
    share = evidence.number("capitation.specialists_other")
    for aco in range(3):
        care = own.history[2028].care[:n_practices][practices_of("no_aco") == aco].sum(axis=0)
        other = (care[:, Sum.SPEND] - np.minimum(care[:, Sum.PQEM_VISITS] * visit, care[:, Sum.SPEND])).sum()
        fees = provider_incomes(own.ledger, [FFS], year=2028, aco=aco)[n_practices:-1]
        assert fees.sum() == pytest.approx(share * other, abs=100)
    made: Providers = own.world.providers
    market = made.specialists.market
    alpha = int(made.market[np.flatnonzero(made.aco == 0)[0]])
    fees = provider_incomes(own.ledger, [FFS], year=2028, aco=0)[n_practices:-1]
    assert not fees[market != alpha].any()


def test_shares_of_care_act_as_the_evidence_says():
    """Twice the share of other care that specialists bill is twice their fees, and nobody else's."""
    made = scenario().replace({"evidence.capitation.specialists_other": 0.3})
    twice = LeadModel(made, "no_aco")
    twice.step()
    n = len(twice.practices)
    fees, before = (provider_incomes(one.ledger, [FFS], year=2027) for one in (twice, model("no_aco")))
    np.testing.assert_array_equal(fees[:n], before[:n])
    np.testing.assert_allclose(fees[n:-1], 2 * before[n:-1], atol=4)
    assert fees.sum() == before.sum()


def test_quantiles_of_change_are_of_the_practices_on_the_list():
    own, first = model("plain"), model("no_aco")
    mine, theirs = (provider_incomes(one.ledger, year=2028)[: len(own.practices)] for one in (own, first))
    for aco in range(3):
        change = (mine / theirs - 1.0)[(practices_of("plain") == aco) & (theirs > 0)]
        for name, quantile in (("p10", 0.1), ("median", 0.5), ("p90", 0.9)):
            found = own.outcomes[f"practice_income_change_{name}"][aco, 1]
            assert found == pytest.approx(np.quantile(change, quantile))
    assert not first.outcomes["practice_income_change_p90"].any()


def test_enhanced_pcc_passed_on_is_the_practices_by_size_and_the_acos_to_repay():
    own, book, lists = model("shared"), model("shared").ledger, practices_of("shared")
    mechanism, year = Mechanism.ENHANCED_PASSED_ON, 2028
    lent = book.by_month(Party.ACO, Mechanism.ENHANCED_PCC, year=year)[:, :12]
    paid = -book.by_month(Party.ACO, mechanism, year=year)
    np.testing.assert_array_equal(paid[:, :12], np.rint(0.4 * lent))
    assert not paid[:, 12:].any()
    assert lent.any()
    by_practice = provider_incomes(book, [mechanism], year=year)[: len(lists)]
    lives = own.practices.store["lives"]
    for aco in range(3):
        mine = lists == aco
        np.testing.assert_allclose(
            by_practice[mine], paid[aco].sum() * lives[mine] / lives[mine].sum(), atol=12
        )
    assert not by_practice[lists < 0].any()
    np.testing.assert_array_equal(own.outcomes["enhanced_passed_on"][:, 1], paid.sum(axis=1))
    # The ACO has that much less; Medicare sees nothing of it.
    kept = without_books().models["shared"].outcomes["enhanced_passed_on"]
    np.testing.assert_array_equal(kept, own.outcomes["enhanced_passed_on"])
    assert [aco.cash_cents for aco in own.acos] == own.outcomes["aco_cash_change"].sum(axis=1).tolist()
    assert not model("pcc").outcomes["enhanced_passed_on"].any()
