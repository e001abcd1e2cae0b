"""``data.lead``: the same numbers as elsewhere, with units, from any Dataset of a store."""

from __future__ import annotations

from pathlib import Path

import fake_model
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr

from sim import run
from sim.inputs.faults import InputError
from sim.outcomes.bridge import arm_bridge
from sim.outcomes.error import mean_error, quantile_error
from sim.outcomes.summary import contrast, summarise
from sim.scenarios import Scenario


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> xr.Dataset:
    path: Path = tmp_path_factory.mktemp("accessor") / "quick.zarr"
    scenario = Scenario.from_toml(fake_model.QUICK)
    made = fake_model.simulate, fake_model.coordinates
    done = run(scenario, 7, path, threads=1, simulate=made[0], coordinates=made[1])
    return done.open().load()


def test_a_summary_says_what_the_closing_table_says_in_dollars(data: xr.Dataset) -> None:
    found = data.lead.summary()
    for arm in summarise(data):
        for name, spread in arm.figures.items():
            if spread is not None:
                row = found[name].sel(arm=arm.arm)
                shown = [row.sel(statistic=one).item() for one in ("mean", "mean_error", "median", "p90")]
                assert shown == pytest.approx([spread.mean, spread.mean_error, spread.median, spread.high])
    assert all(found[name].attrs["units"] == "USD" for name in found)


def test_any_variable_is_summed_up_and_keeps_its_units(data: xr.Dataset) -> None:
    found = data.lead.summary("snf_days", "settlement")
    total = data["snf_days"].sum(("aco", "year")).mean("replicate")
    np.testing.assert_allclose(found["snf_days"].sel(statistic="mean"), total)
    assert (found["snf_days"].attrs["units"], found["settlement"].attrs["units"]) == ("day", "USD")


def test_monte_carlo_errors_keep_the_other_dims(data: xr.Dataset) -> None:
    error = data.lead.mcse("settlement")
    assert error.dims == ("arm", "aco", "year")
    values = data["settlement"].isel(arm=1, aco=0, year=2).values
    assert error.isel(arm=1, aco=0, year=2).item() == pytest.approx(mean_error(values))
    median = data.lead.mcse("settlement", 0.5).isel(arm=1, aco=0, year=2).item()
    assert median == pytest.approx(quantile_error(values, 0.5))
    assert error.attrs["units"] == "USD"


def test_a_contrast_is_paired(data: xr.Dataset) -> None:
    found = data.lead.contrast("lead_global", "no_aco", "medicare_outlay")["medicare_outlay"]
    expected = contrast(data["medicare_outlay"].sum("year"), "lead_global", "no_aco")
    shown = [found.sel(statistic=one).item() for one in ("mean", "mean_error", "median", "gain")]
    assert shown == pytest.approx([expected.mean, expected.error, expected.median, expected.gain])
    assert data.lead.contrast("lead_global", "lead_professional")["net_payment"].notnull().all()


def test_fan_and_bridge_are_those_of_charts_and_outcomes(data: xr.Dataset) -> None:
    with mpl.rc_context({"backend": "Agg"}):
        axes = data.lead.fan("true_savings", "lead_global")
        assert "True savings" in axes.get_title("left")
        plt.close("all")
    found = data.lead.bridge("lead_global", aco="b")
    lines = arm_bridge(data.sel(aco=["b"]), "lead_global").lines
    assert found["usd"].values.tolist() == [line.usd for line in lines]
    assert found["step"].values.tolist() == [line.label for line in lines]
    assert found["per_person_year"].attrs["units"] == "USD year-1"


def test_what_is_not_there_is_told(data: xr.Dataset) -> None:
    for ask, said in (
        (lambda: data.lead.summary("setlement"), "settlement"),
        (lambda: data.lead.mcse("nothing"), "variable"),
        (lambda: data.lead.contrast("lead_globl", "no_aco"), "lead_global"),
        (lambda: data.lead.bridge("lead_global", aco="z"), "aco"),
    ):
        with pytest.raises(InputError, match=said):
            ask()
