"""Who is in an AgentSet: changes, algebra, deaths and duplicates, asked of all three kinds of set."""

from __future__ import annotations

import copy
import pickle

import pytest
from column_toys import SIZE, Person, PlainPerson, ids, toy_values

WEALTH = toy_values()["wealth"].tolist()


def test_adding_a_member_again_changes_nothing(people):
    people.add(people[2])
    assert ids(people) == list(range(1, SIZE + 1))


def test_add_goes_to_the_end(people):
    first = people[0]
    people.remove(first)
    people.add(first)
    assert ids(people) == [*range(2, SIZE + 1), 1]


def test_discard_remove_and_add_back(people):
    last = people[-1]
    people.discard(last)
    people.discard(last)
    assert last not in people
    with pytest.raises(KeyError):
        people.remove(last)
    people.add(last)
    people.remove(last)
    assert len(people) == SIZE - 1
    assert last in last.model.agents


def test_pop_and_clear(people):
    first = people.pop()
    assert (first.unique_id, len(people)) == (1, SIZE - 1)
    people.clear()
    assert len(people) == 0
    with pytest.raises(KeyError):
        people.pop()


def test_the_algebra_of_sets(people):
    left = people.select(lambda agent: agent.unique_id <= 8).sort("unique_id")
    right = people.select(lambda agent: agent.unique_id >= 5)
    assert ids(left | right) == [8, 7, 6, 5, 4, 3, 2, 1, 9, 10, 11, 12]
    assert ids(left & right) == [5, 6, 7, 8]
    assert ids(left - right) == [4, 3, 2, 1]
    assert ids(left ^ right) == [4, 3, 2, 1, 9, 10, 11, 12]
    assert ids(left & [people[5], people[11]]) == [6]


def test_the_algebra_in_place(people):
    some = people.select(lambda agent: agent.unique_id <= 4)
    more = people.select(lambda agent: 3 <= agent.unique_id <= 6)
    same = some
    some |= more
    assert ids(some) == [1, 2, 3, 4, 5, 6]
    some &= more
    assert ids(some) == [3, 4, 5, 6]
    some -= people.select(at_most=4)
    assert ids(some) == [5, 6]
    some ^= people.select(at_most=6)
    assert sorted(ids(some)) == [1, 2, 3, 4]
    assert some is same


def test_comparisons(people):
    some = people.select(at_most=5)
    assert some < people
    assert some <= people
    assert people > some
    assert people >= some
    assert some == some.shuffle()
    assert some != people
    assert some != 5
    assert some.isdisjoint(people - some)
    assert not some.isdisjoint(people)


def test_sets_are_unhashable(people):
    with pytest.raises(TypeError):
        hash(people)


def test_index_count_and_reversed(people):
    tenth = people[9]
    assert people.index(tenth) == people.index(tenth, 3) == 9
    assert (people.count(tenth), (people - [tenth]).count(tenth)) == (1, 0)
    with pytest.raises(ValueError, match=r"not in|^$"):
        people.index(tenth, 0, 5)
    assert ids(reversed(people)) == list(range(SIZE, 0, -1))


def test_a_copy_is_another_set_of_the_same_agents(people):
    twin = copy.copy(people)
    assert twin == people
    twin.remove(twin[0])
    assert len(people) == SIZE
    twin[0].wealth = 77
    assert people[1].wealth == 77


def test_a_removed_agent_leaves_the_model_and_its_sets(model, people):
    model.agents.select(lambda agent: agent.unique_id == 3)[0].remove()
    assert len(model.agents) == len(people) == SIZE - 1
    assert 3 not in ids(people)


def test_removing_twice_is_harmless(model):
    agent = model.agents[4]
    agent.remove()
    agent.remove()
    assert len(model.agents) == SIZE - 1


def test_everybody_may_remove_himself_during_do(model):
    model.agents.do("remove")
    assert len(model.agents) == 0
    assert all(len(agents) == 0 for agents in model.agents_by_type.values())


def test_one_removed_before_his_turn_is_not_called(model):
    called = []

    def strike_the_last(agent):
        called.append(agent.unique_id)
        if agent.unique_id == 1:
            agent.model.agents[SIZE - 1].remove()

    model.agents.do(strike_the_last)
    assert called == list(range(1, SIZE))


def test_remove_all_agents(model):
    model.remove_all_agents()
    assert len(model.agents) == 0


def test_sets_of_the_model_know_types(model):
    assert sum(len(agents) for agents in model.agents_by_type.values()) == SIZE
    assert set(model.agent_types) == set(model.agents_by_type) <= {Person, PlainPerson}
    assert all(
        len(agents.select(agent_type=kind)) == len(agents) for kind, agents in model.agents_by_type.items()
    )


@pytest.mark.parametrize("duplicate", [copy.deepcopy, lambda pair: pickle.loads(pickle.dumps(pair))])  # noqa: S301
def test_a_duplicate_of_a_model_and_its_set_is_independent(model, people, duplicate):
    twin, twins = duplicate((model, people.sort("risk")))
    assert ids(twins) == ids(people.sort("risk"))
    assert twins[0].model is twin
    twin.agents.do("earn", 1000)
    assert min(twins.get("wealth")) >= 1000
    assert list(people.get("wealth")) == WEALTH
    twins[0].remove()
    assert (len(twin.agents), len(twins), len(model.agents)) == (SIZE - 1, SIZE - 1, SIZE)
