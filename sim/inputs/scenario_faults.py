"""What is wrong with a scenario, told as faults: pydantic's findings, and what no single key shows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sim.inputs.faults import Fault, nearest, shortened, unknown_aco, unknown_key, wrong_choice
from sim.inputs.scenario_acos import MOST_ACOS, MOST_LIVES, unfolded
from sim.inputs.scenario_arms import LAST_PY, NO_PROGRAM, ProgramName
from sim.inputs.scenario_file import leaves, table
from sim.inputs.scenario_merge import Merged
from sim.inputs.scenario_schema import FIRST_PY, Study, choices_at, known_keys
from sim.inputs.units import parse_quantity

_BOUND = {
    "greater_than": ("gt", "more than"),
    "greater_than_equal": ("ge", "at least"),
    "less_than": ("lt", "less than"),
    "less_than_equal": ("le", "at most"),
}
_KIND = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "bool_type": "true or false",
    "string_type": "text",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "tuple_type": "a list",
}


def schema_faults(error: ValidationError, merged: Merged) -> list[Fault]:
    """Tell every finding of pydantic as a fault with file, key path, value and what is allowed."""
    return [_fault(detail, merged) for detail in error.errors()]


def _fault(detail: ErrorDetails, merged: Merged) -> Fault:
    loc = [part for part in detail["loc"] if part not in ("id", "table", "[key]")]
    key, field = key_path(loc), _field_text(loc)
    file, kind, ctx = merged.file(key), detail["type"], detail.get("ctx", {})
    key, value = merged.written(key), _written(merged.tree, loc, detail["input"])
    if kind == "extra_forbidden":
        return unknown_key(file, key, known_keys(loc[:-1]))
    if kind == "missing":
        return Fault(file, key, "is missing", f"must be given: {field}")
    if kind in _BOUND:
        name, words = _BOUND[kind]
        bound = f"{int(ctx[name]):,}" if ctx[name] > LAST_PY else f"{ctx[name]:g}"
        return Fault(file, key, f"= {shortened(value)}", f"must be {words} {bound} ({field})")
    if kind == "literal_error":
        choices = choices_at(loc)
        if all(isinstance(choice, str) for choice in choices):
            return wrong_choice(file, key, value, choices)
        return Fault(file, key, f"= {shortened(value)}", f"must be {' or '.join(map(str, choices))}")
    if kind == "string_pattern_mismatch":
        return Fault(
            file,
            key,
            f"= {shortened(value)}",
            "must start with a letter or digit, then letters, digits, - and _",
        )
    if kind in _KIND:
        return Fault(
            file, key, f"= {shortened(value)}", f"must be {_KIND[kind]}{f' ({field})' if field else ''}"
        )
    if kind == "value_error":
        return Fault(file, key, str(ctx["error"]), f"must be a quantity: {field}")
    return Fault(file, key, f"= {shortened(value)}", detail["msg"])


def _written(tree: Any, loc: Iterable[int | str], parsed: object) -> object:
    """Return the value at `loc` as the user wrote it; `parsed` where a list or table was expected there."""
    for step in loc:
        if isinstance(tree, str):
            # One word may stand for a list of one.
            return parsed
        try:
            tree = tree[step]
        except (KeyError, IndexError, TypeError):
            return parsed
    return tree


def key_path(loc: Iterable[int | str]) -> str:
    """Return pydantic's location as written in faults: ``population.acos[2].lives``."""
    path = ""
    for part in loc:
        path += f"[{part}]" if isinstance(part, int) else f".{part}" if path else part
    return path


def _field_text(loc: list[int | str]) -> str:
    keys = known_keys(loc[:-1])
    return keys.get(str(loc[-1]), "") if loc else ""


def cross_faults(merged: Merged) -> list[Fault]:
    """Find what no single key shows: an absent reference arm, a backward horizon, two kinds of population.

    Works on the raw tree, so that these faults are reported together with all others.
    """
    tree = merged.tree
    return [
        *merged.faults,
        *_reference_faults(table(tree, "study"), table(tree, "arms"), merged),
        *_horizon_faults(table(tree, "horizon"), merged),
        *_population_faults(table(tree, "population"), merged),
        *_aco_name_faults(table(tree, "population"), table(tree, "arms"), merged),
    ]


def _reference_faults(study: Mapping[str, Any], arms: Mapping[str, Any], merged: Merged) -> list[Fault]:
    reference = study.get("reference_arm", Study.model_fields["reference_arm"].default)
    if not arms or not isinstance(reference, str):
        return []
    if reference not in arms:
        problem = f"= {shortened(reference)} is not an arm"
        allowed = f"must name one of the arms {', '.join(arms)}"
        return [
            Fault(
                merged.file("study.reference_arm"),
                "study.reference_arm",
                problem,
                allowed,
                nearest(reference, arms),
            )
        ]
    return _acting_in_reference(reference, table(arms, reference), merged)


