"""The page of hindcasts: what is met, what is not and why, with figures."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path

import matplotlib.pyplot as plt

from sim.charts.hindcast import hindcast_funnel, hindcast_persistence, hindcast_pit, hindcast_quantiles
from sim.experiments.provenance import model_digest
from sim.hindcast.figures import Row
from sim.hindcast.run import Hindcast, dataset, scores
from sim.pages import render

# One page a program.
PAGES = {"mssp": "hindcast.md", "reach": "hindcast-reach.md"}
TITLES = {"mssp": "The Shared Savings Program", "reach": "ACO REACH, then called GPDC,"}
FIGURES = {
    "funnel": hindcast_funnel,
    "quantiles": hindcast_quantiles,
    "persistence": hindcast_persistence,
    "pit": hindcast_pit,
}
# Those that need the next year.
OF_TWO_YEARS = ("persistence", "pit")


@cache
def reasons(program: str = "mssp") -> dict[str, dict[str, str]]:
    """Return why a figure may not fit and what that means for LEAD, by key of the figure."""
    told = tomllib.loads(files("sim.hindcast").joinpath("reasons.toml").read_text(encoding="utf-8"))
    of_reach: dict[str, dict[str, str]] = told.pop("reach")
    return told | (of_reach if program == "reach" else {})


def write_page(made: Sequence[Hindcast], folder: Path) -> Path:
    """Write the page and its figures into a folder, which is made where it is missing; return the page."""
    pictures = folder / "hindcast"
    pictures.mkdir(parents=True, exist_ok=True)
    for one in made:
        data = dataset(one)
        for name, draw in FIGURES.items():
            if name in OF_TWO_YEARS and one.forecasts is None:
                continue
            axes = draw(data)
            axes.figure.savefig(pictures / picture_name(one, name))  # type: ignore[union-attr]
            plt.close(axes.figure)  # type: ignore[arg-type]
    page = folder / PAGES[made[0].cohort.program]
    page.write_text(page_text(made), encoding="utf-8")
    return page


def picture_name(made: Hindcast, name: str) -> str:
    """Return the file name of a figure."""
    return f"{made.cohort.program}-{made.cohort.year}-{name}.png"


def made_with() -> dict[str, str]:
    """Return leadsim's version, and the first digits of the SHA-256 of its evidence and its rulebooks."""
    package = Path(__file__).parents[1]
    data = {name: model_digest(package / name)[:12] for name in ("evidence", "programs")}
    return {"version": version("leadsim"), **data}


def page_text(made: Sequence[Hindcast]) -> str:
    """Return the page as Markdown."""
    missed: dict[str, list[Row]] = {}
    for one in made:
        for row in one.rows:
            if not row.ok:
                missed.setdefault(row.key, []).append(row)
    return render(
        "sim.hindcast",
        "hindcast.md.j2",
        made=made,
        made_with=made_with(),
        program=made[0].cohort.program,
        title=TITLES[made[0].cohort.program],
        picture_name=picture_name,
        rows=[row for one in made for row in one.rows],
        scored=[(one, scores(one)) for one in made],
        missed=missed,
        reasons=reasons(made[0].cohort.program),
        two_years=OF_TWO_YEARS,
        figures=list(FIGURES),
    )
