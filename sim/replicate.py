"""All arms of one replicate, lived on the same people and draws."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.kernels.codes import CELL_NAMES, EPISODE_NAMES
from sim.kernels.layout import Practices
from sim.kernels.tally import Tally
from sim.model import LeadModel
from sim.outcomes.panel import panel_labels
from sim.outcomes.quality import MEASURES
from sim.outcomes.registry import VARIABLES
from sim.population.arm_people import ArmPeople
from sim.population.experience import people_lived
from sim.population.plan import plan_acos
from sim.population.shared_lives import SharedLives
from sim.scenarios import Scenario
from sim.start import make_world, parameter_labels


class Replicate:
    """The arms of a replicate, the reference arm first.

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
    lives : SharedLives
        Their people: whom no difference between arms touches lives once for all of them.
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
        self.threads = threads
        self.world = make_world(scenario, replicate, threads)
        first = scenario.study.reference_arm
        arms = (first, *(arm for arm in scenario.arms if arm != first))
        self.lives = SharedLives(self.world, len(arms))
        self.models: dict[str, LeadModel] = {}
        for place, arm in enumerate(arms):
            self.models[arm] = LeadModel(
                scenario, arm, replicate, threads=threads, world=self.world,
                reference=self.models.get(first), shared=ArmPeople(self.lives, place),
                agents=agents, behaviours=behaviours,
            )  # fmt: skip

    def step(self) -> None:
        """Live one performance year in every arm: all decide, all live together, each settles."""
        models = list(self.models.values())
        levers = [model.decide() for model in models]
        year = models[0].year
        tallies = self.lives.live(year, levers, self.threads, [model.asked for model in models])
        for place, (model, tally) in enumerate(zip(models, tallies, strict=True)):
            whole = self._with_types(place, year, levers[place].practices, tally)
            model.take_year(whole, people_lived(tally.care))
        for model in models:
            model.step()

    def _with_types(self, place: int, year: int, practices: Practices, tally: Tally) -> Tally:
        """Add sums by enrollment type where an arm asks for them; limits and nation are the first arm's."""
        world, asks = self.world, list(self.models.values())[place].settlement.asks_types
        if world.percentile is None or not (place == 0 or asks):
            return tally
        people = self.lives.people(place)
        if place == 0:
            world.cut_off(people, year, self.threads)
        return world.with_types(tally, people, year, practices, self.threads)

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
    names, markets = [plan.name for plan in plans], [plan.market for plan in plans]
    panel = panel_labels(names, markets, scenario.years) if scenario.study.evaluation_panel else {}
    return {
        "arm": list(scenario.arms),
        "aco": names,
        "cell": list(CELL_NAMES),
        "year": list(scenario.years),
        "episode": list(EPISODE_NAMES),
        "measure": list(MEASURES),
        **({"parameter": labels} if (labels := parameter_labels(scenario)) else {}),
        "aco_entry": ("aco", [plan.entry for plan in plans]),
        "aco_leadership": ("aco", [plan.leadership for plan in plans]),
        "aco_rural": ("aco", [plan.rural for plan in plans]),
        "aco_lives": ("aco", [plan.lives for plan in plans]),
        **panel,
    }
