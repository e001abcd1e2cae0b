"""A cohort: the ACOs that CMS's results file shows in a year, as a scenario that begins that year."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import tomlkit
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError
from sim.inputs.mssp_file import MsspFile, read_mssp
from sim.inputs.mssp_terms import agreement_length
from sim.inputs.rulebook import load_rulebook
from sim.kernels.codes import MONTHS_A_YEAR
from sim.scenarios import Scenario

# A word for what tells groups of ACOs apart, the group's name, and which ACOs are in it.
Group: TypeAlias = tuple[str, str, NDArray[np.bool_]]

ARM = "mssp"
EPOCH = 1970  # of NumPy's dates
# Of ACOs in the United States as in the calibration of ACOs: four share a market and have 60 % of it.
TOGETHER, MARKET_SHARE = 4, 0.6
# Published savings rates are of ACOs that stayed, whatever their size.
ANY_SIZE = {"mssp": {"assignment": {"below_smallest": "stays", "smallest_later": "stays"}}}
CAP = "benchmark.regional_cap_up"


@dataclass(frozen=True, eq=False)
class Cohort:
    """ACOs of one year's file and what became of them a year later; arrays over ACOs are in `file`'s order.

    Attributes
    ----------
    year : int
    path : Path
        The file that the year's rows are in.
    file : MsspFile
        The year's rows.
    later : MsspFile or None
        The next year's rows, all of them; None where no file has that year.
    left_out : int
        ACOs of the year that are not simulated: a part of a year settled, agreements of before the first
        whose rules are known, or more than were asked for.
    whole : Cohort or None
        All ACOs of the year that could be simulated, where these are some of them. Published figures are of
        all.
    """

    year: int
    path: Path
    file: MsspFile
    later: MsspFile | None
    left_out: int
    whole: Cohort | None = None
    program: str = "mssp"

    def __len__(self) -> int:
        return len(self.file)

    @property
    def years(self) -> range:
        """The years simulated: the cohort's and, where it was published, the next."""
        return range(self.year, self.year + (1 if self.later is None else 2))

    @cached_property
    def at_later(self) -> NDArray[np.int64]:
        """Row of each ACO in the next year's file, -1 where it is not there."""
        rows = {} if self.later is None else {aco: row for row, aco in enumerate(self.later.aco_id.tolist())}
        return np.array([rows.get(aco, -1) for aco in self.file.aco_id.tolist()], np.int64)

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

    def some(self, count: int) -> Cohort:
        """Return `count` ACOs of the cohort, evenly over their sizes."""
        rows = evenly(self.file.n_assigned, np.arange(len(self)), count)
        left = self.left_out + len(self) - len(rows)
        return replace(self, file=self.file.select(rows), left_out=left, whole=self)

    @property
    def start(self) -> NDArray[np.int64]:
        """Year in which each ACO's present agreement began, shape (acos,)."""
        return years_of(self.file.agreement_start)

    @property
    def number(self) -> NDArray[np.int64]:
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
    def due(self) -> NDArray[np.bool_]:
        """Whether each ACO's agreement ends with the cohort's year by the rules, shape (acos,)."""
        length = agreement_length(load_rulebook("mssp"))
        ends = np.array([start + length(start) - 1 for start in self.start.tolist()], np.int64)
        return np.asarray(ends == self.year)

    @property
    def rebased(self) -> NDArray[np.bool_]:
        """Whether each ACO began another agreement in the next year, as published; shape (acos,)."""
        if self.later is None:
            return np.zeros(len(self), bool)
        return np.asarray(
            (self.at_later >= 0) & (years_of(self.later.agreement_start)[self.at_later] > self.year)
        )

    def _mid_year(self) -> dict[str, dict[str, int]]:
        """Return the terms of agreements of July 2019, whose base years are those of one of January 2019."""
        months = self.file.agreement_start.astype("datetime64[M]").astype(np.int64) % MONTHS_A_YEAR
        names = self.file.aco_id.tolist()
        return {names[row]: {"agreement_start": int(self.start[row])} for row in np.flatnonzero(months)}


def years_of(dates: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Return the calendar years of dates, 0 where there is none."""
    years = dates.astype("datetime64[Y]").astype(np.int64) + EPOCH
    return np.where(np.isnat(dates), 0, years)


def first_start() -> int:
    """Return the first start of an agreement whose rules the rulebook has."""
    return min(year for year, _ in load_rulebook("mssp").entry(CAP).by_year if year is not None)


def cohorts(paths: Sequence[Path], years: Sequence[int] = (), acos: int | None = None) -> list[Cohort]:
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
    found: dict[int, tuple[Path, MsspFile]] = {}
    for path in paths:
        file = read_mssp(path)
        for year in np.unique(file.performance_year).tolist():
            found.setdefault(year, (path, file.select(file.performance_year == year)))
    made = []
    for year in chosen_years(found, years):
        path, file = found[year]
        sound = np.flatnonzero(_usable(file))
        if sound.size == 0:
            if year in years:
                allowed = f"must have ACOs of whole years in agreements of {first_start()} or later"
                raise InputError(Fault(file.source, "--years", f"= {year} has none to simulate", allowed))
            continue
        later = found[year + 1][1] if year + 1 in found else None
        cohort = Cohort(year, path, file.select(sound), later, len(file) - len(sound))
        made.append(cohort if acos is None else cohort.some(acos))
    return made


def chosen_years(found: Iterable[int], years: Sequence[int]) -> list[int]:
    """Return the years wanted, in order; all that were found where none is asked for.

    Raises
    ------
    InputError
        For each year that was not found.
    """
    there = sorted(found)
    faults = [
        Fault("hindcast", "--years", f"= {year}", f"one of {', '.join(map(str, there))}")
        for year in years
        if year not in there
    ]
    if faults:
        raise InputError(faults)
    return sorted(years) or there


def evenly(lives: NDArray[np.float64], rows: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Return `count` of the rows, evenly over lives, in the file's order."""
    by_size = rows[np.argsort(lives[rows], kind="stable")]
    if count >= len(by_size):
        return rows
    picked = ((np.arange(count) + 0.5) * len(by_size) / count).astype(np.intp)
    return np.sort(by_size[picked])


def _usable(file: MsspFile) -> NDArray[np.bool_]:
    people = file.person_years.sum(axis=1) > 0.0
    known = years_of(file.agreement_start) >= first_start()
    return np.asarray((file.months == MONTHS_A_YEAR) & known & people)
