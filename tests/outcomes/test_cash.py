"""Cash by calendar month: lowest point, days, what is lacking and what borrowing it costs."""

from __future__ import annotations

import numpy as np
import pytest

from sim.inputs.evidence import load_evidence
from sim.ledger import Ledger, Mechanism, Party
from sim.outcomes.cash import CashTerms, cash_in_year, month_ends

TERMS = CashTerms(reserve=0.0, interest=0.12)


def book() -> Ledger:
    made = Ledger(2)
    for year in (2027, 2028):
        made.enter(
            year, Party.ACO, Party.SUPPLIERS, Mechanism.CARE_MANAGEMENT, [100] * 12, aco=0, month=range(1, 13)
        )
        # Paid in October of the year after.
        made.enter(year, Party.MEDICARE, Party.ACO, Mechanism.SETTLEMENT, [2000], aco=0, month=22)
    return made


def test_settlements_come_in_in_their_month():
    cash = month_ends(book(), 2027, 2028)
    assert cash.shape == (2, 24)
    assert cash[0, :12].tolist() == [-100 * month for month in range(1, 13)]
    assert cash[0, 20:].tolist() == [-2100, -200, -300, -400]
    assert not cash[1].any()


def test_the_figures_of_a_year():
    first, second = (cash_in_year(book(), 2027, year, TERMS) for year in (2027, 2028))
    assert first["cash_low_point"].tolist() == [-1200, 0]
    assert first["working_capital"].tolist() == [1200, 0]
    # One per cent a month of what is lacking at each month's end.
    assert first["working_capital_interest"].tolist() == [round(0.01 * 100 * sum(range(1, 13))), 0]
    assert first["days_of_cash"][0] == pytest.approx(-365.0)
    assert np.isnan(first["days_of_cash"][1])
    assert second["cash_low_point"].tolist() == [-2100, 0]
    assert second["working_capital"][0] == 2100


def test_a_reserve_is_a_share_of_the_first_years_cost():
    found = cash_in_year(book(), 2027, 2028, CashTerms(reserve=0.5, interest=0.12))
    assert found["cash_low_point"].tolist() == [-1500, 0]


def test_terms_are_the_evidences():
    terms = CashTerms.read(load_evidence())
    assert (terms.reserve, terms.interest) == (0.0, 0.08)
