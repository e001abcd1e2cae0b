"""``leadsim decide``: what one ACO should choose, how sure that is, and which unsettled rule turns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.console import Console

from sim.cli.console import NARROW, stdout, tell_figure
from sim.cli.options import Json, Settings
from sim.cli.stores import PARTIAL, ExecutorName, print_json, print_notes
from sim.inputs.faults import Fault, InputError

if TYPE_CHECKING:
    import xarray as xr

    from sim.evaluation.choices import Choices
    from sim.evaluation.decision import Outcome
    from sim.evaluation.performance import Figure
    from sim.evaluation.unsettled import Readings, Turned
    from sim.experiments.runner import Run
    from sim.scenarios import Scenario

RankedBy = Literal["mean", "median", "low", "tail", "loss", "regret", "lowest"]
Dimension = Literal["mssp", "option", "payments", "cara", "stop_loss"]
_RULE_REPLICATES = 8
# Contenders and readings differ from run to run; each set of them has a store of its own.
_DIGITS = 8


@dataclass(frozen=True, eq=False)
class Decision:
    """What is known of one ACO's choice.

    Attributes
    ----------
    choices : Choices
    by : str
        What choices are ranked by.
    order : tuple of Outcome
        All of them, the best first.
    contenders : tuple of str
        Best arm of each program and risk option.
    turned : tuple of Turned
        Other readings of unsettled rules, those that change most first.
    readings : Readings or None
        What they are; None where none was asked for.
    rule_best, rule_lead, rule_replicates : str, Figure or None, int
        Contender that is best by the mean, by how much, and the replicates that readings are settled on.
    data : Dataset
        The complete replicates.
    """

    choices: Choices
    by: str
    order: tuple[Outcome, ...]
    contenders: tuple[str, ...]
    turned: tuple[Turned, ...]
    readings: Readings | None
    rule_best: str
    rule_lead: Figure | None
    rule_replicates: int
    data: xr.Dataset


def decide(
    scenario: Path,
    /,
    *,
    aco: str | None = None,
    without: Annotated[tuple[Dimension, ...], Parameter(negative=())] = (),
    by: RankedBy = "mean",
    replicates: int | None = None,
    rules: Annotated[int, Parameter(validator=Number(gte=0))] = _RULE_REPLICATES,
    reading: Annotated[tuple[str, ...], Parameter(negative=(), show_default=False)] = (),
    out: Path | None = None,
    figure: Path | None = None,
    threads: int | None = None,
    executor: ExecutorName = "threads",
    address: str | None = None,
    settings: Settings = (),
    overwrite: Annotated[bool, Parameter(negative=())] = False,
    as_json: Json = False,
) -> int:
    """Compare all that one ACO may choose: LEAD, the Shared Savings Program or neither, and how in LEAD.

    Global or Professional, claims or capitation, with CARA and stop-loss or without, on the same draws.
    Other keys of the scenario's arms are kept. A store like any other is left, for leadsim report, ledger,
    doctor or extend; the same command continues where it stopped.

    Parameters
    ----------
    scenario
        Scenario file of one ACO.
    aco
        Which ACO, where the scenario has several; the others are left out of the world.
    without
        Leave this out of what is chosen; may be given again. In LEAD it stays as the first LEAD arm has it.
    by
        What choices are ranked by: cash over all years (mean, median, low: one decade in ten is worse, tail:
        the mean of the worst tenth), the chance of a loss, regret, or the lowest month's cash.
    replicates
        How many decades to simulate; by default what the scenario says.
    rules
        Replicates on which the best choices are settled under other readings of rules that are assumed or
        disputed; 0 for none.
    reading
        KEY=VALUE: also try this value of a rule; may be given again.
    out
        Result store; by default results/NAME-decide.zarr. Other readings of rules go beside it.
    figure
        Draw the choices to this file (.png, .svg or .pdf).
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
    from sim.cli.decide_tables import decision_as_dict, print_decision  # noqa: PLC0415
    from sim.cli.progress import Reporter, report_failures  # noqa: PLC0415
    from sim.evaluation.choices import choices_of  # noqa: PLC0415
    from sim.experiments.runner import run  # noqa: PLC0415
    from sim.scenarios import Scenario  # noqa: PLC0415

    if figure is not None:
        check_file(figure, "--figure")
    asked = _asked(reading)
    loaded = Scenario.load(scenario, settings)
    print_notes(loaded.notes)
    found = choices_of(loaded, aco, without)
    store = out or Path("results") / f"{found.scenario.study.name}.zarr"
    how: dict[str, Any] = {
        "threads": threads, "executor": executor, "address": address, "overwrite": overwrite,
    }  # fmt: skip
    errors = Console(stderr=True)

    def simulate(chosen: Scenario, number: int | None, path: Path) -> Run:
        with Reporter(errors) as reporter:
            done = run(chosen, number, path, progress=reporter.show, **how)
        print_notes(done.notes)
        report_failures(done.failures, errors)
        return done

    done = simulate(found.scenario, replicates, store)
    if not done.completed:
        return PARTIAL
    made, other = _decided(found, by, done, rules, asked, simulate)
    if as_json:
        print_json(decision_as_dict(made, done))
    else:
        print_decision(made, done, stdout(NARROW))
    if figure is not None:
        from sim.charts.decision import draw_decision  # noqa: PLC0415

        draw_decision(made.data, made.choices.aco, made.contenders, made.turned, figure)
        tell_figure(errors if as_json else stdout(NARROW), figure)
    whole = all(one.completed == one.requested for one in (done, *other))
    return 0 if whole else PARTIAL


