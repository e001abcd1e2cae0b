"""Random mutants of CMS's results files: cells, columns, rows, text and packing that no such file has."""

from __future__ import annotations

import csv
import gzip
import random
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

from cms_mutant_files import Grid, bomb, csv_text, encoded, json_text, packed, torn, torn_text

ROWS = 4

ODD_CELLS = (
    *("", "*", ".", "-", "--", "<11", "n/a", "NaN", "nan", "inf", "-inf", "Infinity", "0", "-0", "1", "-1"),
    *("-5", "(5)", "((5))", "5-", "--5", "1$00", "$", "%", "12 %", "12.5%", "-300%", "$1%", "1e5", "1e308"),
    *(
        "-1e308",
        "1e999",
        "1e-300",
        "5e-324",
        "1" + "0" * 300,
        "9" * 5000,
        "1." + "3" * 5000,
        "0." + "0" * 50 + "1",
    ),
    *(
        "1,234,567",
        "1,23",
        "1.234.567",
        "1.234.567,89",
        "1'234",
        "1 234",
        "12,34,567",
        "0,5",
        "1e9",
        "1e12",
        "1e15",
    ),
    *(
        "text",
        "True",
        "#REF!",
        "#N/A",
        "=1+1",
        "@x",
        "\u0663\u0664",
        "\u00b2",
        "\u2212 5",
        "a\0b",
        '"',
        'a"b',
        "'",
    ),
    *(
        "a\nb",
        "a\r\nb",
        "\x1b[31mred",
        "\u2028",
        "\ufffd",
        "a" * 3000,
        "1" + " " * 20_000 + "1",
        "all " * 5000,
    ),
    *(
        "Total",
        "Grand total",
        "Average",
        "2022",
        "20222",
        "1999",
        "PY2022",
        "2021.0",
        "01/01/2022",
        "1/13/22",
    ),
    *(
        "2022-02-30",
        "99999",
        "31DEC2021",
        "EN",
        "Z",
        "Track 1+",
        "High Revenue",
        "Global",
        "high",
        "{}",
        "[1]",
        "0.01",
    ),
    *(
        "1e-7",
        "70000001",
        "0.49",
        "250",
        "1e6",
        "-1e6",
        "16",
        "e5",
        "1e",
        ".5.",
        "5.",
        ".5",
        "+5",
        "+-5",
        "0x10",
    ),
)
ODD_NAMES = (
    *(
        "",
        " ",
        "x",
        "ACO_ID",
        "aco id",
        "N_AB",
        "Performance_Year",
        "Year",
        "PY",
        "name",
        "track",
        "\0",
        '"',
        "a\nb",
    ),
    *(
        "N_AB ",
        "Sav_rat",
        "MinSavPrc",
        "x" * 30_000,
        "1",
        "\ufeffACO_ID",
        "benchmark_usd",
        "expenditure_usd",
        "option",
    ),
)
YEARS = (
    *(
        "PY2022.csv",
        "PY22.csv",
        "2022.csv",
        "results.csv",
        "PY2021-2022.csv",
        "PY1999.csv",
        "PY2036.csv",
        "PY2099.csv",
    ),
    *(
        "PY2013.csv",
        "2022 2021.csv",
        "results 2022-01-01.csv",
        "PY2022.csv.gz",
        "PY2018.csv",
        "py 2022 \u00e9.csv",
        "2022",
    ),
)


class Base(NamedTuple):
    """A sound file: its name, and its heading and rows."""

    name: str
    grid: Grid


class Mutant(NamedTuple):
    """A file that nobody should have: its name, and its bytes; None for a folder."""

    name: str
    content: bytes | None


def base_of(path: Path, chance: random.Random) -> Base:
    """Return a few rows of a public file, under a name that says its year where the original's does."""
    heading, rows = _held(path)
    picked = [list(chance.choice(rows)) for _ in range(ROWS)]
    return Base(path.name.removesuffix(".gz"), [list(heading), *picked])


@cache
def _held(path: Path) -> tuple[list[str], Grid]:
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as file:
        heading, *rows = csv.reader(file)
    return heading, rows


def mutant(base: Base, seed: int) -> Mutant:
    """Return a mutant of a file; the same one for a seed."""
    chance = random.Random(f"cms {seed}")  # noqa: S311
    name, grid = base.name, [list(row) for row in base.grid]
    for _ in range(chance.choice((0, 0, 1, 1, 1, 1, 2, 4))):
        chance.choice((*[_other_cell] * 12, *GRID_KINDS))(grid, chance)
    if chance.random() < 0.1:
        name = chance.choice(YEARS)
    if chance.random() < 0.02:
        return Mutant(name, chance.choice((None, b"", b"\n", b" ", csv_text(grid[:1]).encode())))
    content = encoded(json_text(grid, chance) if chance.random() < 0.1 else torn_text(grid, chance), chance)
    if chance.random() < 0.1:
        content = torn(content, chance)
    if chance.random() < 0.12:
        content = packed(content, chance)
        content = torn(content, chance) if chance.random() < 0.5 else content
    if chance.random() < 0.003:
        content = bomb(chance)
    return Mutant(name, content)


