"""Hindcasts: cohorts simulated and held against what was published, and their data as a labelled dataset."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sim.hindcast.cohort import Cohort
from sim.hindcast.figures import Row, compare
from sim.hindcast.forecast import Forecasts, crps, forecasts, interval_score, pit
from sim.hindcast.shown import Shown


@dataclass(frozen=True, eq=False)
class Hindcast:
    """One cohort simulated.

    Attributes
    ----------
    cohort : Cohort
    published : Shown
        Of all ACOs of the cohort, simulated or not.
    replicates : list of Shown
    rows : list of Row
    forecasts : Forecasts or None
        None where no file has the next year.
    seconds : float
        Processor time of a replicate.
    """

    cohort: Cohort[Any]
    published: Shown
    replicates: list[Shown]
    rows: list[Row]
    forecasts: Forecasts | None
    seconds: float


def hindcast(
    cohort: Cohort[Any],
    replicates: int,
    *,
    seed: int,
    threads: int = 1,
    uncertain: bool = False,
    say: Callable[[str], None] = lambda line: None,
) -> Hindcast:
    """Simulate a cohort and compare.

    Parameters
    ----------
    cohort : Cohort
    replicates : int
    seed : int
    threads : int
        Cores to use; results do not depend on it.
    uncertain : bool
        Draw the evidence anew in every replicate.
    say : callable
        Takes lines of progress.
    """
    began, found = time.process_time(), []
    simulated = cohort.simulation(seed, uncertain=uncertain)
    for replicate in range(replicates):
        found.append(simulated(replicate, threads))
        done = f"{replicate + 1} of {replicates} replicates of {len(cohort)} ACOs"
        say(f"{cohort.program.upper()} PY{cohort.year}: {done}")
    seconds = (time.process_time() - began) / replicates
    truth = (cohort.whole or cohort).published()
    told = None if cohort.later is None else forecasts(truth, found)
    return Hindcast(cohort, truth, found, compare(cohort, truth, found), told, seconds)


def scores(made: Hindcast) -> list[dict[str, float | str]]:
    """Return mean scores of each forecast of the next year's rates, in points of the savings rate."""
    if made.forecasts is None:
        return []
    came = made.forecasts.came
    return [
        {
            "forecast": name,
            "crps": float(crps(ensemble, came).mean()),
            "interval_score": float(interval_score(ensemble, came).mean()),
            "acos": len(came),
        }
        for name, ensemble in made.forecasts.ensembles.items()
    ]


def dataset(made: Hindcast) -> xr.Dataset:
    """Return what a cohort showed, published and simulated, over ``replicate``, ``aco`` and ``year``.

    ``published_aco`` are all ACOs of the cohort, ``aco`` those simulated.
    """
    cohort, truth, found = made.cohort, made.published, made.replicates
    everybody = cohort.whole or cohort
    told = np.full(len(everybody), np.nan)
    if made.forecasts is not None:
        told[~np.isnan(truth.rate).any(axis=1)] = pit(
            made.forecasts.ensembles["simulation"], made.forecasts.came
        )
    by_aco, whole = ("published_aco", "year"), ("replicate", "aco", "year")
    values = {
        "savings_rate": (whole, np.stack([one.rate for one in found]), "savings rate, simulated", "%"),
        "lives": (
            whole,
            np.stack([one.lives for one in found]),
            "assigned person-years, simulated",
            "people",
        ),
        "earned": (whole, np.stack([one.earned for one in found]), "savings paid out, simulated", "1"),
        "published_savings_rate": (by_aco, truth.rate, "savings rate as published", "%"),
        "published_lives": (by_aco, truth.lives, "assigned people as published", "people"),
        "published_earned": (by_aco, truth.earned, "savings paid out as published", "1"),
        "pit": (("published_aco",), told, "where in its forecast the next year's published rate lies", "1"),
    }
    return xr.Dataset(
        {
            name: (dims, array, {"long_name": title, "units": unit})
            for name, (dims, array, title, unit) in values.items()
        },
        coords={
            "replicate": np.arange(len(found)),
            "aco": cohort.file.aco_id.astype(object),
            "published_aco": everybody.file.aco_id.astype(object),
            "year": list(cohort.years),
            **{name: ("aco", values) for name, values in cohort.labels.items()},
        },
        attrs={"program": cohort.program, "cohort": cohort.year, "source": cohort.path.name},
    )


def write_store(made: Sequence[Hindcast], store: Path) -> None:
    """Write the data of cohorts to a Zarr store, a group for each: ``mssp-2021`` and its like."""
    for one in made:
        group = f"{one.cohort.program}-{one.cohort.year}"
        dataset(one).to_zarr(store, group=group, mode="w", zarr_format=3, consolidated=False)


def as_dicts(rows: Sequence[Row]) -> Iterator[dict[str, float | str | bool | int | None]]:
    """Yield rows as plain values for JSON."""
    for row in rows:
        known = row.near[0] <= row.near[1]
        yield {
            "year": row.year,
            "figure": row.key,
            "of": row.item,
            "title": row.title,
            "unit": row.unit,
            "published": row.published,
            "p5": row.low,
            "p50": row.middle,
            "p95": row.high,
            "near_from": row.near[0] if known else None,
            "near_to": row.near[1] if known else None,
            "held": row.held,
            "ok": row.ok,
        }
