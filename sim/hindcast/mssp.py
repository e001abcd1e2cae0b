"""A cohort of the Shared Savings Program: the ACOs of a year's file, as a scenario that begins that year."""

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
from sim.hindcast.experience import behaviours_of
from sim.hindcast.shown import Shown, yearly_growth
from sim.inputs.faults import Fault, InputError
from sim.inputs.mssp_file import MsspFile, read_mssp
from sim.inputs.mssp_terms import agreement_length, earliest_agreement
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import MONTHS_A_YEAR, N_KINDS
from sim.model import LeadModel
from sim.population.experience import ratio
from sim.replicate import Replicate
from sim.scenarios import Scenario

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Ints = NDArray[np.int64]

ARM = "mssp"
EPOCH = 1970  # of NumPy's dates
# Published savings rates are of ACOs that stayed, whatever their size.
ANY_SIZE = {"mssp": {"assignment": {"below_smallest": "stays", "smallest_later": "stays"}}}


@dataclass(frozen=True, eq=False)
class MsspCohort(Cohort[MsspFile]):
    """ACOs of the Shared Savings Program, see :class:`sim.hindcast.cohort.Cohort`."""

    program: ClassVar[str] = "mssp"

    def scenario(self, seed: int, *, uncertain: bool = False) -> Scenario:
        """Return the scenario that starts with these ACOs; `uncertain` draws the evidence as well."""
        stated = {
            "schema_version": 1,
            "study": {"name": f"mssp-{self.year}", "seed": seed, "parameter_uncertainty": uncertain},
            "horizon": {"first_py": self.years[0], "last_py": self.years[-1]},
            "population": {
                "mssp_puf": str(self.path.resolve()),
                "mssp_year": self.year,
                "acos": self.file.aco_id.tolist(),
                "aco_market_share": MARKET_SHARE,
                "acos_per_market": TOGETHER,
            },
            "arms": {
                "no_aco": {"program": "none"},
                ARM: {"program": "mssp", "values": ANY_SIZE, "acos": self._mid_year()},
            },
        }
        return Scenario.from_toml(tomlkit.dumps(stated))

    def published(self) -> Shown:
        """Return what CMS's files show of the cohort."""
        rate, lives, earned = self.by_year(_of_file)
        file, both = self.file, (..., [2, 3])  # BY3 and the year
        per_capita, risk = file.per_capita[both], file.risk[both]
        known = ~file.per_capita_imputed[both].any(axis=-1) & (per_capita > 0).all(axis=-1)
        return Shown(
            rate,
            lives,
            earned > 0.0,
            yearly_growth(per_capita, np.where(known, file.person_years, 0.0), self.since_base),
            100.0 * (ratio(risk[:, -1, 1], risk[:, -1, 0]) - 1.0),
            100.0 * np.nan_to_num(file.published_minimum_savings_rate),
            self.due,
            self.rebased,
        )

    def simulation(self, seed: int, *, uncertain: bool = False) -> Callable[[int, int], Shown]:
        """Return what simulates a replicate with some threads; `uncertain` draws the evidence as well."""
        scenario = self.scenario(seed, uncertain=uncertain)

        def simulated(replicate: int, threads: int) -> Shown:
            made = Replicate(scenario, replicate, threads=threads, behaviours=behaviours_of(self))
            made.step()
            growth, risk = self._grown(made.models[ARM])
            for _ in self.years[1:]:
                made.step()
            shown = made.models[ARM].outcomes
            made.close()
            return Shown(
                100.0 * shown["gross_savings"] / shown["benchmark"],
                shown["person_months"].sum(axis=1) / MONTHS_A_YEAR,
                np.asarray(shown["settlement"] > 0),
                growth,
                risk,
                100.0 * shown["minimum_savings_rate"][:, 0],
                self.due,
                self.due,
            )

        return simulated

    @property
    def lives(self) -> Floats:
        """People of each ACO as published, shape (acos,)."""
        return self.file.n_assigned

    @property
    def start(self) -> Ints:
        """Year in which each ACO's present agreement began, shape (acos,)."""
        return years_of(self.file.agreement_start)

    @property
    def number(self) -> Ints:
        """Which agreement that is, shape (acos,)."""
        return np.nan_to_num(self.file.agreement_period, nan=1.0).astype(np.int64)

    @property
    def groups(self) -> list[Group]:
        """Groups whose figures are compared: word, name, which ACOs."""
        two, revenue = self.file.two_sided, self.file.revenue
        return [
            ("side", "one-sided tracks", ~two),
            ("side", "two-sided tracks", two),
            ("revenue", "low revenue", revenue == "low"),
            ("revenue", "high revenue", revenue == "high"),
        ]

    @property
    def labels(self) -> Mapping[str, NDArray[Any]]:
        """What is known of each ACO, by name; words as objects, which every reader of Zarr knows."""
        return {"agreement_start": self.start, "track": self.file.track.astype(object)}

    @property
    def due(self) -> Flags:
        """Whether each ACO's agreement ends with the cohort's year by the rules, shape (acos,)."""
        length = agreement_length(load_rulebook("mssp"))
        ends = np.array([start + length(start) - 1 for start in self.start.tolist()], np.int64)
        return np.asarray(ends == self.year)

    @property
    def rebased(self) -> Flags:
        """Whether each ACO began another agreement in the next year, as published; shape (acos,)."""
        if self.later is None:
            return np.zeros(len(self), bool)
        return np.asarray(
            (self.at_later >= 0) & (years_of(self.later.agreement_start)[self.at_later] > self.year)
        )

    @property
    def since_base(self) -> Floats:
        """Years from BY3 to the cohort's year, shape (acos,)."""
        return np.asarray(self.year - self.start + 1, np.float64)

    def _mid_year(self) -> dict[str, dict[str, int]]:
        """Return the terms of agreements of July 2019, whose base years are those of one of January 2019."""
        months = self.file.agreement_start.astype("datetime64[M]").astype(np.int64) % MONTHS_A_YEAR
        names = self.file.aco_id.tolist()
        return {names[row]: {"agreement_start": int(self.start[row])} for row in np.flatnonzero(months)}

    def _grown(self, model: LeadModel) -> tuple[Floats, Floats]:
        """Return growth of spending by type and of risk scores, by one list of TINs."""
        listed = model.participants()
        now = listed.observe_types(model.history, self.year)
        apart = self.since_base
        per_capita = np.stack([now.per_capita] * 2, axis=-1)
        people, risk = now.person_years.copy(), np.zeros((len(self), N_KINDS))
        for years in np.unique(apart).tolist():
            mine = apart == years
            base = listed.observe_types(model.history, self.year - int(years))
            per_capita[mine, :, 0] = base.per_capita[mine]
            people[mine] *= base.per_capita[mine] > 0.0
            grown = ratio(ratio(now.risk, now.national_risk), ratio(base.risk, base.national_risk))
            risk[mine] = grown[mine]
        people *= now.per_capita > 0.0
        return yearly_growth(per_capita, people, apart), np.asarray(100.0 * (risk[:, -1] - 1.0))


