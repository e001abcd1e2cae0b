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


@pytest.mark.parametrize(
    ("party", "provider"),
    [
        (Party.PARTICIPANT, 3),
        (Party.PREFERRED, 2),
        (Party.ACO, 1),
        (Party.PROVIDERS, 5),
        (Party.PROVIDERS, -2),
    ],
)
def test_a_provider_that_an_entry_cannot_be_of_is_told(party, provider):
    book = Ledger(2, 3, 2)
    whose = {Party.PARTICIPANT: 2, Party.PREFERRED: 3}.get(party, -1)
    book.enter(2027, Party.MEDICARE, party, Mechanism.CARA, 40, aco=1, provider=whose)
    assert imbalances(book) == []
    book._entries["provider"][0] = provider
    (told,) = imbalances(book)
    assert "names a provider that it cannot be of" in told
    assert f"ACO 1, provider {provider}, 0.40 USD" in told


def test_fees_reduced_by_more_than_is_billed_are_told_with_the_entries():
    book = Ledger(2, 3, 2, named=True)
    book.enter(2027, Party.MEDICARE, Party.PROVIDERS, Mechanism.FEE_FOR_SERVICE, 900, aco=1, provider=2)
    reduced = 2027, Party.PROVIDERS, Party.MEDICARE, Mechanism.FEE_REDUCTION
    book.enter(*reduced, [500, 400], aco=1, provider=2, month=[3, 4])
    assert imbalances(book) == []
    book.enter(*reduced, 1, aco=0, provider=2)
    (told,) = imbalances(book)
    assert "fee_reduction, ACO 0, provider 2, 0.01 USD take 0.01 USD more than is billed" in told
