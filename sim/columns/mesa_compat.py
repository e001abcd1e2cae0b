"""The one place that knows Mesa's inside: types for its classes, and every private name used.

Mesa 3.3 carries no type information and moves its private names between minor releases; the dependency is
pinned to ``mesa>=3.3.1,<3.4`` and a move is an edit of this file. Other modules import Mesa's classes from
here.
"""

# ruff: noqa: D102 - the declared methods are Mesa's, documented there.
from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    # Declarations only, of the part of Mesa's API that is used here: at run time the names are Mesa's own
    # classes.
    from collections.abc import Callable
    from random import Random

    import numpy as np

    class Agent:
        """Mesa's agent."""

        pos: Any

        def __init__(self, model: Any, *args: Any, **kwargs: Any) -> None: ...
        @property
        def model(self) -> Any: ...
        @property
        def unique_id(self) -> int: ...
        @property
        def random(self) -> Random: ...
        @property
        def rng(self) -> np.random.Generator: ...
        def remove(self) -> None: ...
        def step(self) -> None: ...
        @classmethod
        def create_agents(cls, model: Any, n: int, *args: Any, **kwargs: Any) -> AgentSet: ...

    class AgentSet:
        """Mesa's ordered set of agents."""

        random: Random

        def __init__(self, agents: Iterable[Agent], random: Random | None = None) -> None: ...
        def __len__(self) -> int: ...
        def __iter__(self) -> Iterator[Any]: ...
        def __contains__(self, agent: object) -> bool: ...
        def __reversed__(self) -> Iterator[Any]: ...
        def index(self, agent: object) -> int: ...
        def __getitem__(self, item: int | slice) -> Any: ...
        def select(
            self,
            filter_func: Callable[..., Any] | None = None,
            at_most: float = ...,
            inplace: bool = False,
            agent_type: type[Any] | None = None,
        ) -> AgentSet: ...
        def shuffle(self, inplace: bool = False) -> AgentSet: ...
        def sort(
            self, key: Callable[..., Any] | str, ascending: bool = False, inplace: bool = False
        ) -> AgentSet: ...
        def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> AgentSet: ...
        def shuffle_do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> AgentSet: ...
        def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> Any: ...
        def agg(self, attribute: str, func: Callable[..., Any] | Iterable[Callable[..., Any]]) -> Any: ...
        def get(
            self, attr_names: str | list[str], handle_missing: str = "error", default_value: Any = None
        ) -> Any: ...
        def set(self, attr_name: str, value: Any) -> AgentSet: ...
        def add(self, agent: Any) -> None: ...
        def discard(self, agent: Any) -> None: ...
        def remove(self, agent: Any) -> None: ...
        def groupby(self, by: Callable[..., Any] | str, result_type: str = "agentset") -> GroupBy: ...
        def __or__(self, other: Iterable[Any]) -> AgentSet: ...
        def __and__(self, other: Iterable[Any]) -> AgentSet: ...
        def __sub__(self, other: Iterable[Any]) -> AgentSet: ...
        def __xor__(self, other: Iterable[Any]) -> AgentSet: ...

    class GroupBy:
        """Mesa's groups of agents by key."""

        groups: dict[Any, Any]

        def __init__(self, groups: dict[Any, Any]) -> None: ...
        def __iter__(self) -> Iterator[tuple[Any, Any]]: ...
        def __len__(self) -> int: ...
        def map(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> dict[Any, Any]: ...
        def do(self, method: str | Callable[..., Any], *args: Any, **kwargs: Any) -> GroupBy: ...
        def count(self) -> dict[Any, int]: ...
        def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]: ...

    class Model:
        """Mesa's model."""

        running: bool
        steps: int
        random: Random
        rng: np.random.Generator

        def __init__(self, *args: Any, seed: float | None = None, rng: Any = None, **kwargs: Any) -> None: ...
        @property
        def agents(self) -> AgentSet: ...
        @property
        def agent_types(self) -> list[type]: ...
        @property
        def agents_by_type(self) -> dict[type, AgentSet]: ...
        def register_agent(self, agent: Any) -> None: ...
        def deregister_agent(self, agent: Any) -> None: ...
        def remove_all_agents(self) -> None: ...
        def run_model(self) -> None: ...
        def step(self) -> None: ...

    class DataCollector:
        """Mesa's collector of model, agent and agent-type records."""

        model_vars: dict[str, list[Any]]
        agent_reporters: dict[str, Any]
        agenttype_reporters: dict[type, dict[str, Any]]

        def __init__(
            self,
            model_reporters: dict[str, Any] | None = None,
            agent_reporters: dict[str, Any] | None = None,
            agenttype_reporters: dict[type, dict[str, Any]] | None = None,
            tables: dict[str, list[str]] | None = None,
        ) -> None: ...
        def collect(self, model: Any) -> None: ...
        def get_model_vars_dataframe(self) -> Any: ...
        def get_agent_vars_dataframe(self) -> Any: ...
        def get_agenttype_vars_dataframe(self, agent_type: type) -> Any: ...
else:
    from mesa import Agent, DataCollector, Model
    from mesa.agent import AgentSet, GroupBy

__all__ = ["Agent", "AgentSet", "DataCollector", "GroupBy", "Model", "RecordHooks"]

Record = tuple[Any, ...]


def set_agents(model: Any, agents: AgentSet) -> None:
    """Replace what ``model.agents`` returns; Mesa keeps adding and removing ordinary agents there."""
    model._all_agents = agents


def drop_id_counter(model: Any) -> None:
    """Delete the model's entry in Mesa's table of id counters.

    The table sits on the class and holds every model that ever made an agent strongly, so a model that is not
    deleted from it is never freed (mesa issue 3179, repaired after 3.3.1).
    """
    Agent._ids.pop(model, None)  # type: ignore[attr-defined]


def release(model: Any) -> None:
    """Let go of the ordinary agents and of the wrapped ``step``, both of which refer back to the model."""
    model._agents.clear()
    model._agents_by_type.clear()
    for name in ("step", "_user_step"):
        vars(model).pop(name, None)


class RecordHooks(DataCollector, ABC):
    """Mesa's collector with its two private recording steps turned into public ones."""

    @abstractmethod
    def agent_rows(self, model: Any) -> Iterable[Record]:
        """Return (step, unique id, value of each agent reporter) of every agent."""

    @abstractmethod
    def agent_type_rows(self, model: Any, agent_type: type) -> Iterable[Record]:
        """Return (step, unique id, value of each reporter of the type) of every agent of a type."""

    def _record_agents(self, model: Any) -> Iterable[Record]:
        return self.agent_rows(model)

    def _record_agenttype(self, model: Any, agent_type: type) -> Iterable[Record]:
        return self.agent_type_rows(model, agent_type)
