"""Entries: what a rulebook or evidence file must say, and what happens when it does not."""

import numpy as np
import pytest

from sim.inputs.evidence import parse_evidence
from sim.inputs.explain import explain_entry
from sim.inputs.faults import InputError
from sim.inputs.overrides import apply_overrides
from sim.inputs.rulebook import load_rulebook, parse_rulebook

BOOK = """
title = "Test program"
first_py = 2027
last_py = 2036
[discount.higher]
title = "Discount"
unit = "1"
values = { 2028 = "2 %", 2027 = "1.75 %", 2032 = "3 %" }
status = "secondary"
source = "A paper"
min = 0
max = 1
conflict = { value = "2 %", source = "Another paper", switch = "set discount.higher" }
[corridor]
bands.unit = "1"
bands.value = [["0 %", "100 %"], ["15 %", "50 %"]]
bands.status = "final"
bands.source = "A paper"
[addon.place]
unit = "word"
value = "outside"
choices = ["outside", "inside"]
status = "assumed"
source = "A paper"
[addon.pays]
unit = "flag"
value = true
status = "final"
source = "A paper"
"""

PARAMETERS = """
[spend.aged]
unit = "USD/month"
value = "974 USD/month"
grade = "A"
scope = "world"
source = "CMS"
distribution = { dist = "normal", sd = "15 USD/month" }
[spend.ages]
unit = "1"
value = [0.5, "150 %"]
max = 3
grade = "C"
scope = "arm"
source = "A paper"
distribution = { dist = "normal", cv = "5 %" }
"""


def faults_of(text: str, old: str, new: str) -> str:
    assert old in text
    with pytest.raises(InputError) as caught:
        parse_rulebook("book", text.replace(old, new))
    return str(caught.value)


def test_values_by_year_are_carried_forward():
    book = parse_rulebook("book", BOOK)
    assert [book.number("discount.higher", py) for py in (2027, 2028, 2031, 2032, 2036)] == pytest.approx(
        [0.0175, 0.02, 0.02, 0.03, 0.03]
    )


def test_a_yearly_value_needs_a_year_it_speaks_about():
    book = parse_rulebook("book", BOOK)
    with pytest.raises(InputError, match="no year was asked for"):
        book.value("discount.higher")
    with pytest.raises(InputError, match="asked for 2026"):
        book.value("discount.higher", 2026)


def test_tables_words_and_flags_come_out_typed():
    book = parse_rulebook("book", BOOK)
    assert np.array_equal(book.array("corridor.bands"), [[0, 1], [0.15, 0.5]])
    assert not book.array("corridor.bands").flags.writeable
    assert book.word("addon.place", 2030) == "outside"
    assert book.flag("addon.pays") is True
    with pytest.raises(InputError, match="must be one number"):
        book.number("addon.place")


@pytest.mark.parametrize("name", ["unit", "status", "source"])
def test_a_value_without_unit_source_or_status_is_a_fault(name):
    lines = [line for line in BOOK.splitlines() if not line.startswith(f"bands.{name}")]
    with pytest.raises(InputError, match=rf"book.toml: corridor.bands: states no {name}"):
        parse_rulebook("book", "\n".join(lines))


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('"1.75 %"', '"1.75 USD"', "discount.higher.2027: = '1.75 USD'"),
        ('"1.75 %"', '"175 %"', "must lie between 0 and 1"),
        ("2032 =", "2037 =", "discount.higher.2037: is not a year here"),
        ('value = "outside"', 'value = "insde"', "did you mean 'inside'"),
        ('status = "secondary"', 'status = "hearsay"', "one of final, proposed, secondary, assumed, confl"),
        ('status = "assumed"', 'status = "conflicted"', "addon.place.conflict: is missing, and status is"),
        ('unit = "1"\nvalues', 'unit = "furlong"\nvalues', "discount.higher.unit: = 'furlong'"),
        ("value = true", 'value = "yes"', "must be true or false"),
        ("min = 0", "minn = 0", "did you mean 'min'"),
        ('["15 %", "50 %"]', '["15 %"]', "rows have one length"),
        ("[addon.pays]", "[addon.pays]\nvalues = { 2027 = true }", "states both value and values"),
        (
            "[addon.pays]",
            "[addon]\nother = 3\n[addon.pays]",
            "addon.other: = 3 states a value outside an entry",
        ),
        ('switch = "set discount.higher"', 'switch = ""', "discount.higher.conflict"),
        ('title = "Test program"', "", "book.toml: title: is missing"),
    ],
)
def test_faults_say_where_what_and_what_is_allowed(old, new, message):
    assert message in faults_of(BOOK, old, new)


def test_all_faults_come_at_once():
    text = faults_of(BOOK.replace('"1.75 %"', '"x"'), '"outside"\n', '"upside"\n')
    assert "discount.higher.2027" in text
    assert "addon.place" in text


def overridden(overrides):
    book = parse_rulebook("book", BOOK)
    return apply_overrides(book.entries, overrides, "mine.toml", range(2027, 2037), by_year=True)


def test_a_scenario_replaces_a_value_for_all_years():
    entries, faults = overridden({"discount": {"higher": "4 %"}})
    assert not faults
    assert entries["discount.higher"].at(2036) == entries["discount.higher"].at(2027) == pytest.approx(0.04)


