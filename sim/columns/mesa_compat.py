"""The one place that knows Mesa's inside: types for its classes, and every private name used.

Two Mesas serve: 3.3, the newest for Python 3.11, and 3.5 from Python 3.12 on. They carry little type
information and move private names between minor releases; the dependency is pinned, and a move is an edit of
this file. Other modules import Mesa's classes from here, so that they need not ask which Mesa it is.
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
        @classmethod
        def from_dataframe(cls, model: Any, df: Any, **kwargs: Any) -> AgentSet: ...

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

    AnyAgentSet = AgentSet

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

        agent_id_counter: int
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
    import mesa
    from mesa import Agent, DataCollector

    try:
        # Mesa 3.5. Its models keep agents in a set that is no AgentSet; both are AnyAgentSet.
        from mesa.agentset import AbstractAgentSet as AnyAgentSet
        from mesa.agentset import AgentSet, GroupBy
        from mesa.experimental.scenarios import Scenario
    except ModuleNotFoundError:
        from mesa.agent import AgentSet, GroupBy

        AnyAgentSet = AgentSet

        class Model(mesa.Model):
            """Mesa's model, with the counter of ids that Mesa 3.5 has."""

            agent_id_counter = 1
    else:

        class Model(mesa.Model):
            """Mesa's model, whose ``scenario`` may be anything, and which takes ``seed`` as Mesa 3.3 does."""

            def __init__(self, *args, seed=None, rng=None, **kwargs):
                if isinstance(seed, int) and rng is None:  # the same generators, without a warning
                    seed, rng = None, seed
                super().__init__(*args, seed=seed, rng=rng, **kwargs)

            @property
            def scenario(self):
                """What the model was made for."""
                return self._scenario

            @scenario.setter
            def scenario(self, scenario):
                if isinstance(scenario, Scenario):
                    if "_scenario" in vars(self):  # Mesa's own default does not displace what is there
                        return
                    scenario.model = self
                self._scenario = scenario


__all__ = ["Agent", "AgentSet", "AnyAgentSet", "DataCollector", "GroupBy", "Model", "RecordHooks"]

Record = tuple[Any, ...]


def set_agents(model: Any, agents: AgentSet) -> None:
    """Replace what ``model.agents`` returns; Mesa keeps adding and removing ordinary agents there."""
    model._all_agents = agents


def drop_id_counter(model: Any) -> None:
    """Delete the model's entry in Mesa 3.3's table of id counters; Mesa 3.5 has none.

    The table sits on the class and holds every model that ever made an agent strongly, so a model that is not
    deleted from it is never freed (mesa issue 3179, repaired after 3.3.1).
    """
    getattr(Agent, "_ids", {}).pop(model, None)


def now(model: Any) -> float:
    """Return the time at which records are kept: steps, or Mesa 3.5's time where it is between steps."""
    time: float = getattr(model, "time", model.steps)
    return int(time) if time == int(time) else time


def release(model: Any) -> None:
    """Let go of ordinary agents, of the wrapped ``step`` and of events: they all refer back to the model."""
    held = vars(model)
    for name in ("_agents", "_agents_by_type", "_event_generators"):
        held.get(name, {}).clear()
    for name in ("step", "_user_step", "_default_schedule", "_event_list", "data_registry"):
        held.pop(name, None)
    if hasattr(held.get("_scenario"), "model"):
        model._scenario.model = None


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
