"""What is wrong with stop-loss and notices of exit in the contracts of an arm."""

from __future__ import annotations

from sim.inputs.faults import Fault
from sim.inputs.scenario_arms import Arm
from sim.inputs.scenario_books import LEAD, ScenarioBooks
from sim.inputs.scenario_merge import Merged


def protection_faults(name: str, arm: Arm, years: range, books: ScenarioBooks, merged: Merged) -> list[Fault]:
    """Return a fault for stop-loss that pays nothing, and for a notice of exit in a year without LEAD.

    Parameters
    ----------
    name : str
        Of the arm.
    arm : Arm
    years : range
        Performance years.
    books : ScenarioBooks
    merged : Merged
        Says which file states a key.
    """
    found: dict[Fault, None] = {}
    book, root = books.rulebook(name), f"arms.{name}"
    for aco in (None, *arm.acos):
        for year in years:
            terms = arm.terms(aco, year)
            in_lead = terms["program"] == LEAD
            # Rules that elect it for all are held to the same where they are read.
            if in_lead and terms.get("stop_loss") and not book.array("stop_loss.payout_rates", year).any():
                key = arm.place_of(root, aco, year, "stop_loss")
                problem = f"= true in {year}, when stop_loss.payout_rates are 0 %"
                allowed = f"rates above 0 % in arms.{name}.values.stop_loss.payout_rates, or false"
                found[Fault(merged.file(key), key, problem, allowed, "false")] = None
        if (wrong := _wrong_notice(root, arm, aco, years, merged)) is not None:
            found[wrong] = None
    return list(found)


def _wrong_notice(root: str, arm: Arm, aco: str | None, years: range, merged: Merged) -> Fault | None:
    notice = arm.stated(aco, years[-1]).get("exit_notice")
    if notice is None:
        return None
    year = int(notice[:4])
    in_lead = [one for one in years if arm.stated(aco, one)["program"] == LEAD]
    if year in in_lead or not in_lead:
        return None
    near = min(in_lead, key=lambda one: abs(one - year))
    key = arm.place_of(root, aco, years[-1], "exit_notice")
    whose = f" for {aco}" if aco is not None and f".acos.{aco}." not in key else ""
    allowed = f"a month of a year in LEAD, {in_lead[0]} to {in_lead[-1]}"
    return Fault(merged.file(key), key, f"= {notice!r}{whose}", allowed, f"{near}{notice[4:]}")
