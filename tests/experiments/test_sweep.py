"""A sweep: its points, one store each, resumed and read as one Dataset with the points first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import fake_model
import numpy as np
import pytest
from fake_model import Failing, Interrupting, assert_same_bytes, go
from hypothesis import given, settings
from hypothesis import strategies as st

from sim.experiments.design import design_of
from sim.experiments.results import open_results
from sim.experiments.sweep_store import point_path
from sim.inputs.faults import InputError
from sim.inputs.sweep_factors import factors_of
from sim.scenarios import Scenario

# LEADSIM_POINTS=64 kills and resumes a larger one.
_POINTS = int(os.environ.get("LEADSIM_POINTS", "6"))
GRID = """
[sweep]
design = "grid"
over."evidence.cost.fixed" = ["1 million USD/year", "2.5 million USD/year"]
over."arms.lead_global.risk_option" = ["global", "professional"]
"""


def swept(table: str = GRID) -> Scenario:
    return Scenario.from_toml(fake_model.QUICK + table)


def of(design: str, over: str = "", **other: object) -> Scenario:
    lines = [f"{name} = {value}" for name, value in other.items()]
    return swept("\n".join(["", "[sweep]", f'design = "{design}"', *lines, over]))


def simulate(scenario: Any, replicate: int, *, threads: int = 1) -> Mapping[str, np.ndarray]:
    """Draw as the stand-in does, and add a tenth of the fixed cost to what each ACO pays and is paid."""
    arrays = dict(fake_model.simulate(scenario, replicate, threads=threads))
    cost = scenario.evidence("no_aco").number("cost.fixed")
    arrays["care_management_cost"] = np.zeros_like(arrays["care_management_cost"]) + cost
    arrays["gross_savings"] = arrays["gross_savings"] - 0.1 * cost
    return arrays


def sweep(scenario: Scenario, out: Path, replicates: int = 6, **options: Any) -> Any:
    return go(scenario, out, replicates, **({"simulate": simulate} | options))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sweep") / "run.zarr"
    assert sweep(swept(), path).completed == 4 * 6
    return path


def test_a_grid_has_every_combination_the_last_key_first() -> None:
    design = design_of(swept())
    assert [tuple(point.values()) for point in design.points] == [
        ("1 million USD/year", "global"),
        ("1 million USD/year", "professional"),
        ("2.5 million USD/year", "global"),
        ("2.5 million USD/year", "professional"),
    ]
    values, unit = design.labels()["evidence.cost.fixed"]
    assert values.tolist() == [1.0, 1.0, 2.5, 2.5]
    assert unit == "million USD/year"
    point = design.point(2)
    assert point.evidence("no_aco").number("cost.fixed") == 2.5e6
    assert point.tables.sweep is None


def test_zip_goes_through_lists_together() -> None:
    zipped = of("zip", GRID.partition('"grid"')[2])
    assert [tuple(point.values()) for point in design_of(zipped).points] == [
        ("1 million USD/year", "global"),
        ("2.5 million USD/year", "professional"),
    ]


def test_points_of_a_list_and_of_a_file_are_the_same(tmp_path: Path) -> None:
    listed = of("list", points='[{"evidence.cost.fixed" = "1 million USD/year"}, {study.seed = 7}]')
    (tmp_path / "points.csv").write_text("evidence.cost.fixed,study.seed\n1 million USD/year,\n,7\n")
    text = fake_model.QUICK + '\n[sweep]\ndesign = "file"\nfile = "points.csv"\n'
    filed = Scenario.from_toml(text, tmp_path)
    assert design_of(listed).points == design_of(filed).points
    assert design_of(filed).point(1).study.seed == 7


@pytest.mark.parametrize(("design", "points"), [("lhs", 16), ("sobol", 16 * 4), ("morris", 16 * 3)])
def test_sampled_points_stay_in_their_ranges_and_are_the_same_each_time(design: str, points: int) -> None:
    over = """
