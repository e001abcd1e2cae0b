"""Every intended difference between Mesa's AgentSet and the one over columns, one test each."""

from __future__ import annotations

import copy
import pickle
from random import Random

import numpy as np
import pytest
from column_toys import LATER, SIZE, Firm, Person, column_world, plain_world, toy_store, toy_values

from sim.columns.bulk import bulk
from sim.columns.column_set import ColumnAgentSet
from sim.columns.mesa_compat import AgentSet
from sim.columns.mixed_set import MixedAgentSet
from sim.columns.values import aggregate


@pytest.fixture
def model():
    return column_world()


@pytest.fixture
def people(model):
    return model.agents_by_type[Person]


@bulk
def rich_ones(people):
    return people.get("wealth") >= 3


@bulk(order_matters=False)
def halve(people):
    people.set("wealth", people.get("wealth") // 2)


@bulk
def first_takes_all(people):
    wealth = people.get("wealth")
    people.set("wealth", np.where(np.arange(len(wealth)) == 0, wealth.sum(), 0))


def test_get_gives_an_array_of_64_bits_in_which_reckoning_does_not_overflow(people):
    people.set("group", 30_000)
    group = people.get("group")
    assert isinstance(group, np.ndarray)
    assert sum(group) == (group * 2).sum() / 2 == 30_000 * SIZE
    assert group.dtype == np.int64
    assert people.get("risk").dtype == np.float64


def test_agg_reckons_as_python_does_however_narrow_the_column(people):
    people.set("group", 30_000)
    assert people.agg("group", lambda values: sum(values) / len(values)) == 30_000
    assert people.agg("group", [lambda values: np.add.accumulate(values)[-1], sum]) == [30_000 * SIZE] * 2
    assert people.groupby("status").agg("group", sum) == {0: 30_000 * SIZE}


def test_get_gives_a_copy_that_later_years_do_not_overwrite(people):
    before = people.get("wealth")
    people.do("earn_together")
    assert (people.get("wealth") - before == 1).all()


def test_get_of_several_names_gives_records_and_not_one_dtype_for_all(people):
    records = people.get(["wealth", "risk", "unique_id"])
    assert records.dtype.names == ("wealth", "risk", "unique_id")
    assert (records["wealth"].dtype, records["risk"].dtype) == (np.int64, np.float64)
    assert records[2]["wealth"] == people[2].wealth


def test_get_of_an_attribute_that_is_no_field_asks_each_agent(people):
    assert people.get("pos").tolist() == [None] * SIZE
    assert people.get("store")[0] is people.store


def test_set_takes_one_value_per_agent(people):
    people.select(at_most=3).set("wealth", [7, 8, 9])
    assert people.get("wealth")[:4].tolist() == [7, 8, 9, toy_values()["wealth"][3]]
    with pytest.raises(ValueError, match="broadcast"):
        people.set("wealth", [1, 2])


def test_set_of_an_undeclared_name_is_refused(people):
    with pytest.raises(AttributeError, match="did you mean 'wealth'"):
        people.set("welth", 1)
    plain = plain_world().agents
    plain.set("welth", 1)
    assert plain.get("welth") == [1] * SIZE


def test_indexing_twice_gives_equal_agents_but_not_one_object(people):
    assert people[3] == people[3]
    assert people[3] is not people[3]
    plain = plain_world().agents
    assert plain[3] is plain[3]


def test_the_same_seed_shuffles_into_another_order_than_mesas():
    ours = [p.unique_id for p in column_world(seed=3).agents.shuffle()]
    theirs = [p.unique_id for p in plain_world(seed=3).agents.shuffle()]
    assert sorted(ours) == sorted(theirs)
    assert ours != theirs


def test_one_who_left_is_in_no_set_although_somebody_holds_him(people):
    plain = plain_world()
    for agents in (plain.agents, people):
        held, old = agents[2], agents.select()
        held.remove()
        assert (held in old) is (agents is plain.agents)


def test_one_who_returns_is_in_old_sets_again(people):
    some = people.select(at_most=4)
    people.store.write("status", 2, LATER)
    assert len(some) == 3
    people.store.write("status", 2, 0)
    assert [p.row for p in some] == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "change",
    [
        lambda agents: agents.select(at_most=2, inplace=True),
        lambda agents: agents.shuffle(inplace=True),
        lambda agents: agents.sort("wealth", inplace=True),
        lambda agents: agents.discard(agents[0]),
        lambda agents: agents.remove(agents[0]),
        lambda agents: agents.pop(),
        lambda agents: agents.clear(),
        lambda agents: agents.__iand__(agents.select(at_most=2)),
    ],
)
def test_a_whole_population_is_not_changed_in_place(model, people, change):
    for agents in (people, model.agents):
        with pytest.raises(TypeError, match="change a copy"):
            change(agents)
        assert len(agents) == SIZE