def _acting_in_reference(reference: str, arm: Mapping[str, Any], merged: Merged) -> list[Fault]:
    faults = []
    for path, value in leaves(arm):
        if path.rpartition(".")[2] == "program" and value in get_args(ProgramName) and value != NO_PROGRAM:
            key = f"arms.{reference}.{path}"
            allowed = "must be none, as this is the reference arm"
            faults.append(Fault(merged.file(key), key, f"= {shortened(value)}", allowed))
    return faults


def _horizon_faults(horizon: Mapping[str, Any], merged: Merged) -> list[Fault]:
    first, last = horizon.get("first_py", FIRST_PY), horizon.get("last_py", LAST_PY)
    if isinstance(first, int) and isinstance(last, int) and last < first:
        key = "horizon.last_py"
        return [Fault(merged.file(key), key, f"= {last}", f"must not come before first_py = {first}")]
    return []


def _population_faults(population: Mapping[str, Any], merged: Merged) -> list[Fault]:
    acos = population.get("acos", [])
    listed = acos if isinstance(acos, list) else []
    file = merged.file("population")
    faults = []
    if "mssp_puf" in population:
        if any(isinstance(aco, Mapping) for aco in listed):
            allowed = "must be ACO ids where population.mssp_puf gives the ACOs"
            faults.append(Fault(merged.file("population.acos"), "population.acos", "holds tables", allowed))
        return faults
    if not listed:
        allowed = 'must give mssp_puf = "FILE" or at least one [[population.acos]] table'
        faults.append(Fault(file, "population", "has no ACO", allowed))
    for key in ("mssp_year", "first"):
        if key in population:
            faults.append(
                Fault(merged.file(f"population.{key}"), f"population.{key}", "has no file", "needs mssp_puf")
            )
    for i, aco in enumerate(listed):
        if isinstance(aco, str):
            allowed = "must be a table, as there is no population.mssp_puf to take ids from"
            faults.append(
                Fault(merged.file("population.acos"), f"population.acos[{i}]", f"= {shortened(aco)}", allowed)
            )
    counts = Counter(aco_names(population))
    for name in sorted(name for name, count in counts.items() if count > 1):
        faults.append(
            Fault(
                merged.file("population.acos"),
                "population.acos",
                f"name {name!r} is used {'twice' if counts[name] == 2 else f'{counts[name]} times'}",
                "must be unique, those that count makes too",
            )
        )
    lives = sum(_lives(aco) for aco in listed)
    if lives > MOST_LIVES:
        problem = f"has ACOs of {lives:,} lives in all"
        faults.append(
            Fault(file, "population.acos", problem, f"must be at most {MOST_LIVES:,}, all of Medicare")
        )
    return faults


def _aco_name_faults(population: Mapping[str, Any], arms: Mapping[str, Any], merged: Merged) -> list[Fault]:
    """Return a fault for each ACO that an arm has terms for and the population does not have.

    Where all ACOs of a file are taken, only the file knows their names; they are checked when it is read.
    """
    known = aco_names(population)
    if not known:
        return []
    return [
        unknown_aco(merged.file(f"arms.{arm}.acos.{name}"), f"arms.{arm}.acos.{name}", name, known)
        for arm in arms
        for name in table(table(arms, arm), "acos")
        if name not in known
    ]


def aco_names(population: Mapping[str, Any]) -> list[str]:
    """Return the ACOs named in a raw population table, `count` unfolded; none where a file names them."""
    acos = population.get("acos", [])
    names: list[str] = []
    for aco in acos if isinstance(acos, list) else []:
        if isinstance(aco, str):
            names.append(aco)
        elif isinstance(aco, Mapping) and isinstance(aco.get("name"), str):
            names += unfolded(aco["name"], _count(aco))
    return names


def _count(aco: Mapping[str, Any]) -> int:
    """Return how many ACOs a raw table stands for; one where it says no number that it may."""
    count = aco.get("count", 1)
    return count if isinstance(count, int) and 1 <= count <= MOST_ACOS else 1


def _lives(aco: object) -> int:
    """Return the lives of a raw table's ACOs; none where it says no number that they may have."""
    try:
        lives = parse_quantity(aco.get("lives"), "people") if isinstance(aco, Mapping) else 0.0
    except ValueError:
        return 0
    return int(lives) * _count(aco) if isinstance(aco, Mapping) and 0 < lives <= MOST_LIVES else 0
