"""What is wrong with home-based programmes and arrangements with Medicaid in the contracts of an arm."""

from __future__ import annotations

from sim.inputs.faults import Fault
from sim.inputs.medicaid_terms import medicaid_terms
from sim.inputs.scenario_books import LEAD
from sim.inputs.stated_arm import StatedArm

_OF_HOME_CARE = ("home_care_open", "home_care_share")


def served_faults(stated: StatedArm) -> list[Fault]:
    """Return a fault for terms of a programme that there never is, and a Medicaid route that never opens."""
    found: dict[Fault, None] = {}
    book = stated.books.rulebook(stated.name)
    for aco, terms in stated.contracts():
        for term in _OF_HOME_CARE:
            stating = [year for year, one in terms.items() if term in one]
            if stating and not any(one.get("home_care") for one in terms.values()):
                key = stated.key(aco, stating[0], term)
                problem = f"= {terms[stating[0]][term]!r} of a home-based programme that there is not"
                found[stated.fault(key, problem, "home_care = true beside it, or nothing")] = None
        allied = [
            year for year, one in terms.items() if one["program"] == LEAD and one.get("medicaid_partnership")
        ]
        if allied and not any(medicaid_terms(book, year).open for year in allied):
            key = stated.key(aco, allied[0], "medicaid_partnership")
            problem = "= true only where medicaid.alignment is off or medicaid.from_py has not come"
            allowed = f"{stated.root}.values.medicaid.alignment = 'on', or false"
            found[stated.fault(key, problem, allowed, "false")] = None
    return list(found)
