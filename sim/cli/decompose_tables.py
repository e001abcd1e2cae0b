"""Savings taken apart: in sentences, as tables of 80 columns, and as plain values."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from sim.cli.answer import listed
from sim.evaluation.channels import AVERAGE, CHANNELS, GROUPS, LUCK, NOT_MODELLED, TRUE
from sim.evaluation.decision import plain, told_apart
from sim.evaluation.decomposition import Decomposition, Ints, Line, Part
from sim.evaluation.performance import Figure
from sim.inputs.faults import printable

if TYPE_CHECKING:
    from sim.cli.decompose import Taken

_MILLION = 1e6
_SMALL = 10 * _MILLION
_LABEL = 27
# Decimals of millions a year (more where all is small), dollars a person-year and percent.
_DECIMALS, _FINE, _DOLLAR, _SHARE = 2, 3, 2, 2


def print_taken(taken: Taken, console: Console) -> None:
    """Print where an arm's savings come from: in words, then part by part."""
    study, years, found = taken.scenario.study, taken.scenario.years, taken.found
    console.print(Text(printable(study.title or study.name), style="bold"))
    console.print(
        f"{printable(taken.aco or 'All ACOs')}, {printable(taken.plan.arm)}, PY{years[0]}-PY{years[-1]},"
        f" {taken.completed} of {taken.requested} replicates complete in each of {len(taken.plan.worlds)}"
        f" worlds ({taken.computed} computed in {taken.seconds:,.1f} s).",
        highlight=False,
    )
    console.print(Text("In short", style="bold"))
    for sentence in told(taken):
        _print_wrapped(sentence, console, "- ")
    console.print(_parts_table(found))
    console.print(
        "Channels are switched off in this order, each on top of those before; parts add up to the cent in"
        " every replicate, ACO and year. ±: Monte Carlo standard error of the paired difference. Spread:"
        " standard deviation between replicates. Rules: what each makes where no channel acts. Left on"
        " average: what the price of risk and trend misses then, in the mean over replicates (regression to"
        " the mean of people, who survives, how scores price risk). Luck: a replicate's deviation from it."
        " Figures are rounded so that they add up: one may be a unit of its last digit off.",
        style="dim",
        highlight=False,
    )
    if taken.plan.orders and (rows := [one for one in found.parts if one.alone is not None]):
        console.print(_orders_table(found, rows))
        console.print(
            "Alone: all other channels off, but for those it acts through. On top: all others on. Where"
            " the two differ, channels act on each other, and the order decides who is given what they make"
            " together.",
            style="dim",
            highlight=False,
        )
    for heading, lines in _nothing(taken):
        console.print(Text(heading, style="bold"))
        for line in lines:
            _print_wrapped(line, console, "- ")


def _print_wrapped(text: str, console: Console, mark: str) -> None:
    filled = textwrap.fill(
        printable(text), console.width, initial_indent=mark, subsequent_indent="  ", break_on_hyphens=False
    )
    console.print(filled, markup=False, highlight=False, soft_wrap=True)


def told(taken: Taken) -> list[str]:
    """Return in sentences what is true of the savings, what else they are, and how far order matters."""
    found = taken.found
    if not found.gross.any():
        return ["Nobody is settled by a program in this arm: there are no savings to take apart."]
    whole, true = found.line(found.gross), found.line(found.of_group(TRUE))
    others = [
        (group, group_line(found, group))
        for group in GROUPS
        if group not in (TRUE, LUCK) and found.of_group(group).any()
    ]
    others.sort(key=lambda one: -abs(one[1].usd.value))
    rest = [f"{group} {_signed(line)}" for group, line in others]
    sentences = [
        f"Against its benchmark the arm saves {_dollars(whole.usd)} a year, {_share(whole.percent)} of the"
        f" benchmark. In truth it saves {_dollars(true.usd)}, {_share(true.percent)}."
    ]
    if rest:
        sentences.append(f"What else shows as savings, or hides them: {'; '.join(rest)}.")
    sentences += [*_spread(found, whole), *_order(taken), *_warnings(taken)]
    return sentences


def group_line(found: Decomposition, group: str) -> Line:
    """Return all parts of a group together in figures."""
    parts = [one for one in found.parts if one.group == group]
    return found.of_part(parts[0]) if len(parts) == 1 else found.line(found.of_group(group))


