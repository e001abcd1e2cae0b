"""What the closing page of a run says of ACOs that LEAD turns away."""

from __future__ import annotations

import numpy as np
import xarray as xr

from sim.cli.money_tables import turned_away


def data(meets: list[list[float]], program: list[list[float]]) -> xr.Dataset:
    """Return one replicate of two arms, the second without LEAD, of two ACOs by two years."""
    dims = ("arm", "replicate", "aco", "year")
    nothing = np.full((2, 2), np.nan)
    shown = {
        "meets_minimum": (dims, np.array([[meets], [nothing]])),
        "program": (dims, np.array([[program], [nothing]])),
    }
    return xr.Dataset(shown, coords={"arm": ["lead", "no_aco"], "aco": ["one", "two"]})


def test_who_is_out_is_named_with_its_share_of_years() -> None:
    one, two = [1.0, 1.0], [1.0, 0.0]
    told = turned_away(data([one, two], [[1.0, 1.0], [1.0, np.nan]]))
    assert told == ["lead: ACOs below the program's minimum are out, in so much of their years: two (50 %)."]


def test_who_lacks_people_and_stays_is_not_out() -> None:
    assert turned_away(data([[1.0, 1.0], [0.0, 0.0]], [[1.0, 1.0], [1.0, 1.0]])) == []
