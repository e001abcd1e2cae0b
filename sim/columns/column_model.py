"""A Mesa model that holds populations of column agents beside its ordinary agents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar
from weakref import WeakSet

from sim.columns.column_agent import ColumnAgent
from sim.columns.column_set import ColumnAgentSet
from sim.columns.mesa_compat import Agent, Model, drop_id_counter, release, set_agents
from sim.columns.mixed_set import MixedAgentSet
from sim.columns.store import ColumnStore

A = TypeVar("A", bound=ColumnAgent)


class ColumnModel(Model):
    """A :class:`mesa.Model` whose ``agents`` and ``agents_by_type`` include column populations.

    Ids are unique across all its agents, in copies of the model too. Unlike a plain Mesa model it is never
    held by Mesa's table of id counters, so a model nobody refers to is freed by the next garbage collection.

    Parameters
    ----------
    seed, rng : optional
        As for :class:`mesa.Model`; give one of them or neither.
    """

    def __init__(self, *, seed: float | None = None, rng: Any = None) -> None:
        super().__init__(seed=seed, rng=rng)
        self._mixed = MixedAgentSet([], self.random)
        self._numbered: WeakSet[Agent] = WeakSet()
        set_agents(self, self._mixed)

    def add_population(
        self,
        agent_class: type[A],
        store: ColumnStore,
        bounds: Mapping[str, tuple[Any, Any]] | None = None,
    ) -> ColumnAgentSet[A]:
        """Make the rows of a store agents of this model.

        Parameters
        ----------
        agent_class : type of ColumnAgent
            What they are; it gets an attribute per field. One population per class.
        store : ColumnStore
            The rows: now members or not, all that there will ever be.
        bounds : mapping of str to (least, most), optional
            Bounds that the model sets to values written, such as ``{"place": (-1, places - 1)}``: see
            :meth:`ColumnStore.attach`.

        Returns
        -------
        ColumnAgentSet
            The whole population, live; also ``agents_by_type[agent_class]``.

        Raises
        ------
        ValueError
            When the class has a population here, the store has a model, or a field is named like a method.
        """
        if agent_class in self.agents_by_type:
            raise ValueError(f"the model already has a population of {agent_class.__name__}")
        agent_class.bind(store.fields)
        store.attach(self, self.agent_id_counter, bounds)
        self.agent_id_counter += len(store)
        population = ColumnAgentSet(agent_class, store)
        self.agents_by_type[agent_class] = population
        self._mixed.include(population)
        return population

    def register_agent(self, agent: Any) -> None:
        """Register an ordinary agent; Mesa calls this when one is made. Registered again it keeps its id.

        Raises
        ------
        TypeError
            When the agent is a row.
        """
        if isinstance(agent, ColumnAgent):
            raise TypeError("a column agent is in the model as long as its columns say so: write the columns")
        drop_id_counter(self)
        # Mesa 3.3 has numbered the agent and Mesa 3.5 is about to; both know nothing of the populations.
        known = agent in self._numbered
        number = agent.unique_id if known else self.agent_id_counter
        after = self.agent_id_counter + (not known)
        self.agent_id_counter = agent.unique_id = number
        super().register_agent(agent)
        agent.unique_id, self.agent_id_counter = number, after
        self._numbered.add(agent)

    def deregister_agent(self, agent: Any) -> None:
        """Take an agent out of the model; Mesa calls this when an ordinary one is removed."""
        if isinstance(agent, ColumnAgent):
            agent.remove()
        else:
            super().deregister_agent(agent)

    def remove_all_agents(self) -> None:
        """Remove ordinary agents and take every member of every population out of the model.

        Raises
        ------
        TypeError
            When a population's agents cannot be removed; then none is.
        """
        populations = self._populations()
        for population in populations:
            population.store.retire(population.rows[:0])  # refused here, before anything has happened
        for population in populations:
            population.store.retire(population.rows)
        super().remove_all_agents()

    def close(self) -> None:
        """End the run and let go of all agents, so that the model's memory is returned at once.

        A model and its agents refer to each other, and arrays do not hurry the garbage collector: without
        this, many finished models may pile up before it runs. What the model recorded stays; its agents are
        gone. References to agents that the model keeps elsewhere are its own to drop.
        """
        self.running = False
        for population in self._populations():
            population.store.detach()
        self._mixed = MixedAgentSet([], self.random)
        release(self)
        set_agents(self, self._mixed)

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_numbered": list(self._numbered)}  # a weak set cannot be pickled

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state, _numbered=WeakSet(state["_numbered"]))

    def _populations(self) -> list[ColumnAgentSet[Any]]:
        return [agents for agents in self.agents_by_type.values() if isinstance(agents, ColumnAgentSet)]
