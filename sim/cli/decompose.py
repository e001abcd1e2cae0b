"""``leadsim decompose``: what of savings against a benchmark is true, and where the rest comes from."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from rich.console import Console

from sim.cli.console import NARROW, stdout, tell_figure
from sim.cli.options import Json, Settings
from sim.cli.stores import PARTIAL, ExecutorName, print_json, print_notes
from sim.inputs.faults import InputError, wrong_choice

if TYPE_CHECKING:
    from sim.evaluation.decomposition import Decomposition
    from sim.evaluation.switching import Plan
    from sim.experiments.runner import Run
    from sim.scenarios import Scenario


@dataclass(frozen=True, eq=False)
class Taken:
    """An arm's savings taken apart, and the runs that they were taken from.

    Attributes
    ----------
    scenario : Scenario
    plan : Plan
    aco : str or None
    found : Decomposition
    folder : Path
        Of the stores.
    requested, completed, computed : int
        Replicates asked for, complete in every world, and computed in this call in all worlds together.
    seconds : float
    """

    scenario: Scenario
    plan: Plan
    aco: str | None
    found: Decomposition
    folder: Path
    requested: int
    completed: int
    computed: int
    seconds: float


def decompose(
    scenario: Path,
    /,
    *,
    arm: str | None = None,
    aco: str | None = None,
    replicates: int | None = None,
    orders: bool = True,
    out: Path | None = None,
    figure: Path | None = None,
    threads: int | None = None,
    executor: ExecutorName = "threads",
    address: str | None = None,
    settings: Settings = (),
    overwrite: Annotated[bool, Parameter(negative=())] = False,
    as_json: Json = False,
) -> int:
    """Take an arm's savings against its benchmark apart: what is true, and where the rest comes from.

    True effect and what benchmarks make of it, coding, selection by each door, regression to the mean, growth
    not foreseen, rules and luck: channels are switched off one after another on the same draws, so that parts
    add up to the cent. Each is also seen alone and on top of all others. Stores are left for each world, for
    leadsim report, bridge or doctor; the same command continues where it stopped.

    Parameters
    ----------
    scenario
        Scenario file.
    arm
        Which arm; by default the first but the reference arm.
    aco
        One ACO; all of them together if not given. No other runs are needed.
    replicates
        How many decades to simulate; by default what the scenario says.
    orders
        See each part alone and on top of all others too, which takes about twice as long again.
    out
        Folder for the stores, one for each world; by default results/NAME-ARM-decompose.
    figure
        Draw the parts as a waterfall to this file (.png, .svg or .pdf).
    threads
        Cores to use; by default LEADSIM_THREADS, or all where that is not set.
    executor
        Where replicates run: in this process, in others, or on a Dask cluster.
    address
        Of a Dask scheduler; by default a cluster on this machine.
    overwrite
        Start again from nothing and delete the stores that are there.
    """
    from sim.charts.indices import check_file  # noqa: PLC0415
    from sim.cli.decompose_tables import print_taken, taken_as_dict  # noqa: PLC0415
    from sim.evaluation.switching import plan_of  # noqa: PLC0415
    from sim.population.plan import plan_acos  # noqa: PLC0415
    from sim.scenarios import Scenario  # noqa: PLC0415

    if figure is not None:
        check_file(figure, "--figure")
    loaded = Scenario.load(scenario, settings)
    print_notes(loaded.notes)
    plan = plan_of(loaded, arm, orders=orders)
    names = [one.name for one in plan_acos(loaded)]
    if aco is not None and aco not in names:
        raise InputError(wrong_choice("--aco", "", aco, names))
    folder = out or Path("results") / f"{loaded.study.name}-{plan.arm}-decompose"
    how: dict[str, Any] = {
        "threads": threads, "executor": executor, "address": address, "overwrite": overwrite,
    }  # fmt: skip
    errors = Console(stderr=True)
    runs = _run(plan, replicates, folder, how, errors)
    if not all(one.completed for one in runs):
        return PARTIAL
    taken = _taken(loaded, plan, aco, runs, folder)
    if as_json:
        print_json(taken_as_dict(taken))
    else:
        print_taken(taken, stdout(NARROW))
    if figure is not None:
        from sim.charts.decomposition import draw_decomposition  # noqa: PLC0415
        from sim.charts.indices import save  # noqa: PLC0415

        years = loaded.years
        save(draw_decomposition(taken.found, plan.arm, aco, years[0], years[-1]), figure)
        tell_figure(errors if as_json else stdout(NARROW), figure)
    return 0 if all(one.completed == one.requested for one in runs) else PARTIAL


def _run(plan: Plan, replicates: int | None, folder: Path, how: dict[str, Any], errors: Console) -> list[Run]:
    """Run every world into its store, in the order of the plan."""
    from sim.cli.progress import Reporter, report_failures  # noqa: PLC0415
    from sim.experiments.runner import run  # noqa: PLC0415

    runs = []
    for number, world in enumerate(plan.worlds.values(), 1):
        errors.print(
            f"World {number} of {len(plan.worlds)}: {world.name}",
            highlight=False,
            markup=False,
            soft_wrap=True,
        )
        with Reporter(errors) as reporter:
            done = run(
                world.scenario, replicates, folder / f"{world.name}.zarr", progress=reporter.show, **how
            )
        print_notes(done.notes)
        report_failures(done.failures, errors)
        runs.append(done)
    return runs


def _taken(scenario: Scenario, plan: Plan, aco: str | None, runs: list[Run], folder: Path) -> Taken:
    from sim.evaluation.decomposition import NEEDED, decompose  # noqa: PLC0415
    from sim.outcomes.summary import complete  # noqa: PLC0415

    results = {}
    for off, done in zip(plan.worlds, runs, strict=True):
        with done.open() as opened:
            results[off] = complete(opened)[list(NEEDED)].load()
    found = decompose(plan, results, aco)
    return Taken(
        scenario,
        plan,
        aco,
        found,
        folder,
        requested=runs[0].requested,
        completed=len(found.person_years),
        computed=sum(one.computed for one in runs),
        seconds=sum(one.seconds for one in runs),
    )
