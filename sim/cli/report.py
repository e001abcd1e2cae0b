"""``leadsim report``: closing table, figures and assumed rules of a store, as a page to pass on."""

from __future__ import annotations

import math
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.console import Console

from sim.cli.report_figures import figures_show, report_figures
from sim.inputs.faults import Fault, InputError

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes

    from sim.charts.page import Block

_MILLION = 1e6
_GENERATOR = '<meta name="generator" content="leadsim">'
_STATED = ("seed", "scenario_hash", "input_sha256", "leadsim_version", "numpy_version", "numba_version")


def report(store: Path, /, *, out: Path | None = None) -> int:
    """Write the figures of a result store (PNG, SVG) and a page (HTML, Markdown) that explains them.

    Parameters
    ----------
    store
        Result store.
    out
        Directory; NAME-report beside the store if not given.
    """
    from sim.experiments.results import open_all  # noqa: PLC0415

    directory = store.with_name(f"{store.stem}-report") if out is None else out
    with open_all(store) as data:
        page = write_report(data, directory)
    Console().print(f"Report: {page}", highlight=False, soft_wrap=True, markup=False)
    return 0


def write_report(data: xr.Dataset, directory: Path) -> Path:
    """Write figures, pages and the scenario (``report.toml``) into a directory.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it.
    directory : Path
        Made where it is missing; files of an earlier report in it are replaced, no others.

    Returns
    -------
    Path
        The HTML page.

    Raises
    ------
    InputError
        When no replicate is complete, no arm but the reference arm was simulated, or `directory` holds files
        that no report wrote, under the names of a report's.
    """
    from matplotlib.figure import Figure  # noqa: PLC0415

    from sim.charts.page import to_html, to_markdown  # noqa: PLC0415
    from sim.charts.quantities import acting_arms  # noqa: PLC0415
    from sim.charts.style import styled  # noqa: PLC0415

    acting_arms(data, None)

    @styled
    def save(stem: str, draw: Callable[[Axes], Axes]) -> None:
        figure = Figure()
        draw(figure.add_subplot())
        figure.savefig(directory / f"{stem}.png")
        # No date: the same results give the same files.
        figure.savefig(directory / f"{stem}.svg", metadata={"Date": None})

    figures = report_figures(data)
    page = directory / "report.html"
    names = [f"report.{kind}" for kind in ("html", "md", "toml")]
    _refuse_to_replace(
        directory, [*names, *(f"{stem}.{kind}" for stem in figures for kind in ("png", "svg"))]
    )
    blocks = list(_blocks(data))
    directory.mkdir(parents=True, exist_ok=True)
    # First, so that the files of a report that is cut short are known as a report's.
    page.write_text(to_html(blocks), encoding="utf-8")
    for stem, (_, draw) in figures.items():
        save(stem, draw)
    (directory / "report.toml").write_text(data.attrs.get("scenario", ""), encoding="utf-8")
    (directory / "report.md").write_text(to_markdown(blocks), encoding="utf-8")
    return page


def _refuse_to_replace(directory: Path, names: list[str]) -> None:
    """Raise an InputError for each file of these names that no earlier report in the directory wrote."""
    page = directory / "report.html"
    if page.is_file() and _GENERATOR in page.read_text(encoding="utf-8", errors="replace"):
        return
    there = [directory / name for name in names if (directory / name).exists()]
    if there:
        allowed = "a report replaces only an earlier one; choose another --out"
        raise InputError(
            [Fault(str(path), "", "is there and was not written by a report", allowed) for path in there]
        )


