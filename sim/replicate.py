"""All arms of one replicate, lived on the same people and draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import CELL_NAMES
from sim.levers import Levers, copy_lives
from sim.model import LeadModel
from sim.outcomes.registry import VARIABLES
from sim.population.plan import plan_acos
from sim.population.start import make_world
from sim.scenarios import Scenario


class Replicate:
    """The arms of a replicate, the reference arm first.

    Arms whose levers are equal are lived once: each follows the first arm that starts with the same levers,
    while it decides the same; one that decides otherwise takes that arm's people over and goes on alone.

    Parameters
    ----------
    scenario : Scenario
    replicate : int
    threads : int
        Cores to use; results do not depend on it.
    agents, behaviours : mapping, optional
        See :class:`sim.model.LeadModel`.

    Attributes
    ----------
    models : dict of str to LeadModel
        By arm.
    """

    def __init__(
        self,
        scenario: Scenario,
        replicate: int,
        *,
        threads: int = 1,
        agents: Mapping[type, type] | None = None,
        behaviours: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        world = make_world(scenario, replicate, threads)
        first = scenario.study.reference_arm
        self.models: dict[str, LeadModel] = {}
        for arm in (first, *(arm for arm in scenario.arms if arm != first)):
            self.models[arm] = LeadModel(
                scenario, arm, replicate, threads=threads, world=world,
                reference=self.models.get(first), agents=agents, behaviours=behaviours,
            )  # fmt: skip
        self._twin: dict[str, str] = {}
        self._pair()

    def _pair(self) -> None:
        decided = {arm: model.decide() for arm, model in self.models.items()}
        leaders: list[str] = []
        for arm, levers in decided.items():
            twin = next((other for other in leaders if levers.equal(decided[other])), None)
            if twin is None:
                leaders.append(arm)
            else:
                self._twin[arm] = twin

    def step(self) -> None:
        """Live one performance year in every arm."""
        decided: dict[str, Levers] = {arm: model.decide() for arm, model in self.models.items()}
        for arm, twin in list(self._twin.items()):
            if not decided[arm].equal(decided[twin]):
                copy_lives(self.models[twin].people, self.models[arm].people)
                del self._twin[arm]
        for arm, model in self.models.items():
            if arm in self._twin:
                twin_model = self.models[self._twin[arm]]
                model.take_year(twin_model.history[model.year], 0)
            else:
                model.live_year()
        for model in self.models.values():
            model.step()

    def close(self) -> None:
        """Let go of everything."""
        for model in self.models.values():
            model.close()


def simulate(
    scenario: Scenario,
    replicate: int,
    *,
    threads: int = 1,
    agents: Mapping[type, type] | None = None,
    behaviours: Mapping[str, Callable[..., Any]] | None = None,
) -> dict[str, NDArray[Any]]:
    """Simulate all arms of one replicate on the same people and draws.

    Parameters
    ----------
    scenario : Scenario
    replicate : int
    threads : int
        Cores to use; the result does not depend on it.
    agents, behaviours : mapping, optional
        See :class:`sim.model.LeadModel`.

    Returns
    -------
    dict of str to ndarray
        One array for each result variable, the arm first, then the variable's dims.
    """
    made = Replicate(scenario, replicate, threads=threads, agents=agents, behaviours=behaviours)
    for _ in scenario.years:
        made.step()
    results = {
        variable.name: np.stack([made.models[arm].outcomes[variable.name] for arm in scenario.arms])
        for variable in VARIABLES
    }
    made.close()
    return results


def coordinates(scenario: Scenario) -> dict[str, Any]:
    """Return the labels of the results: index coordinates, and what each ACO is."""
    plans = plan_acos(scenario)
    return {
        "arm": list(scenario.arms),
        "aco": [plan.name for plan in plans],
        "cell": list(CELL_NAMES),
        "year": list(scenario.years),
        "aco_entry": ("aco", [plan.entry for plan in plans]),
        "aco_leadership": ("aco", [plan.leadership for plan in plans]),
        "aco_rural": ("aco", [plan.rural for plan in plans]),
        "aco_lives": ("aco", [plan.lives for plan in plans]),
    }