over."evidence.cost.fixed" = ["1 million USD/year", "3 million USD/year"]
over."evidence.effect.physician" = { dist = "triangular", low = 0.5, mode = 1, high = 2, relative = true }
"""
    scenario = of(design, over, n=16)
    made = design_of(scenario)
    assert len(made) == points
    assert made.points == design_of(scenario).points
    costs, unit = made.labels()["evidence.cost.fixed"]
    factors, _ = made.labels()["evidence.effect.physician"]
    assert unit == "million USD/year"
    assert (costs >= 1).all()
    assert (costs <= 3).all()
    assert (factors >= 0.5).all()
    assert (factors <= 2).all()
    assert len(set(factors.tolist())) > 3
    stated = np.asarray(scenario.evidence("no_aco").value("effect.physician"))
    third = made.point(3).evidence("no_aco").value("effect.physician")
    assert third == pytest.approx(stated * factors[3])


def test_a_latin_hypercube_has_one_point_in_each_row() -> None:
    made = design_of(of("lhs", 'over."evidence.cost.fixed" = [1e6, 2e6]', n=20))
    values, _ = made.labels()["evidence.cost.fixed"]
    assert sorted(((values - 1e6) / 1e6 * 20).astype(int)) == list(range(20))


def test_evidence_is_swept_over_its_own_distribution() -> None:
    made = design_of(of("lhs", 'over."evidence.effect.physician" = { dist = "stated" }', n=8))
    entry = swept().evidence("no_aco").entry("effect.physician")
    assert entry.distribution is not None
    drawn = [
        np.asarray(made.point(number).evidence("no_aco").value("effect.physician")) for number in range(8)
    ]
    assert len({one.tobytes() for one in drawn}) == 8
    order = np.argsort(made.labels()["evidence.effect.physician"][0])
    assert (np.diff([drawn[at].mean() for at in order]) > 0).all()


@settings(max_examples=60, deadline=None)
@given(
    u=st.floats(0, 1),
    kind=st.sampled_from(["uniform", "triangular", "normal", "lognormal"]),
)
def test_quantiles_rise_within_their_ends(u: float, kind: str) -> None:
    tables = {
        "uniform": {"low": 1, "high": 4},
        "triangular": {"low": 1, "mode": 2, "high": 4},
        "normal": {"mean": 2, "sd": 1, "low": 1, "high": 4},
        "lognormal": {"mean": 2, "cv": 0.4, "low": 1, "high": 4},
    }
    (factor,) = factors_of({"k": {"dist": kind, **tables[kind]}}, "lhs", "f", lambda _: None)
    assert 1 <= factor.at(u) <= 4
    assert factor.at(min(1.0, u + 0.05)) >= factor.at(u)


def test_a_distribution_has_the_mean_and_spread_that_it_states() -> None:
    tables: dict[str, Any] = {
        "normal": {"dist": "normal", "mean": "5 %", "sd": "1 %"},
        "lognormal": {"dist": "lognormal", "mean": "5 %", "cv": 0.2},
    }
    for table in tables.values():
        (factor,) = factors_of({"k": table}, "lhs", "f", lambda _: None)
        numbers = np.array([factor.number((at + 0.5) / 4000) for at in range(4000)])
        assert numbers.mean() == pytest.approx(5, rel=1e-3)
        assert numbers.std() == pytest.approx(1, rel=5e-3)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ('design = "grid"', "sweep.over: is missing"),
        ('design = "lhs"\nover."study.seed" = [1, 2]', "sweep.n: is missing"),
        ('design = "sobol"\nn = 100\nover."study.seed" = [1, 2]', "must be a power of 2, such as 128"),
        ('design = "grid"\nn = 4\nover."study.seed" = [1, 2]', "is of lhs, sobol, morris alone"),
        ('design = "grid"\nover."study.seed" = 3', "must be a list of values"),
        ('design = "zip"\nover."study.seed" = [1, 2]\nover."horizon.last_py" = [2030]', "unequal length"),
        ('design = "lhs"\nn = 4\nover."study.seed" = { dist = "uniform", low = 5, high = 1 }', "must rise"),
        ('design = "lhs"\nn = 4\nover."study.seed" = { dist = "uniform", low = 5 }', "high: is missing"),
        ('design = "lhs"\nn = 4\nover."study.seed" = { dist = "uniforn", low = 1, high = 2 }', "'uniform'"),
        ('design = "lhs"\nn = 4\nover."study.seed" = { dist = "stated" }', "is no rule and no parameter"),
        ('design = "lhs"\nn = 4\nover."evidence.cost.fixed" = { low = "1 USD", high = "2 %" }', "one unit"),
        ('design = "file"\nfile = "none.csv"', "cannot be read"),
        ('design = "girds"\nover."study.seed" = [1]', "'grid'"),
        ('design = "list"', "sweep.points: is missing"),
    ],
)
def test_faults_of_a_sweep_are_told_in_sentences(table: str, said: str) -> None:
    with pytest.raises(InputError) as caught:
        design_of(swept(f"\n[sweep]\n{table}\n"))
    assert said in str(caught.value)


def test_the_faults_of_all_points_are_told_before_any_is_run(tmp_path: Path) -> None:
    over = 'over."evidence.cost.fixed" = ["1 USD/year", "-5 USD/year"]'
    over += '\nover."arms.lead_global.optio" = ["lead"]'
    with pytest.raises(InputError) as caught:
        sweep(of("grid", over), tmp_path / "run.zarr")
    told = str(caught.value)
    assert "sweep point 0: arms.lead_global.optio" in told
    assert "sweep point 1: evidence.cost.fixed" in told
    assert not (tmp_path / "run.zarr").exists()


def test_points_with_other_acos_or_years_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="other labels of year"):
        sweep(of("grid", 'over."horizon.last_py" = [2030, 2031]'), tmp_path / "run.zarr")


def test_a_sweep_is_one_dataset_with_its_points_first(whole: Path) -> None:
    data = open_results(whole)
    assert data["gross_savings"].dims == ("design", "arm", "replicate", "aco", "year")
    assert dict(data.sizes)["design"] == 4
    assert data["evidence.cost.fixed"].values.tolist() == [1.0, 1.0, 2.5, 2.5]
    assert data["evidence.cost.fixed"].attrs["units"] == "million USD/year"
    assert data["arms.lead_global.risk_option"].values.tolist() == ["global", "professional"] * 2
    assert data["done"].dims == ("design", "replicate")
    assert data.attrs["replicates_complete"] == data.attrs["replicates_requested"] == 24
    cost = data["care_management_cost"].isel(arm=0, replicate=0, aco=0, year=0)
    assert cost.values.tolist() == [1e6, 1e6, 2.5e6, 2.5e6]


def test_any_part_of_a_sweep_reads_as_from_the_points_themselves(whole: Path) -> None:
    data = open_results(whole)
    each = [open_results(point_path(whole, number)).load() for number in range(4)]
    stacked = np.stack([one["gross_savings"].values for one in each])
    assert np.array_equal(data["gross_savings"].values, stacked)
    for key in (
        {"design": 2},
        {"design": [3, 0], "replicate": 1},
        {"design": slice(1, 3), "aco": [1], "year": slice(2, 9, 3)},
        {"replicate": [0, 5], "arm": 2},
    ):
        places: tuple[Any, ...] = tuple(
            key.get(dim, slice(None)) for dim in ("design", "arm", "replicate", "aco", "year")
        )
        wanted = data["gross_savings"].isel(key).values
        other = stacked
        for axis, part in reversed(list(enumerate(places))):
            other = other[(slice(None),) * axis + (part,)]
        assert np.array_equal(wanted, other)


def test_a_point_is_the_scenario_that_its_values_make(whole: Path, tmp_path: Path) -> None:
    alone = swept("").replace(
        {"evidence.cost.fixed": "2.5 million USD/year", "arms.lead_global.risk_option": "global"}
    )
    sweep(alone, tmp_path / "alone.zarr")
    one, other = open_results(tmp_path / "alone.zarr"), open_results(point_path(whole, 2))
    assert one.attrs["scenario_hash"] == other.attrs["scenario_hash"]
    assert one.drop_attrs().identical(other.drop_attrs())


def test_interrupted_then_resumed_and_extended_equals_uninterrupted(whole: Path, tmp_path: Path) -> None:
    out = tmp_path / "run.zarr"
    model = Interrupting(9)
    with pytest.raises(KeyboardInterrupt):
        sweep(swept(), out, simulate=simulate, progress=model.progress)
    half = open_results(out)
    assert 9 <= half.attrs["replicates_complete"] < 24
    assert np.isnan(half["gross_savings"].values[~half["done"].values.any(axis=1)]).all()
    assert sweep(swept(), out, 3).completed == 12
    resumed = sweep(swept(), out)
    assert resumed.computed <= 24 - 9
    assert_same_bytes(whole, out)
    assert sweep(swept(), out).computed == 0
    assert sweep(swept(), out, 3).open().sizes["replicate"] == 3


KILLED = """
import sys
from pathlib import Path
import fake_model
from fake_model import go
from sim.scenarios import Scenario

