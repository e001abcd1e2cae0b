"""What the closing page of a run says of episode arrangements."""

from __future__ import annotations

import numpy as np
import xarray as xr
from rich.console import Console

from sim.cli.cara_tables import arranged_arms, cara_in_short, cara_table, cara_told

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


def test_a_sentence_says_who_has_what_of_it() -> None:
    told = cara_told(data(2e6, 1e6, -1.0), "bones")
    assert "0.50 million USD net in the median" in told
    assert "counts as spending before the corridors" in told
    assert "in 50 % of replicates they pay more" in told
    assert "owed by the ACOs after the corridors" in cara_told(data(2e6, 1e6, 0.0), "bones")


def test_in_short_it_is_money_luck_and_care() -> None:
    shown = data(2e6, 1e6, -1.0)
    lead = xr.DataArray([np.nan, 1.0], dims="arm", coords={"arm": shown["arm"]})
    shown["gross_savings"] = lead + 0.0 * shown["cara_payments"]
    assert cara_in_short(shown) == (
        "In short: over the years specialists are paid 0.50 ± 1.50 (bones) million USD net on average; by"
        " luck one year's payments stray by 1,500 (bones) thousand USD."
    )
    plain = shown.sel(arm=["no_aco", "bones", "bones"]).assign_coords(arm=["no_aco", "bones", "plain"])
    plain["cara_contracts"] = plain["cara_contracts"].where(plain["arm"] == "bones", 0.0)
    money = xr.ones_like(plain["cara_payments"])
    plain["settlement"] = money.where(plain["arm"] != "bones", -1e6)
    plain["true_savings"] = money
    told = cara_in_short(plain)
    assert told.endswith(
        "Against plain the ACOs are paid -2.00 ± 0.00 (bones) million USD. Care is the same in all."
    )
    plain["true_savings"] = money.where(plain["arm"] != "bones", 1e6)
    assert cara_in_short(plain).endswith(
        "Where specialists respond, 2.00 ± 0.00 (bones) million USD more is truly saved."
    )
