"""What episode arrangements (CARA) come to, as a table of the closing page and in a note on it."""

from __future__ import annotations

import numpy as np
import xarray as xr
from rich.box import SIMPLE_HEAD
from rich.table import Table

_MILLION, _THOUSAND = 1e6, 1e3
#: What the table does not show.
CARA = (
    "Specialists are paid where their episodes cost less than the target price and owe where they cost more."
    " 'By luck' is how far a year's result strays from its mean, over replicates. Care changes only where a"
    " contract has responds = true. leadsim ledger STORE --aco NAME --reports shows what specialists are told"
    " within the year."
)


def arranged_arms(data: xr.Dataset) -> list[str]:
    """Return the arms in which contracts are reconciled."""
    if "cara_contracts" not in data:
        return []
    found = (data["cara_contracts"] > 0).any(("replicate", "aco", "year", "episode"))
    return [str(arm) for arm in data["arm"].values if bool(found.sel(arm=arm))]


def cara_table(data: xr.Dataset, arm: str) -> Table:
    """Return what the arrangements of an arm come to by kind of episode, a year, all ACOs together.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arm : str
        One of :func:`arranged_arms`.
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(f"{arm}: episodes under CARA, a year", min_width=20)
    for heading in ("Contracts", "Episodes", "Target $", "Cost $", "Paid $k", "Owed $k", "By luck $k"):
        table.add_column(heading, justify="right", no_wrap=True)
    own = data.sel(arm=arm)
    years = (own["cara_contracts"].sum(("aco", "episode", "replicate")) > 0).values
    of_years = own.isel(year=np.flatnonzero(years)).sum("aco")
    for kind in of_years["episode"].values.tolist():
        one = of_years.sel(episode=kind)
        episodes = float(one["cara_episodes"].sum())
        if not episodes:
            continue
        result = one["cara_paid"] - one["cara_owed"]
        table.add_row(
            kind.replace("_", " "),
            *(f"{float(one[f'cara_{name}'].mean()):,.1f}" for name in ("contracts", "episodes")),
            *(f"{float(one[f'cara_{name}'].sum()) / episodes:,.0f}" for name in ("target", "cost")),
            *(f"{float(one[f'cara_{name}'].mean()) / _THOUSAND:,.0f}" for name in ("paid", "owed")),
            f"{float(result.std()) / _THOUSAND:,.0f}",
        )
    return table


def cara_note(data: xr.Dataset, arm: str) -> str:
    """Return how what specialists of an arm are paid varies over replicates, and what it counts as."""
    own = data.sel(arm=arm)
    net = own["cara_payments"].sum(("aco", "year")).values / _MILLION
    low, high = np.quantile(net, (0.1, 0.9))
    before = bool((own["bridge_cara"].fillna(0.0) != 0.0).any())
    whose = "counts as spending before the corridors" if before else "is owed by the ACOs after the corridors"
    losing = 100.0 * float(np.mean(net < 0.0))
    return (
        f"{arm}: what specialists are paid {whose}; over the years it lies between {low:,.2f} and {high:,.2f}"
        f" million $ net in eight of ten replicates, and in {losing:.0f} % they pay more than they get."
    )
