"""Result variables of falls and their prevention, and of what ACOs pay for their people."""

from __future__ import annotations

from sim.outcomes.variable import Variable, money

_DIMS = ("aco", "year")
_FALLS = "LEAD, RISE to Age in Place; payment and effect are not published"
_BENEFITS = "LEAD Model Overview fact sheet, benefit enhancements and incentives; amounts are not published"
_PAID = "positive: paid by the ACO"

FALLS_VARIABLES: tuple[Variable, ...] = (
    Variable(
        "aged_months", _DIMS, "number", "month", "Person-months, aged", "Of aligned people of 65 and over."
    ),
    *(
        Variable(name, _DIMS, "number", "1", long_name, text, rule=rule)
        for name, long_name, text, rule in (
            ("fall_stays", "Falls with admission", "Stays for falls of aligned people of 65 and over.", ""),
            (
                "fall_ed_visits",
                "Falls with an ED visit",
                "ED visits for falls of aligned people of 65 and over.",
                "",
            ),
            (
                "falls_courses",
                "People who begin falls prevention",
                "Courses that begin: one a person for life. Zero where none is offered.",
                _FALLS,
            ),
            (
                "falls_protected",
                "People whom falls prevention protects",
                "Aligned people whose course, wherever they had it, still averts falls.",
                _FALLS,
            ),
            (
                "protected_fall_stays",
                "Falls with admission of people protected",
                "Stays for falls of people whom falls prevention protects.",
                _FALLS,
            ),
            (
                "protected_fall_ed_visits",
                "Falls with an ED visit of people protected",
                "ED visits for falls of people whom falls prevention protects.",
                _FALLS,
            ),
            (
                "fall_stays_averted",
                "Falls with admission averted",
                "Stays for falls that the same people would have had without falls prevention.",
                _FALLS,
            ),
            (
                "fall_ed_visits_averted",
                "Falls with an ED visit averted",
                "ED visits for falls that the same people would have had without falls prevention.",
                _FALLS,
            ),
        )
    ),
)

BENEFIT_MONEY: tuple[Variable, ...] = (
    money(
        "fall_spending_averted",
        "aco year",
        "Spending averted by falls prevention",
        "What the stays and ED visits averted would have cost Medicare; part of true savings.",
        sign="positive: not spent",
        rule=_FALLS,
    ),
    money(
        "falls_prevention_cost",
        "aco year",
        "Cost of falls prevention",
        "Visits and changes to homes of the courses that begin, whoever pays.",
        rule=_FALLS,
    ),
    *(
        money(name, "aco year", long_name, text, sign=sign, rule=rule)
        for name, long_name, text, sign, rule in (
            (
                "falls_prevention_paid",
                "Falls prevention paid by the ACO",
                "What of the cost of falls prevention the ACO pays.",
                _PAID,
                _FALLS,
            ),
            (
                "falls_prevention_medicare",
                "Falls prevention paid by Medicare",
                "What of the cost of falls prevention Medicare pays.",
                "positive: paid by Medicare",
                _FALLS,
            ),
            (
                "cost_sharing_support",
                "Part B cost-sharing support",
                "Cost sharing that the ACO pays for its people.",
                _PAID,
                _BENEFITS,
            ),
            (
                "part_d_premium",
                "Part D premium buy-down",
                "Premiums that the ACO pays for its people.",
                _PAID,
                _BENEFITS,
            ),
            (
                "prevention_reward",
                "Chronic Disease Prevention Reward",
                "Rewards that the ACO pays its people.",
                _PAID,
                _BENEFITS,
            ),
            (
                "substance_access",
                "Access to hemp-derived substances",
                "Products that the ACO pays for its people.",
                _PAID,
                _BENEFITS,
            ),
            (
                "benefit_enhancements",
                "Benefit enhancements of ACO REACH",
                "What the ACO spends on the enhancements that it offers, all kinds together.",
                _PAID,
                _BENEFITS,
            ),
        )
    ),
)
#: What ACOs pay of all that.
PAID_FOR_PEOPLE = ("falls_prevention_paid", *(one.name for one in BENEFIT_MONEY[4:]))
