"""Which of a sweep's keys move a figure: Sobol, Morris and PAWN indices with intervals."""

from __future__ import annotations

import math
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.evaluation.metric import Statistic
from sim.evaluation.resample import resampled
from sim.inputs.faults import Fault, InputError
from sim.outcomes.error import mean_error

Floats = NDArray[np.float64]
Places = NDArray[np.int64]

RESAMPLES = 400
_LEVEL = 0.95
_PAWN_SLICES = 8
_LEAST_BLOCKS = 4
_FIFTH = 0.2
# Distances are larger in samples drawn anew: their intervals are moved back to the estimate.
_DISTANCES = {"pawn", "pawn_of_nothing"}

# What each measure says, by design, the first being the one that keys are ordered by.
MEASURES: dict[str, dict[str, str]] = {
    "sobol": {
        "total": "share of the figure's variance that would go with the key, interactions counted",
        "first": "share of the variance that the key takes away by itself",
    },
    "morris": {
        "mean_effect_size": "mean size of the change when the key goes over its whole range",
        "mean_effect": "mean change, its sign kept",
        "spread": "standard deviation of the changes: interactions, or a curved response",
    },
    "lhs": {
        "pawn": "distance, 0 to 1, between the figure's distribution and that within a slice of the key",
        "pawn_of_nothing": "the same of a key that does nothing, by shuffling: less is chance",
        "rank_correlation": "Spearman's correlation with the key",
    },
}


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate with its 95 % interval over points and replicates drawn anew."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Sensitivity:
    """Indices of every key.

    Attributes
    ----------
    design : str
    indices : mapping of str to mapping of str to Interval
        By key, the most influential first, then by measure, see :data:`MEASURES`.
    points, replicates : int
    """

    design: str
    indices: Mapping[str, Mapping[str, Interval]]
    points: int
    replicates: int


def sensitivity(
    values: Floats, statistic: Statistic, unit: Floats, keys: tuple[str, ...], design: str, *,
    levels: int = 4, second_order: bool = False, resamples: int = RESAMPLES,
) -> Sensitivity:  # fmt: skip
    """Return how much each key moves a statistic of a figure.

    Parameters
    ----------
    values : ndarray, shape (point, replicate)
        The figure, replicates on the same draws at every point. A replicate that any point lacks is left out.
    statistic : Statistic
        What is taken over replicates.
    unit : ndarray, shape (point, key)
        Quantiles of the keys' values.
    keys : tuple of str
    design : {"sobol", "morris", "lhs"}
    levels, second_order
        As the points were made.
    resamples : int

    Returns
    -------
    Sensitivity
        With 95 % intervals by bootstrap: what the design samples (base points, trajectories or points) and
        the replicates are drawn anew together, so that both kinds of chance are in them.

    Raises
    ------
    InputError
        When the design has no indices, or fewer than 4 of what it samples.

    Notes
    -----
    Saltelli et al. 2010 (first order) and Jansen 1999 (total), Morris 1991 with Campolongo et al. 2007,
    Pianosi and Wagener 2015, as SALib has them.
    """
    if design not in MEASURES:
        allowed = f"must be one of {', '.join(MEASURES)} (values chosen by hand are no sample)"
        raise InputError(Fault("sweep", "sweep.design", f"= {design!r} has no indices", allowed))
    kept = values[:, ~np.isnan(values).any(axis=0)]
    if not kept.shape[1]:
        raise InputError(
            Fault("sweep", "", "has no replicate that all points share", "run the scenario first")
        )
    per_block = {"sobol": len(keys) * (1 + second_order) + 2, "morris": len(keys) + 1, "lhs": 1}[design]
    blocks = len(kept) // per_block
    if blocks < _LEAST_BLOCKS:
        raise InputError(
            Fault("sweep", "sweep.n", f"= {blocks}", f"must be at least {_LEAST_BLOCKS} for indices")
        )
    ways: dict[str, Callable[[Floats, Floats], dict[str, Floats]]] = {
        "sobol": lambda y, x: _sobol(y, len(keys), second_order),
        "morris": lambda y, x: _morris(y, x, levels),
        "lhs": _pawn,
    }
    way = ways[design]
    found = way(statistic.over(kept), unit)
    drawn: dict[str, list[Floats]] = {name: [] for name in found}
    if design == "lhs":
        # Slices of points drawn twice are further from the whole than those of points drawn once, and slower.
        resamples //= 4
    rows = resampled(blocks, resamples, what=1)
    columns = resampled(kept.shape[1], resamples, what=2)
    inside = np.arange(per_block)
    for block, column in zip(rows, columns, strict=True):
        places: Places = (block[:, None] * per_block + inside).ravel()
        for name, one in way(statistic.over(kept[np.ix_(places, column)]), unit[places]).items():
            drawn[name].append(one)
    ends = {
        name: np.nanquantile(np.array(all_of), [(1 - _LEVEL) / 2, (1 + _LEVEL) / 2], axis=0)
        for name, all_of in drawn.items()
    }
    for name in _DISTANCES & set(ends):
        ends[name] = np.maximum(ends[name] - np.mean(drawn[name], axis=0) + found[name], 0.0)
    first = next(iter(MEASURES[design]))
    order = sorted(range(len(keys)), key=lambda at: -float(np.nan_to_num(found[first][at])))
    indices = {
        keys[at]: {
            name: Interval(float(found[name][at]), *map(float, ends[name][:, at]))
            for name in MEASURES[design]
        }
        for at in order
    }
    return Sensitivity(design, indices, len(kept), kept.shape[1])


