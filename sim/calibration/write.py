"""Writing what calibration found: the evidence file of fitted constants, and the report of the fit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from sim.calibration.fit import MARKETS, PEOPLE, REPORT_YEARS, SEED, fitted_keys, report
from sim.calibration.targets import Target, table
from sim.inputs.evidence import Evidence, load_evidence

DIGITS = 6
WIDTH = 100
HEADER = """\
# Constants fitted by `leadsim calibrate`: do not edit by hand. docs/calibration.md says how well they fit.
"""


def evidence_path() -> Path:
    """Return the evidence file that calibration writes."""
    return Path(str(files("sim").joinpath("evidence", "calibrated.toml")))


def calibrated_toml(evidence: Evidence, values: Mapping[str, Any]) -> str:
    """Return the evidence file: every fitted entry as it is described now, with its new value.

    Parameters
    ----------
    evidence : Evidence
        The book as it stands, for titles, units and sources.
    values : mapping
        New values by key.
    """
    blocks = [HEADER]
    for key in sorted(fitted_keys()):
        entry = evidence.entry(key)
        value = rounded(values[key]) if key in values else rounded(entry.value)
        distribution = ", ".join(f"{name} = {json.dumps(item)}" for name, item in _distribution(entry))
        lines = [
            f"[{key}]",
            f"title = {json.dumps(entry.title, ensure_ascii=False)}",
            f"unit = {json.dumps(entry.unit)}",
            f"value = {_toml(value)}",
            f"source = {json.dumps(entry.source, ensure_ascii=False)}",
            f"grade = {json.dumps(entry.standing)}",
            f"distribution = {{ {distribution} }}",
        ]
        if entry.spread:
            lines.append(f"spread = {json.dumps(entry.spread)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _distribution(entry: Any) -> list[tuple[str, Any]]:
    return list((entry.distribution or {"dist": "fixed"}).items())


def rounded(value: Any) -> Any:
    """Return a number or nested list of numbers with six significant digits."""
    array = np.asarray(value, np.float64)
    if array.ndim == 0:
        return float(f"{float(array):.{DIGITS}g}")
    return [rounded(one) for one in array]


def _toml(value: Any) -> str:
    if not isinstance(value, list):
        return repr(value)
    if value and isinstance(value[0], list):
        return "[\n" + "".join(f"  {_toml(row)},\n" for row in value) + "]"
    text = "[" + ", ".join(repr(one) for one in value) + "]"
    if len(text) <= WIDTH:
        return text
    lines, line = [], " "
    for one in value:
        if len(line) + len(repr(one)) > WIDTH:
            lines.append(line)
            line = " "
        line += f" {one!r},"
    return "[\n" + "\n".join([*lines, line]) + "\n]"


def report_page(found: Sequence[Target]) -> str:
    """Return the report of the fit as Markdown."""
    met = sum(one.ok for one in found)
    return f"""\
# How well the simulated people fit

Written by `leadsim calibrate`; `leadsim calibrate --check` measures again without fitting.
{PEOPLE:,} people of {MARKETS} markets in which no ACO acts, seed {SEED}, lived from {REPORT_YEARS[0] - 5} to
{REPORT_YEARS[-1]}; figures are of {REPORT_YEARS[0]} unless they name years, deaths and markets of all years.
{met} of {len(found)} targets are met.

What the words mean: *aged* is 65 and over. Concentration, zero spending and CV are of aged people enrolled
from January to December or to death. Persistence is among survivors enrolled in all months. The 99th
percentile is of annualised spending of assignable people weighted by months, the mean is truncated there (as
in MSSP reconciliation). The last year of life is spending in the calendar year of death and, of the year
before, the share of months that reach into it. Scores are before normalisation, from conditions as coded.
Markets' spread is with sampling noise removed.

{table(found)}"""


def write_fit(values: Mapping[str, Any]) -> list[Target]:
    """Write the evidence file and the report of a source tree; return the targets as measured with the file.

    Parameters
    ----------
    values : mapping
        Fitted values by key.
    """
    evidence_path().write_text(calibrated_toml(load_evidence(), values), encoding="utf-8")
    found = report()
    page = evidence_path().parents[2] / "docs" / "calibration.md"
    page.write_text(report_page(found), encoding="utf-8")
    return found
