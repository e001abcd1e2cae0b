"""``leadsim ledger``: an account of one replicate, by year, by month or entry by entry."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from cyclopts import Parameter
from cyclopts.validators import Number
from rich.box import SIMPLE_HEAD
from rich.table import Table
from rich.text import Text

from sim.cli.console import stdout, tell_figure
from sim.cli.income import (
    INCOME,
    OF_ACO,
    by_year,
    lines_of,
    of_aco,
    providers_table,
    rows_told,
    told,
    usd,
    words,
)
from sim.inputs.faults import Fault, InputError, printable, wrong_choice

if TYPE_CHECKING:
    import xarray as xr

    from sim.ledger.statement import Period, Posting
    from sim.replicate import Replicate
    from sim.scenarios import Scenario

_WIDTH, _WIDE = 90, 110
_CENTS = 100.0
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
# What the figures of a year or month mean.
_ACCOUNT = (
    "PY is the performance year that money belongs to: an advance of one year goes back when that year is"
    " settled, claims of one year are still paid in the next. Provider payments are for reduced fees;"
    " what stop-loss changes in a settlement has a line of its own. Reserves and cash before the first year"
    " are not in the balance."
)


def ledger(
    store: Path,
    /,
    *,
    aco: str | None = None,
    practice: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    specialist: Annotated[int | None, Parameter(validator=Number(gte=0))] = None,
    providers: Annotated[bool, Parameter(negative=())] = False,
    year: int | None = None,
    month: Annotated[int | None, Parameter(validator=Number(gte=1, lte=12))] = None,
    arm: str | None = None,
    replicate: Annotated[int, Parameter(validator=Number(gte=0))] = 0,
    party: str = "aco",
    reports: Annotated[bool, Parameter(negative=())] = False,
    figure: Path | None = None,
    threads: int | None = None,
    as_json: Annotated[bool, Parameter(name="--json", help="Print JSON.", negative=())] = False,
) -> int:
    """Show an ACO's account, or a provider's income statement; the replicate is simulated again for it.

    Parameters
    ----------
    store
        Result store.
    aco
        ACO whose entries are shown: what it receives and pays, and its balance.
    practice
        Number of a practice whose income statement is shown, from 0; --aco NAME --providers lists them.
    specialist
        Number of a specialist whose income statement is shown, from 0.
    providers
        With --aco: what each practice and specialist is paid for its people and by it.
    year
        With --aco the calendar year in which money moves; in income statements, and with --providers, the
        performance year that it belongs to. All years if not given.
    month
        Month of that year, 1 to 12; then every posting of the ACO is shown.
    arm
        Arm of the scenario; may be left out where only one has a program.
    replicate
        Which, counted from 0.
    party
        Whose account: the ACO's own (aco), or what medicare, its practices (participant), specialists under
        CARA (preferred), providers, suppliers or its guarantor receive and pay for it.
    reports
        Show the quarterly reports of its episode arrangements (CARA) instead, by contract.
    figure
        With --aco: draw its cash month by month to this file (.png, .svg or .pdf), in all arms where they are
        few.
    threads
        Cores to use; by default all.
    """
    from sim.charts.indices import check_file  # noqa: PLC0415
    from sim.experiments.again import lived_again, stored_scenario  # noqa: PLC0415
    from sim.ledger.codes import PARTY_NAMES  # noqa: PLC0415

    scenario = stored_scenario(store)
    chosen = _arm(scenario, arm)
    if party not in PARTY_NAMES:
        raise InputError(wrong_choice("ledger", "--party", party, PARTY_NAMES))
    if month is not None and year is None:
        raise InputError(Fault("ledger", "--month", f"= {month} of no year", "needs --year"))
    stated = {"--aco": aco, "--practice": practice, "--specialist": specialist}
    given = [name for name, value in stated.items() if value is not None]
    if len(given) != 1:
        problem = f"are {', '.join(given)}" if given else "are missing"
        raise InputError(Fault("ledger", "--aco, --practice or --specialist", problem, "must be one of them"))
    if figure is not None:
        check_file(figure, "--figure")
        if aco is None or year is not None:
            allowed = "goes with --aco and all years"
            raise InputError(Fault("ledger", "--figure", f"= {figure}", allowed))
    income = providers or aco is None
    for option, asked_for in (("--providers", providers), ("--reports", reports)):
        if asked_for and aco is None:
            raise InputError(Fault("ledger", option, "without an ACO", "needs --aco"))
    if income and (month is not None or party != "aco"):
        option, value = ("--month", month) if month is not None else ("--party", party)
        allowed = "goes with --aco alone: an income statement is of whole performance years"
        raise InputError(Fault("ledger", option, f"= {value} of an income statement", allowed))
    if income and year is not None and year not in scenario.years:
        allowed = f"must be a performance year, {scenario.years[0]} to {scenario.years[-1]}"
        raise InputError(Fault("ledger", "--year", f"= {year}", allowed))
    made = lived_again(
        scenario, replicate, threads=threads or os.cpu_count() or 1, last=year, provider_books=income
    )
    names = [plan.name for plan in made.world.plans]
    if aco is not None and aco not in names:
        raise InputError(wrong_choice("ledger", "--aco", aco, names))
    asked = {
        **{name[2:]: value for name, value in stated.items() if value is not None},
        "arm": chosen,
        "replicate": replicate,
        "year": year,
    }
    console = stdout(_WIDE if income or reports else _WIDTH)
    if reports:
        found = _reports(made, asked, str(store), names)
    elif income:
        found = _income(made, asked, scenario.study.reference_arm, names)
    else:
        found = _account(made, asked | {"party": party, "month": month}, str(store), names)
    if figure is not None:
        from sim.charts.cash_months import cash_by_month  # noqa: PLC0415
        from sim.charts.indices import save  # noqa: PLC0415

        save(cash_by_month(monthly_cash(made, scenario, asked)), figure)
    made.close()
    if as_json:
        console.out(json.dumps(found.fields, indent=2, allow_nan=False), highlight=False)
        return 0
    console.print(Text(printable(found.title), style="bold"))
    for part in found.parts:
        console.print(part, highlight=False)
    if figure is not None:
        tell_figure(console, figure)
    return 0


def monthly_cash(made: Replicate, scenario: Scenario, asked: dict[str, Any]) -> xr.DataArray:
    """Return an ACO's cash at the end of each month, as :func:`sim.charts.cash_by_month` takes it.

    Of all arms, or of the one asked for where they are many.
    """
    import numpy as np  # noqa: PLC0415
    import xarray as xr  # noqa: PLC0415

    from sim.charts.quantities import MOST_ARMS  # noqa: PLC0415
    from sim.ledger.codes import Party  # noqa: PLC0415
    from sim.outcomes.cash import month_ends  # noqa: PLC0415

    row = [plan.name for plan in made.world.plans].index(asked["aco"])
    first = scenario.years[0]
    arms = list(made.models) if len(made.models) <= MOST_ARMS + 1 else [asked["arm"]]
    books = [made.models[arm].ledger for arm in arms]
    # Money of a performance year moves in months after it too, which count on.
    moves = np.concatenate([book.signed(Party.ACO)[0][["year", "month"]] for book in books])
    last = max([first, *(moves["year"].astype(int) + (moves["month"].astype(int) - 1) // 12).tolist()])
    held = [month_ends(book, first, last)[row] / _CENTS for book in books]
    return xr.DataArray(
        np.stack(held)[:, None],
        {"arm": arms, "replicate": [asked["replicate"]], "month": np.arange(held[0].size)},
        ("arm", "replicate", "month"),
        attrs={
            "first_py": first,
            "aco": asked["aco"],
            "scenario": scenario.to_toml(),
            "reference_arm": scenario.study.reference_arm,
        },
    )


@dataclass(frozen=True, slots=True)
class _Found:
    """What is shown: for programs, and for people."""

    fields: dict[str, Any]
    title: str
    parts: list[Table | Text]


def _account(made: Replicate, asked: dict[str, Any], store: str, names: list[str]) -> _Found:
    """Return an account of an ACO's entries."""
    from sim.ledger.codes import Party  # noqa: PLC0415
    from sim.ledger.statement import periods, postings  # noqa: PLC0415

    aco, arm, party, year, month = (asked[name] for name in ("aco", "arm", "party", "year", "month"))
    found = postings(made.models[arm].ledger, Party[party.upper()], names.index(aco))
    spans = [one for one in periods(found, yearly=year is None) if year is None or one.year == year]
    shown = [one for one in found if (one.year, one.month) == (year, month)]
    if month is not None:
        spans = [one for one in spans if one.month == month]
    if not spans:
        when = "" if year is None else f" in {year}" if month is None else f" in {_MONTHS[month - 1]} {year}"
        others = sorted({one.year for one in found})
        allowed = f"money moves in {', '.join(map(str, others))}"
        if not others:
            allowed = "leadsim run's table by ACO shows who is in a program"
        raise InputError(Fault(store, aco, f"has no money moving{when} in {arm}, account {party}", allowed))
    entries = shown if month else _within(found, year)
    fields = asked | {
        "periods": [_dollars(asdict(one)) for one in spans],
        "postings": [_dollars(one._asdict()) for one in entries],
    }
    account = "its account" if party == "aco" else f"{party}, of its entries"
    parts: list[Table | Text] = [_table(spans)]
    if year is not None:
        parts.append(_entries(shown) if month is not None else _by_mechanism(entries))
        parts.append(Text(_ACCOUNT, style="dim"))
    return _Found(fields, f"{aco}, {arm}, replicate {asked['replicate']}: {account}, USD", parts)


