"""``leadsim ledger``: an account of one replicate, by year, by month or entry by entry."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sim.cli.console import stdout
from sim.inputs.faults import Fault, InputError, printable, wrong_choice

if TYPE_CHECKING:
    from sim.ledger.statement import Period, Posting
    from sim.scenarios import Scenario

_WIDTH = 90
_REPORTS_WIDTH = 110
_CENTS = 100.0
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


def ledger(
    store: Path,
    /,
    *,
    aco: str,
    year: int | None = None,
    month: Annotated[int | None, Parameter(validator=Number(gte=1, lte=12))] = None,
    arm: str | None = None,
    replicate: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
    party: str = "aco",
    reports: Annotated[bool, Parameter(negative=())] = False,
    threads: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", help="Print JSON.", negative=())] = False,
) -> int:
    """Show what an ACO receives and pays, and its balance; the replicate is simulated again for it.

    Parameters
    ----------
    store
        Result store.
    aco
        ACO whose entries are shown.
    year
        Calendar year in which money moves; all years, one line each, if not given.
    month
        Month of that year, 1 to 12; then every posting is shown.
    arm
        Arm of the scenario; may be left out where only one has a program.
    replicate
        Which, counted from 0.
    party
        Whose account: the ACO's own (aco), or what medicare, its practices (participant), specialists under
        CARA (preferred), providers, suppliers or its guarantor receive and pay for it.
    reports
        Show the quarterly reports of its episode arrangements (CARA) instead, by contract.
    threads
        Cores to use; by default all.
    """
    from sim.cli.episode_reports import report_rows  # noqa: PLC0415
    from sim.experiments.again import lived_again, stored_scenario  # noqa: PLC0415
    from sim.ledger.codes import PARTY_NAMES, Party  # noqa: PLC0415
    from sim.ledger.statement import periods, postings  # noqa: PLC0415

    scenario = stored_scenario(store)
    chosen = _arm(scenario, arm)
    if party not in PARTY_NAMES:
        raise InputError(wrong_choice("ledger", "--party", party, PARTY_NAMES))
    if month is not None and year is None:
        raise InputError(Fault("ledger", "--month", f"= {month} of no year", "needs --year"))
    made = lived_again(scenario, replicate, threads=threads or os.cpu_count() or 1, last=year)
    names = [plan.name for plan in made.world.plans]
    if aco not in names:
        raise InputError(wrong_choice("ledger", "--aco", aco, names))
    row, whose = names.index(aco), Party[party.upper()]
    if reports:
        rows = report_rows(made.models[chosen], row, year)
        made.close()
        return _print_reports(store, aco, chosen, replicate, rows, as_json=as_json)
    found = postings(made.models[chosen].ledger, whose, row)
    made.close()
    spans = [one for one in periods(found, yearly=year is None) if year is None or one.year == year]
    shown = [one for one in found if (one.year, one.month) == (year, month)]
    if month is not None:
        spans = [one for one in spans if one.month == month]
    if not spans:
        when = "" if year is None else f" in {year}"
        problem = f"has no money moving{when} in {chosen}"
        raise InputError(
            Fault(str(store), aco, problem, "leadsim run's table by ACO shows who is in a program")
        )
    if as_json:
        asked = {
            "aco": aco,
            "arm": chosen,
            "replicate": replicate,
            "party": party,
            "year": year,
            "month": month,
        }
        lines = {"periods": [_dollars(asdict(one)) for one in spans]}
        entries = {
            "postings": [_dollars(one._asdict()) for one in (shown if month else _within(found, year))]
        }
        stdout(_WIDTH).out(json.dumps(asked | lines | entries, indent=2, allow_nan=False), highlight=False)
        return 0
    console = stdout(_WIDTH)
    account = "its account" if party == "aco" else f"{party}, of its entries"
    console.print(Text(printable(f"{aco}, {chosen}, replicate {replicate}: {account}, USD"), style="bold"))
    console.print(_table(spans))
    if month is not None:
        console.print(_entries(shown))
    elif year is not None:
        console.print(_by_mechanism(_within(found, year)))
    return 0


def _print_reports(
    store: Path, aco: str, arm: str, replicate: int, rows: list[dict[str, Any]], *, as_json: bool
) -> int:
    """Print the quarterly reports of an ACO's episode arrangements, year by year."""
    from sim.cli.episode_reports import READING, report_table  # noqa: PLC0415

    if not rows:
        problem = f"has no episode arrangements in {arm} in the years asked for"
        raise InputError(Fault(str(store), aco, problem, "leadsim explain arms.cara says how to state some"))
    if as_json:
        shown = {"aco": aco, "arm": arm, "replicate": replicate, "reports": rows}
        stdout(_WIDTH).out(json.dumps(shown, indent=2, allow_nan=False), highlight=False)
        return 0
    console = stdout(_REPORTS_WIDTH)
    title = f"{aco}, {arm}, replicate {replicate}: quarterly reports of episode arrangements"
    console.print(Text(printable(title), style="bold"))
    for year in sorted({row["year"] for row in rows}):
        console.print(report_table([row for row in rows if row["year"] == year]))
    console.print(READING, style="dim", highlight=False)
    return 0


