"""Capitation of one ACO whose people are the nation, by hand: the arithmetic of a flat benchmark."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sim.inputs.capitation_terms import ProvisionalTerms, capitation_terms
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import N_SUMS, MonthSum, Sum
from sim.ledger.codes import Mechanism
from sim.settlement.capitation import (
    CareEvidence,
    LivedYear,
    YearOfPayments,
    capitation_of,
)
from sim.settlement.elections import Elections
from sim.settlement.provisional import provisional_claims

PEOPLE, MONTHS, BENCHMARK = 10_000, 12, 1164.0
SPENT = 140_000_000.0  # dollars a year
FINAL, DOLLAR = 22, 100

CARE = CareEvidence(
    primary_care=0.03,
    inside=1.0,
    participants_other=np.array([0.05]),
    preferred_other=np.array([0.10]),
    passed_on=1.0,
    enhanced_passed_on=0.0,
    claims_paid=np.array([0.25, 0.75]),
    month_weights=np.ones(MONTHS),
)
TERMS = capitation_terms(load_rulebook("lead-py2027"), 2027)


def lived(spent: float = SPENT) -> LivedYear:
    """Return a year of the ACO's people, who are all there are; one visit for every hundred dollars."""
    sums = np.zeros((1, 1, N_SUMS), np.int64)
    sums[..., Sum.SPEND] = round(spent * DOLLAR)
    sums[..., Sum.MONTHS] = PEOPLE * MONTHS
    sums[..., Sum.PQEM_VISITS] = round(spent / 100)
    return LivedYear(sums, sums[0, 0], 1.0)


def known(year: LivedYear, lookback: LivedYear, preliminary: float = BENCHMARK) -> YearOfPayments:
    monthly = np.zeros((1, 1, MONTHS, 2), np.int64)
    monthly[..., MonthSum.MONTHS] = PEOPLE
    monthly[..., MonthSum.SPEND] = year.aco[..., Sum.SPEND] // MONTHS
    return YearOfPayments(
        year=year,
        lookback=lookback,
        monthly=monthly,
        preliminary=np.array([[preliminary]]),
        final=np.array([[BENCHMARK]]),
        trend=np.array([1.1]),
    )


def paid(terms=TERMS, year=None, preliminary=BENCHMARK, care=CARE, **stated):
    elections = Elections.of([stated], 2027)
    seen = known(lived() if year is None else year, lived(), preliminary)
    return capitation_of(elections, terms, (FINAL, np.array([FINAL])), care, seen, np.zeros(1))


def dollars(made, mechanism):
    return made.payments.to_aco[mechanism][0] / DOLLAR


def test_base_and_enhanced_pcc_of_a_flat_benchmark():
    """B = 1,164, N = 10,000, base 3 %, enhanced 4 %: 349,200 and 465,600 a month, before sequestration."""
    made = paid(payments=["pcc"], enhanced_share=0.04)
    base, enhanced = dollars(made, Mechanism.BASE_PCC), dollars(made, Mechanism.ENHANCED_PCC)
    assert base[:12] == pytest.approx([0.98 * 349_200.0] * 12)
    assert made.due.sum() == 4_190_400 * DOLLAR
    # Nothing was wrong about people or benchmark.
    assert base[FINAL - 1] == 0.0
    assert enhanced[:12] == pytest.approx([465_600.0] * 12)
    assert enhanced[FINAL - 1] == pytest.approx(-5_587_200.0)
    # Three per cent of what was spent is primary care: so much stands no longer in claims.
    assert made.replaced.sum() == 4_200_000 * DOLLAR
    # Claims come over the year and two months more: a quarter at once, half the month after.
    reductions = made.payments.reductions[0] / DOLLAR
    assert reductions.sum() == pytest.approx(0.98 * 4_200_000)
    assert reductions[:3] == pytest.approx(0.98 * 350_000 * np.array([0.25, 0.75, 1.0]), abs=0.02)
    assert reductions[12:15] == pytest.approx(0.98 * 350_000 * np.array([0.75, 0.25, 0.0]), abs=0.02)
    np.testing.assert_array_equal(made.payments.to_providers, made.payments.reductions)


def test_the_most_enhanced_pcc_is_seven_per_cent_with_the_base():
    made = paid(payments=["pcc"], enhanced_share=1.0)
    assert made.rates[Mechanism.ENHANCED_PCC][0] == pytest.approx([0.04] * 12)
    costly = paid(payments=["pcc"], enhanced_share=1.0, care=replace(CARE, primary_care=0.055))
    assert costly.rates[Mechanism.BASE_PCC][0] == pytest.approx([0.055] * 12)
    assert costly.rates[Mechanism.ENHANCED_PCC][0] == pytest.approx([0.02] * 12)


def test_rates_look_back_on_twelve_months_that_move_with_each_quarter():
    """Primary care doubles with the year, spending does not: a quarter of it is seen from June on."""
    more = lived()
    more.aco[..., Sum.PQEM_VISITS] *= 2
    more = replace(more, nation=lived().nation)
    made = paid(year=more, payments=["pcc"], enhanced_share=1.0)
    expected = np.array([0.03] * 5 + [0.0375] * 3 + [0.045] * 3 + [0.0525])
    assert made.rates[Mechanism.BASE_PCC][0] == pytest.approx(expected)
    assert made.rates[Mechanism.ENHANCED_PCC][0] == pytest.approx(0.07 - np.minimum(expected, 0.05))
    # Rates are not trued up: what is due is what was in force, and claims replaced are the year's.
    assert dollars(made, Mechanism.BASE_PCC)[FINAL - 1] == pytest.approx(0.0, abs=0.2)
    assert made.due.sum() / DOLLAR == pytest.approx(expected.sum() * BENCHMARK * PEOPLE, abs=0.01)
    assert made.replaced.sum() / DOLLAR == pytest.approx(0.06 * SPENT, abs=0.02)
    as_before = paid(replace(TERMS, rates_known=np.zeros(4)), year=more, payments=["pcc"])
    assert as_before.rates[Mechanism.BASE_PCC][0] == pytest.approx([0.03] * 12)


