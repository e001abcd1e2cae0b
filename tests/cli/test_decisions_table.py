"""What the closing page says of ACOs that decide for themselves."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.cli.decisions_table import deciding_arms, decisions_rows, decisions_table

OUT, LEAD, MSSP = np.nan, 1, 2


def data() -> xr.Dataset:
    """Return two arms, two replicates, two ACOs and two years; in the second arm ACOs decide."""
    dims = ("arm", "replicate", "aco", "year")
    program = np.full((2, 2, 2, 2), float(LEAD))
    exits = np.full((2, 2, 2, 2), np.nan)
    exits[1, :, :, 1] = 0
    exits[1, 0, :, 1], program[1, 0, :, 1] = 1, (OUT, MSSP)
    found = {"program": (dims, program), "exits": (dims, exits)}
    return xr.Dataset(found, {"arm": ["fixed", "free"], "year": [2027, 2028]})


def test_shares_by_hand():
    headings, rows = decisions_rows(data(), "free")
    assert headings == ["In LEAD", "In MSSP", "Out", "Leave"]
    assert rows[0] == ("2027", "100 (100 to 100)", "0 (0 to 0)", "0 (0 to 0)", "0 (0 to 0)")
    # One replicate of two in which both leave, one for the Shared Savings Program.
    assert rows[1] == ("2028", "50 (10 to 90)", "25 (5 to 45)", "25 (5 to 45)", "50 (10 to 90)")
    assert decisions_rows(data().isel(replicate=[0]), "free")[1][1] == ("2028", "0", "50", "50", "100")
    assert decisions_table(data(), "free").row_count == 2


def test_it_is_shown_where_somebody_decides():
    assert deciding_arms(data()) == ["free"]
    assert deciding_arms(data().drop_vars("exits")) == []
