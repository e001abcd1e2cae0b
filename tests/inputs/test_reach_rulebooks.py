"""What the ACO REACH rulebooks say by year, and that each states only what changed."""

import numpy as np
import pytest

from sim.inputs.rulebook import load_rulebook

BOOKS = ("reach-py2021", "reach-py2022", "reach-py2023", "reach-py2024", "reach-py2025", "reach-py2026")
GLOBAL_EDGES = [0, 0.25, 0.35, 0.5]

# One value for each performance year from 2021 on, or one for all.
BY_YEAR = {
    "corridors.global.edges": [GLOBAL_EDGES] * 5 + [[0, 0.10, 0.35, 0.5]],
    "corridors.global.shares": [1, 0.5, 0.25, 0.1],
    "corridors.professional.edges": [0, 0.05, 0.10, 0.15],
    "corridors.professional.shares": [0.5, 0.35, 0.15, 0.05],
    "discount.global": [0.02, 0.02, 0.03, 0.03, 0.035, 0.035],
    "discount.professional": 0.0,
    "quality.withhold": [0.05, 0.05, 0.02, 0.02, 0.02, 0.05],
    "retention.withhold": 0.02,
    "sequestration.gains": 0.02,
    "sequestration.losses": 0.0,
    "benchmark.base_years": [2017, 2018, 2019],
    "benchmark.base_year_weights": [0.1, 0.3, 0.6],
    "benchmark.history_share.standard": [0.65, 0.65, 0.60, 0.55, 0.55, 0.60],
    "benchmark.history_share.new_entrant": [0.0, 0.0, 0.0, 0.0, 0.50, 0.55],
    "benchmark.history_share.high_needs": [0.0, 0.0, 0.0, 0.0, 0.50, 0.55],
    "benchmark.regional_effect_up": [0.05, 0.05, 0.05, 0.05, 0.03, 0.03],
    "benchmark.regional_effect_down": 0.02,
    "trend.retrospective_edges": [[0], [0], [0]] + [[0, 0.04, 0.08]] * 3,
    "trend.retrospective_shares": [[1], [1], [1]] + [[1, 0.5, 0]] * 3,
    "trend.retrospective_threshold": 0.01,
    "risk.cap": 0.03,
    "risk.cap_high_needs": 0.10,
    "risk.reduction_limit": [None, None, None, 0.01, 0.01, 0.01],
    "risk.reduction_limit_high_needs": [None, None, None, None, None, 0.02],
    "health_equity.up": [0, 0, 30, 30, 30, 30],
    "health_equity.down": [0, 0, -6, -6, -6, -6],
    "capitation.benchmark": "after_discount",
    "capitation.quality_earned": 0.0,
    "capitation.base_rate": "lookback",
    "capitation.base_share": 0.017,
    "capitation.target": 0.07,
    "capitation.enhanced_floor": 0.02,
    "capitation.enhanced_repaid": 1.0,
    "capitation.tcc_options": ["global"],
    "capitation.participant_reduction": 1.0,
    "capitation.preferred_reduction": [0.01, 1.0],
    "capitation.leakage_withhold": 0.0,
    "capitation.vintage_months": [6, 9, 12],
    "capitation.vintage_known": [0.0, 0.25, 0.5, 0.75],
    "capitation.rates_known": [0.0, 0.25, 0.5, 0.75],
    "capitation.eligibility_lag": 1,
    "capitation.sequestered": True,
    "capitation.enhanced_sequestered": False,
    "alignment.smallest.standard": 5000,
    "alignment.smallest.new_entrant": [1000, 1000, 2000, 3000, 4000, 5000],
    "alignment.smallest.high_needs": [250, 250, 500, 750, 1000, 1250],
    "alignment.buffer": [0, 0, 0, 0.1, 0.1, 0.1],
    "alignment.buffer_uses": 1,
    "alignment.below_smallest": "out",
    "alignment.year_weights": [1 / 3, 2 / 3],
}


@pytest.mark.parametrize("key", BY_YEAR)
def test_values_by_year(key):
    stated = BY_YEAR[key]
    by_year = isinstance(stated, list) and len(stated) == len(BOOKS)
    for at, name in enumerate(BOOKS):
        book, value = load_rulebook(name), stated[at] if by_year else stated
        if value is None:
            assert key not in book
        elif isinstance(value, str):
            assert book.word(key) == value
        else:
            found = np.asarray(book.value(key)).tolist()
            words = isinstance(np.ravel(found)[0], str)
            assert found == (value if words else pytest.approx(value, rel=1e-12)), name


def test_every_rule_is_checked_here():
    assert {key for name in BOOKS for key in load_rulebook(name).entries} == set(BY_YEAR)


def test_each_rulebook_is_of_one_year_and_extends_the_one_before():
    for at, name in enumerate(BOOKS):
        book = load_rulebook(name)
        assert book.first_py == book.last_py == 2021 + at
        assert book.chain == BOOKS[at::-1]


def test_sources_in_conflict_say_how_to_switch():
    entry = load_rulebook("reach-py2025").entry("discount.global")
    assert entry.conflict is not None
    assert "4.0 %" in entry.conflict.value
    changed = load_rulebook("reach-py2025", {"discount.global": "4 %"})
    assert changed.number("discount.global") == pytest.approx(0.04)


def test_what_was_not_found_is_assumed():
    assert "health_equity.up" in load_rulebook("reach-py2024").assumed()
    assert "health_equity.up" not in load_rulebook("reach-py2023").assumed()
