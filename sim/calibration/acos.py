"""ACOs of real sizes in the Shared Savings Program, held to how widely published savings rates spread."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import tomlkit
from numpy.typing import NDArray
from scipy.optimize import minimize

from sim.calibration.nation import FIRST_PY
from sim.calibration.published import held_to, published
from sim.calibration.target import Target
from sim.kernels.codes import Cell
from sim.model import LeadModel
from sim.replicate import Replicate
from sim.scenarios import Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

ARM = "mssp"
ACOS, TOGETHER, MARKET_SHARE = 120, 4, 0.6  # so many share a market, each with 15 % of it
YEARS = range(FIRST_PY, FIRST_PY + 3)
SECOND_PY = FIRST_PY + 1
AGREEMENT_YEARS = 5
# Published savings rates are of ACOs that stayed, whatever their size.
ANY_SIZE = {"mssp": {"assignment": {"below_smallest": "stays"}}}
CELL = Cell.AD_CLAIMS
SIZE_EDGES = (8_000, 15_000, 30_000)
FITTED = ("drift.aco", "drift.practice")
TRIED = (0.02, 0.08)  # near enough to the fit for variances to be linear in the squares


@dataclass(frozen=True, eq=False)
class Settled:
    """What ACOs showed; float64 arrays of shape (acos, years).

    Attributes
    ----------
    rate
        Benchmark less expenditure, in % of the benchmark.
    lives
        Assigned person-years.
    growth
        Normalised risk score of Aged & Disabled people in the second performance year over that of BY3, by
        one list of TINs, less 1; shape (acos,).
    """

    rate: Floats
    lives: Floats
    growth: Floats


def lives_of_acos() -> Ints:
    """Return the lives of the ACOs, evenly over the published distribution, shape (acos,)."""
    stated = np.log(published()["acos.lives"].values())
    middle = 100.0 * (np.arange(ACOS) + 0.5) / ACOS
    return np.rint(np.exp(np.interp(middle, _percentiles("acos.lives"), stated))).astype(np.int64)


def _percentiles(key: str) -> list[float]:
    """Return the percentiles that the items of a published row name."""
    return [float(name.removesuffix("th")) for name in published()[key].names(None)]


def scenario_of(seed: int, evidence: Mapping[str, Any] | None = None) -> Scenario:
    """Return the scenario: every size in many markets, agreements of all ages, two of five hospital-led."""
    golden = (np.sqrt(5.0) - 1.0) / 2.0
    place = np.argsort(np.argsort(np.arange(ACOS) * golden % 1.0)) // TOGETHER
    acos = [
        {
            "name": f"aco-{a}",
            "entry": "renewing",
            "leadership": "hospital" if a % 5 in (1, 3) else "physician",
            "market": "urban",
            "region": f"market-{place[a]}",
            "lives": int(lives),
        }
        for a, lives in enumerate(lives_of_acos())
    ]
    terms = {
        f"aco-{a}": {
            "agreement_start": FIRST_PY - AGREEMENT_YEARS + 1 + a % AGREEMENT_YEARS,
            "agreement_number": 2 + a % 2,
        }
        for a in range(ACOS)
    }
    stated = {
        "schema_version": 1,
        "study": {"name": "acos", "seed": seed, "replicates": 1},
        "horizon": {"first_py": YEARS[0], "last_py": YEARS[-1]},
        "population": {"aco_market_share": MARKET_SHARE, "acos": acos},
        "arms": {"no_aco": {"program": "none"}, ARM: {"program": ARM, "acos": terms, "values": ANY_SIZE}},
        "evidence": dict(evidence or {}),
    }
    return Scenario.from_toml(tomlkit.dumps(stated))


def settle_acos(seed: int, evidence: Mapping[str, Any] | None = None, threads: int = 2) -> Settled:
    """Simulate the ACOs and return what they showed."""
    made = Replicate(scenario_of(seed, evidence), 0, threads=threads)
    for year in YEARS:
        made.step()
        if year == SECOND_PY:
            growth = _growth_of_scores(made.models[ARM])
    shown = made.models[ARM].outcomes
    made.close()
    rate = 100.0 * shown["gross_savings"] / shown["benchmark"]
    return Settled(rate, shown["person_months"].sum(axis=1) / 12.0, growth)


def _growth_of_scores(model: LeadModel) -> Floats:
    """Return how far scores have grown since BY3, as LEAD's cap sees it, shape (acos,)."""
    listed = model.participants()
    base, now = (listed.observe(model.history, year) for year in (FIRST_PY - 1, SECOND_PY))
    scores = [seen.risk[:, CELL] / seen.national_risk[CELL] for seen in (base, now)]
    return np.asarray(scores[1] / scores[0] - 1.0)


