"""Mesa's data collector, reading column agents by column."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import repeat
from typing import Any

from sim.columns.mesa_compat import Agent, AgentSet, Record, RecordHooks, now
from sim.columns.mixed_set import MixedAgentSet
from sim.columns.values import as_list


class ColumnDataCollector(RecordHooks):
    """A :class:`mesa.DataCollector` that asks a population for a column instead of each agent for a value.

    Reporters are Mesa's: an attribute name, a function of an agent, or ``[function, [arguments]]``; a
    function marked :func:`~sim.columns.bulk.bulk` is called once per population. Unlike Mesa's collector it
    can be pickled with attribute names as agent reporters.

    Parameters
    ----------
    model_reporters, agent_reporters, agenttype_reporters, tables : dict, optional
        As for :class:`mesa.DataCollector`.
    """

    def __init__(
        self,
        model_reporters: dict[str, Any] | None = None,
        agent_reporters: dict[str, Any] | None = None,
        agenttype_reporters: dict[type, dict[str, Any]] | None = None,
        tables: dict[str, list[str]] | None = None,
    ) -> None:
        super().__init__(model_reporters, tables=tables)
        # Given to Mesa's constructor, names would come back as closures that have forgotten them.
        self.agent_reporters = dict(agent_reporters or {})
        self.agenttype_reporters = dict(agenttype_reporters or {})

    def agent_rows(self, model: Any) -> Iterator[Record]:
        """Return (step, unique id, value of each agent reporter) of every agent."""
        return _records(now(model), model.agents, list(self.agent_reporters.values()))

    def agent_type_rows(self, model: Any, agent_type: type) -> Iterator[Record]:
        """Return (step, unique id, value of each reporter of the type) of every agent of a type.

        A type without agents of its own stands for its subclasses.

        Raises
        ------
        ValueError
            When `agent_type` is no kind of agent.
        """
        if not issubclass(agent_type, Agent):
            raise ValueError(f"{agent_type.__name__} is no agent type; this model has {model.agent_types}")
        agents = model.agents_by_type.get(agent_type)
        if agents is None:
            agents = model.agents.select(agent_type=agent_type)
        return _records(now(model), agents, list(self.agenttype_reporters[agent_type].values()))


def _records(time: float, agents: AgentSet, reporters: list[Any]) -> Iterator[Record]:
    for part in agents.parts if isinstance(agents, MixedAgentSet) else [agents]:
        columns = [_values(part, reporter) for reporter in ["unique_id", *reporters]]
        yield from zip(repeat(time), *columns)


def _values(agents: AgentSet, reporter: Any) -> list[Any]:
    if isinstance(reporter, str):
        values = agents.get(reporter, "default", None)
    elif isinstance(reporter, list):
        values = agents.map(reporter[0], *reporter[1])
    else:
        values = agents.map(reporter)
    return as_list(values)
