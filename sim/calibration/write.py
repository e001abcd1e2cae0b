"""Writing what calibration found: the evidence file of fitted constants, and the report of the fit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from importlib.resources import files
from pathlib import Path
from typing import Any

import numpy as np

from sim.calibration.fit import (
    FIT_SEEDS,
    HELD_OUT_SEEDS,
    MARKETS,
    PEOPLE,
    REPORT_YEARS,
    SEED,
    SHAPES,
    fitted_keys,
    report,
    shape_of,
)
from sim.calibration.target import Target, table
from sim.inputs.entries import Entry
from sim.inputs.evidence import Evidence, load_evidence

DIGITS = 6
WIDTH = 100
HEADER = """\
# Constants fitted by `leadsim calibrate`: do not edit by hand. docs/calibration.md says how well they fit.
"""


AT_BOUND = 1.005
REASONS = {
    "Deaths, aged": "Ages and sexes as published and deaths as the life tables say give this.",
    "High Needs": (
        "LEAD's criteria on scores as spread as CMS's give more people than judgement from REACH's size, and "
        "status once met is kept."
    ),
    "Deaths with High Needs": "People who only meet the score live longer than those who need care.",
    "Mean age, 2036": "The ages of 2027, with many born in the twenty years after 1945, grow older.",
    "People of 85 and over, 2036": "The ages of 2027 grow older.",
    "Days at home": "Only days in hospitals and SNFs count as away; the measure adjusts for death too.",
}


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
            f"title = {_quoted(entry.title)}",
            f"unit = {_quoted(entry.unit)}",
            f"value = {_toml(value)}",
            *(f"{name} = {_quoted(kept)}" for name, kept in _kept(entry).items()),
            f"distribution = {{ {distribution} }}",
        ]
        if entry.spread:
            lines.append(f"spread = {_quoted(entry.spread)}")
        blocks.append("\n".join(lines) + "\n")
    return "\n".join(blocks)


def _kept(entry: Entry) -> dict[str, Any]:
    """Return what else the entry states, in the order of writing."""
    stated = {
        "year": entry.year,
        "source": entry.source,
        "note": entry.note or None,
        "grade": entry.standing,
        "min": entry.minimum,
        "max": entry.maximum,
    }
    if entry.conflict is not None or entry.choices or entry.yearly:
        raise ValueError(f"{entry.key}: calibration writes no conflicts, choices or values by year")
    return {name: kept for name, kept in stated.items() if kept is not None}


def _quoted(item: object) -> str:
    return json.dumps(item, ensure_ascii=False)


def _distribution(entry: Entry) -> list[tuple[str, Any]]:
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
    required = [one for one in found if one.required]
    others = [one for one in found if not one.required]
    met, shown = (sum(one.ok for one in some) for some in (required, others))
    missed = "".join(
        f"- {one.name}: {one.simulated:.4g} ({one.held_out:.4g} with other seeds) against {one.value:.4g} "
        f"+/- {one.tolerance:.3g} {one.unit}.{reason_of(one)}\n"
        for one in found
        if not one.ok
    )
    return f"""\
# How well the simulated people fit

Written by `leadsim calibrate`; `leadsim calibrate --check` measures again without fitting.
{PEOPLE:,} people of {MARKETS} markets in which no ACO acts lived from {REPORT_YEARS[0] - 5} to
{REPORT_YEARS[-1]}; figures are of {REPORT_YEARS[0]} unless they name years, and deaths, new cases, moves and
markets are of all years. Constants are fitted to the mean of nations of {len(FIT_SEEDS)} seeds
({_listed(FIT_SEEDS)}). *Simulated* is seed {SEED}; *other seeds* is the mean of {len(HELD_OUT_SEEDS)} nations
that the fit never saw ({_listed(HELD_OUT_SEEDS)}). A target is met when both are within its tolerance.
{met} of {len(required)} required targets are met, and {shown} of {len(others)} others, which the fit follows
where the required ones leave room.

What the words mean: *aged* is 65 and over. Concentration, zero spending and CV are of aged people enrolled
from January to December or to death. Persistence is among survivors enrolled in all months. The 99th
percentile is of annualised spending of assignable people weighted by months, the mean is truncated there (as
in MSSP reconciliation). The last year of life is spending in the calendar year of death and, of the year
before, the share of months that reach into it. Scores are before normalisation, from conditions as coded.
Markets' spread is with sampling noise removed. New cases are those of the year among people of 65 and over
free of the condition when it begins. People with an inpatient stay are counted among those who do not move
to Medicare Advantage in the year. Quality is of everybody, not of one ACO.

## What must be met

{table(required)}
## What is shown besides

{table(others)}
## What is missed, and why

{missed or "Nothing." + chr(10)}
## Constants fitted together

Least squares sets these; the other fitted constants each follow one figure.

{_shape_table()}"""


def reason_of(missed: Target) -> str:
    """Return why a target is missed, where that is known."""
    return next((f" {why}" for name, why in REASONS.items() if missed.name.startswith(name)), "")


def _listed(seeds: Sequence[int]) -> str:
    return ", ".join(str(seed) for seed in seeds)


def _shape_table() -> str:
    evidence = load_evidence()
    lines = ["| constant | value | from | to | |", "| --- | --: | --: | --: | --- |"]
    for shape, log in zip(SHAPES, shape_of(evidence), strict=True):
        value = float(np.exp(log))
        kinds = f", kind {', '.join(str(kind) for kind in shape.kinds)}" if shape.kinds else ""
        at_bound = min(value / shape.least, shape.most / value) < AT_BOUND
        lines.append(
            f"| `{shape.key}`{kinds} | {value:.4g} | {shape.least:g} | {shape.most:g} | "
            f"{'at its bound' if at_bound else ''} |"
        )
    return "\n".join(lines) + "\n"


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
