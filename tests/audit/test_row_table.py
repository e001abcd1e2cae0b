"""Rows written to files, links, pipes and standard output: whole, or not at all."""

import os
import stat
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from sim.audit import row_table
from sim.audit.row_table import RowTable
from sim.inputs.faults import InputError

TABLE = RowTable([{"aco_id": "A1", "x": 1.5}, {"aco_id": "A2", "x": None}], {"acos": 2})
TEXT = "aco_id,x\nA1,1.5\nA2,\n"


def test_a_new_file_has_the_usual_permissions(tmp_path):
    TABLE.to_csv(tmp_path / "a.csv")
    (tmp_path / "b.csv").touch()
    assert (tmp_path / "a.csv").read_text() == TEXT
    assert (tmp_path / "a.csv").stat().st_mode == (tmp_path / "b.csv").stat().st_mode


def test_a_file_is_replaced_with_its_permissions(tmp_path):
    path = tmp_path / "a.csv"
    path.write_text("old, and longer than what comes after it\n")
    path.chmod(0o640)
    TABLE.to_csv(path)
    assert path.read_text() == TEXT
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert [item.name for item in tmp_path.iterdir()] == ["a.csv"]


@pytest.mark.parametrize("exists", [True, False])
def test_a_link_stays_and_leads_to_the_rows(tmp_path, exists):
    (tmp_path / "far").mkdir()
    real = tmp_path / "far" / "real.csv"
    if exists:
        real.write_text("old")
    (tmp_path / "near.csv").symlink_to("far/real.csv")
    (tmp_path / "link.csv").symlink_to("near.csv")
    TABLE.to_csv(tmp_path / "link.csv")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "near.csv").is_symlink()
    assert real.read_text() == TEXT


def test_a_pipe_is_written_to(tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    read = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    TABLE.to_csv(pipe)
    reader.join()
    assert read == [TEXT]
    assert stat.S_ISFIFO(pipe.stat().st_mode)


def test_a_pipe_that_nobody_reads_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(row_table, "_SECONDS_TO_OPEN", 0.1)
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(InputError, match="it is a pipe and nobody reads it"):
        TABLE.to_csv(tmp_path / "pipe")


@pytest.mark.parametrize("name", ["-", "/dev/stdout", "/dev/fd/1"])
def test_standard_output_that_goes_to_a_file_is_not_written_over(tmp_path, name):
    program = (
        "from tests.audit.test_row_table import TABLE\n"
        f"print('before', flush=True); TABLE.to_csv({name!r}); print('after')"
    )
    with (tmp_path / "out").open("wb") as out:
        subprocess.run([sys.executable, "-c", program], stdout=out, check=True, cwd=Path(__file__).parents[2])
    assert (tmp_path / "out").read_text() == f"before\n{TEXT}after\n"


def test_the_null_device_stays_one():
    TABLE.to_csv(os.devnull)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@pytest.mark.parametrize("name", ["absent/a.csv", ".", "/dev/full"])
def test_what_cannot_be_written_is_told(tmp_path, name):
    with pytest.raises(InputError, match=r"cannot be written \("):
        TABLE.to_csv(tmp_path / name)
    assert list(tmp_path.iterdir()) == []


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.csv"
    path.write_text("old")

    def full(descriptor, content):
        os.close(descriptor)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(row_table, "_send", full)
    with pytest.raises(InputError, match="No space left on device"):
        TABLE.to_csv(path)
    assert path.read_text() == "old"
    assert [item.name for item in tmp_path.iterdir()] == ["a.csv"]


def test_no_text_is_a_formula_for_a_spreadsheet(tmp_path):
    texts = ["=1+1", "+1", "-1", "@x", "\tx", "plain", "a=b"]
    RowTable([{"name": text, "x": -1.5} for text in texts], {}).to_csv(tmp_path / "a.csv")
    lines = (tmp_path / "a.csv").read_text().splitlines()[1:]
    assert lines == ["'=1+1,-1.5", "'+1,-1.5", "'-1,-1.5", "'@x,-1.5", "'\tx,-1.5", "plain,-1.5", "a=b,-1.5"]
