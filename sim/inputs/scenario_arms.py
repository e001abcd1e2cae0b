"""The shape of a scenario's arms: which program an arm's ACOs are in, on which terms, and from which year."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer

from sim.inputs.lead_terms import OPTIONS
from sim.inputs.scenario_acos import Dollars
from sim.inputs.scenario_benefits import Benefit
from sim.inputs.scenario_cara import CaraContract
from sim.inputs.scenario_rules import Rules
from sim.inputs.scenario_values import Fraction, Table, Whole, several

EARLIEST_PY = 2013
LAST_PY = 2036
NO_PROGRAM = "none"

Raw = Annotated[dict[str, Any], PlainSerializer(lambda value: value or None)]
ProgramName = Literal["none", "lead", "mssp", "reach"]
RiskOption = Literal["global", "professional"]
Track = Literal["basic-a", "basic-b", "basic-c", "basic-d", "basic-e", "enhanced"]
Payment = Literal["pcc", "tcc", "npcc", "apo"]
Decided = Literal["exit", "investment", "coding", "program"]


def _track(value: object) -> object:
    return value.replace("_", "-") if isinstance(value, str) else value


def _stated(tables: dict[str, Any]) -> dict[str, Any] | None:
    return {name: table.model_dump(exclude_none=True) for name, table in tables.items()} or None


class Terms(Table):
    """What a contract says. What is left out is as in the table around it, or the default stated here."""

    program: ProgramName | None = Field(None, description="none: the ACO does not act")
    risk_option: RiskOption | None = Field(
        None, description="share of the risk taken in LEAD and REACH; global where nothing is said"
    )
    track: Annotated[Track | None, BeforeValidator(_track)] = Field(
        None,
        description=(
            "track of the Shared Savings Program in the first year of the agreement; BASIC rises a level a"
            " year to E. A file's ACO has the track of the file, any other basic-a"
        ),
    )
    agreement_start: Whole | None = Field(
        None,
        ge=EARLIEST_PY,
        le=LAST_PY,
        description=(
            "first year of the agreement, whose base years are the three before. A file's ACO in the Shared"
            " Savings Program has the file's, any other the first year it is in the program"
        ),
    )
    agreement_number: Whole | None = Field(
        None,
        ge=1,
        le=20,
        description=(
            "which agreement in the Shared Savings Program that is. A file's ACO has the file's number,"
            " other former ACOs of that program have 2, newcomers 1"
        ),
    )
    elected_rate: Fraction | None = Field(
        None,
        ge=0,
        le=1,
        description=(
            "minimum savings rate that an ACO accountable for losses elects; a file's ACO has what its"
            " published rate shows, others the sliding table"
        ),
    )
    revenue: Literal["low", "high"] | None = Field(
        None,
        description="low- or high-revenue ACO; the file's word, otherwise high where hospitals lead",
    )
    revenue_share: Fraction | None = Field(
        None,
        ge=0,
        description=(
            "Participants' Medicare revenue over the expenditure of assigned people, which limits losses in"
            " BASIC; unknown where not stated: only the benchmark limits them then"
        ),
    )
    cara: tuple[CaraContract, ...] | None = Field(
        None,
        description=(
            "episode arrangements with Preferred Providers (CARA), a table each; a list of an ACO's own takes"
            " the place of the arm's, an empty one is none"
        ),
    )
    payments: Annotated[tuple[Payment, ...] | None, BeforeValidator(several)] = Field(
        None,
        description=(
            "LEAD and ACO REACH: capitation and advances elected: pcc (primary care) or tcc (total care), and"
            " with pcc npcc (capitation of other care, LEAD's only) and apo (advanced payment of it); claims"
            " only where nothing is said"
        ),
    )
    enhanced_share: Fraction | None = Field(
        None,
        ge=0,
        le=1,
        description=(
            "enhanced PCC elected, as a share of the benchmark: an advance that is repaid, held to the rules'"
            " ceiling; none where nothing is said"
        ),
    )
    participant_reduction: Fraction | None = Field(
        None,
        ge=0,
        le=1,
        description="fee reduction of Participants' primary care under pcc; the rules' where nothing is said",
    )
    preferred_reduction: Fraction | None = Field(
        None,
        ge=0,
        le=1,
        description="fee reduction of Preferred Providers under tcc; none takes part where nothing is said",
    )
    apo_reduction: Fraction | None = Field(
        None,
        ge=0,
        le=1,
        description="fee reduction of listed providers' other care under apo; 100 % where nothing is said",
    )
    npcc_reduction: Fraction | None = Field(
        None,
        ge=0,
        le=1,
        description="fee reduction of listed providers' other care under npcc; 100 % where nothing is said",
    )
    provisional_settlement: Annotated[bool, Field(strict=True)] | None = Field(
        None,
        description="LEAD: elects a provisional settlement before the final one; false where nothing is said",
    )
    alignment: Literal["prospective", "hybrid"] | None = Field(
        None,
        description=(
            "LEAD: whose people an ACO has: prospective, as on 1 January; hybrid, those too who attest to its"
            " practices within the year, from the next month, and those whom a claims run within the year"
            " (program.values.alignment.mid_year_month) finds with newly added TINs; prospective where"
            " nothing is said"
        ),
    )
    stop_loss: Annotated[bool, Field(strict=True)] | None = Field(
        None, description="LEAD: elects stop-loss; as the rules have it where nothing is said"
    )
    home_care: Annotated[bool, Field(strict=True)] | None = Field(
        None,
        description=(
            "whether the ACO runs a home-based programme for its High Needs people, person by person, at"
            " evidence.cost.high_needs a month, with evidence.home_care.* as its effect; false: none. Where"
            " nothing is said, High Needs ACOs have one on average (evidence.cost.high_needs_enrolled,"
            " effect.high_needs)"
        ),
    )
    home_care_open: Literal["high_needs", "homebound", "after_stay"] | None = Field(
        None,
        description=(
            "to which High Needs people the programme is open: high_needs (all, where nothing is said),"
            " homebound (with a condition that impairs mobility) or after_stay (with an acute stay in the"
            " year before)"
        ),
    )
    home_care_share: Fraction | None = Field(
        None,
        ge=0,
        le=1,
        description=(
            "share of those people who take part; evidence.cost.high_needs_enrolled of High Needs ACOs where"
            " nothing is said"
        ),
    )
    medicaid_partnership: Annotated[bool, Field(strict=True)] | None = Field(
        None,
        description=(
            "LEAD: whether the ACO has an arrangement with Medicaid, which acts in a partner state where"
            " program.values.medicaid.alignment is on: people with full Medicaid benefits whom nothing else"
            " aligns are aligned to it; false where nothing is said"
        ),
    )
    exit_notice: Annotated[str, Field(pattern=r"^20[1-3][0-9]-(0[1-9]|1[0-2])$")] | None = Field(
        None,
        description=(
            "LEAD: month in which the ACO gives notice that it leaves, such as 2029-05: that year is settled"
            " as the rules have it (exit.*), and it is out from the next January on"
        ),
    )
    decides: Annotated[tuple[Decided, ...] | None, BeforeValidator(several)] = Field(
        None,
        description=(
            "what the ACO decides for itself instead of following the scenario: exit (leaves its program by"
            " evidence.leaving.*), investment (spending on care management by what it believes,"
            " evidence.belief.* and investment.*), coding (up to what its program's limit on risk scores"
            " leaves of it, evidence.coding.beyond), program (LEAD Global or Professional, the Shared Savings"
            " Program on the terms stated, or none, by evidence.choice.*: freely in the first year, later out"
            " of LEAD or between its options); an ACO's own list takes the place of the arm's, an empty one"
            " is nothing"
        ),
    )
    after_exit: Literal["none", "mssp"] | None = Field(
        None,
        description=(
            "where the ACO goes that leaves LEAD or ACO REACH by its own decision: none, as where nothing is"
            " said, or mssp, on the terms stated for that program, where an agreement begins"
        ),
    )
    falls_prevention: Annotated[bool, Field(strict=True)] | None = Field(
        None,
        description=(
            "LEAD: offers falls prevention (RISE to Age in Place) to aligned people of 65 and over at risk;"
            " false where nothing is said"
        ),
    )
    falls_uptake: Fraction | None = Field(
        None,
        ge=0,
        le=1,
        description=(
            "share of people at risk of falls who take falls prevention up; falls.screened times"
            " falls.accepts of the evidence where nothing is said"
        ),
    )
    home_modification: Annotated[Dollars | None, Field(ge=0, le=100_000)] = Field(
        None,
        description=(
            "what changes to the home would cost on average for each who takes falls prevention up, of which"
            " the rules pay so much a person at most; falls.modification of the evidence where it is not said"
        ),
    )
    benefits: tuple[Benefit, ...] | None = Field(
        None,
        description=(
            "LEAD: benefit enhancements and incentives that the ACO pays for, a table each; an ACO's own list"
            " takes the place of the arm's, an empty one is none"
        ),
    )


class ChangingTerms(Terms):
    """Terms, and what changes in them at the start of a later year."""

    since: Annotated[
        dict[Annotated[str, Field(pattern=r"^20[1-3][0-9]$")], Terms], PlainSerializer(_stated)
    ] = Field(default={}, description="terms that hold from a year on, by year")

    def in_year(self, year: int) -> Iterator[Terms]:
        """Yield the terms that hold in a year, later ones winning."""
        yield self
        for start in sorted(self.since):
            if int(start) <= year:
                yield self.since[start]


class Arm(ChangingTerms):
    """One arm: the world under one program choice, on the same draws as every other arm."""

    description: str = Field("", description="one line for tables and charts")
    program: ProgramName = Field(description="none: no ACO acts")
    acos: Annotated[dict[str, ChangingTerms], PlainSerializer(_stated)] = Field(
        default={}, description="terms of single ACOs, by name"
    )
    values: Raw = Field(default={}, description="rulebook keys with other values in this arm only")
    evidence: Raw = Field(default={}, description="evidence keys with other values in this arm only")
    behaviour: Rules = Field(Rules(), description="rules by which agents decide in this arm only")

    def terms(self, aco: str | None, year: int) -> dict[str, Any]:
        """Return the terms of an ACO in a year, None standing for every ACO without a table of its own.

        What is stated for the ACO wins over what is stated for the arm; in both, later years win. Whoever has
        given notice is out of LEAD from the next year on.
        """
        found = self.stated(aco, year)
        if found["program"] == "lead" and int(found.get("exit_notice", f"{year}")[:4]) < year:
            found["program"] = NO_PROGRAM
        return found

    def stated(self, aco: str | None, year: int) -> dict[str, Any]:
        """Return the same as if nobody who gives notice left."""
        layers = [*self.in_year(year), *(self.acos[aco].in_year(year) if aco in self.acos else ())]
        found: dict[str, Any] = {}
        for layer in layers:
            found |= {
                name: getattr(layer, name) for name in Terms.model_fields if getattr(layer, name) is not None
            }
        return found

    def place_of(self, root: str, aco: str | None, year: int, term: str) -> str:
        """Return the key that has the last word on a term of an ACO in a year; of the arm where none has.

        Parameters
        ----------
        root : str
            Key of the arm.
        aco : str or None
            None for every ACO without a table of its own.
        year : int
        term : str
            Name of a field.
        """
        tables: list[tuple[str, ChangingTerms]] = [(root, self)]
        if aco in self.acos:
            tables.append((f"{root}.acos.{aco}", self.acos[str(aco)]))
        place = root
        for key, table in tables:
            if getattr(table, term) is not None:
                place = key
            for since in sorted(table.since):
                if int(since) <= year and getattr(table.since[since], term) is not None:
                    place = f"{key}.since.{since}"
        return f"{place}.{term}"

    def programs(self, years: range) -> dict[str, set[int]]:
        """Return the programs that some ACO of the arm is in or may go to, with the years."""
        found: dict[str, set[int]] = {}
        for year in years:
            for aco in (None, *self.acos):
                terms = self.terms(aco, year)
                for program in (terms["program"], *may_go_to(terms, year, years)):
                    found.setdefault(program, set()).add(year)
        return found


def may_be(terms: dict[str, Any], year: int, years: range) -> Iterator[dict[str, Any]]:
    """Yield terms of a year as they are stated, and as an ACO may make them that decides."""
    yield terms
    for program in sorted(may_go_to(terms, year, years) - {terms["program"]}):
        yield terms | {"program": program}
    if "program" in terms.get("decides", ()):
        for option in OPTIONS:
            yield terms | {"program": "lead", "risk_option": option}


def may_go_to(terms: Mapping[str, Any], year: int, years: range) -> set[str]:
    """Return the programs that an ACO of these terms may be in in a year by its own decision."""
    decides, found = terms.get("decides", ()), set[str]()
    if "program" in decides:
        found |= {"lead", "mssp"}
    if "exit" in decides and found | {terms["program"]} & {"lead", "reach"} and year > years[0]:
        found |= {terms.get("after_exit", NO_PROGRAM)} - {NO_PROGRAM}
    return found
