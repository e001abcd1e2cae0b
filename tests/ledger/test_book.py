"""The ledger: what one party receives another has paid, to the cent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.ledger import Ledger, Mechanism, Party

AMOUNTS = st.lists(st.integers(-(10**15), 10**15), min_size=4, max_size=4)


@given(entries=st.lists(st.tuples(st.sampled_from(Mechanism), AMOUNTS, st.integers(2027, 2029)), max_size=30))
def test_all_balances_add_up_to_nothing(entries):
    book = Ledger(4)
    for mechanism, cents, year in entries:
        book.enter(year, Party.MEDICARE, Party.ACO, mechanism, cents)
        book.enter(year, Party.ACO, Party.PARTICIPANT, mechanism, [c // 2 for c in cents])
    for year in (None, 2027, 2028, 2029):
        assert sum(balance.net for balance in book.balances(year).values()) == 0
    assert (book.entries["cents"] > 0).all()
    wanted = np.zeros(4, np.int64)
    for _, cents, _ in entries:
        wanted += np.array([c - c // 2 for c in cents])
    np.testing.assert_array_equal(book.net_by_aco(Party.ACO), wanted)
    assert book.net(Party.MEDICARE) == -sum(sum(cents) for _, cents, _ in entries)


def test_a_negative_amount_is_paid_the_other_way():
    book = Ledger(2)
    book.enter(2027, Party.MEDICARE, Party.ACO, Mechanism.SETTLEMENT, [-500, 300])
    assert book.entries["payer"].tolist() == [Party.ACO, Party.MEDICARE]
    assert book.entries["payee"].tolist() == [Party.MEDICARE, Party.ACO]
    assert book.net_by_aco(Party.ACO, Mechanism.SETTLEMENT).tolist() == [-500, 300]


def test_it_is_read_by_mechanism_year_and_month():
    book = Ledger(2)
    book.enter(2027, Party.MEDICARE, Party.ACO, Mechanism.SETTLEMENT, [10, 20], month=[26, 3])
    book.enter(2028, Party.MEDICARE, Party.ACO, Mechanism.ADMIN_ADD_ON, [1, 2])
    book.enter(2028, Party.MEDICARE, Party.PROVIDERS, Mechanism.FEE_FOR_SERVICE, 7, aco=-1)
    assert book.net(Party.ACO, Mechanism.SETTLEMENT) == 30
    assert book.net(Party.ACO, year=2028) == 3
    assert book.net(Party.MEDICARE, year=2028) == -10
    months = book.by_month(Party.ACO, year=2027)
    assert (months[0, 25], months[1, 2], months.sum()) == (10, 20, 30)


def test_zeros_leave_no_entry_and_many_entries_find_room():
    book = Ledger(3)
    book.enter(2027, Party.MEDICARE, Party.ACO, Mechanism.SETTLEMENT, [0, 0, 0])
    assert len(book) == 0
    for _ in range(700):
        book.enter(2027, Party.MEDICARE, Party.ACO, Mechanism.SETTLEMENT, [1, 2, 3])
    assert len(book) == 2100
    assert book.net(Party.ACO) == 4200
    with pytest.raises(ValueError, match="read-only"):
        book.entries["cents"][0] = 5


@pytest.mark.parametrize(
    ("cents", "payee", "aco", "said"),
    [
        ([1.5], Party.ACO, None, "whole cents"),
        ([1], Party.MEDICARE, None, "cannot pay itself"),
        ([1], Party.ACO, 3, "outside"),
        ([1], Party.ACO, -2, "outside"),
    ],
)
def test_what_no_ledger_holds_is_refused(cents, payee, aco, said):
    with pytest.raises(ValueError, match=said):
        Ledger(3).enter(2027, Party.MEDICARE, payee, Mechanism.SETTLEMENT, cents, aco=aco)


def test_what_a_years_payments_are_for():
    book = Ledger(2)
    book.enter(2027, Party.MEDICARE, Party.ACO, Mechanism.TCC, [1, 2], month=3)
    book.enter(2028, Party.ACO, Party.PROVIDERS, Mechanism.PROVIDER_PAYMENT, [1, 0])
    book.enter(2028, Party.MEDICARE, Party.ACO, Mechanism.APO, [0, 0])
    assert book.mechanisms(2027) == {Mechanism.TCC}
    assert book.mechanisms(2028) == {Mechanism.PROVIDER_PAYMENT}
    assert book.mechanisms(2029) == set()
