"""``leadsim plan``, ``sensitivity`` and ``discover``: what a sweep would run, and what it found."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.cli.console import NARROW, stdout, tell_figure
from sim.cli.options import Json, Settings
from sim.inputs.faults import Fault, InputError, printable

# A share of variance or an amount below this is what rounding leaves of nothing.
_NOTHING = 1e-12

if TYPE_CHECKING:
    import numpy as np
    import xarray as xr

    from sim.evaluation.discovery import Corner
    from sim.evaluation.metric import Figure, Statistic
    from sim.evaluation.sensitivity import Interval, Sensitivity


def plan(
    scenario: Path, /, *, replicates: int | None = None, settings: Settings = (), as_json: Json = False
) -> int:
    """Say what a run would do, without doing it: points, replicates, person-years, bytes; check every point.

    Parameters
    ----------
    scenario
        Scenario file.
    replicates
        How many decades of each point; by default as many as the scenario says.
    """
    from sim.cli.tables import print_sections  # noqa: PLC0415
    from sim.experiments.design import design_of  # noqa: PLC0415
    from sim.experiments.plan import Coordinates  # noqa: PLC0415
    from sim.population.plan import plan_acos  # noqa: PLC0415
    from sim.replicate import coordinates  # noqa: PLC0415
    from sim.scenarios import Scenario  # noqa: PLC0415

    loaded = Scenario.load(scenario, settings)
    each = replicates or loaded.study.replicates
    points: list[dict[str, Any]] = [{}]
    shown: list[dict[str, Any]] = [{}]
    if loaded.tables.sweep is not None:
        design = design_of(loaded)
        design.checked()
        points, shown = list(design.points), list(design.shown)
    labels = Coordinates.of(coordinates(loaded))
    lives = int(sum(plan.lives for plan in plan_acos(loaded)))
    size = labels.bytes_per_replicate * each * len(points)
    found = {
        "points": len(points),
        "arms": len(loaded.arms),
        "replicates": each,
        "decades": len(points) * each,
        "aligned_person_years": len(points) * each * len(loaded.arms) * len(loaded.years) * lives,
        "bytes_in_memory": size,
        "first_point": shown[0],
    }
    if as_json:
        stdout().out(json.dumps(found, indent=2), highlight=False)
        return 0
    rows = [
        ("points", f"{len(points):,}"),
        ("arms", f"{len(loaded.arms)}: {', '.join(loaded.arms)}"),
        ("replicates of each", f"{each:,}"),
        ("decades to simulate", f"{len(points) * each:,}, each in all arms on the same draws"),
        ("aligned person-years", f"{found['aligned_person_years']:,}"),
        ("results", f"{size / 1e6:,.1f} MB in memory, about a quarter of it on disk"),
        *((f"point 0: {key}", str(value)) for key, value in shown[0].items()),
    ]
    print_sections([(f"{scenario}: {loaded.study.title or loaded.study.name}", rows)], stdout(NARROW))
    return 0


def sensitivity(
    store: Path,
    /,
    *,
    of: str = "gross_savings",
    arm: str | None = None,
    against: str | None = None,
    aco: str | None = None,
    statistic: str = "mean",
    out: Path | None = None,
    tornado: Path | None = None,
    as_json: Json = False,
) -> int:
    """Say which of a sweep's keys move a figure, with intervals that carry the chance of replicates too.

    Parameters
    ----------
    store
        Store of a sweep with design sobol, morris or lhs.
    of
        A figure of the closing table (gross_savings, true_savings, net_payment, medicare_net_cost) or a
        result variable, summed over ACOs and years.
    arm
        Arm; may be left out where only one acts.
    against
        Arm to take off, replicate by replicate.
    aco
        One ACO; all of them together if not given.
    statistic
        What is taken over replicates: mean, sd, p1 to p99, or loss (the chance of less than 0).
    out
        Write a figure of the indices to this file (.png, .svg or .pdf).
    tornado
        Write a figure of what the statistic is where each key is low and where it is high.
    """
    from sim.charts.indices import check_file  # noqa: PLC0415
    from sim.evaluation.metric import Statistic  # noqa: PLC0415
    from sim.evaluation.sensitivity import sensitivity as indices_of  # noqa: PLC0415
    from sim.experiments.results import open_results  # noqa: PLC0415

    if tornado is not None:
        check_file(tornado, "--tornado")
    wanted = Statistic.parse(statistic, "--statistic")
    with open_results(store) as data:
        figure, values = _values(data, store, of, arm, against, aco)
        quantiles = data["quantile"].values if "quantile" in data else None
        keys = tuple(data.attrs["keys"])
        of_what = f"{figure.told}: {statistic} over replicates"
        if quantiles is None:
            allowed = "must be lhs, sobol or morris: values chosen by hand are no sample"
            raise InputError(
                Fault(str(store), "sweep.design", f"= {data.attrs['design']!r} has no indices", allowed)
            )
        stated = data.attrs["sweep"]
        found = indices_of(
            values, wanted, quantiles, keys, str(data.attrs["design"]),
            levels=stated["levels"], second_order=stated["second_order"],
        )  # fmt: skip
    console = stdout(NARROW)
    if as_json:
        console.out(json.dumps({"of": of_what, **asdict(found)}, indent=2), highlight=False)
    else:
        console.print(_indices(found, of_what))
        _explain(found, console.print)
    if out is not None:
        from sim.charts.indices import draw_indices, save  # noqa: PLC0415

        save(draw_indices(found, of_what), out)
        tell_figure(console, out)
    if tornado is not None:
        _draw_tornado(values, wanted, quantiles, keys, of_what, figure.units, tornado)
        tell_figure(console, tornado)
    return 0


def _draw_tornado(
    values: np.ndarray[Any, Any],
    wanted: Statistic,
    quantiles: np.ndarray[Any, Any],
    keys: tuple[str, ...],
    of_what: str,
    units: str,
    file: Path,
) -> None:
    from sim.charts.indices import save  # noqa: PLC0415
    from sim.charts.tornado import Swing  # noqa: PLC0415
    from sim.charts.tornado import tornado as draw  # noqa: PLC0415
    from sim.evaluation.sensitivity import ends_of  # noqa: PLC0415

    mean, ends = ends_of(values, wanted, quantiles, keys)
    unit, scale = wanted.unit_of(units)
    swings = [
        Swing(key, tuple((value / scale, error / scale) for value, error in (one.low, one.high)))
        for key, one in ends.items()
    ]
    axes = draw(
        swings,
        mean / scale,
        title=of_what.replace("$", r"\$"),
        xlabel=f"{unit}, mean over points; bars begin at that of all points",
        whisker="\N{PLUS-MINUS SIGN} standard error over points",
        ends=("Lowest fifth of the key's range", "Highest fifth"),
        start="All points",
    )
    save(axes, file)


def discover(
    store: Path,
    /,
    *,
    where: str,
    arm: str | None = None,
    against: str | None = None,
    aco: str | None = None,
    as_json: Json = False,
) -> int:
    """Say in which corner of a sweep something happens.

    Parameters
    ----------
    store
        Store of a sweep.
    where
        "P(loss) > 0.2", "P(net_payment < -1 million USD) > 10 %", "mean(true_savings) < 0": a statistic over
        replicates, compared. A loss is gross savings of all years below 0.
    arm
        Arm; may be left out where only one acts.
    against
        Arm to take off, replicate by replicate.
    aco
        One ACO; all of them together if not given.
    """
    from sim.cli.sweep_tables import inputs_of  # noqa: PLC0415
    from sim.evaluation.discovery import discover as corner_of  # noqa: PLC0415
    from sim.evaluation.metric import Question  # noqa: PLC0415
    from sim.experiments.results import open_results  # noqa: PLC0415

    question = Question.parse(where, "--where")
    with open_results(store) as data:
        figure, values = _values(data, store, question.figure, arm, against, aco)
        units = {key: str(data[key].attrs.get("units", "")) for key in data.attrs["keys"]}
        found = corner_of(values, question, inputs_of(data))
    console = stdout(NARROW)
    if as_json:
        console.out(
            json.dumps({"where": where, "arm": figure.arm, **asdict(found)}, indent=2), highlight=False
        )
        return 0
    for line in corner_told(found, f"{where}, {figure.arm}", units):
        console.print(line, highlight=False, markup=False)
    return 0


def _values(
    data: xr.Dataset, store: Path, of: str, arm: str | None, against: str | None, aco: str | None
) -> tuple[Figure, np.ndarray[Any, Any]]:
    """Return the figure meant, and its values by point and replicate."""
    from sim.evaluation.metric import Figure  # noqa: PLC0415

    if "design" not in data.dims:
        raise InputError(Fault(str(store), "", "is no sweep", "must be the store of a scenario with [sweep]"))
    acting = [str(one) for one in data["arm"].values if one != data.attrs["reference_arm"]]
    if arm is None and len(acting) != 1:
        raise InputError(Fault("--arm", "", "is missing", f"must be one of {', '.join(acting)}"))
    figure = Figure(of, arm or acting[0], against, aco)
    return figure, figure.of(data)


def _indices(found: Sensitivity, of_what: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, title=f"{printable(of_what)}: estimate (95 % interval)")
    table.title_justify = "left"
    table.add_column("Key", overflow="fold")
    measures = list(next(iter(found.indices.values())))
    for name in measures:
        table.add_column(name.replace("_", " "), justify="right")
    for key, of_key in found.indices.items():
        table.add_row(printable(key), *(_told(of_key[name]) for name in measures))
    return table


def _told(one: Interval) -> str:
    value, low, high = (0.0 if abs(x) < _NOTHING else x for x in (one.value, one.low, one.high))
    return f"{value:,.3g} ({low:,.3g} to {high:,.3g})"


def _explain(found: Sensitivity, say: Any) -> None:
    from sim.evaluation.sensitivity import MEASURES  # noqa: PLC0415

    for name, text in MEASURES[found.design].items():
        say(f"{name.replace('_', ' ')}: {text}.", style="dim", highlight=False)
    say(
        f"{found.points:,} points of {found.replicates:,} replicates, on the same draws; intervals of both.",
        style="dim",
        highlight=False,
    )


def corner_told(found: Corner, question: str, units: dict[str, str]) -> list[str]:
    """Return what a corner says, in sentences."""
    share = found.held / found.points
    lines = [f"{question}: holds at {found.held} of {found.points} points ({100 * share:.0f} %)."]
    if not found.sides:
        return [*lines, "No corner is denser than chance would make it."]
    for side in found.sides:
        unit = f" {units[side.key]}" if units.get(side.key) else ""
        if side.values:
            words = f"is {' or '.join(side.values)}"
        else:
            ends = [
                *([f"at least {side.low:.4g}{unit}"] if side.low is not None else []),
                *([f"at most {side.high:.4g}{unit}"] if side.high is not None else []),
            ]
            words = f"is {' and '.join(ends)}"
        lines.append(f"  {side.key} {words}  (p = {side.chance:.2g})")
    low, high = (100 * end for end in found.density_range)
    first, last = (100 * end for end in found.coverage_range)
    return [
        *lines,
        f"There it holds at {100 * found.density:.0f} % of {found.inside} points ({low:.0f} to {high:.0f}"
        f" over replicates drawn anew), which are {100 * found.coverage:.0f} % ({first:.0f} to {last:.0f})"
        " of all points where it does.",
    ]
