"""Whatever stdout and stdin are, the command ends in words, never in a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from results_files import as_csv, results, saved, whole_results

from sim.cli import run_command
from sim.cli.money_tables import side_by_side

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from sim.cli import main; main()"]


def leadsim(*options: str, **named: object) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), **named.pop("environment", {})}
    return subprocess.run([*COMMAND, *options], env=environment, timeout=120, check=False, **named)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    rows = results()
    rows[0]["ACO_Name"] = "Pe\u00f1a \u2013 Salud"
    rows[0]["ACO_ID"] = "A\u00f1\u2013"
    return saved(tmp_path, rows)


@pytest.mark.parametrize("encoding", ["ascii", "cp1252", "latin-1"])
def test_what_a_terminal_cannot_show_is_replaced(file: Path, encoding: str) -> None:
    options = ("rebenchmark", str(file), "--option", "global")
    done = leadsim(*options, capture_output=True, environment={"PYTHONIOENCODING": encoding})
    assert (done.returncode, done.stderr) == (0, b"")
    shown = "A??" if encoding == "ascii" else "A\u00f1"
    assert shown in done.stdout.decode(encoding)


def test_help_and_faults_in_ascii(tmp_path: Path) -> None:
    ascii_only = {"PYTHONIOENCODING": "ascii"}
    assert leadsim("--help", capture_output=True, environment=ascii_only).returncode == 0
    done = leadsim("validate", "caf\u00e9.toml", capture_output=True, environment=ascii_only)
    assert done.returncode == 2
    assert b"caf?.toml: cannot be read" in done.stderr


def test_output_that_nobody_reads_on_or_that_is_full(file: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    done = leadsim("rules", stdout=write, stderr=subprocess.PIPE)
    os.close(write)
    assert (done.returncode, done.stderr) == (1, b"")
    with Path("/dev/full").open("wb") as full:
        done = leadsim("settle", str(file), "--program", "mssp", stdout=full, stderr=subprocess.PIPE)
    assert done.returncode == 2
    assert done.stderr.decode().strip().endswith("No space left on device")
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("command", [("settle", "--program", "mssp"), ("rebenchmark", "--option", "global")])
def test_a_cell_of_a_file_steers_no_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    rows = [row | {"ACO_ID": f"\x1b[31m{row['ACO_ID']}\nx"} for row in whole_results()]
    assert run_command([*command, str(saved(tmp_path, rows))]) == 0
    shown = capsys.readouterr()
    assert "\x1b" not in shown.out + shown.err


@pytest.mark.parametrize("name", ["-", "/dev/stdin"])
def test_standard_input_to_standard_output(name: str) -> None:
    content = as_csv(results()).encode()
    options = ("settle", name, "--program", "mssp")
    done = leadsim(*options, "--year", "2022", "--out", "-", input=content, capture_output=True)
    assert done.returncode == 0
    lines = done.stdout.decode().splitlines()
    assert [line.split(",")[0] for line in lines] == ["aco_id", "A1", "A2", "A3"]
    assert b"performance year" in done.stderr
    done = leadsim(*options, input=content, capture_output=True)
    assert done.returncode == 2
    assert b"--year" in done.stderr


def test_rebenchmark_fits_80_columns_with_all_parts_of_the_change(file: Path) -> None:
    options = ("rebenchmark", str(file), "--option", "global", "--set", "add_on.place=inside")
    environment = {"COLUMNS": "80", "PYTHONIOENCODING": "utf-8"}
    done = leadsim(*options, capture_output=True, environment=environment)
    assert (done.returncode, done.stderr) == (0, b"")
    lines = done.stdout.decode().splitlines()
    assert max(map(len, lines)) <= 80
    (heading,) = [line for line in lines if line.startswith(" ACO ")]
    for part in ("weight", "floor", "cap", "savings", "add-on", "discount"):
        assert part in heading


def test_tables_of_many_arms_are_split_where_there_is_no_room() -> None:
    arms = ["lead_global", "lead_professional", "mssp", "care_unchanged"]
    assert list(side_by_side(arms, 80)) == [arms[:3], arms[3:]]
    assert list(side_by_side(arms, 100)) == [arms]
    assert list(side_by_side(["a_very_long_name_of_an_arm", "b"], 40)) == [
        ["a_very_long_name_of_an_arm"],
        ["b"],
    ]
