"""Result variables of what ACOs decide for themselves."""

from __future__ import annotations

from sim.outcomes.variable import Variable

DECISION_VARIABLES: tuple[Variable, ...] = (
    Variable(
        "exits",
        ("aco", "year"),
        "flag",
        "1",
        "Leaves by its own decision",
        "1 where the ACO has decided to leave its program as the year begins, or has given notice in it; 0"
        " where it has decided to stay; NaN where it does not decide.",
        rule="Behaviour exit, docs/behaviours.md",
    ),
    Variable(
        "exit_chance",
        ("aco", "year"),
        "number",
        "1",
        "Chance of leaving",
        "Chance of leaving its program as the year begins, by what the ACO knew then; NaN where it does not"
        " decide.",
        rule="Behaviour exit, docs/behaviours.md",
    ),
    Variable(
        "chose_global",
        ("aco", "year"),
        "flag",
        "1",
        "Chose LEAD Global",
        "1 where an ACO that chooses is in LEAD Global, 0 where it is in LEAD Professional; NaN elsewhere.",
        rule="Behaviour choice, docs/behaviours.md",
    ),
    Variable(
        "care_spending",
        ("aco", "year"),
        "number",
        "USD/month",
        "Care management decided on",
        "What the ACO has decided to spend on care management for each person a month, beside its fixed cost;"
        " NaN where it does not decide.",
        rule="Behaviour investment, docs/behaviours.md",
    ),
    Variable(
        "care_acting",
        ("aco", "year"),
        "number",
        "1",
        "Effect that acts",
        "What part of the evidence's effect there is, by what has been spent on care management; NaN where"
        " the ACO does not decide.",
        rule="Behaviour investment, docs/behaviours.md",
    ),
    Variable(
        "believed_effect",
        ("aco", "year"),
        "number",
        "1",
        "Effect believed",
        "What the ACO believed its effect on spending at the plateau to be as the year began, less spending"
        " being negative; NaN where it decides nothing by it.",
        rule="Behaviour belief, docs/behaviours.md",
    ),
)