def by_size(values: Floats, lives: Floats) -> Floats:
    """Return the variance between ACOs of each size class, years pooled; both of shape (acos, years)."""
    sizes = len(SIZE_EDGES) + 1
    squares, free = np.zeros((2, sizes))
    for of_year, size in zip(values.T, np.searchsorted(SIZE_EDGES, lives, side="right").T, strict=True):
        count = np.bincount(size, minlength=sizes)
        mean = np.bincount(size, of_year, sizes) / np.maximum(count, 1)
        squares += np.bincount(size, np.square(of_year - mean[size]), sizes)
        free += np.maximum(count - 1, 0)
    return np.asarray(squares / free)


def variances(settled: Settled) -> Floats:
    """Return variances of savings rates and of yearly changes, shape (2, sizes + 1); the last is of all."""

    def of(values: Floats, lives: Floats) -> Floats:
        return np.append(by_size(values, lives), values.var(axis=0, ddof=1).mean())

    return np.stack([of(settled.rate, settled.lives), of(np.diff(settled.rate), settled.lives[:, :-1])])


def _correlation(one: Floats, other: Floats) -> float:
    return float(np.mean((one - one.mean()) * (other - other.mean())) / (one.std() * other.std()))


def measured(seeds: Sequence[int], evidence: Mapping[str, Any] | None = None) -> list[Target]:
    """Return the targets of ACOs, shown by simulations of several seeds together."""
    found = [settle_acos(seed, evidence) for seed in seeds]
    spread = np.sqrt(np.mean([variances(settled) for settled in found], axis=0))
    rate, change, whole = spread[0, :-1], spread[1, :-1], spread[0, -1]
    again = np.mean([_correlation(*s.rate[:, t : t + 2].T) for s in found for t in range(len(YEARS) - 1)])
    growth = np.concatenate([(s.lives[:, 1:] / s.lives[:, :-1]).ravel() for s in found])
    size = np.concatenate([s.lives[:, 0] for s in found])
    cap = scenario_of(seeds[0]).rulebook(ARM).array("risk.cap", SECOND_PY)[CELL]
    return [
        *held_to("acos.rate", rate),
        *held_to("acos.rate_later", rate),
        *held_to("acos.rate_all", [whole, whole]),
        *held_to("acos.change", change),
        *held_to("acos.change_later", change),
        *held_to("acos.memory", again),
        *held_to("acos.at_cap", 100.0 * np.mean([s.growth > cap for s in found])),
        *held_to(
            "acos.lives_change", 100.0 * (np.percentile(growth, _percentiles("acos.lives_change")) - 1.0)
        ),
        *held_to("acos.lives", np.percentile(size, _percentiles("acos.lives"))),
    ]


def fitted(seeds: Sequence[int], values: Mapping[str, Any], say: Callable[[str], None]) -> dict[str, float]:
    """Return the drifts of spending with which savings rates spread as those fitted to.

    Variances are taken as linear in the squares of the drifts, which is exact but for chance: drifts are
    independent of all else. Misses are of logs of spreads, in shares that the targets leave.

    Parameters
    ----------
    seeds : sequence of int
    values : mapping
        Other constants fitted so far, by key.
    say : callable
        Takes lines of progress.
    """

    def shown(**drifts: float) -> Floats:
        say(f"ACOs with drifts {drifts}")
        stated = {**values, **dict.fromkeys(FITTED, 0.0), **drifts}
        return np.asarray(np.mean([variances(settle_acos(seed, stated)) for seed in seeds], axis=0))

    still = shown()
    parts = [(shown(**{key: drift}) - still) / drift**2 for key, drift in zip(FITTED, TRIED, strict=True)]
    rows = [published()[key] for key in ("acos.rate", "acos.change")]
    wanted = np.array([row.values() for row in rows])
    room = np.array([row.tolerances(row.values()) for row in rows]) / wanted
    memory = published()["acos.memory"]

    def misses(drifts: Floats) -> float:
        variance = still + sum(part * drift**2 for part, drift in zip(parts, drifts, strict=True))
        away = (0.5 * np.log(np.maximum(variance[:, :-1], 1e-9)) - np.log(wanted)) / room
        # Years that spread alike correlate by what their change leaves of twice their variance.
        again = 1.0 - variance[1, -1] / (2.0 * variance[0, -1])
        forgotten = (again - memory.number()) / memory.tolerances(memory.values())[0]
        return float(np.square(away).sum() + forgotten**2)

    best = minimize(misses, TRIED, bounds=[(0.0, None)] * len(FITTED), method="L-BFGS-B")
    return {key: float(drift) for key, drift in zip(FITTED, best.x, strict=True)}
