"""``leadsim hindcast``: ACOs of CMS's files under the rules of their day, against what CMS published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from sim.cli.console import stdout
from sim.cli.options import Json
from sim.inputs.faults import Fault, InputError

if TYPE_CHECKING:
    from sim.hindcast.figures import Row
    from sim.hindcast.run import Hindcast

AtLeastOne = Annotated[int, Parameter(validator=Number(gte=1))]


def hindcast(
    *files: Path,
    program: Literal["mssp", "reach"] = "mssp",
    years: Annotated[tuple[int, ...], Parameter(negative=(), consume_multiple=True)] = (),
    replicates: AtLeastOne = 16,
    acos: Annotated[int | None, Parameter(validator=Number(gte=1))] = None,
    seed: Annotated[int, Parameter(validator=Number(gte=0))] = 20270101,
    threads: AtLeastOne = 1,
    parameter_uncertainty: Annotated[bool, Parameter(negative=())] = False,
    out: Path | None = None,
    page: Path | None = None,
    as_json: Json = False,
) -> int:
    """Simulate the Shared Savings Program or ACO REACH as it was and compare with what CMS published.

    Every ACO of a year's file is simulated, one for one, with its size, people, track and agreement, from
    its base years on, at the national growth that there was, and settled by the rules of the day. Where the
    next year's file is given too, that year is simulated and forecast as well.

    Parameters
    ----------
    files
        CMS's "Performance Year Financial and Quality Results" of the Shared Savings Program, or the
        "Financial and Quality Results" of GPDC and ACO REACH, csv or packed, one year each or several
        together.
    program
        Whose results they are.
    years
        Years whose ACOs are simulated; by default all that the files have.
    replicates
        How often each year is simulated.
    acos
        Simulate only so many ACOs of each year, evenly over their sizes.
    seed
        Key of every draw.
    threads
        Cores to use.
    parameter_uncertainty
        Draw uncertain evidence anew in every replicate.
    out
        Write what every ACO showed to this Zarr store, a group for each year.
    page
        Write a page with figures into this folder.
    """
    from sim.hindcast.mssp import mssp_cohorts  # noqa: PLC0415
    from sim.hindcast.reach import reach_cohorts  # noqa: PLC0415
    from sim.hindcast.run import as_dicts, scores, write_store  # noqa: PLC0415
    from sim.hindcast.run import hindcast as simulate  # noqa: PLC0415

    if not files:
        raise InputError(Fault("hindcast", "FILES", "names no file", "at least one results file of CMS"))
    if out is not None and out.exists():
        allowed = "must not exist: name another store, or delete this one"
        raise InputError(Fault("hindcast", "--out", f"= {str(out)!r} is there already", allowed))
    error = Console(stderr=True)

    def say(line: str) -> None:
        error.print(line, markup=False, highlight=False, soft_wrap=True)

    made = [
        simulate(cohort, replicates, seed=seed, threads=threads, uncertain=parameter_uncertainty, say=say)
        for cohort in (mssp_cohorts if program == "mssp" else reach_cohorts)(files, years, acos)
    ]
    if out is not None:
        write_store(made, out)
    if page is not None:
        from sim.hindcast.page import write_page  # noqa: PLC0415

        write_page(made, page)
    if as_json:
        found = [
            {
                "program": one.cohort.program,
                "year": one.cohort.year,
                "acos": len(one.cohort),
                "left_out": one.cohort.left_out,
                "replicates": len(one.replicates),
                "processor_seconds_per_replicate": one.seconds,
                "figures": list(as_dicts(one.rows)),
                "forecasts": scores(one),
            }
            for one in made
        ]
        stdout().out(json.dumps(found, indent=2), highlight=False)
        return 0
    for one in made:
        _print(one, scores(one), stdout())
    return 0


def _print(made: Hindcast, scored: list[dict[str, Any]], console: Console) -> None:
    cohort = made.cohort
    left = f", {cohort.left_out} of the file left out" if cohort.left_out else ""
    console.print(
        f"{cohort.program.upper()} PY{cohort.year}: {len(cohort)} ACOs{left};"
        f" {len(made.replicates)} replicates at"
        f" {made.seconds:.1f} s of processor time.",
        markup=False,
        highlight=False,
    )
    table = Table(box=SIMPLE_HEAD, title_justify="left")
    table.add_column("figure")
    for name in ("published", "simulated", "90 % of replicates"):
        table.add_column(name, justify="right")
    table.add_column("")
    for row in made.rows:
        table.add_row(*_cells(row))
    console.print(table)
    if scored:
        told = "; ".join(f"{_NAMES[str(one['forecast'])]} {one['crps']:.2f}" for one in scored)
        console.print(
            f"CRPS of forecasts of PY{cohort.year + 1} for {scored[0]['acos']} ACOs, in points, less is"
            f" better: {told}.",
            markup=False,
            highlight=False,
        )
    met = sum(row.ok for row in made.rows)
    console.print(
        f"{met} of {len(made.rows)} figures are met: within 90 % of replicates, or the middle near enough"
        " (leadsim hindcast --json says how near that is).\n",
        markup=False,
        highlight=False,
    )


_NAMES = {
    "simulation": "simulation",
    "last": "last year's rate",
    "mean": "published mean",
    "last_spread": "last year's rate with the spread it had in hindsight",
    "mean_spread": "published mean with the spread it had in hindsight",
}


def _cells(row: Row) -> tuple[str, str, str, str, str]:
    title = f"{row.title}, {row.item}" if row.item else row.title
    return (
        f"{title} ({row.unit})",
        f"{row.published:.2f}",
        f"{row.middle:.2f}",
        f"{row.low:.2f} to {row.high:.2f}",
        "ok" if row.held else "near" if row.ok else "miss",
    )
