"""What taking part brings each ACO, as the closing page shows it."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.cli.joining_table import joining_rows, joining_table


def test_cash_of_each_aco_and_with_it_what_practices_are_passed_on() -> None:
    dims, shape = ("arm", "replicate", "aco", "year"), (2, 4, 2, 2)
    made = xr.Dataset(
        {name: (dims, np.full(shape, np.nan)) for name in ("aco_cash_change", "distributions")},
        {"arm": ["plain", "home"], "aco": ["a", "b"]},
    )
    assert joining_rows(made, ["home"]) == [("a", "-"), ("b", "-")]
    made["aco_cash_change"][1, :, 0] = 1e6
    made["aco_cash_change"][1, :, 1] = np.array([-4e6, 3e6, -2e6, 2e6])[:, None]
    made["distributions"][1, :, 0] = 5e5
    assert joining_rows(made, ["plain", "home"]) == [
        ("a", "-", "2.0 (0.0)"),
        ("  with practices", "-", "3.0 (0.0)"),
        ("b", "-", "-0.5 (3.3)"),
    ]
    assert joining_table(made, ["home"]).row_count == 3