def _income(made: Replicate, asked: dict[str, Any], reference: str, names: list[str]) -> _Found:
    """Return an income statement of a provider, or those of an ACO's providers."""
    arm, year = asked["arm"], asked["year"]
    model, when = made.models[arm], "" if year is None else f" of {year}"
    where = f"{arm}, replicate {asked['replicate']}"
    if "aco" in asked:
        rows = of_aco(model.ledger, names.index(asked["aco"]), year, model.practice_aco())
        title = f"{asked['aco']}, {where}: income{when} of those who care for its people, USD"
        return _Found(
            asked | {"providers": rows_told(rows)},
            title,
            [providers_table(rows), Text(OF_ACO, style="dim")],
        )
    kind = "practice" if "practice" in asked else "specialist"
    number = asked[kind]
    statements = []
    for one in (model, made.models[reference]):
        agents = one.practices if kind == "practice" else one.specialists
        if number >= len(agents):
            problem, allowed = (
                f"= {number}",
                f"must be 0 to {len(agents) - 1} in replicate {asked['replicate']}",
            )
            raise InputError(Fault("ledger", f"--{kind}", problem, allowed))
        whole = agents[number].income
        statements.append(whole if year is None else whole.of(year))
    own, other = statements
    fields = asked | {"lines": told(own, names), "income": own.cents / _CENTS}
    fields |= {"income_in_reference_arm": other.cents / _CENTS}
    beside = None if arm == reference else (reference, other)
    aco = model.practices[number].aco if kind == "practice" else None
    within = "" if aco is None else f" of {aco.plan.name}"
    parts: list[Table | Text] = [by_year(own, beside) if year is None else lines_of(own, names)]
    if year is not None and beside is not None:
        parts.append(Text(f"In {reference}: {usd(other.cents)}."))
    return _Found(
        fields, f"{kind} {number}{within}, {where}: income{when}, USD", [*parts, Text(INCOME, style="dim")]
    )