def _spread(found: Decomposition, whole: Line) -> Iterator[str]:
    if math.isnan(whole.spread):
        return
    lines = [(one, found.line(one.cents).spread) for one in found.parts]
    widest = sorted((one for one in lines if one[1] > 0.0), key=lambda one: -one[1])[:3]
    named = [f"{_lower(one.label)} ({_money(spread)})" for one, spread in widest]
    if named:
        yield (
            f"From one decade to another savings vary by {_money(whole.spread)} a year (one standard"
            f" deviation). Most of that comes with {listed(named)}."
        )


def _order(taken: Taken) -> Iterator[str]:
    """Yield which part depends most on the order."""
    found = taken.found
    gaps = [
        (one, found.line(one.alone - one.on_top))
        for one in found.parts
        if one.alone is not None and one.on_top is not None
    ]
    clear = [(one, gap) for one, gap in gaps if gap.usd.value and told_apart(gap.usd)]
    if not gaps:
        return
    if not clear:
        yield "No part differs, by more than chance, alone and on top of all others."
        return
    part, _ = max(clear, key=lambda one: abs(one[1].usd.value))
    alone, top = (found.line(_known(cents)) for cents in (part.alone, part.on_top))
    yield (
        f"The order matters most for {_lower(part.label)}: {_signed(alone)} alone, {_signed(top)} on top of"
        " all others."
    )


def _known(cents: Ints | None) -> Ints:
    assert cents is not None  # noqa: S101  asked for of parts that have it
    return cents


def _warnings(taken: Taken) -> Iterator[str]:
    if taken.found.left_true.any():
        yield (
            "Care still changes with all channels off: a rule of the scenario's own does it, which evidence"
            " does not reach. What it makes is within what is left."
        )
    for name, rules in taken.plan.replaced.items():
        label = next(one.label for one in CHANNELS if one.name == name)
        yield (
            f"{label}: the scenario has its own rule for {listed(list(rules))}; where that does not go by the"
            " evidence, it is not switched off."
        )


def _nothing(taken: Taken) -> Iterator[tuple[str, list[str]]]:
    """Yield what does nothing here, and why, and what the model does not have."""
    idle = [f"{one.label}: {taken.plan.idle[one.name]}." for one in CHANNELS if one.name in taken.plan.idle]
    live = {one.name for one in taken.plan.channels}
    acting = [
        f"{one.label}: is on, and changes no cent."
        for one in taken.found.parts
        if one.name in live and _is_still(one)
    ]
    if idle or acting:
        yield "Does nothing here", [*idle, *acting]
    yield "Doors of selection that the model does not have", [f"{one}." for one in NOT_MODELLED]


def _is_still(part: Part) -> bool:
    return part.nothing and part.group != LUCK


def _parts_table(found: Decomposition) -> Table:
    lines = [found.of_part(one) for one in found.parts]
    whole = found.line(found.gross)
    decimals = _FINE if max(abs(one.usd.value) for one in (*lines, whole)) < _SMALL else _DECIMALS
    usd = _adding_up([one.usd.value / _MILLION for one in lines], decimals)
    each = _adding_up([one.per_person_year.value for one in lines], _DOLLAR)
    percent = _adding_up([one.percent.value for one in lines], _SHARE)
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("Part", min_width=_LABEL, no_wrap=True)
    for heading in ("$ million\na year", "Spread", "$/person-\nyear", "% of\nbenchmark"):
        table.add_column(heading, justify="right", no_wrap=True)
    shown = [place for place, one in enumerate(found.parts) if not _is_still(one)]
    for place in shown:
        part, line = found.parts[place], lines[place]
        table.add_row(
            Text(part.label),
            *_row(line, usd[place], each[place], percent[place], decimals, part.group),
            end_section=place == shown[-1],
        )
    table.add_row("= Against benchmark", *_row(whole, sum(usd), sum(each), sum(percent), decimals))
    return table


def _row(
    line: Line, usd: float, each: float, percent: float, decimals: int, group: str = ""
) -> tuple[str, ...]:
    """Return the cells of a part: what is left on average has no spread, and luck no mean, by definition."""
    error, share = (
        "" if group == LUCK else f" ±{_number(one, places)}"
        for one, places in ((line.usd.error / _MILLION, decimals), (line.percent.error, _SHARE))
    )
    spread = "" if group == AVERAGE else _number(line.spread / _MILLION, decimals)
    return (
        f"{_number(usd, decimals)}{error}",
        spread,
        _number(each, _DOLLAR),
        f"{_number(percent, _SHARE)}{share}",
    )