if __name__ == "__main__":
    go(Scenario.from_toml(Path(sys.argv[1]).read_text()), sys.argv[2], 6, executor="dask")
"""


@pytest.mark.slow
def test_a_sweep_killed_and_resumed_on_dask_equals_one_on_threads(tmp_path: Path) -> None:
    scenario = of("grid", f'over."study.seed" = {list(range(_POINTS))}')
    (tmp_path / "scenario.toml").write_text(scenario.to_toml())
    (tmp_path / "killed.py").write_text(KILLED)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*filter(None, sys.path), "tests"])}
    out = tmp_path / "dask.zarr"
    child = subprocess.Popen(
        [sys.executable, tmp_path / "killed.py", tmp_path / "scenario.toml", out], env=environment
    )
    while child.poll() is None and not point_path(out, _POINTS // 2).exists():
        time.sleep(0.05)
    child.kill()
    assert child.wait() == -signal.SIGKILL
    assert 0 < go(scenario, out, 6, executor="dask").computed < 6 * _POINTS
    assert go(scenario, tmp_path / "threads.zarr", 6).completed == 6 * _POINTS
    assert_same_bytes(tmp_path / "threads.zarr", out)


def test_another_sweep_at_the_path_is_refused_unless_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "run.zarr"
    sweep(of("grid", 'over."study.seed" = [1, 2]'), out, 2)
    with pytest.raises(InputError, match="holds another sweep"):
        sweep(of("grid", 'over."study.seed" = [1, 3]'), out, 2)
    with pytest.raises(InputError, match="is a sweep of many"):
        sweep(swept(""), out, 2)
    assert sweep(of("grid", 'over."study.seed" = [1, 3]'), out, 2, overwrite=True).computed == 4


def test_a_store_of_one_scenario_is_no_place_for_a_sweep(tmp_path: Path) -> None:
    sweep(swept(""), tmp_path / "run.zarr", 2)
    with pytest.raises(InputError, match="is no store of a sweep"):
        sweep(swept(), tmp_path / "run.zarr", 2)


def test_a_replicate_that_fails_is_told_with_its_point_and_stops_no_other(tmp_path: Path) -> None:
    run = sweep(of("grid", 'over."study.seed" = [1, 2]'), tmp_path / "run.zarr", 4, simulate=Failing(2))
    assert (run.completed, run.requested) == (6, 8)
    assert [one.message[:8] for one in run.failures] == ["point 0:", "point 1:"]
    done = run.open()["done"].values
    assert done.tolist() == [[True, True, False, True]] * 2


def test_a_plan_of_256_points_takes_no_time_worth_telling() -> None:
    over = 'over."evidence.cost.fixed" = ["1 million USD/year", "3 million USD/year"]\n'
    over += 'over."evidence.cost.variable" = ["5 USD/month", "15 USD/month"]'
    made = design_of(of("sobol", over, n=64))
    assert len(made) == 256
    assert len(made.checked()) == 256