def test_the_whole_population_is_live_and_a_copy_is_not(people):
    people.store.write("status", np.array([0, 1]), LATER)
    snapshot = copy.copy(people)
    people.store.write("status", 0, 0)
    assert (len(people), len(snapshot)) == (SIZE - 1, SIZE - 2)


@pytest.mark.parametrize("operator", ["__or__", "__ror__", "__xor__", "__rxor__", "__ior__"])
def test_agents_of_another_kind_cannot_join(people, operator):
    firms = AgentSet([Firm(people[0].model)], people.random)
    with pytest.raises(TypeError, match="MixedAgentSet"):
        getattr(people.select(), operator)(firms)
    with pytest.raises(TypeError, match="MixedAgentSet"):
        people.select().add(firms[0])
    assert len(MixedAgentSet([people, firms], people.random)) == SIZE + 1


def test_agents_of_another_kind_are_no_obstacle_to_taking_away(people):
    firms = AgentSet([Firm(people[0].model)], people.random)
    assert people - firms == people
    assert len(people & firms) == 0
    assert people.isdisjoint(firms)
    people.select().discard(firms[0])


def test_bulk_functions_serve_every_method_that_takes_a_function(people):
    def scalar(person):
        return person.wealth >= 3

    assert people.select(rich_ones) == people.select(scalar)
    assert list(people.select(rich_ones, at_most=2)) == list(people.select(scalar, at_most=2))
    assert list(people.sort(rich_ones)) == list(people.sort(scalar))
    assert {key: list(group) for key, group in people.groupby(rich_ones)} == {
        key: list(group) for key, group in people.groupby(scalar)
    }
    assert list(people.groupby(rich_ones).groups) == [False, True]


def test_a_bulk_function_must_give_one_value_each(people):
    @bulk
    def total(agents):
        return agents.get("wealth").sum()

    for use in (people.select, people.sort, people.groupby):
        with pytest.raises(ValueError, match="total gave shape"):
            use(total)


def test_shuffle_do_gives_a_bulk_function_the_agents_in_random_order(people):
    people.shuffle_do(first_takes_all)
    wealth = people.get("wealth")
    assert np.count_nonzero(wealth) == 1
    assert wealth.sum() == toy_values()["wealth"].sum()


def test_shuffle_do_is_refused_where_order_does_not_matter(people):
    with pytest.raises(TypeError, match="halve declares that order does not matter"):
        people.shuffle_do(halve)
    people.do(halve)
    assert people.get("wealth").tolist() == (toy_values()["wealth"] // 2).tolist()


def test_a_removed_agent_is_skipped_by_a_pass_even_when_held(people):
    held, met = people[5], []

    def strike(person):
        met.append(person.row)
        if person.row == 0:
            held.remove()

    people.do(strike)
    assert met == [0, 1, 2, 3, 4, 6, 7, 8, 9, 10, 11]


def test_a_detached_set_is_small_and_on_its_own():
    model = column_world(size=100_000)
    people = model.agents_by_type[Person]
    ten = people.sort("risk").select(at_most=10)
    alone = ten.detach()
    assert len(pickle.dumps(alone)) < 8_000
    assert len(pickle.dumps(ten)) > 1_000_000
    twin = pickle.loads(pickle.dumps(alone))  # noqa: S301
    for copy_ in (alone, twin):
        assert copy_.get("unique_id").tolist() == ten.get("unique_id").tolist()
        assert copy_.get("risk").tolist() == ten.get("risk").tolist()
        assert copy_[0].model is None
    alone.set("wealth", 99)
    assert ten.agg("wealth", max) < 99


def test_a_set_of_no_model_needs_a_random_to_shuffle():
    store = toy_store()
    Person.bind(store.fields)
    with pytest.raises(ValueError, match="belongs to no model"):
        ColumnAgentSet(Person, store).shuffle()
    assert len(ColumnAgentSet(Person, store, random=Random(1)).shuffle()) == SIZE  # noqa: S311


def test_sums_of_short_floats_are_added_in_double():
    values = np.full(1_000, 0.1, np.float32)
    assert aggregate(values, sum) == pytest.approx(float(np.float32(0.1)) * 1_000, rel=1e-12)
    assert type(aggregate(np.ones(3, bool), sum)) is int
    assert aggregate(np.array([2**31 - 1] * 4, np.int32), sum) == 4 * (2**31 - 1)


def test_groups_are_sets_over_columns_and_their_keys_python_numbers(people):
    groups = people.groupby("group")
    assert all(isinstance(group, ColumnAgentSet) for _, group in groups)
    assert all(type(key) is int for key, _ in groups)
    groups.do("do", "earn_together", 10)
    assert people.agg("wealth", sum) == toy_values()["wealth"].sum() + 10 * SIZE
