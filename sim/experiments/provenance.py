"""What a store says about where its numbers come from, and whether a run may go on in it."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

from sim.experiments.documents import CONVENTIONS, identity_of
from sim.experiments.metadata import root_attributes, stored_identity
from sim.inputs.faults import Fault, InputError
from sim.scenarios import Scenario

# Rooms that show or measure results, and rows of CMS's files: none of them is part of a run.
_SHOWING = (
    *("cli", "charts", "evaluation", "hindcast", "accessor.py", "pages.py"),
    *("bench", "calibration", "audit", "reference"),
)
_COMPILED = (".pyc", ".nbi", ".nbc")
# Libraries whose versions may change the last bits of results.
_ROUNDING = ("numpy", "numba")
version = cache(metadata.version)
_PACKAGES = ("leadsim", "numpy", "numba", "mesa", "xarray", "zarr")


def results_hash(scenario: Scenario, replaced: Mapping[str, str]) -> str:
    """Return what a store's numbers rest on: the scenario's hash, and what replaced the model's own parts."""
    if not replaced:
        return scenario.hash
    return hashlib.sha256(json.dumps([scenario.hash, dict(replaced)], sort_keys=True).encode()).hexdigest()


@cache
def model_digest(package: Path = Path(__file__).parents[1]) -> str:
    """Return a digest of all sources and data of the package that results can depend on."""
    digest = hashlib.sha256()
    for path in sorted(package.rglob("*")):
        place = path.relative_to(package)
        if path.is_file() and path.suffix not in _COMPILED and place.parts[0] not in _SHOWING:
            content = path.read_bytes()
            digest.update(f"{place.as_posix()} {len(content)} ".encode() + content)
    return digest.hexdigest()


def check_identity(
    path: Path,
    scenario: Scenario,
    replaced: Mapping[str, str],
    *,
    remedy: str = "choose another --out, or --overwrite",
) -> tuple[str, ...]:
    """Refuse a store of other results, and return what of its making differs without changing results.

    Another minor version of NumPy or numba may round otherwise, so it is refused. Patch versions mend faults;
    that is told, as an equal result is expected but not certain.

    Raises
    ------
    InputError
        When `path` holds something else than results of this scenario by this leadsim.
    """
    stated = root_attributes(path)
    if stated is None:
        if stored_identity(path) == identity_of(provenance(scenario, replaced)):
            return ()
        problem = "is damaged, and the store does not say that it is of this run"
        raise InputError(Fault(str(path / "zarr.json"), "", problem, remedy))
    for name, ours, what in (
        (
            "scenario_hash",
            results_hash(scenario, replaced),
            "another scenario, or other agents or behaviours",
        ),
        ("leadsim_version", version("leadsim"), "another version of leadsim"),
        ("model_sha256", model_digest(), "a leadsim with other sources or data"),
        *((f"{name}_version", version(name), f"another version of {name}") for name in _ROUNDING),
    ):
        theirs = str(stated.get(name))
        if name.removesuffix("_version") in _ROUNDING:
            differs = theirs.split(".")[:2] != ours.split(".")[:2]
        else:
            differs = theirs != ours
        if differs:
            problem = f"holds results of {what} ({theirs[:12]}, not {ours[:12]})"
            raise InputError(Fault(str(path), "", problem, remedy))
    return tuple(
        f"{path} was begun with {name} {stated[f'{name}_version']} and goes on with {version(name)};"
        " --overwrite starts again with one version."
        for name in _ROUNDING
        if stated[f"{name}_version"] != version(name)
    )


def provenance(scenario: Scenario, replaced: Mapping[str, str]) -> dict[str, Any]:
    """Return the attributes of a new store: everything needed to make it again, and nothing of the hour."""
    versions = {f"{package}_version": version(package) for package in _PACKAGES}
    return {
        "Conventions": CONVENTIONS,
        "title": scenario.study.title or scenario.study.name,
        "scenario_hash": results_hash(scenario, replaced),
        "model_sha256": model_digest(),
        "seed": scenario.study.seed,
        "reference_arm": scenario.study.reference_arm,
        "input_sha256": [f"{name}: {digest}" for name, digest in scenario.input_hashes.items()],
        "assumed_inputs": [f"{key}: {title}" for key, title in scenario.assumed().items()],
        "conflicted_inputs": [
            f"{key}: {status}; elsewhere: {said}" for key, (status, said) in scenario.conflicted().items()
        ],
        **({"replaced": [f"{name}: {own}" for name, own in replaced.items()]} if replaced else {}),
        "python_version": platform.python_version(),
        **versions,
        "platform": platform.platform(),
    }
