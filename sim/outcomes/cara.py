"""Result variables of episode arrangements (CARA)."""

from __future__ import annotations

from sim.outcomes.variable import Variable, money

_DIMS = ("aco", "year", "episode")
_RULE = "LEAD Request for Applications, CMS-Administered Risk Arrangements"
_NONE = "Zero without arrangements."

CARA_VARIABLES: tuple[Variable, ...] = (
    Variable(
        "cara_contracts",
        _DIMS,
        "number",
        "1",
        "Contracts reconciled under CARA",
        f"Specialists, or groups of them, with the episodes that a contract needs. {_NONE}",
        rule=_RULE,
    ),
    Variable(
        "cara_episodes",
        _DIMS,
        "number",
        "1",
        "Episodes reconciled under CARA",
        f"Episodes of aligned people that those contracts hold. {_NONE}",
        rule=_RULE,
    ),
    *(
        money(f"cara_{name}", " ".join(_DIMS), long_name, f"{text} {_NONE}", rule=_RULE)
        for name, long_name, text in (
            (
                "cost",
                "Cost of episodes under CARA",
                "What those episodes cost, services that belong to them.",
            ),
            ("target", "Target price of episodes under CARA", "Sum of the target prices of those episodes."),
            ("paid", "Paid to specialists under CARA", "By contracts that cost less than the target price."),
            (
                "owed",
                "Owed by specialists under CARA",
                "By contracts that cost more than the target price, collected or not.",
            ),
            ("collected", "Collected from specialists under CARA", "What specialists pay of what they owe."),
        )
    ),
)
CARA_RECONCILED = tuple(variable.name for variable in CARA_VARIABLES)

CARA_KNOWN: tuple[Variable, ...] = (
    Variable(
        "cara_dropped",
        _DIMS,
        "number",
        "1",
        "Episodes under CARA that do not count",
        "Of specialists with a contract: dropped for what became of the patient, as outliers, or for another"
        f" episode that goes before. {_NONE}",
        rule=_RULE,
    ),
    *(
        money(f"cara_{name}", " ".join(_DIMS), long_name, f"{text} {_NONE}", rule=_RULE)
        for name, long_name, text in (
            (
                "reported_cost",
                "Cost of episodes that quarterly reports show",
                "What episodes under contract cost by reports that are out by the end of the year.",
            ),
            (
                "reported_target",
                "Target price of episodes that quarterly reports show",
                "Sum of the target prices of the same episodes.",
            ),
            (
                "price",
                "CMS's reported price of an episode",
                "What CMS, in the year before, expects of an episode of mean risk in the ACO's market, for"
                " kinds under contract.",
            ),
        )
    ),
)
CARA_REPORTED = tuple(variable.name for variable in CARA_KNOWN[1:])
CARA_BY_KIND = CARA_RECONCILED + tuple(variable.name for variable in CARA_KNOWN)

CARA_MONEY: tuple[Variable, ...] = (
    money(
        "cara_payments",
        "aco year",
        "Net payments to specialists under CARA",
        "What Medicare pays the ACO's Preferred Providers for its arrangements, less what it collects.",
        sign="positive: paid to specialists",
        rule=_RULE,
    ),
    money(
        "cara_settled",
        "aco year",
        "Settled with the ACO for CARA",
        "Net payments to specialists, the other way round, where the ACO owes them after the corridors; zero"
        " where they count in expenditure.",
        sign="positive: paid to the ACO",
        rule=_RULE,
    ),
)

_DECIDED = "Behaviours acceptance and drop_out, docs/behaviours.md"

CARA_DECISIONS: tuple[Variable, ...] = tuple(
    Variable(
        f"cara_{name}",
        ("aco", "year"),
        "number",
        "1",
        long_name,
        f"{text} A contract is one specialist's, or a group's, on one kind of episode. Zero where specialists"
        " do not decide.",
        rule=_DECIDED,
    )
    for name, long_name, text in (
        ("offered", "Contracts offered under CARA", "Contracts about which specialists decide."),
        (
            "asked",
            "Contracts under CARA that may be signed",
            "Those offered that were not held the year before, and that nobody has ended of late.",
        ),
        ("signed", "Contracts signed under CARA", "Those of them that specialists sign as the year begins."),
        (
            "ended",
            "Contracts ended under CARA",
            "Those offered that were held the year before, which their specialists have ended.",
        ),
        ("held", "Contracts held under CARA", "Those offered that there are this year, large enough or not."),
    )
)
CARA_DECIDED = tuple(variable.name for variable in CARA_DECISIONS)
