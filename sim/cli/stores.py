"""``leadsim status``, ``verify``, ``extend``, ``export``: what is done with a result store that is there."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import numpy as np
from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console

from sim.cli.console import stdout
from sim.cli.options import Json
from sim.inputs.faults import Fault, InputError, printable

if TYPE_CHECKING:
    from sim.experiments.runner import Run
    from sim.scenarios import Scenario

PARTIAL = 3
ExecutorName = Literal["threads", "processes", "dask"]
Count = Annotated[int, Parameter(validator=Number(gte=0))]


def status(store: Path, /, *, as_json: Json = False) -> int:
    """Say what a result store holds and how much of it is complete.

    Parameters
    ----------
    store
        Result store.
    """
    from sim.cli.tables import print_sections  # noqa: PLC0415
    from sim.experiments.results import checked  # noqa: PLC0415

    attributes, done = checked(store, whole=False)
    complete, requested = int(done.sum()), int(done.size)
    stated = {name: value for name, value in attributes.items() if name != "scenario"}
    stated |= {"replicates_complete": complete, "replicates_requested": requested}
    if as_json:
        print_json(stated)
    else:
        stated |= {
            name: len(stated[name]) for name in ("assumed_inputs", "conflicted_inputs") if name in stated
        }
        rows = [(name.replace("_", " "), _plain(value)) for name, value in stated.items()]
        title = f"{store}: {complete} of {requested} replicates complete"
        print_sections([(title, [row for row in rows if row[1]])], stdout())
    return 0 if complete == requested else PARTIAL


def verify(store: Path, /, *, recompute: Count = 1, threads: int | None = None) -> int:
    """Compare every file of a result store with the digest stored when it was written, and recompute some.

    Parameters
    ----------
    store
        Result store.
    recompute
        How many complete replicates, chosen at random, are simulated again and compared bit by bit, in all
        arms.
    threads
        Cores to use; by default LEADSIM_THREADS, or all where that is not set.
    """
    from sim.experiments.again import differences, stored_scenario  # noqa: PLC0415
    from sim.experiments.plan import threads_allowed  # noqa: PLC0415
    from sim.experiments.results import checked  # noqa: PLC0415

    _, done = checked(store, whole=True)
    told = f"{printable(str(store))} is sound: {int(done.sum())} of {done.size} replicates complete"
    if not recompute or not done.any():
        print_text(f"{told}.\n")
        return 0
    scenario = stored_scenario(store)
    left = np.flatnonzero(done).tolist()
    chosen = sorted(left.pop(secrets.randbelow(len(left))) for _ in range(min(recompute, len(left))))
    faults = [
        Fault(
            str(store),
            f"replicate {replicate}",
            f"{arm}: {name} is not what is computed now",
            "must be equal",
        )
        for replicate in chosen
        for arm, name in differences(store, scenario, replicate, threads=threads_allowed(threads))
    ]
    if faults:
        raise InputError(faults)
    print_text(f"{told}; computed again and equal to the bit: {', '.join(map(str, chosen))}.\n")
    return 0


def extend(
    store: Path,
    /,
    *,
    replicates: int,
    threads: int | None = None,
    executor: ExecutorName = "threads",
    address: str | None = None,
    as_json: Json = False,
) -> int:
    """Add replicates to a result store; its scenario is in it.

    Parameters
    ----------
    store
        Result store.
    replicates
        How many it is to hold in all; those it holds stay as they are.
    threads
        Cores to use; by default LEADSIM_THREADS, or all where that is not set.
    executor
        Where replicates run: in this process, in others, or on a Dask cluster.
    address
        Of a Dask scheduler; by default a cluster on this machine.
    """
    from sim.cli.progress import Reporter  # noqa: PLC0415
    from sim.experiments.again import stored_scenario  # noqa: PLC0415
    from sim.experiments.runner import run  # noqa: PLC0415

    scenario = stored_scenario(store)
    with Reporter(Console(stderr=True)) as reporter:
        done = run(
            scenario,
            replicates,
            store,
            threads=threads,
            progress=reporter.show,
            executor=executor,
            address=address,
        )
    return print_done(done, scenario, as_json=as_json)


def export(
    store: Path,
    /,
    *,
    out: Path,
    variable: Annotated[tuple[str, ...], Parameter(negative=())] = (),
    overwrite: Annotated[bool, Parameter(negative=())] = False,
) -> int:
    """Write the complete replicates of a result store to one file of another format.

    Parameters
    ----------
    store
        Result store.
    out
        FILE.nc (netCDF, labelled arrays), FILE.parquet or FILE.csv (one row for each value).
    variable
        Only this result variable; may be given again.
    overwrite
        Replace a file that is there.
    """
    from sim.experiments.export import export_results  # noqa: PLC0415
    from sim.experiments.results import open_results  # noqa: PLC0415

    if out.exists() and not (overwrite and out.is_file()):
        raise InputError(Fault("--out", "", f"= {out} exists", "must be another file, or --overwrite a file"))
    with open_results(store) as data:
        rows = export_results(data, out, variable)
    print_text(f"{printable(str(out))}: {rows:,} values.\n")
    return 0


def print_done(done: Run, scenario: Scenario, *, as_json: bool) -> int:
    """Print what a run left, and return its exit code."""
    from sim.cli.progress import report_failures  # noqa: PLC0415
    from sim.cli.tables import print_run, run_as_dict  # noqa: PLC0415

    if as_json:
        print_json(run_as_dict(done, scenario))
    else:
        print_run(done, scenario, stdout())
    print_notes(done.notes)
    report_failures(done.failures, Console(stderr=True))
    return 0 if done.completed == done.requested else PARTIAL


def print_notes(notes: Sequence[str]) -> None:
    """Print what is to be known besides the result, on stderr."""
    errors = Console(stderr=True)
    for note in notes:
        errors.print(note, markup=False, highlight=False, soft_wrap=True)


def print_json(value: dict[str, Any]) -> None:
    """Print a result for machines."""
    print_text(json.dumps(value, indent=2, allow_nan=False) + "\n")


def print_text(text: str) -> None:
    """Print a text as it is."""
    stdout().out(text, highlight=False, end="")


def _plain(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {size}" for name, size in value.items())
    return "\n".join(map(str, value)) if isinstance(value, list) else str(value)
