"""What the closing page shows of home-based programmes."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.cli.served_tables import (
    home_care_arms,
    home_care_rows,
    home_care_table,
)

DIMS = ("arm", "replicate", "aco", "year")
HOME = {
    "people": 60,
    "months": 600,
    "deaths": 6,
    "moved": 3,
    "spending": 3e6,
    "saved": 60_000,
    "last_months": 15,
    "last_spending": 150_000,
    "last_saved": 15_000,
    "cost": 90_000,
    "stays": 40,
    "stays_spared": 1,
    "ed_visits": 100,
    "ed_spared": 5,
}


def data(**changes: float) -> xr.Dataset:
    """Return two arms, four replicates, two ACOs and two years; only the second arm has a programme."""
    found = {f"home_care_{name}": np.zeros((2, 4, 2, 2)) for name in HOME}
    for name, value in (HOME | changes).items():
        found[f"home_care_{name}"][1, :, 0] = value
    labels = {"arm": ["plain", "home"], "aco": ["a", "b"]}
    return xr.Dataset({name: (DIMS, values) for name, values in found.items()}, labels)


def test_figures_by_hand():
    assert home_care_arms(data()) == ["home"]
    rows = {label.strip(): cells for label, *cells in home_care_rows(data(), ["home"])}
    assert rows["People in it, a year"] == ["60 (0)"]
    assert rows["died in the year, %"] == ["10.0 (0.0)"]
    assert rows["Spending, $ a month"] == ["5,000 (0)"]
    assert rows["Saved, $ a month"] == ["100 (0)"]
    assert rows["in last 3 of life"] == ["1,000 (0)"]
    assert rows["in other months"] == ["77 (0)"]
    assert rows["Cost, $ a month"] == ["150 (0)"]
    assert rows["Saved less cost"] == ["-50 (0)"]
    assert rows["Stays spared, 1,000/yr"] == ["20.0 (0.0)"]
    assert home_care_table(data(), ["home"]).row_count == len(rows)


def test_what_is_made_without_it_has_none():
    old = xr.Dataset({"benchmark": (("arm",), [1.0])}, {"arm": ["plain"]})
    assert home_care_arms(old) == []
    assert home_care_arms(data(months=0)) == []
