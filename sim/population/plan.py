"""What ACOs there are and in which markets: from a scenario's own list, or one for each row of a CMS file."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from sim.inputs.mssp_file import MsspFile, read_mssp
from sim.kernels.layout import N_KINDS
from sim.scenarios import Scenario


@dataclass(frozen=True, slots=True)
class AcoPlan:
    """One ACO as the starting world should have it.

    Attributes
    ----------
    name : str
    entry : {"renewing", "newly_entering"}
    leadership : {"physician", "hospital"}
    rural : bool
    lives : int
        Aligned people in the first performance year.
    high_needs_share : float or None
        Share of its lives who are High Needs; None means the market's.
    former_mssp : bool
    efficiency : float or None
        Spending relative to its region, -0.03 being 3 % cheaper; None means drawn.
    market : str
        Label of the market; ACOs with the same label share it.
    mix, level : tuple of float or None
        By kind: enrollment mix, and spending level relative to the nation; None means drawn around the nation's.
    risk : float
        Mean risk score relative to the nation.
    """

    name: str
    entry: Literal["renewing", "newly_entering"]
    leadership: Literal["physician", "hospital"]
    rural: bool
    lives: int
    high_needs_share: float | None
    former_mssp: bool
    efficiency: float | None
    market: str
    mix: tuple[float, ...] | None = None
    level: tuple[float, ...] | None = None
    risk: float = 1.0


def plan_acos(scenario: Scenario) -> tuple[AcoPlan, ...]:
    """Return the ACOs of a scenario.

    Raises
    ------
    InputError
        When the CMS file cannot be read or lacks a column.
    """
    population = scenario.population
    if population.mssp_puf is None:
        return tuple(
            AcoPlan(
                name=aco.name,
                entry=aco.entry,
                leadership=aco.leadership,
                rural=aco.market == "rural",
                lives=aco.lives,
                high_needs_share=aco.high_needs_share,
                former_mssp=aco.former_mssp,
                efficiency=aco.efficiency,
                market=aco.region or aco.name,
            )
            for aco in population.synthetic
        )
    return plan_from_file(read_mssp(scenario.mssp_path, scenario.population.mssp_year), scenario)


def plan_from_file(file: MsspFile, scenario: Scenario) -> tuple[AcoPlan, ...]:
    """Return one ACO for each row of an MSSP public use file, each with a market of its own."""
    raise NotImplementedError(N_KINDS, np.nan)
