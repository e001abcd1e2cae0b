"""What the closing page says of ACOs that decide for themselves."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.cli.decisions_table import deciding_arms, decisions_rows, decisions_table, switching_told

OUT, LEAD, MSSP = np.nan, 1, 2


def data() -> xr.Dataset:
    """Return two arms, two replicates, two ACOs and two years; in the second arm ACOs decide."""
    dims = ("arm", "replicate", "aco", "year")
    program = np.full((2, 2, 2, 2), float(LEAD))
    exits = np.full((2, 2, 2, 2), np.nan)
    exits[1, :, :, 1] = 0
    exits[1, 0, :, 1], program[1, 0, :, 1] = 1, (OUT, MSSP)
    options = np.full((2, 2, 2, 2), np.nan)
    found = {"program": (dims, program), "exits": (dims, exits), "chose_global": (dims, options)}
    return xr.Dataset(found, {"arm": ["fixed", "free"], "year": [2027, 2028]})


def test_shares_by_hand():
    headings, rows = decisions_rows(data(), "free")
    assert headings == ["In LEAD", "In MSSP", "Out", "Leave"]
    assert rows[0] == ("2027", "100 (100-100)", "0 (0-0)", "0 (0-0)", "0 (0-0)")
    # One replicate of two in which both leave, one for the Shared Savings Program.
    assert rows[1] == ("2028", "50 (10-90)", "25 (5-45)", "25 (5-45)", "50 (10-90)")
    assert decisions_rows(data().isel(replicate=[0]), "free")[1][1] == ("2028", "0", "50", "50", "100")
    assert decisions_table(data(), "free").row_count == 2


def test_it_is_shown_where_somebody_decides():
    assert deciding_arms(data()) == ["free"]
    assert deciding_arms(data().drop_vars("exits")) == []


def test_options_by_hand():
    chosen = data()
    # One of four leaves Global, one of the rest leaves LEAD; nobody begins in Professional.
    chosen["chose_global"][1, :, :, 0] = 1.0
    chosen["chose_global"][1, :, :, 1] = np.array([[0.0, 1.0], [1.0, np.nan]])
    chosen["program"][1, 0, :, 1] = LEAD
    chosen["program"][1, 1, 1, 1] = MSSP
    headings, rows = decisions_rows(chosen, "free")
    assert headings == ["LEAD Global", "LEAD Profess.", "In MSSP", "Out", "Leave"]
    assert rows[1][:4] == ("2028", "50 (50-50)", "25 (5-45)", "25 (5-45)")
    where_stated = decisions_rows(data().assign(chose_global=chosen["chose_global"] * 0.0 + 1.0), "free")
    assert "LEAD, stated" in where_stated[0]
    assert "33 % a year from Global to Professional (3 ACO-years)" in switching_told(chosen, "free")
    assert "from Professional" not in switching_told(chosen, "free")
    assert switching_told(data(), "free") == ""