def test_a_benchmark_that_rises_is_caught_up_with_by_vintage_and_at_settlement():
    made = paid(payments=["pcc"], preliminary=BENCHMARK - 100.0)
    base = dollars(made, Mechanism.BASE_PCC)
    month = 0.98 * 0.03 * PEOPLE
    assert base[:5] == pytest.approx([month * 1064.0] * 5)
    assert base[5:8] == pytest.approx([month * 1089.0] * 3)
    assert base[8:11] == pytest.approx([month * 1114.0] * 3)
    assert base[11] == pytest.approx(month * 1139.0)
    assert base[FINAL - 1] == pytest.approx(month * (5 * 100 + 3 * 75 + 3 * 50 + 25), abs=0.02)
    assert base.sum() == pytest.approx(0.98 * 4_190_400.0)


def test_total_care_capitation_is_net_of_what_others_bill():
    made = paid(payments=["tcc"], preferred_reduction=0.4)
    # Primary care, and of the rest Participants' twentieth and two fifths of Preferred Providers' tenth.
    share = 0.03 + 0.97 * (0.05 + 0.4 * 0.10)
    assert made.rates[Mechanism.TCC][0] == pytest.approx([share] * 12)
    assert made.due.sum() / DOLLAR == pytest.approx(share * BENCHMARK * PEOPLE * MONTHS, abs=0.01)
    assert made.replaced.sum() / DOLLAR == pytest.approx(share * SPENT, abs=0.02)
    withheld = paid(replace(TERMS, leakage_withhold=0.25), payments=["tcc"], preferred_reduction=0.4)
    assert withheld.rates[Mechanism.TCC][0] == pytest.approx([0.75 * share] * 12)


def test_npcc_is_kept_and_apo_trued_up():
    """A tenth more is spent than in the look-back: NPCC is what it was set to, APO as it expected."""
    both = {"npcc_reduction": 0.4, "apo_reduction": 0.5}
    made = paid(year=lived(1.1 * SPENT), payments=["pcc", "npcc", "apo"], **both)
    other = 0.97 * 0.15
    assert made.rates[Mechanism.NPCC][0] == pytest.approx([0.4 * other] * 12)
    assert dollars(made, Mechanism.NPCC).sum() == pytest.approx(
        0.98 * 0.4 * other * BENCHMARK * PEOPLE * MONTHS, abs=0.05
    )
    advance = dollars(made, Mechanism.APO)
    assert advance[:12] == pytest.approx([0.98 * 1.1 * 0.5 * other * SPENT / 12] * 12)
    assert advance[FINAL - 1] == pytest.approx(0.0, abs=0.1)
    assert made.apo_reductions[0] / DOLLAR == pytest.approx(0.5 * other * 1.1 * SPENT, abs=0.02)
    # Claims that APO has paid before are expenditure still; those that capitation stands for are not.
    assert made.replaced.sum() / DOLLAR == pytest.approx(1.1 * SPENT * (0.03 + 0.4 * other), abs=0.05)
    less = paid(year=lived(SPENT), payments=["pcc", "apo"], apo_reduction=0.5)
    assert dollars(less, Mechanism.APO)[FINAL - 1] == pytest.approx(
        -0.98 * 0.1 * 0.5 * other * SPENT, abs=0.1
    )


def test_provisional_settlement_completes_what_is_paid_by_the_years_end():
    made = paid(payments=["pcc"])
    seen = provisional_claims(made, ProvisionalTerms(15, 12, 1.0, 1.1, stop_loss=True), CARE)
    # Of twelve months' claims the last is a quarter and the one before three quarters paid.
    assert seen == pytest.approx([(SPENT - 4_200_000) / 12 * 11 * 1.1])


def test_no_sequestration_and_no_passing_on():
    plain = paid(replace(TERMS, sequestered=False), payments=["pcc"], care=replace(CARE, passed_on=0.5))
    assert dollars(plain, Mechanism.BASE_PCC)[0] == pytest.approx(349_200.0)
    assert plain.payments.reductions.sum() == 4_200_000 * DOLLAR
    assert plain.payments.to_providers.sum() == 2_100_000 * DOLLAR
    lent = paid(replace(TERMS, enhanced_sequestered=True), payments=["pcc"], enhanced_share=0.04)
    assert dollars(lent, Mechanism.ENHANCED_PCC)[0] == pytest.approx(0.98 * 465_600.0)
    assert dollars(lent, Mechanism.ENHANCED_PCC).sum() == pytest.approx(0.0)
    kept = paid(replace(TERMS, enhanced_repaid=0.5), payments=["pcc"], enhanced_share=0.04)
    assert dollars(kept, Mechanism.ENHANCED_PCC).sum() == pytest.approx(0.5 * 5_587_200.0)
