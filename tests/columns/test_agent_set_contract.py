"""What Mesa's AgentSet does, asked of Mesa's own, of ours over columns and of the mixture."""

from __future__ import annotations

import mesa
import numpy as np
import pytest
from column_toys import SIZE, Firm, Person, PlainPerson, ids, rich, toy_values

from sim.columns.mesa_compat import AgentSet

WEALTH = toy_values()["wealth"].tolist()
GROUP = toy_values()["group"].tolist()


def test_it_is_an_agent_set_of_agents(people):
    assert isinstance(people, AgentSet)
    assert all(isinstance(agent, mesa.Agent) for agent in people)


def test_length(people):
    assert len(people) == SIZE


def test_iteration_is_in_order_of_creation(people):
    assert ids(people) == list(range(1, SIZE + 1))


def test_iterating_again_starts_again(people):
    assert ids(people) == ids(people)


def test_contains(people):
    assert people[3] in people
    assert people[3] not in people.select(lambda agent: agent.unique_id != 4)
    assert "a word" not in people


@pytest.mark.parametrize("place", [0, 5, SIZE - 1, -1, -SIZE])
def test_one_item(people, place):
    assert people[place].unique_id == list(range(1, SIZE + 1))[place]


@pytest.mark.parametrize("place", [SIZE, -SIZE - 1])
def test_item_out_of_range(people, place):
    with pytest.raises(IndexError):
        people[place]


@pytest.mark.parametrize(
    "piece", [slice(3), slice(2, 8, 3), slice(None, None, -1), slice(9, 99), slice(5, 2)]
)
def test_a_slice_is_a_list(people, piece):
    assert isinstance(people[piece], list)
    assert ids(people[piece]) == list(range(1, SIZE + 1))[piece]


def test_select_everybody_is_a_copy(people):
    everybody = people.select()
    everybody.discard(everybody[0])
    assert len(people) == len(everybody) + 1


def test_select_by_function(people):
    assert ids(people.select(rich)) == [i + 1 for i in range(SIZE) if WEALTH[i] >= 3]


@pytest.mark.parametrize(("at_most", "expected"), [(0, 0), (4, 4), (0.5, 6), (0.3, 3), (1.0, 12), (99, 12)])
def test_select_at_most(people, at_most, expected):
    assert ids(people.select(at_most=at_most)) == list(range(1, expected + 1))


def test_select_at_most_counts_those_who_pass(people):
    assert ids(people.select(rich, at_most=2)) == [i + 1 for i in range(SIZE) if WEALTH[i] >= 3][:2]


def test_a_share_is_of_all_not_of_those_who_pass(people):
    assert len(people.select(rich, at_most=0.25)) == 3


def test_select_by_type(people):
    assert len(people.select(agent_type=mesa.Agent)) == SIZE
    assert len(people.select(agent_type=Firm)) == 0
    kinds = sum(len(people.select(agent_type=kind)) for kind in (Person, PlainPerson))
    assert kinds == SIZE


def test_select_in_place(people):
    assert people.select(rich, inplace=True) is people
    assert all(rich(agent) for agent in people)


@pytest.mark.parametrize("ascending", [True, False])
def test_sort_by_attribute_keeps_the_order_of_ties(people, ascending):
    expected = sorted(range(SIZE), key=WEALTH.__getitem__, reverse=not ascending)
    assert ids(people.sort("wealth", ascending=ascending)) == [i + 1 for i in expected]


def test_sort_is_descending_by_default(people):
    values = list(people.sort("risk").get("risk"))
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize("ascending", [True, False])
def test_sort_by_function_of_any_sortable_key(people, ascending):
    expected = sorted(range(SIZE), key=lambda i: (GROUP[i], str(WEALTH[i])), reverse=not ascending)
    found = people.sort(lambda agent: (agent.group, str(agent.wealth)), ascending=ascending)
    assert ids(found) == [i + 1 for i in expected]


def test_sort_leaves_the_set_or_changes_it_in_place(people):
    before = ids(people)
    people.sort("wealth")
    assert ids(people) == before
    assert people.sort("wealth", inplace=True) is people
    assert ids(people) != before


def test_sort_by_a_missing_attribute(people):
    with pytest.raises(AttributeError):
        people.sort("welth")


def test_shuffle_permutes_a_copy(people):
    shuffled = people.shuffle()
    assert sorted(ids(shuffled)) == ids(people) == list(range(1, SIZE + 1))
    assert ids(shuffled) != ids(people)


def test_shuffle_in_place(people):
    assert people.shuffle(inplace=True) is people
    assert sorted(ids(people)) == list(range(1, SIZE + 1)) != ids(people)


def test_one_seed_gives_one_shuffle(make):
    first, second, other = make(5), make(5), make(6)
    assert ids(first.agents.shuffle()) == ids(second.agents.shuffle())
    assert ids(first.agents.shuffle()) != ids(other.agents.shuffle())


