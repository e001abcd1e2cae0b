"""An agent that is a row: a Mesa agent of two words, made when somebody looks."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sim.columns.column_set import ColumnAgentSet
from sim.columns.mesa_compat import Agent, AgentSet
from sim.columns.store import ColumnStore


class FieldAccess:
    """Reads and writes one field of the row an agent stands for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, agent: ColumnAgent | None, owner: type) -> Any:
        return self if agent is None else agent.store[self.name].item(agent.row)

    def __set__(self, agent: ColumnAgent, value: Any) -> None:
        agent.store.write(self.name, agent.row, value)


class ColumnAgent(Agent):
    """A Mesa agent whose state is one row of a :class:`~sim.columns.store.ColumnStore`.

    Subclass it with methods only; :meth:`ColumnModel.add_population` gives the class an attribute for each
    field of its store. Methods marked :func:`~sim.columns.bulk.bulk` run on whole sets.

    Two views of one row are equal and hash alike, but are not the same object. Assigning to a name that is
    not a field raises, because the value would vanish with the view. A view that was put into a set or a
    dictionary is kept by the store until its row leaves the model.

    Parameters
    ----------
    store : ColumnStore
        The columns.
    row : int
        The row.
    """

    __slots__ = ("row", "store")
    store: ColumnStore
    row: int

    if TYPE_CHECKING:
        # The fields: bound at run time, because the store declares them.
        def __getattr__(self, name: str) -> Any: ...

    def __init__(self, store: ColumnStore, row: int) -> None:
        # Mesa's own __init__ registers a new agent with the model; a row is there already.
        object.__setattr__(self, "store", store)
        object.__setattr__(self, "row", row)

    @classmethod
    def bind(cls, names: Iterable[str]) -> None:
        """Give the class one attribute per field; naming the same fields again changes nothing.

        Raises
        ------
        ValueError
            When a field is named like a method or property of the agent.
        """
        new = [name for name in names if not isinstance(getattr(cls, name, None), FieldAccess)]
        taken = sorted(name for name in new if hasattr(cls, name))
        if taken:
            raise ValueError(f"{cls.__name__} already has {', '.join(taken)}; name the fields differently")
        for name in new:
            setattr(cls, name, FieldAccess(name))

    @property
    def model(self) -> Any:
        """The model the row belongs to, None after ``detach()``."""
        return self.store.owner

    @property
    def unique_id(self) -> int:
        """Number of the agent, unique in its model and fixed for the run."""
        return self.store.id_of(self.row)

    @property
    def pos(self) -> None:
        """None: where a column agent is, is one of its fields."""

    def alone(self) -> ColumnAgentSet[Self]:
        """Return the set of this one agent, empty when it is not a member."""
        return ColumnAgentSet(type(self), self.store, np.array([self.row], np.intp))

    def remove(self) -> None:
        """Take the agent out of the model; its row stays. Does nothing a second time."""
        if self.store.member_mask()[self.row]:
            self.store.retire(self.row)

    @classmethod
    def create_agents(cls, model: Any, n: int, *args: Any, **kwargs: Any) -> AgentSet:
        """Refuse: everybody who will ever enter is a row from the start.

        Raises
        ------
        TypeError
            Always; build a ColumnStore and hand it to ``add_population``.
        """
        raise _rows_are_there(cls)

    @classmethod
    def from_dataframe(cls, model: Any, df: Any, **kwargs: Any) -> AgentSet:
        """Refuse, as ``create_agents`` does.

        Raises
        ------
        TypeError
            Always.
        """
        raise _rows_are_there(cls)

    def __setattr__(self, name: str, value: Any) -> None:
        declared = getattr(type(self), name, None)
        if name in ColumnAgent.__slots__:
            raise AttributeError(f"{name!r} of a column agent never changes")
        if not hasattr(declared, "__set__"):
            raise self.store.unknown(name)
        object.__setattr__(self, name, value)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, ColumnAgent):
            return NotImplemented
        return self.store is other.store and self.row == other.row

    def __hash__(self) -> int:
        self.store.keep(self.row, self)
        return hash((id(self.store), self.row))

    def __reduce__(self) -> tuple[type[Self], tuple[ColumnStore, int]]:
        return type(self), (self.store, self.row)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.unique_id}>"


def _rows_are_there(kind: type[ColumnAgent]) -> TypeError:
    return TypeError(f"{kind.__name__} agents are rows: build a ColumnStore and call model.add_population")
