"""What a Mesa user does to agents works as in Mesa, or is refused with a sentence before it starts."""

from __future__ import annotations

import copy
import gc
import pickle
import time

import numpy as np
import pytest
from column_toys import GONE, SIZE, Firm, Person, column_world, mixed_world, toy_store, toy_values

from sim.columns.bulk import bulk
from sim.columns.column_agent import ColumnAgent
from sim.columns.column_model import ColumnModel
from sim.columns.fields import Field
from sim.columns.mesa_compat import AgentSet
from sim.columns.mixed_set import MixedAgentSet
from sim.columns.store import ColumnStore


class Citizen(ColumnAgent):
    @bulk(whole=True)
    def live(citizens, years=1):  # noqa: N805
        citizens.set("age", citizens.get("age") + years)

    def wave(self):
        return self.age


@bulk(whole=True)
def everybody_ages(citizens):
    citizens.set("age", citizens.get("age") + 1)


def town(size=5, places=3):
    fields = (
        Field("age", np.uint8, "years", "Age.", least=0, most=120),
        Field("place", np.int32, "1", "Place, -1 for none.", default=-1, least=-1),
        Field("share", np.float32, "1", "A share.", least=0.0, most=1.0),
    )
    model = ColumnModel(seed=1)
    model.add_population(Citizen, ColumnStore(fields, size), {"place": (-1, places - 1)})
    return model


@pytest.fixture
def citizens():
    return town().agents_by_type[Citizen]


# -- what acts on everybody


def test_what_acts_on_everybody_is_not_for_one(citizens):
    citizens.do("live")
    assert citizens.get("age").tolist() == [1] * 5
    for act in (
        citizens[0].live,
        lambda: citizens.select(at_most=2).do("live"),
        lambda: citizens.select().map("live"),
        lambda: citizens.select(at_most=2).do(everybody_ages),
        lambda: citizens.shuffle().do("live"),
        lambda: citizens.groupby("place").do("do", "live"),
    ):
        with pytest.raises(TypeError, match="acts on everybody at once"):
            act()
    with pytest.raises(TypeError, match="use do, not shuffle_do"):
        citizens.shuffle_do("live")
    assert citizens.get("age").tolist() == [1] * 5
    citizens.do(everybody_ages)
    assert citizens.get("age").tolist() == [2] * 5


def test_what_acts_on_everybody_may_be_asked_of_the_models_agents():
    model = town()
    model.agents.do("live", 3)
    assert model.agents.get("age") == [3] * 5


# -- values a column may not hold


@pytest.mark.parametrize("value", [-2, 3, 10**6])
def test_a_place_that_is_none_is_refused_by_every_way_of_writing(citizens, value):
    citizens.set("place", [0, 1, 2, -1, 0])
    before = citizens.get("place").tolist()
    for write in (
        lambda: setattr(citizens[1], "place", value),
        lambda: citizens.set("place", value),
        lambda: citizens.select(at_most=2).set("place", [0, value]),
        lambda: citizens.do(lambda citizen: setattr(citizen, "place", value)),
        lambda: citizens.store.owner.agents.set("place", value),
        lambda: citizens.store.write("place", 0, value),
    ):
        with pytest.raises(ValueError, match=rf"place must be at least -1 and at most 2, not {value}"):
            write()
    assert citizens.get("place").tolist() == before


@pytest.mark.parametrize("value", [-0.1, 1.1, np.nan, np.inf])
def test_a_float_out_of_bounds_or_not_a_number_is_refused(citizens, value):
    with pytest.raises(ValueError, match=r"share must be at least 0.0 and at most 1.0"):
        citizens[0].share = value
    citizens.set("share", [0.0, 1.0, 0.5, 0.25, 0.75])


def test_a_difference_that_a_narrow_column_cannot_hold_is_refused_not_wrapped(citizens):
    with pytest.raises(ValueError, match="age is stored as uint8, which cannot hold"):
        citizens.set("age", citizens.get("age") - 1)
    with pytest.raises(ValueError, match="age must be at least 0 and at most 120, not 121"):
        citizens.set("age", citizens.get("age") + 121)


def test_bounds_of_the_model_are_of_that_model_alone():
    near, far = town(places=3), town(places=9)
    far.agents.set("place", 8)
    with pytest.raises(ValueError, match="at most 2"):
        near.agents.set("place", 8)
    taken = far.agents_by_type[Citizen].select(at_most=2).detach()
    with pytest.raises(ValueError, match="at most 8"):
        taken.set("place", 9)
    with pytest.raises(AttributeError, match="did you mean 'wealth'"):
        ColumnModel(seed=1).add_population(Person, toy_store(), {"welth": (0, 1)})


