"""How widely ACOs of real sizes spread: figures are CMS's, the arithmetic is right, the fit finds drifts."""

from __future__ import annotations

import numpy as np
import pytest

from sim.calibration import acos
from sim.calibration.published import published
from sim.inputs.evidence import load_evidence
from sim.inputs.mssp_file import read_mssp

PANEL = ("mssp/mssp_panel_2013_2022.csv.gz", "CMS, MSSP results, PY2013 to PY2022")


@pytest.fixture
def by_year(cms_file):
    """Return savings rate in % and assigned people by ACO, of full years."""
    data = read_mssp(cms_file(*PANEL))
    rate = 100.0 * (1.0 - data.expenditure_usd / data.benchmark_usd)

    def of(year):
        rows = np.flatnonzero((data.performance_year == year) & (data.months == 12))
        return {data.aco_id[row]: (rate[row], data.n_assigned[row]) for row in rows}

    return of


def rates(of, year):
    return np.array(list(of(year).values())).T


def changes(of, year):
    """Return the changes to the next year, and the lives of the first, of ACOs that stay."""
    first, second = of(year), of(year + 1)
    both = [(first[aco], second[aco]) for aco in first if aco in second]
    return np.array([(b[0] - a[0], a[1], b[1], a[0], b[0]) for a, b in both]).T


def pooled(parts):
    """Return root mean squares over years of the spread by size."""
    found = []
    for values, lives in parts:
        size = np.searchsorted(acos.SIZE_EDGES, lives, side="right")
        found.append([values[size == of].var(ddof=1) for of in range(4)])
    return np.sqrt(np.mean(found, axis=0))


@pytest.mark.needs_data
@pytest.mark.parametrize(
    ("key", "years"),
    [("acos.rate", (2017, 2018, 2019)), ("acos.rate_later", (2021, 2022))],
)
def test_spreads_of_rates_are_those_of_the_files(by_year, key, years):
    parts = [rates(by_year, year) for year in years]
    np.testing.assert_allclose(published()[key].values(), pooled(parts), atol=0.02)
    whole = np.sqrt(np.mean([rate.var(ddof=1) for rate, _ in parts]))
    assert published()["acos.rate_all"].values()[key.endswith("later") * 1] == pytest.approx(whole, abs=0.02)


@pytest.mark.needs_data
@pytest.mark.parametrize(("key", "years"), [("acos.change", (2017, 2018)), ("acos.change_later", (2021,))])
def test_spreads_of_changes_are_those_of_the_files(by_year, key, years):
    parts = [changes(by_year, year) for year in years]
    np.testing.assert_allclose(published()[key].values(), pooled([part[:2] for part in parts]), atol=0.02)
    for part in parts:
        assert 0.62 < np.corrcoef(part[3], part[4])[0, 1] < 0.67


@pytest.mark.needs_data
def test_lives_and_their_changes_are_those_of_the_files(by_year):
    _, lives = rates(by_year, 2022)
    for name, value in zip(
        published()["acos.lives"].names(None), published()["acos.lives"].values(), strict=True
    ):
        assert value == pytest.approx(np.percentile(lives, float(name.removesuffix("th"))), abs=1.0)
    _, before, after, *_ = changes(by_year, 2021)
    found = 100.0 * (np.percentile(after / before, [5, 25, 50, 75, 95]) - 1.0)
    np.testing.assert_allclose(published()["acos.lives_change"].values(), found, atol=0.6)


def test_the_acos_have_the_published_sizes_mixed_over_markets():
    made = acos.scenario_of(1)
    plans = made.population.synthetic
    lives = np.array([plan.lives for plan in plans])
    for name, value in zip(
        published()["acos.lives"].names(None), published()["acos.lives"].values(), strict=True
    ):
        assert np.percentile(lives, float(name.removesuffix("th"))) == pytest.approx(value, rel=0.03)
    regions = [plan.region for plan in plans]
    assert {regions.count(region) for region in regions} == {acos.TOGETHER}
    mean = [lives[[r == region for r in regions]].mean() for region in set(regions)]
    assert np.std(mean) < 0.5 * np.std(lives)


def test_variances_are_taken_within_years_and_sizes():
    lives = np.array([[7_000, 9_000], [7_500, 9_500], [20_000, 20_000], [29_999, 40_000], [50_000, 50_000]])
    values = np.array([[1.0, 10.0], [3.0, 14.0], [5.0, 7.0], [9.0, 1.0], [0.0, 3.0]])
    np.testing.assert_allclose(acos.by_size(values, lives * 1.0), [2.0, 8.0, 8.0, 2.0])


def test_variances_by_size_and_of_all():
    rate = np.array([[1.0, 2.0], [5.0, 3.0], [2.0, 2.0], [4.0, 8.0]])
    lives = np.array([[5e3, 5e3], [6e3, 6e3], [9e3, 9e3], [9e3, 9e3]])
    with np.errstate(invalid="ignore"):
        found = acos.variances(acos.Settled(rate, lives, np.zeros(4)))
    np.testing.assert_allclose(found[0, [0, 1, 4]], [4.25, 10.0, (10.0 / 3.0 + 8.25) / 2.0])
    np.testing.assert_allclose(found[1, [0, 1, 4]], [4.5, 8.0, np.var([1.0, -2.0, 0.0, 4.0], ddof=1)])


def test_the_fit_finds_the_drifts_that_made_the_spread(monkeypatch):
    """With variances that follow the squares of the drifts, and targets that 1 % and 5 % meet."""
    chance = np.array([[6.0, 4.0, 3.0, 2.0, 4.0], [9.0, 6.0, 3.0, 2.0, 5.0]])
    common, own = np.full((2, 5), 1e4), np.array([[4e3, 3e3, 2e3, 1e3, 3e3]] * 2)

    def settled(seed, stated):
        return chance + common * stated["drift.aco"] ** 2 + own * stated["drift.practice"] ** 2

    monkeypatch.setattr(acos, "settle_acos", settled)
    monkeypatch.setattr(acos, "variances", lambda shown: shown)
    meant = settled(0, {"drift.aco": 0.01, "drift.practice": 0.05})
    again = 1.0 - meant[1, 4] / (2.0 * meant[0, 4])
    values = {
        "acos.rate": np.sqrt(meant[0, :4]).tolist(),
        "acos.change": np.sqrt(meant[1, :4]).tolist(),
        "acos.memory": float(again),
    }
    rows = {key: published()[key].model_copy(update={"value": value}) for key, value in values.items()}
    monkeypatch.setattr(acos, "published", lambda: rows)
    found = acos.fitted([1, 2], {"drift.aco": 9.0}, lambda line: None)
    assert found == {
        "drift.aco": pytest.approx(0.01, rel=0.02),
        "drift.practice": pytest.approx(0.05, rel=0.02),
    }


def test_the_fitted_drifts_are_stated():
    assert set(acos.FITTED) <= set(load_evidence().keys())
