"""Where savings come from: parts add up to the cent, what is off is nothing, planted worlds are found."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from worlds import NO_ACO, aco, scenario_of

from sim.evaluation.channels import AVERAGE, CHANNELS, GROUPS, LUCK, RULES, without
from sim.evaluation.decomposition import NEEDED, Decomposition, Part, decompose, parts_of
from sim.evaluation.performance import Figure
from sim.evaluation.switching import ALL_ON, Off, Plan, plan_of
from sim.experiments.runner import run
from sim.inputs.faults import InputError
from sim.outcomes.summary import complete
from sim.scenarios import Scenario
from sim.settlement.bridge import PARTS

LEAD = {"program": "lead"}
ONE = aco("a", "400 people")


def still(*but: str, arms: dict[str, Any] | None = None, acos: Any = (ONE,), **stated: Any) -> Scenario:
    """Return a scenario whose channels are all off but those named."""
    made = scenario_of(
        *acos, arms={**NO_ACO, **({"x": LEAD} if arms is None else arms)}, **{"last_py": 2027} | stated
    )
    book = made.evidence("no_aco")
    off = {
        f"evidence.{key}": np.full(np.shape(book.entry(key).by_year[-1][1]), value).tolist()
        for one in CHANNELS
        if one.name not in but
        for key, value in one.evidence.items()
    }
    return made.replace(off)


def lived(plan: Plan, folder: Path, replicates: int = 2) -> dict[Off, Any]:
    found = {}
    for off, world in plan.worlds.items():
        done = run(world.scenario, replicates, folder / f"{world.name}.zarr", threads=1)
        with done.open() as opened:
            found[off] = complete(opened)[list(NEEDED)].load()
    return found


def taken(plan: Plan, folder: Path, replicates: int = 2) -> Decomposition:
    return decompose(plan, lived(plan, folder, replicates))


def part(found: Decomposition, name: str) -> Part:
    return next(one for one in found.parts if one.name == name)


def assert_adds_up(found: Decomposition) -> None:
    total = sum(one.cents for one in found.parts)
    assert found.gross.any()
    np.testing.assert_array_equal(total, found.gross)


class Drawn:
    """Results drawn for whatever is off: whole cents, true savings 0 with everything off."""

    shape = (5, 3, 4)

    def __init__(self, plan: Plan) -> None:
        self._plan, self._known = plan, dict[tuple[Off, str], Any]()

    def __call__(self, off: Off, name: str) -> Any:
        if (off, name) not in self._known:
            draws = np.random.default_rng(zlib.crc32(f"{sorted(off)} {name}".encode()))
            self._known[off, name] = draws.integers(-(10**9), 10**9, self.shape)
            if off == self._plan.all_off:
                self._last(off)
        return self._known[off, name]

    def _last(self, off: Off) -> None:
        rules = {f"bridge_{one}": np.full(self.shape, place - 3) for place, one in enumerate(PARTS)}
        prices = np.random.default_rng(9).integers(-(10**9), 10**9, self.shape)
        self._known |= {(off, name): values for name, values in rules.items()}
        self._known[off, "bridge_prices"] = prices
        self._known[off, "true_savings"] = np.zeros(self.shape, np.int64)
        self._known[off, "gross_savings"] = prices + sum(rules.values())


def test_parts_add_up_whatever_the_channels_make() -> None:
    made = scenario_of(aco("a", 3000, entry="renewing"), arms={**NO_ACO, "x": LEAD})
    plan = plan_of(made.replace({"evidence.tins.leave": "8 %/year"}))
    drawn = Drawn(plan)
    drawn(plan.all_off, "gross_savings")
    parts = parts_of(plan, drawn)
    np.testing.assert_array_equal(sum(one.cents for one in parts), drawn(ALL_ON, "gross_savings"))
    assert all(one.cents.dtype == np.int64 for one in parts)
    assert {one.group for one in parts} <= set(GROUPS)
    by_name = {one.name: one for one in parts}
    # What is left on average is the same in every replicate, and luck has no mean beyond half a cent.
    assert np.ptp(by_name["average"].cents, axis=0).max() == 0
    assert np.abs(by_name["luck"].cents.mean(axis=0)).max() <= 0.5
    # Alone is beside those that a channel acts through; on top is beside all others.
    costly, off = by_name["costly_tins"], plan.all_off - {"tins"}
    alone = drawn(off - {"costly_tins"}, "gross_savings") - drawn(off, "gross_savings")
    np.testing.assert_array_equal(costly.alone, alone)
    top = drawn(ALL_ON, "gross_savings") - drawn(frozenset({"costly_tins"}), "gross_savings")
    np.testing.assert_array_equal(costly.on_top, top)
    # The first channel is on top of all others in the order, too, and the last one alone.
    first, last = plan.channels[0], plan.channels[-1]
    whole = by_name["true_savings"].cents + by_name["answer"].cents
    top = drawn(ALL_ON, "gross_savings") - drawn(frozenset({first.name}), "gross_savings")
    np.testing.assert_array_equal(whole, top)
    np.testing.assert_array_equal(by_name[last.name].cents, by_name[last.name].alone)


def test_channels_that_are_off_already_cost_no_run_and_say_why() -> None:
    plan = plan_of(still("coding"))
    # ACOs of a still world do nothing but code: one world, and the arm with and without.
    assert [one.name for one in plan.channels] == ["coding"]
    assert {world.name: list(world.arms.values()) for world in plan.worlds.values()} == {
        "as_stated": ["as_stated", "all_off"]
    }
    assert set(plan.idle) == {one.name for one in CHANNELS} - {"coding"}
    assert "evidence.tins.leave = 0" in plan.idle["tins"]
    # Falls prevention is an effect where somebody offers it.
    unchanged = {"evidence.effect.scale": 0}
    assert "effect" in plan_of(scenario_of(ONE).replace(unchanged), "lead_global").idle
    offered = scenario_of(ONE, arms={**NO_ACO, "x": {**LEAD, "falls_prevention": True}})
    assert "effect" not in plan_of(offered.replace(unchanged)).idle
    # Costly TINs cannot leave more where none leaves, and nobody comes within a year where nobody attests.
    assert "costly_tins" in plan_of(still("costly_tins")).idle
    hybrid = {"x": {**LEAD, "alignment": "hybrid"}}
    assert "hybrid" in plan_of(still(arms=hybrid)).idle
    assert "hybrid" not in plan_of(still("attesting", arms=hybrid)).idle


def test_a_channel_is_taken_out_of_all_terms() -> None:
    decides = {"decides": ["exit", "coding"]}
    support = {"kind": "cost_sharing_support", "cost": "100 USD/year"}
    arm = {
        **LEAD,
        **decides,
        "alignment": "hybrid",
        "benefits": [support, {"kind": "telehealth", "cost": "50 USD/year"}],
        "since": {"2028": {"alignment": "hybrid"}},
        "acos": {"a": {"decides": "program", "since": {"2029": decides}}},
    }
    made = scenario_of(ONE, arms={**NO_ACO, "x": arm})
    plan = plan_of(made)
    assert {"decisions", "hybrid", "attesting"} <= {one.name for one in plan.channels}
    own = [one for one in plan.channels if not one.of_world(made)]
    tree = without(made.merged.tree["arms"]["x"], own, made)
    bare = made.with_arms({**NO_ACO, "x": tree}, "no_aco", "test").arms["x"]
    for year in (2027, 2028, 2029):
        for who in (None, "a"):
            terms = bare.terms(who, year)
            assert terms["alignment"] == "prospective"
            assert not {"exit", "program"} & set(terms.get("decides", ()))
            assert [one.kind for one in terms["benefits"]] == ["telehealth"]
    assert bare.terms("a", 2029)["decides"] == ("coding",)
    # Nothing of the scenario itself has changed.
    assert made.arms["x"].terms("a", 2029)["decides"] == ("exit", "coding")


def test_every_arm_and_world_is_without_what_it_is_called_without() -> None:
    acos = (aco("a", 3000, entry="renewing", efficiency="3 %", prior_savings="2 %"), aco("b", 3000))
    arm = {**LEAD, "falls_prevention": True, "evidence": {"coding": {"excess": "1 %/year"}}}
    plan = plan_of(scenario_of(*acos, arms={**NO_ACO, "x": arm}))
    assert "tins" in plan.idle
    effect = next(one for one in CHANNELS if one.name == "effect")
    for shared, world in plan.worlds.items():
        plans = {one.name: one for one in world.scenario.population.synthetic}
        assert (plans["a"].efficiency == 0.0) == ("entry" in shared)
        assert (plans["a"].prior_savings == 0.0) == ("brought" in shared)
        assert plans["b"].prior_savings is None
        for off, name in world.arms.items():
            book = world.scenario.evidence(name)
            for one in plan.channels:
                for key, value in one.evidence.items():
                    gone = all(np.all(np.asarray(found) == value) for _, found in book.entry(key).by_year)
                    assert gone == (one.name in shared | off), (world.name, name, key)
            assert world.scenario.arms[name].falls_prevention
    assert effect.evidence["falls.stays.multifactorial"] == 1.0


def test_the_page_has_all_channels_in_their_order() -> None:
    page = (Path(__file__).parents[2] / "docs/decomposition.md").read_text(encoding="utf-8")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")]
    assert [one.label for one in CHANNELS] == [row for row in rows if row not in ("channel", "---")][
        : len(CHANNELS)
    ]


def test_what_cannot_be_taken_apart_is_refused() -> None:
    with pytest.raises(InputError, match="x"):
        plan_of(still("coding"), "y")
    with pytest.raises(InputError, match="must have another arm"):
        plan_of(still(arms={}))
    swept = still("coding").replace({"sweep": {"design": "grid", "over": {"study.seed": [1, 2]}}})
    with pytest.raises(InputError, match="sweep"):
        plan_of(swept)


def test_a_world_of_coding_alone_gives_everything_to_coding(tmp_path: Path) -> None:
    found = taken(plan_of(still("coding").replace({"evidence.coding.excess": "2 %/year"})), tmp_path)
    assert_adds_up(found)
    assert [one.name for one in found.parts if one.group not in (RULES, AVERAGE, LUCK)] == ["coding"]
    coding = part(found, "coding")
    assert (coding.cents > 0).all()
    np.testing.assert_array_equal(coding.cents, coding.alone)
    np.testing.assert_array_equal(coding.cents, coding.on_top)
    assert not found.left_true.any()


def test_a_world_of_effect_alone_is_true_savings(tmp_path: Path) -> None:
    planted = {
        "evidence.effect.physician": ["-10 %"] * 7,
        "evidence.effect.aco_spread": [0, 0],
        "evidence.effect.events": [0, 0, 1],
    }
    found = taken(plan_of(still("effect").replace(planted)), tmp_path, replicates=3)
    assert_adds_up(found)
    assert not found.left_true.any()
    saved, answer = part(found, "true_savings"), part(found, "answer")
    # A quarter more as base years stay; of what the same people would have cost.
    spent = 100.0 * found.benchmark - found.gross.sum(axis=(1, 2))
    share = Figure.ratio(saved.cents.sum(axis=(1, 2)).astype(float), saved.cents.sum(axis=(1, 2)) + spent)
    assert share.value == pytest.approx(0.125, abs=3.0 * share.error + 0.002)
    # What benchmarks make of it takes a part back.
    assert np.abs(answer.cents).sum() < saved.cents.sum()
    assert found.gross.sum() == sum(one.cents.sum() for one in found.parts)


def test_real_channels_add_up_and_are_nothing_where_they_do_nothing(tmp_path: Path) -> None:
    acos = (aco("a", "300 people", entry="renewing"), aco("b", "200 people", market="rural"))
    made = still("effect", "drift", acos=acos)
    plan = plan_of(made)
    assert [one.name for one in plan.channels] == ["effect", "brought", "drift"]
    assert [world.name for world in plan.worlds.values()] == [
        "as_stated", "without_brought", "all_off", "without_drift"
    ]  # fmt: skip
    results = lived(plan, tmp_path)
    found = decompose(plan, results)
    assert_adds_up(found)
    assert not found.left_true.any()
    # The arm as stated is the scenario's own.
    done = run(made, 2, tmp_path / "own.zarr", threads=1)
    with done.open() as opened:
        own = opened["gross_savings"].sel(arm="x").transpose("replicate", "aco", "year").values
    np.testing.assert_array_equal(np.rint(100 * own).astype(np.int64), found.gross)
    # What one ACO brings along is nothing to another that is new and in a market of its own.
    brought = part(found, "brought").cents
    assert brought[:, 0].all()
    assert not brought[:, 1].any()
    # One ACO's parts are its own, whoever else is looked at.
    alone = decompose(plan, results, "a")
    for one, other in zip(alone.parts, found.parts, strict=True):
        np.testing.assert_array_equal(one.cents[:, 0], other.cents[:, 0])
    with pytest.raises(InputError, match="must be one of a, b"):
        decompose(plan, results, "c")
