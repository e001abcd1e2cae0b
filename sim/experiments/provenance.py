"""What a store says about where its numbers come from, and whether a run may go on in it."""

from __future__ import annotations

import platform
import shutil
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.experiments.store import CONVENTIONS, store_attributes
from sim.inputs.faults import Fault, InputError
from sim.scenarios import Scenario

_PACKAGES = ("leadsim", "numpy", "numba", "mesa", "xarray", "zarr")


def make_way(path: Path, scenario: Scenario, *, overwrite: bool) -> None:
    """Refuse a store of other results, or remove what is to be overwritten.

    Raises
    ------
    InputError
        When `path` holds something else than results of this scenario by this version of leadsim, or, with
        `overwrite`, something else than a result store.
    """
    stated = store_attributes(path)
    if stated is None:
        return
    if overwrite:
        shutil.rmtree(path)
        return
    for name, ours, what in (
        ("scenario_hash", scenario.hash, "another scenario"),
        ("leadsim_version", version("leadsim"), "another version of leadsim"),
    ):
        if stated.get(name) != ours:
            problem = f"holds results of {what} ({str(stated.get(name))[:12]}, not {ours[:12]})"
            raise InputError(Fault(str(path), "", problem, "choose another --out, or --overwrite"))


def provenance(scenario: Scenario) -> dict[str, Any]:
    """Return the attributes of a new store: everything needed to make it again, and nothing of the hour."""
    versions = {f"{package}_version": version(package) for package in _PACKAGES}
    return {
        "Conventions": CONVENTIONS,
        "title": scenario.study.title or scenario.study.name,
        "scenario_hash": scenario.hash,
        "seed": scenario.study.seed,
        "reference_arm": scenario.study.reference_arm,
        "input_sha256": [f"{name}: {digest}" for name, digest in scenario.input_hashes.items()],
        "assumed_inputs": [f"{key}: {title}" for key, title in scenario.assumed().items()],
        "python_version": platform.python_version(),
        **versions,
        "platform": platform.platform(),
    }
