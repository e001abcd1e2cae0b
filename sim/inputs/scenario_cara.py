"""The shape of an ACO's episode arrangements (CARA) with its Preferred Providers."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from sim.inputs.scenario_values import Fraction, Table, Whole, several

Price = Literal["cms", "own_history", "team", "bpci_advanced"]
Overlap = Literal["each", "exclusive"]
Decided = Literal["acceptance", "drop_out"]
_Share = Annotated[Fraction | None, Field(ge=0, le=1)]
_Days = Annotated[Whole | None, Field(ge=0, le=365)]


class CaraContract(Table):
    """One arrangement for a year of episodes; what is left out is as the rulebook has it (``cara.*``).

    It holds with every specialist to whom the ACO's practices refer, each by itself, unless it says less.
    """

    specialty: str | None = Field(
        None, description="specialty whose episodes it covers, e.g. orthopedics (evidence.episodes.specialty)"
    )
    episodes: tuple[str, ...] | None = Field(
        None,
        description="kinds of episode it covers, e.g. ['knee_arthroplasty'] (evidence.episodes.names); all of"
        " the specialty that are offered where it is left out",
    )
    specialists: Whole | None = Field(
        None,
        ge=1,
        le=10_000,
        description="at most so many specialists, those to whom the ACO's practices refer most people; all"
        " where it is left out",
    )
    counterparty: Literal["preferred", "participant"] = Field(
        "preferred", description="who they are; only Preferred Providers may be"
    )
    mechanism: Literal["fee_for_service", "npcc", "apo"] = Field(
        "fee_for_service", description="how Medicare pays them; NPCC and APO exclude CARA"
    )
    reconciled: Literal["each", "pooled"] = Field(
        "each", description="each specialist by itself, or all of a kind of episode as one group"
    )
    first_py: Whole | None = Field(
        None, description="first year in which its episodes trigger; the first that CARA has"
    )
    last_py: Whole | None = Field(None, description="last such year; it is renewed to the end otherwise")
    approach: Literal["default", "max_flex"] = Field(
        "default", description="CMS's episode unchanged, or changed within CMS's review"
    )
    days_before: _Days = Field(None, description="Max Flex: days of the window before the trigger")
    days_after: _Days = Field(None, description="Max Flex: days of the window after the trigger")
    price: Price | None = Field(None, description="how the target price is built")
    base_ratio: Fraction | None = Field(
        None, gt=0, le=5, description="negotiated ratio to CMS's price, 1 being that price"
    )
    discount: Fraction | None = Field(None, description="discount off the price; a premium is negative")
    premium: Fraction | None = Field(None, description="premium on the price, in place of a discount")
    performance_adjustment: Fraction | None = Field(
        None, description="part of the result that depends on quality"
    )
    quality: _Share = Field(
        None, description="score on a measure of the parties' own, 0 to 1, in place of the rulebook's measure"
    )
    cap: Annotated[Fraction | None, Field(gt=0, le=1)] = Field(
        None, description="limit of gains and losses as a share of target prices; none where it is left out"
    )
    gain_share: Fraction = Field(1.0, ge=0, le=1, description="specialist's part of gains")
    loss_share: Fraction = Field(1.0, ge=0, le=1, description="specialist's part of losses")
    least_episodes: Whole | None = Field(
        None, ge=0, le=1000, description="least episodes of a kind in a year that are reconciled"
    )
    overlap: Overlap | None = Field(
        None, description="whether each of a person's overlapping episodes counts, or only the first in rank"
    )
    collected: _Share = Field(None, description="part of what specialists owe that is collected")
    collected_after_leaving: _Share = Field(
        None, description="the same where the arrangement does not go on in the year after, in which they pay"
    )
    responds: bool = Field(
        False,
        description="whether its specialists change what episodes cost and how many there are, as"
        " evidence.response has it; their care stays as it is otherwise",
    )
    decides: Annotated[tuple[Decided, ...] | None, BeforeValidator(several)] = Field(
        None,
        description="what its specialists decide for themselves: acceptance (each year those without a"
        " contract sign if what they expect of their own episodes, less risk, is worth what they ask for,"
        " evidence.signing.*) and drop_out (as a year ends those who have one end it by a chance that falls"
        " with its result, evidence.dropping_out.*); nothing where it is left out: all sign and stay",
    )
