"""``leadsim evaluate``: settled savings, the truth, and what an evaluation would report, side by side."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sim.cli.console import stdout, tell_figure
from sim.cli.options import Json
from sim.inputs.faults import Fault, InputError, printable

if TYPE_CHECKING:
    from rich.console import Console

    from sim.evaluation.performance import Evaluation, Figure, Performance
    from sim.evaluation.power import PowerCurve

_PERCENT = 100.0
# Differences of so many Monte Carlo errors are told as such.
_ERRORS = 2.0
_WHO = {
    "other_markets": "markets in which no ACO enters, weighted to the ACOs' base-year spending and risk",
    "same_market": "practices of the ACOs' own markets that are on no list",
}
_LISTS = {"first": "the first list of practices", "present": "each year's list of practices"}


def evaluate(
    store: Path,
    /,
    *,
    arm: str | None = None,
    comparison: Literal["other_markets", "same_market"] | None = None,
    practice_list: Annotated[Literal["first", "present"], Parameter(name="--list")] = "first",
    effect: Annotated[float, Parameter(validator=Number(gt=0, lt=50))] = 1.0,
    figure: Path | None = None,
    as_json: Json = False,
) -> int:
    """Set settled savings beside true savings and beside what an evaluation would report.

    Parameters
    ----------
    store
        Result store of a study with evaluation_panel = true.
    arm
        Arm of the scenario; all but the reference arm if not given.
    comparison
        Comparison people; of other markets where the arm leaves two without an ACO, else of the same.
    practice_list
        Whose people are an ACO's: practices first listed, or those listed each year.
    effect
        True savings, in percent, for which power is told.
    figure
        Draw the event study of one arm to this file (.png, .svg or .pdf).
    """
    from sim.charts.indices import check_file  # noqa: PLC0415
    from sim.evaluation.performance import evaluate as evaluated  # noqa: PLC0415
    from sim.evaluation.performance import plain  # noqa: PLC0415
    from sim.evaluation.power import power_curve  # noqa: PLC0415
    from sim.experiments.results import open_store  # noqa: PLC0415

    with open_store(store) as data:
        reference = str(data.attrs["reference_arm"])
        arms = [arm] if arm else [str(one) for one in data["arm"].values if str(one) != reference]
        if figure is not None:
            check_file(figure, "--figure")
            if len(arms) > 1:
                raise InputError(Fault("--arm", "", "is missing", f"must be one of {', '.join(arms)}"))
        years = data["year"].values.tolist()
        terms: dict[str, Any] = {"comparison": comparison, "practice_list": practice_list}
        found = {one: evaluated(data, one, **terms) for one in arms}
        curves = {one: power_curve(data, one, wanted=-effect / _PERCENT, **terms) for one in arms}
    if figure is not None:
        from sim.charts.event_study import event_study  # noqa: PLC0415
        from sim.charts.indices import save  # noqa: PLC0415

        save(event_study(found[arms[0]]), figure)
    if as_json:
        told = {
            one: {
                **found[one].as_dict(),
                "practice_list": practice_list,
                "power": _curve_as_dict(curves[one]),
            }
            for one in arms
        }
        stdout().out(json.dumps(plain(told), indent=2, allow_nan=False), highlight=False)
        return 0
    console = stdout()
    for one in arms:
        _print(found[one], curves[one], years, practice_list, console)
    if figure is not None:
        tell_figure(console, figure)
    return 0


def _curve_as_dict(curve: PowerCurve) -> dict[str, Any]:
    from sim.evaluation.performance import plain  # noqa: PLC0415

    rows = tuple(
        {"acos": row.acos, "years": row.years, "power": plain(row.power), "error": plain(row.error)}
        for row in curve.rows
    )
    needed = {str(years): curve.needed(years) for years in sorted({row.years for row in curve.rows})}
    return {"wanted": curve.wanted, "rows": rows, "acos_needed_by_years": needed}


def _print(
    found: Evaluation, curve: PowerCurve, years: list[int], practice_list: str, console: Console
) -> None:
    total = found.services[0]
    console.print(Text(printable(found.arm), style="bold"))
    console.print(_in_words(found), highlight=False)
    span = f"PY{years[0]}\N{EN DASH}PY{years[-1]}"
    console.print(
        _pairs(
            [
                ("Aim", "how far settlement, truth and an evaluation are apart"),
                (
                    "Data",
                    f"{found.replicates} replicates of {found.acos} ACOs in {found.markets} markets, {span},"
                    f" and three base years",
                ),
                ("Estimand", "spending of ACOs' people against the same people's without ACOs"),
                (
                    "Method",
                    "difference-in-differences of log spending, entry by entry; people by"
                    f" {_LISTS[practice_list]}, compared with {_WHO[found.comparison]}; errors clustered by"
                    " market",
                ),
                ("Performance", "\N{PLUS-MINUS SIGN} is one Monte Carlo standard error"),
            ]
        )
    )
    console.print(_money_table(found))
    console.print(_service_table(found.services))
    console.print(
        "On the units: the same practices' people without ACOs, which is also the truth of single services;"
        " the truth of all spending differs by who comes and goes. Spread: of estimates around the truth,"
        " between replicates; SE: what evaluations report. Covers: 95 % intervals that hold the truth. Seen:"
        f" told from nothing at 5 %. Trends before entry differ in {_percent(total.pre_trend, 1)} (by chance"
        " in 5 %).",
        style="dim",
        highlight=False,
    )
    if found.by_event_year:
        console.print(_event_table(found))
    console.print(_power_table(curve))


def _in_words(found: Evaluation) -> str:
    money, total = found.money, found.services[0]
    said = (
        f"Settlement shows savings of {_percent(money.benchmark_savings)} of the benchmark. In truth"
        f" {_percent(money.true_savings)} of spending is saved, and an evaluation reports"
        f" {_percent(money.evaluated_savings)} on average."
    )
    seen = f"{_PERCENT * total.seen.value:.0f} %"
    said += (
        f" Nothing is saved in truth: {seen} of evaluations see something all the same (5 % is what chance"
        " allows)."
        if total.without_effect
        else f" {seen} of evaluations tell it from nothing."
    )
    net = money.true_net
    if abs(net.value) > _ERRORS * net.error:
        said += f" After what ACOs are paid, Medicare {'gains' if net.value > 0 else 'loses'} money."
    settled, saved = money.benchmark_savings, money.true_net
    if settled.value > _ERRORS * settled.error and saved.value < -_ERRORS * saved.error:
        said += " Savings are settled that Medicare does not have."
    return said


def _money_table(found: Evaluation) -> Table:
    money = found.money
    table = _table("Savings", "settled", "truth", "evaluation")
    table.add_row(
        "Savings, % (of benchmark; of spending)",
        _percent(money.benchmark_savings, unit=False),
        _percent(money.true_savings, unit=False),
        _percent(money.evaluated_savings, unit=False),
    )
    table.add_row("Paid to ACOs, $ a person-year", _dollars(money.payments), "", "")
    table.add_row(
        "Medicare gains, $ a person-year", "", _dollars(money.true_net), _dollars(money.evaluated_net)
    )
    return table


def _service_table(services: tuple[Performance, ...]) -> Table:
    table = _table("Spending, %", "truth", "estimate", "bias", "spread", "SE", "covers, %", "seen, %")
    for one in services:
        table.add_row(
            one.service,
            *(_percent(figure, unit=False) for figure in (one.truth, one.estimate, one.bias)),
            f"{_PERCENT * one.spread:.2f}",
            f"{_PERCENT * one.error.value:.2f}",
            *(_percent(figure, 1, unit=False) for figure in (one.coverage, one.seen)),
        )
        if one is services[0]:
            on_units = (_percent(figure, unit=False) for figure in (one.on_units, one.bias_of_comparison))
            table.add_row("  on the units", next(on_units), "", next(on_units))
    return table


def _event_table(found: Evaluation) -> Table:
    table = _table("Event study, %", *(f"{event:+d}" for event in found.by_event_year))
    for name, place in (("estimate", 0), ("truth, on the units", 1)):
        figures = [pair[place] for pair in found.by_event_year.values()]
        table.add_row(name, *(f"{_PERCENT * figure.value:.1f}" for figure in figures))
        table.add_row("", *(f"\N{PLUS-MINUS SIGN}{_PERCENT * figure.error:.1f}" for figure in figures))
    table.caption = "By year since entry (0 the first), against the year before it."
    return table


def _power_table(curve: PowerCurve) -> Table:
    years = sorted({row.years for row in curve.rows})
    table = _table(f"Sees a true {-_PERCENT * curve.wanted:g} %, ACOs", *(f"{one} y" for one in years))
    known = {(row.acos, row.years): row.power for row in curve.rows}
    for acos in sorted({row.acos for row in curve.rows}):
        cells = (known.get((acos, one)) for one in years)
        table.add_row(str(acos), *("" if one is None else _percent(one, 0, unit=False) for one in cells))
    table.add_row("needed for 80 %, about", *(f"{curve.needed(one):,}" for one in years), end_section=True)
    table.caption = "% of evaluations that tell it from nothing, by ACOs and years; more by extrapolation."
    return table


def _table(*headings: str) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, collapse_padding=True, caption_justify="left")
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left", no_wrap=True)
    return table


def _pairs(rows: list[tuple[str, str]]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, text in rows:
        table.add_row(Text(name, style="bold"), text)
    return table


def _percent(figure: Figure, decimals: int = 2, *, unit: bool = True) -> str:
    return _shown(_PERCENT * figure.value, _PERCENT * figure.error, decimals) + (" %" if unit else "")


def _dollars(figure: Figure) -> str:
    return _shown(figure.value, figure.error, 0)


def _shown(value: float, error: float, decimals: int) -> str:
    if math.isnan(value):
        return "n/a"
    # No minus sign before what is rounded to nothing.
    text = f"{round(value, decimals) + 0.0:,.{decimals}f}"
    return text if math.isnan(error) else f"{text} \N{PLUS-MINUS SIGN}{error:,.{decimals}f}"
