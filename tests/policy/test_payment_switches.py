"""Every unsettled rule of payments and protection is a switch: changing it changes a result."""

import numpy as np
import pytest

from sim.inputs.benefit_terms import falls_terms
from sim.inputs.cara_terms import cara_terms
from sim.inputs.faults import InputError
from sim.inputs.lead_terms import lead_terms
from sim.inputs.rulebook import Rulebook, load_rulebook
from sim.policy import cara, settlement
from sim.policy.cara_episodes import dropped
from sim.policy.claims_lag import claims_known
from sim.policy.falls import course_cost, home_modification


def stop_loss(book: Rulebook):
    if not book.flag("stop_loss.elected"):
        return [0.0, 0.0]
    paid = settlement.stop_loss_payout(
        400_000,
        20_000,
        attachments=book.array("stop_loss.attachments"),
        rates=book.array("stop_loss.payout_rates"),
    )
    return [float(paid), book.number("stop_loss.charge")]


def guarantees(book: Rulebook):
    return [
        settlement.financial_guarantee(1e6, rate=book.number(f"guarantee.{option}"))
        for option in ("global", "professional")
    ]


def episode(book: Rulebook, price: str = ""):
    """Return prices of each class of episode, what specialists are paid, what their ACO is charged."""
    terms = cara_terms(book, 2028)
    expected = np.array([20_000.0, 15_000.0, 8_000.0])
    grown = cara.trend_correction(1.05, 1.08, limit=terms.trend_correction)
    prices = {
        "cms": cara.target_price(expected, base_ratio=1.0, discount=terms.discount) * grown,
        "team": cara.team_price(
            np.outer(expected, [0.8, 0.9, 1.0]), 1.0, 1.0, weights=terms.team_weights, discount=terms.discount
        ),
        "bpci_advanced": cara.bpci_advanced_price(expected, 9.0, 10.0, discount=terms.bpci_discount),
    }
    best, worst = np.quantile(np.arange(11.0), terms.percentiles)
    score = cara.quality_score(4.0, best=best, worst=worst) if terms.measured else 1.0
    number = 15
    agreed = prices[price or terms.price]
    gross = number * np.stack([agreed - 1.2 * expected, agreed - 0.7 * expected])
    paid = cara.reconciled(
        np.where(number >= terms.minimum, gross, 0.0),
        score,
        performance_adjustment=terms.performance_adjustment,
        loss_adjustment=terms.loss_adjustment,
    )
    charged = cara.in_expenditure(np.maximum(paid, 0.0), np.maximum(-paid, 0.0), collected=terms.collected)
    return [*agreed, *paid.ravel(), charged.sum() * terms.in_expenditure]


def episode_by(price: str):
    return lambda book: episode(book, price)


def arrangements(book: Rulebook):
    """Return what the rulebook lets be arranged, as numbers."""
    terms = cara_terms(book, 2028)
    return [
        terms.first_py,
        "professional" in terms.options,
        "sepsis" in terms.measures,
        "max_flex" in terms.approaches,
        terms.with_npcc_or_apo,
        *terms.discount_limits,
        *terms.performance_limits,
        terms.overlap == "exclusive",
        terms.review_refused,
        terms.collected_after,
        *dropped([1, 2, 4], [1, 2, 0], left=terms.drops_left, died=terms.drops_died, esrd=terms.drops_esrd),
        terms.excludes_outliers,
        terms.standardised,
        terms.least_before,
        terms.report_lag,
    ]


def falls(book: Rulebook):
    terms = falls_terms(book, 2027)
    home = home_modification(4000.0, spread=1.0, limit=terms.modification_limit)
    cost = float(course_cost(6, payment=terms.payment, modification=home))
    return [cost, terms.medicare_pays, terms.counts]


def calendar(book: Rulebook):
    year, month = settlement.payment_month(2027, lag=book.number("calendar.final_lag"))
    provisional, first = settlement.payment_month(2027, lag=book.number("calendar.provisional_lag"))
    known = claims_known(
        np.arange(12.0),
        [0.8],
        months_known=int(book.number("calendar.provisional_months")),
        completion=book.number("calendar.completion"),
    )
    return [year, month, provisional, first, float(known)]


