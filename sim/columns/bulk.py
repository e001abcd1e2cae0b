"""The mark that says: call this once with the whole set, not once per agent."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, overload

import numpy as np


class Bulk:
    """A function or method of a set of column agents; made by :func:`bulk`.

    Called with a set it runs once. Called as a method of a single agent it runs on the set of that one agent,
    and a result of one value comes back as a scalar, so its body only ever sees sets. One that acts on the
    whole population sees nothing less: every other set, and a single agent, is refused.
    """

    def __init__(self, function: Callable[..., Any], order_matters: bool, whole: bool) -> None:
        functools.update_wrapper(self, function)
        self.function = function
        self.order_matters = order_matters and not whole
        self.whole = whole

    def __call__(self, agents: Any, *args: Any, **kwargs: Any) -> Any:
        """Return what the function returns for the set.

        Raises
        ------
        TypeError
            When the function acts on the whole population and the set is only a part of it.
        """
        self.refuse_part(agents)
        return self.function(agents, *args, **kwargs)

    def refuse_part(self, agents: Any) -> None:
        """Raise a TypeError when the function acts on the whole population and `agents` is not that."""
        if self.whole and not getattr(agents, "whole", False):
            raise TypeError(
                f"{self.function.__name__} acts on everybody at once, so it cannot be asked of some agents "
                f"only: call it on the whole population, model.agents_by_type[...]"
            )

    @overload
    def __get__(self, agent: None, owner: type) -> Bulk: ...
    @overload
    def __get__(self, agent: object, owner: type) -> Callable[..., Any]: ...
    def __get__(self, agent: Any, owner: type) -> Any:
        return self if agent is None else functools.partial(self._for_one, agent)

    def _for_one(self, agent: Any, *args: Any, **kwargs: Any) -> Any:
        result = self(agent.alone(), *args, **kwargs)
        return result.item() if isinstance(result, np.ndarray) and result.shape == (1,) else result

    def __reduce__(self) -> str:
        # Pickled by name, as functions are.
        return str(self.__dict__["__qualname__"])


@overload
def bulk(function: Callable[..., Any], *, order_matters: bool = True, whole: bool = False) -> Bulk: ...
@overload
def bulk(*, order_matters: bool = True, whole: bool = False) -> Callable[[Callable[..., Any]], Bulk]: ...
def bulk(
    function: Callable[..., Any] | None = None, *, order_matters: bool = True, whole: bool = False
) -> Any:
    """Mark a function or agent method to be called once with the whole set.

    Parameters
    ----------
    function : callable
        Takes a :class:`~sim.columns.column_set.ColumnAgentSet` first. Used by ``map``, ``select``,
        ``groupby`` or ``sort`` it returns one value per agent, in the set's order.
    order_matters : bool
        False declares that the order of agents cannot change the result; ``shuffle_do`` then refuses it.
    whole : bool
        True declares that the function acts on everybody, whatever set it is given: it is then refused for a
        single agent and for a part of the population. The order cannot matter then.

    Returns
    -------
    Bulk
    """
    if function is None:
        return functools.partial(Bulk, order_matters=order_matters, whole=whole)
    return Bulk(function, order_matters, whole)
