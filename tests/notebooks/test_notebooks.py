"""Every notebook runs from top to bottom as a reader would run it, and shows its figures."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[2]
EXECUTE = """
import sys, jupytext, nbformat
from nbclient import NotebookClient
notebook = jupytext.read(sys.argv[1])
NotebookClient(notebook, timeout=300).execute()
nbformat.write(notebook, sys.argv[2])
"""


@pytest.mark.slow
@pytest.mark.long(65)
@pytest.mark.parametrize(
    ("script", "figures"),
    [("01-first-decade.py", 5), ("02-your-own-agent.py", 1), ("05-benchmark-truth-evaluation.py", 2)],
    ids=str,
)
def test_notebook_runs_and_draws(script: str, figures: int, tmp_path: Path) -> None:
    for folder in ("notebooks", "scenarios"):
        shutil.copytree(ROOT / folder, tmp_path / folder)
    shown = tmp_path / "notebooks" / "executed.ipynb"
    found = subprocess.run(
        [sys.executable, "-c", EXECUTE, script, shown.name],
        cwd=shown.parent,
        # Without ipywidgets, tqdm (which Mesa imports) says so on stderr.
        env={**os.environ, "LEADSIM_THREADS": "2", "PYTHONWARNINGS": "ignore:IProgress not found"},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    cells = [cell for cell in nbformat.read(shown, as_version=4).cells if cell.cell_type == "code"]
    outputs = [output for cell in cells for output in cell.outputs]
    assert sum("image/png" in output.get("data", {}) for output in outputs) == figures
    assert not [output for output in outputs if output.output_type == "stream"]


def test_every_notebook_is_tested() -> None:
    marks = test_notebook_runs_and_draws.pytestmark  # type: ignore[attr-defined]
    tested = {case[0] for mark in marks if mark.name == "parametrize" for case in mark.args[1]}
    assert {path.name for path in (ROOT / "notebooks").glob("*.py")} == tested
