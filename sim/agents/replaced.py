"""Agent classes and behaviours of somebody's own in place of ours, and how results tell them apart."""

from __future__ import annotations

import hashlib
import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sim.agents.aco import ACO
from sim.agents.beneficiary import Beneficiary
from sim.agents.own_rules import rules_of
from sim.agents.providers import ParticipantProvider, PreferredProvider
from sim.behaviour.book import BEHAVIOURS
from sim.columns.column_agent import FieldAccess
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.scenarios import Scenario

# What Python itself writes into every class.
_BOOKKEEPING = frozenset(
    {"__module__", "__qualname__", "__doc__", "__dict__", "__weakref__", "__annotations__"}
    | {"__firstlineno__", "__static_attributes__", "__annotate__", "__annotate_func__"}
    | {"__annotations_cache__", "__parameters__", "__orig_bases__"}
)
KINDS: tuple[type, ...] = (Beneficiary, ParticipantProvider, PreferredProvider, ACO)


@dataclass(frozen=True)
class Replaced:
    """What stands in for the model's own agents and behaviours. Make one with :meth:`of`.

    Attributes
    ----------
    agents : mapping of type to type
        The model's class of agent, and the subclass used instead.
    behaviours : mapping of str to callable
        Name of a behaviour, and the function used instead.
    """

    agents: Mapping[type, type] = field(default_factory=dict)
    behaviours: Mapping[str, Callable[..., Any]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        agents: Mapping[type, type] | None = None,
        behaviours: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Replaced:
        """Check what is given.

        Raises
        ------
        InputError
            When a key is no agent class or behaviour of the model, or a class is no subclass of it.
        """
        agents, behaviours = dict(agents or {}), dict(behaviours or {})
        names = [kind.__name__ for kind in KINDS]
        faults = [wrong_choice("agents", "", str(kind), names) for kind in agents if kind not in KINDS]
        faults += [
            Fault("agents", kind.__name__, f"= {own!r}", f"must be a subclass of {kind.__name__}")
            for kind, own in agents.items()
            if kind in KINDS and not (isinstance(own, type) and issubclass(own, kind))
        ]
        faults += [
            wrong_choice("behaviours", "", name, BEHAVIOURS) for name in behaviours if name not in BEHAVIOURS
        ]
        faults += [
            Fault("behaviours", name, f"= {own!r}", "must be a function")
            for name, own in behaviours.items()
            if not callable(own)
        ]
        if faults:
            raise InputError(faults)
        return cls(agents, behaviours)

    @classmethod
    def in_arm(
        cls,
        scenario: Scenario,
        arm: str,
        agents: Mapping[type, type] | None = None,
        behaviours: Mapping[str, Callable[..., Any]] | None = None,
    ) -> Replaced:
        """Check what is given, beside the rules that a scenario's arm names; `behaviours` win over these.

        Raises
        ------
        InputError
            As :meth:`of` and :func:`sim.agents.own_rules.rules_of` do.
        """
        return cls.of(agents, {**rules_of(scenario, arm), **(behaviours or {})})

    def agent(self, kind: type) -> type:
        """Return the class to use for a kind of agent."""
        return self.agents.get(kind, kind)

    def identity(self) -> dict[str, str]:
        """Return what replaced what, each told by its version or a digest of its source text.

        Raises
        ------
        InputError
            When something has neither source text nor ``__version__``.
        """
        pairs: list[tuple[str, Any]] = [(kind.__name__, own) for kind, own in self.agents.items()]
        pairs += list(self.behaviours.items())
        return told_of(dict(sorted(pairs, key=lambda pair: pair[0])))


def told_of(parts: Mapping[str, Any]) -> dict[str, str]:
    """Return what tells classes and functions from other versions of them, by name.

    Raises
    ------
    InputError
        As :meth:`Replaced.identity` does.
    """
    return {name: _told_by(name, own) for name, own in parts.items()}


def _told_by(name: str, own: Any) -> str:
    label = f"{own.__module__}.{own.__qualname__}"
    version = vars(own).get("__version__")
    if version is not None:
        return f"{label} {version}"
    try:
        text = _class_text(own) if isinstance(own, type) else inspect.getsource(own)
    except (OSError, TypeError):
        allowed = f"needs a __version__, as its source text cannot be found ({label})"
        raise InputError(Fault("agents", name, "cannot be told from other versions", allowed)) from None
    return f"{label} {hashlib.sha256(text.encode()).hexdigest()[:16]}"


def _class_text(own: type) -> str:
    """Return the source of all that a class and its bases define beyond the model's own classes.

    Part by part, because the text of a class written in a notebook can be found by its functions only.
    """
    parts = []
    for base in own.__mro__[: min(own.__mro__.index(kind) for kind in KINDS if kind in own.__mro__)]:
        for name, value in sorted(vars(base).items()):
            if name in _BOOKKEEPING or isinstance(value, FieldAccess):
                continue
            held = getattr(value, "fget", None) or getattr(value, "__func__", None) or value
            held = getattr(held, "function", held)
            parts.append(f"{name} = {inspect.getsource(held) if inspect.isfunction(held) else repr(value)}")
    return "\n".join(parts)
