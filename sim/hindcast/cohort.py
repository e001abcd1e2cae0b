"""A cohort: the ACOs that a results file of CMS shows in a year, and what became of them a year later."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Generic, Protocol, Self, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

from sim.hindcast.shown import Shown
from sim.inputs.faults import Fault, InputError

# A word for what tells groups of ACOs apart, the group's name, and which ACOs are in it.
Group: TypeAlias = tuple[str, str, NDArray[np.bool_]]


class ResultsFile(Protocol):
    """What cohorts ask of a results file of any program."""

    @property
    def performance_year(self) -> NDArray[np.int64]:
        """Performance year of each row."""

    @property
    def aco_id(self) -> NDArray[np.str_]:
        """CMS's identifier of each row's ACO."""

    def __len__(self) -> int:
        """Return how many rows there are."""

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp], /) -> Self:
        """Return the file with only these rows, in this order."""


File = TypeVar("File", bound=ResultsFile)


@dataclass(frozen=True, eq=False)
class Cohort(ABC, Generic[File]):
    """ACOs of one year's file and what became of them a year later; arrays over ACOs are in `file`'s order.

    Attributes
    ----------
    year : int
    path : Path
        The file that the year's rows are in.
    file
        The year's rows.
    later
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
    file: File
    later: File | None
    left_out: int = 0
    whole: Self | None = None

    #: ``mssp`` or ``reach``.
    program: ClassVar[str]

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

    def some(self, count: int) -> Self:
        """Return `count` ACOs of the cohort, evenly over their sizes."""
        rows = evenly(self.lives, count)
        left = self.left_out + len(self) - len(rows)
        return replace(self, file=self.file.select(rows), left_out=left, whole=self)

    def by_year(self, columns: Callable[[File], Sequence[NDArray[Any]]]) -> list[NDArray[np.float64]]:
        """Return columns of the file and the next year's, each of shape (acos, years); NaN for who left."""
        parts = [columns(self.file)]
        if self.later is not None:
            there = self.at_later >= 0
            parts.append([np.where(there, one[self.at_later], np.nan) for one in columns(self.later)])
        return [np.stack(both, axis=-1) for both in zip(*parts, strict=True)]

    @property
    @abstractmethod
    def lives(self) -> NDArray[np.float64]:
        """People of each ACO as published, shape (acos,)."""

    @property
    @abstractmethod
    def groups(self) -> list[Group]:
        """Groups whose figures are compared: word, name, which ACOs."""

    @property
    @abstractmethod
    def labels(self) -> Mapping[str, NDArray[Any]]:
        """What is known of each ACO, by name; words as objects, which every reader of Zarr knows."""

    @abstractmethod
    def published(self) -> Shown:
        """Return what CMS's files show of the cohort."""

    @abstractmethod
    def simulation(self, seed: int, *, uncertain: bool = False) -> Callable[[int, int], Shown]:
        """Return what simulates a replicate with some threads; `uncertain` draws the evidence as well."""


def chosen_files(
    paths: Sequence[Path], years: Sequence[int], read: Callable[[Path], File]
) -> Iterator[tuple[int, Path, File, File | None]]:
    """Yield the years wanted in order, all that there are by default: path, rows, and the next year's rows.

    Raises
    ------
    InputError
        When a file cannot be used, and for each year that is wanted and was not found.
    """
    found: dict[int, tuple[Path, File]] = {}
    for path in paths:
        file = read(path)
        for year in np.unique(file.performance_year).tolist():
            found.setdefault(year, (path, file.select(file.performance_year == year)))
    there = sorted(found)
    faults = [
        Fault("hindcast", "--years", f"= {year}", f"one of {', '.join(map(str, there))}")
        for year in years
        if year not in there
    ]
    if faults:
        raise InputError(faults)
    for year in sorted(years) or there:
        yield year, *found[year], found[year + 1][1] if year + 1 in found else None


def evenly(lives: NDArray[np.float64], count: int) -> NDArray[np.intp]:
    """Return `count` places, evenly over lives, in order."""
    by_size = np.argsort(lives, kind="stable")
    count = min(count, len(by_size))
    picked = ((np.arange(count) + 0.5) * len(by_size) / count).astype(np.intp)
    return np.sort(by_size[picked])
