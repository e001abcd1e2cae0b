"""Result variables of home-based programmes for High Needs people, and of the Medicaid route of alignment."""

from __future__ import annotations

from sim.kernels.codes import ServedSum
from sim.outcomes.variable import Variable, money

_LAST = "in the last three months of life"
_ROUTE = "LEAD Model Overview, Medicaid partnerships; the formula is not published"


def _count(name: str, units: str, long_name: str, description: str, *, rule: str = "") -> Variable:
    return Variable(name, ("aco", "year"), "number", units, long_name, description, rule=rule)


SERVED_VARIABLES: tuple[Variable, ...] = (
    _count(
        "home_care_people",
        "1",
        "People in the home-based programme",
        "High Needs people enrolled for at least a month of the year; zero where no contract says home_care.",
    ),
    _count(
        "home_care_months",
        "month",
        "Months in the home-based programme",
        "Person-months enrolled, until death, a move or another alignment.",
    ),
    _count("home_care_deaths", "1", "Deaths in the home-based programme", "Enrolled people who died."),
    _count(
        "home_care_moved",
        "1",
        "Moves out of the home-based programme",
        "Enrolled people who moved to Medicare Advantage.",
    ),
    money(
        "home_care_spending",
        "aco year",
        "Spending of people in the home-based programme",
        "Medicare payments of the year for enrolled people.",
    ),
    money(
        "home_care_saved",
        "aco year",
        "Saved by the home-based programme",
        "What the programme takes off the spending of enrolled people: the same people and draws without it.",
        sign="positive: the programme lowers spending",
    ),
    _count(
        "home_care_last_months", "month", "Last months of life at home", f"Months enrolled that fall {_LAST}."
    ),
    money(
        "home_care_last_spending",
        "aco year",
        "Spending in the last months of life at home",
        f"Of the spending of enrolled people, ambulatory care and acute events {_LAST}.",
    ),
    money(
        "home_care_last_saved",
        "aco year",
        "Saved in the last months of life at home",
        f"What the programme takes off these {_LAST}.",
        sign="positive: the programme lowers spending",
    ),
    _count("home_care_stays", "1", "Acute stays of people in the home-based programme", "Unplanned stays."),
    _count(
        "home_care_stays_spared",
        "1",
        "Acute stays spared by the home-based programme",
        "Unplanned stays of enrolled people that there would be without it.",
    ),
    _count("home_care_ed_visits", "1", "ED visits of people in the home-based programme", "ED visits."),
    _count(
        "home_care_ed_spared",
        "1",
        "ED visits spared by the home-based programme",
        "ED visits of enrolled people that there would be without it.",
    ),
    money(
        "home_care_cost",
        "aco year",
        "Cost of the home-based programme",
        "What the ACO spends on enrolled people; beside care management, which then has no such part.",
        sign="positive: paid by the ACO",
    ),
    _count(
        "medicaid_aligned_people",
        "1",
        "People aligned by the Medicaid route",
        "People with full Medicaid benefits whom neither claims nor attestation align.",
        rule=_ROUTE,
    ),
    _count(
        "medicaid_aligned_months",
        "month",
        "Months aligned by the Medicaid route",
        "Their person-months.",
        rule=_ROUTE,
    ),
    _count(
        "full_dual_months",
        "month",
        "Months of people with full Medicaid benefits",
        "Person-months aligned by any route; zero where the ACO has no arrangement with Medicaid that acts.",
        rule=_ROUTE,
    ),
    money(
        "dual_incentive",
        "aco year",
        "Incentive for people with full Medicaid benefits",
        "Paid for their months to an ACO with an arrangement with Medicaid, outside the benchmark.",
        sign="positive: paid to the ACO",
        rule=_ROUTE,
    ),
)

#: Variables that are sums of people served; money in cents.
OF_SUMS = {
    "home_care_people": ServedSum.PERSONS,
    "home_care_months": ServedSum.MONTHS,
    "home_care_deaths": ServedSum.DEATHS,
    "home_care_moved": ServedSum.MOVED,
    "home_care_spending": ServedSum.SPEND,
    "home_care_saved": ServedSum.SAVED,
    "home_care_last_months": ServedSum.LAST_MONTHS,
    "home_care_last_spending": ServedSum.LAST_SPEND,
    "home_care_last_saved": ServedSum.LAST_SAVED,
    "home_care_stays": ServedSum.STAYS,
    "home_care_stays_spared": ServedSum.STAYS_SPARED,
    "home_care_ed_visits": ServedSum.ED_VISITS,
    "home_care_ed_spared": ServedSum.ED_SPARED,
    "medicaid_aligned_people": ServedSum.MEDICAID_PERSONS,
    "medicaid_aligned_months": ServedSum.MEDICAID_MONTHS,
    "full_dual_months": ServedSum.FULL_DUAL_MONTHS,
}
