"""A first scenario as text: one ACO or those of a CMS file, every value with what it means and may be."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sim.inputs.scenario_fields import field_rows
from sim.inputs.scenario_schema import known_keys

_WIDTH = 100
_BOUND = "\N{NO-BREAK SPACE}<=\N{NO-BREAK SPACE}"
# Values shown where none is stated, each sound by itself; a comment in the text.
_EXAMPLES: dict[str, Any] = {
    "title": "My ACO in LEAD",
    "parameter_uncertainty": True,
    "provider_books": True,
    "mssp_year": 2022,
    "former_mssp": True,
    "high_needs_share": "15 %",
    "efficiency": "-3 %",
    "prior_savings": "2.5 %",
    "mix": {"aged_dual": "14 %", "disabled": "12 %"},
    "spending": {"aged_dual": 1.08, "aged_non_dual": 1.02},
    "risk": {"aged_non_dual": 1.05},
    "effect": "-3.5 %",
    "effect_scale": 1.0,
    "fixed_cost": "1.4 million USD/year",
    "cost_per_person": "9 USD/month",
    "reserves": "2 million USD",
    "market_share": "25 %",
    "partner_state": True,
    "region": "east",
}
_HEAD = """\
# Lines like this one say what the value below them means and may be.
# A line such as #efficiency = "-3 %" is a value that may be set as well: take away the #.
"""
_TAIL = """\
# Rules of a program and evidence on behaviour have values of their own, for all arms or for one:
# leadsim explain program.values and leadsim explain evidence list them.
"""


@dataclass(frozen=True, slots=True)
class Start:
    """What a first scenario is asked for.

    Attributes
    ----------
    name : str
        Of the study, and of the ACO where no file names it.
    risk_options : tuple of str
        Each has an arm in LEAD.
    with_mssp : bool
        Whether an arm stays in the Shared Savings Program.
    aco : mapping of str to object
        Keys of the ACO's table that are stated; empty where a file gives the ACOs.
    mssp_puf : str or None
        Path of a CMS file, from the scenario's folder.
    mssp_year : int or None
        Performance year of that file, where it is stated.
    ids : tuple of str
        ACOs to take from the file; empty means all.
    """

    name: str
    risk_options: tuple[str, ...]
    with_mssp: bool
    aco: Mapping[str, Any]
    mssp_puf: str | None = None
    mssp_year: int | None = None
    ids: tuple[str, ...] = ()


def start_text(start: Start) -> str:
    """Return the scenario as TOML with comments."""
    arms: dict[str, dict[str, Any]] = {"no_aco": {"description": "no ACO acts", "program": "none"}}
    for option in start.risk_options:
        arms[f"lead_{option}"] = {
            "description": f"LEAD, {option.capitalize()} risk option",
            "program": "lead",
            "risk_option": option,
        }
    if start.with_mssp:
        # A file says which track and agreement its ACOs are in.
        terms = {} if start.mssp_puf else {"track": "enhanced", "agreement_start": 2027}
        arms["mssp"] = {"description": "Shared Savings Program", "program": "mssp", **terms}
    study = {"name": start.name, "seed": 20270101, "replicates": 16}
    people: dict[str, Any] = {"aco_market_share": "25 %"}
    if start.mssp_puf:
        stated = {"mssp_puf": start.mssp_puf, "mssp_year": start.mssp_year, "acos": list(start.ids)}
        people = {key: value for key, value in stated.items() if value} | people
    parts = [
        _HEAD,
        *_lines(["schema_version"], {"schema_version": 1}),
        *_table("study", study, ("title", "parameter_uncertainty", "provider_books")),
        *_table("horizon", {"first_py": 2027, "last_py": 2036}),
        *_table("population", people, ("mssp_year",) if start.mssp_puf else ()),
        *(() if start.mssp_puf else _aco(start.aco)),
    ]
    for arm, values in arms.items():
        parts += _table(f"arms.{arm}", values)
    return "\n".join([*parts, _TAIL])


def _aco(stated: Mapping[str, Any]) -> Iterator[str]:
    open_ = [key for key in known_keys(["population", "acos", 0]) if key not in stated and key in _EXAMPLES]
    yield "# One ACO; further tables like this one are further ACOs.\n[[population.acos]]\n"
    yield from _lines(["population", "acos", 0], stated, open_)


def _table(path: str, stated: Mapping[str, Any], open_: Iterable[str] = ()) -> Iterator[str]:
    place: list[str | int] = list(path.split("."))
    meaning = known_keys(place[:-1]).get(str(place[-1])) or "One arm: the world under one choice of program."
    yield f"{_comment(meaning)}\n[{path}]\n"
    yield from _lines(place, stated, open_)


def _lines(place: list[str | int], stated: Mapping[str, Any], open_: Iterable[str] = ()) -> Iterator[str]:
    around = [] if place == ["schema_version"] else place
    known = known_keys(around)
    for key in known:
        if key not in stated and key not in open_:
            continue
        rows = dict(field_rows([*around, key]))
        may_be = [rows["type"], *(f"{name}: {rows[name]}" for name in ("choices", "bounds") if name in rows)]
        if key not in stated:
            may_be.append(f"default: {rows['default']}")
        value = stated[key] if key in stated else _EXAMPLES[key]
        off = "" if key in stated else "#"
        yield f"{_comment(known[key])}\n{_comment('; '.join(may_be))}\n{off}{key} = {_value(value)}\n"


def _comment(text: str) -> str:
    """Return a text as lines that begin with #, starting with a capital letter."""
    text = text[0].upper() + text[1:].replace(" <= ", _BOUND)  # bounds stay on one line
    return textwrap.fill(text, _WIDTH, initial_indent="# ", subsequent_indent="# ").replace(_BOUND, " <= ")


def _value(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{key} = {_value(item)}" for key, item in value.items()) + " }"
    return json.dumps(value, ensure_ascii=False)