def test_what_is_fixed_can_be_read_and_not_written():
    fields = (
        Field("born", np.int16, "years", "Year of birth.", fixed=True),
        Field("age", np.uint8, "1", "Age."),
    )
    model = ColumnModel(seed=1)
    people = model.add_population(type("Born", (ColumnAgent,), {}), ColumnStore(fields, 3), {"born": (0, 9)})
    for write in (
        lambda: setattr(people[0], "born", 1),
        lambda: people.set("born", 1),
        lambda: model.agents.set("born", 1),
    ):
        with pytest.raises(AttributeError, match="born is fixed"):
            write()
    assert people.get("born").tolist() == [0] * 3
    assert people.store.written == 0
    people.set("age", 7)
    people[0].age = 8
    assert people.store.written == 2


def test_who_cannot_be_removed_says_what_to_do_instead():
    store = ColumnStore([Field("aim", np.uint8, "1", "Aim.")], 3, stays="set its aim to 0")
    model = ColumnModel(seed=1)
    people = model.add_population(type("Stayer", (ColumnAgent,), {}), store)
    for leave in (people[0].remove, lambda: model.deregister_agent(people[0]), model.remove_all_agents):
        with pytest.raises(TypeError, match="cannot be removed: set its aim to 0"):
            leave()
    assert len(people) == 3


def test_a_default_must_keep_its_fields_bounds():
    with pytest.raises(ValueError, match="place must be at least 1, not 0"):
        Field("place", np.int32, "1", "A place.", least=1)


# -- an agent registered again


@pytest.mark.parametrize("leave", [False, True])
def test_an_agent_registered_again_keeps_its_id(leave):
    model = column_world()
    first, second = Firm(model), Firm(model)
    before = first.unique_id
    if leave:
        first.remove()
    model.register_agent(first)
    assert first.unique_id == before
    assert first in model.agents
    assert len(model.agents) == SIZE + 2
    assert [second.unique_id, Firm(model).unique_id] == [before + 1, before + 2]
    with pytest.raises(TypeError, match="as long as its columns say so"):
        model.register_agent(model.agents_by_type[Person][0])


def test_the_model_takes_out_agents_of_both_kinds():
    model = column_world()
    firm, person = Firm(model), model.agents_by_type[Person][3]
    for agent in (firm, person):
        model.deregister_agent(agent)
        assert agent not in model.agents
    assert person.status == GONE
    assert len(model.agents) == SIZE - 1


def test_remove_all_agents_removes_none_where_some_cannot_leave():
    model = ColumnModel(seed=1)
    firm = Firm(model)
    model.add_population(Person, toy_store(leave=False))
    with pytest.raises(TypeError, match="cannot be removed"):
        model.remove_all_agents()
    assert firm in model.agents
    assert len(model.agents) == 1 + SIZE


# -- Mesa's own sets hold agents weakly


def test_mesas_own_set_of_column_agents_loses_nobody():
    model = column_world()
    people = model.agents_by_type[Person]
    own = AgentSet([people[2], people[4], people[2]], model.random)
    own.add(people[7])
    gc.collect()
    assert [person.row for person in own] == [2, 4, 7]
    assert own.select(lambda person: person.row > 2).agg("row", sum) == 11
    again = AgentSet(list(people)[2:5], model.random)
    gc.collect()
    assert [person.row for person in again] == [2, 3, 4]
    assert set(own) & set(again) == {people[2], people[4]}


def test_two_views_of_one_row_are_both_kept():
    model = column_world()
    people = model.agents_by_type[Person]
    one, other = people[2], people[2]
    sets = [AgentSet([one], model.random), AgentSet([other], model.random)]
    del one, other
    gc.collect()
    assert [len(agents) for agents in sets] == [1, 1]


@pytest.mark.parametrize("way", ["remove", "retire", "kernel"])
def test_one_who_left_leaves_mesas_own_set_as_in_mesa(way):
    model = column_world()
    people = model.agents_by_type[Person]
    own = AgentSet([people[2], people[4]], model.random)
    if way == "remove":
        people[2].remove()
    elif way == "retire":
        people.store.retire(np.array([2, 3]))
    else:
        people.store["status"][2] = GONE
        people.store.touch()
    gc.collect()
    assert [person.row for person in own] == [4]


def test_mesas_own_set_on_the_left_of_columns_loses_nobody():
    model = column_world()
    firm = Firm(model)
    both = model.agents_by_type[Firm] | set(model.agents_by_type[Person].select(at_most=3))
    gc.collect()
    assert {type(agent) for agent in both} == {Firm, Person}
    assert len(list(both)) == 4
    assert firm in both


# -- either all or nobody


