"""Income statements of single providers: they hold what entries name, and nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.income import IncomeLine, income_statement, provider_incomes


def book() -> Ledger:
    """Return a ledger of two ACOs, three practices and two specialists."""
    made = Ledger(2, 3, 2, named=True)
    services = Party.MEDICARE, Party.PROVIDERS, Mechanism.FEE_FOR_SERVICE
    made.enter(2027, *services, [900, 80, 7], aco=[0, 1, -1], provider=[1, 1, 1])
    made.enter(2027, *services, [5000, 300], aco=[0, -1], provider=[-1, 4])
    made.enter(
        2027,
        Party.PROVIDERS,
        Party.MEDICARE,
        Mechanism.FEE_REDUCTION,
        [200, 50],
        aco=0,
        month=[3, 4],
        provider=1,
    )
    made.enter(2027, Party.ACO, Party.PROVIDERS, Mechanism.PROVIDER_PAYMENT, 240, aco=0, provider=1)
    made.enter(
        2028, Party.ACO, Party.PARTICIPANT, Mechanism.DISTRIBUTION, [10, 33], provider=[0, 1], month=22
    )
    made.enter(2028, Party.MEDICARE, Party.PREFERRED, Mechanism.CARA, [-60, 20], provider=[4, 4], month=22)
    made.enter(2028, Party.MEDICARE, Party.ACO, Mechanism.SETTLEMENT, [44, 0], month=22)
    return made


def test_a_practice_and_a_specialist():
    own = income_statement(book(), 1)
    assert own.lines == (
        IncomeLine(2027, "fee_for_service", "medicare", -1, 7),
        IncomeLine(2027, "fee_for_service", "medicare", 0, 900),
        IncomeLine(2027, "fee_for_service", "medicare", 1, 80),
        IncomeLine(2027, "fee_reduction", "medicare", 0, -250),
        IncomeLine(2027, "provider_payment", "aco", 0, 240),
        IncomeLine(2028, "distribution", "aco", 1, 33),
    )
    assert own.years == (2027, 2028)
    assert own.cents == 1010
    assert own.of(2028).cents == 33
    assert own.of(2030).cents == 0
    assert own.of(2027).by_mechanism() == {
        "fee_for_service": 987,
        "fee_reduction": -250,
        "provider_payment": 240,
    }
    specialist = income_statement(book(), 4)
    assert specialist.by_mechanism() == {"fee_for_service": 300, "cara": -40}
    assert income_statement(book(), 2).lines == ()


def test_all_of_them_and_others_add_up_to_the_ledger():
    made = book()
    by_hand = [income_statement(made, one).cents for one in range(5)]
    assert provider_incomes(made).tolist() == [*by_hand, 5000]
    parties = Party.PROVIDERS, Party.PARTICIPANT, Party.PREFERRED
    assert provider_incomes(made).sum() == sum(made.net(party) for party in parties)
    assert provider_incomes(made, [Mechanism.CARA]).tolist() == [0, 0, 0, 0, -40, 0]
    assert provider_incomes(made, year=2028).tolist() == [10, 33, 0, 0, -40, 0]
    by_aco = [provider_incomes(made, aco=aco) for aco in (-1, 0, 1)]
    np.testing.assert_array_equal(sum(by_aco), provider_incomes(made))
    assert by_aco[0].tolist() == [0, 7, 0, 0, 300, 0]


def test_without_books_there_is_no_statement():
    with pytest.raises(RuntimeError, match="provider_books"):
        income_statement(Ledger(2, 3, 2), 1)


@pytest.mark.parametrize("provider", [-2, 5])
def test_a_provider_that_there_is_not_is_refused(provider):
    with pytest.raises(ValueError, match="provider outside -1 to 4"):
        Ledger(2, 3, 2).enter(
            2027, Party.ACO, Party.PROVIDERS, Mechanism.DISTRIBUTION, 5, aco=0, provider=provider
        )
