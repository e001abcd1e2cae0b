"""The same world gives the same bytes, however it is computed."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from little_world import live_history, newborn, same_rows

from sim.kernels import chunks
from sim.kernels.layout import same_tables
from sim.kernels.tally import Asked

ROWS = 3 * chunks.CHUNK + 1_000
TESTS = Path(__file__).resolve().parents[1]

TINY = """
import sys
import numba
from little_world import digest, resized
from sim.model import LeadModel
from sim.start import make_world

assert bool(numba.config.DISABLE_JIT) == (sys.argv[1] == "python")
scenario = resized(25, 25, 25, last_py=2027)
world = make_world(scenario, 0)
model = LeadModel(scenario, "lead_global", world=world)
model.step()
print(world.n_people, digest(model.people._asdict()), digest(model.outcomes))
"""


def everything(world) -> Asked:
    return Asked(monthly=(1,) * world.n_practices, referred=True, types=True)


@pytest.fixture(scope="module")
def large():
    world = newborn(ROWS)
    return world, live_history(world, asked=everything(world))


def test_two_threads_give_the_same_bytes_as_one(large):
    world, sums = large
    other = newborn(ROWS, threads=2)
    other_sums = live_history(other, threads=2, asked=everything(other))
    assert same_rows(world.people, other.people) == []
    for one, two in zip(sums, other_sums, strict=True):
        assert same_tables(one, two)


@pytest.mark.parametrize("chunk", [997, 10**9])
def test_chunks_do_not_matter(large, monkeypatch, chunk):
    world, sums = large
    monkeypatch.setattr(chunks, "CHUNK", chunk)
    other = newborn(ROWS, threads=2)
    other_sums = live_history(other, threads=3, asked=everything(other))
    assert same_rows(world.people, other.people) == []
    for one, two in zip(sums, other_sums, strict=True):
        assert same_tables(one, two)


def test_the_first_thousand_of_many_are_the_thousand_alone(large):
    world, _ = large
    few = newborn(1_000)
    live_history(few)
    assert same_rows(few.people, world.people, slice(0, 1_000)) == []


@pytest.mark.slow
def test_the_first_thousand_of_a_million_are_the_thousand_alone():
    few, million = newborn(1_000), newborn(1_000_000, threads=2)
    for world in (few, million):
        live_history(world, threads=2)
    assert same_rows(few.people, million.people, slice(0, 1_000)) == []


def test_every_chunk_is_done_once():
    done = np.zeros(ROWS, np.int64)

    def task(worker, start, stop):
        done[start:stop] += 1
        return stop - start

    for threads in (0, 1, 2, 5):
        assert chunks.over_chunks(task, ROWS, threads) == ROWS
    assert chunks.over_chunks(task, 0, 2) == 0
    np.testing.assert_array_equal(done, 4)


def _tiny(how: str, **settings: str) -> str:
    environment = os.environ | {
        "PYTHONPATH": str(TESTS),
        "NUMBA_DISABLE_JIT": "1" if how == "python" else "0",
        **settings,
    }
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", TINY, how],
        env=environment,
        cwd=TESTS.parent,
        capture_output=True,
        text=True,
        check=False,
        timeout=600,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_compiled_and_interpreted_kernels_agree_to_the_bit():
    compiled = _tiny("compiled")
    assert 300 < int(compiled.split()[0]) < 2_000
    assert _tiny("python") == compiled


@pytest.mark.slow
@pytest.mark.long(110)
@pytest.mark.skipif(platform.machine() not in ("x86_64", "AMD64"), reason="names processors of x86-64")
def test_a_processor_that_does_fewer_people_at_once_agrees_to_the_bit(tmp_path):
    other = _tiny("compiled", NUMBA_CPU_NAME="nehalem", NUMBA_CPU_FEATURES="", LEADSIM_CACHE=str(tmp_path))
    assert other == _tiny("compiled")
