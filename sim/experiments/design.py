"""The points of a sweep: what each changes in the scenario, in an order that every run agrees on."""

from __future__ import annotations

import csv
import hashlib
import itertools
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import qmc

from sim.inputs.entries import Entry
from sim.inputs.faults import Fault, InputError
from sim.inputs.scenario_file import leaves, nested
from sim.inputs.scenario_sweep import MOST_POINTS, SAMPLED, Sweep
from sim.inputs.sweep_factors import Factor, Levels, factors_of
from sim.inputs.units import parse_number
from sim.scenarios import Scenario

_SWEEP = "sweep"


@dataclass(frozen=True)
class Design:
    """Points of a sweep.

    Attributes
    ----------
    scenario : Scenario
        What every point changes; without the sweep.
    sweep : Sweep
    keys : tuple of str
        What varies, dotted.
    points : tuple of dict
        Value of each key, as a scenario file has it.
    shown : tuple of dict
        The same as labels: a factor or a quantile where the value itself is a list.
    unit : ndarray, shape (point, key), or None
        Quantile of each value, where points are sampled.
    """

    scenario: Scenario
    sweep: Sweep
    keys: tuple[str, ...]
    points: tuple[dict[str, Any], ...]
    shown: tuple[dict[str, Any], ...]
    unit: NDArray[np.float64] | None = None

    def __len__(self) -> int:
        return len(self.points)

    def point(self, number: int) -> Scenario:
        """Return the scenario of a point.

        Raises
        ------
        InputError
            With every fault that its values have.
        """
        return self.scenario.replace(self.points[number], f"sweep point {number}")

    def checked(self) -> list[Scenario]:
        """Return the scenarios of all points.

        Raises
        ------
        InputError
            With the faults of every point that has any, each told once.
        """
        found: list[Scenario] = []
        faults: dict[tuple[str, str], Fault] = {}
        for number in range(len(self)):
            try:
                found.append(self.point(number))
            except InputError as error:
                for fault in error.faults:
                    faults.setdefault((fault.key, fault.problem), fault)
        if faults:
            raise InputError(faults.values())
        return found

    @cached_property
    def hash(self) -> str:
        """SHA-256 of the scenario, the points and their order."""
        content = [self.scenario.hash, self.sweep.design, self.keys, self.points]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    def labels(self) -> dict[str, tuple[NDArray[Any], str]]:
        """Return each key's values along the points, and their unit: numbers, or text where some are none."""
        return {key: _labels([point.get(key, "") for point in self.shown]) for key in self.keys}


def design_of(scenario: Scenario) -> Design:
    """Return the points of a scenario's sweep.

    Raises
    ------
    InputError
        When the scenario has no sweep, or with every fault of it.
    """
    sweep, label = scenario.tables.sweep, scenario.merged.label
    if sweep is None:
        allowed = 'needs a table [sweep], such as design = "grid" and over."KEY" = [...]'
        raise InputError(Fault(label, _SWEEP, "is missing", allowed))
    base = scenario.without_sweep()
    faults = _misplaced(sweep, label)
    if faults:
        raise InputError(faults)
    if sweep.design == "list":
        return _listed(base, sweep, [dict(leaves(nested(point))) for point in sweep.points], label)
    if sweep.design == "file":
        return _listed(base, sweep, _rows(scenario, sweep), label)
    factors = factors_of(sweep.over, sweep.design, label, lambda key: _entry(base, key))
    if sweep.design in SAMPLED:
        unit = _sampled(sweep, len(factors), scenario.study.seed)
        rows = [list(zip(factors, map(float, row), strict=True)) for row in unit]
        points = tuple({f.key: f.at(u) for f, u in row} for row in rows)
        shown = tuple({f.key: f.shown(u) for f, u in row} for row in rows)
    else:
        unit, points = None, tuple(_combined(sweep.design, factors, label))
        shown = points
    return Design(base, sweep, tuple(f.key for f in factors), points, shown, unit)


def _misplaced(sweep: Sweep, label: str) -> list[Fault]:
    """Return the fault of each value of a sweep that its design needs and lacks, or does not know."""
    design = sweep.design
    needs = {"list": "points", "file": "file"}.get(design, "over")
    faults = []
    if not getattr(sweep, needs):
        faults.append(Fault(label, f"{_SWEEP}.{needs}", "is missing", f"design = {design!r} needs it"))
    for name in ("over", "points", "file"):
        if name != needs and getattr(sweep, name):
            faults.append(
                Fault(label, f"{_SWEEP}.{name}", "is given", f"design = {design!r} goes by {needs}")
            )
    if (sweep.n is None) == (design in SAMPLED):
        problem = "is missing" if sweep.n is None else f"= {sweep.n}"
        allowed = "must say how many points" if sweep.n is None else f"is of {', '.join(SAMPLED)} alone"
        faults.append(Fault(label, f"{_SWEEP}.n", problem, allowed))
    if design == "sobol" and sweep.n and sweep.n & (sweep.n - 1):
        near = 2 ** round(math.log2(sweep.n))
        faults.append(Fault(label, f"{_SWEEP}.n", f"= {sweep.n}", f"must be a power of 2, such as {near}"))
    if design == "morris" and sweep.levels % 2:
        faults.append(Fault(label, f"{_SWEEP}.levels", f"= {sweep.levels}", "must be even"))
    return faults


