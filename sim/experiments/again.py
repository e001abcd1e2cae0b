"""A replicate of a store lived again: its ledger and agents are not stored, and come out the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import zarr

from sim.experiments.metadata import examine
from sim.experiments.plan import Simulate
from sim.experiments.provenance import check_identity
from sim.outcomes.registry import BY_NAME
from sim.scenarios import Scenario

if TYPE_CHECKING:
    from sim.replicate import Replicate


def stored_scenario(path: Path) -> Scenario:
    """Return the scenario of a store made by this leadsim with its own agents and behaviours.

    Raises
    ------
    InputError
        When there is no store, or its results are of another leadsim or of other agents.
    """
    scenario = Scenario.from_toml(str(examine(path).attributes.get("scenario", "")))
    check_identity(path, scenario, {}, remedy="a store that this leadsim has made: run the scenario again")
    return scenario


def lived_again(
    scenario: Scenario,
    replicate: int,
    *,
    threads: int = 1,
    last: int | None = None,
    provider_books: bool = False,
) -> Replicate:
    """Return a replicate lived to the end, or to the end of the performance year `last`.

    With `provider_books` it keeps the books of single practices and specialists, asked for by the scenario or
    not; nothing else changes.
    """
    from sim.replicate import Replicate  # noqa: PLC0415  compiled code loads only when it is needed

    if provider_books and not scenario.study.provider_books:
        scenario = scenario.replace({"study.provider_books": True})
    made = Replicate(scenario, replicate, threads=threads)
    for year in scenario.years:
        if last is None or year <= last:
            made.step()
    return made


def differences(
    path: Path, scenario: Scenario, replicate: int, *, threads: int = 1, simulate: Simulate | None = None
) -> list[tuple[str, str]]:
    """Return arm and variable of all that a store holds otherwise than it is computed now, bit by bit.

    Parameters
    ----------
    path : Path
        A sound store.
    scenario : Scenario
        Its own.
    replicate : int
        One that is complete.
    threads : int
        Cores to use.
    simulate : callable, optional
        The model; ``sim.replicate.simulate`` otherwise.
    """
    from sim.replicate import simulate as model  # noqa: PLC0415  as above

    metadata = examine(path)
    arrays = (simulate or model)(scenario, replicate, threads=threads)
    stored, ours = metadata.layout["arms"], list(scenario.arms)
    found = []
    for name in metadata.results:
        now = BY_NAME[name].encode(np.asarray(arrays[name]))
        then = np.asarray(zarr.open_array(path / name, mode="r", zarr_format=3)[:, replicate])
        found += [
            (arm, name) for arm in ours if now[ours.index(arm)].tobytes() != then[stored.index(arm)].tobytes()
        ]
    return found
