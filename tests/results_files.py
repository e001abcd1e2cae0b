"""Results files as people have them: the same few invented ACOs, written in many ways."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from pathlib import Path

PERIODS = ("BY1", "BY2", "BY3", "PY")
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


def whole_results() -> Rows:
    """Return the same ACOs with all that a scenario and a move to LEAD need, people and spending by type."""
    people = {"ESRD": 1, "DIS": 10, "AGED_Dual": 9, "AGED_NonDual": 80}
    money = {"ESRD": 80_000, "DIS": 12_000, "AGDU": 17_000, "AGND": 11_000}
    rows = []
    for row in results():
        size = int(row["N_AB"]) // 100
        by_type = {
            **{
                f"N_AB_Year_{kind}_{period}": str(size * share)
                for kind, share in people.items()
                for period in ("BY3", "PY")
            },
            **{
                f"Per_Capita_Exp_ALL_{kind}_{period}": str(usd)
                for kind, usd in money.items()
                for period in PERIODS
            },
            **{f"CMS_HCC_RiskScore_{kind}_{period}": "1.05" for kind in money for period in PERIODS},
        }
        stated = {
            "Rev_Exp_Cat": "Low Revenue",
            "Agree_Type": "Renewal",
            "Risk_Model": "Two-Sided",
            "N_AB_Year_PY": row["N_AB"],
            "BnchmkMinExp": str(int(row["ABtotBnchmk"]) - int(row["ABtotExp"])),
            "EarnSaveLoss": "0",
            "DisAdj": "*",
            "PriorSavAdj": "50",
            "Met_QPS": "1",
        }
        rows.append({**row, **by_type, **stated})
    return rows


def reach_results() -> Rows:
    """Return three invented ACOs of REACH's PY2022 as CMS writes them."""
    return [
        {
            "aco_id": name,
            "aco_name": f"{name} Health, LLC",
            "aco_type": "Standard",
            "perf_year": "2022",
            "risk_arrangement": option,
            "final_benchmark": f"{benchmark}.25",
            "tot_cost_care": str(cost),
            "tot_cost_care_net": str(cost + 1000),
            "gross_savings": str(benchmark - cost),
            "sav_rate": f"{100 * (benchmark - cost) / benchmark:.4f}",
            "shared_savings": str((benchmark - cost) // 2),
            "heba_up_amt": "1000",
            "heba_down_amt": "",
            "bene_cnt": "9683.0",
            "qual_scr": "85.5",
        }
        for name, option, benchmark, cost in (
            ("D0001", "Global", 100_000_000, 95_000_000),
            ("D0002", "Professional", 50_000_000, 51_000_000),
            ("D0003", "Global", 70_000_000, 60_000_000),
        )
    ]
