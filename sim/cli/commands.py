"""Every subcommand: what it takes, prints and exits with; the work is done elsewhere, loaded when needed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from cyclopts import App, Parameter
from cyclopts.validators import Number
from rich.console import Console

from sim.cli.bridge import bridge
from sim.cli.console import NARROW, WIDE, stdout
from sim.cli.decide import decide
from sim.cli.decompose import decompose
from sim.cli.doctor import doctor
from sim.cli.evaluate import evaluate
from sim.cli.hindcast import hindcast
from sim.cli.init import init
from sim.cli.ledger import ledger
from sim.cli.options import Json, Settings
from sim.cli.report import report
from sim.cli.stores import (
    PARTIAL,
    ExecutorName,
    export,
    extend,
    print_done,
    print_json,
    print_notes,
    print_text,
    status,
    verify,
)
from sim.cli.sweep import discover, plan, sensitivity
from sim.inputs.faults import Fault, InputError

if TYPE_CHECKING:
    from sim.audit.row_table import RowTable

app = App(
    name="leadsim",
    help="Simulate a decade (2027-2036) of ACOs in CMS's LEAD Model.",
    suppress_keyboard_interrupt=False,
)
app.command(init)
app.command(report)
app.command(bridge)
app.command(decide)
app.command(decompose)
app.command(evaluate)
app.command(ledger)
app.command(doctor)
app.command(status)
app.command(verify)
app.command(extend)
app.command(export)
app.command(plan)
app.command(sensitivity)
app.command(discover)
app.command(hindcast)

RuleSettings = Annotated[
    tuple[str, ...],
    Parameter(
        name="--set",
        help="KEY=VALUE: change a rule, e.g. add_on.place=inside; may be given again.",
        negative=(),
    ),
]
# A lone hyphen is standard input.
RowsFile = Annotated[Path | None, Parameter(allow_leading_hyphen=True)]
ResultsFile = Annotated[Path, Parameter(allow_leading_hyphen=True)]
FileYear = Annotated[
    int | None,
    Parameter(help="Performance year of the file, where it does not say it or holds several."),
]


@app.command
def run(
    scenario: Path,
    /,
    *,
    replicates: int | None = None,
    out: Path | None = None,
    threads: int | None = None,
    executor: ExecutorName = "threads",
    address: str | None = None,
    settings: Settings = (),
    overwrite: Annotated[bool, Parameter(negative=())] = False,
    own_code: Annotated[bool, Parameter(negative=())] = False,
    as_json: Json = False,
) -> int:
    """Simulate a scenario; continue where an earlier run of it stopped.

    Parameters
    ----------
    scenario
        Scenario file.
    replicates
        How many decades to simulate; by default what the scenario says, or its study.precision takes.
    out
        Result store; by default results/NAME.zarr.
    threads
        Cores to use; by default LEADSIM_THREADS, or all where that is not set.
    executor
        Where replicates run: in this process, in others, or on a Dask cluster. Results do not depend on it.
    address
        Of a Dask scheduler, such as tcp://host:8786; by default a cluster on this machine.
    overwrite
        Start again from nothing and delete the store that is there.
    own_code
        Run the functions of your own that the scenario names (behaviour); read them first.
    """
    from sim.agents.own_rules import OWN_CODE  # noqa: PLC0415
    from sim.cli.progress import Reporter  # noqa: PLC0415
    from sim.experiments.runner import run as run_scenario  # noqa: PLC0415
    from sim.scenarios import Scenario  # noqa: PLC0415

    if own_code:
        os.environ[OWN_CODE] = "1"
    loaded = Scenario.load(scenario, settings)
    print_notes(loaded.notes)
    with Reporter(Console(stderr=True)) as reporter:
        done = run_scenario(
            loaded,
            replicates,
            out,
            threads=threads,
            progress=reporter.show,
            executor=executor,
            address=address,
            overwrite=overwrite,
        )
    return print_done(done, loaded, as_json=as_json)


@app.command
def validate(scenario: Path, /, *, settings: Settings = (), as_json: Json = False) -> int:
    """Check a scenario and every file it names; print it in full, with all defaults.

    Parameters
    ----------
    scenario
        Scenario file.
    """
    from sim.scenarios import Scenario  # noqa: PLC0415

    loaded = Scenario.load(scenario, settings)
    from sim.replicate import coordinates  # noqa: PLC0415  compiled code loads only for a sound scenario

    print_notes(loaded.notes)
    acos = len(coordinates(loaded)["aco"])
    if as_json:
        print_json(
            {
                "valid": True,
                "hash": loaded.hash,
                "acos": acos,
                "arms": list(loaded.arms),
                "idle_rules": loaded.idle(),
            }
        )
    else:
        print_text(
            f"{loaded.to_toml()}\n# {scenario} is valid: {acos} ACOs, arms {', '.join(loaded.arms)}.\n"
        )
        for line in loaded.file_said():
            print_text(f"# {line}\n")
        for key in loaded.idle():
            print_text(f"# {key} is changed but does not act in the simulation yet.\n")
    return 0


@app.command
def explain(key: str, /, *, scenario: Path | None = None, settings: Settings = ()) -> int:
    """Say what a value is, where it comes from and how certain it is.

    Parameters
    ----------
    key
        A rule (program.lead-py2027.discount.higher_spending), a parameter (evidence.KEY), a result
        (outcomes.settlement) or a scenario key (study.seed, population.acos.lives or, of one ACO,
        population.acos.NAME.lives). The key of a table lists what it holds.
    scenario
        Scenario file whose changes to the value are shown.
    """
    from sim.cli.explain import explain_key  # noqa: PLC0415
    from sim.cli.tables import print_sections  # noqa: PLC0415
    from sim.scenarios import Scenario  # noqa: PLC0415

    loaded = Scenario.load(scenario, settings) if scenario else None
    print_sections(explain_key(key, loaded), stdout())
    return 0


@app.command
def rules() -> int:
    """Print the rule ledger: every program value with unit, years, source and status."""
    from sim.inputs.rule_ledger import rule_ledger  # noqa: PLC0415

    print_text(rule_ledger())
    return 0


@app.command
def outcomes() -> int:
    """Print the result variables: dims, units, meaning, sign and rule."""
    from sim.outcomes.registry import outcomes_page  # noqa: PLC0415

    print_text(outcomes_page())
    return 0


@app.command
def odd() -> int:
    """Print the tables of MODEL.md: state variables, decisions, draws and parameters."""
    from sim.cli.odd_tables import odd_page  # noqa: PLC0415

    print_text(odd_page())
    return 0


@app.command
def settle(
    file: ResultsFile,
    /,
    *,
    program: str,
    year: FileYear = None,
    out: RowsFile = None,
    as_json: Json = False,
) -> int:
    """Settle every ACO of a CMS public use file under a program's rules.

    Parameters
    ----------
    file
        MSSP or ACO REACH results as downloaded from data.cms.gov (csv or JSON, packed or not), - for
        standard input.
    program
        Rulebook, e.g. mssp or reach-py2022.
    out
        Write the rows to this CSV file, - for standard output.
    """
    from sim.audit.settle import settle as settle_file  # noqa: PLC0415

    _spare_input(file, out)
    _print_audit(settle_file(file, program, out=out, py=year), out, as_json=as_json)
    return 0


@app.command
def rebenchmark(
    file: ResultsFile,
    /,
    *,
    program: str = "lead-py2027",
    option: Literal["global", "professional"],
    py: int = 2027,
    year: FileYear = None,
    settings: RuleSettings = (),
    out: RowsFile = None,
    as_json: Json = False,
) -> int:
    """Say what benchmark and settlement every ACO of an MSSP file would face under LEAD.

    Parameters
    ----------
    file
        MSSP results as downloaded from data.cms.gov (csv or JSON, packed or not), - for standard input.
    program
        Rulebook.
    option
        Risk option.
    py
        Performance year of LEAD whose terms apply.
    out
        Write the rows to this CSV file, - for standard output.
    """
    from sim.audit.rebenchmark import BRIEF  # noqa: PLC0415
    from sim.audit.rebenchmark import rebenchmark as rebenchmark_file  # noqa: PLC0415

    _spare_input(file, out)
    result = rebenchmark_file(file, program, option, py, out=out, year=year, settings=settings)
    _print_audit(result, out, as_json=as_json, brief=BRIEF)
    return 0


def _print_audit(
    result: RowTable, out: Path | None, *, as_json: bool, brief: Mapping[str, str] | None = None
) -> None:
    """Print an audited file; on stderr where its rows went to stdout."""
    from sim.audit.row_table import STANDARD_OUTPUT  # noqa: PLC0415
    from sim.cli.tables import print_evaluation  # noqa: PLC0415

    errors = Console(stderr=True)
    print_notes(result.notes)
    console = errors if str(out) in STANDARD_OUTPUT else stdout(NARROW if brief else WIDE)
    print_evaluation(result, console, as_json=as_json, brief=brief)


def _spare_input(file: Path, out: Path | None) -> None:
    """Refuse to write rows over the file that they are made of."""
    if out is not None and out.is_file() and file.is_file() and out.samefile(file):
        raise InputError(Fault("--out", "", f"= {out} is the input itself", "must be another file"))


@app.command
def calibrate(*, check: Annotated[bool, Parameter(negative=())] = False, as_json: Json = False) -> int:
    """Fit the free constants of health and spending to published figures; say how well they fit.

    Writes sim/evidence/calibrated.toml and docs/calibration.md of a source tree.

    Parameters
    ----------
    check
        Measure only; write nothing.
    """
    from sim.calibration.fit import calibrate as fit_constants  # noqa: PLC0415
    from sim.calibration.fit import report  # noqa: PLC0415
    from sim.calibration.target import table  # noqa: PLC0415
    from sim.calibration.write import write_fit  # noqa: PLC0415

    if check:
        found = report()
    else:
        errors = Console(stderr=True)
        found = write_fit(fit_constants(lambda line: errors.print(line, highlight=False)))
    if as_json:
        print_json(
            {one.name: {"target": one.value, "simulated": one.simulated, "ok": one.ok} for one in found}
        )
    else:
        print_text(table(found))
    return 0 if all(one.ok for one in found) else PARTIAL


@app.command
def bench(
    *,
    people: Annotated[int, Parameter(validator=Number(gte=1_000))] = 300_000,
    years: Annotated[int, Parameter(validator=Number(gte=1, lte=10))] = 10,
    as_json: Json = False,
) -> int:
    """Measure the kernel on this machine, against the same rules as plain Mesa objects.

    Parameters
    ----------
    people
        Live people of the world it is measured on, about.
    years
        Years lived.
    """
    from sim.bench.measure import measure  # noqa: PLC0415
    from sim.cli.bench_table import print_bench  # noqa: PLC0415

    with Console(stderr=True).status("Measuring"):
        found = measure(people, years)
    if as_json:
        print_json(found)
    else:
        print_bench(found, stdout())
    return 0
