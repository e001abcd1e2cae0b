"""The order in which processes take tests: each begins with long ones, so that none ends with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")


def dealt(tests: Sequence[T], seconds: Callable[[T], float], processes: int) -> list[T]:
    """Return tests in an order of which each process takes its part as it comes (pytest-xdist's worksteal).

    Parameters
    ----------
    tests : sequence
    seconds : callable
        How long a test takes about; 0 for one that takes no notable time.
    processes : int
        Each takes as many tests, one after another; the last the rest.
    """
    longest = sorted((one for one in tests if seconds(one) > 0.0), key=seconds, reverse=True)
    others = [one for one in tests if seconds(one) <= 0.0]
    order: list[T] = []
    for process in range(processes):
        share = (len(tests) - len(order)) // (processes - process)
        own = longest[process::processes]
        few = max(0, share - len(own))
        order += own + others[:few]
        del others[:few]
    return order + others
