"""Values are checked where they enter: every entry, stated or changed, by its shape and its bounds."""

import numpy as np
import pytest
from extremes import bounds, little, misshapen, plain, strange, unlikely

from sim.inputs.evidence import YEARS, load_evidence
from sim.inputs.evidence_draw import draw_evidence
from sim.inputs.explain import explain_entry
from sim.inputs.faults import InputError
from sim.inputs.limits import NO_LIMITS
from sim.inputs.overrides import apply_overrides
from sim.inputs.rulebook import available_rulebooks, load_rulebook
from sim.inputs.values import parse_value
from sim.kernels.draws import make_key

BOOKS = {"evidence": load_evidence(), **{name: load_rulebook(name) for name in available_rulebooks()}}
ENTRIES = [
    pytest.param(book, entry, id=f"{name}:{entry.key}") for name, book in BOOKS.items() for entry in book
]


def changed(book, entry, value):
    """Return the entry as a scenario changes it, and the faults of that."""
    first = getattr(book, "first_py", YEARS[0])
    years = range(first, getattr(book, "last_py", YEARS[-1]) + 1)
    entries, faults = apply_overrides(book.entries, {entry.key: value}, "mine.toml", years)
    return entries[entry.key], [str(fault) for fault in faults]


@pytest.mark.parametrize(("book", "entry"), ENTRIES)
def test_an_entry_has_one_shape(book, entry):
    for value in misshapen(entry):
        _, faults = changed(book, entry, value)
        assert len(faults) == 1, value
        assert faults[0].startswith(f"mine.toml: {entry.key}: = ")
        assert "->" in faults[0]


@pytest.mark.parametrize(("book", "entry"), ENTRIES)
def test_what_an_entry_hardly_is_breaks_its_bounds_or_lies_in_them(book, entry):
    for value in unlikely(entry):
        after, faults = changed(book, entry, value)
        if faults:
            assert faults[0].startswith(f"mine.toml: {entry.key}: = ")
            assert len(faults[0]) < 700
        elif entry.unit not in ("word", "flag"):
            found = np.asarray(after.value)
            assert found.shape == np.shape(entry.by_year[0][1])
            assert entry.limits.min <= found.min() <= found.max() <= entry.limits.max


@pytest.mark.parametrize(("book", "entry"), ENTRIES)
def test_no_number_goes_without_bounds(book, entry):
    if np.asarray(entry.by_year[0][1]).dtype != np.float64:
        assert entry.limits.min is entry.limits.max is None
        return
    assert np.isfinite([entry.limits.min, entry.limits.max]).all()
    if entry.limits.held:
        assert changed(book, entry, plain(entry))[1][0].endswith(entry.limits.held)
        return
    for value in bounds(entry):
        assert changed(book, entry, value)[1] == []
    for value in strange(entry):
        assert len(changed(book, entry, value)[1]) == 1


def test_words_of_the_evidence_are_chosen_or_held():
    words = [entry for entry in BOOKS["evidence"] if entry.unit == "word"]
    assert words
    assert [entry.key for entry in words if not (entry.choices or entry.limits.held)] == []


def test_drawn_values_keep_to_their_bounds_and_shape():
    evidence = BOOKS["evidence"]
    for replicate in range(40):
        for entry in draw_evidence(evidence, make_key(5, replicate)):
            stated = evidence.entries[entry.key]
            for (_, drawn), (_, value) in zip(entry.by_year, stated.by_year, strict=True):
                assert np.shape(drawn) == np.shape(value)
                if np.asarray(drawn).dtype == np.float64:
                    assert stated.limits.broken(drawn) is None, entry.key


@pytest.mark.parametrize(
    ("key", "value", "said"),
    [
        ("evidence.spending.event_chance", ["13 %"], "must be a list of 4 numbers, not a list of 1 numbers"),
        ("evidence.spending.level", [-900, 1, 1, 1], "between 10 and 100,000 (unit USD/month)"),
        ("evidence.effect.physician", [-600.0] * 7, "must lie between -0.25 and 0.25"),
        ("evidence.effect.scale", [1.0], "must be one number, not a list of 1 numbers"),
        ("evidence.effect.physician", "-1 %", "must be a list of 7 numbers, not one number"),
        ("evidence.demography.age", [[1.0]], "must be a list of 4 lists, each a list of 13 numbers"),
        ("evidence.demography.mix", [0.3, 0.3, 0.3, 0.3], "must add up to 1"),
        ("evidence.conditions.names", ["flu"], "the simulation knows these by name and place"),
        ("evidence.effect.scale", {"2030": 1.0}, "is a table -> must be one number for all years"),
        ("arms.lead.evidence.coding.most", 3, "must lie between 0 and 0.5"),
        ("program.values.corridors.global.savings", ["90 %", "50 %"], "must be a list of 4 numbers"),
        ("program.values.corridors.global.edges", [0, 0.5, 0.25, 0.75], "must rise"),
        ("program.values.baseline.years", 2.5, "must be a whole number"),
        ("program.values.stop_loss.attachments", [2, 1], "must rise"),
        ("arms.lead.values.discount.professional", 1e300, "must lie between 0 and 1"),
        ("program.values.mssp.benchmark.prior_savings_cap", {"2028": 0.1}, "one number for all years"),
    ],
)
def test_a_scenario_that_breaks_a_limit_is_a_fault_at_load(key, value, said):
    with pytest.raises(InputError) as caught:
        little().replace({key: value})
    assert said in str(caught.value)


def test_all_faults_are_told_at_once():
    with pytest.raises(InputError) as caught:
        little().replace(
            {
                "evidence": {"effect.scale": -1, "spending.level": 5},
                "program.values": {"discount.professional": 2},
            }
        )
    assert len(caught.value.faults) == 3


def test_a_rule_of_lead_may_change_from_a_year_on():
    scenario = little().replace({"program.values.discount.professional": {"2029": "1 %"}})
    assert [scenario.rulebook("lead").number("discount.professional", py) for py in (2028, 2029)] == [0, 0.01]


def test_explain_says_shape_and_bounds():
    rows = dict(explain_entry(BOOKS["evidence"].entry("demography.mix")))
    assert rows["shape"] == "a list of 4 numbers"
    assert rows["bounds"] == "0.001 <= value <= 1, adding up to 1"
    assert (
        dict(explain_entry(BOOKS["mssp"].entry("msr.elections")))["shape"]
        == "a list of numbers of any length"
    )
    assert "by name and place" in dict(explain_entry(BOOKS["evidence"].entry("services.names")))["held"]


@pytest.mark.parametrize("value", [float("inf"), float("nan"), 10**400, "1e999 %"])
def test_numbers_are_finite(value):
    with pytest.raises(ValueError, match="must be a finite number"):
        parse_value(value, "1", limits=NO_LIMITS)


def test_deep_lists_are_no_table():
    value = 1.0
    for _ in range(500):
        value = [value]
    with pytest.raises(ValueError, match="a list or a table"):
        parse_value(value, "1")
