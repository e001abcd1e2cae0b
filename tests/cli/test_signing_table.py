"""What the closing page of a run says of contracts that specialists sign and end."""

from __future__ import annotations

import numpy as np
import xarray as xr
from rich.console import Console

from sim.cli.signing_table import signing_arms, signing_table, signing_told

DIMS = ("arm", "replicate", "aco", "year")


def data() -> xr.Dataset:
    """Return two replicates of two arms, in the second of which specialists decide from 2028 on."""

    def counts(*by_replicate: tuple[float, ...]) -> tuple[tuple[str, ...], np.ndarray]:
        values = np.zeros((2, 2, 1, 3))
        values[1, :, 0] = by_replicate
        return DIMS, values

    return xr.Dataset(
        {
            "cara_offered": counts((0, 10, 10), (0, 10, 10)),
            "cara_asked": counts((0, 10, 6), (0, 10, 8)),
            "cara_signed": counts((0, 4, 3), (0, 2, 2)),
            "cara_ended": counts((0, 0, 1), (0, 0, 0)),
            "cara_held": counts((0, 4, 6), (0, 2, 4)),
        },
        coords={"arm": ["no_aco", "bones"], "year": [2027, 2028, 2029]},
    )


def test_a_table_shows_who_signs_holds_and_ends_year_by_year() -> None:
    assert signing_arms(data()) == ["bones"]
    assert signing_arms(xr.Dataset()) == []
    console = Console(width=120, record=True)
    console.print(signing_table(data(), "bones"))
    rows = [line.split() for line in console.export_text().splitlines() if line.strip().startswith("20")]
    first = ["2028", "10.0", "10.0", "3.0", "30", "±", "10", "3.0", "30", "±", "10", "0.0", "-"]
    assert rows[0] == first
    assert rows[1][:5] == ["2029", "10.0", "7.0", "2.5", "36"]
    # One of six held the year before.
    assert rows[1][-4:] == ["0.5", "17", "±", "12"]


def test_a_sentence_says_how_many_are_held_in_the_end() -> None:
    (told,) = signing_told(data())
    assert "in 2029 are held 50 ± 10 % in bones" in told
    assert "32 ± " in told
    assert "17 ± 12 % of those held are ended" in told
    assert not list(signing_told(data().isel(arm=[0])))
    alone = next(signing_told(data().isel(replicate=[0])))
    assert "60 % in bones (a year 44 % of those free are signed, 25 %" in alone
