"""Scenario files as layers: TOML read, `extends` followed, later layers win, every value's origin kept."""

from __future__ import annotations

import codecs
import os
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from sim.inputs.faults import Fault, InputError

Tree = dict[str, Any]


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


@dataclass(frozen=True, slots=True)
class Origin:
    """Where one value came from, and what it displaced.

    Attributes
    ----------
    file : str
        Label of the layer that set it.
    directory : Path
        Folder that layer's relative paths start from.
    value : object
        The value as written.
    displaced : tuple of (str, object)
        Label and value of each earlier layer that lost, latest first.
    """

    file: str
    directory: Path
    value: object
    displaced: tuple[tuple[str, object], ...] = ()


@dataclass(frozen=True, slots=True)
class Merged:
    """All layers as one tree.

    Attributes
    ----------
    tree : dict
        Nested values, later layers having won.
    origins : dict of str to Origin
        By dotted path of each value (lists count as one value).
    layers : tuple of Layer
        Earliest first.
    """

    tree: Tree
    origins: dict[str, Origin]
    layers: tuple[Layer, ...]

    @property
    def label(self) -> str:
        """Label of the scenario file itself, for faults that no single value causes."""
        return next(layer.label for layer in reversed(self.layers) if not layer.patch)

    def origin(self, key: str) -> Origin | None:
        """Return the origin of `key`, or of the nearest table or list around it that a layer wrote."""
        path = key
        while path:
            if path in self.origins:
                return self.origins[path]
            inside = [found for name, found in self.origins.items() if name.startswith(path + ".")]
            if inside:
                return inside[-1]
            path = re.sub(r"(\.[^.\[]+|\[\d+\]|^[^.\[]+)$", "", path)
        return None

    def file(self, key: str) -> str:
        """Return the label of the layer that `key` came from."""
        origin = self.origin(key)
        return origin.file if origin else self.label


@dataclass(slots=True)
class _Reader:
    layers: list[Layer] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def read(self, path: Path, label: str, chain: tuple[Path, ...]) -> None:
        try:
            text = _decoded(path.read_bytes())
        except (OSError, UnicodeDecodeError) as error:
            reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8 text"
            self.faults.append(Fault(label, "", f"cannot be read ({reason})", "must be a readable TOML file"))
            return
        self.parse(text, label, path.parent, (*chain, path.resolve()))

    def parse(self, text: str, label: str, directory: Path, chain: tuple[Path, ...]) -> None:
        try:
            tree = nested(tomllib.loads(text.removeprefix("\ufeff")))
        except tomllib.TOMLDecodeError as error:
            self.faults.append(Fault(label, "", f"is not valid TOML: {error}", "see https://toml.io"))
            return
        for parent in self.parents(tree.pop("extends", []), label):
            path = directory / parent
            shown = str(Path(label).parent / parent)
            if path.resolve() in chain:
                circle = " -> ".join([*(step.name for step in chain), path.name])
                self.faults.append(Fault(label, "extends", f"runs in a circle: {circle}", "must not"))
            else:
                self.read(path, shown, chain)
        self.layers.append(Layer(label, directory, tree))

    def parents(self, value: object, label: str) -> list[str]:
        names = [value] if isinstance(value, str) else value
        if isinstance(names, list) and all(isinstance(name, str) for name in names):
            return names
        self.faults.append(Fault(label, "extends", f"= {value!r}", "must be a file name or a list of them"))
        return []


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
    reader.read(path, str(path), ())
    if reader.faults:
        raise InputError(reader.faults)
    return reader.layers


def text_layers(text: str, directory: Path, label: str = "scenario text") -> list[Layer]:
    """Read a scenario from text; paths in it start from `directory`. Raises as :func:`read_layers` does."""
    reader = _Reader()
    reader.parse(text, label, directory, ())
    if reader.faults:
        raise InputError(reader.faults)
    return reader.layers


def patch_layer(label: str, changes: Mapping[str, Any]) -> Layer:
    """Return a layer of changes on top of a file; paths in it start from the working folder.

    Numbers, flags and arrays of NumPy and pandas, paths and tuples are taken for what TOML has for them.
    """
    return Layer(label, Path.cwd(), nested(_as_toml(changes)), patch=True)


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
        overlay(tree, nested({key.strip(): _toml_value(text.strip())}))
    if faults:
        raise InputError(faults)
    return patch_layer("--set", tree)


def _toml_value(text: str) -> object:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except (tomllib.TOMLDecodeError, KeyError):
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


def merge(layers: Sequence[Layer]) -> Merged:
    """Merge layers, later ones winning, and remember where each value came from."""
    tree: Tree = {}
    origins: dict[str, Origin] = {}
    for layer in layers:
        for path, value in leaves(layer.tree):
            if value == {}:
                continue
            below = [
                name
                for name in origins
                if name == path or path.startswith(name + ".") or name.startswith(path + ".")
            ]
            displaced: list[tuple[str, object]] = []
            for name in below:
                lost = origins.pop(name)
                displaced += [(lost.file, lost.value), *lost.displaced]
            origins[path] = Origin(layer.label, layer.directory, value, tuple(displaced))
        overlay(tree, layer.tree)
    return Merged(tree, origins, tuple(layers))
