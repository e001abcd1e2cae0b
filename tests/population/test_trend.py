"""Paths of spending: closed forms without spread, spread as stated, the same draws as ever."""

from __future__ import annotations

import numpy as np
import pytest

from sim.inputs.evidence import load_evidence
from sim.kernels.codes import N_KINDS
from sim.kernels.draws import make_key
from sim.population.trend import draw_trend, prospective_growth

YEARS = range(2022, 2037)
QUIET = {
    "trend.drift": 0.0,
    "trend.shock": 0.0,
    "trend.skin_substitute_reversal": 0.0,
    "trend.market": 0.0,
}
STILL = QUIET | {"trend.market_reversion": 0.0}


def draw(overrides, start=None, years=YEARS):
    evidence = load_evidence(overrides=overrides)
    start = np.ones((2, N_KINDS)) if start is None else start
    return evidence, draw_trend(evidence, make_key(1, 0), years, start)


@pytest.mark.parametrize("years", [YEARS, range(2008, 2019), range(2031, 2037)])
def test_without_spread_it_is_the_central_path_around_the_base_year(years):
    start = np.array([[1.0, 1.1, 0.9, 1.2], [0.8, 1.0, 1.0, 1.0]])
    evidence, trend = draw(STILL, start=start, years=years)
    offset = evidence.array("trend.kind_offset")
    for year in years:
        growth = np.prod([1 + evidence.number("trend.national", y) for y in range(2024, year + 1)])
        for y in range(year + 1, 2024):
            growth /= 1 + evidence.number("trend.national", y)
        np.testing.assert_allclose(trend.at(year), start * growth * np.exp(offset * (year - 2023)))


def test_markets_close_their_distance_to_the_nation():
    _, trend = draw(QUIET, start=np.array([[1.2] * N_KINDS, [1.0] * N_KINDS]))
    gap = np.log(trend.level[:, 0, 3] / trend.level[:, 1, 3])
    np.testing.assert_allclose(gap, np.log(1.2) * 0.97 ** np.arange(len(YEARS)))


def test_a_late_start_has_met_the_nations_shocks_of_the_years_before():
    _, early = draw({"trend.market": 0.0, "trend.market_reversion": 0.0})
    _, late = draw({"trend.market": 0.0, "trend.market_reversion": 0.0}, years=range(2031, 2037))
    for year in range(2031, 2037):
        np.testing.assert_allclose(late.at(year), early.at(year))


def test_history_has_no_national_shocks_and_the_future_has():
    evidence = load_evidence(overrides={"trend.market": 0.0})
    growths = []
    for replicate in range(200):
        level = draw_trend(evidence, make_key(1, replicate), YEARS, np.ones((1, N_KINDS))).level[:, 0, 3]
        growths.append(level[1:] / level[:-1] - 1.0)
    growths = np.array(growths)
    known = [year <= 2024 for year in YEARS[1:]]
    stated = np.array([evidence.number("trend.national", year) for year in YEARS[1:]])
    np.testing.assert_allclose(growths[:, known], np.tile(stated[known], (200, 1)))
    later = growths[:, ~np.array(known)]
    # Of 200 draws: standard error 5 % of the spread; shocks start at nothing and reach their spread.
    spread = np.hypot(evidence.number("trend.shock", 2030), evidence.number("trend.drift", 2030))
    assert later[:, 5:].std(axis=0) == pytest.approx(spread, rel=0.2)
    # The published tenth and ninetieth percentiles of 2025 and 2026: 6.7 and 9.3 %, 0 and 5 %.
    assert later[:, :2].std(axis=0) == pytest.approx([0.01, 0.0195], rel=0.2)
    np.testing.assert_allclose(later.mean(axis=0), stated[~np.array(known)], atol=4 * spread / np.sqrt(200))


def test_how_far_a_prospective_trend_misses_grows_with_the_years():
    evidence = load_evidence(overrides={"trend.market": 0.0})
    misses = []
    for replicate in range(400):
        level = draw_trend(evidence, make_key(2, replicate), YEARS, np.ones((1, N_KINDS))).level[:, 0, 3]
        misses.append(np.log(level / level[YEARS.index(2026)]))
    spread = np.array(misses).std(axis=0)
    # Cumulative points after 1, 2, 5 and 10 years; the standard error of a spread of 400 draws is 3.5 %.
    found = [spread[YEARS.index(2026 + ahead)] for ahead in (1, 2, 5, 10)]
    assert found == pytest.approx([0.025, 0.045, 0.07, 0.10], rel=0.25)


def test_prospective_growth_is_the_central_path_of_the_kinds():
    evidence, trend = draw({})
    aged = np.eye(N_KINDS)[3]
    expected = np.prod([1 + evidence.number("trend.national", year) for year in (2027, 2028)])
    assert prospective_growth(trend, aged, 2026, 2028) == pytest.approx(expected)
    assert prospective_growth(trend, aged, 2027, 2027) == 1.0
    esrd = prospective_growth(trend, np.eye(N_KINDS)[0], 2026, 2028)
    assert esrd == pytest.approx(expected * np.exp(2 * evidence.array("trend.kind_offset")[0]))
    half = prospective_growth(trend, np.array([1.0, 0.0, 0.0, 1.0]), 2026, 2028)
    assert half == pytest.approx((esrd + expected) / 2)
