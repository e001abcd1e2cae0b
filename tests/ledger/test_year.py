"""The payments of a year, as entries."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.billed import Billed, enter_split
from sim.ledger.income import provider_incomes
from sim.ledger.schedule import MonthlyPayments
from sim.ledger.year import enter_cara, enter_services


def test_what_specialists_get_and_pay_back_are_entries_of_their_own():
    book = Ledger(2, 5, 3)
    paid, whose, specialist = np.array([500, -200, 300, 0]), np.array([0, 0, 1, 1]), np.array([2, 0, 1, 0])
    enter_cara(book, 2028, paid, whose, specialist, np.array([0, 300]), month=np.array([20, 22]))
    fields = ("payer", "payee", "aco", "provider", "month", "cents")
    assert [tuple(int(row[name]) for name in fields) for row in book.entries] == [
        (Party.MEDICARE, Party.PREFERRED, 0, 7, 20, 500),
        (Party.PREFERRED, Party.MEDICARE, 0, 5, 20, 200),
        (Party.MEDICARE, Party.PREFERRED, 1, 6, 22, 300),
        (Party.ACO, Party.MEDICARE, 1, -1, 22, 300),
    ]
    assert book.net(Party.PREFERRED) == book.net(Party.PREFERRED, Mechanism.CARA) == 600
    assert book.net_by_aco(Party.ACO, Mechanism.CARA_OWED).tolist() == [0, -300]
    assert book.net(Party.MEDICARE) == -300


MONTHS = 36


def by_month(*cents: int) -> np.ndarray:
    """Return cents of some months of each ACO, one row an ACO."""
    table = np.zeros((len(cents), MONTHS), np.int64)
    table[np.arange(len(cents)), np.arange(len(cents)) + 2] = cents
    return table


def test_fees_of_single_providers_and_of_others_are_all_that_medicare_pays():
    monthly = MonthlyPayments.nothing(2)
    monthly.claims[0, :3] = 1000, 500, 501
    book, together = Ledger(2, 2, 1), Ledger(2)
    billed = Billed(
        aco=np.array([0, 0, 1, -1]),
        provider=np.array([1, 2, 0, 2]),
        fees=np.array([777, 100, 40, 60]),
        reduced=np.zeros(4),
    )
    for one, whose in ((book, billed), (together, None)):
        enter_services(one, 2028, np.array([2001, 300]), 3000, monthly, whose)
    for aco in range(2):
        by_month = [one.by_month(Party.PROVIDERS, year=2028)[aco].tolist() for one in (book, together)]
        assert by_month[0] == by_month[1]
    assert book.net(Party.MEDICARE) == together.net(Party.MEDICARE) == -3000
    assert provider_incomes(book, year=2028).tolist() == [40, 777, 160, 3000 - 977]
    assert provider_incomes(book, year=2028, aco=-1).tolist() == [0, 0, 60, 699 - 60]
    # A provider is paid in the same months as all.
    first = [one["cents"] for one in book.entries if one["provider"] == 1]
    assert first == [388, 194, 195]


@given(
    cents=st.lists(st.integers(-(10**12), 10**12), min_size=3, max_size=3),
    weights=st.lists(st.floats(0.0, 1e9), min_size=0, max_size=6),
)
def test_what_is_split_among_providers_is_whole_to_the_cent(cents, weights):
    book, n = Ledger(3, 6), len(weights)
    # The second ACO has nobody by name.
    billed = Billed(
        aco=np.where(np.arange(n) % 2 == 0, 0, 2),
        provider=np.arange(n),
        fees=np.zeros(n, np.int64),
        reduced=np.array(weights),
    )
    enter_split(book, 2028, Party.ACO, Party.PROVIDERS, Mechanism.PROVIDER_PAYMENT, by_month(*cents), billed)
    assert book.net_by_aco(Party.PROVIDERS).tolist() == cents
    month = book.entries["month"]
    assert (month == book.entries["aco"] + 3).all()
    assert set(book.entries["provider"][book.entries["aco"] == 1].tolist()) <= {-1}
    for one in book.entries:
        signed = cents[one["aco"]]
        assert (one["payee"] == Party.PROVIDERS) == (signed > 0)
        assert one["provider"] < 0 or weights[one["provider"]] > 0.0


def test_shares_follow_the_weights():
    book = Ledger(1, 3)
    billed = Billed(np.zeros(3, np.int64), np.arange(3), np.zeros(3, np.int64), np.array([1.0, 0.0, 3.0]))
    enter_split(book, 2028, Party.PROVIDERS, Party.MEDICARE, Mechanism.FEE_REDUCTION, by_month(1001), billed)
    assert provider_incomes(book).tolist() == [-250, 0, -751, 0]