@dataclass(frozen=True, slots=True)
class Ends:
    """A figure where a key is in the lowest and in the highest fifth of its range.

    Attributes
    ----------
    low, high : (float, float)
        Mean over such points of the statistic, and its standard error over them.
    """

    low: tuple[float, float]
    high: tuple[float, float]


def ends_of(
    values: Floats, statistic: Statistic, unit: Floats, keys: tuple[str, ...]
) -> tuple[float, dict[str, Ends]]:
    """Return a figure's mean over a sweep, and where each key is low or high, all other keys as they come.

    Parameters
    ----------
    values, statistic, unit, keys
        As for :func:`sensitivity`.

    Returns
    -------
    mean : float
    ends : dict of str to Ends
    """
    kept = values[:, ~np.isnan(values).any(axis=0)]
    if not kept.shape[1]:
        raise InputError(
            Fault("sweep", "", "has no replicate that all points share", "run the scenario first")
        )
    figures = statistic.over(kept)

    def told(places: NDArray[np.bool_]) -> tuple[float, float]:
        own = figures[places]
        return (float(own.mean()), mean_error(own)) if own.size else (float(figures.mean()), math.nan)

    return float(figures.mean()), {
        key: Ends(told(unit[:, row] <= _FIFTH), told(unit[:, row] >= 1.0 - _FIFTH))
        for row, key in enumerate(keys)
    }


def _sobol(y: Floats, keys: int, second_order: bool) -> dict[str, Floats]:
    from SALib.analyze import sobol  # noqa: PLC0415  takes pandas and matplotlib with it

    centred = y - y.mean()
    spread = centred.std()
    if spread == 0.0:
        return {name: np.zeros(keys) for name in MEASURES["sobol"]}
    scaled = centred / spread
    per_block = keys * (1 + second_order) + 2
    a, b, ab, _ = sobol.separate_output_values(scaled, keys, len(y) // per_block, second_order)
    return {
        "total": np.array([float(sobol.total_order(a, ab[:, key], b)) for key in range(keys)]),
        "first": np.array([float(sobol.first_order(a, ab[:, key], b)) for key in range(keys)]),
    }


def _morris(y: Floats, unit: Floats, levels: int) -> dict[str, Floats]:
    """Return the mean and spread of what one step of each key changes, over the step."""
    keys = unit.shape[1]
    paths, points = y.reshape(-1, keys + 1), unit.reshape(-1, keys + 1, keys)
    steps = np.diff(points, axis=1)
    moved = np.abs(steps).argmax(axis=2)
    sizes = np.take_along_axis(steps, moved[..., None], axis=2)[..., 0]
    effects = np.empty((len(paths), keys))
    np.put_along_axis(effects, moved, np.diff(paths, axis=1) / sizes, axis=1)
    return {
        "mean_effect_size": np.abs(effects).mean(axis=0),
        "mean_effect": effects.mean(axis=0),
        "spread": effects.std(axis=0, ddof=1),
    }


def _pawn(y: Floats, unit: Floats) -> dict[str, Floats]:
    from SALib.analyze import pawn  # noqa: PLC0415  takes pandas and matplotlib with it
    from scipy.stats import rankdata  # noqa: PLC0415

    keys = unit.shape[1]

    def index(x: Floats) -> Floats:
        problem: Any = {
            "num_vars": x.shape[1],
            "names": list(map(str, range(x.shape[1]))),
            "bounds": [[0, 1]] * x.shape[1],
        }
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)
            return np.asarray(pawn.analyze(problem, x, y, S=_PAWN_SLICES)["median"])

    shuffled = resampled(len(y), keys, what=3).argsort(axis=1, kind="stable").T / len(y)
    ranks, own = rankdata(unit, axis=0), rankdata(y)
    with np.errstate(invalid="ignore"):
        correlation = np.array(
            [np.corrcoef(ranks[:, key], own)[0, 1] if np.ptp(own) else 0.0 for key in range(keys)]
        )
    nothing = np.full(keys, index(shuffled).mean())
    return {"pawn": index(unit), "pawn_of_nothing": nothing, "rank_correlation": correlation}