def test_a_scenario_replaces_a_value_from_a_year_on():
    entries, faults = overridden({"discount.higher": {"2030": "4 %"}, "addon.place": {2031: "inside"}})
    assert not faults
    assert [entries["discount.higher"].at(py) for py in (2027, 2029, 2030, 2036)] == pytest.approx(
        [0.0175, 0.02, 0.04, 0.04]
    )
    assert [entries["addon.place"].at(py) for py in (2027, 2030, 2031)] == ["outside", "outside", "inside"]


def test_explain_shows_what_a_scenario_changed():
    entries, _ = overridden({"discount.higher": {2030: "4 %"}})
    rows = explain_entry(entries["discount.higher"])
    assert ("value 2030", "4 %") in rows
    assert ("changed by", "mine.toml") in rows
    assert ("before 2032", "3 %") in rows
    assert ("conflict", "2 % (Another paper)") in rows
    assert ("status", "secondary") in rows


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (
            {"discount": {"hihger": 0.1}},
            "mine.toml: discount.hihger: is not a known key -> known keys here: hi",
        ),
        ({"discnt.higher": 0.1}, "did you mean 'discount'"),
        ({"discount.higher": "3 people"}, "is in people"),
        ({"discount.higher": {2026: "3 %"}}, "discount.higher.2026: is not a year here"),
        ({"addon.place": "both"}, "must be one of outside, inside"),
    ],
)
def test_faulty_overrides(overrides, message):
    _, faults = overridden(overrides)
    assert message in "\n".join(map(str, faults))


def test_evidence_has_value_and_distribution_in_one_unit():
    evidence = parse_evidence({"a.toml": PARAMETERS})
    entry = evidence.entry("spend.aged")
    assert entry.value == 974.0
    assert entry.distribution == {"dist": "normal", "sd": 15.0}
    assert np.array_equal(evidence.array("spend.ages"), [0.5, 1.5])


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('dist = "normal", sd', 'dist = "gauss", sd', "dist must be one of"),
        ('sd = "15 USD/month"', "sdd = 3", "did you mean 'sd'"),
        ('sd = "15 USD/month"', 'sd = "15 %"', "is in 1"),
        ('sd = "15 USD/month"', "sd = 1, cv = 2", "must give sd or cv"),
        ('distribution = { dist = "normal", cv = "5 %" }', "", "spend.ages: states no distribution"),
        ('cv = "5 %"', "cv = [0.05, 0.05, 0.05]", "must be a number, or a list like the value's"),
        ('cv = "5 %"', "cv = [0.05, -0.05]", "has no spread, or a negative one"),
        ('cv = "5 %"', "cv = 0", "must have some spread, or be fixed"),
        ('cv = "5 %"', 'cv = "5 %", together = "yes"', "together = 'yes' -> must be true or false"),
        ('"15 USD/month"', '"15 USD/month", together = true', "needs a list of values"),
        ('"normal", sd = "15 USD/month"', '"dirichlet", concentration = 40', "needs a list of values"),
        ('"normal", cv = "5 %"', '"dirichlet", concentration = 40, together = true', "together: is not"),
        ('"normal", cv = "5 %"', '"beta", cv = 0.05', "is a beta of too much spread"),
        ('"normal", cv = "5 %"', '"uniform", low = 0.0, high = 1.0', "low, value and high must rise"),
        ('"normal", cv = "5 %"', '"uniform", low = [0, 0], high = 2', "must be a number"),
        ('scope = "arm"\n', "", "spend.ages: states no scope"),
        ('scope = "arm"', 'scope = "market"', "one of world, arm"),
        ('[0.5, "150 %"]', "[0, 1.5]\nspread = 'Agent'", "one of parameter, agent, year"),
        ('"normal", cv = "5 %"', '"lognormal", sd = 0.1, mean_spending = [1, 1, 1]', "mean_spending ="),
    ],
)
def test_faulty_evidence(old, new, message):
    assert old in PARAMETERS
    with pytest.raises(InputError, match=message):
        parse_evidence({"a.toml": PARAMETERS.replace(old, new)})


def test_a_lognormal_needs_values_above_0_where_they_move():
    zero = PARAMETERS.replace('[0.5, "150 %"]', '[0, "150 %"]')
    moving = zero.replace('"normal", cv = "5 %"', '"lognormal", sd = 0.1')
    with pytest.raises(InputError, match="values must be above 0, or their sd 0"):
        parse_evidence({"a.toml": moving})
    still = parse_evidence({"a.toml": moving.replace("sd = 0.1", "sd = [0, 0.1]")})
    assert still.entry("spend.ages").distribution == {"dist": "lognormal", "sd": [0.0, 0.1]}


def test_a_parameter_stated_in_two_files_is_a_fault():
    with pytest.raises(InputError, match=r"is stated in a\.toml too"):
        parse_evidence({"a.toml": PARAMETERS, "b.toml": PARAMETERS})


def test_what_a_scenario_states_is_certain():
    evidence = parse_evidence({"a.toml": PARAMETERS})
    entries, faults = apply_overrides(evidence.entries, {"spend.aged": 900}, "mine.toml", range(2010, 2051))
    assert not faults
    assert entries["spend.aged"].distribution == {"dist": "fixed"}


def test_an_unknown_rulebook_is_named():
    with pytest.raises(InputError, match="rulebook: = 'lead-py2072'"):
        load_rulebook("lead-py2072")
