"""The tables of MODEL.md are made from the code: all of it is in them, and the committed page is current."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.agents.beneficiary import FIELDS
from sim.agents.providers import PARTICIPANT_FIELDS, PREFERRED_FIELDS
from sim.behaviour.book import BEHAVIOURS
from sim.cli.odd_tables import described, draws, odd_page
from sim.inputs.evidence import load_evidence
from sim.kernels.draws import Decision

PAGE = Path(__file__).parents[2] / "docs" / "odd.md"


@pytest.fixture(scope="module")
def page() -> str:
    return odd_page()


def section(page, title):
    return page.split(f"## {title}\n")[1].split("\n## ")[0]


def cells(text, column=0):
    """Return a column of every row of a section's tables, without heads."""
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| ")]
    return [row[column].strip("| `") for row in rows if not set(row[0]) <= set("| -")]


def test_the_committed_page_is_current(page):
    assert PAGE.read_text(encoding="utf-8") == page, "leadsim odd > docs/odd.md"


def test_every_column_of_every_agent_is_listed(page):
    listed = cells(section(page, "State variables"))
    for fields in (FIELDS, PARTICIPANT_FIELDS, PREFERRED_FIELDS):
        assert {field.name for field in fields} <= set(listed)


def test_every_behaviour_says_what_it_reads(page):
    decisions = section(page, "Decisions")
    assert cells(decisions)[1:] == list(BEHAVIOURS)
    evidence = load_evidence()
    for row, told in zip(cells(decisions, 3)[1:], cells(decisions, 1)[1:], strict=True):
        assert told
        assert all(evidence.entry(key.strip("` ")) for key in row.split(","))


def test_every_draw_says_what_it_decides():
    listed = list(draws())
    assert [(int(code), name.strip("`")) for code, name, _, _ in listed] == [
        (int(decision), decision.name) for decision in Decision
    ]
    assert all(whose and what for _, _, whose, what in listed)


def test_every_parameter_is_listed_once_with_its_grade(page):
    keys = [key for key in cells(section(page, "Parameters")) if key != "key"]
    evidence = load_evidence()
    assert sorted(keys) == sorted(entry.key for entry in evidence)


def test_a_table_has_as_many_cells_as_heads(page):
    width = 0
    for line in page.splitlines():
        bars = line.replace("\\|", "").count("|")
        if line.startswith("| ") and not width:
            width = bars
        width = bars if line.startswith("| ---") else width
        if not line.startswith("|"):
            width = 0
        assert bars == width or not line.startswith("|"), line


def test_attributes_of_a_docstring():
    text = "What.\n\nAttributes\n----------\na, b : int\n    Both.\n    More.\nc\n    One.\n\nNotes\n-----\nx"
    assert list(described(text)) == [("`a`, `b`", "int", "Both. More."), ("`c`", "", "One.")]
