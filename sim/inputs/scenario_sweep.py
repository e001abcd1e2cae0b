"""The shape of a scenario's sweep: which keys vary, between what, and how points are chosen."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sim.inputs.scenario_acos import Flag
from sim.inputs.scenario_arms import Raw
from sim.inputs.scenario_values import Table, Whole

# A store of more points is no longer opened in one piece; see the issue of scale in the documents.
MOST_POINTS = 100_000
Plan = Literal["grid", "zip", "list", "file", "lhs", "sobol", "morris"]
SAMPLED = ("lhs", "sobol", "morris")


class Sweep(Table):
    """Scenario points compared on common draws: which keys vary, and how their values are chosen."""

    design: Plan = Field(
        description=(
            "grid: every combination; zip: first values, second values, ...; list: the tables in points;"
            " file: the rows of a csv; lhs: Latin hypercube; sobol: Saltelli's points, for Sobol indices;"
            " morris: Morris's trajectories, for screening"
        ),
    )
    n: Whole | None = Field(
        None,
        ge=2,
        le=MOST_POINTS,
        description="points of lhs; base points of sobol, a power of 2; trajectories of morris",
    )
    over: Raw = Field(
        default={},
        description=(
            "keys that vary, each with its values: a list for grid and zip; for lhs, sobol and morris the two"
            " ends of a range, words to choose among, or a table such as { dist = 'triangular', low = '0 %',"
            " mode = '1 %', high = '3 %' }, which with relative = true multiplies what is stated"
        ),
    )
    points: tuple[dict[str, Any], ...] = Field((), description="list: a table of keys and values each")
    file: str | None = Field(
        None,
        pattern=r"^[^\x00]+$",
        description="file: path of a csv whose columns are keys and whose rows are points",
    )
    levels: Whole = Field(4, ge=2, le=64, description="morris: levels of each key, an even number")
    second_order: Flag = Field(False, description="sobol: points for interactions of pairs too")
