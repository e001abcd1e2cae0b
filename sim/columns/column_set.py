"""An AgentSet over rows: Mesa's whole public interface, answered from columns."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Self

import numpy as np

from sim.columns.bulk import Bulk
from sim.columns.fields import Column
from sim.columns.groupby import ColumnGroupBy, positions_by_key
from sim.columns.row_set import A, RowSet
from sim.columns.values import aggregate, as_column, limit, order_of, permutation, widened

Method = str | Callable[..., Any]


class ColumnAgentSet(RowSet[A]):
    """An ordered set of column agents: a store and, unless it is the whole population, an array of rows.

    It is a :class:`mesa.agent.AgentSet`. A callable or method marked :func:`~sim.columns.bulk.bulk` is called
    once with the set; any other runs agent by agent, as in Mesa, only slower. An agent that has left the
    model is in no set any more, whoever still holds it.

    Parameters
    ----------
    agent_class : type of ColumnAgent
        What its agents are.
    store : ColumnStore
        Where they live.
    rows : ndarray of int, optional
        Which they are, in order, without repeats. Without it the set is the whole population, now and later;
        it then cannot be changed in place.
    random : random.Random, optional
        Source of shuffles; the model's by default.

    Notes
    -----
    Differs from Mesa's set on purpose: ``get`` (and a bulk ``map``) gives an array, of records for a list of
    names; ``set`` takes one value per agent too; a value that a column may not hold is refused; ``s[3] is
    s[3]`` is false (``==`` is true); a seed shuffles into another order than Mesa's; the whole population
    refuses changes in place.
    """

    # -- choosing and ordering

    def select(
        self,
        filter_func: Callable[..., Any] | None = None,
        at_most: float = float("inf"),
        inplace: bool = False,
        agent_type: type[Any] | None = None,
    ) -> Self:
        """Return the agents that pass a test, the first `at_most` of them (a float up to 1 is a share)."""
        rows = self.rows
        allowed = limit(at_most, len(rows))
        if agent_type is not None and not issubclass(self.agent_class, agent_type):
            rows = rows[:0]
        elif isinstance(filter_func, Bulk):
            rows = rows[self.one_each(filter_func).astype(bool)]
        elif filter_func is not None:
            passing = (agent.row for agent in self if filter_func(agent))
            rows = np.fromiter(islice(passing, allowed), np.intp)
        return self._become(rows[:allowed], inplace)

    def shuffle(self, inplace: bool = False) -> Self:
        """Return the agents in random order."""
        return self._become(permutation(self.rows, self.random), inplace)

    def sort(self, key: Callable[..., Any] | str, ascending: bool = False, inplace: bool = False) -> Self:
        """Return the agents ordered by an attribute or a function; ties keep their order both ways."""
        return self._become(self.rows[order_of(self.keys(key), ascending)], inplace)

    def groupby(self, by: Callable[..., Any] | str, result_type: str = "agentset") -> ColumnGroupBy:
        """Return the agents grouped by an attribute or a function, as sets or (``"list"``) lists."""
        rows = self.rows
        groups = {key: self.take(rows[places]) for key, places in positions_by_key(self.keys(by))}
        if result_type == "agentset":
            return ColumnGroupBy(groups)
        return ColumnGroupBy({key: list(group) for key, group in groups.items()})

    # -- acting

    def do(self, method: Method, *args: Any, **kwargs: Any) -> Self:
        """Call a method or function, once if it is bulk, else on each agent."""
        marked = self._marked(method)
        if marked is not None:
            marked(self, *args, **kwargs)
        elif isinstance(method, str):
            for agent in self:
                getattr(agent, method)(*args, **kwargs)
        else:
            for agent in self:
                method(agent, *args, **kwargs)
        return self

    def shuffle_do(self, method: Method, *args: Any, **kwargs: Any) -> Self:
        """Call a method or function on the agents in random order.

        Raises
        ------
        TypeError
            When a bulk method declares that order does not matter: use ``do``.
        """
        marked = self._marked(method)
        if marked is not None and not marked.order_matters:
            raise TypeError(
                f"{marked.function.__name__} declares that order does not matter: use do, not shuffle_do"
            )
        self.shuffle().do(method, *args, **kwargs)
        return self

    def map(self, method: Method, *args: Any, **kwargs: Any) -> Any:
        """Return what a method or function returns: the own result of a bulk one, else a list."""
        marked = self._marked(method)
        if marked is not None:
            return marked(self, *args, **kwargs)
        if isinstance(method, str):
            return [getattr(agent, method)(*args, **kwargs) for agent in self]
        return [method(agent, *args, **kwargs) for agent in self]

    # -- reading and writing columns

    def get(
        self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None
    ) -> Column:
        """Return an attribute of every agent, as an array that shares no memory with the store.

        Parameters
        ----------
        attr_names : str or list of str
            Fields, ``"unique_id"``, or other attributes of the agents (read one by one).
        handle_missing : {"error", "default"}
            What to do for an attribute that agents do not have.
        default_value : object
            Stands in for it.

        Returns
        -------
        ndarray
            Shape (agents,), numbers in 64 bits; for a list of names an array of records, one item per name.

        Raises
        ------
        AttributeError
            When an attribute is missing and `handle_missing` is ``"error"``.
        ValueError
            When `handle_missing` is neither word.
        """
        if handle_missing not in ("error", "default"):
            raise ValueError(
                f"Unknown handle_missing option: {handle_missing}, should be one of 'error' or 'default'"
            )
        missing = (default_value,) if handle_missing == "default" else None
        if isinstance(attr_names, str):
            return widened(self._get(attr_names, missing))
        columns = {name: widened(self._get(name, missing)) for name in attr_names}
        records = np.empty(len(self), [(name, column.dtype) for name, column in columns.items()])
        for name, column in columns.items():
            records[name] = column
        return records

    def set(self, attr_name: str, value: Any) -> Self:
        """Set a field to one value for all, or to one value per agent; another attribute agent by agent.

        Raises
        ------
        AttributeError
            When agents have no such attribute.
        ValueError
            When the column cannot hold a value, or there are neither one nor as many values as agents.
        """
        if attr_name in self.store:
            self.store.write(attr_name, self.rows, value)
        else:
            for agent in self:
                setattr(agent, attr_name, value)
        return self

    def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any:
        """Return a function, or the list of several, of an attribute's values."""
        return aggregate(self.get(attribute), func)

    # -- what would be refused, asked before anything is done

    def refuse(self, attr_name: str, value: Any) -> None:
        """Raise what ``set`` would raise, without setting anything."""
        if attr_name in self.store:
            self.store.fit(attr_name, value)
        elif not hasattr(getattr(self.agent_class, attr_name, None), "__set__"):
            raise self.store.unknown(attr_name)

    def refuse_call(self, method: Method) -> None:
        """Raise when agents have no such method, or it acts on everybody and this is not the population."""
        if isinstance(method, str) and not hasattr(self.agent_class, method):
            raise AttributeError(f"{self.agent_class.__name__} agents have no method {method!r}")
        marked = self._marked(method)
        if marked is not None:
            marked.refuse_part(self)

    # -- values of agents

    def _marked(self, method: Method) -> Bulk | None:
        found = getattr(self.agent_class, method, None) if isinstance(method, str) else method
        return found if isinstance(found, Bulk) else None

    def keys(self, key: Method) -> Column | list[Any]:
        """Return one sort or group key per agent."""
        if isinstance(key, str):
            return self._get(key, None)
        return self.one_each(key) if isinstance(key, Bulk) else [key(agent) for agent in self]

    def one_each(self, method: Bulk) -> Column:
        """Return what a bulk function returns for this set.

        Raises
        ------
        ValueError
            When that is not one value per agent.
        """
        values = np.asarray(method(self))
        if values.shape != (len(self),):
            name = method.function.__name__
            raise ValueError(f"{name} gave shape {values.shape} for {len(self)} agents, not one value each")
        return values

    def _get(self, name: str, missing: tuple[Any] | None) -> Column:
        if name in self.store:
            return self.store[name][self.rows]
        if name == "unique_id":
            return self.store.ids(self.rows)
        return as_column([getattr(agent, name, *(missing or ())) for agent in self])
