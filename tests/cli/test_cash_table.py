"""What the closing page says of capitation and cash."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sim.cli.cash_table import cash_rows, cash_table, pays_by_month, shows_cash

NAMES = (
    "benchmark",
    "capitation",
    "enhanced_pcc",
    "apo",
    "cash_low_point",
    "days_of_cash",
    "working_capital",
    "working_capital_interest",
)


def data(capitation: float = 3.0) -> xr.Dataset:
    """Return two replicates of one arm of two ACOs by two years, in million dollars."""
    dims = ("arm", "replicate", "aco", "year")
    one = np.ones((1, 2, 2, 2)) * 1e6
    found = {name: (dims, one.copy()) for name in NAMES}
    found["benchmark"][1][...] = 100e6
    found["capitation"][1][...] = capitation * 1e6
    # Replicate 0: the first ACO lacks 5 and then 2 million, the second 1 and 4.
    found["working_capital"][1][0, 0] = [[5e6, 2e6], [1e6, 4e6]]
    # Its worst year counts.
    found["cash_low_point"][1][0, 0] = [[-5e6, 2e6], [3e6, -4e6]]
    found["days_of_cash"][1][...] = [[-50.0, 20.0], [np.nan, -10.0]]
    return xr.Dataset(found, coords={"arm": ["lead"], "aco": ["one", "two"]})


def test_shares_of_the_benchmark_and_what_each_aco_lacks_at_most():
    rows = dict(cash_rows(data(), ["lead"]))
    assert rows["Capitation, % of benchmark"] == "3.00 (0.00)"
    assert rows["Advances, % of benchmark"] == "2.00 (0.00)"
    # 5 and 4 in the one replicate, 1 and 1 in the other.
    assert rows["Money to be found"].startswith("5.5 (")
    assert rows["Interest on it"] == "4.00 (0.00)"
    # Minus nine of one replicate, two of the other; ACOs at -50 and -10 days.
    assert rows["Lowest cash"].startswith("-3.5 (")
    assert rows["  in days of cost"] == "-30 (0)"
    assert cash_table(data(), ["lead"]).row_count == 6


def test_without_payments_by_month_cash_is_shown_alone():
    made = data()
    for name in ("capitation", "enhanced_pcc", "apo"):
        made[name] = made[name] * 0.0
    rows = dict(cash_rows(made, ["lead"]))
    assert list(rows) == ["Lowest cash", "  in days of cost", "Money to be found", "Interest on it"]
    assert shows_cash(made)
    # Of ACOs without running cost there are no days to tell.
    made["days_of_cash"] = made["days_of_cash"] * np.nan
    assert dict(cash_rows(made, ["lead"]))["  in days of cost"].startswith("nan")
    assert not shows_cash(made.drop_vars("cash_low_point"))


@pytest.mark.parametrize(
    ("changed", "shown"),
    [({}, True), ({"capitation": 0.0, "enhanced_pcc": 0.0, "apo": 0.0}, False), ({"capitation": 0.0}, True)],
)
def test_it_is_shown_where_anything_is_paid_by_month(changed, shown):
    made = data()
    for name, value in changed.items():
        made[name] = made[name] * 0.0 + value
    assert pays_by_month(made) == shown


def test_a_store_made_before_has_none():
    assert not pays_by_month(data().drop_vars("capitation"))
