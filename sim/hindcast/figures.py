"""Figures of a cohort: the same arithmetic on what CMS published and on every simulated replicate."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.calibration.acos import SIZE_EDGES
from sim.hindcast.cohort import Cohort
from sim.hindcast.shown import Shown
from sim.kernels.codes import Kind

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

PERCENTILES = (5, 25, 50, 75, 95)
INTERVAL = (0.05, 0.5, 0.95)
# A spread or a correlation of fewer ACOs than this says nothing.
FEWEST = 6


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: as published, and the 90 % interval of replicates with their median.

    Attributes
    ----------
    year : int
        The cohort's.
    key, item : str
        Which figure, and of which ACOs; the latter empty for all.
    title, unit : str
    published, low, middle, high : float
    near : tuple of float
        Bounds of what is near enough for the middle, empty (low above high) where only the interval counts.
    """

    year: int
    key: str
    item: str
    title: str
    unit: str
    published: float
    low: float
    middle: float
    high: float
    near: tuple[float, float]

    @property
    def held(self) -> bool:
        """Whether the interval holds the published figure."""
        return self.low <= self.published <= self.high

    @property
    def ok(self) -> bool:
        """Whether it does, or the middle is near enough."""
        return self.held or self.near[0] <= self.middle <= self.near[1]


@cache
def definitions() -> dict[str, dict[str, Any]]:
    """Return title, unit and bounds of every figure, by key."""
    return tomllib.loads(files("sim.hindcast").joinpath("rows.toml").read_text(encoding="utf-8"))


def size_names() -> list[str]:
    """Return the size classes in words."""
    edges = [f"{edge:,}" for edge in SIZE_EDGES]
    between = [f"{low} to {high}" for low, high in pairwise(edges)]
    return [f"under {edges[0]} people", *between, f"over {edges[-1]}"]


def size_of(lives: Floats) -> NDArray[np.int64]:
    """Return the size class of each ACO."""
    return np.asarray(np.searchsorted(SIZE_EDGES, lives, side="right"), np.int64)


def figures(cohort: Cohort[Any], shown: Shown, like: Shown) -> dict[tuple[str, str], float]:
    """Return every figure by key and item, NaN where too few ACOs have it.

    Parameters
    ----------
    cohort : Cohort
    shown : Shown
        What is measured.
    like : Shown
        Whose mean and spread the matched shares take, the published.
    """
    return dict(_figures(cohort, shown, like))


def _figures(cohort: Cohort[Any], shown: Shown, like: Shown) -> Iterator[tuple[tuple[str, str], float]]:
    rate, lives = shown.rate[:, 0], shown.lives[:, 0]
    yield ("mean", ""), float(rate.mean())
    yield ("sd", ""), _spread(rate)
    for at, value in zip(PERCENTILES, np.percentile(rate - rate.mean(), PERCENTILES), strict=True):
        yield ("centred", f"{at}th percentile"), float(value)
    matched = (rate - rate.mean()) / rate.std() * like.rate[:, 0].std() + like.rate[:, 0].mean()
    yield ("above_zero", ""), _share(rate > 0.0)
    yield ("above_zero_matched", ""), _share(matched > 0.0)
    yield ("earning", ""), _share(shown.earned[:, 0])
    if like.minimum.any():
        yield ("earning_matched", ""), _share((matched > 0.0) & (matched >= shown.minimum))
    size = size_of(lives)
    of_size = [(name, size == row) for row, name in enumerate(size_names())]
    for word, name, here in [*(("size", *one) for one in of_size), *cohort.groups]:
        yield (f"mean_{word}", name), float(rate[here].mean()) if here.sum() >= FEWEST else np.nan
        yield (f"sd_{word}", name), _spread(rate[here])
    yield ("needy_over_standard", ""), _apart(cohort, rate, "High Needs", "Standard")
    yield ("new_over_standard", ""), _apart(cohort, rate, "New Entrant", "Standard")
    if shown.rate.shape[1] > 1:
        yield from _changes(shown, of_size)
    for kind, value in zip(Kind, shown.growth.tolist(), strict=True):
        yield ("growth", kind.name.lower().replace("_", " ").replace("esrd", "ESRD")), value
    grown = shown.risk[~np.isnan(shown.risk)]
    yield ("risk_mean", ""), float(grown.mean()) if grown.size else np.nan
    yield ("risk_sd", ""), _spread(grown)


def _changes(shown: Shown, of_size: Sequence[tuple[str, Flags]]) -> Iterator[tuple[tuple[str, str], float]]:
    both = ~np.isnan(shown.rate).any(axis=1)
    first, second = shown.rate.T
    for word, here in (("", both & ~shown.rebased), ("_rebased", both & shown.rebased)):
        enough = here.sum() >= FEWEST
        yield (
            (f"memory{word}", ""),
            float(np.corrcoef(first[here], second[here])[0, 1]) if enough else np.nan,
        )
        yield (f"change{word}", ""), _spread((second - first)[here])
    for name, here in of_size:
        yield ("change_size", name), _spread((second - first)[here & both])


def _apart(cohort: Cohort[Any], rate: Floats, one: str, other: str) -> float:
    """Return how far the means of two groups are apart, NaN where the program has none such."""
    groups = {name: here for _, name, here in cohort.groups}
    if one not in groups or min(groups[one].sum(), groups[other].sum()) < FEWEST:
        return np.nan
    return float(rate[groups[one]].mean() - rate[groups[other]].mean())


def _spread(values: Floats) -> float:
    return float(values.std(ddof=1)) if len(values) >= FEWEST else np.nan


def _share(flags: Flags) -> float:
    return float(100.0 * flags.mean())


def compare(cohort: Cohort[Any], published: Shown, replicates: Sequence[Shown]) -> list[Row]:
    """Return a row for each figure that was published, of the whole cohort, and that replicates show."""
    wanted = figures(cohort.whole or cohort, published, published)
    found = [figures(cohort, one, published) for one in replicates]
    rows = []
    for key, told in definitions().items():
        for (of, item), value in wanted.items():
            shown = np.array([one[of, item] for one in found])
            shown = shown[~np.isnan(shown)]
            if of != key or np.isnan(value) or not shown.size:
                continue
            low, middle, high = np.quantile(shown, INTERVAL).tolist()
            near = _near(told | told.get(cohort.program, {}), item, value)
            rows.append(
                Row(cohort.year, key, item, told["title"], told["unit"], value, low, middle, high, near)
            )
    return rows


def _near(told: dict[str, Any], item: str, value: float) -> tuple[float, float]:
    """Return the bounds of what is near enough; none are low above high."""
    told = told if item == told.get("item", item) else {}
    if "from" in told:
        return told["from"], told["to"]
    if "near" not in told and "share" not in told:
        return np.inf, -np.inf
    room = told.get("near", told.get("share", 0.0) * abs(value))
    return value - room, value + room