def _other_cell(grid: Grid, chance: random.Random) -> None:
    row = chance.choice(grid[1:] or grid)
    if not row:
        return
    # Few of CMS's many columns are read; these are.
    read = [at for at, name in enumerate(grid[0][: len(row)]) if name.lower().startswith(READ)]
    at = chance.choice(read) if read and chance.random() < 0.8 else chance.randrange(len(row))
    cell = chance.choice(ODD_CELLS)
    kind = chance.randrange(8)
    if kind == 0:
        cell = f"{row[at]}{chance.choice(('%', '$', ' USD', '-', '0' * 20, ',00', 'e300', ' ', chr(0)))}"
    elif kind == 1:
        cell = f"{chance.choice('-($+0')}{row[at]}"
    elif kind <= 4:
        cell = _scaled(row[at], chance)
    if chance.random() < 0.1:
        for other in grid[1:]:
            other[at : at + 1] = [cell]
    row[at] = cell


def _scaled(cell: str, chance: random.Random) -> str:
    """Return a number that could be one of the column, and one that could not."""
    number = cell.strip("%$").replace(",", "")
    try:
        scaled = float(number) * chance.choice((-1.0, 0.0, 1e-9, 0.01, 0.3, 0.9, 1.1, 3.0, 10.0, 100.0, 1e9))
    except ValueError:
        return cell
    return f"{scaled:.{chance.choice((0, 0, 2, 6))}f}{'%' if '%' in cell else ''}"


READ = (
    *(
        "aco_",
        "n_ab",
        "abtot",
        "sav_rate",
        "minsav",
        "qual",
        "final",
        "hist",
        "updat",
        "reg",
        "posreg",
        "prior",
    ),
    *(
        "agree",
        "current",
        "per_capita_exp_all_agnd",
        "per_capita_exp_all_esrd",
        "cms_hcc",
        "tot_cost",
        "perf",
    ),
    *(
        "risk",
        "heba",
        "gross",
        "shared",
        "option",
        "benchmark",
        "year",
        "start",
        "rev",
        "dis",
        "earn",
        "met_",
    ),
)


def _columns(
    change: Callable[[list[str], int, random.Random], None],
) -> Callable[[Grid, random.Random], None]:
    """Return what makes the same change to a place of every row."""

    def changed(grid: Grid, chance: random.Random) -> None:
        at, seed = chance.randrange(len(grid[0]) or 1), chance.random()
        for row in grid:
            change(row, at, random.Random(seed))  # noqa: S311

    return changed


def _renamed(grid: Grid, chance: random.Random) -> None:
    if grid[0]:
        at = chance.randrange(len(grid[0]))
        name = grid[0][at]
        other = (
            name.lower(),
            name[1:],
            f"{name}s",
            name.replace("_", " "),
            name[::-1],
            chance.choice(grid[0]),
        )
        grid[0][at] = chance.choice((*other, *ODD_NAMES))


def _without_row(grid: Grid, chance: random.Random) -> None:
    if len(grid) > 1:
        del grid[chance.randrange(len(grid))]


def _with_row(grid: Grid, chance: random.Random) -> None:
    note = ["", "Source: CMS", *[""] * (len(grid[0]) - 2)]
    row = chance.choice((list(chance.choice(grid)), ["Total", *grid[-1][1:]], [], [""], note, ["x"], ["*"]))
    grid.insert(chance.randrange(len(grid) + 1), row)


def _swapped_rows(grid: Grid, chance: random.Random) -> None:
    chance.shuffle(grid)


def _ragged(grid: Grid, chance: random.Random) -> None:
    row = chance.choice(grid)
    if chance.random() < 0.5:
        row.extend(["", "x"][: chance.randrange(3)] * chance.choice((1, 1, 500)))
    else:
        del row[chance.randrange(len(row) + 1) :]


def _summed(grid: Grid, chance: random.Random) -> None:
    """Append a row of the sums of all columns, under an id like the others."""

    def total(at: int) -> str:
        try:
            return f"{sum(float(row[at]) for row in grid[1:]):.0f}"
        except (ValueError, IndexError, OverflowError):
            return "S1"

    grid.append([total(at) for at in range(len(grid[0]))])


def _many(grid: Grid, chance: random.Random) -> None:
    """Append far more rows, or columns, than there were."""
    if chance.random() < 0.5:
        grid.extend([list(chance.choice(grid)) for _ in range(400)])
    else:
        for number, row in enumerate(grid):
            row.extend([f"N_AB_Yaer_{at}" if number == 0 else "1" for at in range(800)])


def _drop(row: list[str], at: int, chance: random.Random) -> None:
    del row[at : at + 1]


def _double(row: list[str], at: int, chance: random.Random) -> None:
    row[at:at] = row[at : at + 1]


def _shuffle(row: list[str], at: int, chance: random.Random) -> None:
    chance.shuffle(row)


def _blank(row: list[str], at: int, chance: random.Random) -> None:
    row.insert(at, "")


GRID_KINDS: tuple[Callable[[Grid, random.Random], None], ...] = (
    *(_columns(_drop), _columns(_drop), _columns(_double), _columns(_shuffle), _columns(_blank)),
    *(_renamed, _renamed, _without_row, _with_row, _with_row, _swapped_rows, _ragged, _summed, _many),
)
