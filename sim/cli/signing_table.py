"""Which contracts (CARA) specialists sign, hold and end, year by year, as a table and a sentence."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.cli.answer import listed
from sim.outcomes.error import ratio_error

_PERCENT = 100.0
#: What the figures mean.
SIGNING = (
    "A contract is one specialist's, or a group's, with one ACO on one kind of episode; numbers are means"
    " over replicates, all ACOs together. Free are those offered that were not held the year before. Signed"
    " are those of them, and ended those held the year before, for which the specialist decides so as the"
    " year begins. Shares, with their Monte Carlo error: signed of free, held of offered, ended of those held"
    " the year before. What specialists go by: leadsim explain signing, leadsim explain dropping_out."
)

Floats = NDArray[np.float64]


def signing_arms(data: xr.Dataset) -> list[str]:
    """Return the arms in which specialists decide about contracts."""
    if "cara_offered" not in data:
        return []
    found = (data["cara_offered"] > 0).any(("replicate", "aco", "year"))
    return [str(arm) for arm in data["arm"].values if bool(found.sel(arm=arm))]


def signing_table(data: xr.Dataset, arm: str) -> Table:
    """Return the contracts offered, signed, held and ended in an arm, a row a year.

    Parameters
    ----------
    data : Dataset
        Complete replicates.
    arm : str
        One of :func:`signing_arms`.
    """
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(f"{arm}: contracts", min_width=20)
    for heading in ("Offered", "Free", "Signed", "%", "Held", "%", "Ended", "%"):
        table.add_column(heading, justify="right", no_wrap=True)
    offered, free, signed, held, ended = (
        _by_year(data, arm, name) for name in ("offered", "asked", "signed", "held", "ended")
    )
    for place, year in enumerate(data["year"].values.tolist()):
        if not offered[:, place].any():
            continue
        before = held[:, place - 1] if place else np.zeros(len(held))
        table.add_row(
            f"{year}",
            *(_mean(values[:, place]) for values in (offered, free, signed)),
            _share(signed[:, place], free[:, place]),
            _mean(held[:, place]),
            _share(held[:, place], offered[:, place]),
            _mean(ended[:, place]),
            _share(ended[:, place], before),
        )
    return table


def signing_told(data: xr.Dataset) -> Iterator[str]:
    """Yield how many of the contracts offered specialists hold in the end, and how they come and go."""
    told = []
    for arm in signing_arms(data):
        offered, free, signed, held, ended = (
            _by_year(data, arm, name) for name in ("offered", "asked", "signed", "held", "ended")
        )
        signs = _share(signed.sum(axis=1), free.sum(axis=1))
        ends = _share(ended[:, 1:].sum(axis=1), held[:, :-1].sum(axis=1))
        told.append(
            f"{_share(held[:, -1], offered[:, -1])} % in {arm} (a year {signs} % of those free are signed,"
            f" {ends} % of those held are ended)"
        )
    if told:
        year = data["year"].values[-1]
        yield (
            f"Specialists may refuse contracts and end them. Of those offered in {year} are held"
            f" {listed(told)}."
        )


def _by_year(data: xr.Dataset, arm: str, name: str) -> Floats:
    found: Floats = data[f"cara_{name}"].sel(arm=arm).sum("aco").transpose("replicate", "year").values
    return found


def _mean(values: Floats) -> str:
    return f"{values.mean():,.1f}"


def _share(some: Floats, whole: Floats) -> str:
    """Return a share in percent with its error; nothing where the whole is never there."""
    if not whole.any():
        return "-"
    share, error = _PERCENT * some.sum() / whole.sum(), _PERCENT * ratio_error(some, whole)
    return f"{share:.0f}" if np.isnan(error) else f"{share:.0f} ± {error:.0f}"
