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
    from sim.experiments.again import lived_again, stored_scenario  # noqa: PLC0415
    from sim.experiments.results import open_all  # noqa: PLC0415
    from sim.outcomes.identities import check_identities  # noqa: PLC0415
    from sim.outcomes.summary import complete  # noqa: PLC0415

    scenario = stored_scenario(store)
    with open_all(store) as data:
        done = np.flatnonzero(data["done"].values)
        if replicate not in done:
            problem = f"= {replicate} is not complete"
            raise InputError(Fault("doctor", "--replicate", problem, f"complete are {_spans(done)}"))
        stored = complete(data).load()
        found = check_identities(stored)
        whole = data.isel(replicate=replicate).load()
    made = lived_again(scenario, replicate, threads=threads or os.cpu_count() or 1, provider_books=True)
    found += _again(made, whole, with_books=scenario.study.provider_books)
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


def _again(made: Replicate, stored: xr.Dataset, *, with_books: bool) -> list[Checked]:
    """Check a replicate lived again, with books of providers: against what is stored, and its ledgers."""
    from sim.ledger.imbalance import imbalances  # noqa: PLC0415
    from sim.outcomes.identities import Checked  # noqa: PLC0415
    from sim.outcomes.ledger_identities import LEDGER_IDENTITIES, ledger_gaps  # noqa: PLC0415
    from sim.outcomes.provider_variables import PROVIDER_VARIABLES  # noqa: PLC0415
    from sim.outcomes.registry import VARIABLES  # noqa: PLC0415

    further = set() if with_books else {variable.name for variable in PROVIDER_VARIABLES}
    compared = [one for one in VARIABLES if one.name in stored and one.name not in further]
    first_py, differing, entries, wrong = made.world.first_py, list[str](), 0, list[str]()
    gaps: dict[str, list[str]] = {label: [] for label in LEDGER_IDENTITIES}
    for arm, model in made.models.items():
        for variable in compared:
            mine = _readable(model.outcomes[variable.name], variable.fill_value, variable.dtype == "money")
            theirs = stored[variable.name].sel(arm=arm).values
            if not np.array_equal(mine, theirs, equal_nan=True):
                differing.append(f"{arm}: {variable.name} is not what is stored")
        entries += len(model.ledger)
        wrong += [f"{arm}: {one}" for one in imbalances(model.ledger)]
        found = ledger_gaps(
            model.ledger,
            (model.reference or model).ledger,
            first_py,
            model.outcomes,
            distributed=model.practices.store["income_cents"],
            cara=model.specialists.store["cara_cents"],
        )
        for label, told in found.items():
            gaps[label] += [f"{arm}, {one}" for one in told]
    years = len(made.models) * (made.world.last_py - first_py + 1)
    return [
        Checked("What is stored", len(made.models) * len(compared), tuple(differing), len(differing)),
        Checked("Each entry of the ledgers, and each month and ACO's", entries, tuple(wrong), len(wrong)),
        *(Checked(label, years, tuple(told), len(told)) for label, told in gaps.items()),
    ]


def _readable(values: np.ndarray, fill: float, money: bool) -> np.ndarray:
    """Return outcomes as a reader of the store sees them."""
    absent = np.isnan(values) if values.dtype.kind == "f" else values == fill
    read = values * 0.01 if money else values.astype(np.float64)
    return np.where(absent, np.nan, read)


def _spans(done: np.ndarray) -> str:
    return f"{done[0]} to {done[-1]}" if len(done) else "none"
