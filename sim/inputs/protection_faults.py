"""What is wrong with stop-loss, hybrid alignment and notices of exit in the contracts of an arm."""

from __future__ import annotations

from sim.inputs.faults import Fault
from sim.inputs.scenario_arms import may_be
from sim.inputs.scenario_books import LEAD
from sim.inputs.stated_arm import StatedArm


def protection_faults(stated: StatedArm) -> list[Fault]:
    """Return a fault for stop-loss that pays nothing, and for what is stated of LEAD in no year of it."""
    found: dict[Fault, None] = {}
    book = stated.books.rulebook(stated.name)
    for aco, contract in stated.contracts():
        for year, terms in contract.items():
            in_lead = terms["program"] == LEAD
            # Rules that elect it for all are held to the same where they are read.
            if in_lead and terms.get("stop_loss") and not book.array("stop_loss.payout_rates", year).any():
                key = stated.key(aco, year, "stop_loss")
                problem = f"= true in {year}, when stop_loss.payout_rates are 0 %"
                allowed = f"rates above 0 % in {stated.root}.values.stop_loss.payout_rates, or false"
                found[stated.fault(key, problem, allowed, "false")] = None
        hybrid = [year for year, terms in contract.items() if terms.get("alignment") == "hybrid"]
        possible = (one for year in hybrid for one in may_be(contract[year], year, stated.years))
        if hybrid and not any(terms["program"] == LEAD for terms in possible):
            key = stated.key(aco, hybrid[0], "alignment")
            problem = f"= 'hybrid'{stated.whose(aco, key)} in no year of LEAD"
            allowed = "needs program = 'lead' in such a year"
            found[stated.fault(key, problem, allowed, "prospective")] = None
        if (wrong := _wrong_notice(stated, aco)) is not None:
            found[wrong] = None
    return list(found)


def _wrong_notice(stated: StatedArm, aco: str | None) -> Fault | None:
    arm, years = stated.arm, stated.years
    notice = arm.stated(aco, years[-1]).get("exit_notice")
    if notice is None:
        return None
    year = int(notice[:4])
    in_lead = [one for one in years if arm.stated(aco, one)["program"] == LEAD]
    if year in in_lead or not in_lead:
        return None
    near = min(in_lead, key=lambda one: abs(one - year))
    key = stated.key(aco, years[-1], "exit_notice")
    allowed = f"a month of a year in LEAD, {in_lead[0]} to {in_lead[-1]}"
    return stated.fault(key, f"= {notice!r}{stated.whose(aco, key)}", allowed, f"{near}{notice[4:]}")
