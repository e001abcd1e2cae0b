"""What the command prints on stdout: a run's closing table, explanations, settlements; also as JSON."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

import xarray as xr
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from sim.cli.cara_tables import CARA, arranged_arms, cara_note, cara_table
from sim.cli.cash_table import CAPITATION, CASH, cash_table, pays_by_month, shows_cash
from sim.cli.closing import closing, print_closing
from sim.cli.decisions_table import DECISIONS, deciding_arms, decisions_table, switching_told
from sim.cli.joining_table import JOINING, joining_table
from sim.cli.money_tables import (
    BRACKET,
    LOSS,
    aco_table,
    bracket_arms,
    bracket_table,
    bridge_table,
    care_table,
    side_by_side,
    turned_away,
)
from sim.cli.offers_table import (
    FALLS,
    benefit_arms,
    benefits_table,
    falls_arms,
    falls_table,
)
from sim.cli.practice_table import PRACTICES, keeps_books, practice_table
from sim.cli.protection_table import PROTECTION, protection_table, shows_protection
from sim.cli.quality_table import QUALITY, moves_money, quality_table
from sim.cli.served_tables import HOME_CARE, home_care_arms, home_care_table
from sim.cli.signing_table import SIGNING, signing_arms, signing_table
from sim.cli.sweep_tables import print_sweep, sweep_as_dict
from sim.inputs.faults import printable
from sim.outcomes.bands import bands_hold, bands_sentence
from sim.outcomes.summary import FIGURES, ArmSummary, summarise

if TYPE_CHECKING:
    from sim.experiments.runner import Run
    from sim.scenarios import Scenario

_THOUSAND, _MILLION = 1e3, 1e6
_LITTLE_GAIN = 2.0
_ROWS_SHOWN = 20
_CELL_WIDTH = 24
_BETWEEN_CELLS = 3
Sections = Sequence[tuple[str, Sequence[tuple[str, str]]]]


class Evaluation(Protocol):
    """What settling or re-benchmarking a file returns: a row per ACO, and totals."""

    @property
    def rows(self) -> Sequence[Mapping[str, Any]]:
        """One mapping per ACO, the same columns in each."""

    @property
    def totals(self) -> Mapping[str, Any]:
        """Figures over all ACOs, by name."""


def print_run(done: Run, scenario: Scenario, console: Console) -> None:
    """Print the closing table of a run."""
    if scenario.tables.sweep is not None:
        print_sweep(done, scenario, console)
        _print_basis(scenario, console)
        return
    with done.open() as data:
        summaries = summarise(data) if data.attrs["replicates_complete"] else []
        acos, bands = data.sizes["aco"], bands_sentence(data)
    study, years = scenario.study, scenario.years
    console.print(Text(study.title or study.name, style="bold"))
    console.print(
        f"{acos} ACOs, PY{years[0]}-PY{years[-1]} summed, {done.completed} of {done.requested} replicates"
        f" complete ({done.computed} computed in {done.seconds:,.1f} s)."
        f" All arms are compared with {study.reference_arm}, on the same random draws.",
        highlight=False,
    )
    if len(summaries) > 1:
        console.print(_closing_table(summaries, scenario))
        console.print(
            f"The columns 10 % and 90 % are {bands} MC error is the Monte Carlo standard error of"
            " the median; more replicates make it smaller. Savings against benchmark are what CMS"
            " reconciles; true savings are spending that did not happen.",
            style="dim",
            highlight=False,
        )
    if summaries:
        _print_money(done, scenario, console)
    _print_basis(scenario, console)
    with done.open() as data:
        print_closing(closing(data), console)
    console.print(f"Results: {done.path}", highlight=False, soft_wrap=True)


def _print_money(done: Run, scenario: Scenario, console: Console) -> None:
    """Print where savings come from and go to, arm by arm and ACO by ACO."""
    with done.open() as opened:
        data = opened.isel(replicate=opened["done"].values.astype(bool)).load()
    arms = [arm for arm in scenario.arms if bool(data["gross_savings"].sel(arm=arm).notnull().any())]
    if len(scenario.arms) == 1:
        console.print(care_table(data))
    for told in turned_away(data):
        console.print(f"{told} See leadsim explain eligibility.below_minimum.", highlight=False)
    if not arms:
        return
    for group in side_by_side(arms, console.width):
        console.print(bridge_table(data, group))
    if shows_cash(data):
        for group in side_by_side(arms, console.width):
            console.print(cash_table(data, group))
        told = f"{CAPITATION} {CASH}" if pays_by_month(data) else CASH
        console.print(told, style="dim", highlight=False)
    if served := home_care_arms(data):
        for group in side_by_side(served, console.width):
            console.print(home_care_table(data, group))
        console.print(HOME_CARE, style="dim", highlight=False)
    if deciding := deciding_arms(data):
        for arm in deciding:
            console.print(decisions_table(data, arm))
            if told := switching_told(data, arm):
                console.print(told, highlight=False)
        console.print(DECISIONS, style="dim", highlight=False)
    if shows_protection(data):
        for group in side_by_side(arms, console.width):
            console.print(protection_table(data, group))
        console.print(PROTECTION, style="dim", highlight=False)
    if keeps_books(data):
        for group in side_by_side(arms, console.width):
            console.print(practice_table(data, group))
        console.print(PRACTICES, style="dim", highlight=False)
    if moves_money(data):
        for group in side_by_side(arms, console.width):
            console.print(quality_table(data, group))
        console.print(QUALITY, style="dim", highlight=False)
    if guarded := bracket_arms(data):
        for group in side_by_side(guarded, console.width):
            console.print(bracket_table(data, group))
        console.print(BRACKET, style="dim", highlight=False)
    arranged = arranged_arms(data)
    for arm in arranged:
        console.print(cara_table(data, arm))
        console.print(cara_note(data, arm), highlight=False)
    if arranged:
        console.print(CARA, style="dim", highlight=False)
    if signing := signing_arms(data):
        for arm in signing:
            console.print(signing_table(data, arm))
        console.print(SIGNING, style="dim", highlight=False)
    _print_offers(data, arms, console)
    for arm in arms:
        console.print(aco_table(data, arm))
    console.print(
        f"$ are USD per aligned person-year, % bm. is percent of the benchmark. {LOSS}", style="dim"
    )
    for group in side_by_side(arms, console.width):
        console.print(joining_table(data, group))
    console.print(JOINING, style="dim", highlight=False)


def _print_offers(data: xr.Dataset, arms: list[str], console: Console) -> None:
    """Print what falls prevention averts and costs, and what benefits cost, where anybody offers them."""
    if falls_arms(data):
        for group in side_by_side(arms, console.width):
            console.print(falls_table(data, group))
        console.print(FALLS, style="dim", highlight=False)
    for group in side_by_side(benefit_arms(data), console.width):
        console.print(benefits_table(data, group))


def _closing_table(summaries: Sequence[ArmSummary], scenario: Scenario) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("$ million, all ACOs and years", min_width=28)
    for heading in ("Median", "10 %", "90 %", "MC error"):
        table.add_column(heading, justify="right", no_wrap=True, min_width=9)
    for summary in summaries:
        if summary.arm == scenario.study.reference_arm:
            continue
        description = scenario.arms[summary.arm].description
        table.add_row(Text.assemble((summary.arm, "bold"), f": {description}" if description else ""))
        for key, (label, _) in FIGURES.items():
            spread = summary.figures[key]
            if spread:
                values = (spread.median, spread.low, spread.high)
                table.add_row(f"  {label}", *map(_millions, values), _error(spread.error / _MILLION))
        if summary.loss_share is not None:
            error = summary.loss_share_error
            shown = f"{100 * error:.1f} %" if error is not None and not math.isnan(error) else "n/a"
            table.add_row("  ACO-years with a loss", f"{100 * summary.loss_share:.1f} %", "", "", shown)
        gain = summary.pairing_gain
        if gain is not None and math.isfinite(gain):
            little = " (little)" if gain < _LITTLE_GAIN else ""
            table.add_row("  Variance cut by common draws", f"x {gain:,.{0 if gain >= 10 else 1}f}{little}")
        table.add_section()
    return table


def _print_basis(scenario: Scenario, console: Console) -> None:
    """Print what the results rest on: what the scenario changes, and what CMS has not published."""
    sections: list[tuple[str, list[tuple[str, str]]]] = []
    changed, assumed = scenario.changed(), scenario.assumed()
    if changed:
        sections.append(
            ("Changed by the scenario:", [(key, ", ".join(arms)) for key, arms in changed.items()])
        )
    idle = scenario.idle()
    if idle:
        text = "a rule that is written and sourced but changes no result yet (docs/rules.md)"
        sections.append(("Changed without effect:", [(key, text) for key in idle]))
    if assumed:
        heading = f"Resting on {len(assumed)} assumed rules, not published by CMS (leadsim explain KEY):"
        sections.append((heading, list(assumed.items())))
    conflicted = scenario.conflicted()
    if conflicted:
        heading = f"Resting on {len(conflicted)} rules on which sources disagree (leadsim explain KEY):"
        sections.append(
            (heading, [(key, f"{status}; elsewhere: {said}") for key, (status, said) in conflicted.items()])
        )
    print_sections(sections, console)


def _millions(value: float) -> str:
    return f"{value / _MILLION:,.1f}"


def _error(value: float) -> str:
    return "n/a" if math.isnan(value) else f"± {value:,.1f}"


def run_as_dict(done: Run, scenario: Scenario) -> dict[str, Any]:
    """Return the closing table as plain values, USD; what is not known is None."""
    swept = scenario.tables.sweep is not None
    with done.open() as data:
        found: dict[str, Any] = (
            {"points": _known(sweep_as_dict(done))}
            if swept
            else {"answer": closing(data), "arms": _arms_as_dict(data)}
        )
        acos, bands = data.sizes["aco"], bands_hold(data)
    return {
        "study": scenario.study.name,
        "title": scenario.study.title,
        "store": str(done.path),
        "scenario_hash": scenario.hash,
        "replicates": {
            "requested": done.requested,
            "completed": done.completed,
            "computed": done.computed,
            "failed": len(done.failures),
        },
        "seconds": round(done.seconds, 3),
        "acos": acos,
        "years": list(scenario.years),
        "reference_arm": scenario.study.reference_arm,
        "units": "USD",
        "low_and_high_hold": bands,
        **found,
        "assumed_rules": [{"key": key, "title": title} for key, title in scenario.assumed().items()],
        "conflicted_rules": [
            {"key": key, "status": status, "elsewhere": said}
            for key, (status, said) in scenario.conflicted().items()
        ],
        "failures": [{"replicate": one.replicate, "message": one.message} for one in done.failures],
    }


def _arms_as_dict(data: xr.Dataset) -> dict[str, Any]:
    summaries = summarise(data) if data.attrs["replicates_complete"] else []
    found: dict[str, Any] = _known({summary.arm: summary.as_dict() for summary in summaries})
    return found


def _known(value: Any) -> Any:
    """Return `value` with NaN replaced by None, as JSON has no word for it."""
    if isinstance(value, dict):
        return {name: _known(item) for name, item in value.items()}
    if isinstance(value, list):
        return [_known(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def print_sections(sections: Sections, console: Console) -> None:
    """Print titled lists of (label, text) rows."""
    for number, (title, rows) in enumerate(sections):
        if number:
            console.print()
        console.print(Text(printable(title), style="bold"))
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="dim", no_wrap=True)
        grid.add_column(overflow="fold")
        for label, text in rows:
            grid.add_row(Text(printable(label)), Text(printable(text)))
        console.print(Padding(grid, (0, 0, 0, 2)))


def print_evaluation(
    evaluation: Evaluation, console: Console, *, as_json: bool, brief: Mapping[str, str] | None = None
) -> None:
    """Print the totals and rows of a settled or re-benchmarked file.

    Parameters
    ----------
    evaluation : Evaluation
    console : Console
    as_json : bool
        Everything, as JSON.
    brief : mapping of str to str, optional
        Heading and column of what is shown of each ACO, dollars by the thousand; as many columns as there is
        room for otherwise.
    """
    if as_json:
        found = _known({**evaluation.totals, "rows": [dict(row) for row in evaluation.rows]})
        console.out(json.dumps(found, indent=2, default=float), highlight=False)
        return
    print_sections(
        [("Totals", [(_spaced(name), _cell(value)) for name, value in evaluation.totals.items()])], console
    )
    if evaluation.rows:
        shown = evaluation.rows[:_ROWS_SHOWN]
        chosen = brief if brief and set(brief.values()) <= set(shown[0]) else None
        console.print(_brief_table(shown, chosen) if chosen else _rows_table(shown, console.width))
    hidden = len(evaluation.rows) - _ROWS_SHOWN
    more = f"{hidden:,} more ACOs and all columns" if hidden > 0 else "All columns"
    console.print(f"{more}: use --out FILE.csv, or --json", style="dim", highlight=False)


def _brief_table(rows: Sequence[Mapping[str, Any]], brief: Mapping[str, str]) -> Table:
    """Return some columns close together, dollars by the thousand."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False, padding=(0, 0), title="By ACO, USD thousand")
    table.title_justify = "left"
    for heading, name in brief.items():
        number = isinstance(rows[0][name], int | float)
        table.add_column(heading, justify="right" if number else "left")
    for row in rows:
        cells = [
            f"{row[name] / _THOUSAND + 0.0:,.0f}"
            if name.endswith("_usd") and row[name] is not None
            else _cell(row[name]).removesuffix("_spending")
            for name in brief.values()
        ]
        table.add_row(*(Text(text, no_wrap=True, overflow="ellipsis") for text in cells))
    return table


def _rows_table(rows: Sequence[Mapping[str, Any]], width: int) -> Table:
    """Return as many columns as fit, in their order."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for name in rows[0]:
        cells = [_cell(row[name]) for row in rows]
        words = _spaced(name).split()
        column = min(_CELL_WIDTH, max(map(len, [*words, *cells])))
        width -= column + _BETWEEN_CELLS
        if width < 0:
            break
        number = isinstance(rows[0][name], int | float)
        table.add_column(_spaced(name), justify="right" if number else "left", width=column)
    for row in rows:
        shown = list(row.values())[: len(table.columns)]
        table.add_row(*(Text(_cell(value), no_wrap=True, overflow="ellipsis") for value in shown))
    return table


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _cell(value: object) -> str:
    if isinstance(value, float):
        return f"{value:,.0f}" if abs(value) >= 1000 else f"{value + 0.0:.4g}"
    # A cell of a file may hold what would move a terminal, or several lines.
    return "-" if value is None else printable(" ".join(str(value).split()))
