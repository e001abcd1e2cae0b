"""Every result variable, declared once: the store, its labels and docs/outcomes.md come from here."""

from __future__ import annotations

from collections.abc import Iterable

from sim.outcomes.benefit_variables import BENEFIT_MONEY, FALLS_VARIABLES
from sim.outcomes.bridge_variables import BRIDGE_VARIABLES
from sim.outcomes.cara import CARA_DECISIONS, CARA_KNOWN, CARA_MONEY, CARA_VARIABLES
from sim.outcomes.decision_variables import DECISION_VARIABLES
from sim.outcomes.panel import PANEL_VARIABLES
from sim.outcomes.payment_variables import PAYMENT_VARIABLES
from sim.outcomes.protection_variables import PROTECTION_VARIABLES
from sim.outcomes.provider_variables import PROVIDER_VARIABLES
from sim.outcomes.quality import QUALITY_VARIABLES
from sim.outcomes.served_variables import SERVED_VARIABLES
from sim.outcomes.variable import Variable, money
from sim.pages import render

_PAID_TO_ACO = "positive: paid to the ACO"
_METHODS = "PY2027 Alignment and Finance Methodology"


#: How the guardrail of LEAD's trend may be read, by the end of ``gross_savings_guard_``, and what that is.
GUARDRAILS = {
    "frozen": "the guardrail kept its first width for good",
    "linear": "the guardrail widened by its first width each year",
    "triangular": "the guardrail widened each year by one first width more than the year before",
    "open": "the guardrail bound in the first year only",
    "annual": "the guardrail bound each year's growth by that year's width, not the factor since BY3",
}

