"""Which agents are in a set: rows of a store, their order, and the algebra of sets."""

from __future__ import annotations

import logging
import operator
from collections.abc import Iterable, Iterator, Set
from random import Random
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

import numpy as np

from sim.columns.fields import Rows
from sim.columns.mesa_compat import AgentSet
from sim.columns.store import ColumnStore

if TYPE_CHECKING:
    from sim.columns.column_agent import ColumnAgent

A = TypeVar("A", bound="ColumnAgent")

log = logging.getLogger(__name__)
SCALAR_PASS_ROWS = 100_000  # a pass agent by agent over more rows takes longer than 0.1 s: worth a log line


class RowSet(AgentSet, Generic[A]):
    """The membership half of :class:`~sim.columns.column_set.ColumnAgentSet`; its parameters are there."""

    def __init__(
        self, agent_class: type[A], store: ColumnStore, rows: Rows | None = None, random: Random | None = None
    ) -> None:
        self.agent_class = agent_class
        self.store = store
        self._chosen = rows
        self._random = random
        self._now: tuple[int, Rows] | None = None

    @property
    def random(self) -> Random:  # type: ignore[override]
        """Source of shuffles.

        Raises
        ------
        ValueError
            When none was given and the store belongs to no model.
        """
        if self._random is not None:
            return self._random
        if self.store.owner is None:
            raise ValueError("this set belongs to no model: make it with a random.Random to shuffle it")
        chosen: Random = self.store.owner.random
        return chosen

    @property
    def rows(self) -> Rows:
        """Rows of the set's agents, in order; treat it as read-only."""
        if self._chosen is None:
            return self.store.rows()
        if self._now is None or self._now[0] != self.store.version:
            member = self.store.member_mask()[self._chosen]
            self._now = (self.store.version, self._chosen if member.all() else self._chosen[member])
        return self._now[1]

    @property
    def whole(self) -> bool:
        """Whether this is the whole population, with whoever enters it later."""
        return self._chosen is None

    def take(self, rows: Rows) -> Self:
        """Return the set of these rows of the same population."""
        return type(self)(self.agent_class, self.store, rows, self._random)

    def detach(self) -> Self:
        """Return a copy with a small store of its own: these rows, their unique ids, no model."""
        return type(self)(self.agent_class, self.store.take(self.rows), None, self._random)

    # -- a sequence

    def __len__(self) -> int:
        return len(self.rows)

    def __iter__(self) -> Iterator[A]:
        rows, store, agent_class = self.rows, self.store, self.agent_class
        if len(rows) > SCALAR_PASS_ROWS:
            log.debug("pass over %d %s agents one by one", len(rows), agent_class.__name__)
        version = store.version
        for row in rows.tolist():
            # An agent may have removed another one before its turn.
            if store.version == version or store.member_mask()[row]:
                yield store.kept(row) or agent_class(store, row)

    def __reversed__(self) -> Iterator[A]:
        return iter(self.take(self.rows[::-1]))

    def __getitem__(self, item: int | slice) -> Any:
        """Return one agent, or the list of agents of a slice."""
        if isinstance(item, slice):
            return list(self.take(self.rows[item]))
        row = int(self.rows[operator.index(item)])
        return self.store.kept(row) or self.agent_class(self.store, row)

    def to_list(self) -> list[A]:
        """Return the agents as a list."""
        return list(self)

    def __contains__(self, agent: object) -> bool:
        row = self._row_of(agent)
        if row is None or not self.store.member_mask()[row]:
            return False
        return self._chosen is None or bool((self._chosen == row).any())

    def index(self, agent: object, start: int = 0, stop: int | None = None) -> int:
        """Return the position of an agent.

        Raises
        ------
        ValueError
            When it is not in that part of the set.
        """
        row = self._row_of(agent)
        for place in np.flatnonzero(self.rows == row):
            if place in range(len(self))[start:stop]:
                return int(place)
        raise ValueError(f"{agent!r} is not in the set")

    def count(self, agent: object) -> int:
        """Return 1 when the agent is in the set, else 0."""
        return int(agent in self)

    # -- changes in place

    def add(self, agent: Any) -> None:
        """Add an agent of the same population at the end, unless it is in already.

        Raises
        ------
        TypeError
            When it is an agent of something else.
        """
        self._become((self | [agent]).rows, inplace=True)

    def discard(self, agent: Any) -> None:
        """Take an agent out of the set, if it is in; it stays in the model."""
        self._become((self - [agent]).rows, inplace=True)

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

    def clear(self) -> None:
        """Take every agent out of the set."""
        self._become(self.rows[:0], inplace=True)

    def _become(self, rows: Rows, inplace: bool) -> Self:
        if not inplace:
            return self.take(rows)
        if self.whole:
            raise TypeError("a whole population is not changed in place: change a copy, population.select()")
        self._chosen, self._now = rows, None
        return self

    # -- the algebra of sets; the order of results is Mesa's

    def __or__(self, other: Iterable[Any]) -> Self:
        rows = self._own(other)
        return self.take(np.concatenate([self.rows, rows[~np.isin(rows, self.rows)]]))

    def __ror__(self, other: Iterable[Any]) -> Self:
        return self.take(self._own(other)) | self

    def __and__(self, other: Iterable[Any]) -> Self:
        rows = self._own(other, skip=True)
        return self.take(rows[np.isin(rows, self.rows)])

    __rand__ = __and__

    def __sub__(self, other: Iterable[Any]) -> Self:
        return self.take(self.rows[~np.isin(self.rows, self._own(other, skip=True))])

    def __rsub__(self, other: Iterable[Any]) -> Self:
        return self.take(self._own(other)) - self

    def __xor__(self, other: Iterable[Any]) -> Self:
        theirs = self.take(self._own(other))
        return (self - theirs) | (theirs - self)

    __rxor__ = __xor__

    def __ior__(self, other: Iterable[Any]) -> Self:
        return self._become((self | other).rows, inplace=True)

    def __iand__(self, other: Iterable[Any]) -> Self:
        return self._become(self.rows[np.isin(self.rows, (self & other).rows)], inplace=True)

    def __isub__(self, other: Iterable[Any]) -> Self:
        return self._become((self - other).rows, inplace=True)

    def __ixor__(self, other: Iterable[Any]) -> Self:
        return self._become((self ^ other).rows, inplace=True)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Set):
            return NotImplemented
        return len(self) == len(other) and len(self & other) == len(self)

    def __le__(self, other: Set[Any]) -> bool:
        return len(self & other) == len(self)

    def __ge__(self, other: Set[Any]) -> bool:
        return len(self & other) == len(other)

    __hash__ = None  # type: ignore[assignment]

    def isdisjoint(self, other: Iterable[Any]) -> bool:
        """Return whether no agent is in both."""
        return len(self & other) == 0

    def _row_of(self, agent: object) -> int | None:
        own = isinstance(agent, self.agent_class) and agent.store is self.store
        return agent.row if own else None  # type: ignore[attr-defined]

    def _own(self, other: Iterable[Any], skip: bool = False) -> Rows:
        """Return the rows of `other`'s agents, once each; agents of another kind are refused or skipped."""
        if isinstance(other, RowSet) and other.store is self.store:
            return other.rows
        rows = [self._row_of(agent) for agent in other]
        if None in rows and not skip:
            raise TypeError("agents of another population cannot join this set: use MixedAgentSet([a, b])")
        return np.array(list(dict.fromkeys(row for row in rows if row is not None)), np.intp)

    # -- copies

    def copy(self) -> Self:
        """Return a copy that later entrants do not join, and that can be changed in place."""
        return self.take(self.rows)

    __copy__ = copy

    def __getstate__(self) -> dict[str, Any]:
        return {**vars(self), "_now": None}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} of {len(self)} {self.agent_class.__name__} agents>"
