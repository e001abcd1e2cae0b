"""How a run is going, on stderr: one live line in a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.console import Console
from rich.live import Live
from rich.text import Text

if TYPE_CHECKING:
    from sim.experiments.tally import Progress
    from sim.experiments.workers import Failure

_SECONDS_BETWEEN_LINES = 10.0


class Reporter:
    """Shows each :class:`~sim.experiments.tally.Progress` it is given, inside a ``with`` block."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._live = Live(console=console, refresh_per_second=4) if console.is_terminal else None
        self._last = -math.inf
        self._compiling = False

    def __enter__(self) -> Reporter:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def show(self, progress: Progress) -> None:
        """Show how far the run is."""
        line = progress_line(progress)
        if self._live:
            self._live.update(Text(line, overflow="ellipsis", no_wrap=True))
            return
        finished = progress.completed + progress.failed >= progress.total
        news = progress.compiling != self._compiling
        self._compiling = progress.compiling
        if finished or news or time.monotonic() - self._last >= _SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            self._console.print(line, markup=False, highlight=False, soft_wrap=True)


def progress_line(progress: Progress) -> str:
    """Return one line: replicates, rate, time to go, and the Monte Carlo error so far."""
    parts = [f"{progress.completed}/{progress.total} replicates"]
    if progress.failed:
        parts.append(f"{progress.failed} failed")
    if progress.compiling:
        parts.append("compiling, once on this machine")
    elif progress.rate:
        parts += [f"{progress.rate:.3g}/s", f"{_clock(progress.eta)} to go"]
    if not math.isnan(progress.error):
        wanted = (
            "" if math.isnan(progress.target) else f", ±{_amount(progress.target, progress.units)} wanted"
        )
        error = _amount(progress.error, progress.units)
        parts.append(f"{progress.figure} known to ±{error}{wanted} (MC error)")
    return "  ".join(parts)


def report_failures(failures: Sequence[Failure], console: Console) -> None:
    """Tell each kind of failure once: the replicates it stopped, what it said, and one whole traceback."""
    kinds: dict[str, list[Failure]] = {}
    for failure in failures:
        kinds.setdefault(failure.message, []).append(failure)
    for message, alike in kinds.items():
        which = ", ".join(str(one.replicate) for one in sorted(alike, key=lambda one: one.replicate))
        console.print(f"Failed in replicate {which}: {message}", markup=False, highlight=False)
        console.print(alike[0].traceback, markup=False, highlight=False, soft_wrap=True)


def _amount(value: float, units: str) -> str:
    return f"${value / 1e6:,.3g} million" if units == "USD" else f"{value:,.3g}"


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"
