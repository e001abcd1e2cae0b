"""The ten-year table and contrasts, against sums done by hand."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sim.outcomes.summary import FIGURES, contrast, summarise

REPLICATES, ACOS, YEARS = 11, 3, 4


@pytest.fixture
def data() -> xr.Dataset:
    draws = np.random.default_rng(3)
    by_aco = ("arm", "replicate", "aco", "year")
    shape = (2, REPLICATES, ACOS, YEARS)
    common = draws.normal(0, 50, (1, REPLICATES, 1))
    found = {
        name: (by_aco, draws.normal(5, 10, shape))
        for name in (
            "gross_savings",
            "settlement",
            "admin_add_on",
            "high_performers_pool",
            "capitation_gain",
        )
    }
    found["benchmark"] = (by_aco, np.full(shape, 100.0))
    found["true_savings"] = (
        ("arm", "replicate", "aco", "cell", "year"),
        draws.normal(1, 1, (2, REPLICATES, ACOS, 6, YEARS)),
    )
    found["medicare_net_cost"] = (
        ("arm", "replicate", "year"),
        common + draws.normal(3, 1, (2, REPLICATES, YEARS)),
    )
    found["medicare_outlay"] = found["medicare_net_cost"]
    data = xr.Dataset(found, {"arm": ["no_aco", "lead"]}, {"reference_arm": "no_aco"})
    out = {"aco": 2, "year": 3}
    for name in ("benchmark", "settlement", "gross_savings"):
        data[name][{"arm": 1, **out}] = np.nan
        data[name][{"arm": 0}] = np.nan
    return data


def test_figures_are_sums_over_years_and_acos(data: xr.Dataset) -> None:
    reference, lead = summarise(data)
    assert (reference.arm, lead.arm) == ("no_aco", "lead")
    assert reference.loss_share is None
    assert not any(reference.figures.values())
    values = data.isel(arm=1)
    by_hand = {
        "gross_savings": np.nansum(values["gross_savings"].values, axis=(1, 2)),
        "true_savings": values["true_savings"].values.sum(axis=(1, 2, 3)),
        "net_payment": np.nansum(values["settlement"].values, axis=(1, 2))
        + values["admin_add_on"].values.sum(axis=(1, 2))
        + values["high_performers_pool"].values.sum(axis=(1, 2))
        + values["capitation_gain"].values.sum(axis=(1, 2)),
        "medicare_net_cost": values["medicare_net_cost"].values.sum(axis=1),
    }
    assert set(by_hand) == set(FIGURES)
    for key, totals in by_hand.items():
        spread = lead.figures[key]
        assert spread is not None
        assert spread.median == pytest.approx(np.median(totals)), key
        assert (spread.low, spread.high) == pytest.approx(tuple(np.quantile(totals, [0.1, 0.9]))), key
        assert spread.mean == pytest.approx(totals.mean())
        assert spread.mean_error == pytest.approx(totals.std(ddof=1) / REPLICATES**0.5)


def test_the_gain_of_common_draws_is_that_of_outlays(data: xr.Dataset) -> None:
    reference, lead = summarise(data)
    assert reference.pairing_gain is None
    assert lead.pairing_gain == contrast(data["medicare_outlay"].sum("year"), "lead", "no_aco").gain


def test_loss_share_counts_aco_years_in_the_program(data: xr.Dataset) -> None:
    lead = summarise(data)[1]
    settled = data["settlement"].isel(arm=1).values
    assert lead.loss_share == pytest.approx((settled < 0).sum() / (REPLICATES * (ACOS * YEARS - 1)))
    assert 0 < lead.loss_share_error < 0.2


def test_incomplete_replicates_do_not_count(data: xr.Dataset) -> None:
    done = xr.DataArray(np.arange(REPLICATES) < 6, dims="replicate")
    masked = summarise(data.where(done).assign_attrs(data.attrs))
    first = summarise(data.isel(replicate=slice(6)))
    assert masked == first


def test_contrasts_are_paired_by_replicate(data: xr.Dataset) -> None:
    totals = data["medicare_net_cost"].sum("year")
    found = contrast(totals, "lead", "no_aco")
    difference = totals.isel(arm=1).values - totals.isel(arm=0).values
    assert found.mean == pytest.approx(difference.mean())
    assert found.error == pytest.approx(difference.std(ddof=1) / REPLICATES**0.5)
    assert (found.low, found.median, found.high) == pytest.approx(
        tuple(np.quantile(difference, [0.1, 0.5, 0.9]))
    )
    unpaired = totals.isel(arm=0).values.var() + totals.isel(arm=1).values.var()
    assert found.gain == pytest.approx(unpaired / difference.var())
    assert found.gain > 100


def test_a_replicate_missing_in_one_arm_is_left_out_of_both(data: xr.Dataset) -> None:
    totals = data["medicare_net_cost"].sum("year")
    whole = contrast(totals.isel(replicate=slice(1, None)), "lead", "no_aco")
    totals[{"arm": 0, "replicate": 0}] = np.nan
    assert contrast(totals, "lead", "no_aco") == whole
