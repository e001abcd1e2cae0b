"""The house stays in rooms one can take in: no long file, and no function whose name has no object."""

from __future__ import annotations

import ast
from pathlib import Path

SIM = Path(__file__).parents[1] / "sim"
LONGEST = 400
# Verbs that leave open what is done to what, and nouns that could be anything.
REFUSED = {
    "miss",
    "stand",
    "weigh",
    "handle",
    "manage",
    "process",
    "helper",
    "util",
    "utils",
    "thing",
    "stuff",
}


def test_no_file_is_longer_than_one_can_take_in() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SIM.rglob("*.py")}
    assert {str(path.relative_to(SIM)): lines for path, lines in lengths.items() if lines > LONGEST} == {}


def test_a_functions_name_says_its_object() -> None:
    refused = [
        f"{path.relative_to(SIM)}:{node.lineno} {node.name}"
        for path in sorted(SIM.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef) and node.name.strip("_") in REFUSED
    ]
    assert refused == []


def test_no_module_is_a_drawer_for_everything() -> None:
    names = {path.stem for path in SIM.rglob("*.py")}
    assert names & {"util", "utils", "helper", "helpers", "misc", "common"} == set()
