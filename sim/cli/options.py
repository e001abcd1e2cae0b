"""Options that several subcommands take."""

from __future__ import annotations

from typing import Annotated

from cyclopts import Parameter

Settings = Annotated[
    tuple[str, ...],
    Parameter(name="--set", help="KEY=VALUE: change a scenario value; may be given again.", negative=()),
]
Json = Annotated[bool, Parameter(name="--json", help="Print JSON instead of text.", negative=())]
