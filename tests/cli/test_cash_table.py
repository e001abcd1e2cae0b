"""What the closing page says of capitation and cash."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sim.cli.cash_table import cash_rows, cash_table, pays_by_month

NAMES = ("benchmark", "capitation", "enhanced_pcc", "apo", "working_capital", "working_capital_interest")


def data(capitation: float = 3.0) -> xr.Dataset:
    """Return two replicates of one arm of two ACOs by two years, in million dollars."""
    dims = ("arm", "replicate", "aco", "year")
    one = np.ones((1, 2, 2, 2)) * 1e6
    found = {name: (dims, one.copy()) for name in NAMES}
    found["benchmark"][1][...] = 100e6
    found["capitation"][1][...] = capitation * 1e6
    # Replicate 0: the first ACO lacks 5 and then 2 million, the second 1 and 4.
    found["working_capital"][1][0, 0] = [[5e6, 2e6], [1e6, 4e6]]
    return xr.Dataset(found, coords={"arm": ["lead"], "aco": ["one", "two"]})


def test_shares_of_the_benchmark_and_what_each_aco_lacks_at_most():
    rows = dict(cash_rows(data(), ["lead"]))
    assert rows["Capitation, % of benchmark"] == "3.00 (0.00)"
    assert rows["Advances, % of benchmark"] == "2.00 (0.00)"
    # 5 and 4 in the one replicate, 1 and 1 in the other.
    assert rows["Money to be found"].startswith("5.5 (")
    assert rows["Interest on it"] == "4.00 (0.00)"
    assert cash_table(data(), ["lead"]).row_count == 4


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
