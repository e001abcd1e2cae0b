"""Result variables of the bridge: what each rule makes of savings, from true savings to what is shared."""

from __future__ import annotations

from sim.outcomes.variable import Variable, money

_METHODS = "PY2027 Alignment and Finance Methodology"
_REACH = "ACO REACH PY2024 Financial Operating Guide"

# What a rule makes of the savings against the benchmark: name, label, what it is, where the rule is.
_BRIDGE = (
    (
        "prices",
        "prices of risk and trend",
        "History carried forward by trend, its guardrail and true risk, less what the same people would have"
        " cost in the reference arm; what true savings count that the program does not, too.",
        f"{_METHODS}, update trend; 42 CFR 425.652(b), 425.605(a)(7); {_REACH}, trend",
    ),
    (
        "adjustment",
        "regional or prior savings adjustment",
        "What the adjustment adds: in the Shared Savings Program the best of the regional, prior savings and"
        " population adjustments, in ACO REACH the blend with regional rates within its limits.",
        f"{_METHODS}, adjustments; 42 CFR 425.652(a)(8); {_REACH}, section 4, and PY2025 Model Update",
    ),
    (
        "rate_book",
        "rate book",
        "What blending the ACO rate book in changes, in ACO REACH what the rate book alone does where an"
        " ACO's history has no weight. 0 in the Shared Savings Program.",
        f"{_METHODS}, rate book; {_REACH}, section 4",
    ),
    (
        "caps",
        "coding and caps on risk scores",
        "What coding beyond that of BY3 adds to risk scores, less what their limits and the model-wide factor"
        " take.",
        f"{_METHODS}, risk cap; 42 CFR 425.605(a)(1); {_REACH}, risk adjustment",
    ),
    (
        "discount",
        "discount",
        "What the discount takes, less an add-on inside the benchmark. 0 in the Shared Savings Program.",
        f"{_METHODS}, discount; {_REACH}, discount",
    ),
    (
        "quality",
        "quality",
        "What of the quality withhold is not earned back. 0 in the Shared Savings Program, where quality is"
        " in the sharing rate.",
        f"{_METHODS}, quality; {_REACH}, quality withhold",
    ),
    (
        "capitation",
        "capitation for claims",
        "Claims that capitation replaces, less the capitation that counts instead.",
        f"{_METHODS}, settlement",
    ),
    (
        "stop_loss",
        "stop-loss",
        "What stop-loss pays less what it charges.",
        f"{_METHODS}, stop-loss",
    ),
    (
        "cara",
        "episode arrangements",
        "What payments under CARA, and recoveries, add to expenditure, the other way round; zero without.",
        "",
    ),
    (
        "falls",
        "falls prevention",
        "What Medicare pays for falls prevention where that is expenditure, the other way round; zero"
        " elsewhere.",
        "",
    ),
)

# What a rule makes of gross savings on their way to the ACO.
_SHARING = (
    (
        "minimum_rate",
        "minimum savings rate",
        "Savings and losses that are not shared as they do not reach the minimum rate; low-revenue ACOs may"
        " keep a part of such savings. 0 in LEAD and ACO REACH.",
        "42 CFR 425.605(b), (c) and (h), 425.610(b)",
    ),
    (
        "sharing",
        "corridors or sharing rate",
        "What the corridors leave to Medicare, or the sharing and loss rates at full quality.",
        f"{_METHODS}, risk corridors; 42 CFR 425.605(d), 425.610(d) and (f)",
    ),
    (
        "sharing_quality",
        "quality in the sharing rate",
        "What quality short of full takes from the sharing rate, or adds to the loss rate. 0 in LEAD and ACO"
        " REACH, where quality is in the benchmark.",
        "42 CFR 425.605(d), 425.610(d) and (f)",
    ),
    (
        "limits",
        "limits of savings and losses",
        "What the limits of shared savings take and those of shared losses leave. 0 in LEAD and ACO REACH.",
        "42 CFR 425.605(d), 425.610(e) and (g)",
    ),
)

#: Result variables that with true savings add up to gross savings, and with these to shared savings.
TO_GROSS_SAVINGS = tuple(f"bridge_{name}" for name, *_ in _BRIDGE)
TO_SHARED_SAVINGS = tuple(f"bridge_{name}" for name, *_ in _SHARING)

BRIDGE_VARIABLES: tuple[Variable, ...] = (
    *(
        money(
            f"bridge_{name}",
            "aco year",
            f"Bridge: {label}",
            f"{text} With true savings and the other parts it adds up to the gross savings.",
            sign="positive: raises savings against the benchmark",
            rule=rule,
        )
        for name, label, text, rule in _BRIDGE
    ),
    *(
        money(
            f"bridge_{name}",
            "aco year",
            f"Bridge: {label}",
            f"{text} With gross savings and the other three it adds up to the shared savings.",
            sign="positive: raises what the ACO shares",
            rule=rule,
        )
        for name, label, text, rule in _SHARING
    ),
)
