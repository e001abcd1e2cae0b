"""What the closing page says of falls prevention and benefits."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.cli.offers_table import (
    benefit_arms,
    benefits_table,
    falls_arms,
    falls_rows,
    falls_table,
    falls_told,
)
from sim.outcomes.benefit_variables import BENEFIT_MONEY, FALLS_VARIABLES

NAMES = tuple(one.name for one in (*FALLS_VARIABLES, *BENEFIT_MONEY))


def data() -> xr.Dataset:
    """Return two arms, two replicates, two ACOs and two years; only the second arm offers anything."""
    found = {name: np.zeros((2, 2, 2, 2)) for name in NAMES}
    found["aged_months"][...] = 12_000.0
    found["fall_stays"][...] = 18.0
    found["fall_stays"][1] = 17.0
    found["fall_ed_visits"][...] = 54.0
    found["falls_courses"][1, :, :, 0] = 100.0
    found["falls_protected"][1] = 100.0
    found["fall_stays_averted"][1] = 1.0
    found["protected_fall_stays"][1] = 9.0
    found["falls_prevention_cost"][1, :, :, 0] = 200_000.0
    found["falls_prevention_paid"][1, :, :, 0] = 200_000.0
    found["fall_spending_averted"][1] = 40_000.0
    found["substance_access"][1, 0] = 1e6
    # An ACO that is out in the second year.
    for name in NAMES[-8:]:
        found[name][:, :, 1, 1] = np.nan
    dims = ("arm", "replicate", "aco", "year")
    return xr.Dataset({name: (dims, values) for name, values in found.items()}, {"arm": ["plain", "falls"]})


def test_figures_by_hand():
    rows = {label.strip(): cells for label, *cells in falls_rows(data(), ["plain", "falls"])}
    assert rows["Admissions, 1,000 aged"] == ["18.00 (0.00)", "17.00 (0.00)"]
    assert rows["People who begin"] == ["0 (0)", "200 (0)"]
    assert rows["Protected, % of aged"] == ["0.0 (0.0)", "10.0 (0.0)"]
    assert rows["% of the protected's"] == ["0.0 (0.0)", "10.0 (0.0)"]
    assert rows["Cost, $ million"] == ["0.00 (0.00)", "0.40 (0.00)"]
    assert rows["Spending averted, $ m."] == ["0.00 (0.00)", "0.16 (0.00)"]
    assert falls_table(data(), ["falls"]).row_count == len(rows)


def test_in_words():
    assert falls_told(data(), "falls") == (
        "falls: 200 people have a course of falls prevention, at 2,000 USD each, paid by the ACOs."
        " 4 admissions and 0 ED visits for falls are averted, which would have cost Medicare 0.16 million"
        " USD: 0.40 USD of care for each USD spent."
    )
    changed = data()
    changed["falls_prevention_paid"] = 0.0 * changed["falls_prevention_paid"]
    assert "paid by Medicare" in falls_told(changed, "falls")


def test_only_who_offers_something_is_shown():
    assert falls_arms(data()) == benefit_arms(data()) == ["falls"]
    assert benefits_table(data(), ["falls"]).row_count == 1
    none = data().sel(arm=["plain"])
    assert falls_arms(none) == benefit_arms(none) == []
    assert falls_arms(none.drop_vars("falls_courses")) == []
