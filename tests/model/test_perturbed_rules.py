"""What is said of rules that change no result is found by moving every rule, and is what documents say."""

from __future__ import annotations

import perturbed_rules
import pytest
from perturbed_rules import SETTINGS, WORDS, entries_of

from sim.cli.explain import explain_key
from sim.inputs.not_acting import acts, list_path, list_text, not_acting
from sim.inputs.rule_ledger import rule_ledger


def rules_written():
    return [line for line in list_path().read_text(encoding="utf-8").splitlines() if line[:1] != "#"]


@pytest.mark.slow
@pytest.mark.long(80)
@pytest.mark.parametrize("word", WORDS)
def test_the_list_is_what_moving_every_rule_finds(word):
    written = [rule for rule in rules_written() if rule in {f"{word}{key}" for key in entries_of(word)}]
    assert written == perturbed_rules.not_acting(word), (
        "PYTHONPATH=tests python tests/model/perturbed_rules.py"
    )


def test_the_list_is_written_as_it_would_be_anew():
    assert list_path().read_text(encoding="utf-8") == list_text(rules_written())


def test_the_list_names_rules_of_the_rulebooks_once_and_in_their_order():
    lines = rules_written()
    rules = [f"{word}{key}" for word in WORDS for key in entries_of(word)]
    assert lines == [rule for rule in rules if rule in not_acting()]
    assert len(lines) == len(not_acting())


def test_a_moved_rule_that_acts_is_seen_and_one_that_does_not_is_not():
    lead = SETTINGS[0]
    assert lead.changed_by("add_on.rate", 0.02)
    assert lead.changed_by("risk.cap", [0.0, 0.0, 0.0])
    assert not lead.changed_by("prior_savings.cap", 0.5)
    assert {"add_on.rate", "prior_savings.cap"} <= lead.asked
    assert "providers.preferred_align" not in lead.asked


@pytest.mark.parametrize("entry", entries_of("").values(), ids=lambda entry: entry.key)
def test_every_rule_of_lead_can_be_moved(entry):
    values = list(perturbed_rules.moved(entry))
    assert values
    assert all(str(value) != str(entry.by_year[0][1]) for value in values[:1])


def test_the_ledger_and_explain_say_what_does_not_act():
    section = rule_ledger().split("## Not yet acting\n")[1].split("\n## ")[0]
    assert "| `providers.preferred_align` |" in section
    assert "| `stop_loss.elected` |" not in section
    assert "| `add_on.rate` |" not in section
    assert not acts("lead-py2027", "providers.preferred_align")
    assert acts("lead-py2027", "add_on.rate")
    ((_, idle),) = explain_key("program.lead-py2027.providers.preferred_align")
    ((_, acting),) = explain_key("program.lead-py2027.add_on.rate")
    assert "not yet" in dict(idle)["acts"]
    assert "acts" not in dict(acting)
