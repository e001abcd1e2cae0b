"""Every unsettled rule of benchmarks and settlements is a switch: changing it changes a result."""

import numpy as np
import pytest
from lead_world import one_aco, one_year, random_world

from sim.inputs.lead_criteria import stated_growth
from sim.inputs.lead_terms import lead_terms
from sim.inputs.rulebook import Rulebook, load_rulebook
from sim.policy import alignment, eligibility, high_needs, quality
from sim.policy.lead import historical_baseline, settle_performance_year


def settle(book: Rulebook, py: int, option: str):
    terms = lead_terms(book, py, option)
    base, year = random_world(11, acos=30)
    return settle_performance_year(historical_baseline(base, terms), year, terms).settlement_usd


def higher_spending_year(book: Rulebook, py: int):
    terms = lead_terms(book, py, "global")
    base = one_aco(base_pbpm=np.full((1, 6, 3), 1100.0))
    settled = settle_performance_year(historical_baseline(base, terms), one_year(), terms)
    return [settled.add_on_usd[0], settled.settlement_usd[0]]


def like_its_region(book: Rulebook):
    terms = lead_terms(book, 2027, "global")
    return historical_baseline(one_aco(base_pbpm=np.full((1, 6, 3), 1000.0)), terms).higher_spending


def newly_entering(book: Rulebook):
    return eligibility.is_newly_entering(
        [[2800, 100, 0]], below=book.number("eligibility.newly_entering_below")
    )


def start_of_a_new_aco(book: Rulebook):
    need = book.number("eligibility.base_year_minimum.newly_entering")
    return eligibility.meets_base_year_minimum([[650, 0, 0]], need)


def high_needs_acos(book: Rulebook):
    return eligibility.is_high_needs_aco(
        [40, 39],
        [0, 10],
        [100, 100],
        share=book.number("eligibility.high_needs_share"),
        test=book.word("eligibility.high_needs_test"),
        counts=book.word("eligibility.high_needs_counts"),
    )


def continuing(book: Rulebook):
    stays, _ = eligibility.may_continue(
        [950],
        book.number("eligibility.minimum.newly_entering", 2029),
        np.array([0]),
        buffer=book.number("eligibility.buffer"),
        allowed_uses=book.number("eligibility.buffer_uses"),
    )
    return stays


def high_needs_person(book: Rulebook):
    days = (
        book.number("high_needs.home_health_days") if book.flag("high_needs.home_health_counts") else np.inf
    )
    limits = book.array("high_needs.risk_score")
    return high_needs.meets_criteria(
        mobility=False,
        frailty=False,
        risk_score=np.array([1.0]),
        esrd=np.array([False]),
        unplanned_admissions=0,
        snf_days=0,
        home_health_days=100,
        score_limits=limits,
        score_with_admissions=book.number("high_needs.risk_score_with_admissions"),
        admissions_needed=book.number("high_needs.unplanned_admissions"),
        snf_days_needed=book.number("high_needs.snf_days"),
        home_health_days_needed=days,
    )


def earned(book: Rulebook):
    improving = quality.improves_or_sustains(
        [0.79, 0.95], [0.78, 0.95], improvement=book.number("quality.improvement"), sustained=0.9
    )
    score = quality.earning_score(
        [0.79, 0.95],
        improving,
        [True, False],
        gate=book.number("quality.improvement_gate"),
        plan_share=book.number("quality.plan_share"),
    )
    pool = quality.high_performers_pool(
        [0.79, 0.95],
        [1000.0, 1000.0],
        withhold=book.number("quality.withhold"),
        mean=0.79,
        spread=0.21,
        share=book.number("quality.pool_share"),
        threshold=book.number("quality.pool_score"),
    )
    return [*quality.earned_back(score, withhold=book.number("quality.withhold")), *pool]


def who_is_aligned(book: Rulebook):
    charges = np.array(
        [[[100.0, 0.0], [0.0, 60.0]], [[0.0, 15.0], [0.0, 85.0]], [[200.0, 0.0], [0.0, 100.0]]]
    )
    by_claims = alignment.claims_aligned(
        charges,
        np.array([[1, 2], [1, 2], [1, 2]]),
        np.array([[True, True], [True, False], [True, True]]),
        [[9, 1], [1, 9], [9, 1]],
        weights=book.array("alignment.lookback_weights"),
        primary_share=book.number("alignment.primary_care_share"),
        tie=book.word("alignment.tie"),
    )
    return alignment.aligned_entity(
        by_claims, np.array([3, -1, -1]), precedence=book.word("alignment.precedence")
    )[0] * 100 + np.where(by_claims > 0, by_claims, 0)


def mid_year(book: Rulebook):
    return alignment.first_month(
        np.array([False]),
        np.array([True]),
        np.array([13]),
        hybrid=True,
        mid_year_month=book.number("alignment.mid_year_month"),
    )


def medicaid(book: Rulebook):
    yes = np.array([True])
    on = book.word("medicaid.alignment") == "on" and book.number("medicaid.from_py") <= 2029
    return alignment.medicaid_aligned(yes, yes, yes, yes, active=on)