def _arm(scenario: Scenario, arm: str | None) -> str:
    acting = [name for name in scenario.arms if name != scenario.study.reference_arm]
    if arm is None and len(acting) == 1:
        return acting[0]
    if arm is None:
        raise InputError(Fault("ledger", "--arm", "is missing", f"must be one of {', '.join(acting)}"))
    if arm not in scenario.arms:
        raise InputError(wrong_choice("ledger", "--arm", arm, list(scenario.arms)))
    return arm


def _within(found: list[Posting], year: int | None) -> list[Posting]:
    return [one for one in found if year is None or one.year == year]


def _dollars(fields: dict[str, object]) -> dict[str, object]:
    return {
        key: value / _CENTS if isinstance(value, int) and key in _MONEY else value
        for key, value in fields.items()
    }


_MONEY = ("cents", "opening", "received", "paid", "closing", "lowest")


def _usd(cents: int) -> str:
    return f"{cents / _CENTS:,.2f}"


def _table(spans: list[Period]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    by_year = spans[0].month is None
    for heading in ("Year" if by_year else "Month", "Opening", "Received", "Paid", "Closing"):
        table.add_column(heading, justify="left" if heading in ("Year", "Month") else "right", no_wrap=True)
    if by_year:
        table.add_column("Lowest", justify="right", no_wrap=True)
    for one in spans:
        label = str(one.year) if one.month is None else f"{_MONTHS[one.month - 1]} {one.year}"
        figures = [one.opening, one.received, one.paid, one.closing, *([one.lowest] if by_year else [])]
        table.add_row(label, *map(_usd, figures))
    return table


def _entries(found: list[Posting]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("For", "PY", "With"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Received", "Paid"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        amounts = (_usd(one.cents), "") if one.cents > 0 else ("", _usd(-one.cents))
        table.add_row(_words(one.mechanism), str(one.performance_year), _words(one.counterpart), *amounts)
    return table


def _by_mechanism(found: list[Posting]) -> Table:
    sums: dict[tuple[str, int, str], int] = {}
    for one in found:
        key = one.mechanism, one.performance_year, one.counterpart
        sums[key] = sums.get(key, 0) + one.cents
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("For, in the year", "PY", "With"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Net", justify="right", no_wrap=True)
    for (mechanism, performance_year, other), cents in sums.items():
        table.add_row(_words(mechanism), str(performance_year), _words(other), _usd(cents))
    return table


def _words(name: str) -> str:
    upper = {"pcc", "tcc", "npcc", "apo", "aco", "cara"}
    return " ".join(word.upper() if word in upper else word for word in name.split("_"))
