"""ACO REACH in years past, settled by hand from what people cost, and what it takes from its rulebooks."""

from __future__ import annotations

import numpy as np
import pytest
from program_arms import REACH_YEARS as YEARS
from program_arms import lived_in_reach as lived

from sim.inputs.reach_terms import TYPES
from sim.kernels.codes import Sum
from sim.settlement.reach import aco_type


def test_an_acos_type_goes_by_its_high_needs_people_and_then_by_its_entry():
    plans = lived().world.plans
    types = [TYPES[aco_type(plan, 0.30)] for plan in plans]
    assert types == ["standard", "new_entrant", "high_needs"]
    assert TYPES[aco_type(plans[2], 0.40)] == "new_entrant"


def test_history_is_lived_back_to_the_base_years():
    model = lived().models["reach"]
    assert set(range(2017, 2026)) <= set(model.history)
    base = model.settlement.programs["reach"].benchmark(model.history, model.participants(), 2024)
    assert base.by3 == 2019
    for at, year in enumerate((2017, 2018, 2019)):
        seen = model.participants().observe(model.history, year)
        np.testing.assert_array_equal(base.months[..., at], seen.months)


@pytest.mark.parametrize("year", YEARS)
@pytest.mark.parametrize(("row", "option"), [(0, "global"), (1, "professional"), (2, "global")])
def test_from_the_benchmark_to_the_payment(year, row, option):
    model = lived().models["reach"]
    out, t = model.outcomes, year - YEARS[0]
    rules = model.scenario.rulebook("reach", f"reach-py{year}")
    before, quality = float(out["benchmark_before_discount"][row, t]), float(out["quality_score"][row, t])
    factor = 1.0 - rules.number(f"discount.{option}") - rules.number("quality.withhold") * (1.0 - quality)
    assert out["benchmark"][row, t] == pytest.approx(before * factor, abs=2.0)
    spent = model.history[year].care[: model.world.n_practices][model.practice_aco() == row]
    gross = float(out["benchmark"][row, t]) - float(spent[..., Sum.SPEND].sum())
    assert out["gross_savings"][row, t] == gross
    edges = [*rules.array(f"corridors.{option}.edges"), np.inf]
    size, kept = abs(gross) / float(out["benchmark"][row, t]), 0.0
    for low, high, share in zip(edges, edges[1:], rules.array(f"corridors.{option}.shares"), strict=False):
        kept += share * max(0.0, min(size, high) - low)
    shared = np.copysign(kept * float(out["benchmark"][row, t]), gross)
    assert out["shared_savings"][row, t] == pytest.approx(shared, abs=2.0)
    taken = 0.02 * shared if shared > 0 else 0.0
    assert out["settlement"][row, t] == pytest.approx(shared - taken, abs=3.0)
    assert out["program"][row, t] == 3.0


def test_the_discount_of_its_rulebook_acts():
    with_it, without = (lived().models[arm].outcomes["benchmark"] for arm in ("reach", "no_discount"))
    assert (without[[0, 2]] > with_it[[0, 2]]).all()
