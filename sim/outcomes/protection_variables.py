"""Result variables of stop-loss, financial guarantee, ruin and early exit."""

from __future__ import annotations

from sim.outcomes.variable import Variable, money

_METHODS = "PY2027 Alignment and Finance Methodology"
_STOP_LOSS = f"{_METHODS}, stop-loss; its numbers are not published"
_GUARANTEE = "LEAD Model, financial guarantee; tiers and calls are not published"

PROTECTION_VARIABLES: tuple[Variable, ...] = (
    money(
        "stop_loss_payout",
        "aco year",
        "Stop-loss payout",
        "What stop-loss pays for people who cost more than the benchmark expects: it lowers the expenditure.",
        rule=_STOP_LOSS,
    ),
    money(
        "stop_loss_charge",
        "aco year",
        "Stop-loss charge",
        "What stop-loss costs, set so that it pays for itself model-wide: it raises the expenditure.",
        rule=_STOP_LOSS,
    ),
    money(
        "stop_loss_settled",
        "aco year",
        "Stop-loss in the settlement",
        "What payout and charge change in the settlement, of which it is a part.",
        sign="positive: paid to the ACO",
        rule=_STOP_LOSS,
    ),
    money(
        "financial_guarantee",
        "aco year",
        "Financial guarantee",
        "What the ACO has had to secure for losses of the year; zero outside LEAD.",
        rule=_GUARANTEE,
    ),
    money(
        "guarantee_called",
        "aco year",
        "Guarantee called",
        "What of the year's debt to Medicare cash and reserves did not reach and the guarantee paid; only of"
        " ACOs that state reserves.",
        sign="positive: paid for the ACO",
        rule=_GUARANTEE,
    ),
    money(
        "unpaid_debt",
        "aco year",
        "Debt unpaid",
        "What neither cash and reserves nor the guarantee paid of the year's debt to Medicare, less what is"
        " paid of earlier debt.",
        sign="positive: lost to Medicare",
        rule=_GUARANTEE,
    ),
    Variable(
        "ruined",
        ("aco", "year"),
        "flag",
        "1",
        "Ruined",
        "1 where cash and reserves did not reach what the ACO owed for the year; 0 elsewhere, and where its"
        " owners pay as it states no reserves.",
        rule=_GUARANTEE,
    ),
    money(
        "settlement_forgone",
        "aco year",
        "Forgone by notice",
        "What notice of exit takes off settlement, add-on and pool of the year; negative where it spares the"
        " ACO a loss.",
        sign="positive: not paid to the ACO",
        rule="LEAD Model, exit; not published",
    ),
)
