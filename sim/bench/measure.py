"""Speeds on this machine, all taken in one run so that they can be compared with each other."""

from __future__ import annotations

import os
import platform
from collections.abc import Callable
from importlib.metadata import version
from statistics import median
from time import perf_counter, process_time
from typing import Any

import numpy as np

from sim.bench.elected import everything
from sim.inputs.evidence import load_evidence
from sim.inputs.scenario_schema import FIRST_PY
from sim.kernels.draws import Decision, Key, draw4
from sim.kernels.jit import kernel
from sim.kernels.layout import Practices
from sim.kernels.tally import NOTHING_FURTHER
from sim.population import build as build_module
from sim.population import world as world_module
from sim.population.world import World
from sim.reference.inputs import Tables
from sim.reference.people import PlainModel
from sim.replicate import simulate
from sim.scenarios import Scenario
from sim.start import make_world

THREADS = 2
REPEATS = 5
STAYS = 1  # replicate in which the small replicate's ACO stays in LEAD for all ten years
PAIRS = 15  # of a small replicate, with everything elected and with nothing
PLAIN_PEOPLE = 4_000
SMALL_LIVES = 10_000
DRAWING_PEOPLE = 2_000_000
SIZES = (10_000, 100_000)  # smaller worlds, to see whether the cost of a person depends on how many there are
NANO = 1e9
_MARKETS = 4
_ACO_SHARE = 0.5
_PACKAGES = ("leadsim", "numpy", "numba", "mesa")
_LIFE = int(Decision.LIFE)


def measure(people: int = 300_000, years: int = 10) -> dict[str, Any]:
    """Measure the kernel, the plain-Mesa model of the same rules, and what surrounds the kernel.

    Parameters
    ----------
    people : int
        Live people of the world that the kernel is measured on, about.
    years : int
        Performance years that are lived, 1 to 10.

    Returns
    -------
    dict
        Rates are the best of several repeats, those named ``_median`` their median. Live years and the
        making of people are on two threads unless their name says one; all else is on one. A live
        beneficiary-year is a person enrolled for at least a month of a year: people not yet entered or in
        Medicare Advantage take time and do not count, in the plain-Mesa model as in the kernel. A small
        replicate is one ACO of 10,000 lives that stays for ten years, its market and two arms; its overhead
        is the time outside the kernels over people. The same with all that an ACO may elect at once (see
        :mod:`sim.bench.elected`) is taken in turns with it: the ratio is that of the least processor times,
        its median that of the ratios of single pairs. Where ``cores_obtained`` is far below two, other
        programs were using the machine and the two-thread figures are too low.
    """
    start = perf_counter()
    small, elected = (scenario(1, SMALL_LIVES, 10, elected=every) for every in (False, True))
    simulate(small, 0)  # compiles, or loads what was compiled before
    simulate(elected, 0)
    with KernelClock() as clock:
        world = world_of(people, years)
    created = world.n_people / clock.wall("create")
    sizes = {size: world_of(size, years) for size in SIZES if size < people}
    # In turns, so that whatever else the machine does meanwhile falls on all of them alike.
    rounds = [
        (live_all(world, 1)[0], *live_all(world, THREADS), plain_rate(world, seed)) for seed in range(REPEATS)
    ]
    one, two, cores, plain = zip(*rounds, strict=True)
    by_size = {
        size: NANO / max(live_all(other, 1)[0] for _ in range(REPEATS)) for size, other in sizes.items()
    }
    pairs = [(*replicate_seconds(small), *replicate_seconds(elected)) for _ in range(PAIRS)]
    total, overhead, worked, with_all, _, worked_all = map(min, zip(*pairs, strict=True))
    draw_words(world.key, 1, FIRST_PY)
    return {
        "live_beneficiary_years_per_second": max(two),
        "live_beneficiary_years_per_second_median": median(two),
        "live_beneficiary_years_per_second_one_thread": max(one),
        "live_beneficiary_years_per_second_one_thread_median": median(one),
        "thread_speedup": max(two) / max(one),
        "nanoseconds_per_live_year_one_thread": {
            str(size): nanoseconds for size, nanoseconds in {**by_size, people: NANO / max(one)}.items()
        },
        "plain_mesa_beneficiary_years_per_second": max(plain),
        "plain_mesa_beneficiary_years_per_second_median": median(plain),
        "ratio_to_plain_mesa": max(two) / max(plain),
        "philox_draws_per_second": max(draw_rate(world.key) for _ in range(REPEATS)),
        "people_created_per_second": created,
        "bytes_per_beneficiary": sum(column.nbytes for column in world.people) / world.n_people,
        "small_replicate_seconds": total,
        "small_replicate_overhead_seconds": overhead,
        "small_replicate_all_elected_seconds": with_all,
        "all_elected_ratio": worked_all / worked,
        "all_elected_ratio_median": median(pair[-1] / pair[2] for pair in pairs),
        "people": world.n_people,
        "years": years,
        "threads": THREADS,
        "repeats": REPEATS,
        "cores": os.cpu_count(),
        "cores_obtained": max(cores),
        "seconds": perf_counter() - start,
        "versions": {
            "python": platform.python_version(),
            **{package: version(package) for package in _PACKAGES},
        },
    }


