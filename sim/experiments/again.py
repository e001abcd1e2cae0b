"""A replicate of a store lived again: its ledger and agents are not stored, and come out the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sim.experiments.provenance import check_identity
from sim.experiments.store import store_attributes
from sim.inputs.faults import Fault, InputError
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
    stated = store_attributes(path)
    if stated is None:
        raise InputError(Fault(str(path), "", "does not exist", "must be a store written by leadsim run"))
    scenario = Scenario.from_toml(str(stated.get("scenario", "")))
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
