from __future__ import annotations

import copy
import gc
import weakref
from itertools import pairwise

import mesa
import pytest
from column_toys import (
    FIELDS,
    MESA_3_3,
    SIZE,
    Firm,
    Person,
    PlainPerson,
    ToyModel,
    column_world,
    mixed_world,
    toy_store,
)

from sim.columns.column_agent import ColumnAgent
from sim.columns.column_model import ColumnModel
from sim.columns.column_set import ColumnAgentSet
from sim.columns.mesa_compat import AgentSet, AnyAgentSet, drop_id_counter
from sim.columns.mixed_set import MixedAgentSet
from sim.columns.store import ColumnStore


def run(model):
    model.run_model()
    return weakref.ref(model)


def test_it_is_a_mesa_model_with_both_kinds_of_agents():
    model = ToyModel(seed=1)
    assert isinstance(model, mesa.Model)
    assert set(model.agent_types) == {Firm, Person}
    assert model.agents_by_type[Person] is model.population
    assert isinstance(model.agents_by_type[Firm], AnyAgentSet)
    assert len(model.agents) == 2 + SIZE
    assert [type(agent) for agent in model.agents][:3] == [Firm, Firm, Person]


def test_run_model_counts_steps_and_deaths():
    model = ToyModel(seed=1)
    model.run_model()
    assert (model.steps, len(model.population), len(model.agents)) == (3, SIZE - 3, 2 + SIZE - 3)


def test_one_seed_one_history():
    first, second, other = (ToyModel(seed=seed) for seed in (4, 4, 5))
    for model in (first, second, other):
        model.run_model()
    assert first.datacollector.model_vars == second.datacollector.model_vars != other.datacollector.model_vars


def test_a_finished_model_is_freed():
    reference = run(ToyModel(seed=1))
    gc.collect()
    assert reference() is None


def test_a_model_abandoned_in_the_middle_is_freed():
    model = ToyModel(seed=1)
    model.step()
    population = model.population
    reference = weakref.ref(population.store)
    del model, population
    gc.collect()
    assert reference() is None


@pytest.mark.skipif(not MESA_3_3, reason="a fault that Mesa 3.5 has repaired")
def test_mesas_own_model_is_not_freed():
    # When this fails Mesa has repaired its id counters, and ColumnModel.register_agent need not drop them.
    model = mesa.Model(rng=1)
    Firm(model)
    reference = weakref.ref(model)
    del model
    gc.collect()
    assert reference() is not None
    drop_id_counter(reference())