def world_of(people: int, years: int) -> World:
    """Return a world of about so many live people."""
    lives = round(people * _ACO_SHARE * load_evidence().number("care.assignable") / _MARKETS)
    return make_world(scenario(_MARKETS, lives, years), 0, THREADS)


def scenario(acos: int, lives: int, years: int, *, elected: bool = False) -> Scenario:
    """Return a scenario of two arms and so many like ACOs of so many lives, each with a market of its own.

    With `elected` these elect all that goes together, see :func:`sim.bench.elected.everything`.
    """
    terms = f", {everything(FIRST_PY)}" if elected else ""
    return Scenario.from_toml(
        f"""
        schema_version = 1
        study = {{ name = "bench", seed = 1 }}
        horizon = {{ last_py = {FIRST_PY + years - 1} }}
        arms = {{ no_aco = {{ program = "none" }}, lead = {{ program = "lead"{terms} }} }}
        [population]
        aco_market_share = {_ACO_SHARE}
        [[population.acos]]
        name = "aco"
        count = {acos}
        entry = "renewing"
        leadership = "physician"
        market = "urban"
        lives = {lives}
        partner_state = {str(elected).lower()}
        """
    )


def acting(world: World) -> Practices:
    """Return practices of which those in an ACO do all that it can make them do but answer to contracts."""
    member = world.providers.aco >= 0
    return world.untouched()._replace(
        base_effect=np.where(member, 0.98, 1.0),
        event_effect=np.where(member, 0.96, 1.0),
        base_spill=np.where(member, 0.99, 1.0),
        event_spill=np.where(member, 0.98, 1.0),
        high_needs_effect=np.where(member, 0.97, 1.0),
        high_needs_event_effect=np.where(member, 0.98, 1.0),
        stays=np.where(member, 0.97, 1.0),
        stays_spill=np.where(member, 0.99, 1.0),
        high_needs_stays=np.where(member, 0.98, 1.0),
        snf=np.where(member, 0.90, 1.0),
        snf_spill=np.where(member, 0.97, 1.0),
        high_needs_snf=np.where(member, 0.97, 1.0),
        coding=np.where(member, 1.01, 1.0),
        attest=np.where(member, 0.02, 0.0),
        # Of those whom programmes serve no sums are asked for, so that nobody is.
        home_care=np.where(member, 0.25, 0.0),
        home_open=np.where(member, 1.0, 0.0),
        home_effect=np.where(member, 0.99, 1.0),
        home_last_effect=np.where(member, 0.94, 1.0),
        home_ed=np.where(member, 0.96, 1.0),
        full_benefit=np.where(member, 0.72, 0.0),
        medicaid=np.where(member, 0.5, 0.0),
        medicaid_cell=np.where(member, 3.0, 0.0),
        falls_uptake=np.where(member, 0.24, 0.0),
        support_uptake=np.where(member, 0.05, 0.0),
        support_effect=np.where(member, 1.18, 1.0),
    )


