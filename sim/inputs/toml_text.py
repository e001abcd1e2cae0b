"""Plain values written as TOML text, so that a resolved scenario can be stored and read back."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

_BARE = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-")


def toml_text(tree: Mapping[str, Any]) -> str:
    """Write nested mappings of bool, int, float, str and lists of these as a TOML document.

    Parameters
    ----------
    tree : mapping
        ``None`` values are left out, as TOML has no word for them.

    Returns
    -------
    str
        Text that :mod:`tomllib` reads back to the same values, ending in a newline.
    """
    return "\n\n".join(block for block in _blocks(tree, ()) if block) + "\n"


def _blocks(tree: Mapping[str, Any], path: tuple[str, ...]) -> list[str]:
    lines = [f"[{'.'.join(map(_key, path))}]"] if path else []
    tables: list[str] = []
    for key, value in tree.items():
        if isinstance(value, Mapping):
            tables += _blocks(value, (*path, key))
        elif _is_tables(value):
            head = f"[[{'.'.join(map(_key, (*path, key)))}]]"
            tables += ["\n".join([head, *_pairs(item)]) for item in value]
        elif value is not None:
            lines.append(f"{_key(key)} = {_value(value)}")
    only_a_head = bool(path) and len(lines) == 1 and bool(tables)
    return tables if only_a_head else ["\n".join(lines), *tables]


def _is_tables(value: object) -> bool:
    return (
        isinstance(value, Sequence)
        and bool(value)
        and not isinstance(value, str)
        and all(isinstance(item, Mapping) for item in value)
    )


def _pairs(table: Mapping[str, Any]) -> list[str]:
    return [f"{_key(key)} = {_value(value)}" for key, value in table.items() if value is not None]


def _key(key: str) -> str:
    return key if key and set(key) <= _BARE else _string(key)


def _string(text: str) -> str:
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_pairs(value)) + " }"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_value(item) for item in value) + "]"
    return _string(str(value))
