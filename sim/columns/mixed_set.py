"""An AgentSet of several kinds: ordinary agents and populations of columns, in one order."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from copy import copy
from itertools import chain, groupby, islice
from random import Random
from typing import Any, Self

import numpy as np

from sim.columns.bulk import Bulk
from sim.columns.column_agent import ColumnAgent
from sim.columns.column_set import ColumnAgentSet, Method
from sim.columns.fields import Rows
from sim.columns.groupby import ColumnGroupBy, positions_by_key
from sim.columns.mesa_compat import AgentSet
from sim.columns.store import ColumnStore
from sim.columns.values import as_list, limit, order_of, permutation


class MixedAgentSet(AgentSet):
    """Ordinary Mesa agents and column agents in one ordered set; what ``model.agents`` is.

    Parameters
    ----------
    parts : iterable of AgentSet
        Sets without common agents, in order. Populations among them stay live.
    random : random.Random
        Source of shuffles.

    Notes
    -----
    Ordinary agents are held weakly, as in Mesa. A method, function or attribute is handed to each part, so
    bulk ones run once per run of column agents; ``get`` and ``map`` give lists, because agents of several
    kinds share no dtype. A result that lies in one part is a set of that part's own kind.
    """

    def __init__(self, parts: Iterable[AgentSet], random: Random) -> None:
        self.random = random
        flat = chain.from_iterable(
            part.parts if isinstance(part, MixedAgentSet) else [part] for part in parts
        )
        self._parts = [part if isinstance(part, ColumnAgentSet) else copy(part) for part in flat]

    @property
    def parts(self) -> tuple[AgentSet, ...]:
        """The runs of one kind each, in order."""
        return tuple(self._parts)

    def include(self, population: ColumnAgentSet[Any]) -> None:
        """Append a population that has no agent in the set yet; it stays live."""
        self._parts.append(population)

    # -- a sequence

    def __len__(self) -> int:
        return sum(map(len, self._parts))

    def __iter__(self) -> Iterator[Any]:
        return chain.from_iterable(self._parts)

    def __reversed__(self) -> Iterator[Any]:
        return iter(list(self)[::-1])

    def __contains__(self, agent: object) -> bool:
        return any(agent in part for part in self._parts)

    def __getitem__(self, item: int | slice) -> Any:
        """Return one agent, or the list of agents of a slice."""
        places = range(len(self))[item]
        if isinstance(places, range):
            return list(self._at(np.array(places, np.intp)))
        for part in self._parts:
            if places < len(part):
                return part[places] if isinstance(part, ColumnAgentSet) else next(islice(part, places, None))
            places -= len(part)
        raise IndexError(item)

    def index(self, agent: object, start: int = 0, stop: int | None = None) -> int:
        """Return the position of an agent.

        Raises
        ------
        ValueError
            When it is not in that part of the set.
        """
        before = 0
        for part in self._parts:
            if agent in part:
                place = before + (part if isinstance(part, ColumnAgentSet) else list(part)).index(agent)
                if place in range(len(self))[start:stop]:
                    return place
            before += len(part)
        raise ValueError(f"{agent!r} is not in the set")

    def count(self, agent: object) -> int:
        """Return 1 when the agent is in the set, else 0."""
        return int(agent in self)

    def to_list(self) -> list[Any]:
        """Return the agents as a list."""
        return list(self)

    # -- choosing and ordering

    def select(
        self,
        filter_func: Callable[..., Any] | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type[Any] | None = None,
    ) -> AgentSet:
        """Return the agents that pass a test, the first `at_most` of them (a float up to 1 is a share)."""
        left = limit(at_most, len(self))
        chosen = []
        for part in self._parts:
            chosen.append(part.select(filter_func, left, agent_type=agent_type))
            left -= len(chosen[-1])
        return self._become(chosen, inplace)

    def shuffle(self, inplace: bool = False) -> AgentSet:
        """Return the agents in random order."""
        return self._become([self._at(permutation(np.arange(len(self)), self.random))], inplace)

    def sort(self, key: Method, ascending: bool = False, inplace: bool = False) -> AgentSet:
        """Return the agents ordered by an attribute or a function; ties keep their order both ways."""
        return self._become([self._at(order_of(self._keys(key), ascending))], inplace)

    def groupby(self, by: Method, result_type: str = "agentset") -> ColumnGroupBy:
        """Return the agents grouped by an attribute or a function, as sets or (``"list"``) lists."""
        groups = {key: self._at(places) for key, places in positions_by_key(self._keys(by))}
        if result_type == "agentset":
            return ColumnGroupBy(groups)
        return ColumnGroupBy({key: list(group) for key, group in groups.items()})

    # -- acting, reading and writing

    def do(self, method: Method, *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on each part: once if it is bulk, else on each agent.

        Raises
        ------
        AttributeError, TypeError
            When a part cannot do it; then no part has.
        """
        self._refuse_what_fails_halfway(method)
        for part in self.parts:
            part.do(method, *args, **kwargs)
        return self

    def shuffle_do(self, method: Method, *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on the agents in random order."""
        self.shuffle().do(method, *args, **kwargs)
        return self

    def map(self, method: Method, *args: Any, **kwargs: Any) -> list[Any]:
        """Return what a method or function returns, one per agent.

        Raises
        ------
        AttributeError, TypeError
            When a part cannot do it; then no part has.
        """
        self._refuse_what_fails_halfway(method)
        return [value for part in self.parts for value in as_list(part.map(method, *args, **kwargs))]

    def get(
        self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None
    ) -> list[Any]:
        """Return an attribute of every agent, or the list of several."""
        values = [
            value
            for part in self._parts
            for value in as_list(part.get(attr_names, handle_missing, default_value))
        ]
        return values if isinstance(attr_names, str) else [list(record) for record in values]

    def set(self, attr_name: str, value: Any) -> Self:
        """Set an attribute to one value for all.

        Raises
        ------
        AttributeError, ValueError
            When a population has no such field, or cannot hold the value; then nothing is set.
        """
        for part in self._parts:
            if isinstance(part, ColumnAgentSet):
                part.refuse(attr_name, value)
        for part in self._parts:
            part.set(attr_name, value)
        return self

    # -- changes in place

    def add(self, agent: Any) -> None:
        """Add an agent at the end, unless it is in already."""
        if agent in self:
            return
        last = self._parts[-1] if self._parts else None
        if isinstance(agent, ColumnAgent):
            self._parts.append(agent.alone())
        elif last is None or isinstance(last, ColumnAgentSet):
            self._parts.append(AgentSet([agent], self.random))
        else:
            last.add(agent)

    def discard(self, agent: Any) -> None:
        """Take an agent out of the set, if it is in; it stays in the model.

        Raises
        ------
        TypeError
            When it belongs to a whole population.
        """
        for place, part in enumerate(self._parts):
            if agent in part:
                if isinstance(part, ColumnAgentSet) and not part.whole:
                    self._parts[place] = part - [agent]
                else:
                    part.discard(agent)

    def remove(self, agent: Any) -> None:
        """Take an agent out of the set; it stays in the model.

        Raises
        ------
        KeyError
            When it is not in the set.
        """
        if agent not in self:
            raise KeyError(agent)
        self.discard(agent)

    def _become(self, parts: list[AgentSet], inplace: bool) -> AgentSet:
        parts = [part for part in parts if len(part)]
        if not inplace:
            return parts[0] if len(parts) == 1 else MixedAgentSet(parts, self.random)
        if any(isinstance(part, ColumnAgentSet) and part.whole for part in self._parts):
            raise TypeError(
                "a set with a whole population is not changed in place: change a copy, agents.select()"
            )
        self._parts = list(MixedAgentSet(parts, self.random).parts)
        return self

    # -- from positions or agents to runs of one kind

    def _keys(self, key: Method) -> list[Any]:
        if isinstance(key, str):
            return self.get(key)
        keys = (
            part.keys(key) if isinstance(part, ColumnAgentSet) else map(key, part) for part in self._parts
        )
        return [value for part in keys for value in as_list(part)]

    def _at(self, places: Rows) -> AgentSet:
        """Return the agents at these positions, in this order."""
        ordinary: list[Any] = []
        kinds: dict[int, ColumnAgentSet[Any]] = {}
        kind, key = [np.empty(0, np.intp)], [np.empty(0, np.intp)]
        for part in self._parts:
            if isinstance(part, ColumnAgentSet):
                kinds[id(part.store)] = part
                key.append(part.rows)
            else:
                key.append(np.arange(len(ordinary), len(ordinary) + len(part)))
                ordinary += part
            kind.append(np.full(len(part), id(part.store) if isinstance(part, ColumnAgentSet) else 0))
        wanted, keys = np.concatenate(kind)[places], np.concatenate(key)[places]
        runs = np.split(np.arange(len(places)), np.flatnonzero(wanted[1:] != wanted[:-1]) + 1)
        return self._become(
            [
                kinds[wanted[run[0]]].take(keys[run])
                if wanted[run[0]]
                else AgentSet([ordinary[place] for place in keys[run]], self.random)
                for run in runs
                if len(run)
            ],
            inplace=False,
        )

    def _from_iterable(self, agents: Iterable[Any]) -> MixedAgentSet:
        """Return the set of `agents`; :class:`collections.abc.Set` builds the results of its algebra so."""
        parts = []
        for store, run in groupby(dict.fromkeys(agents), _store_of):
            run_agents = list(run)
            if store is None:
                parts.append(AgentSet(run_agents, self.random))
            else:
                parts.append(run_agents[0].alone().take(np.array([a.row for a in run_agents], np.intp)))
        return MixedAgentSet(parts, self.random)

    def _refuse_what_fails_halfway(self, method: Method) -> None:
        for part in self._parts:
            if isinstance(part, ColumnAgentSet):
                part.refuse_call(method)
            elif isinstance(method, Bulk):
                if len(part):
                    raise TypeError(
                        f"{method.function.__name__} is called with columns, which the ordinary agents among "
                        "these do not have: call it on the population, model.agents_by_type[...]"
                    )
            elif isinstance(method, str):
                for agent in part:
                    getattr(agent, method)

    # Mesa's own set on the left would build a set of single views.
    def __ror__(self, other: Iterable[Any]) -> MixedAgentSet:
        return self._from_iterable(chain(other, self))

    # In place as one step: Mesa's own adds agent by agent, and looks through the set for each.

    def __ior__(self, other: Iterable[Any]) -> Self:
        return self._replace(self | other)

    def __iand__(self, other: Iterable[Any]) -> Self:
        others = set(other)
        return self._replace(self._from_iterable(agent for agent in self if agent in others))

    def __isub__(self, other: Iterable[Any]) -> Self:
        others = set(other)
        return self._replace(self._from_iterable(agent for agent in self if agent not in others))

    def __ixor__(self, other: Iterable[Any]) -> Self:
        return self._replace(self ^ other)

    def _replace(self, agents: AgentSet) -> Self:
        self._become([agents], inplace=True)
        return self

    # -- copies

    def copy(self) -> MixedAgentSet:
        """Return a copy that later entrants do not join, and that can be changed in place."""
        return MixedAgentSet(map(copy, self._parts), self.random)

    __copy__ = copy

    def __getstate__(self) -> dict[str, Any]:
        return vars(self)

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} agents in {len(self._parts)} runs>"


def _store_of(agent: Any) -> ColumnStore | None:
    return agent.store if isinstance(agent, ColumnAgent) else None
