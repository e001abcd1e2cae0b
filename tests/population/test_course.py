"""Courses of practices: closed forms of drifts, mean one, lists that keep their size, alike in all arms."""

from __future__ import annotations

import numpy as np
import pytest
from little_world import scenario

from sim.inputs.evidence import load_evidence
from sim.kernels.draws import Decision, make_key
from sim.population.course import Course, deviations, draw_course
from sim.population.plan import plan_acos
from sim.population.practices import draw_providers, market_people
from sim.replicate import Replicate

KEY = make_key(1, 0)
YEARS = range(2022, 2037)
ANCHOR = 2026
STILL = {"drift.aco": 0.0, "drift.practice": 0.0, "drift.coding": 0.0, "tins.leave": 0.0}
CHANGES = tuple((f"evidence.{key}", value) for key, value in STILL.items())


def path(spread=0.03, memory=0.9, agents=40_000, years=YEARS):
    return deviations(KEY, agents, Decision.PRACTICE_DRIFT, years, ANCHOR, spread, memory)


def providers(evidence, acos=4, lives=20_000):
    plan = plan_acos(scenario())[0]
    plans = tuple(plan.__class__(**_fields(plan, f"aco-{a}", lives)) for a in range(acos))
    by_market = [[0, 1], [2, 3]]
    people = np.array([market_people([plans[a] for a in one], 0.1, evidence, 0.3) for one in by_market])
    return draw_providers(plans, by_market, people, np.full(2, 0.1), evidence, KEY)


def _fields(plan, name, lives):
    values = {field: getattr(plan, field) for field in plan.__dataclass_fields__}
    return values | {"name": name, "market": name, "lives": lives, "high_needs_share": None}


def course(changes=None, first_py=2027):
    evidence = load_evidence(changes)
    made = providers(evidence)
    return made, draw_course(made, 4, evidence, KEY, YEARS, first_py)


def test_factors_have_a_mean_of_one_and_differ_as_an_autoregression_does():
    spread, memory = 0.03, 0.9
    found = path(spread, memory)
    assert (found[ANCHOR - YEARS[0]] == 0.0).all()
    for year, row in zip(YEARS, found, strict=True):
        apart = 2.0 * spread**2 * (1.0 - memory ** abs(year - ANCHOR)) / (1.0 - memory**2)
        assert np.exp(row).mean() == pytest.approx(1.0, abs=4.0 * np.sqrt(apart / 40_000) + 1e-12)
        assert row.var() == pytest.approx(apart, rel=0.04, abs=1e-12)
    step = np.diff(found, axis=0)
    np.testing.assert_allclose(step.std(axis=1), spread * np.sqrt(2.0 / (1.0 + memory)), rtol=0.03)


def test_a_years_values_lie_side_by_side_so_that_kernels_are_compiled_once():
    _, found = course()
    assert all(one.flags.c_contiguous for one in found.at(2030))


def test_a_longer_past_or_future_changes_no_year():
    np.testing.assert_array_equal(path(years=range(2015, 2041))[7:-4], path())
    np.testing.assert_array_equal(path(years=range(2027, 2030)), path()[5:8])


def test_practices_of_an_aco_share_its_drift_and_have_their_own():
    made, common = course({**STILL, "drift.aco": 0.02})
    _, own = course({**STILL, "drift.practice": 0.02})
    _, both = course({**STILL, "drift.aco": 0.02, "drift.practice": 0.02})
    np.testing.assert_allclose(both.spending, common.spending * own.spending)
    last = common.spending[-1]
    assert (last[made.aco < 0] == 1.0).all()
    for aco in range(4):
        assert len(set(last[made.aco == aco])) == 1
    assert len(set(last)) == 5
    assert len(set(own.spending[-1])) == len(made.aco)


def test_with_all_constants_zero_nothing_moves():
    made, still = course(STILL)
    assert (still.spending == 1.0).all()
    assert (still.coding == 1.0).all()
    assert (still.aco == made.aco).all()


def test_lists_stay_until_the_first_performance_year_and_keep_their_size_after():
    made, moving = course({"tins.leave": 0.1})
    lives = made.lives.sum(axis=1)
    for year in range(YEARS[0], 2028):
        np.testing.assert_array_equal(moving.aco[year - YEARS[0]], made.aco)
    market = made.aco_market(4)
    size = np.array([[lives[row == aco].sum() for aco in range(4)] for row in moving.aco])
    assert (np.diff(moving.aco[5:], axis=0) != 0).any(axis=1).all()
    for row in moving.aco:
        assert (market[row[row >= 0]] == made.market[row >= 0]).all()
    assert (size > 0.0).all()
    assert size[6:].mean() == pytest.approx(size[0].mean(), rel=0.25)


