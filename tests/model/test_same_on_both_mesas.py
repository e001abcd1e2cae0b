"""The little world gives the same bytes with Mesa 3.3 (Python 3.11) and with Mesa 3.5 (Python 3.12 on)."""

from __future__ import annotations

import ast
import hashlib
import json
import re
from pathlib import Path

import numpy as np
from little_world import ARMS, results

from sim.outcomes.registry import BY_NAME

ROOT = Path(__file__).parents[2]
# By these a test gets hold of a model, of its agents or of Mesa itself.
HOLDS = ("mesa", "column_toys", "sim.model", "sim.agents", "sim.columns", "lived_through", "Replicate")
DIGESTS = json.loads((ROOT / "tests/data/little_world.json").read_text())


def digests() -> dict[str, dict[str, str]]:
    out = results()
    return {
        arm: {
            name: hashlib.sha256(
                np.ascontiguousarray(BY_NAME[name].encode(values[ARMS.index(arm)])).tobytes()
            ).hexdigest()[:16]
            for name, values in out.items()
        }
        for arm in ("lead_global", "lead_professional")
    }


def test_the_little_world_gives_the_bytes_that_are_written_down():
    ours = digests()
    differing = [
        f"{arm}: {name}" for arm, names in DIGESTS.items() for name in names if ours[arm][name] != names[name]
    ]
    assert differing == []


def holds(source: str) -> set[str]:
    """Return the names by which a test gets hold of what Mesa steps."""
    imports = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Import | ast.ImportFrom)]
    names = {alias.name for node in imports for alias in node.names}
    names |= {node.module or "" for node in imports if isinstance(node, ast.ImportFrom)}
    return {name for name in names if name.startswith(HOLDS)}


def test_what_ci_runs_on_one_mesa_only_holds_no_model():
    """What simulates whole replicates only gives other results on the other Mesa if the little world does."""
    left_out = re.findall(r"--ignore=tests/model/test_\{(.*)\}\.py", (ROOT / ".ci" / "run").read_text())[0]
    paths = [ROOT / "tests" / "model" / f"test_{name}.py" for name in left_out.split(",")]
    assert {path.name: holds(path.read_text(encoding="utf-8")) for path in paths} == {
        path.name: set() for path in paths
    }
    assert holds((ROOT / "tests" / "model" / "test_as_mesa.py").read_text(encoding="utf-8"))
