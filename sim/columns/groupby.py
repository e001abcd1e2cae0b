"""Groups of agents by a key, keys in the order first met, as Mesa has them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from sim.columns.fields import Column, Rows
from sim.columns.mesa_compat import AnyAgentSet, GroupBy


def positions_by_key(keys: Column | Sequence[Any]) -> Iterator[tuple[Any, Rows]]:
    """Yield each key with the positions that hold it.

    Parameters
    ----------
    keys : ndarray or sequence
        One hashable key per agent.

    Yields
    ------
    key : object
        A Python scalar when `keys` is an array of numbers; in the order first met.
    positions : ndarray of int
        Ascending.
    """
    if isinstance(keys, np.ndarray) and keys.dtype != object:
        yield from _positions_by_number(keys)
        return
    found: defaultdict[Any, list[int]] = defaultdict(list)
    for position, key in enumerate(keys):
        found[key].append(position)
    for key, positions in found.items():
        yield key, np.array(positions, np.intp)


def _positions_by_number(keys: npt.NDArray[Any]) -> Iterator[tuple[Any, Rows]]:
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]]) if len(keys) else np.empty(0, np.intp)
    groups = np.split(order, starts[1:]) if len(keys) else []
    # Positions ascend within a group, so the first of each says which key was met first.
    for group in sorted(groups, key=lambda positions: int(positions[0])):
        yield keys[group[0]].item(), group


class ColumnGroupBy(GroupBy):
    """Mesa's groups, whose ``agg`` asks each set for its column instead of each agent for its value."""

    def agg(self, attr_name: str, func: Callable[..., Any]) -> dict[Any, Any]:
        """Return `func` of the attribute's values in each group, by key."""
        return {
            key: group.agg(attr_name, func)
            if isinstance(group, AnyAgentSet)
            else func([getattr(agent, attr_name) for agent in group])
            for key, group in self.groups.items()
        }
