"""One figure of every replicate, and statistics of it over replicates, named in words a user writes."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.units import UNITS, parse_number
from sim.outcomes.registry import BY_NAME
from sim.outcomes.summary import FIGURES

Floats = NDArray[np.float64]

_COMPARED: dict[str, Callable[[Any, Any], Any]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_CONDITION = re.compile(r"\s*(\w+)\(\s*(.+?)\s*\)\s*(<=|>=|<|>)\s*(.+?)\s*")
_INSIDE = re.compile(r"\s*(\w+)\s*(<=|>=|<|>)\s*(.+?)\s*")
_LOSS = "loss"
_PERCENTILE = re.compile(r"p(\d{1,2})")


@dataclass(frozen=True, slots=True)
class Figure:
    """A result variable or figure of the closing table, summed over ACOs and years.

    Attributes
    ----------
    name : str
        One of :data:`sim.outcomes.summary.FIGURES`, or a result variable without other dims than ``aco``,
        ``cell`` and ``year``.
    arm : str
    against : str or None
        An arm that is taken off, replicate by replicate.
    aco : str or None
        One ACO; all where None.
    """

    name: str
    arm: str
    against: str | None = None
    aco: str | None = None

    @property
    def told(self) -> str:
        """What it is, in words."""
        label = FIGURES[self.name][0] if self.name in FIGURES else BY_NAME[self.name].long_name
        less = f" less {self.against}" if self.against else ""
        return f"{label}, {self.arm}{less}{f', {self.aco}' if self.aco else ''}"

    @property
    def units(self) -> str:
        """UDUNITS text."""
        return "USD" if self.name in FIGURES else BY_NAME[self.name].units

    def of(self, data: xr.Dataset) -> Floats:
        """Return the figure, shape (design, replicate); NaN where a replicate is not complete.

        Raises
        ------
        InputError
            When the data have no such figure, arm or ACO.
        """
        for dim, label in (("arm", self.arm), ("arm", self.against), ("aco", self.aco)):
            labels = data[dim].values.tolist()
            if label is not None and label not in labels:
                raise InputError(wrong_choice(f"--{dim}", "", label, labels))
        if self.name not in FIGURES and (self.name not in data or self.name not in BY_NAME):
            raise InputError(wrong_choice("--of", "", self.name, [*FIGURES, *BY_NAME]))
        chosen = data if self.aco is None else data.sel(aco=[self.aco])
        total = self._total(chosen, self.arm)
        if self.against is not None:
            total = total - self._total(chosen, self.against)
        if "design" not in total.dims:
            total = total.expand_dims("design")
        return np.asarray(total.transpose("design", "replicate").values, np.float64)

    def _total(self, data: xr.Dataset, arm: str) -> xr.DataArray:
        own = data.sel(arm=arm)
        if self.name in FIGURES:
            return FIGURES[self.name][1](own)
        over = [dim for dim in own[self.name].dims if dim not in ("design", "replicate")]
        total: xr.DataArray = own[self.name].sum(over, min_count=1)
        return total


@dataclass(frozen=True, slots=True)
class Statistic:
    """What is said of a figure's replicates: mean, sd, a percentile (p10), or the chance of a condition.

    Attributes
    ----------
    word : str
        ``mean``, ``sd``, ``p1`` to ``p99`` or ``P``.
    condition : (str, float) or None
        Of ``P``: how the figure is compared, with what.
    """

    word: str
    condition: tuple[str, float] | None = None

    @classmethod
    def parse(cls, word: str, place: str) -> Statistic:
        """Read ``mean``, ``sd``, ``p10`` or ``loss`` (the chance of less than 0). Raises InputError."""
        if word == _LOSS:
            return cls("P", ("<", 0.0))
        percentile = _PERCENTILE.fullmatch(word)
        if word in ("mean", "sd") or (percentile and int(percentile[1])):
            return cls(word)
        raise InputError(wrong_choice(place, "", word, ["mean", "sd", "p1 to p99", _LOSS]))

    def unit_of(self, units: str) -> tuple[str, float]:
        """Return what the statistic of a figure with such units is shown in, and its size in those."""
        if self.word == "P":
            return "% of replicates", 0.01
        return (r"\$ million", 1e6) if units == "USD" else (units, 1.0)

    def over(self, values: Floats) -> Floats:
        """Return the statistic along the last axis; NaN where no replicate is complete."""
        count = np.sum(~np.isnan(values), axis=-1)
        with np.errstate(invalid="ignore", divide="ignore"):
            if self.condition is not None:
                word, bound = self.condition
                hit = _COMPARED[word](values, bound) & ~np.isnan(values)
                return np.asarray(np.where(count, hit.sum(axis=-1) / count, np.nan))
            filled = np.where(count[..., None] > 0, values, 0.0)
            if self.word == "mean":
                found = np.nanmean(filled, axis=-1)
            elif self.word == "sd":
                filled = np.where(count[..., None] > 1, values, 0.0)
                found = np.nanstd(filled, axis=-1, ddof=1)
                count = np.maximum(count - 1, 0)
            else:
                found = np.nanquantile(filled, int(self.word[1:]) / 100.0, axis=-1)
        return np.asarray(np.where(count > 0, found, np.nan))


@dataclass(frozen=True, slots=True)
class Question:
    """Which points of a sweep are asked for: ``P(settlement < 0) > 0.2``.

    Attributes
    ----------
    figure : str
    statistic : Statistic
    word, bound : str, float
        How the statistic is compared, with what.
    """

    figure: str
    statistic: Statistic
    word: str
    bound: float

    @classmethod
    def parse(cls, text: str, place: str) -> Question:
        """Read ``P(FIGURE < NUMBER) > SHARE``, ``P(loss) > SHARE`` or ``mean(FIGURE) > NUMBER``.

        Money may be written as ``-1 million USD``, shares as ``20 %``. Raises InputError.
        """
        found = _CONDITION.fullmatch(text)
        allowed = (
            "must read P(FIGURE < NUMBER) > SHARE, P(loss) > SHARE, or mean(FIGURE) > NUMBER (sd, p10, ...)"
        )
        if found is None:
            raise InputError(Fault(place, "", f"= {text!r} is no question", allowed))
        word, inside, compared, bound = found.groups()
        if word != "P":
            return cls(inside, Statistic.parse(word, place), compared, _number(bound, place))
        if inside == _LOSS:
            return cls("gross_savings", Statistic.parse(_LOSS, place), compared, _number(bound, place))
        parts = _INSIDE.fullmatch(inside)
        if parts is None:
            raise InputError(Fault(place, "", f"= {text!r} has no condition in P(...)", allowed))
        statistic = Statistic("P", (parts[2], _number(parts[3], place)))
        return cls(parts[1], statistic, compared, _number(bound, place))

    def holds(self, values: Floats) -> NDArray[np.bool_]:
        """Return where the statistic over the last axis is as asked."""
        return np.asarray(_COMPARED[self.word](self.statistic.over(values), self.bound), np.bool_)


def _number(text: str, place: str) -> float:
    try:
        number, unit = parse_number(text)
    except ValueError as error:
        raise InputError(
            Fault(place, "", str(error), "must be a number, such as 0.2 or -1 million USD")
        ) from None
    return number * UNITS[unit][1]
