"""All behaviours of an arm: each function with its parameters, read from the evidence once.

A behaviour is listed here with one line. Whoever wants another rule gives a function of the same signature
for its name; see :func:`sim.run` and ``docs/behaviours.md``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from sim.behaviour.acceptance import AcceptanceParameters, accept
from sim.behaviour.attestation import AttestationParameters, chance_to_attest
from sim.behaviour.belief import BeliefParameters, believe
from sim.behaviour.choice import ChoiceParameters, choose
from sim.behaviour.coding import CodingParameters, excess_of_coding
from sim.behaviour.distribution import DistributionParameters, distribute
from sim.behaviour.drop_out import DropOutParameters, chance_to_drop_out
from sim.behaviour.effect import EffectParameters, effect_on_spending
from sim.behaviour.episode_belief import EpisodeBeliefParameters, believe_episodes
from sim.behaviour.episode_response import EpisodeResponseParameters, respond_to_contract
from sim.behaviour.evidence_reader import Floats, Reader
from sim.behaviour.exit import ExitParameters, chance_to_leave
from sim.behaviour.home_care import HomeCareParameters, home_care
from sim.behaviour.investment import InvestmentParameters, invest, reinvest
from sim.behaviour.quality import QualityParameters, quality_reached
from sim.behaviour.running_cost import CostParameters, running_cost

BEHAVIOURS: dict[str, tuple[type, Callable[..., Any]]] = {
    "effect": (EffectParameters, effect_on_spending),
    "quality": (QualityParameters, quality_reached),
    "coding": (CodingParameters, excess_of_coding),
    "attestation": (AttestationParameters, chance_to_attest),
    "running_cost": (CostParameters, running_cost),
    "home_care": (HomeCareParameters, home_care),
    "distribution": (DistributionParameters, distribute),
    "belief": (BeliefParameters, believe),
    "investment": (InvestmentParameters, invest),
    "choice": (ChoiceParameters, choose),
    "exit": (ExitParameters, chance_to_leave),
    "episode_response": (EpisodeResponseParameters, respond_to_contract),
    "episode_belief": (EpisodeBeliefParameters, believe_episodes),
    "acceptance": (AcceptanceParameters, accept),
    "drop_out": (DropOutParameters, chance_to_drop_out),
}

# Rules of ours that a scenario may choose by name, the usual one first.
RULES: dict[str, dict[str, Callable[..., Any]]] = {
    "investment": {"invest": invest, "reinvest": reinvest},
}


@dataclass(frozen=True)
class Behaviours:
    """The behaviours of one arm, by name.

    Attributes
    ----------
    parameters : mapping of str to object
        What each was read as.
    functions : mapping of str to callable
        Called with the parameters first, then named arrays.
    """

    parameters: Mapping[str, Any]
    functions: Mapping[str, Callable[..., Any]]

    @classmethod
    def read(
        cls,
        evidence: Reader,
        replaced: Mapping[str, Callable[..., Any]] | None = None,
        own: Mapping[str, Mapping[str, Floats]] | None = None,
    ) -> Behaviours:
        """Read every behaviour's parameters; `replaced` holds functions that stand in for ours, by name.

        `own` holds parameters that ACOs state of themselves, by behaviour and field.

        Raises
        ------
        ValueError
            When a name of `replaced` is no behaviour.
        """
        others = dict(replaced or {})
        unknown = sorted(set(others) - set(BEHAVIOURS))
        if unknown:
            raise ValueError(f"no behaviour is called {', '.join(unknown)}")
        parameters = {name: read_as.read(evidence) for name, (read_as, _) in BEHAVIOURS.items()}  # type: ignore[attr-defined]
        for name, fields in (own or {}).items():
            parameters[name] = replace(parameters[name], **fields)
        return cls(parameters, {name: others.get(name, ours) for name, (_, ours) in BEHAVIOURS.items()})

    def decide(self, name: str, **state: Any) -> Any:
        """Return what a behaviour makes of the state given."""
        return self.functions[name](self.parameters[name], **state)
