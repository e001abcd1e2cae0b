"""The rule ledger lists every rule, with the tests that name it, and the committed page is current."""

from pathlib import Path

import pytest

from sim.inputs.rule_ledger import rule_ledger
from sim.inputs.rulebook import available_rulebooks, load_rulebook

PAGE = Path(__file__).parents[2] / "docs" / "rules.md"


@pytest.fixture(scope="module")
def ledger() -> str:
    return rule_ledger()


def test_the_committed_page_is_current(ledger):
    assert PAGE.read_text(encoding="utf-8") == ledger, "leadsim rules > docs/rules.md"


def test_every_rule_of_every_rulebook_is_listed_once(ledger):
    sections = dict(part.split("\n", 1) for part in ledger.split("## ")[1:])
    for name in available_rulebooks():
        for entry in load_rulebook(name):
            assert sections[entry.file.removesuffix(".toml")].count(f"`{entry.key}`<br>") == 1, (
                name,
                entry.key,
            )


def test_every_rule_of_lead_names_a_test(ledger):
    section = ledger.split("## lead-rfa-2026-04\n")[1].split("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows
    assert all("::test_" in row.rsplit(" | ", 1)[1] for row in rows)


def test_a_rule_with_its_own_test_names_that_one_first(ledger):
    row = next(line for line in ledger.splitlines() if line.startswith("| `stop_loss.attachments`<br>"))
    assert "test_the_numbers_are_those_of_lead_py2027" in row
