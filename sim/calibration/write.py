"""Writing what calibration found: the evidence file of fitted constants, and the report of the fit."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np
import tomlkit

from sim.calibration.acos import ACOS, YEARS
from sim.calibration.fit import (
    FIT_SEEDS,
    HELD_OUT_SEEDS,
    MARKETS,
    PEOPLE,
    REPORT_YEARS,
    SEED,
    SHAPES,
    report,
    shape_of,
)
from sim.calibration.target import Target
from sim.inputs.evidence import load_evidence
from sim.pages import render
from sim.population.world import history_years

DIGITS = 6
WIDTH = 100
AT_BOUND = 1.005


def evidence_path() -> Path:
    """Return the evidence file that calibration writes."""
    return Path(str(files("sim").joinpath("evidence", "calibrated.toml")))


def calibrated_toml(text: str, values: Mapping[str, Any]) -> str:
    """Return the evidence file with new values; all else that its entries state stays as it is.

    Parameters
    ----------
    text : str
        The file as it is now.
    values : mapping
        New values by key.
    """
    document = tomlkit.parse(text)
    for key, value in values.items():
        entry: Any = document
        for name in key.split("."):
            entry = entry[name]
        entry["value"] = _item(rounded(value))
    return tomlkit.dumps(document)


def rounded(value: Any) -> Any:
    """Return a number or nested list of numbers with six significant digits."""
    array = np.asarray(value, np.float64)
    if array.ndim == 0:
        return float(f"{float(array):.{DIGITS}g}")
    return [rounded(one) for one in array]


def _item(value: Any) -> Any:
    """Return a number, or a list of numbers or rows in lines of at most :data:`WIDTH` columns."""
    if not isinstance(value, list):
        return value
    array = tomlkit.array()
    if isinstance(value[0], list):
        for row in value:
            array.add_line(_item(row), indent="  ")
    elif len(tomlkit.item(value).as_string()) <= WIDTH:
        array.extend(value)
        return array
    else:
        for line in _lines(value):
            array.add_line(*line, indent="  ")
    array.add_line(indent="")
    return array


def _lines(numbers: Sequence[float]) -> Iterator[list[float]]:
    line: list[float] = []
    width = 1
    for number in numbers:
        if width + len(repr(number)) > WIDTH:
            yield line
            line, width = [], 1
        line.append(number)
        width += len(repr(number)) + 2
    yield line


def report_page(found: Sequence[Target]) -> str:
    """Return the report of the fit as Markdown."""
    return render(
        "sim.calibration",
        "calibration.md.j2",
        found=found,
        required=[one for one in found if one.required],
        others=[one for one in found if not one.required],
        people=f"{PEOPLE:,}",
        markets=MARKETS,
        first_lived=history_years(REPORT_YEARS[0])[0],
        years=REPORT_YEARS,
        seed=SEED,
        fit_seeds=FIT_SEEDS,
        held_out_seeds=HELD_OUT_SEEDS,
        shapes=list(_shapes()),
        acos=ACOS,
        aco_years=YEARS,
    )


def _shapes() -> Iterator[dict[str, Any]]:
    """Yield each constant that least squares sets, with its value and whether that is at a bound."""
    for shape, log in zip(SHAPES, shape_of(load_evidence()), strict=True):
        value = float(np.exp(log))
        at_bound = min(value / shape.least, shape.most / value) < AT_BOUND
        yield {"shape": shape, "value": value, "at_bound": at_bound}


def write_fit(values: Mapping[str, Any]) -> list[Target]:
    """Write the evidence file and the report of a source tree; return the targets as measured with the file.

    Parameters
    ----------
    values : mapping
        Fitted values by key.
    """
    path = evidence_path()
    path.write_text(calibrated_toml(path.read_text(encoding="utf-8"), values), encoding="utf-8")
    found = report()
    page = evidence_path().parents[2] / "docs" / "calibration.md"
    page.write_text(report_page(found), encoding="utf-8")
    return found
