"""What the ACO REACH rulebooks say by year, and that each states only what changed."""

import pytest

from sim.inputs.rulebook import load_rulebook

YEARS = range(2021, 2027)
BY_YEAR = {
    "discount.global": (0.02, 0.02, 0.03, 0.03, 0.035, 0.035),
    "discount.professional": (0.0,) * 6,
    "quality.withhold": (0.05, 0.05, 0.02, 0.02, 0.02, 0.05),
    "benchmark.history_share.standard": (0.65, 0.65, 0.60, 0.55, 0.55, 0.60),
    "benchmark.history_share.new_entrant": (0.0, 0.0, 0.0, 0.0, 0.50, 0.55),
    "alignment.smallest.high_needs": (250, 250, 500, 750, 1000, 1250),
    "alignment.smallest.new_entrant": (1000, 1000, 2000, 3000, 4000, 5000),
    "health_equity.up": (0, 0, 30, 30, 30, 30),
}


@pytest.mark.parametrize("key", BY_YEAR)
def test_values_by_year(key):
    found = [load_rulebook(f"reach-py{py}").number(key) for py in YEARS]
    assert found == pytest.approx(BY_YEAR[key])


def test_each_rulebook_is_of_one_year_and_extends_the_one_before():
    for py in YEARS:
        book = load_rulebook(f"reach-py{py}")
        assert (book.first_py, book.last_py) == (py, py)
        assert book.chain == tuple(f"reach-py{year}" for year in range(py, 2020, -1))


def test_sources_in_conflict_say_how_to_switch():
    entry = load_rulebook("reach-py2025").entry("discount.global")
    assert entry.conflict is not None
    assert "4.0 %" in entry.conflict.value
    changed = load_rulebook("reach-py2025", {"discount.global": "4 %"})
    assert changed.number("discount.global") == pytest.approx(0.04)


def test_what_was_not_found_is_assumed():
    assert "health_equity.up" in load_rulebook("reach-py2024").assumed()
    assert "health_equity.up" not in load_rulebook("reach-py2023").assumed()