def high_needs_year(book: Rulebook):
    met = np.array([[True, False, False, False]])
    status = high_needs.status_by_check(
        np.array([False]), met, sticky=book.flag("alignment.high_needs_sticky")
    )
    return high_needs.months_with_status(
        status, months_between=int(book.number("alignment.high_needs_check_months"))
    ).sum()


def global_of(py: int):
    return lambda book: settle(book, py, "global")


def professional_of(py: int):
    return lambda book: settle(book, py, "professional")


def add_on_of(py: int):
    return lambda book: higher_spending_year(book, py)


PROFESSIONAL_50 = ["50 %", "35 %", "15 %", "5 %"]


# (key, what to set it to, result that moves)
SWITCHES = [
    ("corridors.professional.savings", PROFESSIONAL_50, professional_of(2027)),
    ("add_on.place", "inside", add_on_of(2027)),
    ("add_on.rate", {2032: "1.5 %"}, add_on_of(2033)),
    ("rate_book.share", {2032: "100 %"}, global_of(2032)),
    ("discount.higher_spending", {2028: "1.75 %", 2032: "3 %"}, global_of(2030)),
    ("discount.lower_spending", "2 %", global_of(2030)),
    ("discount.professional", "1 %", professional_of(2030)),
    ("trend.guard_target", "blend", global_of(2027)),
    ("trend.guard_above", {2028: "1 pp"}, global_of(2028)),
    ("trend.guard_below", {2028: "1 pp"}, global_of(2028)),
    ("trend.two_way_weight", 0.5, global_of(2028)),
    ("eligibility.base_year_minimum.newly_entering", 700, start_of_a_new_aco),
    ("eligibility.newly_entering_below", 2500, newly_entering),
    ("eligibility.minimum.newly_entering", {2029: 4000}, continuing),
    ("eligibility.buffer", 0, continuing),
    ("eligibility.buffer_uses", 0, continuing),
    ("eligibility.high_needs_test", "at_or_above", high_needs_acos),
    ("eligibility.high_needs_counts", "high_needs_or_esrd", high_needs_acos),
    ("high_needs.home_health_counts", True, high_needs_person),
    ("corridors.professional.losses", ["50 %", "50 %", "50 %", "50 %"], professional_of(2027)),
    ("sequestration.base", "gross", professional_of(2027)),
    ("sequestration.base", "shared", global_of(2027)),
    ("trend.guard_path", "triangular", global_of(2028)),
    ("trend.guard_path", "frozen", global_of(2028)),
    ("trend.guard_path", "open", global_of(2028)),
    ("trend.prospective_path", "held", lambda book: [*stated_growth(book, range(2027, 2031)), *[0] * 9][:4]),
    ("efficiency.cap_level", "total", global_of(2027)),
    ("efficiency.floor_level", "cell", global_of(2027)),
    ("quality.combined", "sum", global_of(2027)),
    ("quality.withhold", "5 %", earned),
    ("quality.improvement_gate", "50 %", earned),
    ("quality.plan_share", "25 %", earned),
    ("quality.pool_share", "100 %", earned),
    ("alignment.lookback_weights", [0.5, 0.5], who_is_aligned),
    ("alignment.primary_care_share", "20 %", who_is_aligned),
    ("alignment.tie", "newer_year_charges", who_is_aligned),
    ("alignment.precedence", "claims", who_is_aligned),
    ("alignment.mid_year_month", 10, mid_year),
    ("alignment.high_needs_sticky", False, high_needs_year),
    ("risk.coding_intensity_factor", 0.99, global_of(2027)),
    ("risk.cap", ["1 %", "1 %", "1 %"], global_of(2027)),
    ("designation.tie", "lower_spending", like_its_region),
    ("efficiency.options", ["global", "professional"], professional_of(2027)),
    ("efficiency.share", "40 %", global_of(2027)),
    ("efficiency.cap", "1 %", global_of(2027)),
    ("efficiency.cap_former_mssp", "1 %", global_of(2027)),
    ("prior_savings.options", ["global"], professional_of(2027)),
    ("prior_savings.share", "40 %", global_of(2027)),
    ("prior_savings.cap", "1 %", global_of(2027)),
    ("prior_savings.for_higher_spending", False, global_of(2027)),
    ("baseline.voluntary_limit", "50 %", global_of(2027)),
    ("baseline.weights.newly_entering", [0.2, 0.3, 0.5], global_of(2027)),
    ("baseline.weights.renewing", [0.1, 0.3, 0.6], global_of(2027)),
]


@pytest.mark.parametrize(("key", "value", "result"), SWITCHES, ids=[f"{row[0]}={row[1]}" for row in SWITCHES])
def test_changing_the_switch_changes_the_result(key, value, result):
    plain = np.asarray(result(load_rulebook("lead-py2027")), dtype=float)
    changed = np.asarray(result(load_rulebook("lead-py2027", {key: value})), dtype=float)
    assert not np.allclose(plain, changed, rtol=1e-9)


def test_the_medicaid_route_opens_when_switched_on_and_its_year_has_come():
    assert not medicaid(load_rulebook("lead-py2027"))[0]
    assert medicaid(load_rulebook("lead-py2027", {"medicaid.alignment": "on"}))[0]
    late = {"medicaid.alignment": "on", "medicaid.from_py": 2031}
    assert not medicaid(load_rulebook("lead-py2027", late))[0]
