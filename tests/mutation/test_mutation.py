"""Rules changed one at a time are noticed by some test, but for changes that make no difference."""

from __future__ import annotations

import importlib
import subprocess
import sys
from functools import partial
from pathlib import Path

import mutate
import pytest

HERE = Path(mutate.__file__)
HELD = {
    "policy": """alignment arrays baseline capitation cara claims_lag discount efficiency eligibility
    high_needs lead msr mssp mssp_agreement mssp_benchmark quality rate_book
    reach reach_benchmark risk settlement trend""",
    "settlement": "bracket bridge calendar entry lead_base lead_quality mssp program prospective",
}


def test_mutants_are_what_they_say():
    found = mutate.mutants(mutate.ROOT / "sim" / "policy" / "discount.py")
    assert len({str(one) for one in found}) == len(found) > 4
    text = (mutate.ROOT / "sim" / "policy" / "discount.py").read_text()
    for one in found:
        compile(one.source, one.path, "exec")
        assert one.after in one.source
    assert text == (mutate.ROOT / "sim" / "policy" / "discount.py").read_text()


def test_each_mutant_has_a_name_of_its_own():
    """To accept one is not to accept another that reads the same."""
    names = [str(one) for path in mutate.sources() for one in mutate.mutants(path)]
    assert len(set(names)) == len(names)


def test_every_accepted_mutant_exists_and_has_a_reason():
    known = {str(one) for path in mutate.sources() for one in mutate.mutants(path)}
    assert mutate.accepted() <= known
    lines = [line for line in mutate.ACCEPTED.read_text().splitlines() if line and not line.startswith("#")]
    assert all(len(line.split("#")[1].split()) > 2 for line in lines)


@pytest.mark.parametrize(("test", "code"), [("assert False", 2), ("assert True", 1)])
def test_of_tests_that_fail_as_it_is_nothing_is_told(test, code, tmp_path, monkeypatch, capsys):
    """They would fail with every mutant, too; tests that always pass notice none."""
    only = tmp_path / "test_only.py"
    only.write_text(f"def test_only():\n    {test}\n")
    monkeypatch.setattr(mutate, "tests_of", partial(_the_same, str(only)))
    monkeypatch.setattr(sys, "argv", ["mutate.py", "sim/policy/discount.py", "--sample", "2", "--jobs", "1"])
    monkeypatch.chdir(mutate.ROOT)
    assert mutate.main() == code
    said = capsys.readouterr().out
    assert ("The tests of sim/policy fail" in said) == (code == 2)
    assert ("2 mutants, 2 that no test notices" in said) == (code == 1)


def _the_same(test, mutant):
    return [test]


def test_the_tests_meet_the_mutant(tmp_path, monkeypatch):
    """A process that pytest started itself would meet the module as it is, and notice nothing."""
    only = tmp_path / "test_only.py"
    rule = "discount_rate(True, lower=0.03, higher=0.0175) == 0.0175"
    only.write_text(f"from sim.policy.discount import discount_rate\n\ndef test_only():\n    assert {rule}\n")
    monkeypatch.setattr(mutate, "tests_of", partial(_the_same, str(only)))
    found = mutate.mutants(mutate.ROOT / "sim" / "policy" / "discount.py")
    importlib.import_module("sim.policy.discount")  # as it is, before the mutant is tried
    noticed = [one.function for one in found if mutate.is_noticed(one)]
    assert noticed == ["discount_rate"]


@pytest.mark.slow
@pytest.mark.long(95)
def test_a_sample_of_mutants_is_noticed():
    """Of the chapters whose mutants have all been tried; a new one may have some that no test notices."""
    files = [f"sim/{room}/{name}.py" for room, names in HELD.items() for name in names.split()]
    command = [sys.executable, str(HERE), *files, "--sample", "24", "--seed", "5"]
    tried = subprocess.run(command, capture_output=True, text=True, check=False, cwd=mutate.ROOT)
    assert tried.returncode == 0, tried.stdout + tried.stderr