def _reports(made: Replicate, asked: dict[str, Any], store: str, names: list[str]) -> _Found:
    """Return the quarterly reports of an ACO's episode arrangements, year by year."""
    from sim.cli.episode_reports import READING, report_rows, report_table  # noqa: PLC0415

    aco, arm = asked["aco"], asked["arm"]
    rows = report_rows(made.models[arm], names.index(aco), asked["year"])
    if not rows:
        problem = f"has no episode arrangements in {arm} in the years asked for"
        raise InputError(Fault(store, aco, problem, "leadsim explain arms.cara says how to state some"))
    years = sorted({row["year"] for row in rows})
    parts: list[Table | Text] = [report_table([row for row in rows if row["year"] == one]) for one in years]
    title = f"{aco}, {arm}, replicate {asked['replicate']}: quarterly reports of episode arrangements"
    return _Found(asked | {"reports": rows}, title, [*parts, Text(READING, style="dim")])


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
        table.add_row(label, *map(usd, figures))
    return table


def _entries(found: list[Posting]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("For", "PY", "With"):
        table.add_column(heading, no_wrap=True)
    for heading in ("Received", "Paid"):
        table.add_column(heading, justify="right", no_wrap=True)
    for one in found:
        amounts = (usd(one.cents), "") if one.cents > 0 else ("", usd(-one.cents))
        table.add_row(words(one.mechanism), str(one.performance_year), words(one.counterpart), *amounts)
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
    for place, ((mechanism, performance_year, other), cents) in enumerate(sums.items(), 1):
        row = words(mechanism), str(performance_year), words(other), usd(cents)
        table.add_row(*row, end_section=place == len(sums))
    table.add_row("all", "", "", usd(sum(sums.values())))
    return table
