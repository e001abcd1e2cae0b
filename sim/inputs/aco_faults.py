"""What is wrong with the ACOs of a scenario that no single value shows."""

from __future__ import annotations

from collections.abc import Iterator

from sim.inputs.faults import Fault
from sim.inputs.scenario_acos import Aco
from sim.inputs.scenario_merge import Merged
from sim.inputs.scenario_schema import Population

# Shares are written with few digits: thirds as 33.3 %.
_TOLERANCE = 0.005


def aco_faults(population: Population, merged: Merged) -> list[Fault]:
    """Return a fault for each mix that adds up to another whole, and each region that cannot be as said."""
    tables = [(row, aco) for row, aco in enumerate(population.acos) if isinstance(aco, Aco)]
    faults = [fault for row, aco in tables for fault in _mix_faults(row, aco, merged)]
    regions: dict[str, list[Aco]] = {}
    for aco in population.synthetic:
        regions.setdefault(aco.region or aco.name, []).append(aco)
    faults += [fault for name, acos in regions.items() for fault in _share_faults(name, acos, merged)]
    return faults + [fault for name, acos in regions.items() for fault in _state_faults(name, acos, merged)]


def _mix_faults(row: int, aco: Aco, merged: Merged) -> Iterator[Fault]:
    if aco.mix is None:
        return
    shares = list(aco.mix.model_dump().values())
    total = sum(share for share in shares if share is not None)
    if total > 1.0 + _TOLERANCE or (None not in shares and total < 1.0 - _TOLERANCE):
        key = f"population.acos[{row}].mix"
        allowed = "must be 100 %, or less where types are left out"
        place = f"population.acos.{aco.name}.mix"
        yield Fault(merged.file(key), place, f"adds up to {100.0 * total:g} %", allowed)


def _share_faults(region: str, acos: list[Aco], merged: Merged) -> Iterator[Fault]:
    stating = [aco for aco in acos if aco.market_share is not None]
    if not stating:
        return
    together = sum(aco.market_share or 0.0 for aco in stating)
    people = sum(aco.lives for aco in stating) / together
    held = sum(aco.lives for aco in acos) / people
    if max(held, together) > 1.0 + _TOLERANCE:
        names = ", ".join(aco.name for aco in acos)
        allowed = f"must be at most 100 % of region {region}, by their lives and the shares stated"
        problem = f"{names} would hold {100.0 * max(held, together):.0f} %"
        yield Fault(merged.file("population.acos"), "population.acos.market_share", problem, allowed)


def _state_faults(region: str, acos: list[Aco], merged: Merged) -> Iterator[Fault]:
    if len({aco.partner_state for aco in acos if aco.partner_state is not None}) > 1:
        names = ", ".join(aco.name for aco in acos if aco.partner_state is not None)
        allowed = f"must be the same for all of region {region}, which lies in one state"
        key = "population.acos.partner_state"
        yield Fault(merged.file("population.acos"), key, f"{names} say otherwise of it", allowed)
