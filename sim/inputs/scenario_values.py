"""What every table of a scenario file is made of: shares, whole numbers, and tables that know their keys."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from sim.inputs.units import parse_quantity

Fraction = Annotated[float, BeforeValidator(lambda value: parse_quantity(value, "1"))]
Whole = Annotated[int, Field(strict=True)]


def several(value: object) -> object:
    """Return a list of one word for a word that stands alone."""
    return [value] if isinstance(value, str) else value


class Table(BaseModel):
    """A table of a scenario file: unknown keys are faults, values never change after loading."""

    model_config = ConfigDict(frozen=True, extra="forbid")