VARIABLES: tuple[Variable, ...] = (
    Variable(
        "person_months",
        ("aco", "cell", "year"),
        "number",
        "month",
        "Aligned person-months",
        "Months in which people aligned to the ACO were alive and in Original Medicare.",
        rule=f"{_METHODS}, alignment",
    ),
    money(
        "expenditure",
        "aco cell year",
        "Part A and B expenditure",
        "Medicare payments for aligned people that count against the benchmark.",
        rule=f"{_METHODS}, performance year expenditure",
    ),
    Variable(
        "risk_score",
        ("aco", "cell", "year"),
        "number",
        "1",
        "Mean normalised risk score",
        "Person-month weighted mean, normalised to the national reference population, before the cap.",
        rule=f"{_METHODS}, risk adjustment",
    ),
    *(
        Variable(name, ("aco", "year"), "number", units, long_name, f"{text} of aligned people.")
        for name, units, long_name, text in (
            ("stays", "1", "Hospital stays", "Unplanned and planned hospital stays"),
            ("readmissions", "1", "Readmissions", "Unplanned stays within 30 days of another"),
            ("snf_days", "day", "SNF days", "Medicare days in skilled nursing facilities"),
            (
                "ed_visits",
                "1",
                "ED visits",
                "Visits to emergency departments, with those that end in a stay,",
            ),
        )
    ),
    money(
        "true_savings",
        "aco cell year",
        "True savings",
        "Expenditure of the same people in the reference arm less that in this arm, on the same draws.",
        sign="positive: this arm spends less",
    ),
    money(
        "benchmark",
        "aco year",
        "Benchmark",
        "Final benchmark: after discount and earned quality withhold, times person-months.",
        rule=f"{_METHODS}, benchmark",
    ),
    money(
        "benchmark_before_discount",
        "aco year",
        "Benchmark before discount",
        "Benchmark before the discount and the quality withhold.",
        rule=f"{_METHODS}, benchmark",
    ),
    money(
        "gross_savings",
        "aco year",
        "Gross savings against benchmark",
        "Benchmark less expenditure, and less what CARA adds to it, before corridors.",
        sign="positive: spending below the benchmark",
        rule=f"{_METHODS}, settlement",
    ),
    *BRIDGE_VARIABLES,
    *(
        money(
            f"gross_savings_guard_{name}",
            "aco year",
            f"Gross savings, guardrail {name}",
            f"Gross savings of LEAD ACOs if {text}, all else as it was. NaN in other programs.",
            sign="positive: spending below the benchmark",
            rule=f"{_METHODS}, update trend and guardrail; the figures of later years are not published",
        )
        for name, text in GUARDRAILS.items()
    ),
    money(
        "shared_savings",
        "aco year",
        "Shared savings or losses",
        "The ACO's part of the gross savings after the risk corridors, before sequestration.",
        sign=_PAID_TO_ACO,
        rule=f"{_METHODS}, risk corridors",
    ),
    money(
        "sequestration",
        "aco year",
        "Sequestration",
        "Amount that sequestration takes from shared savings or adds to shared losses.",
        sign="positive: taken from the ACO",
        rule=f"{_METHODS}, settlement",
    ),
    money(
        "settlement",
        "aco year",
        "Settlement",
        "Shared savings or losses after sequestration and all reconciled advances.",
        sign=_PAID_TO_ACO,
        rule=f"{_METHODS}, settlement",
    ),
    money(
        "admin_add_on",
        "aco year",
        "Administrative add-on",
        "Paid to higher-spending ACOs on top of the settlement; zero where it is part of the benchmark.",
        sign=_PAID_TO_ACO,
        rule=f"{_METHODS}, administrative add-on",
    ),
    *QUALITY_VARIABLES,
    *CARA_VARIABLES,
    *CARA_KNOWN,
    *CARA_DECISIONS,
    *CARA_MONEY,
    *FALLS_VARIABLES,
    *BENEFIT_MONEY,
    money(
        "care_management_cost",
        "aco year",
        "Care management cost",
        "What the ACO spends on care management and on running itself.",
        sign="positive: spent by the ACO",
    ),
    money(
        "aco_cash_change",
        "aco year",
        "Change in the ACO's cash",
        "All the ACO receives less all it pays, for the performance year.",
        sign="positive: the ACO gains",
    ),
    money(
        "distributions",
        "aco year",
        "Distributions to practices",
        "What the ACO passes on to its Participant Providers from a gain of the performance year.",
        sign="positive: paid by the ACO",
    ),
    *PAYMENT_VARIABLES,
    *PROTECTION_VARIABLES,
    *DECISION_VARIABLES,
    *PROVIDER_VARIABLES,
    *SERVED_VARIABLES,
    money(
        "ffs_payments",
        "year",
        "Fee-for-service payments",
        "Medicare payments to providers for everybody in the simulated markets, before any settlement and"
        " without claims that capitation or advances stand for.",
        sign="positive: paid by Medicare",
    ),
    money(
        "medicare_outlay",
        "year",
        "Medicare outlay",
        "Medicare payments for everybody in the simulated markets, including settlements, add-ons and"
        " capitation.",
        sign="positive: paid by Medicare",
    ),
    money(
        "medicare_net_cost",
        "year",
        "Net cost to Medicare",
        "Medicare outlay in this arm less Medicare outlay in the reference arm, on the same draws.",
        sign="positive: the arm costs Medicare money",
    ),
    Variable(
        "program",
        ("aco", "year"),
        "number",
        "1",
        "Program",
        "The program that settles the ACO: 1 LEAD, 2 Medicare Shared Savings Program, 3 ACO REACH.",
    ),
    Variable(
        "agreement_start",
        ("aco", "year"),
        "number",
        "year",
        "Start of the agreement",
        "First year of the agreement that the ACO's benchmark belongs to; base years end the year before.",
        rule=f"{_METHODS}, baseline; 42 CFR 425.652(a)(1)",
    ),
    Variable(
        "agreement_benchmark",
        ("aco", "year"),
        "number",
        "USD year-1",
        "Benchmark at the start of the agreement",
        "Shared Savings Program: truncated base-year expenditure per person-year, trended and risk-adjusted"
        " to the last base year, with the adjustment that counts. NaN in other programs.",
        rule="42 CFR 425.652(a)",
    ),
    Variable(
        "minimum_savings_rate",
        ("aco", "year"),
        "number",
        "1",
        "Minimum savings rate",
        "Shared Savings Program: savings are shared, and losses from two-sided risk owed, from this share of"
        " the benchmark on. NaN in other programs.",
        rule="42 CFR 425.605(b)",
    ),
    Variable(
        "meets_minimum",
        ("aco", "year"),
        "flag",
        "1",
        "Has the people it needs",
        "1 where an ACO has the aligned people that the program it is to be in asks for, or the buffer saves"
        " it; 0 where it has not, and is out unless the rules let it stay. MSSP asks as an agreement begins.",
        rule="LEAD Model FAQ, minimum number of beneficiaries; 42 CFR 425.110",
    ),
    Variable(
        "minimum_people",
        ("aco", "year"),
        "number",
        "1",
        "Aligned people it needs",
        "The minimum of the program, in LEAD and ACO REACH of the ACO's type in the year. NaN in no program.",
        rule="LEAD Model FAQ, minimum number of beneficiaries; 42 CFR 425.110",
    ),
    Variable(
        "newly_entering",
        ("aco", "year"),
        "flag",
        "1",
        "Newly Entering ACO",
        "LEAD: 1 where the ACO counts as Newly Entering, by its people in the base years or by its label.",
        rule="LEAD Model FAQ, types of ACO",
    ),
    Variable(
        "historical_benchmark",
        ("aco", "cell", "year"),
        "number",
        "USD month-1",
        "Historical benchmark",
        "Weighted, trended, risk-adjusted base-year expenditure per person, before ACO-specific adjustments.",
        rule=f"{_METHODS}, baseline",
    ),
    Variable(
        "higher_spending",
        ("aco", "year"),
        "flag",
        "1",
        "Higher-spending ACO",
        "1 where the ACO's historical spending is at or above its region's, risk-standardised.",
        rule=f"{_METHODS}, spending designation",
    ),
    Variable(
        "parameter_value",
        ("parameter",),
        "number",
        "1",
        "Value of an uncertain parameter",
        "What a replicate drew of the evidence, in the entry's own unit, where the study draws parameters"
        " (study.parameter_uncertainty); absent otherwise. Items of a list and years have a label each.",
    ),
    *PANEL_VARIABLES,
)

BY_NAME: dict[str, Variable] = {variable.name: variable for variable in VARIABLES}


def outcomes_page(variables: Iterable[Variable] = VARIABLES) -> str:
    """Return docs/outcomes.md: every variable with its dims, units, meaning, sign and rule."""
    return render("sim.outcomes", "outcomes.md.j2", variables=variables)