def _decided(
    found: Choices, by: str, done: Run, rules: int, asked: Mapping[str, Any], simulate: Any
) -> tuple[Decision, list[Run]]:
    """Return the decision, and the run of other readings of rules where there is one."""
    import numpy as np  # noqa: PLC0415

    from sim.evaluation.decision import CASH, by_arm, outcomes_of, ranked  # noqa: PLC0415
    from sim.evaluation.unsettled import contenders, lead_of, readings_of, turned  # noqa: PLC0415
    from sim.outcomes.summary import complete  # noqa: PLC0415

    with done.open() as opened:
        data = complete(opened).load()
    told = {arm: one.description for arm, one in found.scenario.arms.items()}
    order = tuple(ranked(outcomes_of(data, found.aco, told), by))
    named = tuple(contenders(found, order))
    alone = Decision(found, by, order, named, (), None, "", None, 0, data)
    acting = [one.arm for one in found.choices if one.program != "neither"]
    if not rules or not acting:
        return alone, []
    readings = readings_of(found, named, asked)
    if readings.scenario is None:
        return replace(alone, readings=readings), []
    store = done.path.with_name(
        f"{done.path.stem}-rules-{readings.scenario.hash[:_DIGITS]}{done.path.suffix}"
    )
    other = simulate(readings.scenario, min(rules, done.requested), store)
    with other.open() as opened:
        again = complete(opened)[list(CASH)].load()
    shared = sorted(set(data["replicate"].values.tolist()) & set(again["replicate"].values.tolist()))
    if not shared:
        return replace(alone, readings=readings), [other]
    stated = {arm: cash for arm, cash in by_arm(data.sel(aco=found.aco)).items() if arm in named}
    under = by_arm(again.sel(aco=found.aco, replicate=shared))
    places = np.flatnonzero(np.isin(data["replicate"].values, shared))
    best = max(named, key=lambda arm: float(stated[arm].mean()))
    return replace(
        alone,
        turned=tuple(turned(readings, stated, places, under, best)),
        readings=readings,
        rule_best=best,
        rule_lead=lead_of(stated, best),
        rule_replicates=len(shared),
    ), [other]


def _asked(settings: tuple[str, ...]) -> dict[str, Any]:
    """Return the values of rules that somebody asks to try, by key. Raises InputError."""
    from sim.inputs.scenario_file import settings_layer  # noqa: PLC0415

    found: dict[str, Any] = {}
    for setting in settings:
        if "=" not in setting:
            raise InputError(Fault("--reading", "", f"{setting!r} is not a reading", "must read KEY=VALUE"))
        key = setting.partition("=")[0].strip()
        value: Any = settings_layer([setting]).tree
        for part in key.split("."):
            value = value[part]
        found[key] = value
    return found
