"""Scenario files as layers: TOML read and `extends` followed."""

from __future__ import annotations

import codecs
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from sim.inputs.faults import Fault, InputError

Tree = dict[str, Any]

# Larger files are no scenarios, and devices have no end.
MOST_BYTES = 2**24
# Tables, lists and dotted keys in each other: a scenario needs about eight.
DEEPEST = 24


@dataclass(frozen=True, slots=True)
class Layer:
    """One source of scenario values.

    Attributes
    ----------
    label : str
        What a fault calls it: the file as the user named it, or ``--set``.
    directory : Path
        Folder that relative paths in this layer start from.
    tree : dict
        Nested values; dotted keys are already nested.
    patch : bool
        Whether it only changes a scenario, as a command line does, and is no file of its own.
    """

    label: str
    directory: Path
    tree: Tree
    patch: bool = False


@dataclass(slots=True)
class _Reader:
    faults: list[Fault] = field(default_factory=list)
    known: dict[Path, list[Layer]] = field(default_factory=dict)

    def read(self, path: Path, label: str, chain: tuple[Path, ...]) -> list[Layer]:
        try:
            place = path.resolve()
            if place not in self.known:
                with path.open("rb") as file:
                    content = file.read(MOST_BYTES + 1)
                if len(content) > MOST_BYTES:
                    raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
                self.known[place] = self.parse(_decoded(content), label, path.parent, (*chain, place))
        except (OSError, ValueError) as error:
            reason = error.strerror if isinstance(error, OSError) else str(error)
            reason = "it is not UTF-8 text" if isinstance(error, UnicodeDecodeError) else reason
            self.faults.append(Fault(label, "", f"cannot be read ({reason})", "must be a readable TOML file"))
            return []
        return self.known[place]

    def parse(self, text: str, label: str, directory: Path, chain: tuple[Path, ...]) -> list[Layer]:
        tree, faults = _toml(text, label)
        self.faults += faults
        layers: list[Layer] = []
        for parent in self.parents(tree.pop("extends", []), label):
            path = directory / parent
            shown = str(Path(label).parent / parent)
            if "\0" not in parent and path.resolve() in chain:
                circle = " -> ".join([*(step.name for step in chain), path.name])
                self.faults.append(Fault(label, "extends", f"runs in a circle: {circle}", "must not"))
            else:
                layers += self.read(path, shown, chain)
        return _once([*layers, Layer(label, directory, tree)])

    def parents(self, value: object, label: str) -> list[str]:
        names = [value] if isinstance(value, str) else value
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return names
        self.faults.append(Fault(label, "extends", f"= {value!r}", "must be a file name or a list of them"))
        return []


def _toml(text: str, label: str) -> tuple[Tree, list[Fault]]:
    """Return what a text says, or why it is no TOML that a scenario may be."""
    try:
        tree = tomllib.loads(text.removeprefix("\ufeff"))
    except tomllib.TOMLDecodeError as error:
        return {}, [Fault(label, "", f"is not valid TOML: {error}", "see https://toml.io")]
    except RecursionError:
        return {}, [_too_deep(label, "")]
    except ValueError:
        # tomllib leaves integers to Python, which reads no more than 4,300 digits.
        return {}, [
            Fault(label, "", "has an integer of thousands of digits", "must hold numbers to count with")
        ]
    fault = _depth_fault(tree, label)
    return ({}, [fault]) if fault else (nested(tree), [])


def _depth_fault(tree: Mapping[str, Any], label: str) -> Fault | None:
    """Return the fault of tables, lists and dotted keys nested more deeply than any scenario's."""
    left: list[tuple[Any, int, str]] = [(tree, 0, "")]
    while left:
        value, depth, first = left.pop()
        if depth > DEEPEST:
            return _too_deep(label, first)
        if isinstance(value, Mapping):
            for key, item in value.items():
                names = str(key).count(".") + 1
                left.append((item, depth + names, first or str(key).split(".")[0]))
        elif isinstance(value, list):
            left += [(item, depth + 1, first) for item in value]
    return None


def _too_deep(label: str, key: str) -> Fault:
    return Fault(
        label, key, "is nested too deeply", f"must have at most {DEEPEST} tables or lists in each other"
    )


def _once(layers: list[Layer]) -> list[Layer]:
    """Leave out all but the first and the last time a file comes: its keys' order, and its values.

    A file that many others extend would come for each of them, and twice as often at each further step.
    """
    places: dict[int, list[int]] = {}
    for at, layer in enumerate(layers):
        places.setdefault(id(layer), []).append(at)
    kept = {at for found in places.values() for at in (found[0], found[-1])}
    return [layer for at, layer in enumerate(layers) if at in kept]