def _adding_up(values: Sequence[float], decimals: int) -> list[float]:
    """Return values rounded so that what is shown adds up: each is a difference of rounded sums."""
    reached, found = 0.0, []
    before = 0.0
    for value in values:
        reached += 0.0 if math.isnan(value) else value
        now = round(reached, decimals)
        found.append(round(now - before, decimals))
        before = now
    return found


def _orders_table(found: Decomposition, rows: Sequence[Part]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True)
    table.add_column("% of benchmark", min_width=_LABEL, no_wrap=True)
    for heading in ("In the order", "Alone", "On top"):
        table.add_column(heading, justify="right", no_wrap=True)
    for part in rows:
        if part.nothing:
            continue
        lines = [found.line(_known(cents)).percent for cents in (part.cents, part.alone, part.on_top)]
        table.add_row(Text(part.label), *map(_with_error, lines))
    return table


def _with_error(one: Figure) -> str:
    return f"{_number(one.value, _SHARE)} ±{_number(one.error, _SHARE)}"


def _number(value: float, decimals: int) -> str:
    if math.isnan(value):
        return "n/a"
    told = f"{value:,.{decimals}f}"
    return told.removeprefix("-") if not told.strip("-0.,") else told


def _money(value: float) -> str:
    decimals = _FINE if abs(value) < _MILLION else 1
    return f"${_number(abs(value) / _MILLION, decimals)} million"


def _dollars(one: Figure) -> str:
    """Return an amount with its error, in millions."""
    decimals = _FINE if abs(one.value) < _MILLION else _DECIMALS
    sign = "-" if one.value < 0 else ""
    error = "" if math.isnan(one.error) else f" ± {_number(one.error / _MILLION, decimals)}"
    return f"{sign}${_number(abs(one.value) / _MILLION, decimals)}{error} million"


def _signed(line: Line) -> str:
    sign = "+" if line.usd.value >= 0 else "-"
    return f"{sign}{_dollars(Figure(abs(line.usd.value), line.usd.error))}"


def _share(one: Figure) -> str:
    error = "" if math.isnan(one.error) else f" ± {_number(one.error, _SHARE)}"
    return f"{_number(one.value, _SHARE)}{error} %"


def _lower(label: str) -> str:
    """Return a label as it stands within a sentence."""
    return label if label[1:2].isupper() else label[0].lower() + label[1:]


def taken_as_dict(taken: Taken) -> dict[str, Any]:
    """Return everything as plain values; cents by replicate and year, all ACOs together."""
    found, plan = taken.found, taken.plan
    counts = {"requested": taken.requested, "completed": taken.completed, "computed": taken.computed}
    return {
        "study": taken.scenario.study.name,
        "arm": plan.arm,
        "aco": taken.aco,
        "folder": str(taken.folder),
        "replicates": counts,
        "worlds": {one.name: list(one.arms.values()) for one in plan.worlds.values()},
        "units": "USD a year, USD per person-year, percent of benchmark; cents by replicate and year",
        "answer": told(taken),
        "parts": [_part_as_dict(found, one) for one in found.parts],
        "groups": {group: _line_as_dict(group_line(found, group)) for group in GROUPS},
        "gross_savings": {**_line_as_dict(found.line(found.gross)), "cents": _cents(found.gross)},
        "idle": dict(plan.idle),
        "own_rules": {name: list(rules) for name, rules in plan.replaced.items()},
        "not_modelled": list(NOT_MODELLED),
    }


def _part_as_dict(found: Decomposition, part: Part) -> dict[str, Any]:
    orders = {
        name: None if cents is None else _line_as_dict(found.line(cents))
        for name, cents in (("alone", part.alone), ("on_top", part.on_top))
    }
    return {
        "name": part.name,
        "label": part.label,
        "group": part.group,
        **_line_as_dict(found.of_part(part)),
        **orders,
        "nothing": part.nothing,
        "cents": _cents(part.cents),
    }


def _line_as_dict(line: Line) -> dict[str, Any]:
    return {
        "usd_a_year": plain(line.usd),
        "per_person_year": plain(line.per_person_year),
        "percent": plain(line.percent),
        "spread_usd_a_year": None if math.isnan(line.spread) else line.spread,
    }


def _cents(cents: Ints) -> list[list[int]]:
    found: list[list[int]] = cents.sum(axis=1).tolist()
    return found
