"""What episode arrangements (CARA) come to, as a table of the closing page and in a sentence."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import xarray as xr
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.outcomes.error import mean_error
from sim.outcomes.summary import FIGURES

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


def cara_told(data: xr.Dataset, arm: str) -> str:
    """Return in a sentence what specialists and ACOs of an arm have of it, all years together."""
    own = data.sel(arm=arm)
    net = own["cara_payments"].sum(("aco", "year")).values / _MILLION
    low, middle, high = np.quantile(net, (0.1, 0.5, 0.9))
    before = bool((own["bridge_cara"].fillna(0.0) != 0.0).any())
    whose = "counts as spending before the corridors" if before else "is owed by the ACOs after the corridors"
    losing = 100.0 * float(np.mean(net < 0.0))
    return (
        f"{arm}: over the years specialists are paid {middle:,.2f} million USD net in the median replicate"
        f" ({low:,.2f} to {high:,.2f} between the 10th and 90th percentile), which {whose}; in {losing:.0f} %"
        " of replicates they pay more than they get."
    )


def cara_in_short(data: xr.Dataset) -> str:
    """Return the answer in short: what contracts pay, how much is luck, what ACOs and care have of them.

    Parameters
    ----------
    data : Dataset
        Complete replicates, with at least one of :func:`arranged_arms`.
    """
    arms = arranged_arms(data)
    payments = data["cara_payments"].fillna(0.0)
    paid = {arm: _mean(payments.sel(arm=arm)) for arm in arms}
    told = [f"In short: over the years specialists are paid {_each(paid)} million USD net on average"]
    if data.sizes["replicate"] > 1:
        luck = {arm: _luck(payments.sel(arm=arm)) for arm in arms}
        told.append(f"; by luck one year's payments stray by {_each(luck)} thousand USD")
    told.append(".")
    without = [
        str(arm)
        for arm in data["arm"].values
        if arm not in arms and bool(data["gross_savings"].sel(arm=arm).notnull().any())
    ]
    if without:
        plain = without[0]
        gained = FIGURES["net_payment"][1](data)
        moved = {arm: _mean(gained.sel(arm=arm) - gained.sel(arm=plain), "+,.2f") for arm in arms}
        told.append(f" Against {plain} the ACOs are paid {_each(moved)} million USD.")
        saved = data["true_savings"].fillna(0.0)
        apart = {arm: saved.sel(arm=arm) - saved.sel(arm=plain) for arm in arms}
        less = {arm: _mean(values) for arm, values in apart.items() if bool((values != 0.0).any())}
        told.append(
            f" Where specialists respond, {_each(less)} million USD more is truly saved."
            if less
            else " Care is the same in all."
        )
    return "".join(told)


def _mean(values: xr.DataArray, shape: str = ",.2f") -> str:
    """Return the mean over replicates of all there is, in million, with its Monte Carlo error."""
    of_replicate = values.sum([dim for dim in values.dims if dim != "replicate"]).values / _MILLION
    error = mean_error(of_replicate)
    return f"{np.mean(of_replicate):{shape}}" + ("" if np.isnan(error) else f" ± {error:,.2f}")


def _luck(payments: xr.DataArray) -> str:
    spread = payments.sum("aco").std("replicate").values / _THOUSAND
    return f"{spread[spread > 0.0].mean() if (spread > 0.0).any() else 0.0:,.0f}"


def _each(amounts: Mapping[str, str]) -> str:
    """Return the figures of arms in words."""
    told = [f"{amount} ({arm})" for arm, amount in amounts.items()]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"
