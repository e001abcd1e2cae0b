"""An account: postings in the order in which money moves, months and years that follow each other."""

from __future__ import annotations

from sim.ledger import Ledger, Mechanism, Party
from sim.ledger.statement import Period, Posting, periods, postings


def book() -> Ledger:
    made = Ledger(2)
    made.enter(2027, Party.MEDICARE, Party.ACO, Mechanism.SETTLEMENT, [900, -300], month=22)
    made.enter(2027, Party.ACO, Party.SUPPLIERS, Mechanism.CARE_MANAGEMENT, [100, 50], month=1)
    made.enter(2028, Party.ACO, Party.SUPPLIERS, Mechanism.CARE_MANAGEMENT, [40, 60], month=10)
    made.enter(2028, Party.ACO, Party.PARTICIPANT, Mechanism.DISTRIBUTION, [5, 7], aco=[0, 0], month=10)
    return made


def test_postings_are_by_calendar_month():
    assert postings(book(), Party.ACO, 0) == [
        Posting(2027, 1, 2027, "care_management", "suppliers", -100),
        Posting(2028, 10, 2027, "settlement", "medicare", 900),
        Posting(2028, 10, 2028, "care_management", "suppliers", -40),
        Posting(2028, 10, 2028, "distribution", "participant", -12),
    ]
    assert [one.cents for one in postings(book(), Party.MEDICARE)] == [-600]
    assert postings(Ledger(1), Party.ACO, 0) == []


def test_periods_follow_each_other():
    years = periods(postings(book(), Party.ACO, 0), yearly=True)
    assert years == [
        Period(2027, None, 0, 0, 100, -100, -100),
        Period(2028, None, -100, 900, 52, 748, -100),
    ]
    months = periods(postings(book(), Party.ACO, 0), yearly=False)
    assert len(months) == 24
    assert months[21] == Period(2028, 10, -100, 900, 52, 748, 748)
    assert (months[0].month, months[-1].closing) == (1, 748)
    assert periods([], yearly=True) == []
