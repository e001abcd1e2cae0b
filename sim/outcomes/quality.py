"""Result variables of quality: each measure, the score they make, and the money that hangs on it."""

from __future__ import annotations

from sim.outcomes.variable import Variable, money

#: Labels of the dim ``measure``, in order.
MEASURES = ("ACR", "UAMCC", "DAH", "TFU", "CAHPS", "glycemic_status", "blood_pressure")

_DIMS = ("aco", "year", "measure")
_RULE = "PY2027 Alignment and Finance Methodology, quality"
_UNPUBLISHED = f"{_RULE}; points, weights, gate and pool are not published"

MEASURE_VARIABLES: tuple[Variable, ...] = tuple(
    Variable(
        f"quality_{name}", _DIMS, "number", "1", long_name, f"{text} NaN outside LEAD.", rule=_UNPUBLISHED
    )
    for name, long_name, text in (
        (
            "rate",
            "Quality measure, rate",
            "What was counted of the ACO's people: readmissions a stay (ACR), unplanned stays and days away"
            " from home a person-year with several chronic conditions (UAMCC, DAH), follow-ups of those due"
            " (TFU), people of those with diabetes or hypertension; of the survey (CAHPS), its score. NaN"
            " where there is nobody to count.",
        ),
        (
            "rank",
            "Quality measure, rank",
            "Share of the program's ACOs of the same size that do worse; the survey's score has none.",
        ),
        (
            "points",
            "Quality measure, points",
            "Points of the measure as they count: 1 for one paid for reporting.",
        ),
        ("weight", "Quality measure, weight", "Its part of the score, 0 for one that is not scored."),
    )
)

QUALITY_VARIABLES: tuple[Variable, ...] = (
    Variable(
        "quality_score",
        ("aco", "year"),
        "number",
        "1",
        "Quality score",
        "Share of the quality withhold earned back.",
        rule=_RULE,
    ),
    Variable(
        "measured_quality",
        ("aco", "year"),
        "number",
        "1",
        "Measured quality",
        "LEAD: weighted mean of the measures' points, before the gate on improvement and the Prevention and"
        " Quality Plan. NaN in other programs.",
        rule=_RULE,
    ),
    Variable(
        "quality_improves",
        ("aco", "year"),
        "flag",
        "1",
        "Improves or keeps quality high",
        "1 where measured quality rose enough or is high, or has no year before; 0 where the gate takes its"
        " part. Only in LEAD.",
        rule=_UNPUBLISHED,
    ),
    money(
        "quality_withhold",
        "aco year",
        "Quality withhold",
        "What is withheld of the benchmark until quality is known; only in LEAD.",
        rule=_RULE,
    ),
    money(
        "quality_earned",
        "aco year",
        "Quality withhold earned back",
        "What of it quality earns back; the rest is the quality step of the bridge. Only in LEAD.",
        rule=_RULE,
    ),
    money(
        "pool_funded",
        "aco year",
        "Paid into the High Performers Pool",
        "What of its unearned withhold fills the pool; zero outside LEAD.",
        sign="positive: left with Medicare by the ACO",
        rule=_UNPUBLISHED,
    ),
    money(
        "high_performers_pool",
        "aco year",
        "High Performers Pool",
        "Paid to ACOs of high quality on top of the settlement; zero outside LEAD.",
        sign="positive: paid to the ACO",
        rule=_RULE,
    ),
    money(
        "pool_of_others",
        "year",
        "High Performers Pool, other ACOs",
        "What the pool pays the arm's ACOs beyond what they fill it with: the program's other ACOs do. Zero"
        " where the arm's ACOs are all there is to it.",
        sign="positive: others pay in more than they get",
        rule=_UNPUBLISHED,
    ),
    *MEASURE_VARIABLES,
)
