"""A little world for the tests of kernels, population and model: three ACOs, two markets, three arms."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pytest
from worlds import NO_ACO, aco, scenario_of, text_of

from sim.inputs.faults import InputError
from sim.kernels.birth import create
from sim.kernels.chunks import over_chunks
from sim.kernels.layout import People, Practices, make_people
from sim.kernels.strip import make_strip
from sim.kernels.tally import NOTHING_FURTHER, Asked, Tally
from sim.population.world import World, history_years
from sim.replicate import simulate
from sim.scenarios import Scenario
from sim.start import make_world

ACOS = (
    aco(
        "alpha",
        "1,500 people",
        entry="renewing",
        former_mssp=True,
        efficiency="-4 %",
        region="east",
    ),
    aco("beta", "1,000 people", leadership="hospital", efficiency="3 %", region="east"),
    aco("gamma", "600 people", market="rural", high_needs_share="40 %"),
)
STATED = {"name": "little", "seed": 20270101, "replicates": 2, "aco_market_share": "50 %"}
LITTLE = text_of(*ACOS, **STATED)
ARMS = ("no_aco", "lead_global", "lead_professional")
NO_EFFECT = (("evidence.effect.scale", 0.0),)
NO_ATTESTING = (("evidence.voluntary.attest", (0.0, 0.0, 0.0)),)
LIKE_THE_NATION = {
    "evidence.market.risk_spread": [0.0, 0.0, 0.0, 0.0],
    "evidence.market.mix_spread": [0.0, 0.0, 0.0, 0.0],
    "evidence.market.rural_share": 0.0,
}
NO_CODING = (("evidence.coding.excess", 0.0),)


@cache
def scenario(*changes) -> Scenario:
    """Return the scenario with some dotted keys changed."""
    made = Scenario.from_toml(LITTLE)
    written = {key: list(value) if isinstance(value, tuple) else value for key, value in changes}
    return made.replace(written) if changes else made


def in_lead(**stated: Any) -> Scenario:
    """Return the little world with one arm of LEAD with these terms, ``x``."""
    return scenario_of(*ACOS, arms={**NO_ACO, "x": {"program": "lead", **stated}}, **STATED)


def faults_in_lead(**stated: Any) -> dict[str, str]:
    """Return what is wrong with :func:`in_lead`, by key."""
    with pytest.raises(InputError) as raised:
        in_lead(**stated)
    return {fault.key: str(fault) for fault in raised.value.faults}


def resized(*lives: int, last_py: int) -> Scenario:
    """Return the scenario with other sizes of its ACOs, and its last performance year."""
    acos = ({**one, "lives": size} for one, size in zip(ACOS, lives, strict=True))
    return scenario_of(*acos, last_py=last_py, **STATED)


@cache
def world(*changes, replicate: int = 0) -> World:
    """Return the world of a replicate; tests must not change it."""
    return make_world(scenario(*changes), replicate)


@cache
def results(*changes, replicate: int = 0) -> dict[str, np.ndarray]:
    """Return what simulate gives; money in cents."""
    return simulate(scenario(*changes), replicate)


@cache
def _one_market() -> tuple[World, tuple]:
    one = scenario_of(ACOS[0], **STATED).replace(LIKE_THE_NATION)
    given = {}

    def spy(people, start, stop, *tables):
        given["tables"] = tables
        return create(people, start, stop, *tables)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sim.population.build.create", spy)
        return make_world(one, 0), given["tables"]


def one_market() -> World:
    """Return a world of one market of the nation's mix and risk, whose tables serve any number of people."""
    return _one_market()[0]


def newborn(rows: int, threads: int = 1) -> World:
    """Return the world of one market with so many fresh people, who have lived no year yet."""
    made, tables = _one_market()
    people = make_people(rows)
    people.market[:] = 0
    strips = [make_strip() for _ in range(threads)]
    over_chunks(
        lambda worker, start, stop: create(people, start, stop, *tables[:-1], strips[worker]), rows, threads
    )
    return replace(made, people=people)


def live_history(
    made: World, threads: int = 1, asked: Asked = NOTHING_FURTHER, practices: Practices | None = None
) -> list[Tally]:
    """Live the years before the first performance year and return each year's sums."""
    held = made.untouched() if practices is None else practices
    return [
        made.live(made.people, year, held, None, threads, asked=asked)[0]
        for year in history_years(made.first_py)
    ]


def same_rows(first: People, second: People, rows: np.ndarray | slice = slice(None)) -> list[str]:
    """Return the columns in which the people of some rows differ."""
    return [
        name
        for name, column in first._asdict().items()
        if column[rows].tobytes() != getattr(second, name)[rows].tobytes()
    ]


def digest(arrays: dict[str, np.ndarray]) -> str:
    """Return a digest of arrays by name."""
    sha = hashlib.sha256()
    for name in sorted(arrays):
        sha.update(name.encode() + arrays[name].tobytes())
    return sha.hexdigest()
