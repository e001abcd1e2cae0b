"""Results files as people have them: the same few invented ACOs, written in many ways."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path

Rows = list[dict[str, str]]


def results() -> Rows:
    """Return three invented ACOs of PY2022 as CMS writes them: gross savings 5, 2 and -1 percent."""
    common = {"HistBnchmk": "10000", "UpdatedBnchmk": "11000", "Agreement_Period_Num": "2"}
    money = (("A1", 10_000, 110_000_000, 5), ("A2", 20_000, 220_000_000, 2), ("A3", 30_000, 330_000_000, -1))
    return [
        {
            "ACO_ID": name,
            "ACO_Name": f"{name} Health, LLC",
            "Current_Start_Date": "01/01/2022",
            "Current_Track": "EN",
            "N_AB": str(people),
            "Sav_rate": f"{percent}.00%",
            "MinSavPerc": "1.00%",
            "QualScore": "90.00%",
            "FinalShareRate": "75.00%",
            "ABtotBnchmk": str(benchmark),
            "ABtotExp": str(benchmark * (100 - percent) // 100),
            "RegAdj": "100",
            "N_AB_Year_AGED_NonDual_PY": str(people),
            "CMS_HCC_RiskScore_AGND_PY": "1.02",
            **common,
        }
        for name, people, benchmark, percent in money
    ]


def changed(columns: Iterable[str], change: Callable[[str], str], rows: Rows | None = None) -> Rows:
    """Return rows with `change` made to every cell of some columns."""
    chosen = set(columns)
    return [
        {name: change(cell) if name in chosen else cell for name, cell in row.items()}
        for row in rows or results()
    ]


def as_csv(rows: Rows, delimiter: str = ",") -> str:
    """Return rows as delimited text."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(rows[0]), delimiter=delimiter, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def saved(folder: Path, content: str | bytes | Rows, name: str = "PY2022.csv") -> Path:
    """Write a file and return its path."""
    path = folder / name
    content = as_csv(content) if isinstance(content, list) else content
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path
