"""The payments of a year, as entries."""

import numpy as np

from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.year import enter_cara


def test_what_specialists_get_and_pay_back_are_entries_of_their_own():
    book = Ledger(2)
    enter_cara(book, 2028, np.array([500, -200, 300, 0]), np.array([0, 0, 1, 1]), np.array([0, 300]))
    made = [(row["payer"], row["payee"], row["aco"], row["cents"]) for row in book.entries]
    assert made == [
        (Party.MEDICARE, Party.PREFERRED, 0, 500),
        (Party.MEDICARE, Party.PREFERRED, 1, 300),
        (Party.PREFERRED, Party.MEDICARE, 0, 200),
        (Party.ACO, Party.MEDICARE, 1, 300),
    ]
    assert book.net(Party.PREFERRED) == book.net(Party.PREFERRED, Mechanism.CARA) == 600
    assert book.net_by_aco(Party.ACO, Mechanism.CARA_OWED).tolist() == [0, -300]
    assert book.net(Party.MEDICARE) == -300
