from __future__ import annotations

import copy
import pickle

import mesa
import numpy as np
import pytest
from column_toys import FIELDS, GONE, LATER, Firm, Person, column_world, toy_store

from sim.columns.bulk import bulk
from sim.columns.column_agent import ColumnAgent
from sim.columns.fields import Field
from sim.columns.store import ColumnStore


@pytest.fixture
def model():
    return column_world()


@pytest.fixture
def person(model):
    return model.agents[3]


def test_a_view_is_a_mesa_agent_of_the_model(model, person):
    assert isinstance(person, mesa.Agent)
    assert isinstance(person, Person)
    assert person.model is model
    assert person.random is model.random
    assert person.rng is model.rng
    assert (person.unique_id, person.row, person.pos) == (4, 3, None)
    assert repr(person) == "<Person 4>"


def test_fields_read_as_python_numbers(person):
    assert (person.wealth, person.group, person.status) == (1, 2, 0)
    assert {type(person.wealth), type(person.risk)} == {int, float}


def test_fields_write_through_to_the_column(model, person):
    person.wealth += 10
    assert person.store["wealth"][3] == 11
    assert model.agents[3].wealth == 11


def test_a_value_that_does_not_fit_is_refused(person):
    with pytest.raises(ValueError, match="wealth is stored as int32"):
        person.wealth = 2.5


def test_an_undeclared_name_cannot_be_set(person):
    with pytest.raises(AttributeError, match="did you mean 'wealth'"):
        person.welth = 5
    with pytest.raises(AttributeError):
        person.earn = 5
    assert not hasattr(person, "welth")


@pytest.mark.parametrize("name", ["store", "row", "model", "unique_id", "pos"])
def test_what_a_view_is_cannot_be_changed(person, name):
    with pytest.raises(AttributeError):
        setattr(person, name, 1)


def test_two_views_of_a_row_are_equal_but_not_the_same(model, person):
    other = model.agents[3]
    assert other is not person
    assert other == person
    assert len({person, other, model.agents[4]}) == 2
    assert person != model.agents[4]
    assert person != column_world().agents[3]
    assert person != 3


def test_a_view_holds_two_words(person):
    assert vars(person) == {}


def test_a_property_with_a_setter_works():
    class Saver(Person):
        @property
        def cents(self):
            return self.wealth * 100

        @cents.setter
        def cents(self, value):
            self.wealth = value // 100

    store = toy_store()
    Saver.bind(store.fields)
    saver = Saver(store, 0)
    saver.cents = 700
    assert (saver.wealth, saver.cents) == (7, 700)


def test_a_field_named_like_a_method_is_refused():
    class Stepper(ColumnAgent):
        def decide(self):
            return 1

    with pytest.raises(ValueError, match="already has decide, step"):
        Stepper.bind(["step", "wealth", "decide"])
    Stepper.bind(["wealth"])
    Stepper.bind(["wealth", "risk"])


def test_a_class_bound_to_several_stores_reads_each(model):
    small = ColumnStore([Field("wealth", "f8", "USD", "w"), Field("age", "u1", "years", "a")], 2)
    Person.bind(small.fields)
    view = Person(small, 1)
    view.age, view.wealth = 40, 0.5
    assert (view.age, view.wealth) == (40, 0.5)
    with pytest.raises(AttributeError, match="no field 'age'"):
        _ = model.agents[0].age


def test_agents_cannot_be_created_one_by_one(model):
    with pytest.raises(TypeError, match="add_population"):
        Person.create_agents(model, 5)


def test_removing_keeps_the_row_and_what_it_holds(model, person):
    person.remove()
    assert person not in model.agents
    assert (person.status, person.wealth) == (GONE, 1)
    assert len(person.alone()) == 0


def test_one_who_enters_later_becomes_an_agent(model):
    people = model.agents_by_type[Person]
    people.select(lambda p: p.unique_id > 10).set("status", LATER)
    assert len(model.agents) == 10
    Person(people.store, 11).status = 0
    assert [p.unique_id for p in people][-1] == 12


def test_a_bulk_method_runs_once_for_a_set_and_for_one_agent(model, person):
    people = model.agents_by_type[Person]
    people.do("earn_together", 5)
    person.earn_together(amount=2)
    assert person.wealth == 1 + 5 + 2
    assert person.twice_together(plus=1) == 17
    assert isinstance(person.twice_together(), int)
    assert people.map("twice_together", plus=1).tolist() == people.map("twice", plus=1)
    assert people.map(Person.twice_together).tolist() == people.map("twice")


def test_a_bulk_method_sees_the_set_it_was_called_on(model):
    seen = []

    @bulk
    def look(agents):
        seen.append(agents)

    some = model.agents_by_type[Person].select(at_most=4)
    assert some.do(look) is some
    assert seen == [some]


def test_a_view_pickles_with_its_store(person):
    twin = pickle.loads(pickle.dumps(person))  # noqa: S301
    assert (twin.unique_id, twin.wealth, twin.model.agents[3]) == (4, 1, twin)
    twin.wealth = 8
    assert person.wealth == 1


def test_copies_of_a_view(model, person):
    assert copy.copy(person) == person
    twin_model, twin = copy.deepcopy((model, person))
    assert twin in twin_model.agents
    assert twin not in model.agents


def test_bulk_functions_pickle_by_name():
    assert pickle.loads(pickle.dumps(Person.twice_together)) is Person.twice_together  # noqa: S301
    assert Person.twice_together.__name__ == "twice_together"


def test_ids_of_ordinary_and_column_agents_never_meet():
    model = column_world()
    firms = [Firm(model) for _ in range(3)]
    more = model.add_population(type("Other", (ColumnAgent,), {}), ColumnStore(FIELDS, 4))
    late = Firm(model)
    ids = [agent.unique_id for agent in model.agents]
    assert ids == [*range(1, 13), 13, 14, 15, 16, 17, 18, 19, 20]
    assert more.get("unique_id").tolist() == [16, 17, 18, 19]
    assert [firm.unique_id for firm in (*firms, late)] == [13, 14, 15, 20]
    assert Firm(copy.deepcopy(model)).unique_id == 21


def test_a_pass_over_many_agents_one_by_one_is_logged(caplog, monkeypatch):
    monkeypatch.setattr("sim.columns.row_set.SCALAR_PASS_ROWS", 10)
    people = column_world().agents_by_type[Person]
    with caplog.at_level("DEBUG", logger="sim.columns"):
        people.do("earn_together")
        assert caplog.messages == []
        people.do("earn")
    assert caplog.messages == ["pass over 12 Person agents one by one"]
    assert np.all(people.get("wealth") >= 2)