def _entry(scenario: Scenario, key: str) -> Entry | None:
    """Return the rule or parameter that a key of the scenario changes in all arms, None where it is none."""
    table, _, inner = key.partition(".")
    arm = scenario.study.reference_arm
    if table == "program" and inner.startswith("values."):
        return scenario.rulebook(arm).entries.get(inner.removeprefix("values."))
    return scenario.evidence(arm).entries.get(inner) if table == "evidence" else None


def _combined(design: str, factors: Sequence[Factor], label: str) -> list[dict[str, Any]]:
    lists = [(factor.key, factor.values) for factor in factors if isinstance(factor, Levels)]
    sizes = {key: len(values) for key, values in lists}
    if design == "zip":
        if len(set(sizes.values())) > 1:
            told = ", ".join(f"{key} {size}" for key, size in sizes.items())
            raise InputError(
                Fault(label, f"{_SWEEP}.over", f"has lists of unequal length ({told})", "zip needs equal")
            )
        combined: Any = zip(*(values for _, values in lists), strict=True)
    else:
        count = math.prod(sizes.values())
        if count > MOST_POINTS:
            allowed = f"must be at most {MOST_POINTS:,}"
            raise InputError(Fault(label, f"{_SWEEP}.over", f"makes {count:,} points", allowed))
        combined = itertools.product(*(values for _, values in lists))
    return [dict(zip(sizes, values, strict=True)) for values in combined]


def _sampled(sweep: Sweep, keys: int, seed: int) -> NDArray[np.float64]:
    """Return quantiles of sampled points, shape (point, key); they go by design, n, keys and seed alone."""
    n = int(sweep.n or 0)
    if sweep.design == "lhs":
        return np.asarray(qmc.LatinHypercube(keys, rng=seed).random(n))
    from SALib.sample import morris, sobol  # noqa: PLC0415  takes pandas and matplotlib with it

    if sweep.design == "sobol":
        second = sweep.second_order
        return np.asarray(sobol.sample(unit_problem(keys), n, calc_second_order=second, seed=seed % 2**32))
    return np.asarray(morris.sample(unit_problem(keys), n, num_levels=sweep.levels, seed=seed % 2**32))


def unit_problem(keys: int) -> dict[str, Any]:
    """Return what SALib asks about keys that all go from 0 to 1."""
    return {"num_vars": keys, "names": [str(key) for key in range(keys)], "bounds": [[0.0, 1.0]] * keys}


def _rows(scenario: Scenario, sweep: Sweep) -> list[dict[str, Any]]:
    """Return the rows of a sweep's csv; relative paths start from the file that names it."""
    origin = scenario.merged.origin("sweep.file")
    path = (origin.directory if origin else Path.cwd()) / str(sweep.file)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        allowed = f"must be a readable csv of points (looked for {path})"
        fault = Fault(
            scenario.merged.label, "sweep.file", f"= {sweep.file!r} cannot be read ({reason})", allowed
        )
        raise InputError(fault) from None
    return [{str(key): _value(text) for key, text in row.items() if text not in (None, "")} for row in rows]


def _value(text: Any) -> Any:
    """Return a cell as a scenario file would have it: a number or a flag where it is one."""
    if str(text).lower() in ("true", "false"):
        return str(text).lower() == "true"
    try:
        number, unit = parse_number(str(text).strip())
    except ValueError:
        return str(text).strip()
    if unit:
        return str(text).strip()
    return int(number) if number == int(number) and "." not in str(text) else number


def _listed(base: Scenario, sweep: Sweep, points: Sequence[Mapping[str, Any]], label: str) -> Design:
    if not 0 < len(points) <= MOST_POINTS:
        allowed = f"must be from 1 to {MOST_POINTS:,}"
        raise InputError(
            Fault(
                label, f"{_SWEEP}.{'file' if sweep.file else 'points'}", f"has {len(points)} points", allowed
            )
        )
    keys = tuple(dict.fromkeys(key for point in points for key in point))
    made = tuple(map(dict, points))
    return Design(base, sweep, keys, made, made)


def _labels(values: Sequence[Any]) -> tuple[NDArray[Any], str]:
    numbers: list[float] = []
    units = set()
    for value in values:
        try:
            number, unit = parse_number(value)
        except ValueError:
            return np.array([_text(value) for value in values], dtype=object), ""
        numbers.append(number)
        units.add(unit)
    if len(units) > 1:
        return np.array([_text(value) for value in values], dtype=object), ""
    return np.array(numbers), units.pop() if units else ""


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
