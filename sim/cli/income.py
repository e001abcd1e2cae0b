"""Income statements of a practice, of a specialist, or of all providers that an ACO deals with, as tables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from rich.box import SIMPLE_HEAD
from rich.table import Table

from sim.ledger.codes import Mechanism
from sim.ledger.income import IncomeStatement, provider_incomes

if TYPE_CHECKING:
    from sim.ledger import Ledger

_CENTS = 100.0
_SHOWN = 20
# Columns of a statement by year, and of providers one below the other.
_COLUMNS = {
    "Fees": Mechanism.FEE_FOR_SERVICE,
    "Fees reduced": Mechanism.FEE_REDUCTION,
    "Paid by ACO": Mechanism.PROVIDER_PAYMENT,
    "Distributed": Mechanism.DISTRIBUTION,
    "Enhanced PCC": Mechanism.ENHANCED_PASSED_ON,
    "CARA": Mechanism.CARA,
}
#: What the figures mean.
INCOME = (
    "Years are performance years, whenever the money moves. Fees are for anybody, of the ACO or not, before"
    " reductions; for reduced fees the ACO pays out of its capitation and advances."
)
OF_ACO = (
    "Of performance years, whenever the money moves; only what is for people aligned to the ACO or paid by"
    " it. A provider earns more elsewhere: leadsim ledger STORE --practice N or --specialist N. * is on the"
    " ACO's list of TINs in the last of these years; others are hospitals and whoever else bills."
)


def usd(cents: int) -> str:
    """Return cents as dollars."""
    return f"{cents / _CENTS:,.2f}"


def words(name: str) -> str:
    """Return the name of a mechanism or party as it is written."""
    upper = {"pcc", "tcc", "npcc", "apo", "aco", "cara", "d"}
    return " ".join(word.upper() if word in upper else word for word in name.split("_"))


def by_year(own: IncomeStatement, reference: tuple[str, IncomeStatement] | None) -> Table:
    """Return a provider's income year by year, beside that in the reference arm, if given by name."""
    has = own.by_mechanism()
    columns = {label: of.name.lower() for label, of in _COLUMNS.items() if of.name.lower() in has}
    labels = [*columns, "Income"] + ([] if reference is None else [f"In {reference[0]}", "Change"])
    table = _table("Year", labels)
    for year in (*own.years, None):
        mine = own if year is None else own.of(year)
        sums = mine.by_mechanism()
        cells = [sums.get(name, 0) for name in columns.values()]
        row = [*map(usd, cells), usd(mine.cents)]
        if reference is not None:
            theirs = (reference[1] if year is None else reference[1].of(year)).cents
            row += [usd(theirs), f"{mine.cents / theirs - 1.0:+.1%}" if theirs > 0 else ""]
        table.add_row("All" if year is None else str(year), *row, end_section=year == own.years[-1])
    return table


def lines_of(own: IncomeStatement, acos: list[str]) -> Table:
    """Return a year's statement line by line, with its sum."""
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    for heading in ("For", "With", "ACO of the people"):
        table.add_column(heading, no_wrap=True)
    table.add_column("Income", justify="right", no_wrap=True)
    for place, line in enumerate(own.lines, 1):
        aco = acos[line.aco] if line.aco >= 0 else "none"
        last = place == len(own.lines)
        table.add_row(words(line.mechanism), words(line.counterpart), aco, usd(line.cents), end_section=last)
    table.add_row("income", "", "", usd(own.cents))
    return table


def of_aco(
    book: Ledger, aco: int, year: int | None, practice_aco: NDArray[np.int64]
) -> list[tuple[str, list[int]]]:
    """Return what an ACO's practices, specialists and others are paid for its people or by it.

    Parameters
    ----------
    book : Ledger
        One that names providers.
    aco : int
    year : int or None
        Performance year; all for None.
    practice_aco : int64, shape (practices,)
        ACO of each practice's TIN, which is marked.

    Returns
    -------
    list of tuple
        Who, and cents by :data:`_COLUMNS` and in all: the largest of each kind, all the rest together, those
        whom entries do not name, and the sum.
    """
    by_column = [provider_incomes(book, [of], year=year, aco=aco) for of in _COLUMNS.values()]
    cents = np.stack([*by_column, np.sum(by_column, axis=0)], axis=-1)
    rows = []
    kinds = {
        "practice": range(book.n_practices),
        "specialist": range(book.n_practices, book.n_practices + book.n_specialists),
    }
    for kind, places in kinds.items():
        own = cents[places.start : places.stop]
        some = np.flatnonzero(own.any(axis=-1))
        some = some[np.argsort(-own[some, -1], kind="stable")]
        for one in some[:_SHOWN].tolist():
            listed = kind == "practice" and practice_aco[one] == aco
            rows.append((f"{kind} {one}{'*' if listed else ''}", own[one].tolist()))
        if (rest := some[_SHOWN:]).size:
            rows.append((f"{rest.size} more {kind}s", own[rest].sum(axis=0).tolist()))
    rows.append(("others", cents[-1].tolist()))
    rows.append(("all", cents.sum(axis=0).tolist()))
    return rows


def providers_table(rows: list[tuple[str, list[int]]]) -> Table:
    """Return :func:`of_aco` as a table without columns of zeros."""
    has = [place for place in range(len(_COLUMNS)) if any(cells[place] for _, cells in rows)]
    shown = [*has, len(_COLUMNS)]
    table = _table("Provider", [*_COLUMNS, "Income"], shown)
    for who, cells in rows:
        table.add_row(who, *(usd(cells[place]) for place in shown), end_section=who == "others")
    return table


def told(own: IncomeStatement, acos: list[str]) -> list[dict[str, Any]]:
    """Return the lines of a statement for JSON, in dollars."""
    return [
        {
            "performance_year": line.year,
            "mechanism": line.mechanism,
            "counterpart": line.counterpart,
            "aco": acos[line.aco] if line.aco >= 0 else None,
            "amount": line.cents / _CENTS,
        }
        for line in own.lines
    ]


def rows_told(rows: list[tuple[str, list[int]]]) -> list[dict[str, Any]]:
    """Return the rows of :func:`of_aco` for JSON, in dollars."""
    names = [*(of.name.lower() for of in _COLUMNS.values()), "income"]
    return [
        {"provider": who, **{name: value / _CENTS for name, value in zip(names, cells, strict=True)}}
        for who, cells in rows
    ]


def _table(first: str, labels: list[str], shown: Iterable[int] | None = None) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column(first, no_wrap=True)
    for place in range(len(labels)) if shown is None else shown:
        table.add_column(labels[place], justify="right", no_wrap=True)
    return table