def _blocks(data: xr.Dataset) -> Iterator[Block]:
    from sim.charts.page import Figure, Heading, Paragraph, Table  # noqa: PLC0415
    from sim.cli.closing import ERROR, closing  # noqa: PLC0415
    from sim.cli.joining_table import JOINING, joining_rows  # noqa: PLC0415
    from sim.cli.money_tables import BRACKET, bracket_arms, bracket_rows  # noqa: PLC0415
    from sim.outcomes.bands import bands_sentence  # noqa: PLC0415

    stated = data.attrs
    years = data["year"].values
    yield Heading(stated.get("title", "A decade of LEAD"), level=1)
    yield Paragraph(
        f"{data.sizes['aco']} ACOs, PY{years[0]} to PY{years[-1]},"
        f" {stated['replicates_complete']} of {stated['replicates_requested']} replicates complete."
        f" All arms are compared with {stated['reference_arm']}, on the same random draws."
    )
    yield Heading("In short")
    for sentence in (*closing(data), ERROR):
        yield Paragraph(sentence)
    yield Heading("All years and ACOs together")
    yield Table(("Arm", "$ million", "Median", "10 %", "90 %", "MC error"), _closing_rows(data), numbers=4)
    yield Paragraph(
        f"The columns 10 % and 90 % are {bands_sentence(data)} MC error is the Monte Carlo standard error of"
        " the median; more replicates make it smaller, but not what the columns hold. Savings against"
        " benchmark are what CMS reconciles; true savings are spending that did not happen."
    )
    kept = data.isel(replicate=data["done"].values.astype(bool))
    settled = kept["gross_savings"].notnull()
    if arms := [arm for arm in data["arm"].values.tolist() if bool(settled.sel(arm=arm).any())]:
        yield Heading("Each ACO's cash")
        yield Table(("$ million, mean (MC error)", *arms), joining_rows(kept, arms), numbers=len(arms))
        yield Paragraph(JOINING)
    if arms := bracket_arms(data):
        yield Heading("Savings against benchmark by how the guardrail is read")
        yield Table(("$ million, mean (MC error)", *arms), bracket_rows(kept, arms), numbers=len(arms))
        yield Paragraph(BRACKET)
    yield Heading("Figures")
    if told := figures_show(data):
        yield Paragraph(told)
    for stem, (caption, _) in report_figures(data).items():
        yield Figure(stem, caption)
    assumed, conflicted = (
        [tuple(text.split(": ", 1)) for text in stated.get(f"{standing}_inputs", [])]
        for standing in ("assumed", "conflicted")
    )
    yield Heading("Assumed rules")
    yield Paragraph(
        f"The results rest on {len(assumed)} rules that CMS has not published. To see what is assumed and"
        " why: leadsim explain program.values.KEY --scenario report.toml"
        if assumed
        else "Every rule these results rest on is published."
    )
    if assumed:
        yield Table(("Key", "Rule"), assumed)
    if conflicted:
        yield Heading("Conflicted rules")
        yield Paragraph(
            f"On {len(conflicted)} rules that the results rest on, another source says otherwise."
        )
        yield Table(("Key", "Status and what is said elsewhere"), conflicted)
    yield Heading("How to reproduce these results")
    yield Paragraph(
        "Run leadsim run report.toml, with the scenario file beside this page and the versions below."
    )
    yield Table(
        ("What", "Value"), [(_spaced(name), _text(stated[name])) for name in _STATED if stated.get(name)]
    )


def _closing_rows(data: xr.Dataset) -> list[tuple[str, ...]]:
    from sim.outcomes.summary import FIGURES, summarise  # noqa: PLC0415

    arms = tomllib.loads(data.attrs.get("scenario", "")).get("arms", {})
    rows: list[tuple[str, ...]] = []
    for summary in summarise(data):
        if summary.arm == data.attrs["reference_arm"]:
            continue
        name = arms.get(summary.arm, {}).get("description") or summary.arm
        own: list[tuple[str, ...]] = []
        for key, (label, _) in FIGURES.items():
            spread = summary.figures[key]
            if spread:
                money = (spread.median, spread.low, spread.high)
                own.append((label, *map(_millions, money), _error(spread.error, _MILLION)))
        if summary.loss_share is not None and summary.loss_share_error is not None:
            share = f"{100 * summary.loss_share:.1f} %"
            own.append(("ACO-years with a loss", share, "", "", _error(summary.loss_share_error, 0.01, " %")))
        rows += [("" if place else name, *cells) for place, cells in enumerate(own)]
    return rows


def _millions(value: float) -> str:
    return f"{value / _MILLION:,.1f}"


def _error(value: float, unit: float, sign: str = "") -> str:
    return "n/a" if math.isnan(value) else f"± {value / unit:,.1f}{sign}"


def _spaced(name: str) -> str:
    return name.replace("_", " ")


def _text(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)
