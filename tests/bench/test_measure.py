"""The benchmark: what it reports and how it is shown. No test depends on how fast a machine is."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from sim.bench.measure import KernelClock, acting, draw_words, scenario
from sim.bench.measure import measure as measure_speeds
from sim.cli import run_command
from sim.kernels.draws import draw4, make_key
from sim.kernels.layout import COLUMN_TYPES
from sim.population import build as build_module
from sim.population import world as world_module
from sim.population.habits import CARE_HABITS
from sim.population.world import history_years
from sim.start import make_world

RATES = (
    "live_beneficiary_years_per_second",
    "live_beneficiary_years_per_second_one_thread",
    "plain_mesa_beneficiary_years_per_second",
)


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    return measure_speeds(people=1_000, years=2)


def test_every_figure_is_there_and_positive(found: dict[str, Any]) -> None:
    figures = (
        "thread_speedup", "ratio_to_plain_mesa", "philox_draws_per_second", "people_created_per_second",
        "bytes_per_beneficiary", "small_replicate_seconds", "small_replicate_overhead_seconds",
        "small_replicate_all_elected_seconds", "all_elected_ratio", "all_elected_ratio_median", "people",
        "cores", "cores_obtained", "seconds",
    )  # fmt: skip
    for name in (*RATES, *(f"{rate}_median" for rate in RATES), *figures):
        assert found[name] > 0, name
    assert found["threads"] == 2
    assert found["years"] == 2
    assert set(found["versions"]) == {"python", "leadsim", "numpy", "numba", "mesa"}


def test_figures_agree_with_each_other(found: dict[str, Any]) -> None:
    both, one, plain = (found[rate] for rate in RATES)
    assert found["thread_speedup"] == both / one
    assert found["ratio_to_plain_mesa"] == both / plain
    assert all(found[f"{rate}_median"] <= found[rate] for rate in RATES)
    assert found["small_replicate_overhead_seconds"] < found["small_replicate_seconds"]
    assert found["small_replicate_all_elected_seconds"] > found["small_replicate_seconds"]
    widths = sum(np.dtype(kind).itemsize for kind in COLUMN_TYPES.values())
    assert found["bytes_per_beneficiary"] == widths
    assert found["people"] > 1_000
    (size, nanoseconds), *smaller = found["nanoseconds_per_live_year_one_thread"].items()
    assert (size, smaller) == ("1000", [])
    assert nanoseconds == pytest.approx(1e9 / one)


def test_the_command_shows_it_as_table_and_as_json(
    found: dict[str, Any], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = []

    def measured(people: int, years: int) -> dict[str, Any]:
        asked.append((people, years))
        return found

    monkeypatch.setattr("sim.bench.measure.measure", measured)
    monkeypatch.delenv("COLUMNS", raising=False)
    assert run_command(["bench", "--json", "--people", "5000", "--years", "3"]) == 0
    assert json.loads(capsys.readouterr().out) == found
    assert run_command(["bench"]) == 0
    shown = capsys.readouterr().out
    assert asked == [(5_000, 3), (300_000, 10)]
    for words in ("x plain Mesa", "x one thread", "million live years/s", "bytes/beneficiary", "numba"):
        assert words in shown, words
    assert max(map(len, shown.splitlines())) <= 100


@pytest.mark.parametrize("asked", [["--people", "999"], ["--years", "0"], ["--years", "11"]])
def test_sizes_it_cannot_measure_are_refused(asked: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run_command(["bench", *asked]) == 2
    assert asked[0] in capsys.readouterr().err


def test_the_clock_sees_every_kernel_call_and_steps_aside() -> None:
    before = build_module.create, world_module.live_year
    with KernelClock() as clock:
        world = make_world(scenario(1, 100, 1), 0)
    assert (build_module.create, world_module.live_year) == before
    assert len(clock.calls["create"]) == 1
    assert len(clock.calls["live_year"]) == len(history_years(world.first_py))
    assert 0.0 < clock.wall("create") < clock.busy()


def test_the_scenario_has_the_lives_asked_for() -> None:
    made = scenario(3, 1_234, 4)
    assert [aco.lives for aco in made.population.synthetic] == [1_234] * 3
    assert list(made.years) == [2027, 2028, 2029, 2030]


# What practices do by themselves, and what ACOs do only where a scenario offers it.
OF_PRACTICES = {"efficiency", "stays_habit", *CARE_HABITS}
OFFERED = {"answers"}


def test_practices_in_an_aco_act_and_the_others_do_not() -> None:
    world = make_world(scenario(1, 500, 1), 0)
    member = world.providers.aco >= 0
    for name, own in acting(world)._asdict().items():
        if name in OFFERED:
            continue
        plain = getattr(world.untouched(), name)
        assert np.array_equal(own[~member], plain[~member]), name
        if name not in OF_PRACTICES:
            assert np.all(own[member] != plain[member]), name


def test_drawn_words_are_all_used() -> None:
    key = make_key(7, 1)
    expected = 0
    for person in range(3):
        for word in draw4(key, person, 2030, 16, 0):
            expected ^= int(word)
    assert draw_words(key, 3, 2030) == expected
