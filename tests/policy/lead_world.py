"""Small worlds for the LEAD rules: one plain ACO by default, changed one thing at a time; and random ones."""

from typing import Any

import numpy as np

from sim.inputs.lead_terms import lead_terms
from sim.inputs.rulebook import load_rulebook
from sim.policy.lead import (
    BaselineInputs,
    PerformanceYearInputs,
    historical_baseline,
    settle_performance_year,
)

CELLS = 6


def terms_of(py: int = 2027, option: str = "global", book: str = "lead-py2027", **overrides: Any):
    """Terms with rulebook keys overridden (dots written as double underscores)."""
    changed = {key.replace("__", "."): value for key, value in overrides.items()}
    return lead_terms(load_rulebook(book, changed), py, option)


def one_aco(**changes: Any) -> BaselineInputs:
    """One ACO with only the A&D claims cell: history 940, region 1,000, nation 1,050, all risks 1."""
    months = np.zeros((1, CELLS, 3))
    months[0, 0] = 12_000.0
    plain = {
        "base_pbpm": np.full((1, CELLS, 3), 940.0),
        "base_months": months,
        "base_risk": np.ones((1, CELLS, 3)),
        "region_base_pbpm": np.full((1, CELLS, 3), 1000.0),
        "region_base_risk": np.ones((1, CELLS, 3)),
        "national_base_pbpm": np.full((CELLS, 3), 1050.0),
        "national_base_risk": np.ones((CELLS, 3)),
        "market_share": np.full((1, CELLS, 3), 0.3),
        "former_mssp": np.array([False]),
        "newly_entering": np.array([False]),
        "prior_savings_pbpm": np.array([0.0]),
    }
    return BaselineInputs(**(plain | changes))


def one_year(**changes: Any) -> PerformanceYearInputs:
    """A year without growth anywhere: same people, same risk, paid 940 a month, quality 1."""
    months = np.zeros((1, CELLS))
    months[0, 0] = 12_000.0
    plain = {
        "months": months,
        "risk": np.ones((1, CELLS)),
        "paid": np.array([940.0 * 12_000]),
        "region_pbpm": np.full((1, CELLS), 1000.0),
        "region_risk": np.ones((1, CELLS)),
        "national_pbpm": np.full(CELLS, 1050.0),
        "national_risk": np.ones(CELLS),
        "market_share": np.full((1, CELLS), 0.3),
        "prospective_factor": np.ones(CELLS),
        "quality_score": np.array([1.0]),
        "rate_book_pbpm": np.full((1, CELLS), 990.0),
    }
    return PerformanceYearInputs(**(plain | changes))


def settle_one(base: BaselineInputs | None = None, year: PerformanceYearInputs | None = None, terms=None):
    terms = terms or terms_of()
    baseline = historical_baseline(base or one_aco(), terms)
    return baseline, settle_performance_year(baseline, year or one_year(), terms)


def random_world(seed: int, acos: int = 7, years: tuple[int, ...] = ()):
    """A world with every kind of ACO, empty cells and empty base years."""
    rng = np.random.default_rng(seed)
    level = np.array([1000.0, 7600.0, 3600.0] * 2)
    months = rng.integers(0, 40_000, (acos, CELLS, 3)) * (rng.random((acos, CELLS, 3)) > 0.2)
    base = BaselineInputs(
        base_pbpm=level[:, None] * rng.uniform(0.7, 1.3, (acos, CELLS, 3)),
        base_months=months.astype(float),
        base_risk=rng.uniform(0.8, 1.2, (acos, CELLS, 3)),
        region_base_pbpm=level[:, None] * rng.uniform(0.8, 1.2, (acos, CELLS, 3)),
        region_base_risk=rng.uniform(0.9, 1.1, (acos, CELLS, 3)),
        national_base_pbpm=level[:, None] * rng.uniform(0.95, 1.05, (CELLS, 3)),
        national_base_risk=rng.uniform(0.98, 1.02, (CELLS, 3)),
        market_share=rng.uniform(0.0, 0.6, (acos, CELLS, 3)),
        former_mssp=rng.random(acos) > 0.5,
        newly_entering=rng.random(acos) > 0.5,
        prior_savings_pbpm=rng.normal(0.0, 300.0, acos),
    )
    py_months = rng.integers(0, 40_000, (*years, acos, CELLS)) * (rng.random((*years, acos, CELLS)) > 0.2)
    year = PerformanceYearInputs(
        months=py_months.astype(float),
        risk=rng.uniform(0.8, 1.2, (*years, acos, CELLS)),
        paid=level * rng.uniform(0.6, 1.5, (*years, acos, CELLS)) * py_months,
        region_pbpm=level * rng.uniform(0.8, 1.3, (*years, acos, CELLS)),
        region_risk=rng.uniform(0.9, 1.1, (*years, acos, CELLS)),
        national_pbpm=level * rng.uniform(0.95, 1.2, (*years, CELLS)),
        national_risk=rng.uniform(0.98, 1.02, (*years, CELLS)),
        market_share=rng.uniform(0.0, 0.6, (*years, acos, CELLS)),
        prospective_factor=rng.uniform(0.95, 1.15, (*years, CELLS)),
        quality_score=rng.uniform(0.0, 1.0, (*years, acos)),
        rate_book_pbpm=level * rng.uniform(0.8, 1.3, (*years, acos, CELLS)),
    )
    return base, year
