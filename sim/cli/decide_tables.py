"""A decision as tables of 80 columns, and as plain values."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.cli.decide_words import decision_told, described
from sim.evaluation.choices import LEAD
from sim.evaluation.decision import DESIGNATIONS, Outcome, difference, plain
from sim.evaluation.performance import Figure
from sim.inputs.faults import printable
from sim.outcomes.bands import bands_hold, bands_sentence

if TYPE_CHECKING:
    from sim.cli.decide import Decision
    from sim.evaluation.unsettled import Turned
    from sim.experiments.runner import Run

_MILLION, _PERCENT = 1e6, 100.0
_SHOWN = 10
_READINGS_SHOWN = 12
_NAMED = 6
_CHANGED = {"option": "Risk option", "payments": "Payment", "cara": "CARA", "stop_loss": "Stop-loss"}
_ERRORS = "± is one Monte Carlo standard error; n/a where there are too few replicates to know it."


def print_decision(made: Decision, done: Run, console: Console) -> None:
    """Print what a decision comes to: in words, then table by table."""
    study, years = made.choices.scenario.study, made.choices.scenario.years
    console.print(Text(printable(study.title or study.name), style="bold"))
    console.print(
        f"{len(made.order)} choices of {made.choices.aco} on the same random draws,"
        f" PY{years[0]}-PY{years[-1]}, {done.completed} of {done.requested} replicates complete"
        f" ({done.computed} computed in {done.seconds:,.1f} s).",
        highlight=False,
    )
    console.print(Text("In short", style="bold"))
    for sentence in decision_told(made):
        text = textwrap.fill(
            sentence, console.width, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
        )
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    shown = _shown(made)
    console.print(_money_table(made, shown))
    console.print(
        "Cash that all years together leave the ACO and its practices. The columns 10 % and 90 % are"
        f" {bands_sentence(made.data)} {_ERRORS}",
        style="dim",
        highlight=False,
    )
    console.print(_risk_table(made, shown))
    console.print(
        "Loses: all years together. Owes more: in some year more than its financial guarantee. Worst tenth:"
        " mean of the worst tenth of replicates (CVaR). Lowest month: cash at its end, reserves counted."
        " Regret: what the best choice of the same replicate leaves more; best in: replicates in which none"
        " does.",
        style="dim",
        highlight=False,
    )
    if (table := _change_table(made)) is not None:
        console.print(table)
    console.print(_designation_table(made))
    if made.turned:
        if any(one.change.value for one in made.turned):
            console.print(_rule_table(made))
        console.print(_rules_note(made), style="dim", highlight=False)
    if made.choices.refused:
        console.print(
            f"{len(made.choices.refused)} combinations are not allowed and left out: {_reasons(made)}.",
            style="dim",
            highlight=False,
        )
    console.print(f"Results: {done.path}", highlight=False, soft_wrap=True, markup=False)


def _shown(made: Decision) -> list[tuple[int, Outcome]]:
    """Return the best choices with their ranks, and the best of each program and option."""
    ranks = list(enumerate(made.order, start=1))
    return [(rank, one) for rank, one in ranks if rank <= _SHOWN or one.arm in made.contenders]


def _money_table(made: Decision, shown: Sequence[tuple[int, Outcome]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("#", justify="right")
    table.add_column(f"$ million, best by {made.by} first")
    for heading in ("Mean", "10 %", "Median", "90 %"):
        table.add_column(heading, justify="right", no_wrap=True)
    for rank, one in shown:
        figures = (one.mean, one.low, one.median, one.high)
        table.add_row(str(rank), Text(printable(described(one))), *(_millions(figure) for figure in figures))
    if len(shown) < len(made.order):
        hidden = len(made.order) - len(shown)
        table.caption = f"{hidden} more choices: --json has all, and sim.open_results."
        table.caption_justify = "left"
    return table


def _risk_table(made: Decision, shown: Sequence[tuple[int, Outcome]]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    for heading in (
        *("#", "Loses\n%", "Owes more\n%", "Worst tenth\n$ million", "Lowest month\n$ million"),
        *("Regret\n$ million", "Best in\n%"),
    ):
        table.add_column(heading, justify="right", no_wrap=True)
    for rank, one in shown:
        table.add_row(
            str(rank),
            _percent(one.loss),
            "-" if one.beyond_guarantee is None else _percent(one.beyond_guarantee),
            _millions(one.tail),
            _millions(one.lowest),
            _millions(one.regret),
            _percent(one.best),
        )
    return table


def _change_table(made: Decision) -> Table | None:
    """Return what each single change from the best choice in LEAD makes, None where it is not in LEAD."""
    rows = changes_from_best(made)
    if not rows:
        return None
    base = next(one for one in made.order if one.arm == rows[0][0])
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("One change", no_wrap=True)
    table.add_column(f"from {described(base)} to")
    table.add_column("$ million", justify="right", no_wrap=True)
    for _, name, arm, gap in rows:
        to = next(one for one in made.order if one.arm == arm)
        table.add_row(name, Text(printable(described(to))), _millions(gap, 2))
    return table


def changes_from_best(made: Decision) -> list[tuple[str, str, str, Figure]]:
    """Return (best LEAD arm, what is changed, arm so changed, what it leaves more) of each single change."""
    by_arm = {one.arm: one for one in made.choices.choices}
    cash = {one.arm: one.cash for one in made.order}
    best = next((one.arm for one in made.order if by_arm[one.arm].program == LEAD), None)
    if best is None:
        return []
    levels = by_arm[best].levels
    rows = []
    for arm, choice in by_arm.items():
        changed = [name for name, word in choice.levels.items() if word != levels[name]]
        if choice.program != LEAD:
            changed = ["program"]
        if len(changed) == 1:
            rows.append((best, _CHANGED.get(changed[0], "Program"), arm, difference(cash[arm], cash[best])))
    order = [*_CHANGED.values(), "Program"]
    return sorted(rows, key=lambda row: (order.index(row[1]), -row[3].value))


def _designation_table(made: Decision) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("Designation, % of years")
    for label in (*DESIGNATIONS.values(), "Too few people"):
        table.add_column(label.replace(" ", "\n", 1), justify="right", no_wrap=True)
    for arm in made.contenders:
        one = next(outcome for outcome in made.order if outcome.arm == arm)
        if not math.isnan(one.out.value):
            cells = (_percent(one.designations[name]) if one.designations else "-" for name in DESIGNATIONS)
            table.add_row(Text(printable(described(one))), *cells, _percent(one.out))
    return table


def _rule_table(made: Decision) -> Table:
    moved = [one for one in made.turned if one.change.value or one.verdict != "keeps"]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("If a rule were read otherwise")
    for heading in ("Lead, $ million", "Change", "Order"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in moved[:_READINGS_SHOWN]:
        table.add_row(
            Text(printable(one.reading.told)), _millions(one.lead), _millions(one.change), _verdict(made, one)
        )
    return table


def _verdict(made: Decision, one: Turned) -> str:
    if one.verdict == "keeps":
        return "kept"
    kind = {choice.arm: choice.kind for choice in made.choices.choices}[one.best]
    return f"{kind}{'?' if one.verdict == 'may turn' else ''}"


def _rules_note(made: Decision) -> str:
    assert made.readings is not None  # noqa: S101  there is something in the table
    moved = [one for one in made.turned if one.change.value or one.verdict != "keeps"]
    best = described(next(one for one in made.order if one.arm == made.rule_best))
    same = [one.reading.told for one in made.turned if one not in moved]
    text = (
        f"Lead: what {best} leaves more than the best of the others, all programs and options in their best"
        f" form: as stated, moved by what the reading changes on {made.rule_replicates} replicates."
        " Order: who is best then, ? where it may be chance."
    )
    if len(moved) > _READINGS_SHOWN:
        text += f" {len(moved) - _READINGS_SHOWN} more change the lead less."
    if same:
        text += f" Tried without any change: {_some(same)}."
    if untried := made.readings.untried:
        text += (
            f" Not tried, as they are amounts of which no other is stated (--reading KEY=VALUE tries one):"
            f" {_some(untried)}."
        )
    return text


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - _NAMED} more (--json has all)" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _reasons(made: Decision) -> str:
    """Return why combinations are refused, each reason once."""
    found = dict.fromkeys(reason.rpartition(": ")[2] for reason in made.choices.refused.values())
    return "; ".join(found)


def _millions(figure: Figure, digits: int = 1) -> str:
    return _cell(figure.value / _MILLION, figure.error / _MILLION, digits)


def _percent(figure: Figure) -> str:
    return _cell(_PERCENT * figure.value, _PERCENT * figure.error, 0)


def _cell(value: float, error: float, digits: int) -> str:
    if math.isnan(value):
        return "-"
    shown = f"{round(value, digits) + 0.0:,.{digits}f}"
    return f"{shown} ±{'n/a' if math.isnan(error) else f'{error:,.{digits}f}'}"


def decision_as_dict(made: Decision, done: Run) -> dict[str, Any]:
    """Return a decision as plain values, USD and shares; what is not known is None."""
    by_arm = {one.arm: one for one in made.choices.choices}
    readings = made.readings
    return {
        "study": made.choices.scenario.study.name,
        "store": str(done.path),
        "aco": made.choices.aco,
        "ranked_by": made.by,
        "replicates": {"requested": done.requested, "completed": done.completed, "computed": done.computed},
        "units": "USD, shares",
        "low_and_high_hold": bands_hold(made.data),
        "answer": decision_told(made),
        "choices": [
            {"arm": one.arm, "program": by_arm[one.arm].program, **by_arm[one.arm].levels, **one.as_dict()}
            for one in made.order
        ],
        "changes": [
            {"from": best, "what": name, "to": arm, **plain(gap)}
            for best, name, arm, gap in changes_from_best(made)
        ],
        "refused": dict(made.choices.refused),
        "rules": {
            "replicates": made.rule_replicates,
            "best": made.rule_best or None,
            "readings": [
                {
                    "key": one.reading.key,
                    "status": one.reading.standing,
                    "stated": one.reading.stated,
                    "other": one.reading.other,
                    "best": one.best,
                    "lead": plain(one.lead),
                    "change": plain(one.change),
                    "verdict": one.verdict,
                }
                for one in made.turned
            ],
            "untried": list(readings.untried) if readings else [],
        },
    }
