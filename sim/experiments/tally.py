"""How far a run is: replicates, rate, time to go and Monte Carlo error, told to whoever watches."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from sim.experiments.compiling import CompileClock
from sim.experiments.plan import Arrays
from sim.experiments.precision import Floats, Watched, target_of
from sim.experiments.workers import Failure
from sim.inputs.scenario_precision import Precision
from sim.outcomes.error import RunningError


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run is.

    Attributes
    ----------
    completed, failed, total : int
        Replicates; `completed` counts those of earlier runs too.
    rate : float
        Replicates per second of this run, the time that kernels compiled left out; 0 before the first.
    eta : float
        Seconds still to go at that rate; NaN before the first.
    error : float
        Monte Carlo standard error of the mean of the figure watched, the largest over arms; NaN if unknown.
    compiling : bool
        Whether kernels are being compiled, as they are once on a machine.
    figure : str
        The figure watched, in words: the net cost to Medicare, or what the study states.
    units : str
        Its units.
    target : float
        Error that the study asks for; NaN where it states none.
    """

    completed: int
    failed: int
    total: int
    rate: float
    eta: float
    error: float
    compiling: bool = False
    figure: str = "net cost to Medicare"
    units: str = "USD"
    target: float = math.nan


@dataclass(slots=True)
class Tally:
    """Counts of a run, told to whoever watches it."""

    total: int
    watched: Watched
    precision: Precision | None
    before: list[Floats]
    progress: Callable[[Progress], None] | None
    started: float
    compiling: CompileClock
    computed: int = 0
    failures: list[Failure] = field(default_factory=list)
    earlier: int = field(init=False)
    told: bool = False
    running: RunningError = field(default_factory=RunningError)

    def __post_init__(self) -> None:
        self.earlier = len(self.before)
        for figures in self.before:
            self.running.add(figures)
        self.tell()

    def aim(self, total: int, earlier: int) -> None:
        """Count towards another number of replicates, so many of which earlier runs completed."""
        self.total, self.earlier = total, earlier
        self.tell()

    def add(self, outcome: Arrays | Failure) -> None:
        """Count a replicate that is simulated, or failed."""
        if isinstance(outcome, Failure):
            self.failures.append(outcome)
        else:
            self.computed += 1
            self.running.add(self.watched.simulated(outcome))
        self.tell()

    def look(self) -> None:
        """Tell when kernels have begun or ended to compile."""
        if self.compiling.busy != self.told:
            self.tell()

    def tell(self) -> None:
        """Tell how far the run is."""
        self.told = self.compiling.busy
        if self.progress is None:
            return
        seconds = time.monotonic() - self.started - self.compiling.seconds
        rate = self.computed / seconds if seconds > 0 else 0.0
        completed = self.earlier + self.computed
        left = self.total - completed - len(self.failures)
        eta = left / rate if rate else math.nan
        target = math.nan
        if self.precision is not None and self.running.count:
            target = target_of(self.precision, float(self.running.mean[0]))
        self.progress(
            Progress(
                completed,
                len(self.failures),
                self.total,
                rate,
                eta,
                self.running.error,
                self.told,
                self.watched.label,
                self.watched.variable.units,
                target,
            )
        )