def joined(moving, made, acos=4):
    """Return the share of its first size that joins each ACO, by year; shape (years, acos)."""
    lives = made.lives.sum(axis=1)
    first = np.bincount(made.aco[made.aco >= 0], lives[made.aco >= 0], acos)
    come = (moving.aco[6:] >= 0) & (moving.aco[5:-1] < 0)
    return (
        np.array(
            [np.bincount(row[new], lives[new], acos) for row, new in zip(moving.aco[6:], come, strict=True)]
        )
        / first
    )


def test_practices_come_in_some_years_many_at_once_and_as_many_over_the_years():
    """With an intake in a quarter of years nobody comes in the others, and four times as many in those."""
    usual = {"tins.leave": 0.1, "tins.leave_cost": 0.0}
    made, steady = course({**usual, "tins.intake": 1.0})
    _, lumpy = course({**usual, "tins.intake": 0.25})
    each, some = joined(steady, made), joined(lumpy, made)
    assert (some == 0.0).mean() == pytest.approx(0.75, abs=0.15)
    assert (each == 0.0).mean() < 0.1
    assert some.mean() == pytest.approx(each.mean(), rel=0.35)
    assert some[some > 0.0].mean() > 2.5 * each.mean()
    # Who leaves does so all the same, as long as lists have not parted.
    gone = [(one.aco[6] < 0) & (one.aco[5] >= 0) for one in (steady, lumpy)]
    np.testing.assert_array_equal(*gone)


def test_costly_practices_leave_more_often():
    made, moving = course({"tins.leave": 0.1, "tins.leave_cost": 5.4})
    _, blind = course({"tins.leave": 0.1, "tins.leave_cost": 0.0})

    def left(found):
        change = (found.aco[5:-1] >= 0) & (found.aco[6:] < 0)
        return np.average(np.log(made.efficiency), weights=change.sum(axis=0))

    assert left(moving) > left(blind) + 0.01


def test_an_aco_keeps_practices_that_would_all_leave():
    _, moving = course({"tins.leave": 0.5, "tins.leave_cost": 0.0})
    assert all(set(range(4)) <= set(row) for row in moving.aco)


def test_practices_put_elsewhere_stay_there():
    even, aco = np.ones((2, 3)), np.array([[0, 0, -1], [-1, 0, 1]])
    columns = {name: np.ones(3) for name in ("efficiency", "coding_habit")}
    columns["aco_row"] = np.array([1, 0, -1], np.int32)
    made = Course(range(2026, 2028), even * [[1.0], [1.1]], even * [[2.0], [1.0]], aco, aco)
    made.enter(columns, 2027)
    np.testing.assert_array_equal(columns["aco_row"], [1, 0, 1])
    np.testing.assert_allclose(columns["efficiency"], 1.1)
    np.testing.assert_allclose(columns["coding_habit"], 0.5)


def test_all_arms_go_the_same_way_and_base_years_follow_the_list():
    made = Replicate(scenario(("evidence.tins.leave", 0.3)), 0)
    first = made.models["no_aco"]
    before = first.practices.store["aco_row"].copy()
    for _ in range(3):
        made.step()
    stores = [model.practices.store for model in made.models.values()]
    for store in stores:
        np.testing.assert_array_equal(store["aco_row"], stores[0]["aco_row"])
        for name in ("efficiency", "coding_habit"):
            np.testing.assert_array_equal(store[name], stores[0][name])
    assert (stores[0]["aco_row"] != before).any()
    spending, coding = first.world.course.at(2029)
    np.testing.assert_allclose(stores[0]["efficiency"], first.world.providers.efficiency * spending)
    np.testing.assert_allclose(stores[0]["coding_habit"], coding)
    assert len(set(coding)) == 4
    made.close()


def test_practices_join_in_a_month_of_the_year_before():
    made, drawn = course({"tins.leave": 0.3, "tins.intake": 1.0})
    comes = (drawn.aco[-2] < 0) & (drawn.aco[-1] >= 0)
    last = drawn.years[-1]
    assert comes.sum() > 3
    everybody, early = drawn.joining(last, 13), drawn.joining(last, 7)
    assert everybody.tolist() == np.where(comes, drawn.aco[-1], -1).tolist()
    assert 0 < (early >= 0).sum() < comes.sum()
    assert (early[early >= 0] == everybody[early >= 0]).all()
    assert (drawn.joining(last, 1) < 0).all()
    assert set(np.unique(drawn.month)) == set(range(1, 13))
    assert len(made.market) == drawn.month.shape[1]
