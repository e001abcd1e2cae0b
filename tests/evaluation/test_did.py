"""Difference-in-differences: what it finds where the answer is known, and what it must not see."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm

from sim.evaluation.claims import NEVER, Claims
from sim.evaluation.did import balanced, compare, comparison_for
from sim.inputs.faults import InputError

YEARS = np.arange(2024, 2031)
N = 12  # markets, the first half with an ACO that enters


def panel(effect, entered, noise=0.0, seed=0) -> Claims:
    """Return an ACO and comparison people in each market; `effect(entry, year)` acts on ACOs that enter."""
    rng = np.random.default_rng(seed)
    entered = np.concatenate([entered, np.full(2 * N - len(entered), NEVER)]).astype(np.int64)
    level, trend = rng.normal(7.0, 0.2, (2 * N, 1)), np.cumsum(rng.normal(0.04, 0.02, len(YEARS)))
    outcome = level + trend + noise * rng.standard_normal((2 * N, len(YEARS)))
    for unit in np.flatnonzero(entered < NEVER):
        outcome[unit] += [
            effect(entered[unit], year) if year >= entered[unit] else 0.0 for year in YEARS.tolist()
        ]
    return Claims(
        unit=np.arange(2 * N),
        outcome=outcome,
        covariates=np.stack([level[:, 0], rng.normal(1.0, 0.1, 2 * N)], axis=1),
        months=rng.uniform(1e4, 2e4, 2 * N),
        entered=entered,
        market=np.tile(np.arange(N), 2),
        is_aco=np.arange(2 * N) < N,
        years=YEARS,
    )


COMMON = np.full(N // 2, 2027)
STAGGERED = np.array([2027, 2027, 2028, 2028, 2030, 2030])


@pytest.mark.parametrize("comparison", ["other_markets", "same_market"])
@pytest.mark.parametrize("entered", [COMMON, STAGGERED], ids=["at once", "staggered"])
def test_an_effect_without_noise_is_found_exactly(comparison: str, entered: np.ndarray) -> None:
    found = compare(panel(lambda *_: -0.03, entered), comparison)
    assert found.effect().effect == pytest.approx(-0.03)
    assert found.pre_trend().effect == pytest.approx(0.0, abs=1e-12)
    events = found.event_study()
    assert [events[event].effect for event in (-3, -2)] == pytest.approx([0.0, 0.0], abs=1e-12)
    assert [events[event].effect for event in (0, 1, 2)] == pytest.approx([-0.03] * 3)


def test_effects_that_grow_with_staggered_entry_are_averaged_over_units_and_years() -> None:
    """A regression on unit and year with one dummy, which compares late with early entrants, is not."""

    def growing(entry, year):
        return -0.01 * (year - entry + 1)

    made = panel(growing, STAGGERED)
    shown = compare(made, "other_markets")
    by_unit = [np.mean([growing(entry, year) for year in range(entry, 2031)]) for entry in STAGGERED]
    expected = np.average(by_unit, weights=made.months[: N // 2])
    assert shown.effect().effect == pytest.approx(expected)
    units, years = shown.panel.outcome.shape
    after = (shown.panel.entered[:, None] <= YEARS).ravel()
    design = np.column_stack(
        [after, np.kron(np.eye(units), np.ones((years, 1))), np.tile(np.eye(years)[:, 1:], (units, 1))]
    )
    naive = sm.WLS(shown.panel.outcome.ravel(), design.astype(float), np.repeat(shown.weight, years)).fit()
    assert abs(naive.params[0] - expected) > 1e-4
    events = shown.event_study()
    assert [events[event].effect for event in range(3)] == pytest.approx([-0.01, -0.02, -0.03])


def test_entry_at_once_gives_the_estimate_of_two_way_fixed_effects_and_its_clustered_error() -> None:
    shown = compare(panel(lambda *_: -0.02, COMMON, noise=0.03), "other_markets")
    units, years = shown.panel.outcome.shape
    after = (shown.panel.entered[:, None] <= YEARS).ravel()
    design = np.column_stack(
        [after, np.kron(np.eye(units), np.ones((years, 1))), np.tile(np.eye(years)[:, 1:], (units, 1))]
    ).astype(float)
    fit = sm.WLS(shown.panel.outcome.ravel(), design, np.repeat(shown.weight, years)).fit(
        cov_type="cluster",
        cov_kwds={"groups": np.repeat(shown.panel.market, years), "use_correction": False},
    )
    found = shown.effect()
    assert found.effect == pytest.approx(fit.params[0])
    # Six markets on either side: each error is corrected by 6 / 5; of units, 12 in 6 markets, by 11 / 11.
    assert found.error == pytest.approx(fit.bse[0] * np.sqrt(6 / 5), rel=0.01)
    assert 5 <= found.freedom <= 10


def test_markets_trends_do_not_matter_where_the_same_market_is_compared() -> None:
    made = panel(lambda *_: -0.02, COMMON, noise=0.02)
    moved = made.outcome + np.tile(np.linspace(0, 1, N), 2)[:, None] * (YEARS - 2024) / 10
    other = Claims(**{name: getattr(made, name) for name in made.__slots__} | {"outcome": moved})
    first, second = (compare(one, "same_market").effect() for one in (made, other))
    assert first.effect == pytest.approx(second.effect)
    assert first.error == pytest.approx(second.error)


def test_what_is_not_yet_known_does_not_count() -> None:
    made = panel(lambda entry, year: -0.01 if year < 2029 else 9.0, STAGGERED)
    known = made.until(2028)
    assert np.sum(known.treated) == 4
    assert compare(known, "same_market").effect().effect == pytest.approx(-0.01)


def test_comparison_people_come_to_the_acos_means() -> None:
    rng = np.random.default_rng(3)
    covariates, months = rng.normal(0.0, 1.0, (400, 2)), rng.uniform(1, 2, 400)
    target = np.array([[0.4, -0.2], [0.2, 0.0]])
    weight = balanced(covariates, months, target, np.array([1.0, 3.0]))
    assert weight.sum() == pytest.approx(4.0)
    assert (weight > 0).all()
    wanted = np.average(target, axis=0, weights=[1, 3])
    before, after = (
        np.abs(np.average(covariates, axis=0, weights=one) - wanted).max() for one in (months, weight)
    )
    assert after < 0.2 * before


def test_too_few_markets_are_told() -> None:
    made = panel(lambda *_: 0.0, np.array([2027]))
    assert comparison_for(made) == "other_markets"
    with pytest.raises(InputError, match="1 markets with ACOs in a program"):
        compare(made, "other_markets")
    everywhere = panel(lambda *_: 0.0, np.full(N, 2027))
    assert comparison_for(everywhere) == "same_market"
    with pytest.raises(InputError, match="0 markets for comparison"):
        compare(everywhere, "other_markets")
