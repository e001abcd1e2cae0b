"""ACO REACH: settlement vectors from CMS's file, additive withholds, the retrospective trend corridor."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.reach_terms import reach_terms
from sim.inputs.rulebook import load_rulebook
from sim.policy.reach import (
    final_benchmark,
    health_equity_adjustment,
    retrospective_trend_adjustment,
    settle,
)

# CMS, GPDC and ACO REACH results: year, option, final benchmark, cost net of stop-loss, gross, shared, after
# sequestration. They reach every corridor that any ACO has reached.
VECTORS = [
    (2021, "global", 18919056.56, 25535737.85, -6616681.29, -5673222.71, -5673222.71),
    (2022, "global", 43984166.24, 30651714.43, 13332451.81, 12164246.69, 11920961.75),
    (2021, "global", 17358397.18, 10988761.27, 6369635.91, 5281068.38, 5175447.01),
    (2021, "professional", 7959317.43, 9179100.14, -1219782.70, -399260.13, -399260.13),
    (2022, "professional", 40642472.85, 33255957.86, 7386514.99, 2096630.85, 2054698.23),
    (2021, "professional", 9949601.44, 6915832.48, 3033768.96, 574546.51, 563055.58),
]


@pytest.mark.parametrize(("py", "option", "benchmark", "cost", "gross", "shared", "paid"), VECTORS)
def test_published_settlements(py, option, benchmark, cost, gross, shared, paid):
    done = settle(benchmark, 0.0, cost, reach_terms(load_rulebook(f"reach-py{py}"), option))
    assert done.gross_usd == pytest.approx(gross, abs=0.02)
    assert done.shared_usd == pytest.approx(shared, abs=0.02)
    assert done.settlement_usd == pytest.approx(paid, abs=0.02)


BY_CORRIDOR = {
    5: 5.0,
    10: 10.0,
    12: 11.0,
    15: 12.5,
    18: 14.0,
    20: 15.0,
    25: 17.5,
    35: 22.5,
    50: 26.25,
    100: 31.25,
}


@pytest.mark.parametrize(("gross", "kept"), BY_CORRIDOR.items())
def test_global_corridors_of_py2026(gross, kept):
    terms = reach_terms(load_rulebook("reach-py2026"), "global")
    assert settle(100.0, 0.0, 100.0 - gross, terms).shared_usd == pytest.approx(kept)
    assert settle(100.0, 0.0, 100.0 + gross, terms).shared_usd == pytest.approx(-kept)


def test_health_equity_counts_in_the_corridors_but_not_in_the_published_rate():
    terms = reach_terms(load_rulebook("reach-py2023"), "professional")
    done = settle(100.0, 10.0, 103.0, terms)
    assert done.savings_rate == pytest.approx(0.07)
    assert done.shared_usd == pytest.approx(0.5 * 5.5 + 0.35 * 1.5)


def test_health_equity_of_py2023_is_cms_total():
    rules = load_rulebook("reach-py2023")
    up, down = rules.number("health_equity.up"), rules.number("health_equity.down")
    total = health_equity_adjustment(2_347_223, 11_613_195, up_pbpm=up, down_pbpm=down)
    assert total == pytest.approx(70_416_690 - 69_679_170)


@pytest.mark.parametrize("cost", [70.0, 98.0, 105.0, 160.0])
def test_an_aco_of_cents_settles_as_one_of_millions(cost):
    terms = reach_terms(load_rulebook("reach-py2023"), "professional")
    big = settle(100e6, 2e6, cost * 1e6, terms)
    small = settle(100e-6, 2e-6, cost * 1e-6, terms)
    assert small.savings_rate == pytest.approx(big.savings_rate) == pytest.approx((102.0 - cost) / 100.0)
    for step in ("gross_usd", "shared_usd", "settlement_usd"):
        assert getattr(small, step) == pytest.approx(getattr(big, step) * 1e-12), step


def test_an_aco_without_people_settles_at_zero():
    done = settle(0.0, 0.0, 0.0, reach_terms(load_rulebook("reach-py2023"), "global"))
    assert (done.gross_usd, done.savings_rate, done.shared_usd, done.settlement_usd) == (0.0, 0.0, 0.0, 0.0)


def test_discount_and_withholds_add_up():
    terms = reach_terms(load_rulebook("reach-py2023"), "global")
    assert final_benchmark(100.0, 0.8, False, terms) == pytest.approx(100 - 3 - 0.4)
    assert final_benchmark(100.0, 1.0, True, terms) == pytest.approx(100 - 3 - 2)


@pytest.mark.parametrize(
    ("py", "miss", "applied"),
    [
        (2023, 0.10, 0.10),
        (2024, 0.009, 0.0),
        (2024, 0.01, 0.0),
        (2024, -0.01, 0.0),
        (2024, 0.011, 0.011),
        (2024, 0.03, 0.03),
        (2024, -0.06, -0.05),
        (2024, 0.20, 0.06),
    ],
)
def test_retrospective_trend_adjustment(py, miss, applied):
    rules = load_rulebook(f"reach-py{py}")
    found = retrospective_trend_adjustment(
        miss,
        edges=rules.array("trend.retrospective_edges"),
        shares=rules.array("trend.retrospective_shares"),
        threshold=rules.number("trend.retrospective_threshold"),
    )
    assert found == pytest.approx(applied)


@given(
    st.sampled_from(range(2021, 2027)),
    st.sampled_from(("global", "professional")),
    st.lists(st.floats(0, 3e8), min_size=2, max_size=8),
)
def test_spending_less_never_pays_less(py, option, costs):
    terms = reach_terms(load_rulebook(f"reach-py{py}"), option)
    paid = settle(1e8, 0.0, np.sort(costs), terms).settlement_usd
    assert (np.diff(paid) <= 1e-6).all()
