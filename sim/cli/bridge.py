"""``leadsim bridge``: from true savings to an ACO's cash, step by step, of one arm of a store."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sim.cli.console import NARROW, stdout
from sim.inputs.faults import Fault, InputError, printable, wrong_choice

if TYPE_CHECKING:
    import xarray as xr

    from sim.outcomes.bridge import ArmBridge, Line

_LABEL = 22


def bridge(
    store: Path,
    /,
    *,
    arm: str,
    aco: str | None = None,
    year: int | None = None,
    replicate: int | None = None,
    per_person_year: Annotated[bool, Parameter(negative=())] = False,
    as_json: Annotated[bool, Parameter(name="--json", help="Print JSON.", negative=())] = False,
) -> int:
    """Show what each rule makes of an ACO's savings, and what its quality score is made of.

    Savings are in USD, USD per person-year and percent of benchmark.

    Parameters
    ----------
    store
        Result store.
    arm
        Arm of the scenario.
    aco
        ACO; all of them together if not given.
    year
        Performance year; all of them together if not given.
    replicate
        One replicate, counted from 0; if not given the mean of all complete ones, with its Monte Carlo error.
    per_person_year
        Show the errors of the figures per person-year and in percent instead of those of dollars.
    """
    from sim.experiments.results import open_all  # noqa: PLC0415
    from sim.outcomes.bridge import arm_bridge  # noqa: PLC0415
    from sim.outcomes.summary import complete  # noqa: PLC0415

    asked = {"arm": arm, "aco": aco, "year": year, "replicate": replicate}
    with open_all(store) as data:
        chosen = complete(_chosen(data, asked))
        replicates = chosen.sizes["replicate"]
        if not replicates:
            problem = "has nothing complete of what was asked for"
            raise InputError(Fault(str(store), "", problem, "run the scenario first"))
        from sim.cli.quality_table import measures, measures_table  # noqa: PLC0415

        found, quality = arm_bridge(chosen.load(), arm), measures(chosen, arm)
    if not found.lines:
        problem = "is in no program there, so nothing is settled"
        raise InputError(Fault(str(store), aco or arm, problem, "leadsim run's table by ACO shows who is"))
    console = stdout(NARROW)
    if as_json:
        console.out(
            json.dumps(_as_dict(found, asked) | {"quality": quality}, indent=2, allow_nan=False),
            highlight=False,
        )
        return 0
    title = [aco or "all ACOs", arm, f"PY{year}" if year else "all years"]
    console.print(Text(printable(", ".join(title)), style="bold"))
    of = f"replicate {replicate}" if replicate is not None else f"mean of {found.settled} replicates"
    if absent := replicates - found.settled:
        of += f" ({absent} more have nothing settled)"
    console.print(
        f"{of}; {found.person_years:,.1f} person-years, benchmark ${found.benchmark:,.2f}. MC error is"
        " the Monte Carlo standard error.",
        highlight=False,
    )
    console.print(_table(found.lines, per_person_year=per_person_year))
    if quality:
        console.print(measures_table(quality))
        console.print(
            "Means over ACOs, years and replicates. Rank: share of the program's ACOs of the same size that"
            " do worse; a part is points by weight.",
            style="dim",
        )
    return 0


def _chosen(data: xr.Dataset, asked: dict[str, Any]) -> xr.Dataset:
    """Return what was asked for, with all its dims."""
    for dim, value in asked.items():
        known = list(range(data.sizes[dim])) if dim not in data.coords else data[dim].values.tolist()
        if value is not None and value not in known:
            raise InputError(wrong_choice("bridge", f"--{dim}", str(value), list(map(str, known))))
        if value is not None:
            data = data.isel({dim: [known.index(value)]})
    return data


def _table(lines: tuple[Line, ...], *, per_person_year: bool) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("Step", min_width=_LABEL)
    headings = (
        ("$/person-year", "MC error", "% of benchmark", "MC error")
        if per_person_year
        else ("USD", "MC error", "$/person-year", "% bm.")
    )
    for heading in headings:
        table.add_column(heading, justify="right", no_wrap=True)
    for line in lines:
        per_year, percent = f"{line.per_person_year:,.2f}", f"{line.percent:,.3f}"
        figures = (
            (per_year, _error(line.per_person_year_error, 2), percent, _error(line.percent_error, 3))
            if per_person_year
            else (f"{line.usd:,.2f}", _error(line.usd_error, 0), per_year, percent)
        )
        table.add_row(
            f"= {line.label}" if line.level else f"  {line.label}", *figures, end_section=line.level
        )
    return table


def _error(error: float, decimals: int) -> str:
    return "n/a" if math.isnan(error) else f"{error:,.{decimals}f}"


def _as_dict(found: ArmBridge, asked: dict[str, Any]) -> dict[str, Any]:
    lines = [
        {key: None if isinstance(value, float) and math.isnan(value) else value for key, value in one.items()}
        for one in map(asdict, found.lines)
    ]
    return {**asked, **asdict(found), "lines": lines}
