"""What a run watches: a figure, its Monte Carlo error, and whether a study has enough replicates.

A study that states a precision is looked at after a first number of replicates, then after as many as the
error promises, at most twice as many as before, a whole batch of the store at a time. Each look reads what is
stored of the first so many replicates, in their order: it comes out the same however often a run was stopped.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sim.experiments.plan import Arrays, Coordinates
from sim.experiments.results import open_results
from sim.inputs.faults import Fault, InputError, unknown_aco
from sim.inputs.scenario_precision import Precision
from sim.outcomes.error import mean_error
from sim.outcomes.registry import BY_NAME
from sim.outcomes.variable import Variable

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Watched:
    """A figure of each replicate: one arm's or each arm's, of one ACO or all.

    Attributes
    ----------
    variable : Variable
        Money is summed over all dims but the arm, anything else averaged.
    arms : tuple of int
        Places of the arms.
    against : int or None
        Place of the arm whose figure is taken off.
    aco : int or None
        Place of the one ACO.
    label : str
        The figure in words.
    """

    variable: Variable
    arms: tuple[int, ...]
    against: int | None = None
    aco: int | None = None
    label: str = ""

    @classmethod
    def of(cls, stated: Precision | None, labels: Coordinates) -> Watched:
        """Return the figure of a study's precision; without one, the net cost to Medicare of each arm.

        Raises
        ------
        InputError
            When there is no such ACO, or it has no such figure.
        """
        arms = labels.labels["arm"].tolist()
        if stated is None:
            return cls(BY_NAME["medicare_net_cost"], tuple(range(len(arms))), label="net cost to Medicare")
        variable, words = BY_NAME[stated.metric], [f"{stated.metric} of {stated.arm}"]
        against = None if stated.against is None else arms.index(stated.against)
        words += [] if stated.against is None else [f"less {stated.against}"]
        aco = None
        if stated.aco is not None:
            acos = labels.labels["aco"].tolist()
            if stated.aco not in acos:
                raise InputError(unknown_aco("scenario", "study.precision.aco", stated.aco, acos))
            if "aco" not in variable.dims:
                problem = f"= {stated.aco}: {stated.metric} is of all ACOs together"
                raise InputError(Fault("scenario", "study.precision.aco", problem, "must be left out"))
            aco = acos.index(stated.aco)
            words.append(f"at {stated.aco}")
        return cls(variable, (arms.index(stated.arm),), against, aco, " ".join(words))

    def of_replicate(self, values: Floats) -> Floats:
        """Return the figures of one replicate, shape (arms watched,); values have the arm first."""
        if self.aco is not None:
            values = np.take(values, [self.aco], axis=1 + self.variable.dims.index("aco"))
        flat = values.reshape(len(values), -1)
        counts = np.asarray((~np.isnan(flat)).sum(axis=1))
        figures: Floats = np.where(counts, np.nansum(flat, axis=1), np.nan)
        if self.variable.dtype != "money":
            figures = figures / np.maximum(counts, 1)
        chosen = np.asarray(figures[list(self.arms)], np.float64)
        return chosen if self.against is None else np.asarray(chosen - figures[self.against])

    def simulated(self, arrays: Arrays) -> Floats:
        """Return the figures of a replicate as the model returns it."""
        stored = self.variable.encode(np.asarray(arrays[self.variable.name]))
        values = stored.astype(np.float64)
        if self.variable.dtype != "number":
            values[stored == self.variable.fill_value] = np.nan
        return self.of_replicate(values / 100 if self.variable.dtype == "money" else values)

    def stored(self, path: Path, replicates: int, labels: Coordinates) -> list[Floats]:
        """Return the figures of those of the first so many replicates that are complete in a store."""
        values = open_results(path)[self.variable.name]
        values = values.isel(replicate=slice(replicates)).sel(arm=labels.labels["arm"])
        rows = np.moveaxis(values.values, 1, 0)
        return [self.of_replicate(row) for row in rows[values["done"].values]]


def target_of(stated: Precision, mean: float) -> float:
    """Return the largest Monte Carlo error that a study allows its mean."""
    shares = [stated.relative_error * abs(mean)] if stated.relative_error is not None else []
    return min([*shares, math.inf if stated.error is None else stated.error])


def next_number(stated: Precision, figures: list[Floats], replicates: int, batch: int) -> int:
    """Return how many replicates a study is to have after a look at so many: as many, where it has enough.

    Parameters
    ----------
    stated : Precision
    figures : list of ndarray
        Of the replicates that are complete.
    replicates : int
        How many have been asked for.
    batch : int
        Replicates of a batch of the store.
    """
    values = np.array([figure[0] for figure in figures])
    error = mean_error(values)
    target = target_of(stated, float(np.nanmean(values))) if np.isfinite(values).any() else math.nan
    if error <= target:
        return replicates
    promised = replicates * (error / target) ** 2 if target > 0 else math.inf
    wanted = min(2.0 * replicates, promised) if math.isfinite(promised) else 2.0 * replicates
    whole = batch * math.ceil(max(wanted, replicates + 1) / batch)
    return max(replicates, min(whole, stated.at_most))
