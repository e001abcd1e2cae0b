"""What the closing page says of stop-loss and ruin."""

from __future__ import annotations

import numpy as np
import pytest
import xarray as xr

from sim.cli.protection_table import protection_rows, protection_table, shows_protection

NAMES = ("benchmark", "stop_loss_payout", "stop_loss_charge", "guarantee_called", "unpaid_debt", "ruined")


def data() -> xr.Dataset:
    """Return two arms, two replicates, two ACOs and two years; only the second arm has anything."""
    dims = ("arm", "replicate", "aco", "year")
    found = {name: np.zeros((2, 2, 2, 2)) for name in NAMES}
    found["benchmark"][...] = 100e6
    found["stop_loss_charge"][1] = 2e6
    found["stop_loss_payout"][1, :, 0] = 5e6
    found["ruined"][1, 1, 0, 1] = 1
    found["guarantee_called"][1, 1, 0, 1] = 4e6
    found["unpaid_debt"][1, 1, 0, 1] = 1e6
    # An ACO that is out in the second year.
    for name in NAMES:
        found[name][:, :, 1, 1] = np.nan
    return xr.Dataset({name: (dims, values) for name, values in found.items()}, {"arm": ["plain", "held"]})


def test_figures_by_hand():
    rows = {label.strip(): cells for label, *cells in protection_rows(data(), ["plain", "held"])}
    # ACO-years of 3, 3 and -2 %: mean 4/3 and standard deviation 2.36 in both replicates.
    assert rows["Stop-loss, % of benchmark"] == ["0.00 (0.00)", "1.33 (0.00)"]
    assert rows["spread over ACOs"] == ["0.00 (0.00)", "2.36 (0.00)"]
    # One of two ACOs in one of two replicates.
    assert rows["ACOs ruined, %"] == ["0.0 (0.0)", "25.0 (25.0)"]
    assert rows["Guarantees called"] == ["0.0 (0.0)", "2.0 (2.0)"]
    assert rows["Debt unpaid"] == ["0.0 (0.0)", "0.5 (0.5)"]
    assert protection_table(data(), ["held"]).row_count == len(rows)


@pytest.mark.parametrize(("gone", "shown"), [((), True), (("stop_loss_charge",), True), (("ruined",), True)])
def test_it_is_shown_where_there_is_something_to_show(gone, shown):
    changed = data()
    for name in gone:
        changed[name] = 0.0 * changed[name]
    assert shows_protection(changed) is shown


def test_it_is_not_shown_where_there_is_nothing():
    changed = data().sel(arm=["plain"])
    assert not shows_protection(changed)
    assert not shows_protection(changed.drop_vars("ruined"))
