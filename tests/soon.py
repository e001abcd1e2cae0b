"""Ends what takes too long, so that a hang is a failed test and no more."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def soon(seconds: float = 20) -> Iterator[None]:
    """End what takes longer."""

    def late(*_):
        raise AssertionError(f"took more than {seconds} seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