def live_all(world: World, threads: int) -> tuple[float, float]:
    """Live all performance years from the first; return live beneficiary-years per second, cores in use."""
    people, practices = world.branch(), acting(world)
    start, worked = perf_counter(), process_time()
    lived = 0
    for year in range(world.first_py, world.last_py + 1):
        lived += world.live(people, year, practices, None, threads)[1]
    seconds = perf_counter() - start
    return lived / seconds, (process_time() - worked) / seconds


def plain_rate(world: World, seed: int) -> float:
    """Return live beneficiary-years per second of the plain-Mesa model.

    Its people are every so-manyth row of the world, and live the same years.
    """
    rows = range(0, world.n_people, max(1, world.n_people // PLAIN_PEOPLE))
    practices = acting(world)
    years = {
        year: Tables(
            world.markets(year),
            practices,
            world.disease,
            world.health(year),
            world.referrals(NOTHING_FURTHER),
        )
        for year in range(world.first_py, world.last_py + 1)
    }
    model = PlainModel(world.people, rows, years, seed=seed)
    start = perf_counter()
    for _ in years:
        model.step()
    return model.lived / (perf_counter() - start)


def replicate_seconds(small: Scenario) -> tuple[float, float, float]:
    """Return the seconds of one replicate on one thread, those outside the kernels, and processor time."""
    with KernelClock() as clock:
        start, worked = perf_counter(), process_time()
        simulate(small, STAYS)
        total, worked = perf_counter() - start, process_time() - worked
    return total, total - clock.busy(), worked


def draw_rate(key: Key) -> float:
    """Return 32-bit Philox draws per second on one thread."""
    start = perf_counter()
    draw_words(key, DRAWING_PEOPLE, FIRST_PY)
    return 4 * DRAWING_PEOPLE / (perf_counter() - start)


@kernel
def draw_words(key: Key, people: int, year: int) -> int:
    """Draw four words for each person and return them all mixed into one, so that none can be left out."""
    mixed = np.uint64(0)
    for person in range(people):
        a, b, c, d = draw4(key, person, year, _LIFE, 0)
        mixed ^= a ^ b ^ c ^ d
    return int(mixed)


class KernelClock:
    """Inside a ``with`` block, notes when each kernel call over people begins and ends, on any thread."""

    def __init__(self) -> None:
        self.calls: dict[str, list[tuple[float, float]]] = {"create": [], "live_year": []}
        self._homes: dict[str, Any] = {"create": build_module, "live_year": world_module}
        self._kernels = {name: getattr(self._homes[name], name) for name in self.calls}

    def __enter__(self) -> KernelClock:
        for name, function in self._kernels.items():
            setattr(self._homes[name], name, self._timed(name, function))
        return self

    def __exit__(self, *error: object) -> None:
        for name, function in self._kernels.items():
            setattr(self._homes[name], name, function)

    def _timed(self, name: str, function: Callable[..., int]) -> Callable[..., int]:
        def timed(*given: Any) -> int:
            start = perf_counter()
            result = function(*given)
            self.calls[name].append((start, perf_counter()))
            return result

        return timed

    def wall(self, name: str) -> float:
        """Return seconds from the first call of a kernel to the end of the last."""
        starts, ends = zip(*self.calls[name], strict=True)
        return float(max(ends) - min(starts))

    def busy(self) -> float:
        """Return seconds spent in all calls, added over threads."""
        return sum(end - start for calls in self.calls.values() for start, end in calls)
