"""What is wrong with home-based programmes and arrangements with Medicaid in the contracts of an arm."""

from __future__ import annotations

from sim.inputs.faults import Fault
from sim.inputs.medicaid_terms import medicaid_terms
from sim.inputs.scenario_arms import Arm
from sim.inputs.scenario_books import LEAD, ScenarioBooks
from sim.inputs.scenario_merge import Merged

_OF_HOME_CARE = ("home_care_open", "home_care_share")


def served_faults(name: str, arm: Arm, years: range, books: ScenarioBooks, merged: Merged) -> list[Fault]:
    """Return a fault for terms of a programme that there never is, and for a Medicaid route that never opens.

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
        terms = {year: arm.terms(aco, year) for year in years}
        for term in _OF_HOME_CARE:
            stating = [year for year, one in terms.items() if term in one]
            if stating and not any(one.get("home_care") for one in terms.values()):
                key = arm.place_of(root, aco, stating[0], term)
                problem = f"= {terms[stating[0]][term]!r} of a home-based programme that there is not"
                found[Fault(merged.file(key), key, problem, "home_care = true beside it, or nothing")] = None
        allied = [
            year for year, one in terms.items() if one["program"] == LEAD and one.get("medicaid_partnership")
        ]
        if allied and not any(medicaid_terms(book, year).open for year in allied):
            key = arm.place_of(root, aco, allied[0], "medicaid_partnership")
            problem = "= true only where medicaid.alignment is off or medicaid.from_py has not come"
            allowed = f"arms.{name}.values.medicaid.alignment = 'on', or false"
            found[Fault(merged.file(key), key, problem, allowed, "false")] = None
    return list(found)
