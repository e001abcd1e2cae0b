"""The shape of a scenario's ACOs: what each is, its people, its market, and how it differs from its kind."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sim.inputs.scenario_values import Fraction, Table, Whole
from sim.inputs.units import parse_quantity

# Medicare has about 70 million people, and fewer than a thousand ACOs.
MOST_LIVES = 70_000_000
MOST_ACOS = 10_000
NAME = r"^[A-Za-z0-9][A-Za-z0-9_-]*$"


def _people(value: object) -> int:
    number = parse_quantity(value, "people")
    if number != int(number):
        raise ValueError(f"{value!r} is not a whole number of people")
    return int(number)


def _dollars(value: object) -> float:
    return parse_quantity(value, "USD")


def _dollars_a_year(value: object) -> float:
    return parse_quantity(value, "USD/year")


def _dollars_a_month(value: object) -> float:
    return parse_quantity(value, "USD/month")


People = Annotated[int, BeforeValidator(_people)]
Dollars = Annotated[float, BeforeValidator(_dollars)]
DollarsAYear = Annotated[float, BeforeValidator(_dollars_a_year)]
DollarsAMonth = Annotated[float, BeforeValidator(_dollars_a_month)]
Flag = Annotated[bool, Field(strict=True)]
# Types in words for whoever explains a key.
QUANTITIES = {
    People: "a number of people",
    Dollars: "dollars, such as 3 million USD",
    DollarsAYear: "dollars a year, such as 1.2 million USD/year",
    DollarsAMonth: "dollars a month, such as 12 USD/month",
}
_Share = Annotated[Fraction | None, Field(ge=0, le=1)]
# A fifth to five times the nation's is beyond every county and ACO; risk is held to where disease can follow.
_Spending = Annotated[Fraction | None, Field(ge=0.2, le=5)]
_Risk = Annotated[Fraction | None, Field(ge=0.6, le=1.8)]


class Mix(Table):
    """Shares of enrollment types among the people of an ACO's market.

    Types left out have what the others leave, in the proportions drawn for the market.
    """

    esrd: _Share = Field(None, description="people with end-stage renal disease, as a share of all")
    disabled: _Share = Field(None, description="people under 65 entitled by disability, as a share of all")
    aged_dual: _Share = Field(None, description="aged people with Medicaid, as a share of all")
    aged_non_dual: _Share = Field(None, description="aged people without Medicaid, as a share of all")


class Spending(Table):
    """Spending per person over the nation's of the same enrollment type; drawn where left out."""

    esrd: _Spending = Field(
        None, description="spending of people with ESRD over the nation's, 1.1 being 10 % more"
    )
    disabled: _Spending = Field(None, description="spending of disabled people over the nation's")
    aged_dual: _Spending = Field(None, description="spending of aged people with Medicaid over the nation's")
    aged_non_dual: _Spending = Field(
        None, description="spending of aged people without Medicaid over the nation's"
    )


class Risk(Table):
    """Mean risk score over the nation's of the same enrollment type; drawn where left out."""

    esrd: _Risk = Field(
        None, description="risk score of people with ESRD over the nation's, 1.1 being 10 % higher"
    )
    disabled: _Risk = Field(None, description="risk score of disabled people over the nation's")
    aged_dual: _Risk = Field(None, description="risk score of aged people with Medicaid over the nation's")
    aged_non_dual: _Risk = Field(
        None, description="risk score of aged people without Medicaid over the nation's"
    )


class Aco(Table):
    """One synthetic ACO, or `count` of the same kind."""

    name: str = Field(pattern=NAME, description="label in the results; letters, digits, - and _")
    entry: Literal["renewing", "newly_entering"] = Field(description="experience with shared savings")
    leadership: Literal["physician", "hospital"] = Field(description="who leads it")
    market: Literal["urban", "rural"] = Field(description="kind of its market")
    lives: People = Field(
        ge=1,
        le=MOST_LIVES,
        description="aligned people (LEAD's minimum: 5,000; 1,000 newly entering; 800 High Needs)",
    )
    high_needs_share: Fraction | None = Field(
        None, ge=0, le=1, description="High Needs people, as a share of its lives"
    )
    former_mssp: Flag = Field(False, description="comes from the Medicare Shared Savings Program")
    efficiency: Fraction = Field(
        0.0, gt=-1, lt=1, description="spending relative to its region, -3 % being cheaper"
    )
    prior_savings: Fraction | None = Field(
        None, gt=-1, lt=1, description="savings in its base years under an earlier program, share of spending"
    )
    mix: Mix | None = Field(
        None,
        description=(
            "enrollment types of its market's people, e.g. { aged_dual = '20 %' }; types left out share what"
            " is left as drawn for the market. ACOs of one region have the mean of what they say"
        ),
    )
    spending: Spending | None = Field(
        None,
        description=(
            "spending per person of its market over the nation's, by enrollment type, its own efficiency"
            " apart, before its market drifts (evidence.trend.market_reversion); types left out are drawn"
        ),
    )
    risk: Risk | None = Field(
        None,
        description=(
            "mean risk score of its market over the nation's, by enrollment type; types left out are drawn"
        ),
    )
    effect: Fraction | None = Field(
        None,
        ge=-0.25,
        le=0.25,
        description=(
            "its own effect on people's spending once at the plateau, -4 % being less spending, in place of"
            " the mean of its kind and the draw around it (evidence.effect.physician, hospital, aco_spread);"
            " what a renewing ACO had of it in the base years does not come on top"
        ),
    )
    effect_scale: Fraction | None = Field(
        None,
        ge=0,
        le=5,
        description="factor on all its effects on spending, those on High Needs people too; 0 turns them off",
    )
    fixed_cost: DollarsAYear | None = Field(
        None,
        ge=0,
        le=1e9,
        description=(
            "its fixed running cost a year at the prices of evidence.cost.fixed (2026), whatever its size, in"
            " place of the mean and the draw around it"
        ),
    )
    cost_per_person: DollarsAMonth | None = Field(
        None,
        ge=0,
        le=1e5,
        description=(
            "its care management per aligned person-month at the prices of evidence.cost.variable (2026), in"
            " place of that; the High Needs programme is apart"
        ),
    )
    reserves: Dollars | None = Field(
        None,
        ge=0,
        le=1e10,
        description=(
            "money it has when the first performance year begins, in place of evidence.cash.reserve. In LEAD"
            " it then pays what it owes out of cash and reserves alone: what these do not reach is called"
            " from its financial guarantee, and the rest stays a debt. Where nothing is said, its owners pay"
        ),
    )
    market_share: Fraction | None = Field(
        None,
        ge=1e-4,
        le=1,
        description=(
            "share of its market's assignable people who are its own, in place of"
            " population.aco_market_share; a region of several ACOs is as large as their lives over the sum"
            " of their shares"
        ),
    )
    partner_state: Flag | None = Field(
        None,
        description=(
            "whether its market lies in a state that is a partner for LEAD's Medicaid route; drawn where no"
            " ACO of the market says (program.values.medicaid.states, evidence.dual.state_share)"
        ),
    )
    region: str | None = Field(
        None, description="label of its region; ACOs with the same label share a market"
    )
    count: Whole = Field(1, ge=1, le=MOST_ACOS, description="how many ACOs of this kind")


def unfolded(name: str, count: int) -> list[str]:
    """Return the names of `count` ACOs of a kind."""
    return [f"{name}-{number}" for number in range(1, count + 1)] if count > 1 else [name]
