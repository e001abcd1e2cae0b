"""The shape of a scenario file: every key with its type, bounds and one line of meaning."""

from __future__ import annotations

from collections.abc import Iterable
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, Discriminator, Field, Tag

from sim.inputs.scenario_acos import NAME, Aco, Flag, unfolded
from sim.inputs.scenario_arms import (
    EARLIEST_PY,
    LAST_PY,
    Arm,
    ChangingTerms,
    Raw,
    Terms,
)
from sim.inputs.scenario_benefits import Benefit
from sim.inputs.scenario_cara import CaraContract
from sim.inputs.scenario_precision import Precision
from sim.inputs.scenario_rules import Rules
from sim.inputs.scenario_sweep import Sweep
from sim.inputs.scenario_values import Fraction, Table, Whole

FIRST_PY = 2027
# Terms that are lists of tables.
LISTED: dict[str, type[BaseModel]] = {"cara": CaraContract, "benefits": Benefit}


def _acos_kind(value: object) -> str:
    return "id" if isinstance(value, str) else "table"


class Study(Table):
    """What the experiment is called, its seed and its size."""

    name: str = Field(pattern=NAME, description="names the results; letters, digits, - and _")
    title: str = Field("", description="one line for tables and charts")
    seed: Whole = Field(20270101, ge=0, le=2**63 - 1, description="key of every random draw")
    replicates: Whole = Field(16, ge=1, description="independent simulated decades")
    parameter_uncertainty: Flag = Field(
        False,
        description="draw uncertain evidence anew in every replicate instead of using its central value",
    )
    provider_books: Flag = Field(
        False,
        description="keep the books of each practice and specialist: income statements, and what arms change",
    )
    evaluation_panel: Flag = Field(
        False,
        description="keep what an evaluation looks at: people of ACOs and comparison people, base years on",
    )
    reference_arm: str = Field("no_aco", description="the arm that the others are compared with")
    precision: Precision | None = Field(
        None, description="figure to be known so well that replicates are added until it is; absent: none are"
    )


class Horizon(Table):
    """The performance years simulated."""

    first_py: Whole = Field(FIRST_PY, ge=EARLIEST_PY, le=LAST_PY, description="first performance year")
    last_py: Whole = Field(LAST_PY, ge=EARLIEST_PY, le=LAST_PY, description="last performance year")


class Population(Table):
    """The starting world: a CMS public use file of MSSP results, or synthetic ACOs."""

    mssp_puf: str | None = Field(
        None, pattern=r"^[^\x00]+$", description="path of an MSSP performance file (.csv or .csv.gz)"
    )
    mssp_year: Whole | None = Field(
        None, ge=2013, le=LAST_PY, description="performance year of the file, where its name does not say"
    )
    first: Whole | None = Field(
        None, ge=1, description="take only the first so many of the file's ACOs, or of those listed"
    )
    acos_per_market: Whole = Field(
        1, ge=1, le=1000, description="how many of the file's ACOs, of like size and risk, share a market"
    )
    acos: tuple[
        Annotated[Annotated[str, Tag("id")] | Annotated[Aco, Tag("table")], Discriminator(_acos_kind)], ...
    ] = Field((), description="ACO ids to take from the file, or [[population.acos]] tables")
    aco_market_share: Fraction = Field(
        0.5,
        ge=1e-4,
        le=1,
        description="share of a market's Original Medicare people who are in the simulated ACOs",
    )

    @property
    def aco_ids(self) -> tuple[str, ...]:
        """Ids to take from the MSSP file; empty means all."""
        return tuple(aco for aco in self.acos if isinstance(aco, str))

    @property
    def synthetic(self) -> tuple[Aco, ...]:
        """One entry per synthetic ACO, `count` unfolded into names ending in -1, -2, ..."""
        return tuple(
            aco.model_copy(update={"name": name, "count": 1})
            for aco in self.acos
            if isinstance(aco, Aco)
            for name in unfolded(aco.name, aco.count)
        )


class Program(Table):
    """The rulebook, and what this scenario changes in it."""

    rulebook: str = Field("lead-py2027", description="a rulebook of sim/programs")
    values: Raw = Field(default={}, description="rulebook keys with other values")


class ScenarioTables(Table):
    """The whole file."""

    schema_version: Literal[1] = Field(description="version of this file format")
    study: Study = Field(description=str(Study.__doc__))
    horizon: Horizon = Field(Horizon(), description=str(Horizon.__doc__))
    population: Population = Field(description=str(Population.__doc__))
    program: Program = Field(Program(), description=str(Program.__doc__))
    evidence: Raw = Field(default={}, description="evidence keys with other values")
    behaviour: Rules = Field(Rules(), description=str(Rules.__doc__))
    arms: dict[Annotated[str, Field(pattern=NAME)], Arm] = Field(
        min_length=1, description="named arms, compared on common draws"
    )
    sweep: Sweep | None = Field(None, description=str(Sweep.__doc__))


def model_at(loc: Iterable[int | str]) -> type[BaseModel] | None:
    """Return the model of the table at `loc` (keys and list positions), None where there is none."""
    model: type[BaseModel] | None = ScenarioTables
    steps = list(loc)
    while steps and model:
        step = steps.pop(0)
        if model is ScenarioTables and step == "arms":
            model, steps = Arm, steps[1:]
        elif model is Population and step == "acos":
            model, steps = Aco, steps[1:]
        elif model is Arm and step == "acos":
            model, steps = ChangingTerms, steps[1:]
        elif issubclass(model, ChangingTerms) and step == "since":
            model, steps = Terms, steps[1:]
        elif issubclass(model, Terms) and step in LISTED:
            model, steps = LISTED[str(step)], steps[1:]
        else:
            found = model.model_fields.get(str(step))
            model = _table_of(found.annotation) if found else None
    return model


def _table_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model of a field that holds a table, stated or not; None where it holds anything else."""
    kinds = get_args(annotation) if get_origin(annotation) in (Union, UnionType) else (annotation,)
    return next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def known_keys(loc: Iterable[int | str]) -> dict[str, str]:
    """Return the keys known in the table at `loc`, each with its one-line description."""
    model = model_at(loc)
    return {name: field.description or "" for name, field in model.model_fields.items()} if model else {}


def choices_at(loc: list[int | str]) -> tuple[Any, ...]:
    """Return the words that the field at `loc` may have."""
    if isinstance(loc[-1], int):
        # The words of a list are those of its items.
        items = [part for kind in choices_at(loc[:-1]) for part in get_args(kind)]
        return tuple(items) or choices_at(loc[:-1])
    model = model_at(loc[:-1])
    kind = model.model_fields[str(loc[-1])].annotation if model else None
    if get_origin(kind) in (Union, UnionType):
        return tuple(word for part in get_args(kind) for word in get_args(part))
    return get_args(kind)
