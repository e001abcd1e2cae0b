"""The shape of what an ACO offers its people beyond care: benefit enhancements and incentives."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

from pydantic import Field

from sim.inputs.scenario_acos import DollarsAYear
from sim.inputs.scenario_values import Fraction, Table

BenefitKind = Literal[
    "cost_sharing_support",
    "part_d_premium",
    "prevention_reward",
    "substance_access",
    "telehealth",
    "three_day_snf",
    "post_discharge_visits",
    "care_management_visits",
    "home_health_homebound",
    "hospice_concurrent",
    "nurse_practitioners",
    "cardiac_pulmonary_rehab",
]
KINDS: tuple[str, ...] = get_args(BenefitKind)
# Those of ACO REACH, taken to be carried over.
ENHANCEMENTS = KINDS[4:]


class Benefit(Table):
    """One benefit enhancement or incentive that an ACO in LEAD offers and pays for."""

    kind: BenefitKind = Field(
        description="which: support with Part B cost sharing, Part D premium buy-down, Chronic Disease"
        " Prevention Reward, access to hemp-derived substances, or one of ACO REACH's enhancements"
    )
    cost: Annotated[DollarsAYear | None, Field(ge=0, le=100_000)] = Field(
        None,
        description="what it costs the ACO a year for each who uses it; the rules' limit for the reward and"
        " for substances where nothing is said, otherwise it must be given",
    )
    uptake: Annotated[Fraction | None, Field(ge=0, le=1)] = Field(
        None, description="share of aligned people who use it; evidence.benefits.uptake where nothing is said"
    )
    covers: Annotated[Fraction | None, Field(ge=0, le=1)] = Field(
        None,
        description="cost_sharing_support: share of Part B cost sharing that it pays; all where not said",
    )