def test_a_closed_model_is_freed_without_the_garbage_collector():
    gc.collect()
    gc.disable()
    try:
        model = mixed_world()
        Firm(model)
        model.step()
        store = model.agents_by_type[Person].store
        references = [weakref.ref(model), weakref.ref(model.agents[0])]
        model.close()
        del model
        assert [reference() for reference in references] == [None, None]
        assert (len(store), store.owner) == (SIZE // 2, None)
    finally:
        gc.enable()


def test_a_closed_model_keeps_its_records():
    model = ToyModel(seed=1)
    model.run_model()
    model.close()
    model.close()
    assert (len(model.agents), model.agent_types, model.running) == (0, [], False)
    assert len(model.datacollector.model_vars["total"]) == 3


def test_one_population_per_class_and_one_model_per_store():
    model = column_world()
    with pytest.raises(ValueError, match="already has a population of Person"):
        model.add_population(Person, toy_store())
    with pytest.raises(ValueError, match="already belong to a model"):
        ColumnModel(seed=1).add_population(Person, model.agents_by_type[Person].store)


def test_a_refused_population_leaves_the_model_as_it_was():
    class Stepper(ColumnAgent):
        def wealth(self):
            return 1

    model, store = ColumnModel(seed=1), toy_store()
    with pytest.raises(ValueError, match="already has wealth"):
        model.add_population(Stepper, store)
    assert (model.agent_types, store.owner) == ([], None)


def test_two_populations_live_side_by_side():
    model = column_world()
    other = type("Other", (ColumnAgent,), {})
    model.add_population(other, ColumnStore(FIELDS, 3))
    assert [len(agents) for agents in model.agents_by_type.values()] == [SIZE, 3]
    assert len(model.agents) == SIZE + 3
    assert type(model.agents[-1]) is other


def test_remove_all_agents_empties_both_kinds():
    model = ToyModel(seed=1)
    model.remove_all_agents()
    assert len(model.agents) == len(model.population) == len(model.agents_by_type[Firm]) == 0


def test_a_deep_copy_goes_its_own_way():
    model = ToyModel(seed=2)
    model.step()
    twin = copy.deepcopy(model)
    for each in (model, twin):
        each.run_model()
    assert model.datacollector.model_vars == twin.datacollector.model_vars
    twin.population.do("earn", 50)
    assert twin.population.agg("wealth", max) >= 50 > model.population.agg("wealth", max)


# -- sets of several kinds


@pytest.fixture
def mixed():
    model = mixed_world()
    Firm(model, wealth=3)
    return model


def test_order_is_that_of_joining_the_model(mixed):
    assert [type(agent).__name__ for agent in mixed.agents] == ["PlainPerson"] * 6 + ["Person"] * 6 + ["Firm"]
    assert len(mixed.agents.parts) == 3


def test_choosing_one_kind_gives_that_kinds_own_set(mixed):
    assert isinstance(mixed.agents.select(agent_type=Person), ColumnAgentSet)
    assert type(mixed.agents.select(agent_type=Firm)) is AgentSet
    assert isinstance(mixed.agents.select(agent_type=mesa.Agent), MixedAgentSet)


def test_a_shuffle_of_a_shuffle_has_no_more_runs_than_kinds_alternate(mixed):
    shuffled = mixed.agents.shuffle().shuffle().shuffle()
    kinds = [isinstance(agent, Person) for agent in shuffled]
    changes = sum(one != other for one, other in pairwise(kinds))
    assert len(shuffled.parts) == changes + 1


def test_views_in_a_shuffled_mixture_do_not_vanish(mixed):
    shuffled = mixed.agents.shuffle()
    gc.collect()
    assert len(shuffled) == len(list(shuffled)) == 13


@pytest.mark.parametrize("operator", ["__or__", "__ror__", "__xor__", "__rxor__", "__rsub__", "__rand__"])
def test_algebra_between_kinds_loses_nobody(mixed, operator):
    firms, people = mixed.agents_by_type[Firm], mixed.agents_by_type[Person]
    both = MixedAgentSet([firms, people], mixed.random)
    plain = mixed.agents.select(agent_type=mesa.Agent).select(lambda agent: not isinstance(agent, Person))
    result = getattr(both, operator)(plain)
    gc.collect()
    names = {"__or__": 13, "__ror__": 13, "__xor__": 12, "__rxor__": 12, "__rsub__": 6, "__rand__": 1}
    assert len(list(result)) == names[operator]


def test_mesas_own_set_on_the_left_loses_no_view(mixed):
    firms, people = mixed.agents_by_type[Firm], mixed.agents_by_type[Person]
    both = MixedAgentSet([people, mixed.agents_by_type[PlainPerson]], mixed.random)
    for result in (firms | both, firms ^ both):
        gc.collect()
        assert [type(agent) for agent in result] == [Firm] + [Person] * 6 + [PlainPerson] * 6


def test_a_mixture_set_attribute_reaches_every_kind(mixed):
    mixed.agents.set("wealth", 4)
    assert mixed.agents.get("wealth") == [4] * 13
    assert mixed.agents.agg("wealth", [sum, max]) == [52, 4]


def test_changing_a_mixture_does_not_change_the_sets_it_was_made_of(mixed):
    firms, some = mixed.agents_by_type[Firm], mixed.agents_by_type[Person].select(at_most=2)
    both = MixedAgentSet([firms, some], mixed.random)
    both.discard(firms[0])
    both.remove(some[0])
    both.add(Firm(mixed))
    assert (len(both), len(some)) == (2, 2)
    assert len(firms) == 2
    with pytest.raises(KeyError):
        both.remove(firms[0])
