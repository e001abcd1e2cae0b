"""The shape of a scenario's choice of rules by which agents decide."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from sim.inputs.scenario_values import Table

_RULE = r"^([a-z_]+|[A-Za-z_][A-Za-z0-9_.]*:[A-Za-z_][A-Za-z0-9_]*)$"
Rule = Annotated[str | None, Field(pattern=_RULE)]


class Rules(Table):
    """Rules to use instead of the model's, by behaviour: one of the model's, or MODULE:FUNCTION of your own.

    A module is looked for beside the scenario file and among installed packages. It is code: a run refuses it
    unless asked (leadsim run --own-code, or LEADSIM_OWN_CODE=1). What functions are given is in
    docs/behaviours.md.
    """

    effect: Rule = Field(None, description="rule of the effect on spending, MODULE:FUNCTION")
    quality: Rule = Field(None, description="rule of quality, MODULE:FUNCTION")
    coding: Rule = Field(None, description="rule of coding, MODULE:FUNCTION")
    attestation: Rule = Field(None, description="rule of voluntary attestation, MODULE:FUNCTION")
    running_cost: Rule = Field(None, description="rule of running cost, MODULE:FUNCTION")
    home_care: Rule = Field(None, description="rule of home-based programmes, MODULE:FUNCTION")
    distribution: Rule = Field(None, description="rule of distributions to practices, MODULE:FUNCTION")
    belief: Rule = Field(None, description="rule of what ACOs believe, MODULE:FUNCTION")
    investment: Rule = Field(
        None, description="rule of care management: invest, reinvest (the rule of thumb) or MODULE:FUNCTION"
    )
    choice: Rule = Field(None, description="rule of choosing program and option, MODULE:FUNCTION")
    exit: Rule = Field(None, description="rule of leaving a program, MODULE:FUNCTION")
    episode_response: Rule = Field(None, description="rule of specialists under contract, MODULE:FUNCTION")
    episode_belief: Rule = Field(None, description="rule of what specialists believe, MODULE:FUNCTION")
    acceptance: Rule = Field(None, description="rule of specialists who sign a contract, MODULE:FUNCTION")
    drop_out: Rule = Field(None, description="rule of specialists who end a contract, MODULE:FUNCTION")
