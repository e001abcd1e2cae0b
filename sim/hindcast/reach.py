"""A cohort of ACO REACH, then called GPDC: the ACOs of a year's file, as a scenario that begins that year."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import tomlkit
from numpy.typing import NDArray

from sim.calibration.acos import MARKET_SHARE, TOGETHER
from sim.hindcast.cohort import Cohort, Group, chosen_files
from sim.hindcast.shown import Shown
from sim.inputs.reach_file import ReachFile, read_reach
from sim.inputs.scenario_books import reach_years
from sim.kernels.codes import MONTHS_A_YEAR, N_KINDS
from sim.kernels.draws import Decision, make_key
from sim.kernels.quantiles import normals
from sim.replicate import Replicate
from sim.scenarios import Scenario

Floats = NDArray[np.float64]

ARM = "reach"
STANDARD, NEW, NEEDY = "Standard", "New Entrant", "High Needs"
# Of this draw of an ACO: 0 and 1 are the world's and its behaviours'.
EFFICIENCY_DRAW = 2
# Of the people of a High Needs ACO; its people must be High Needs to be aligned, though status may be old.
NEEDY_SHARE = 0.9
ANY_SIZE = {"reach": {"alignment": {"below_smallest": "stays"}}}


@dataclass(frozen=True, eq=False)
class ReachCohort(Cohort[ReachFile]):
    """ACOs of ACO REACH, see :class:`sim.hindcast.cohort.Cohort`."""

    program: ClassVar[str] = "reach"

    @property
    def lives(self) -> Floats:
        """People of each ACO as published, shape (acos,)."""
        return self.file.aligned

    @property
    def groups(self) -> list[Group]:
        """Groups whose figures are compared: word, name, which ACOs."""
        kinds, options = self.file.aco_type, self.file.option
        return [("type", one, kinds == one) for one in (STANDARD, NEW, NEEDY)] + [
            ("option", one.capitalize(), options == one) for one in ("global", "professional")
        ]

    @property
    def labels(self) -> Mapping[str, NDArray[Any]]:
        """What is known of each ACO, by name."""
        return {"aco_type": self.file.aco_type.astype(object), "risk_option": self.file.option.astype(object)}

    def scenario(self, seed: int, replicate: int = 0, *, uncertain: bool = False) -> Scenario:
        """Return the scenario that starts with these ACOs; how dear each is for its region is drawn."""
        stated: dict[str, Any] = {
            "schema_version": 1,
            "study": {"name": f"reach-{self.year}", "seed": seed, "parameter_uncertainty": uncertain},
            "horizon": {"first_py": self.years[0], "last_py": self.years[-1]},
            "population": {"aco_market_share": MARKET_SHARE},
            "arms": {"no_aco": {"program": "none"}, ARM: {"program": "reach", "values": ANY_SIZE}},
        }
        spread = Scenario.from_toml(tomlkit.dumps({**stated, "population": {"acos": [_aco("a", STANDARD)]}}))
        draw = normals(make_key(seed, replicate), np.arange(len(self)), EFFICIENCY_DRAW, Decision.ACO_TRAITS)
        own = spread.evidence("no_aco").number("care.aco_efficiency") * draw[:, 0]
        place = np.argsort(np.argsort(self.lives, kind="stable"), kind="stable") // TOGETHER
        names, kinds = self.file.aco_id.tolist(), self.file.aco_type.tolist()
        stated["population"]["acos"] = [
            _aco(name, kind)
            | {"lives": max(round(lives), 1), "region": f"market-{here}", "efficiency": float(np.expm1(dear))}
            for name, kind, lives, here, dear in zip(
                names, kinds, self.file.aligned.tolist(), place.tolist(), own.tolist(), strict=True
            )
        ]
        stated["arms"][ARM]["acos"] = {
            name: {"risk_option": option}
            for name, option in zip(names, self.file.option.tolist(), strict=True)
        }
        return Scenario.from_toml(tomlkit.dumps(stated))

    def published(self) -> Shown:
        """Return what CMS's file shows of the cohort."""
        rate, lives, earned = self.by_year(_of_file)
        return _shown(rate, lives, earned > 0.0)

    def simulation(self, seed: int, *, uncertain: bool = False) -> Callable[[int, int], Shown]:
        """Return what simulates a replicate with some threads; `uncertain` draws the evidence as well."""

        def simulated(replicate: int, threads: int) -> Shown:
            made = Replicate(self.scenario(seed, replicate, uncertain=uncertain), replicate, threads=threads)
            for _ in self.years:
                made.step()
            shown = made.models[ARM].outcomes
            made.close()
            rate = 100.0 * shown["gross_savings"] / shown["benchmark"]
            lives = shown["person_months"].sum(axis=1) / MONTHS_A_YEAR
            return _shown(rate, lives, np.asarray(shown["settlement"] > 0))

        return simulated


def _aco(name: str, kind: str) -> dict[str, Any]:
    return {
        "name": name,
        "entry": "renewing" if kind == STANDARD else "newly_entering",
        "leadership": "physician",
        "market": "urban",
        "lives": 1000,
        **({"high_needs_share": NEEDY_SHARE} if kind == NEEDY else {}),
    }


def _of_file(file: ReachFile) -> list[Floats]:
    benchmark = file.benchmark_usd + file.health_equity_usd
    rate = 100.0 * (1.0 - file.net_expenditure_usd / benchmark)
    return [rate, file.aligned, (file.published_shared_usd > 0.0).astype(np.float64)]


def _shown(rate: Floats, lives: Floats, earned: NDArray[np.bool_]) -> Shown:
    n = len(rate)
    none, never = np.full(n, np.nan), np.zeros(n, bool)
    return Shown(rate, lives, earned, np.full(N_KINDS, np.nan), none, np.zeros(n), never, never)


def reach_cohorts(
    paths: Sequence[Path], years: Sequence[int] = (), acos: int | None = None
) -> list[ReachCohort]:
    """Return the cohorts of REACH results files, oldest first; as :func:`sim.hindcast.mssp.mssp_cohorts`."""
    made = []
    for year, path, file, later in chosen_files(paths, years, read_reach):
        if year in reach_years():
            cohort = ReachCohort(year, path, file, later)
            made.append(cohort if acos is None else cohort.some(acos))
    return made
