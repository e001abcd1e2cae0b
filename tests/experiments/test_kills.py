"""SIGKILL at random moments, with two writers: nothing complete is lost and equal runs leave equal bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import fake_model
import pytest
from fake_model import assert_same_bytes, go

from sim.scenarios import Scenario

_REPLICATES = 70
# LEADSIM_KILLS=500 pytest -m slow tests/experiments/test_kills.py takes some nine minutes.
_KILLS = int(os.environ.get("LEADSIM_KILLS", "60"))
# Everything is imported once; the children that run and are killed are forked from there, before any thread.
KILLER = """
import os, random, signal, sys, time
from pathlib import Path
import fake_model
import zarr
from sim.experiments import runner
from sim.experiments.results import open_results
from sim.inputs.faults import InputError
from sim.scenarios import Scenario

folder, kills, replicates = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
scenario = Scenario.from_toml(fake_model.QUICK)
runner._SECONDS_BETWEEN_WRITES, runner._WORK_PER_WRITE = 0.0, 0.0
moments = random.Random(7)


def run(out):
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        runner.run(scenario, replicates, out, threads=2, simulate=fake_model.simulate,
            coordinates=fake_model.coordinates)
        code = 0
    except InputError as error:
        code = 2 if "being written by another run" in str(error) else 1
        if code == 1:
            print(error, file=sys.stderr, flush=True)
    except BaseException as error:
        print(repr(error), file=sys.stderr, flush=True)
    os._exit(code)


def finished(out):
    # In a child: reading starts threads, which a fork would leave behind.
    child = os.fork()
    if child:
        return os.waitpid(child, 0)[1] == 0
    flags = zarr.open_group(out, mode="r")["done"][:] if out.exists() else []
    os._exit(0 if len(flags) == replicates and flags.all() else 1)


killed = stores = 0
while killed < kills:
    out = folder / f"{stores}" / "run.zarr"
    out.parent.mkdir(parents=True, exist_ok=True)
    children = [run(out), run(out)]
    time.sleep(moments.uniform(0.0, float(sys.argv[4])))
    for child in children:
        os.kill(child, signal.SIGKILL)
        _, status = os.waitpid(child, 0)
        if os.WIFSIGNALED(status):
            killed += 1
        elif os.WEXITSTATUS(status) not in (0, 2):
            sys.exit(1)
    stores += finished(out)
print(killed, stores + 1)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the killed runs are forked")
@pytest.mark.parametrize("kills", [12, pytest.param(_KILLS, marks=[pytest.mark.slow, pytest.mark.long(60)])])
def test_kills_leave_equal_bytes_and_nothing_else(tmp_path: Path, kills: int) -> None:
    scenario = Scenario.from_toml(fake_model.QUICK)
    go(scenario, tmp_path / "whole" / "run.zarr", _REPLICATES)
    environment = os.environ | {"PYTHONPATH": os.pathsep.join([*filter(None, sys.path), "tests"])}
    told = subprocess.run(
        [sys.executable, "-c", KILLER, str(tmp_path / "killed"), str(kills), str(_REPLICATES), "2.0"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    killed, stores = map(int, told.stdout.split())
    assert killed >= kills
    for number in range(stores):
        out = tmp_path / "killed" / str(number) / "run.zarr"
        # What is flagged is kept: the last run computes the others only.
        go(scenario, out, _REPLICATES)
        assert_same_bytes(tmp_path / "whole", out.parent)
