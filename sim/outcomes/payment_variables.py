"""Result variables of capitation, advances and cash."""

from __future__ import annotations

from sim.outcomes.variable import Variable, money

_PAID_TO_ACO = "positive: paid to the ACO"
_RULE = "LEAD Payment fact sheet; ACO REACH capitation and advanced payment mechanisms"

PAYMENT_VARIABLES: tuple[Variable, ...] = (
    money(
        "capitation",
        "aco year",
        "Capitation due",
        "Base PCC, TCC and NPCC due for the year, before sequestration: they count as expenditure.",
        rule=f"{_RULE}, settlement",
    ),
    money(
        "claims_replaced",
        "aco year",
        "Claims replaced by capitation",
        "Claims that base PCC, TCC or NPCC stand for: they are not paid and do not count as expenditure.",
        rule=f"{_RULE}, settlement",
    ),
    money(
        "base_pcc",
        "aco year",
        "Base primary care capitation",
        "Base PCC paid for the year, after sequestration and what final settlement trues it up by.",
        sign=_PAID_TO_ACO,
        rule=_RULE,
    ),
    money(
        "tcc",
        "aco year",
        "Total care capitation",
        "TCC paid for the year, after sequestration and what final settlement trues it up by.",
        sign=_PAID_TO_ACO,
        rule=_RULE,
    ),
    money(
        "npcc",
        "aco year",
        "Capitation of other care",
        "NPCC paid for the year, after sequestration and what final settlement trues it up by.",
        sign=_PAID_TO_ACO,
        rule=_RULE,
    ),
    money(
        "enhanced_pcc",
        "aco year",
        "Enhanced primary care capitation advanced",
        "Paid within the year, before settlement takes it back.",
        sign=_PAID_TO_ACO,
        rule=_RULE,
    ),
    money(
        "apo",
        "aco year",
        "Advanced payments",
        "APO paid within the year, before settlement trues it up to the claims it stands for.",
        sign=_PAID_TO_ACO,
        rule=_RULE,
    ),
    money(
        "advances_settled",
        "aco year",
        "Advances after settlement",
        "Enhanced PCC and APO once repaid and trued up.",
        sign=_PAID_TO_ACO,
        rule=_RULE,
    ),
    money(
        "provider_payments",
        "aco year",
        "Payments for reduced fees",
        "What the ACO pays providers whose fees are reduced, for capitation and APO alike.",
        sign="positive: paid by the ACO",
    ),
    money(
        "enhanced_passed_on",
        "aco year",
        "Enhanced PCC passed on",
        "What the ACO pays on to its practices of enhanced PCC; repayment at settlement is its own.",
        sign="positive: paid by the ACO",
    ),
    money(
        "capitation_gain",
        "aco year",
        "Gain by capitation",
        "Capitation and advances after settlement, less what providers are paid for reduced fees.",
        sign="positive: the ACO gains",
    ),
    money(
        "cash_low_point",
        "aco year",
        "Lowest cash",
        "Least cash at a month's end of the calendar year: all received less all paid since the first year,"
        " settlements of earlier years as they come in.",
        sign="positive: the ACO has money",
    ),
    Variable(
        "days_of_cash",
        ("aco", "year"),
        "number",
        "day",
        "Days of cash at the lowest point",
        "Days of the year's running cost that the lowest cash covers; NaN for an ACO without running cost.",
        "negative: the ACO lacks money",
    ),
    money(
        "working_capital",
        "aco year",
        "Working capital needed",
        "Most that is lacking at a month's end of the calendar year.",
    ),
    money(
        "working_capital_interest",
        "aco year",
        "Interest on working capital",
        "What borrowing all that is lacking costs in the calendar year; not part of the ACO's cash.",
    ),
)