def test_a_bulk_function_that_some_cannot_take_runs_for_nobody():
    @bulk
    def earn_all(people):
        people.set("wealth", people.get("wealth") + 1)

    model = mixed_world()
    population = model.agents_by_type[Person]
    shuffled = model.agents.shuffle()
    for agents in (
        model.agents,
        shuffled,
        MixedAgentSet([population, Firm(model).model.agents], model.random),
    ):
        before = agents.get("wealth")
        for act in (agents.do, agents.map, agents.shuffle_do):
            with pytest.raises(TypeError, match="earn_all is called with columns"):
                act(earn_all)
        assert agents.get("wealth") == before
    population.do(earn_all)


def test_a_method_that_some_lack_runs_for_nobody():
    model = column_world()
    firm = Firm(model)
    firm.greet = lambda: None
    both = MixedAgentSet([model.agents_by_type[Person], model.agents_by_type[Firm]], model.random)
    with pytest.raises(AttributeError, match="twice"):
        both.map("twice")
    before = both.get("wealth")
    with pytest.raises(AttributeError, match="earn"):
        both.do("earn")
    assert both.get("wealth") == before
    with pytest.raises(AttributeError, match="Person agents have no method 'greet'"):
        both.do("greet")


def test_an_attribute_that_some_cannot_take_is_set_for_nobody():
    model = mixed_world()
    before = model.agents.get("group")
    with pytest.raises(ValueError, match="group is stored as int16"):
        model.agents.set("group", 10**6)
    with pytest.raises(AttributeError, match="did you mean 'group'"):
        model.agents.set("grupe", 1)
    assert model.agents.get("group") == before
    assert not any(hasattr(agent, "grupe") for agent in model.agents)


# -- copies, lists, algebra in place


@pytest.mark.parametrize("world", [column_world, mixed_world])
def test_sets_have_copies_and_lists(world):
    agents = world().agents
    for twin in (agents.copy(), agents.select(at_most=9).copy(), copy.copy(agents)):
        assert twin.to_list() == list(twin) == agents.to_list()[: len(twin)]
        twin.discard(twin[0])
        assert len(agents) == SIZE


def in_place(agents, others):
    joined, both, less, either = (agents.copy() for _ in range(4))
    joined |= others
    both &= others
    less -= others
    either ^= others
    return joined, both, less, either


def test_the_algebra_in_place_of_a_mixture_is_that_of_sets():
    model = mixed_world()
    model.agents_by_type[Person].store.write("status", 1, 0)
    agents = model.agents.to_list()
    left = MixedAgentSet([model.agents.select(at_most=8)], model.random)
    right = model.agents.select(lambda agent: agent.unique_id % 2 == 0)
    expected = [
        set(left) | set(right),
        set(left) & set(right),
        set(left) - set(right),
        set(left) ^ set(right),
    ]
    assert [set(result) for result in in_place(left, right)] == expected
    assert [set(result) for result in in_place(left, list(right))] == expected
    assert [len(result) for result in in_place(left, right)] == [len(each) for each in expected]
    whole = model.agents
    with pytest.raises(TypeError, match="change a copy"):
        whole |= agents


def test_joining_a_mixture_in_place_takes_linear_time():
    def seconds(size):
        model = column_world(size=size)
        Firm(model)
        some = model.agents.select(lambda agent: agent.unique_id % 2 == 1)
        others = model.agents.copy()
        best = np.inf
        for _ in range(3):
            joined = MixedAgentSet([some], model.random)
            start = time.perf_counter()
            joined |= others
            best = min(best, time.perf_counter() - start)
            assert len(joined) == size + 1
        return best

    # Ten times as many take ten times as long, and a hundred times if each is looked for.
    assert seconds(20_000) < 40 * seconds(2_000)


# -- duplicates of models


def pickled(held):
    return pickle.loads(pickle.dumps(held))  # noqa: S301


@pytest.mark.parametrize("duplicate", [copy.deepcopy, pickled])
def test_a_duplicate_of_a_model_lives_on_by_itself(duplicate):
    model = mixed_world()
    firm = Firm(model)
    model.step()
    kept = AgentSet([model.agents_by_type[Person][1], firm], model.random)
    twin, twin_kept = duplicate((model, kept))
    assert twin.agents.get("unique_id") == model.agents.get("unique_id")
    gc.collect()
    assert [agent.unique_id for agent in twin_kept] == [agent.unique_id for agent in kept]
    assert all(agent.model is twin for agent in twin_kept)
    assert twin.random.random() == model.random.random()
    twin.step()
    assert (model.steps, twin.steps) == (1, 2)
    assert Firm(twin).unique_id == Firm(model).unique_id
    twin.agents_by_type[Person].do("earn")
    assert model.agents_by_type[Person].agg("wealth", sum) == toy_values()["wealth"][6:].sum()
    twin.register_agent(next(iter(twin.agents_by_type[Firm])))
    assert len(set(twin.agents.get("unique_id"))) == len(twin.agents) == SIZE + 2