def years_of(dates: NDArray[np.datetime64]) -> Ints:
    """Return the calendar years of dates, 0 where there is none."""
    years = dates.astype("datetime64[Y]").astype(np.int64) + EPOCH
    return np.where(np.isnat(dates), 0, years)


def mssp_cohorts(
    paths: Sequence[Path], years: Sequence[int] = (), acos: int | None = None
) -> list[MsspCohort]:
    """Return the cohorts of results files, oldest first.

    Parameters
    ----------
    paths : sequence of Path
        Files of one year or of several, as CMS publishes them.
    years : sequence of int
        Years wanted; by default all that the files have and whose rules are known.
    acos : int, optional
        Simulate only so many of each year, evenly over their sizes.

    Raises
    ------
    InputError
        When a file cannot be used, or has no year that is wanted.
    """
    earliest, made = earliest_agreement(load_rulebook("mssp")), []
    for year, path, file, later in chosen_files(paths, years, read_mssp):
        sound = np.flatnonzero(_usable(file, earliest))
        if sound.size == 0:
            if year in years:
                allowed = f"must have ACOs of whole years in agreements of {earliest} or later"
                raise InputError(Fault(file.source, "--years", f"= {year} has none to simulate", allowed))
            continue
        cohort = MsspCohort(year, path, file.select(sound), later, len(file) - len(sound))
        made.append(cohort if acos is None else cohort.some(acos))
    return made


def _of_file(file: MsspFile) -> list[Floats]:
    rate = 100.0 * (1.0 - file.expenditure_usd / file.benchmark_usd)
    return [rate, file.n_assigned, (file.earned_usd > 0.0).astype(np.float64)]


def _usable(file: MsspFile, earliest: int) -> Flags:
    people = file.person_years.sum(axis=1) > 0.0
    known = years_of(file.agreement_start) >= earliest
    return np.asarray((file.months == MONTHS_A_YEAR) & known & people)
