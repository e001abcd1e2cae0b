"""Which unsettled rule would turn a decision: what is tried, and what counts as turning it."""

from __future__ import annotations

import numpy as np
import pytest
from decided import results
from worlds import aco, scenario_of

from sim.evaluation.choices import Choices, choices_of
from sim.evaluation.decision import outcomes_of
from sim.evaluation.unsettled import Reading, Readings, contenders, lead_of, readings_of, turned
from sim.inputs.faults import InputError

WITHOUT = ("payments", "cara", "stop_loss")


@pytest.fixture(scope="module")
def choices() -> Choices:
    return choices_of(scenario_of(aco("a", "6,000 people", entry="renewing")), None, WITHOUT)


@pytest.fixture(scope="module")
def readings(choices: Choices) -> Readings:
    return readings_of(choices, ["professional", "global", "mssp", "neither"])


def of_key(readings: Readings, key: str) -> dict[str, set[str]]:
    """Return the arms that are tried under each other reading of a rule."""
    return {
        reading.other: {arm for (at, arm) in readings.arms if at == place}
        for place, reading in enumerate(readings.tried)
        if reading.key == key
    }


def test_words_are_tried_as_every_other_word_flags_as_their_opposite(readings: Readings) -> None:
    lead = {"global", "professional"}
    assert of_key(readings, "trend.guard_path") == dict.fromkeys(("'triangular'", "'frozen'", "'open'"), lead)
    assert of_key(readings, "prior_savings.prorated") == {"false": lead}


def test_other_sources_are_tried_by_their_switch_or_their_rulebook(readings: Readings) -> None:
    assert of_key(readings, "efficiency.cap_former_mssp") == {"'5 %'": {"global", "professional"}}
    # Global has no such corridor: it is nothing to it.
    assert of_key(readings, "corridors.professional.savings") == {
        "['50 %', '35 %', '15 %', '5 %']": {"professional"}
    }
    assert of_key(readings, "rate_book.share") == {"{ 2032 = '100 %' }": {"global", "professional"}}


def test_amounts_without_another_are_named_and_not_tried(readings: Readings) -> None:
    tried = {reading.key for reading in readings.tried}
    assert "trend.prospective_growth" in readings.untried
    assert not tried & set(readings.untried)


def test_each_reading_acts_in_its_own_arm_and_in_nothing_else(choices: Choices, readings: Readings) -> None:
    made = readings.scenario
    assert made is not None
    assert made.study.reference_arm == "neither"
    assert set(made.arms) == {"neither", *readings.arms.values()}
    for (place, arm), name in readings.arms.items():
        reading = readings.tried[place]
        usual, own = choices.scenario.rulebook(arm), made.rulebook(name)
        assert own.changed() == sorted({*usual.changed(), reading.key}, key=own.keys().index), name
        for year in made.years:
            assert made.arms[name].terms("a", year) == choices.scenario.arms[arm].terms("a", year)


def test_what_is_asked_for_is_tried_too_and_an_unknown_rule_is_told(choices: Choices) -> None:
    asked = readings_of(choices, ["global", "neither"], {"quality.plan_share": "50 %"})
    assert of_key(asked, "quality.plan_share") == {"'50 %'": {"global"}}
    assert "quality.plan_share" not in asked.untried
    with pytest.raises(InputError, match="plan_shar"):
        readings_of(choices, ["global"], {"quality.plan_shar": "50 %"})


def test_a_decision_without_a_program_rests_on_no_rule(choices: Choices) -> None:
    assert readings_of(choices, ["neither"]) == Readings(None, (), {}, ())


def test_contenders_are_the_best_of_each_program_and_option() -> None:
    found = choices_of(scenario_of(aco("a", "6,000 people", entry="renewing")))
    arms = {
        "neither": [[0, 0]] * 2,
        "mssp": [[1, 1]] * 2,
        "global_claims": [[2, 2]] * 2,
        "global_tcc": [[3, 3]] * 2,
        "professional_pcc": [[1, 0]] * 2,
    }
    order = sorted(outcomes_of(results(arms), "a", {}), key=lambda one: -one.mean.value)
    assert contenders(found, order) == ["global_tcc", "mssp", "professional_pcc", "neither"]


def reading(name: str) -> Reading:
    return Reading(name, "", "assumed", "'as it is'", "'otherwise'", "otherwise")


def test_a_reading_turns_a_decision_only_where_chance_would_not() -> None:
    names = ("nothing", "nearer", "perhaps", "surely")
    tried = Readings(
        None, tuple(map(reading, names)), {(place, "b"): f"b{place}" for place in range(1, 4)}, ()
    )
    stated = {"a": np.array([4.0, 6.0, 5.0]), "b": np.array([3.0, 4.0, 5.0]), "c": np.zeros(3)}
    under = {
        "b1": np.array([4.0, 4.0, 5.0]),
        "b2": np.array([9.0, 5.0, 2.0]),
        "b3": np.array([9.0, 10.0, 10.0]),
    }
    found = turned(tried, stated, np.arange(3), under, "a")
    assert [(one.reading.key, one.best, one.verdict) for one in found] == [
        ("surely", "b", "turns"),
        ("perhaps", "b", "may turn"),
        ("nearer", "a", "keeps"),
        ("nothing", "a", "keeps"),
    ]
    assert lead_of(stated, "a").value == pytest.approx(1.0)
    assert found[-1].lead == lead_of(stated, "a")
    assert (found[-1].change.value, found[-1].change.error) == (0.0, 0.0)
    assert found[0].lead.value == pytest.approx(5.0 - 29.0 / 3.0)
    assert found[2].change.value == pytest.approx(-1.0 / 3.0)
    # A paired change has its own error, smaller than that of the lead.
    assert found[2].change.error == pytest.approx(np.std([1.0, 0.0, 0.0], ddof=1) / np.sqrt(3))


def test_a_reading_is_settled_on_some_replicates_and_moves_the_lead_of_all() -> None:
    draws = np.random.default_rng(5)
    tried = Readings(None, (reading("rule"),), {(0, "a"): "a0"}, ())
    moves = []
    for _ in range(400):
        luck = draws.normal(size=60)
        stated = {"a": 1.0 + luck, "b": 0.2 * draws.normal(size=60)}
        shared = np.arange(12)
        again = {"a0": stated["a"][shared] - 3.0 + 0.3 * luck[shared] + 0.1 * draws.normal(size=12)}
        (one,) = turned(tried, stated, shared, again, "a")
        moves.append((one.lead.value, one.lead.error, one.change.value, one.change.error))
    values, errors, changes, errors_of_change = np.array(moves).T
    assert values.mean() == pytest.approx(-2.0, abs=0.03)
    assert changes.mean() == pytest.approx(-3.0, abs=0.03)
    assert np.sqrt(np.mean(errors**2)) == pytest.approx(values.std(), rel=0.15)
    assert np.sqrt(np.mean(errors_of_change**2)) == pytest.approx(changes.std(), rel=0.15)
    assert np.mean(errors_of_change) < 0.5 * np.mean(errors)


def test_one_replicate_settled_again_turns_nothing_for_certain() -> None:
    tried = Readings(None, (reading("rule"),), {(0, "a"): "a0"}, ())
    stated = {"a": np.array([4.0, 6.0]), "b": np.array([3.0, 4.0])}
    (one,) = turned(tried, stated, np.array([1]), {"a0": np.array([-50.0])}, "a")
    assert (one.best, one.verdict) == ("b", "may turn")
    assert np.isnan(one.lead.error)