def test_do_by_name_with_arguments(people):
    people.do("earn", amount=5)
    assert [agent.wealth for agent in people] == [wealth + 5 for wealth in WEALTH]


def test_do_function_with_arguments(people):
    people.do(lambda agent, by, plus: agent.earn(by * plus), 2, plus=3)
    assert [agent.wealth for agent in people] == [wealth + 6 for wealth in WEALTH]


def test_do_and_set_return_the_set(people):
    assert people.do("earn") is people
    assert people.shuffle_do("earn") is people
    assert people.set("wealth", 1) is people


def test_do_a_missing_method(people):
    with pytest.raises(AttributeError):
        people.do("spend_it_all")


def test_shuffle_do_meets_everybody_once_in_another_order(people):
    met = []
    people.shuffle_do(lambda agent: met.append(agent.unique_id))
    assert sorted(met) == ids(people) != met


def test_map_by_name_and_by_function(people):
    assert people.map("twice", plus=1) == [2 * wealth + 1 for wealth in WEALTH]
    assert people.map(lambda agent, by: agent.wealth * by, 3) == [3 * wealth for wealth in WEALTH]


def test_get_one_attribute(people):
    assert list(people.get("wealth")) == WEALTH


def test_get_unique_ids(people):
    assert list(people.get("unique_id")) == list(range(1, SIZE + 1))


def test_get_several_attributes_gives_one_record_per_agent(people):
    records = people.get(["wealth", "risk"])
    assert len(records) == SIZE
    assert [tuple(record) for record in records] == [(agent.wealth, agent.risk) for agent in people]


def test_get_a_missing_attribute(people):
    with pytest.raises(AttributeError):
        people.get("welth")
    assert list(people.get("welth", handle_missing="default", default_value=-1)) == [-1] * SIZE
    with pytest.raises(ValueError, match="handle_missing"):
        people.get("wealth", handle_missing="ignore")


def test_get_of_nobody(people):
    assert list(people.select(at_most=0).get("wealth")) == []


def test_set_for_all(people):
    people.set("wealth", 42)
    assert list(people.get("wealth")) == [42] * SIZE


def test_agg_with_one_and_several_functions(people):
    assert people.agg("wealth", sum) == sum(WEALTH)
    assert people.agg("wealth", [min, max, np.mean]) == [
        min(WEALTH),
        max(WEALTH),
        pytest.approx(np.mean(WEALTH)),
    ]
    assert people.agg("risk", len) == SIZE


def test_agg_of_nobody(people):
    nobody = people.select(at_most=0)
    assert nobody.agg("wealth", sum) == 0
    with pytest.raises(ValueError, match=r"empty|zero-size"):
        nobody.agg("wealth", max)


def test_groupby_keys_come_in_the_order_first_met(people):
    groups = people.groupby("group")
    assert [key for key, _ in groups] == list(dict.fromkeys(GROUP)) == [2, 0, 1]
    assert {key: ids(group) for key, group in groups} == {
        key: [i + 1 for i in range(SIZE) if GROUP[i] == key] for key in set(GROUP)
    }


def test_groupby_function_with_keys_of_any_kind(people):
    groups = people.groupby(lambda agent: ("rich" if rich(agent) else "poor", agent.group > 1))
    assert groups.count() == {
        key: sum(("rich" if WEALTH[i] >= 3 else "poor", GROUP[i] > 1) == key for i in range(SIZE))
        for key in groups.groups
    }
    assert sum(groups.count().values()) == SIZE


def test_groupby_to_lists(people):
    groups = people.groupby("group", result_type="list")
    assert all(isinstance(group, list) for group in groups.groups.values())
    assert groups.agg("wealth", sum) == people.groupby("group").agg("wealth", sum)


def test_groupby_agg_map_do_count(people):
    groups = people.groupby("group")
    expected = {key: [w for w, g in zip(WEALTH, GROUP, strict=True) if g == key] for key in (2, 0, 1)}
    assert groups.agg("wealth", sum) == {key: sum(values) for key, values in expected.items()}
    assert groups.agg("wealth", max) == {key: max(values) for key, values in expected.items()}
    assert groups.count() == dict.fromkeys((2, 0, 1), 4) == groups.map(len)
    assert len(groups) == 3
    assert groups.do("do", "earn", 1) is groups
    assert people.agg("wealth", sum) == sum(WEALTH) + SIZE


def test_random_is_the_models(model, people):
    assert people.random is model.random
    assert people.select(rich).random is model.random


def test_a_chain_of_calls(people):
    poorest = people.select(lambda agent: agent.group == 2).sort("wealth", ascending=True).do("earn", 10)
    assert list(poorest.get("wealth")) == sorted(w + 10 for w, g in zip(WEALTH, GROUP, strict=True) if g == 2)
