"""What the closing page of a run says of episode arrangements."""

from __future__ import annotations

import numpy as np
import xarray as xr
from rich.console import Console

from sim.cli.cara_tables import arranged_arms, cara_note, cara_table

DIMS = ("arm", "replicate", "aco", "year", "episode")


def data(paid: float, owed: float, bridge: float) -> xr.Dataset:
    """Return two replicates of two arms, the second with contracts for knees in its second year."""

    def knees(first: float, second: float) -> tuple[tuple[str, ...], np.ndarray]:
        values = np.zeros((2, 2, 1, 2, 2))
        values[1, :, 0, 1, 0] = first, second
        return DIMS, values

    by_aco = np.zeros((2, 2, 1, 2))
    by_aco[1, :, 0, 1] = paid, -owed
    return xr.Dataset(
        {
            "cara_contracts": knees(2, 2),
            "cara_episodes": knees(40, 60),
            "cara_target": knees(40 * 17_000.0, 60 * 17_000.0),
            "cara_cost": knees(40 * 16_000.0, 60 * 18_000.0),
            "cara_paid": knees(paid, 0.0),
            "cara_owed": knees(0.0, owed),
            "cara_payments": (DIMS[:-1], by_aco),
            "bridge_cara": (DIMS[:-1], bridge * by_aco),
        },
        coords={"arm": ["no_aco", "bones"], "episode": ["knee_arthroplasty", "sepsis"]},
    )


def test_a_table_shows_kinds_with_contracts_a_year() -> None:
    shown = data(2e6, 1e6, -1.0)
    assert arranged_arms(shown) == ["bones"]
    assert arranged_arms(xr.Dataset()) == []
    console = Console(width=120, record=True)
    console.print(cara_table(shown, "bones"))
    text = console.export_text()
    (row,) = (line.split() for line in text.splitlines() if "knee" in line)
    assert row == ["knee", "arthroplasty", "2.0", "50.0", "17,000", "17,200", "1,000", "500", "1,500"]
    assert "sepsis" not in text


def test_a_note_says_how_it_varies_and_what_it_counts_as() -> None:
    told = cara_note(data(2e6, 1e6, -1.0), "bones")
    assert "between -0.70 and 1.70 million $ net in eight of ten replicates" in told
    assert "counts as spending before the corridors" in told
    assert "in 50 % they pay more than they get" in told
    assert "owed by the ACOs after the corridors" in cara_note(data(2e6, 1e6, 0.0), "bones")
