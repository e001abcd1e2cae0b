"""Ends what takes too long, so that a hang is a failed test and no more."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

HANG = 300  # seconds of a clock on the wall, for what waits and does nothing


@contextmanager
def soon(seconds: float = 20) -> Iterator[None]:
    """End what takes more of the processor's time than so many seconds, whatever else the machine does."""

    def late(*_):
        raise AssertionError(f"took more than {seconds} seconds of processor time, or {HANG} in all")

    timers = {signal.SIGPROF: (signal.ITIMER_PROF, seconds), signal.SIGALRM: (signal.ITIMER_REAL, HANG)}
    before = {number: signal.signal(number, late) for number in timers}
    for timer, limit in timers.values():
        signal.setitimer(timer, limit)
    try:
        yield
    finally:
        for timer, _ in timers.values():
            signal.setitimer(timer, 0)
        for number, handler in before.items():
            signal.signal(number, handler)
