"""Voluntary cells of LEAD: their history is what the people aligned by choice cost in the base years."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from worlds import aco, scenario_of

from sim.model import LeadModel
from sim.population.past import PastYear
from sim.settlement.lead_base import CLAIMS, VOLUNTARY

ARMS = {"no_aco": {"program": "none"}, "lead": {"program": "lead"}}
ACOS = (aco("first", 3_000, high_needs_share="40 %"), aco("second", 2_000, region="elsewhere"))


@cache
def lived(**changes) -> LeadModel:
    scenario = scenario_of(*ACOS, arms=ARMS, last_py=2029)
    eager = {"evidence.voluntary.attest": [0.2, 0.2, 0.2]}
    stated = {key.replace("__", "."): value for key, value in changes.items()}
    model = LeadModel(scenario.replace({**eager, **stated}), "lead")
    for _ in range(3):
        model.step()
    return model


def base_years(volunteers):
    model = lived()
    lead = model.settlement.programs["lead"]
    base = lead.benchmark(model.history, model.participants(), 2027)
    return base.inputs, base.with_volunteers(volunteers), base


def test_history_of_a_voluntary_cell_is_that_of_its_people():
    volunteers = lived().participants().volunteers
    claims, whole, base = base_years(volunteers)
    assert not claims.base_months[:, VOLUNTARY].any()
    for by, year in enumerate((2024, 2025, 2026)):
        before = volunteers.before(year)
        assert (before.months[:, 0] > 500).all()
        months = whole.base_months[:, VOLUNTARY, by]
        assert months.tolist() == before.months.tolist()
        dollars = (whole.base_pbpm[:, VOLUNTARY, by] * months).sum()
        assert dollars == pytest.approx(before.spend.sum() / 100.0 * base.counted[by])
        scores = whole.base_risk[:, VOLUNTARY, by] * base.national_risk[VOLUNTARY, by]
        assert (scores * months * 1e6).sum() == pytest.approx(before.risk.sum())
    for name in ("base_months", "base_pbpm", "base_risk"):
        ours, theirs = getattr(whole, name)[:, CLAIMS], getattr(claims, name)[:, CLAIMS]
        assert np.array_equal(ours, theirs), name


def test_only_what_its_own_volunteers_cost_counts():
    volunteers = lived().participants().volunteers
    mine = volunteers.rows[volunteers.aco == 0]

    def dearer(past: PastYear) -> PastYear:
        spend = past.spend.copy()
        spend[mine] *= 2
        return past._replace(spend=spend)

    before = base_years(volunteers)[1].base_pbpm
    years = {year: dearer(past) for year, past in volunteers.years.items()}
    after = base_years(replace(volunteers, years=years))[1].base_pbpm
    # A cent that does not divide by the months may go to the other category.
    np.testing.assert_allclose(after[0, VOLUNTARY], 2.0 * before[0, VOLUNTARY], rtol=1e-4)
    assert np.array_equal(after[0, CLAIMS], before[0, CLAIMS])
    assert np.array_equal(after[1], before[1])


def test_it_acts_in_a_run_and_is_limited_around_the_claims_cell():
    """Shares of the claims cell stay within the limit, on both sides, and a wider one lets more out."""
    within = [lived(program__values__baseline__voluntary_limit=limit) for limit in (0.10, 0.02)]
    for model, limit in zip(within, (0.10, 0.02), strict=True):
        history = model.outcomes["historical_benchmark"][:, :, -1]
        of_claims = history[:, VOLUNTARY] / history[:, CLAIMS]
        assert (np.abs(of_claims[:, [0, 2]] - 1.0) < limit + 1e-9).all()
        assert (of_claims[:, 0] != 1.0).all()
    wide, narrow = (model.outcomes["benchmark"] for model in within)
    assert (wide != narrow).any(axis=0)[-1]
