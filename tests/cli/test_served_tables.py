"""What the closing page says of home-based programmes, of the Medicaid route and of taking part."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.cli.served_tables import (
    home_care_arms,
    home_care_rows,
    home_care_table,
    home_care_told,
    medicaid_told,
)
from sim.cli.verdicts import joining_told

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
OTHERS = ("medicaid_aligned_people", "medicaid_aligned_months", "full_dual_months", "dual_incentive")


def data(**changes: float) -> xr.Dataset:
    """Return two arms, four replicates, two ACOs and two years; only the second arm has a programme."""
    found = {f"home_care_{name}": np.zeros((2, 4, 2, 2)) for name in HOME}
    for name, value in (HOME | changes).items():
        found[f"home_care_{name}"][1, :, 0] = value
    found |= {name: np.zeros((2, 4, 2, 2)) for name in OTHERS}
    found |= {name: np.full((2, 4, 2, 2), np.nan) for name in ("aco_cash_change", "distributions")}
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
    assert medicaid_told(old) == []
    assert home_care_arms(data(months=0)) == []


def test_the_verdict():
    assert home_care_told(data(), "home") == (
        "home: 60 people a year; a month of it costs 150 USD and saves 100 USD: it does not pay for itself"
        " (0 of 4 replicates say that it does)."
    )
    assert "saves 200 USD: it pays for itself (4 of 4" in home_care_told(data(saved=120_000), "home")
    unsure = data()
    unsure["home_care_saved"][1, :, 0] = np.array([40_000, 140_000, 60_000, 120_000])[:, None]
    assert "whether it pays for itself cannot be told (2 of 4" in home_care_told(unsure, "home")


def test_whom_medicaid_aligns():
    made = data()
    assert medicaid_told(made) == []
    for name, value in zip(OTHERS, (20, 200, 800, 1e6), strict=True):
        made[name][1, :, 0] = value
    assert medicaid_told(made) == [
        "home: the Medicaid route aligns 20 people a year, 25.0 % of aligned people with full benefits;"
        " incentives for these come to $2.00 million."
    ]


def test_whom_taking_part_pays():
    made = data()
    assert "never begins for a, b." in joining_told(made, "home")
    made["aco_cash_change"][1, :, 0] = 1e6
    made["aco_cash_change"][1, :, 1] = np.array([-4e6, 3e6, -2e6, 2e6])[:, None]
    made["distributions"][1, :, 0] = 5e5
    assert joining_told(made, "home") == (
        "home: cash over all years, $ million, and in brackets with what practices were passed on: taking"
        " part pays for a +2.0 (+3.0); cannot be told for b -0.5 (-0.5)."
    )
    made["aco_cash_change"][1, :, 1] = -2e6
    assert joining_told(made, "home").endswith("pays for a +2.0 (+3.0); costs money for b -4.0 (-4.0).")
