"""Plain values written as TOML text, so that a resolved scenario can be stored and read back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import tomlkit


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
    return tomlkit.dumps(_stated(tree)).strip("\n") + "\n"


def _stated(value: Any) -> Any:
    """Return the value as dicts and lists without the ``None`` in them."""
    if isinstance(value, Mapping):
        return {key: _stated(item) for key, item in value.items() if item is not None}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_stated(item) for item in value]
    return value
