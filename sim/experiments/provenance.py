"""What a store says about where its numbers come from, and whether a run may go on in it."""

from __future__ import annotations

import hashlib
import json
import platform
import shutil
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sim.experiments.store import CONVENTIONS, store_attributes
from sim.inputs.faults import Fault, InputError
from sim.scenarios import Scenario

_OTHER = "another scenario, or of other agents or behaviours"
_PACKAGES = ("leadsim", "numpy", "numba", "mesa", "xarray", "zarr")


def results_hash(scenario: Scenario, replaced: Mapping[str, str]) -> str:
    """Return what a store's numbers rest on: the scenario's hash, and what replaced the model's own parts."""
    if not replaced:
        return scenario.hash
    return hashlib.sha256(json.dumps([scenario.hash, dict(replaced)], sort_keys=True).encode()).hexdigest()


def make_way(path: Path, scenario: Scenario, replaced: Mapping[str, str], *, overwrite: bool) -> None:
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
        (
            "scenario_hash",
            results_hash(scenario, replaced),
            "another scenario, or other agents or behaviours",
        ),
        ("leadsim_version", version("leadsim"), "another version of leadsim"),
    ):
        if stated.get(name) != ours:
            problem = f"holds results of {what} ({str(stated.get(name))[:12]}, not {ours[:12]})"
            raise InputError(Fault(str(path), "", problem, "choose another --out, or --overwrite"))


def provenance(scenario: Scenario, replaced: Mapping[str, str]) -> dict[str, Any]:
    """Return the attributes of a new store: everything needed to make it again, and nothing of the hour."""
    versions = {f"{package}_version": version(package) for package in _PACKAGES}
    return {
        "Conventions": CONVENTIONS,
        "title": scenario.study.title or scenario.study.name,
        "scenario_hash": results_hash(scenario, replaced),
        "seed": scenario.study.seed,
        "reference_arm": scenario.study.reference_arm,
        "input_sha256": [f"{name}: {digest}" for name, digest in scenario.input_hashes.items()],
        "assumed_inputs": [f"{key}: {title}" for key, title in scenario.assumed().items()],
        **({"replaced": [f"{name}: {own}" for name, own in replaced.items()]} if replaced else {}),
        "python_version": platform.python_version(),
        **versions,
        "platform": platform.platform(),
    }
