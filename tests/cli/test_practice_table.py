"""What the closing page says of practices' income."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.cli.practice_table import keeps_books, practice_rows, practice_table

DIMS = ("arm", "replicate", "aco", "year")
VALUES = {
    "practice_income": 50e6,
    "practice_payments": 1e6,
    "distributions": 2e6,
    "practice_income_change_median": 0.01,
    "practice_income_change_p10": -0.03,
    "practice_income_change_p90": 0.05,
}


def data() -> xr.Dataset:
    """Return an arm of two replicates, two ACOs and two years; its second replicate distributes nothing."""
    found = {name: np.full((1, 2, 2, 2), value) for name, value in VALUES.items()}
    found["distributions"][0, 1] = 0.0
    return xr.Dataset({name: (DIMS, values) for name, values in found.items()}, {"arm": ["lead"]})


def test_figures_by_hand():
    assert practice_rows(data(), ["lead"]) == [
        ("Change, median practice", "1.0 (0.0)"),
        ("Change, lowest tenth", "-3.0 (0.0)"),
        ("Change, highest tenth", "5.0 (0.0)"),
        ("Paid by ACO, of income", "2.0 (0.0)"),
        ("Distributed, of income", "2.0 (2.0)"),
    ]
    assert practice_table(data(), ["lead"]).row_count == 5


def test_books_are_shown_where_they_are_kept():
    assert keeps_books(data())
    assert not keeps_books(data() * np.nan)
    assert not keeps_books(data().drop_vars("practice_income"))
