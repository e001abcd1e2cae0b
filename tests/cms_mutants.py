"""Random mutants of CMS's results files: cells, columns, rows, text and packing that no such file has."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import zipfile
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import NamedTuple

Grid = list[list[str]]
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
DELIMITERS = ",;\t| :\0"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp500")
SOME_BYTES = b'\0\xff\xfe"\n\r,;\t{}[]<PK\x1f\x8b'
# Beyond what any results file holds, packed into little.
BOMBS = (b"\0", b"\n", b",", b"A,B\n", b"1 ", b'"', b"[")
_BOMB_BYTES = 66 << 20
_BOMB_LINES = 6 << 20


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
        return Mutant(name, chance.choice((None, b"", b"\n", b" ", _csv(grid[:1]).encode())))
    content = _encoded(_json(grid, chance) if chance.random() < 0.1 else _torn_text(grid, chance), chance)
    if chance.random() < 0.1:
        content = _torn(content, chance)
    if chance.random() < 0.12:
        content = _packed(content, chance)
        content = _torn(content, chance) if chance.random() < 0.5 else content
    if chance.random() < 0.003:
        content = _bomb(
            chance.choice(BOMBS), chance.choice((_BOMB_BYTES, _BOMB_LINES)), chance.random() < 0.5
        )
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


def _csv(grid: Grid, delimiter: str = ",", line_end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(grid)
    return text.getvalue()


def _torn_text(grid: Grid, chance: random.Random) -> str:
    """Return delimited text in some form, or in none."""
    usual = chance.random() < 0.75
    delimiter = "," if usual else chance.choice(DELIMITERS)
    line_end = "\n" if usual else chance.choice(("\r\n", "\r", "\n\n", "\n\r", "\u2028", "\x0b", ""))
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    if chance.random() < 0.05:
        return line_end.join(delimiter.join(row) for row in grid)
    text = _csv(grid, delimiter, line_end, quoting)
    if chance.random() < 0.08:
        first = chance.choice(
            (f"sep={delimiter}", 'sep="', "sep=\r", "sep= ", '"sep=;"', "sep=", "sep=\u20ac")
        )
        text = f"{first}{line_end}{text}"
    return text


def _json(grid: Grid, chance: random.Random) -> str:
    """Return records, rows with or without names beside them, or what is hardly JSON."""
    heading, *rows = grid
    records = [dict(zip(heading, row, strict=False)) for row in rows]
    trees: tuple[object, ...] = (
        *(records, records, {"data": records}, grid, {"headers": heading, "data": rows}),
        *({"meta": {"view": {"columns": [{"name": name} for name in heading]}}, "data": rows}, heading),
        *(
            {"columns": [[name] for name in heading], "data": rows},
            {"data": {}},
            [],
            {},
            [[]],
            [[], []],
            [1, 2],
            [None],
        ),
        *([*records, 5], [records], {"headers": [None, {}], "data": rows}, [{}, {}], [{"ACO_ID": {"a": 1}}]),
        *(
            {"headers": heading, "data": records},
            [{"ACO_ID": float("nan"), "N_AB": float("inf")}],
            [heading, None],
        ),
    )
    text = json.dumps(chance.choice(trees), ensure_ascii=chance.random() < 0.5)
    kind = chance.randrange(12)
    if kind == 0:
        return "\n".join(json.dumps(record) for record in records)
    if kind == 1:
        return chance.choice(
            ("[" * 50_000, '{"a":' * 50_000, "[" * 3000 + "]" * 3000, f"[{'9' * 5000}]", '["\\ud800"]')
        )
    if kind == 2:
        return '[{"ACO_ID": "A1", "ACO_ID": "A2", "N_AB": 1e400, "ABtotExp": -0, "ABtotBnchmk": 1E5}]'
    return text


def _encoded(text: str, chance: random.Random) -> bytes:
    encoding = "utf-8" if chance.random() < 0.75 else chance.choice(ENCODINGS)
    return text.encode(encoding, errors="replace")


def _torn(content: bytes, chance: random.Random) -> bytes:
    """Return bytes that are cut, flipped, doubled or have strange ones among them."""
    at = chance.randrange(len(content) + 1)
    kind = chance.randrange(6)
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[at:]
    if kind == 2:
        return (
            content[:at]
            + bytes(chance.choice(SOME_BYTES) for _ in range(chance.choice((1, 3))))
            + content[at:]
        )
    if kind == 3:
        return content + content
    flipped = bytearray(content)
    for _ in range(chance.choice((1, 2, 5, 50)) if flipped else 0):
        # The beginning and the end hold what packed files say of themselves.
        place = chance.choice((chance.randrange(len(flipped)), chance.randrange(min(64, len(flipped)))))
        place = chance.choice((place, -1 - chance.randrange(min(128, len(flipped)))))
        flipped[place] ^= 1 << chance.randrange(8)
    return bytes(flipped)


def _packed(content: bytes, chance: random.Random) -> bytes:
    kind = chance.randrange(8)
    if kind <= 1:
        return gzip.compress(content, 1, mtime=0)
    if kind == 2:
        return bz2.compress(content, 1)
    if kind == 3:
        return lzma.compress(content, preset=0)
    if kind == 4:
        return gzip.compress(_zip({"a.csv": content}), 1, mtime=0)
    way = chance.choice((zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA))
    held = chance.choice(
        (
            {"PY2022.csv": content},
            {"PY2022.csv": content, "readme.md": b"x"},
            {"PY2022.csv": content, "other.csv": content},
            {"xl/workbook.xml": content, "[Content_Types].xml": b""},
            {"mimetype": content},
            {"a.csv.gz": gzip.compress(content, 1, mtime=0)},
            {},
            {"\u00e9\x1b[31m.csv": content},
        )
    )
    return _zip(held, way)


def _zip(held: dict[str, bytes], way: int = zipfile.ZIP_DEFLATED) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", way) as archive:
        for name, content in held.items():
            archive.writestr(zipfile.ZipInfo(name), content, way)
    return packed.getvalue()


@cache
def _bomb(filling: bytes, size: int, as_zip: bool) -> bytes:
    content = filling * (size // len(filling))
    return _zip({"PY2022.csv": content}) if as_zip else gzip.compress(content, 1, mtime=0)
