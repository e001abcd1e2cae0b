"""What no ledger may hold is told, with the entries; what it may hold is not."""

from __future__ import annotations

import pytest

from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.imbalance import imbalances


def sound() -> Ledger:
    book = Ledger(2)
    book.enter(2027, Party.MEDICARE, Party.ACO, Mechanism.BASE_PCC, [500, 700], month=3)
    book.enter(2027, Party.ACO, Party.PROVIDERS, Mechanism.PROVIDER_PAYMENT, [400, -20], month=[4, 5])
    book.enter(2028, Party.MEDICARE, Party.PROVIDERS, Mechanism.FEE_FOR_SERVICE, 9, aco=-1)
    return book


def test_a_sound_ledger_has_no_fault():
    assert imbalances(sound()) == []
    assert imbalances(Ledger(2)) == []


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("payee", int(Party.MEDICARE), "is paid to who pays it"),
        ("cents", -5, "is not above nothing"),
        ("cents", 0, "is not above nothing"),
        ("payer", 77, "names no party"),
        ("mechanism", 99, "names no mechanism"),
        ("aco", 2, "names no ACO"),
        ("month", 0, "has no month"),
        ("month", 40, "has no month"),
    ],
)
def test_entries_that_cannot_be_are_named(field, value, said):
    book = sound()
    book._entries[field][0] = value
    found = imbalances(book)
    assert any(said in one for one in found)
    assert all("2027" in one for one in found)


def test_a_party_that_nobody_knows_leaves_money_over():
    book = sound()
    book._entries["payee"][0] = 9
    assert any("leave -5.00 USD" in one and "medicare to 9" in one for one in imbalances(book))
