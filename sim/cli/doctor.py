"""``leadsim doctor``: whether every identity of money holds in a store, and in a replicate lived again."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import numpy as np
from cyclopts import Parameter
from cyclopts.validators import Number

from sim.cli.console import stdout
from sim.inputs.faults import Fault, InputError, printable

if TYPE_CHECKING:
    import xarray as xr

    from sim.outcomes.identities import Checked
    from sim.replicate import Replicate


def doctor(
    store: Path,
    /,
    *,
    replicate: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
    threads: int | None = None,
) -> int:
    """Check that every dollar of a store is in one pair of accounts.

    Identities of the result variables are checked to the cent in every complete replicate; one replicate is
    simulated again, compared with what is stored, and its ledger checked entry by entry.

    Parameters
    ----------
    store
        Result store.
    replicate
        Which is simulated again, counted from 0.
    threads
        Cores to use; by default all.
    """
    from sim.charts.quantities import complete  # noqa: PLC0415
    from sim.experiments.again import lived_again, stored_scenario  # noqa: PLC0415
    from sim.experiments.results import open_all  # noqa: PLC0415
    from sim.outcomes.identities import check_identities  # noqa: PLC0415

    scenario = stored_scenario(store)
    with open_all(store) as data:
        done = np.flatnonzero(data["done"].values)
        if replicate not in done:
            problem = f"= {replicate} is not complete"
            raise InputError(Fault("doctor", "--replicate", problem, f"complete are {_spans(done)}"))
        stored = complete(data).load()
        found = check_identities(stored)
        whole = data.isel(replicate=replicate).load()
    made = lived_again(scenario, replicate, threads=threads or os.cpu_count() or 1)
    found += _again(made, whole)
    made.close()
    console = stdout()
    for one in found:
        state = "holds" if not one.n_broken else f"is broken {one.n_broken:,} times"
        console.print(printable(f"{one.label} {state} ({one.values:,} checked)"), highlight=False)
    faults = [
        Fault(str(store), one.label, where, "must hold to the cent") for one in found for where in one.broken
    ]
    if faults:
        raise InputError(faults)
    return 0


def _again(made: Replicate, stored: xr.Dataset) -> list[Checked]:
    """Check a replicate lived again: against what is stored, and its ledgers."""
    from sim.ledger import Party  # noqa: PLC0415
    from sim.ledger.imbalance import imbalances  # noqa: PLC0415
    from sim.outcomes.identities import Checked  # noqa: PLC0415
    from sim.outcomes.registry import VARIABLES  # noqa: PLC0415

    differing, entries, wrong, gaps, years = [], 0, [], [], 0
    for arm, model in made.models.items():
        for variable in VARIABLES:
            if variable.name not in stored:
                continue
            mine = _readable(model.outcomes[variable.name], variable.fill_value, variable.dtype == "money")
            theirs = stored[variable.name].sel(arm=arm).values
            if not np.array_equal(mine, theirs, equal_nan=True):
                differing.append(f"{arm}: {variable.name} is not what is stored")
        entries += len(model.ledger)
        wrong += [f"{arm}: {one}" for one in imbalances(model.ledger)]
        for t, year in enumerate(range(made.world.first_py, made.world.last_py + 1)):
            years += 1
            outlay = int(model.outcomes["medicare_outlay"][t])
            others = sum(model.ledger.net(party, year=year) for party in Party if party != Party.MEDICARE)
            if outlay != others:
                gaps.append(f"{arm}, {year}: {(outlay - others) / 100.0:,.2f} USD left over")
    return [
        Checked("What is stored", len(made.models) * len(VARIABLES), tuple(differing), len(differing)),
        Checked("Each entry of the ledgers, and each month and ACO's", entries, tuple(wrong), len(wrong)),
        Checked("Medicare's outlay is what all others receive", years, tuple(gaps), len(gaps)),
    ]


def _readable(values: np.ndarray, fill: float, money: bool) -> np.ndarray:
    """Return outcomes as a reader of the store sees them."""
    absent = np.isnan(values) if values.dtype.kind == "f" else values == fill
    read = values * 0.01 if money else values.astype(np.float64)
    return np.where(absent, np.nan, read)


def _spans(done: np.ndarray) -> str:
    return f"{done[0]} to {done[-1]}" if len(done) else "none"
