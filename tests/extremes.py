"""Extreme values of every entry: at its bounds, beyond them and of other shapes."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import numpy as np
from cara_arms import EVERY_PRICE
from worlds import NO_ACO, aco, scenario_of

from sim.inputs.entries import Entry
from sim.replicate import simulate
from sim.scenarios import Scenario

ACOS = (
    aco("cheap", 500, entry="renewing", former_mssp=True, efficiency="-30 %", region="east"),
    aco("costly", 400, entry="renewing", leadership="hospital", efficiency="35 %", region="east"),
    aco("new", 300, market="rural", high_needs_share="60 %", reserves="1,000 USD"),
)
ARMS = {
    "": {
        "lead": {
            "program": "lead",
            "payments": ["pcc", "npcc", "apo"],
            "enhanced_share": "100 %",
            "npcc_reduction": "40 %",
            "apo_reduction": "60 %",
            "provisional_settlement": True,
            "acos": {
                "costly": {
                    "payments": ["tcc"],
                    "enhanced_share": 0,
                    "npcc_reduction": 0,
                    "apo_reduction": 0,
                    "cara": EVERY_PRICE,
                }
            },
        },
        "professional": {
            "program": "lead",
            "risk_option": "professional",
            "stop_loss": True,
            "acos": {"new": {"exit_notice": "2028-06"}},
        },
    },
    "mssp.": {
        "basic": {"program": "mssp", "track": "basic-e"},
        "enhanced": {"program": "mssp", "track": "enhanced"},
    },
    "reach.": {"reach": {"program": "reach"}},
}
# What is paid for care, and who is cared for.
NEVER_BELOW_0 = {"person_months", "expenditure", "ffs_payments", "risk_score", "quality_score"}
YEARS = {"": (2027, 2029), "mssp.": (2027, 2029), "reach.": (2023, 2025)}


@cache
def little(word: str = "", uncertain: bool = False) -> Scenario:
    """Return a little world of a program: LEAD's, ``mssp.`` or ``reach.``."""
    first, last = YEARS[word]
    arms = NO_ACO | ARMS[word]
    made = scenario_of(*ACOS, seed=11, arms=arms, first_py=first, last_py=last, aco_market_share="60 %")
    return made.replace({"study.parameter_uncertainty": uncertain})


def misshapen(entry: Entry) -> Iterator[Any]:
    """Yield values of every shape that the entry's value has not."""
    value = plain(entry)
    if isinstance(value, list):
        yield value[0]
        yield [value]
        if isinstance(value[0], str):
            return
        yield []
        if not entry.limits.length:
            yield value[:-1]
            yield [*value, value[-1]]
        if isinstance(value[0], list):
            yield [row[:-1] for row in value]
            yield [*value[:-1], value[-1][:-1]]
    else:
        yield [value]
        yield [value, value]


def unlikely(entry: Entry) -> Iterator[Any]:
    """Yield values of the entry's shape that its numbers hardly have: negative, zero, huge and endless."""
    value = plain(entry)
    for number in (-1.0, -1e-3, 0.0, 0.5, 1e3, 1e15, 1e300, float("inf"), float("nan"), 10**5000):
        yield filled(value, number)
    yield filled(value, "1 furlong")
    yield filled(value, True)


def bounds(entry: Entry) -> Iterator[Any]:
    """Yield the least and the greatest value the entry may have; a list whose sum is held, at both ends."""
    value, limits = np.asarray(entry.by_year[0][1]), entry.limits
    if value.dtype != np.float64:
        return
    if limits.sum is not None:
        for at in (0, -1):
            edge = np.full(value.shape, limits.min or 0.0)
            edge[..., at] += limits.sum - edge[..., :].sum(axis=-1)
            yield edge.tolist()
    elif limits.rising:
        assert limits.min is not None
        assert limits.max is not None
        step = 1.0 if limits.whole else 1e-6
        steps = step * np.arange(value.size)
        yield (limits.min + steps).tolist()
        yield (limits.max - steps[::-1]).tolist()
    else:
        for bound in (limits.min, limits.max):
            yield np.full(value.shape, bound).tolist()


def plain(entry: Entry) -> Any:
    """Return the entry's first value as TOML has it."""
    value = entry.by_year[0][1]
    return (
        value.tolist()
        if isinstance(value, np.ndarray)
        else list(value)
        if isinstance(value, tuple)
        else value
    )


def filled(value: Any, with_: object) -> Any:
    """Return a value of the same shape in which every number is another."""
    return [filled(one, with_) for one in value] if isinstance(value, list) else with_


def anything(entry: Entry, chance: random.Random) -> Any:
    """Return any value that the entry may have: each number at a bound, near the stated one or between."""
    value, limits = np.asarray(entry.by_year[0][1]), entry.limits
    low, high = limits.min or 0.0, limits.max or 0.0
    if limits.sum is not None:
        parts = np.array([chance.random() ** 4 + 1e-3 for _ in range(value.size)]).reshape(value.shape)
        left = limits.sum - low * value.shape[-1]
        return np.asarray(low + left * parts / parts.sum(axis=-1, keepdims=True)).tolist()
    if limits.rising:
        steps = np.cumsum([chance.random() + 1e-3 for _ in range(value.size + 1)])
        return np.asarray(low + (high - low) * steps[:-1] / steps[-1]).tolist()

    def number(usual: float) -> float:
        near = min(high, max(low, usual * chance.uniform(0.3, 3.0)))
        found = chance.choice((low, high, near, near, chance.uniform(low, high)))
        return float(round(found)) if limits.whole else float(found)

    return np.array([number(one) for one in value.ravel()]).reshape(value.shape).tolist()


def strange(entry: Entry) -> Iterator[Any]:
    """Yield values just beyond what the entry may have."""
    value, limits = plain(entry), entry.limits
    size = 1.0 if isinstance(value, float) else float(np.size(value))
    assert limits.min is not None
    assert limits.max is not None
    step = 1e-6 * max(1.0, abs(limits.max)) * size
    yield filled(value, limits.min - step)
    yield filled(value, limits.max + step)
    if limits.whole:
        yield filled(value, limits.min + 0.5)
    if limits.rising and size > 1.0:
        yield value[::-1]
        yield filled(value, value[0])


def trouble(scenario: Scenario, usual: Mapping[str, Any]) -> str:
    """Return what is wrong with a run's results: a number that is none, or a payment below 0.

    Results of ACOs in no program are none, as are those that the `usual` results of the same world have not.
    """
    results = simulate(scenario, 0)
    gone = np.isnan(results["program"]).any(axis=-1)
    for name, values in results.items():
        found = np.asarray(values, np.float64)
        # What is drawn of parameters is there only where they are drawn.
        known = ~np.isnan(usual[name]) if found.shape == usual[name].shape else np.True_
        none = ~np.isfinite(found) & known
        if name == "quality_rate":
            # Where effects leave no stays there is no rate of readmissions.
            continue
        if found.shape[: gone.ndim] == gone.shape:
            none[gone] = False
        if none.any():
            return f"{name} is not finite"
        if name in NEVER_BELOW_0 and np.nanmin(np.append(found, 0.0)) < 0.0:
            return f"{name} is negative"
    return ""


@cache
def usual(word: str = "") -> Mapping[str, Any]:
    """Return the results of a little world as it is."""
    return simulate(little(word), 0)
