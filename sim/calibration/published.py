"""Published figures that simulated people are held to, as ``sim/evidence/targets.toml`` states them."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from sim.calibration.target import Target
from sim.inputs.evidence import TARGETS, Evidence
from sim.inputs.faults import Fault, InputError, nearest
from sim.population.disease import words

Floats: TypeAlias = NDArray[np.float64]


class Table(BaseModel):
    """A table of the file: unknown keys are faults, nothing changes after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Tolerance(Table):
    """A tolerance in proportion to the value, and at least so much."""

    share: float = Field(gt=0.0)
    least: float = Field(0.0, ge=0.0)


class Under(Table):
    """Rates under which a figure was seen: moves to Medicare Advantage (% a year) and back."""

    moves: float
    back: list[str]
    source: str


class Published(Table):
    """A published figure or a row of them; what each field says stands at the head of the file."""

    title: str
    items: list[str] | str | None = None
    first: int | None = Field(None, gt=0)
    unit: str
    value: float | list[float] | str | None = None
    times: float = 1.0
    whole: float | None = None
    tolerance: float | list[float] | Tolerance
    source: str = Field(min_length=1)
    grade: Literal["A", "B", "C", "D"]
    kind: Literal["must", "reported"]
    reason: str = ""
    under: Under | None = None

    @model_validator(mode="after")
    def _one_of_each(self) -> Published:
        if isinstance(self.items, list):
            for name, row in (("value", self.value), ("tolerance", self.tolerance)):
                if isinstance(row, list) and len(row) != len(self.items):
                    raise ValueError(f"{len(row)} of {name} for {len(self.items)} items")
        if ("{item}" in self.title) != (self.items is not None):
            raise ValueError("a title names {item} where there are items, and only there")
        return self

    def names(self, evidence: Evidence | None) -> Sequence[str]:
        """Return the names of the items; one empty name where there is a single figure."""
        if self.items is None:
            return ("",)
        if isinstance(self.items, str):
            return words(_stated(evidence), self.items)[: self.first]
        return self.items

    def values(self, evidence: Evidence | None = None) -> Floats:
        """Return the figures in `unit`, one an item; `evidence` is needed where it states them."""
        if self.value is None:
            raise ValueError(f"{self.title}: the value is the simulation's own")
        stated = _stated(evidence).array(self.value) if isinstance(self.value, str) else self.value
        values = self.times * np.atleast_1d(np.asarray(stated, np.float64))[: self.first]
        values = values if self.whole is None else self.whole * values / values.sum()
        return np.broadcast_to(values, len(values) if self.items is None else len(self.names(evidence)))

    def number(self) -> float:
        """Return a single figure in `unit`."""
        return self.values().item()

    def tolerances(self, values: Floats) -> list[float]:
        """Return the tolerance of each value."""
        if isinstance(self.tolerance, Tolerance):
            share, least = self.tolerance.share, self.tolerance.least
            return [max(share * abs(value), least) for value in values.tolist()]
        return [float(one) for one in np.broadcast_to(self.tolerance, len(values))]


@cache
def published() -> Mapping[str, Published]:
    """Return the published figures by key, in the order of the file."""
    return parse_published(files("sim").joinpath("evidence", TARGETS).read_text(encoding="utf-8"))


def held_to(
    key: str,
    found: ArrayLike,
    evidence: Evidence | None = None,
    before: ArrayLike | None = None,
    years: str = "",
) -> list[Target]:
    """Return published figures beside what the simulation shows.

    Parameters
    ----------
    key : str
        Of the figure, or row of figures.
    found : array_like
        Simulated, one an item, in the unit of the figures.
    evidence : Evidence, optional
        Where it states items or values.
    before : array_like, optional
        What an earlier year showed, where that is the value.
    years : str
        The years compared.
    """
    row = published()[key]
    values = row.values(evidence) if before is None else np.atleast_1d(np.asarray(before, np.float64))
    names, shown = row.names(evidence), np.atleast_1d(np.asarray(found, np.float64))
    return [
        Target(
            name=row.title.format(item=name, years=years),
            value=float(value),
            tolerance=tolerance,
            simulated=float(one),
            unit=row.unit,
            source=row.source,
            required=row.kind == "must",
            reason=row.reason,
            key=key,
        )
        for name, value, tolerance, one in zip(names, values, row.tolerances(values), shown, strict=True)
    ]


def parse_published(text: str, file: str = TARGETS) -> Mapping[str, Published]:
    """Parse published figures by dotted key, in the order of the file.

    Parameters
    ----------
    text : str
        TOML: tables of tables.
    file : str
        Named in faults.

    Raises
    ------
    InputError
        With all faults at once.
    """
    try:
        groups = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(Fault(file, "", f"is not TOML: {error}", "a TOML file")) from None
    found: dict[str, Published] = {}
    faults: list[Fault] = []
    for group, tables in groups.items():
        for name, table in tables.items() if isinstance(tables, Mapping) else [("", tables)]:
            key = f"{group}.{name}" if name else group
            try:
                found[key] = Published.model_validate(table)
            except ValidationError as error:
                faults += [_fault(file, key, one) for one in error.errors()]
    if faults:
        raise InputError(faults)
    return found


def _fault(file: str, key: str, error: Any) -> Fault:
    where = ".".join([key, *map(str, error["loc"])])
    known = sorted(Published.model_fields)
    if error["type"] == "extra_forbidden":
        meant = nearest(str(error["loc"][-1]), known)
        return Fault(file, where, "is not a known key", f"known keys here: {', '.join(known)}", meant)
    given = "is missing" if error["type"] == "missing" else f"= {error['input']!r}"
    return Fault(file, where, given, str(error["msg"]))


def _stated(evidence: Evidence | None) -> Evidence:
    if evidence is None:
        raise TypeError("evidence states this; it was not given")
    return evidence
