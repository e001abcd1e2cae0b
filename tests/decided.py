"""Results of one ACO's choices made by hand, where what they come to can be said in advance."""

from __future__ import annotations

from typing import Any

import numpy as np
import xarray as xr

DIMS = ("arm", "replicate", "aco", "year")
YEARS = [2027, 2028]


def results(cash: dict[str, list[list[float]]], **changed: Any) -> xr.Dataset:
    """Return results of one ACO, cash by arm, replicate and year in million dollars."""
    money = np.array(list(cash.values()), float)[:, :, None, :] * 1e6
    arms = list(cash)
    settled = np.where(np.array([arm != "neither" for arm in arms])[:, None, None, None], 1.0, np.nan)
    lead = np.where(np.array([arm.startswith("lead") for arm in arms])[:, None, None, None], 1.0, np.nan)
    whole = np.ones_like(money)
    found: dict[str, Any] = {
        "aco_cash_change": settled * money,
        "distributions": settled * 0.0 * whole,
        "benchmark": settled * 100e6 * whole,
        "settlement": settled * money,
        "cash_low_point": money.cumsum(axis=-1),
        "financial_guarantee": np.where(np.isnan(lead), 0.0, 4e6) * whole,
        "higher_spending": lead * whole,
        "newly_entering": lead * 0.0 * whole,
        "meets_minimum": settled * whole,
    } | changed
    data = {name: (DIMS, values) for name, values in found.items()}
    people = 12_000.0 * np.ones((*money.shape[:3], 1, 2))
    return xr.Dataset(
        {**data, "person_months": (("arm", "replicate", "aco", "cell", "year"), people)},
        {"arm": arms, "aco": ["a"], "year": YEARS, "done": ("replicate", np.ones(money.shape[1], bool))},
        {"reference_arm": "neither"},
    )


THREE = {
    "neither": [[0, 0]] * 4,
    "lead_global": [[4, 6], [-5, -3], [2, 2], [1, 1]],
    "mssp": [[1, 1], [1, 1], [1, 1], [1, 1]],
}