def leaving(book: Rulebook):
    return settlement.settlement_after_exit(
        [-100.0, -100.0],
        [2, 5],
        notice_month=book.number("exit.notice_month"),
        liable_share=book.number("exit.settles_after_notice"),
    )


# (key, what to set it to, result that moves)
SWITCHES = [
    ("guarantee.global", "3 %", guarantees),
    ("guarantee.professional", "3 %", guarantees),
    ("cara.price", "team", episode),
    ("cara.discount.procedural", "3 %", episode),
    ("cara.discount.acute", "3 %", episode),
    ("cara.discount.chronic", "3 %", episode),
    ("cara.discount_limits", ["-5 %", "5 %"], arrangements),
    ("cara.team_weights", [0.2, 0.3, 0.5], episode_by("team")),
    ("cara.bpci_discount", "2 %", episode_by("bpci_advanced")),
    ("cara.trend_correction", "3 %", episode),
    ("cara.loss_adjustment", "none", episode),
    ("cara.performance_adjustment", "50 %", episode),
    ("cara.performance_limits", ["0 %", "100 %"], arrangements),
    ("cara.minimum.procedural", 31, episode),
    ("cara.minimum.acute", 10, episode),
    ("cara.minimum.chronic", 10, episode),
    ("cara.overlap", "exclusive", arrangements),
    ("cara.collected", "90 %", episode),
    ("cara.collected_after_leaving", "90 %", arrangements),
    ("cara.drop.left", False, arrangements),
    ("cara.drop.died", False, arrangements),
    ("cara.drop.esrd", False, arrangements),
    ("cara.outliers", "kept", arrangements),
    ("cara.standardised", True, arrangements),
    ("cara.least_before", 31, arrangements),
    ("cara.report_lag", 4, arrangements),
    ("cara.quality_measure", "none", episode),
    ("cara.quality_percentiles", ["20 %", "80 %"], episode),
    ("cara.review_refused", "0 %", arrangements),
    ("cara.counts_as_expenditure", False, episode),
    ("cara.episodes", ["copd_inpatient"], arrangements),
    ("cara.options", ["global", "professional"], arrangements),
    ("cara.first_py", 2029, arrangements),
    ("cara.approaches", ["default"], arrangements),
    ("cara.with_npcc_or_apo", True, arrangements),
    ("falls.payment", 120, falls),
    ("falls.modification_limit", 1000, falls),
    ("falls.payer", "medicare", falls),
    ("falls.counts_as_expenditure", True, falls),
    ("calendar.provisional_months", 6, calendar),
    ("calendar.provisional_lag", 4, calendar),
    ("calendar.final_lag", 14, calendar),
    ("calendar.completion", 1.05, calendar),
    ("exit.notice_month", 6, leaving),
    ("exit.settles_after_notice", "50 %", leaving),
]


@pytest.mark.parametrize(("key", "value", "result"), SWITCHES, ids=[f"{row[0]}={row[1]}" for row in SWITCHES])
def test_changing_the_switch_changes_the_result(key, value, result):
    plain = np.asarray(result(load_rulebook("lead-py2027")), dtype=float)
    changed = np.asarray(result(load_rulebook("lead-py2027", {key: value})), dtype=float)
    assert not np.allclose(plain, changed, rtol=1e-9)


def test_stop_loss_pays_and_charges_once_elected():
    terms = {
        "stop_loss.attachments": ["100000 USD/year", "300000 USD/year"],
        "stop_loss.payout_rates": ["80 %", "90 %"],
        "stop_loss.charge": "12 USD PBPM",
    }
    assert stop_loss(load_rulebook("lead-py2027", terms)) == [0.0, 0.0]
    paid = stop_loss(load_rulebook("lead-py2027", terms | {"stop_loss.elected": True}))
    assert paid == pytest.approx([0.8 * 200_000 + 0.9 * 80_000, 12.0])


def test_electing_stop_loss_without_terms_is_a_fault():
    nothing = {"stop_loss.elected": True, "stop_loss.payout_rates": [0, 0]}
    with pytest.raises(InputError, match="true without payout rates"):
        lead_terms(load_rulebook("lead-py2027", nothing), 2027, "global")
