"""Which corner of a sweep does it: the Patient Rule Induction Method on points where something holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import binomtest

from sim.evaluation.metric import Question
from sim.evaluation.resample import resampled
from sim.inputs.faults import Fault, InputError

Flags = NDArray[np.bool_]

# Share of a box's points that one peel takes off, and the least share of all points that a box keeps.
_PEEL = 0.1
_LEAST_MASS = 0.05
_WANTED = 0.8
_CHANCE = 0.05
_RESAMPLES = 400


@dataclass(frozen=True, slots=True)
class Side:
    """What a box asks of one key.

    Attributes
    ----------
    key : str
    low, high : float or None
        Ends of a number, None where the box does not bound it.
    values : tuple of str
        Words that are left; empty for a number.
    chance : float
        Chance of so dense a box, were this bound of no use (one-sided binomial test).
    """

    key: str
    low: float | None
    high: float | None
    values: tuple[str, ...]
    chance: float


@dataclass(frozen=True, slots=True)
class Corner:
    """The part of a sweep in which something mostly holds.

    Attributes
    ----------
    sides : tuple of Side
        Empty where no corner is denser than the whole.
    points, held : int
        Points of the sweep, and those for which it holds.
    inside : int
        Points in the corner.
    density, coverage : float
        Share of the corner's points for which it holds, and share of such points that are inside.
    density_range, coverage_range : (float, float)
        95 % over replicates drawn anew, the corner being the same.
    """

    sides: tuple[Side, ...]
    points: int
    held: int
    inside: int
    density: float
    coverage: float
    density_range: tuple[float, float]
    coverage_range: tuple[float, float]


def discover(values: NDArray[np.float64], question: Question, inputs: Mapping[str, NDArray[Any]]) -> Corner:
    """Return the corner of a sweep in which a question's answer is mostly yes.

    Parameters
    ----------
    values : ndarray, shape (point, replicate)
        The figure asked about.
    question : Question
    inputs : mapping of str to ndarray, shape (point,)
        Values of each key: numbers, or words.

    Returns
    -------
    Corner

    Raises
    ------
    InputError
        When it holds nowhere or everywhere, or no replicate is complete at all points.

    Notes
    -----
    Friedman and Fisher 1999, peeling; bounds that chance alone would give as easily are taken back (Bryant
    and Lempert 2010). Written here, as no kept library of it works with the present releases of pandas.
    """
    kept = values[:, ~np.isnan(values).any(axis=0)]
    if not kept.shape[1]:
        raise InputError(
            Fault("sweep", "", "has no replicate that all points share", "run the scenario first")
        )
    held = question.holds(kept)
    if held.all() or not held.any():
        told = "every point" if held.all() else "no point"
        raise InputError(
            Fault("--where", "", f"holds at {told}", "must hold at some points and not at others")
        )
    box = _pruned(_peeled(held, inputs), held, inputs)
    inside = _within(box, inputs, held.size)
    sides = tuple(_side(key, box, inputs, held) for key in box)
    columns = resampled(kept.shape[1], _RESAMPLES, what=4)
    again = np.array([question.holds(kept[:, column]) for column in columns])
    hits, all_hits = again[:, inside].sum(axis=1), np.maximum(again.sum(axis=1), 1)
    return Corner(
        sides, held.size, int(held.sum()), int(inside.sum()),
        float(held[inside].mean()), float(held[inside].sum() / held.sum()),
        _range(hits / inside.sum()), _range(hits / all_hits),
    )  # fmt: skip


Box = dict[str, Flags]


def _range(values: NDArray[np.float64]) -> tuple[float, float]:
    low, high = np.quantile(values, [0.025, 0.975])
    return float(low), float(high)


def _within(box: Box, inputs: Mapping[str, NDArray[Any]], size: int) -> Flags:
    found = np.ones(size, np.bool_)
    for key in box:
        found &= box[key]
    return found


def _peeled(held: Flags, inputs: Mapping[str, NDArray[Any]]) -> Box:
    """Return the first box of the peeling that is dense enough, or the densest."""
    box: Box = {}
    inside = np.ones(held.size, np.bool_)
    best, best_density = dict(box), float(held.mean())
    while held[inside].mean() < _WANTED:
        steps = [
            (key, kept)
            for key, values in inputs.items()
            for kept in _peels(values, inside)
            if (inside & kept).sum() >= max(1, _LEAST_MASS * held.size)
        ]
        if not steps:
            break
        before = held[inside].mean()

        def gain(step: tuple[str, Flags], inside: Flags = inside, before: float = before) -> float:
            left = inside & step[1]
            return float((held[left].mean() - before) / max(inside.sum() - left.sum(), 1))

        key, kept = max(steps, key=gain)
        box[key] = box.get(key, np.ones(held.size, np.bool_)) & kept
        inside = inside & kept
        if held[inside].mean() > best_density:
            best, best_density = dict(box), float(held[inside].mean())
    return best


def _peels(values: NDArray[Any], inside: Flags) -> list[Flags]:
    """Return what would be left of all points after each peel of a key."""
    own = values[inside]
    if values.dtype.kind == "O":
        words = sorted(set(own.tolist()))
        return [values != word for word in words] if len(words) > 1 else []
    if own.min() == own.max():
        return []
    low, high = np.quantile(own, [_PEEL, 1.0 - _PEEL])
    return [values >= _beyond(own, low, np.greater), values <= _beyond(own, high, np.less)]


def _beyond(own: NDArray[Any], end: float, past: Callable[..., Any]) -> float:
    """Return the first value past an end that leaves at least one point out."""
    rising = past is np.greater
    outer = own.min() if rising else own.max()
    if (end > outer) if rising else (end < outer):
        return end
    beyond = own[past(own, outer)]
    return float(beyond.min() if rising else beyond.max())


def _pruned(box: Box, held: Flags, inputs: Mapping[str, NDArray[Any]]) -> Box:
    """Take back bounds, the weakest first, that chance would give as easily."""
    box = dict(box)
    while box:
        chances = {key: _chance(key, box, held) for key in box}
        weakest = max(chances, key=chances.__getitem__)
        if chances[weakest] <= _CHANCE:
            break
        del box[weakest]
    return box


def _chance(key: str, box: Box, held: Flags) -> float:
    without = np.ones(held.size, np.bool_)
    for other in box:
        without &= box[other] if other != key else True
    inside = without & box[key]
    found = binomtest(int(held[inside].sum()), int(inside.sum()), float(held[without].mean()), "greater")
    return float(found.pvalue)


def _side(key: str, box: Box, inputs: Mapping[str, NDArray[Any]], held: Flags) -> Side:
    values, kept = inputs[key], box[key]
    own, chance = values[kept], _chance(key, box, held)
    if values.dtype.kind == "O":
        return Side(key, None, None, tuple(sorted(set(own.tolist()))), chance)
    low = float(own.min()) if own.min() > values.min() else None
    high = float(own.max()) if own.max() < values.max() else None
    return Side(key, low, high, (), chance)
