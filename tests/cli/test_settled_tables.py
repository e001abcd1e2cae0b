"""What ``leadsim settle`` and ``leadsim rebenchmark`` show of a file's ACOs."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from sim.cli import run_command

ROWS = [
    {
        "aco_id": f"A{number}",
        "gross_savings": 1.5e6,
        "earned": None,
        "rate": -0.0,
        **{f"published_{i}": 1e9 for i in range(12)},
    }
    for number in range(30)
]


@pytest.mark.parametrize(
    ("home", "name", "options"),
    [
        ("sim.audit.settle", "settle", ["--program", "mssp"]),
        ("sim.audit.rebenchmark", "rebenchmark", ["--option", "global"]),
    ],
)
def test_a_settled_file_is_shown_in_part_and_given_whole_as_json(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    home: str,
    name: str,
    options: list[str],
) -> None:
    asked = []

    def evaluate(*given: object, **named: object) -> SimpleNamespace:
        asked.append((given, named))
        return SimpleNamespace(
            rows=ROWS,
            totals={"acos": 30, "gross_savings": 4.5e7, "unknown": float("nan")},
            notes=("row 9 was left out",),
        )

    monkeypatch.setattr(f"{home}.{name}", evaluate)
    assert run_command([name, "file.csv", *options, "--out", "rows.csv", "--year", "2024"]) == 0
    given, named = asked[0]
    assert given[0] == Path("file.csv")
    assert named["out"] == Path("rows.csv")
    assert 2024 in named.values()
    shown, told_beside = capsys.readouterr()
    assert told_beside == "row 9 was left out\n"
    assert "45,000,000" in shown
    assert "A19" in shown
    assert "A20" not in shown
    assert "10 more ACOs and all columns" in shown
    assert "…" not in shown
    assert "-0" not in shown
    assert max(map(len, shown.splitlines())) <= 100
    assert run_command([name, "file.csv", *options, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["unknown"] is None
    assert [row["aco_id"] for row in told["rows"]] == [row["aco_id"] for row in ROWS]
