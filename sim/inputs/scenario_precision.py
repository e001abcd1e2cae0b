"""When a study has enough replicates: the figure that is to be known, and how well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import Field

from sim.inputs.faults import Fault, wrong_choice
from sim.inputs.scenario_acos import Dollars
from sim.inputs.scenario_file import table
from sim.inputs.scenario_merge import Merged
from sim.inputs.scenario_values import Fraction, Table, Whole


class Precision(Table):
    """Replicates are added until the Monte Carlo error of one mean is small enough."""

    metric: str = Field(
        description="result variable whose mean is to be known (leadsim outcomes lists them): money summed"
        " over years and ACOs, of anything else the mean over them"
    )
    arm: str = Field(description="arm whose mean is to be known")
    against: str | None = Field(
        None, description="arm whose figure is taken off, replicate by replicate; absent: none"
    )
    aco: str | None = Field(None, description="only this ACO; absent: all together")
    error: Dollars | None = Field(
        None,
        gt=0,
        description="largest Monte Carlo standard error of the mean; of what is not money, in its own unit",
    )
    relative_error: Fraction | None = Field(
        None,
        gt=0,
        le=1,
        description="the same as a share of the mean; the smaller holds where both are given",
    )
    at_most: Whole = Field(
        10_000, ge=2, le=10_000_000, description="replicates at which the study ends anyway"
    )


def precision_faults(merged: Merged, metrics: Mapping[str, Any]) -> list[Fault]:
    """Return what is wrong with a stated precision beyond single keys."""
    study = table(merged.tree, "study")
    stated = study.get("precision")
    if not isinstance(stated, dict):
        return []
    place, faults = "study.precision", []
    arms = table(merged.tree, "arms")
    for key, known in (("metric", metrics), ("arm", arms), ("against", arms)):
        value = stated.get(key)
        if isinstance(value, str) and value not in known:
            faults.append(wrong_choice(merged.file(f"{place}.{key}"), f"{place}.{key}", value, known))
    if "sweep" in merged.tree:
        faults.append(Fault(merged.file(place), place, "is stated of a sweep", "must be left out of sweeps"))
    if "error" not in stated and "relative_error" not in stated:
        allowed = "must be given, or relative_error: how well the mean is to be known"
        faults.append(Fault(merged.file(place), f"{place}.error", "is missing", allowed))
    first = study.get("replicates", 16)
    most = stated.get("at_most")
    if isinstance(first, int) and isinstance(most, int) and most < first:
        allowed = f"must be at least study.replicates, {first}"
        faults.append(Fault(merged.file(place), f"{place}.at_most", f"= {most}", allowed))
    return faults
