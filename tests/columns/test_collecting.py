"""Mesa's data collector and batch runner over column agents, and the faults of both that one must know."""

from __future__ import annotations

import pickle

import mesa
import pytest
from column_toys import MESA_3_3, SIZE, Firm, Person, PlainPerson, ToyModel, mixed_world, plain_world

from sim.columns.bulk import bulk
from sim.columns.collector import ColumnDataCollector
from sim.columns.column_set import ColumnAgentSet
from sim.columns.mesa_compat import AnyAgentSet


def times(agent, factor):
    return agent.wealth * factor


@bulk
def twice_bulk(people):
    return 2 * people.get("wealth")


REPORTERS = {
    "wealth": "wealth",
    **({"nothing": "no_such_thing"} if MESA_3_3 else {}),  # Mesa 3.5 refuses a name that an agent lacks
    "twice": lambda a: a.twice(),
    "triple": [times, [3]],
}


def collect(collector, model):
    for _ in range(2):
        model.step()
        model.agents.do("earn")
        collector.collect(model)
    return collector


def test_agent_records_equal_mesas():
    ours = collect(ColumnDataCollector(agent_reporters=REPORTERS), mixed_world())
    mesas = collect(mesa.DataCollector(agent_reporters=REPORTERS), plain_world())
    frame = ours.get_agent_vars_dataframe()
    assert len(frame) == 2 * SIZE
    assert frame.equals(mesas.get_agent_vars_dataframe())


@pytest.mark.parametrize("kind", [Person, PlainPerson, mesa.Agent])
def test_agent_type_records_equal_mesas(kind):
    ours = collect(ColumnDataCollector(agenttype_reporters={kind: REPORTERS}), mixed_world())
    mesas = collect(mesa.DataCollector(agenttype_reporters={kind: REPORTERS}), mixed_world())
    frame = ours.get_agenttype_vars_dataframe(kind)
    assert len(frame) == 2 * (SIZE if kind is mesa.Agent else SIZE // 2)
    assert frame.equals(mesas.get_agenttype_vars_dataframe(kind))


def test_an_unknown_agent_type():
    with pytest.raises(ValueError, match="int is no agent type"):
        collect(ColumnDataCollector(agenttype_reporters={int: {"x": "x"}}), mixed_world())


def test_reading_by_column_makes_no_view():
    class Untouchable(Person):
        def __init__(self, store, row):
            raise AssertionError("a view was made")

    model = ToyModel(seed=1)
    model.population.agent_class = Untouchable
    reporters = {"wealth": "wealth", "twice": twice_bulk, "id": "unique_id"}
    collector = ColumnDataCollector(agenttype_reporters={Person: reporters})
    collector.collect(model)
    frame = collector.get_agenttype_vars_dataframe(Person)
    assert (frame["twice"] == 2 * frame["wealth"]).all()
    assert frame["id"].tolist() == frame.index.get_level_values("AgentID").tolist()


def test_the_population_on_its_own_and_the_toy_model():
    model = ToyModel(seed=1)
    model.run_model()
    frame = model.datacollector.get_agenttype_vars_dataframe(Person)
    assert [len(group) for _, group in frame.groupby("Step")] == [11, 10, 9]
    assert model.datacollector.get_model_vars_dataframe()["people"].tolist() == [11, 10, 9]
    agents = model.datacollector.get_agent_vars_dataframe()
    last = agents.loc[model.steps, "wealth"]
    assert last.sum() == model.datacollector.model_vars["total"][-1]


def test_a_collector_of_names_can_be_pickled():
    collector = collect(ColumnDataCollector(agent_reporters={"wealth": "wealth"}), mixed_world())
    twin = pickle.loads(pickle.dumps(collector))  # noqa: S301
    assert twin.get_agent_vars_dataframe().equals(collector.get_agent_vars_dataframe())


def batch(seeds, model=ToyModel, **options):
    parameters = {name: options.pop(name) for name in ("firms", "years", "size") if name in options}
    if MESA_3_3:
        parameters["seed"] = seeds
    else:
        options["rng"] = seeds
    return mesa.batch_run(model, parameters, display_progress=False, **options)


def test_a_name_that_an_agent_lacks_is_recorded_as_none():
    collector = collect(ColumnDataCollector(agent_reporters={"nothing": "no_such_thing"}), mixed_world())
    assert collector.get_agent_vars_dataframe()["nothing"].tolist() == [None] * 2 * SIZE


def test_batch_run_over_seeds_and_levels():
    results = batch([1, 2, 3], firms=[1, 2])
    ends = {(row["seed"], row["firms"]): row for row in results}
    assert len(ends) == 6
    for (seed, firms), row in ends.items():
        model = ToyModel(seed=seed, firms=firms)
        model.run_model()
        assert (row["people"], row["total"]) == (9, model.datacollector.model_vars["total"][-1])


def test_batch_run_by_period_gives_model_rows_of_every_step():
    rows = batch([3], data_collection_period=1)
    first = 0 if MESA_3_3 else 1
    steps = list(dict.fromkeys((row["Step"] - first, row["people"]) for row in rows))
    assert steps == [(0, 11), (1, 10), (2, 9)]


@pytest.mark.slow
def test_batch_run_in_two_processes_gives_the_same():
    def by_seed(rows):
        return sorted(rows, key=lambda row: (row["seed"], row["Step"], row.get("AgentID", 0)))

    def without_run(rows):
        return [{key: value for key, value in row.items() if key != "RunId"} for row in rows]

    alone, together = batch([1, 2]), batch([1, 2], number_processes=2)
    assert without_run(by_seed(alone)) == without_run(by_seed(together))


# -- faults of Mesa 3.3.1: when one of these fails, Mesa has changed and what is written about it must too

only_3_3 = pytest.mark.skipif(not MESA_3_3, reason="a fault that Mesa 3.5 has repaired")


@only_3_3
def test_mesa_fault_max_steps_runs_one_step_more():
    rows = batch([1], years=99, size=40, max_steps=10)
    assert rows[0]["people"] == 40 - 11


@only_3_3
def test_mesa_fault_iterations_of_one_seed_are_identical():
    rows = batch([1], iterations=3)
    assert {row["iteration"] for row in rows} == {0, 1, 2}
    assert len({row["total"] for row in rows}) == 1
    assert len({row["total"] for row in batch([1, 2, 3])}) > 1


@only_3_3
def test_mesa_fault_agent_type_records_never_appear_in_batch_results():
    rows = batch([1])
    assert not any("risk" in row or "group" in row for row in rows)


@only_3_3
def test_mesa_fault_agent_rows_lag_model_rows_by_a_step():
    rows = batch([1], data_collection_period=1)
    agents = {step: sum("AgentID" in row for row in rows if row["Step"] == step) for step in range(3)}
    people = {row["Step"]: row["people"] for row in rows}
    assert people == {0: 11, 1: 10, 2: 9}
    assert agents == {0: 0, 1: people[0] + 2, 2: people[1] + 2}


@only_3_3
def test_mesa_fault_collecting_twice_a_step_shifts_what_batch_run_reads():
    class Twice(ToyModel):
        def step(self):
            super().step()
            self.datacollector.collect(self)

    rows = batch([1], Twice)
    assert rows[0]["Step"] == 2
    assert rows[0]["people"] == 10  # the second year's, not the third's 9


def test_firms_are_ordinary_agents():
    model = ToyModel(seed=1)
    assert isinstance(model.agents_by_type[Firm], AnyAgentSet)
    assert not isinstance(model.agents_by_type[Firm], ColumnAgentSet)