def _decoded(content: bytes) -> str:
    """Return the text of a file; editors on Windows mark UTF-8 and write UTF-16."""
    marked = len(content) > 2 and content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if marked else "utf-8")


def read_layers(path: Path) -> list[Layer]:
    """Read a scenario file and everything it extends.

    Parameters
    ----------
    path : Path
        The scenario file.

    Returns
    -------
    list of Layer
        Earliest first; later layers win.

    Raises
    ------
    InputError
        With every file that is missing, unreadable, not TOML or extends itself.
    """
    reader = _Reader()
    layers = reader.read(path, str(path), ())
    if reader.faults:
        raise InputError(dict.fromkeys(reader.faults))
    return layers


def text_layers(text: str, directory: Path, label: str = "scenario text") -> list[Layer]:
    """Read a scenario from text; paths in it start from `directory`. Raises as :func:`read_layers` does."""
    reader = _Reader()
    layers = reader.parse(text, label, directory, ())
    if reader.faults:
        raise InputError(dict.fromkeys(reader.faults))
    return layers


def patch_layer(label: str, changes: Mapping[str, Any]) -> Layer:
    """Return a layer of changes on top of a file; paths in it start from the working folder.

    Numbers, flags and arrays of NumPy and pandas, paths and tuples are taken for what TOML has for them.
    """
    tree = _as_toml(changes)
    if fault := _depth_fault(tree, label):
        raise InputError(fault)
    return Layer(label, Path.cwd(), nested(tree), patch=True)


def _as_toml(value: Any) -> Any:
    """Return a value of Python as tomllib would have read it, what TOML has no word for as it is."""
    if isinstance(value, Mapping):
        return {str(key): _as_toml(item) for key, item in value.items()}
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    if hasattr(value, "tolist"):
        return _as_toml(value.tolist())
    if isinstance(value, list | tuple | range):
        return [_as_toml(item) for item in value]
    if isinstance(value, Fraction | Decimal):
        return float(value)
    return value


def settings_layer(settings: Sequence[str]) -> Layer:
    """Turn ``key=value`` settings from a command line into a layer; paths start from the working folder.

    A value is read as TOML where it is TOML (``5``, ``true``, ``["a"]``), as plain text otherwise (``5 %``).

    Raises
    ------
    InputError
        With every setting that has no ``=`` or no key.
    """
    tree: Tree = {}
    faults = []
    for setting in settings:
        key, equals, text = setting.partition("=")
        if not equals or not all(part.strip() for part in key.split(".")):
            faults.append(Fault("--set", "", f"{setting!r} is not a setting", "must read KEY=VALUE"))
            continue
        change = {_unquoted(key): _toml_value(text.strip())}
        if fault := _depth_fault(change, "--set"):
            faults.append(fault)
        else:
            overlay(tree, nested(change))
    if faults:
        raise InputError(faults)
    return patch_layer("--set", tree)


def _unquoted(key: str) -> str:
    """Return a dotted key without the quotes that TOML lets its parts have."""
    if '"' not in key and "'" not in key:
        return key.strip()
    try:
        value: object = tomllib.loads(f"{key} = 0")
    except (ValueError, RecursionError):
        return key.strip()
    parts = []
    while isinstance(value, dict):
        (part, value), *_ = value.items()
        parts.append(part)
    return ".".join(parts)


def _toml_value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (ValueError, KeyError, RecursionError):
        return text


def nested(tree: Mapping[str, Any]) -> Tree:
    """Return `tree` with quoted dotted keys (``"discount.global"``) written as tables."""
    result: Tree = {}
    for key, value in tree.items():
        inner = nested(value) if isinstance(value, Mapping) else value
        first, *rest = key.split(".")
        for part in reversed(rest):
            inner = {part: inner}
        overlay(result, {first: inner})
    return result


def overlay(tree: Tree, over: Mapping[str, Any]) -> None:
    """Lay `over` on `tree` in place: tables merge, everything else is replaced."""
    for key, value in over.items():
        below = tree.get(key)
        if isinstance(value, Mapping) and isinstance(below, dict):
            overlay(below, value)
        else:
            tree[key] = nested(value) if isinstance(value, Mapping) else value


def table(tree: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    """Return the table under `key`, an empty one where there is none or it is no table."""
    found = tree.get(key)
    return found if isinstance(found, Mapping) else {}


def leaves(tree: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """Yield each value with its dotted path; an empty table counts as a value."""
    for key, value in tree.items():
        path = f"{prefix}{key}"
        if isinstance(value, Mapping) and value:
            yield from leaves(value, path + ".")
        else:
            yield path, value
