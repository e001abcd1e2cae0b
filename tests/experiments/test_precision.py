"""Replicates are added until a mean is known as well as the study asks, the same however it is run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import fake_model
import numpy as np
import pytest
from fake_model import Interrupting, assert_same_bytes, go

from sim.experiments.results import open_results
from sim.inputs.faults import InputError
from sim.scenarios import Scenario

STATED = {
    "metric": "gross_savings",
    "arm": "lead_global",
    "against": "lead_professional",
    "error": "1.8 million USD",
    "at_most": 400,
}


def study(**changes: Any) -> Scenario:
    stated = {key: value for key, value in (STATED | changes).items() if value is not None}
    return Scenario.from_toml(fake_model.QUICK).replace({"study.precision": stated, "study.replicates": 20})


def figures(path: Path) -> np.ndarray:
    with open_results(path) as data:
        total = data["gross_savings"].sum(["aco", "year"])
        return (total.sel(arm="lead_global") - total.sel(arm="lead_professional")).values


def error(values: np.ndarray) -> float:
    return float(values.std(ddof=1) / len(values) ** 0.5)


def test_replicates_are_added_until_the_error_is_small_enough(tmp_path: Path) -> None:
    seen: list = []
    done = go(study(), tmp_path / "run.zarr", None, progress=seen.append)
    values = figures(tmp_path / "run.zarr")
    assert done.completed == done.requested == len(values)
    assert 20 < len(values) < 400
    assert len(values) % 32 == 0
    assert error(values) <= 1.8e6 < error(values[:20])
    last = seen[-1]
    assert last.figure == "gross_savings of lead_global less lead_professional"
    assert last.error == pytest.approx(error(values))
    assert (last.target, last.completed, last.total) == (1.8e6, len(values), len(values))


@pytest.mark.slow
def test_it_ends_alike_however_it_is_interrupted_or_was_extended(tmp_path: Path) -> None:
    go(study(), tmp_path / "whole.zarr", None)
    out = tmp_path / "run.zarr"
    for after in (3, 25, 60):
        model = Interrupting(after)
        with pytest.raises(KeyboardInterrupt):
            go(study(), out, None, progress=model.progress)
    go(study(), out, None, threads=1)
    assert_same_bytes(tmp_path / "whole.zarr", out)
    assert go(study(), out, None).computed == 0


def test_the_greatest_number_ends_it_and_a_stated_number_is_exact(tmp_path: Path) -> None:
    done = go(study(error="1 USD", at_most=50), tmp_path / "most.zarr", None)
    assert done.completed == done.requested == 50
    assert go(study(), tmp_path / "exact.zarr", 22).requested == 22


def test_what_is_asked_may_be_a_share_of_one_acos_mean_or_no_money(tmp_path: Path) -> None:
    asked = study(metric="risk_score", against=None, error=None, relative_error="15 %", aco="a")
    done = go(asked, tmp_path / "run.zarr", None)
    with open_results(tmp_path / "run.zarr") as data:
        each = data["risk_score"].sel(arm="lead_global", aco="a").mean(["cell", "year"]).values
    assert error(each) <= 0.15 * abs(each.mean())
    assert done.completed == len(each)


def test_a_precision_is_no_part_of_what_replicates_are(tmp_path: Path) -> None:
    plain = Scenario.from_toml(fake_model.QUICK)
    assert study().hash == plain.hash
    go(plain, tmp_path / "run.zarr", 8)
    assert go(study(at_most=40), tmp_path / "run.zarr", None).completed >= 20


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"metric": "gross_saving"},
            r"precision.metric: = 'gross_saving'.*did you mean 'gross_savings'",
        ),
        ({"arm": "lead_globall"}, r"study.precision.arm: .*did you mean 'lead_global'"),
        ({"error": None}, r"study.precision.error: is missing"),
        ({"error": "-3 USD"}, r"study.precision.error: .*must be more than 0"),
        ({"at_most": 5}, r"study.precision.at_most: = 5 -> must be at least study.replicates, 20"),
        ({"arms": "x"}, r"study.precision.arms: is not a known key"),
    ],
)
def test_faults_name_the_key(changes: dict[str, Any], told: str) -> None:
    with pytest.raises(InputError, match=told):
        study(**changes)


def test_an_aco_that_is_not_there_is_told_before_anything_is_computed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"study.precision.aco"):
        go(study(aco="nobody"), tmp_path / "run.zarr", None)
    with pytest.raises(InputError, match=r"is of all ACOs together"):
        go(study(metric="medicare_net_cost", aco="a"), tmp_path / "run.zarr", None)
    assert not (tmp_path / "run.zarr").exists()
