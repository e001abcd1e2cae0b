"""Time that kernels take to compile, which says nothing about how long the rest of a run will take."""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

# Between two kernels little else happens than that the next one is reached.
_SECONDS_BETWEEN_KERNELS = 5.0


class CompileClock:
    """Whether kernels compile now, in this process, and for how long they have in all.

    Parameters
    ----------
    clock : callable
        Seconds from any start.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._depth = 0
        self._since = 0.0
        self._before = 0.0
        self._ended = -math.inf

    @property
    def running(self) -> bool:
        """Whether a kernel is being compiled."""
        return self._depth > 0

    @property
    def busy(self) -> bool:
        """Whether kernels are being compiled one after another, a short pause between two included."""
        return self.running or self._clock() - self._ended < _SECONDS_BETWEEN_KERNELS

    @property
    def seconds(self) -> float:
        """Seconds so far; a kernel that others wait for counts once."""
        return self._before + (self._clock() - self._since if self.running else 0.0)

    def start(self) -> None:
        """Take note that a kernel, perhaps called by another, begins to compile."""
        if not self._depth:
            self._since = self._clock()
        self._depth += 1

    def end(self) -> None:
        """Take note that a kernel is compiled."""
        self._depth -= 1
        if not self._depth:
            self._ended = self._clock()
            self._before += self._ended - self._since


@contextmanager
def compile_clock() -> Iterator[CompileClock]:
    """Yield a clock that runs while numba compiles; it stands still where no model uses numba."""
    clock = CompileClock()
    if "numba" not in sys.modules:
        yield clock
        return
    from numba.core import event  # noqa: PLC0415  not for models without compiled code

    class Listener(event.Listener):
        def on_start(self, _event: Any) -> None:
            clock.start()

        def on_end(self, _event: Any) -> None:
            clock.end()

    listener = Listener()
    event.register("numba:compile", listener)  # type: ignore[no-untyped-call]
    try:
        yield clock
    finally:
        event.unregister("numba:compile", listener)  # type: ignore[no-untyped-call]
