"""How mutants of results files are written: as text or JSON, encoded, torn, packed, or as bombs."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import random
import zipfile
from functools import cache

Grid = list[list[str]]
DELIMITERS = ",;\t| :\0"
ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp500")
SOME_BYTES = b'\0\xff\xfe"\n\r,;\t{}[]<PK\x1f\x8b'
# Beyond what any results file holds, packed into little.
BOMBS = (b"\0", b"\n", b",", b"A,B\n", b"1 ", b'"', b"[")
_BOMB_BYTES = 66 << 20
_BOMB_LINES = 6 << 20


def csv_text(grid: Grid, delimiter: str = ",", line_end: str = "\n", quoting: int = csv.QUOTE_MINIMAL) -> str:
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting).writerows(grid)
    return text.getvalue()


def torn_text(grid: Grid, chance: random.Random) -> str:
    """Return delimited text in some form, or in none."""
    usual = chance.random() < 0.75
    delimiter = "," if usual else chance.choice(DELIMITERS)
    line_end = "\n" if usual else chance.choice(("\r\n", "\r", "\n\n", "\n\r", "\u2028", "\x0b", ""))
    quoting = chance.choice((csv.QUOTE_MINIMAL, csv.QUOTE_MINIMAL, csv.QUOTE_ALL))
    if chance.random() < 0.05:
        return line_end.join(delimiter.join(row) for row in grid)
    text = csv_text(grid, delimiter, line_end, quoting)
    if chance.random() < 0.08:
        first = chance.choice(
            (f"sep={delimiter}", 'sep="', "sep=\r", "sep= ", '"sep=;"', "sep=", "sep=\u20ac")
        )
        text = f"{first}{line_end}{text}"
    return text


def json_text(grid: Grid, chance: random.Random) -> str:
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


def encoded(text: str, chance: random.Random) -> bytes:
    encoding = "utf-8" if chance.random() < 0.75 else chance.choice(ENCODINGS)
    return text.encode(encoding, errors="replace")


def torn(content: bytes, chance: random.Random) -> bytes:
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


def packed(content: bytes, chance: random.Random) -> bytes:
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
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", way) as archive:
        for name, content in held.items():
            archive.writestr(zipfile.ZipInfo(name), content, way)
    return file.getvalue()


def bomb(chance: random.Random) -> bytes:
    """Return what unpacks to more than any results file holds."""
    return _bomb(chance.choice(BOMBS), chance.choice((_BOMB_BYTES, _BOMB_LINES)), chance.random() < 0.5)


@cache
def _bomb(filling: bytes, size: int, as_zip: bool) -> bytes:
    content = filling * (size // len(filling))
    return _zip({"PY2022.csv": content}) if as_zip else gzip.compress(content, 1, mtime=0)
