"""What a key of a scenario file takes, in words: type, choices, bounds and default."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sim.inputs.explain import plain_text
from sim.inputs.rulebook import available_rulebooks
from sim.inputs.scenario_acos import QUANTITIES
from sim.inputs.scenario_arms import LAST_PY
from sim.inputs.scenario_schema import LISTED, Population, model_at

_TYPES: dict[object, str] = {
    bool: "true or false",
    int: "a whole number",
    float: "a number, or a percentage such as 5 %",
    str: "text",
    dict: "a table",
    tuple: "a list",
}
_BOUNDS = (("ge", "{} <= "), ("gt", "{} < "), ("le", " <= {}"), ("lt", " < {}"))

# Stands in a key for the name of any ACO or arm, or for any year, that the key leaves out.
ANY = "*"


def completed(steps: Sequence[int | str]) -> list[int | str]:
    """Return a key's steps with :data:`ANY` where it leaves out which ACO, arm or year it means.

    ``population.acos.lives`` means the lives of any ACO, ``arms.since.track`` the track of any arm from any
    year on. A step that is no key of an ACO, arm or year is taken for a name.
    """
    full: list[int | str] = []
    for step in steps:
        item = model_at([*full, ANY]) if _holds_items(full) else None
        if item is not None and step in item.model_fields:
            full.append(ANY)
        full.append(step)
    return full


def _holds_items(steps: Sequence[int | str]) -> bool:
    """Return whether items by name, place or year stand directly in the table or list at `steps`."""
    if steps in (["arms"], ["population", "acos"]):
        return True
    around = model_at(steps[:-1]) if steps else None
    named = {"acos", "since", *LISTED} & set(around.model_fields) if around else set()
    return bool(named) and around is not Population and steps[-1] in named


def field_rows(loc: Iterable[int | str]) -> list[tuple[str, str]]:
    """Return (label, text) rows of the field at `loc` (keys and list positions); none where there is none."""
    *around, last = loc
    model = model_at(around)
    field = model.model_fields.get(str(last)) if model else None
    if field is None:
        return []
    kinds = list(_kinds(field.annotation))
    items = [item for kind in kinds if get_origin(kind) is tuple for item in get_args(kind)]
    choices = [word for kind in (*kinds, *items) if get_origin(kind) is Literal for word in get_args(kind)]
    if [*around, last] == ["program", "rulebook"]:
        choices = available_rulebooks()
    # A type that is annotated itself, and not in a union, leaves what it says with the field.
    said = [*field.metadata, *_said(field.annotation)]
    quantity = [text for kind, text in QUANTITIES.items() if get_args(kind)[1] in said]
    types = quantity or [_type(kind) for kind in kinds]
    rows = [("type", " or ".join(dict.fromkeys(types)))]
    rows += [("choices", ", ".join(map(str, choices)))] if choices else []
    bounds = {name: getattr(one, name) for one in field.metadata for name, _ in _BOUNDS if hasattr(one, name)}
    if bounds:
        low, high = (
            "".join(form.format(_plain(bounds[name])) for name, form in part if name in bounds)
            for part in (_BOUNDS[:2], _BOUNDS[2:])
        )
        rows.append(("bounds", f"{low}value{high}"))
    return [*rows, ("default", _default(field))]


def _plain(bound: float) -> str:
    """Return a bound; years have no mark between thousands."""
    return f"{bound:g}" if abs(bound) <= LAST_PY else f"{int(bound):,}"


def _kinds(annotation: Any) -> Iterator[Any]:
    """Yield what a value may be, without `None` and what is only said about it."""
    if get_origin(annotation) is Annotated:
        yield from _kinds(get_args(annotation)[0])
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _kinds(part)
    elif annotation is not NoneType:
        yield annotation


def _said(annotation: Any) -> Iterator[Any]:
    """Yield what is said about a type or the parts of a union: validators and bounds."""
    if get_origin(annotation) is Annotated:
        inner, *said = get_args(annotation)
        yield from said
        yield from _said(inner)
    elif get_origin(annotation) in (Union, UnionType):
        for part in get_args(annotation):
            yield from _said(part)


def _type(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return "a whole number" if all(isinstance(word, int) for word in get_args(kind)) else "a word"
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return "a table"
    return _TYPES[get_origin(kind) or kind]


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "none: it must be given"
    if isinstance(field.default, BaseModel) or field.default in (None, "", (), {}):
        return "nothing"
    return plain_text(field.default)
