"""Evaluation of a run: the panel that it keeps, truth beside estimate, false positives and power."""

from __future__ import annotations

import json

import numpy as np
import pytest
import xarray as xr
from worlds import NO_ACO, aco, scenario_of

from sim.cli import run_command
from sim.evaluation.claims import panels
from sim.evaluation.performance import evaluate, paired_effect
from sim.evaluation.power import power_curve
from sim.experiments.runner import run
from sim.inputs.faults import InputError
from sim.outcomes.panel import NAMES, SERVICES
from sim.replicate import simulate
from sim.scenarios import Scenario

MARKETS, LIVES = 8, 300


def scenario(markets: int = MARKETS, last_py: int = 2028, **changes: object) -> Scenario:
    """Return ACOs in markets of their own, of which half are in LEAD; two come a year later."""
    names = [f"a{number}" for number in range(markets)]
    out = {name: {"program": "none"} for name in names[markets // 2 :]}
    late = {name: {"program": "none", "since": {"2028": {"program": "lead"}}} for name in names[:2]}
    arms = {**NO_ACO, "lead": {"program": "lead", "acos": {**out, **(late if last_py == 2028 else {})}}}
    stated = {"name": "evaluated", "seed": 7, "last_py": last_py, "aco_market_share": "50 %"}
    made = scenario_of(*(aco(name, LIVES) for name in names), arms=arms, **stated)
    return made.replace({"study.evaluation_panel": True, **changes})


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory):
    return run(scenario(), 3, tmp_path_factory.mktemp("evaluated") / "e.zarr", threads=1)


@pytest.fixture(scope="module")
def data(store) -> xr.Dataset:
    return store.open().load()


def test_the_panel_holds_everybody_aligned_once_and_parts_add_up(data: xr.Dataset) -> None:
    spending = data["panel_spending"].sel(practice_list="present")
    by_aco = spending.sel(service="total").isel(unit=slice(MARKETS), panel_year=slice(3, None)).values
    # What settlement counts is without what is paid after its run-out.
    counted = data["expenditure"].sum("cell").values / by_aco
    assert counted == pytest.approx(counted.mean(), rel=1e-6)
    assert 0.99 < counted.mean() < 1.0
    months = data["panel_months"].sel(practice_list="present").isel(unit=slice(MARKETS)).values[..., 3:]
    np.testing.assert_array_equal(months, data["person_months"].sum("cell").values)
    parts = spending.sel(service=list(SERVICES[1:])).sum("service")
    np.testing.assert_allclose(parts, spending.sel(service="total"))
    assert (data["panel_months"] > 0).all()


def test_base_years_are_the_same_in_all_arms_and_the_reference_arm_is_not_looked_at(data: xr.Dataset) -> None:
    base = data[list(NAMES)].isel(panel_year=slice(3))
    xr.testing.assert_equal(base.sel(arm="lead", drop=True), base.sel(arm="no_aco", drop=True))
    ours = panels(data, "lead")[1]
    blind = data.where(data["arm"] == "lead")
    again = panels(blind, "lead")[1]
    assert all(np.array_equal(getattr(ours, name), getattr(again, name)) for name in ours.__slots__)
    assert ours.entered[:MARKETS].tolist()[:4] == [2028, 2028, 2027, 2027]
    assert not ours.treated[4:].any()


def test_who_asks_for_no_panel_has_the_same_results_and_no_more() -> None:
    small = scenario(2, 2027)
    asked = simulate(small, 0)
    plain = simulate(small.replace({"study.evaluation_panel": False}), 0)
    assert all(plain[name].size == 0 for name in NAMES)
    assert all(plain[name].tobytes() == asked[name].tobytes() for name in plain if name not in NAMES)


def test_truth_estimate_and_settlement_stand_side_by_side(data: xr.Dataset) -> None:
    found = evaluate(data, "lead")
    assert (found.acos, found.replicates, found.comparison) == (4, 3, "other_markets")
    total = found.services[0]
    effect = paired_effect(data, "lead")
    assert (effect[:, :, :3] == 0).all()
    assert (effect[:, 4:] == 0).all()
    months = panels(data, "lead")
    by_hand = []
    for replicate, panel in months.items():
        mean = [effect[replicate, unit, 4 if unit < 2 else 3 :].mean() for unit in range(4)]
        by_hand.append(np.average(mean, weights=panel.months[:4]))
    assert total.truth.value == pytest.approx(np.mean(by_hand))
    assert total.truth.value < 0
    assert total.bias.value == pytest.approx(total.estimate.value - total.truth.value)
    saved = data["true_savings"].sel(arm="lead").sum().item()
    inside = data["panel_spending"].sel(arm="lead", practice_list="present", service="total")
    spent = inside.isel(unit=slice(2, 4), panel_year=slice(3, None)).sum()
    spent += inside.isel(unit=slice(2), panel_year=slice(4, None)).sum()
    assert found.money.true_savings.value == pytest.approx(saved / (saved + spent.item()))
    assert [one.service for one in found.services] == list(SERVICES)
    assert set(found.by_event_year) == {-4, -3, -2, 0, 1}


def test_power_grows_with_the_effect_and_says_how_many_acos_it_takes(data: xr.Dataset) -> None:
    small, large = (power_curve(data, "lead", wanted=wanted) for wanted in (-0.001, -0.9))
    assert [(row.acos, row.years) for row in small.rows] == [(4, 2)]
    assert all(row.power.value == 1.0 for row in large.rows)
    assert small.needed(2) > large.needed(2)


def test_the_event_study_is_drawn(store, tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    command = ["evaluate", str(store.path), "--figure"]
    assert run_command([*command, str(tmp_path / "events.svg")]) == 0
    assert "<svg" in (tmp_path / "events.svg").read_text()
    assert run_command([*command, "events.doc"]) == 2
    assert ".png" in capsys.readouterr().err


def test_the_command_prints_the_five_headings_and_json(store, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["evaluate", str(store.path)]) == 0
    shown = capsys.readouterr().out
    for heading in ("Aim", "Data", "Estimand", "Method", "Performance"):
        assert heading in shown
    assert "Settlement shows savings of" in shown
    assert run_command(["evaluate", str(store.path), "--json", "--comparison", "same_market"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["lead"]["comparison"] == "same_market"
    assert set(told["lead"]["services"]) == set(SERVICES)


def test_a_store_without_a_panel_says_how_to_have_one(data: xr.Dataset) -> None:
    with pytest.raises(InputError, match=r"study\.evaluation_panel = true"):
        evaluate(data.drop_vars(NAMES), "lead")
    with pytest.raises(InputError, match="--arm"):
        evaluate(data, "no_aco")


@pytest.mark.slow
def test_where_nothing_is_saved_evaluations_see_something_as_often_as_chance_does(tmp_path) -> None:
    """Of 2,000 such replicates 5.4 +- 0.5 % see it (other markets), and 5.6 +- 0.5 % (the same market)."""
    null = scenario(16, 2027, **{"evidence.effect.scale": 0.0})
    data = run(null, 100, tmp_path / "null.zarr", threads=1).open().load()
    for comparison in ("other_markets", "same_market"):
        total = evaluate(data, "lead", comparison=comparison, services=()).services[0]
        assert total.truth.value == 0.0
        assert total.without_effect
        # Binomial of 100 at 5 %: 13 % are three and a half standard errors away.
        assert total.seen.value <= 0.13
        assert total.coverage.value >= 0.87
        assert abs(total.bias.value) < 4 * total.bias.error
        assert total.error.value == pytest.approx(total.spread, rel=0.25)
