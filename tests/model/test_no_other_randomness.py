"""Nothing in a run draws from anything but the counters of sim.kernels.draws."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import sim

ROOT = Path(sim.__file__).parent
# Mesa's own order of agents (shuffle) is the user's to ask for; nothing in a run does.
SHUFFLES = {"columns/row_set.py", "columns/mixed_set.py", "columns/column_set.py", "columns/values.py"}
SHUFFLES |= {"columns/mesa_compat.py", "columns/column_model.py"}
# The object model that the bench measures against may draw as an ordinary Mesa model does.
MEASURED_AGAINST = {"reference/people.py"}
# Which points a sweep has is decided before any run, from the study's seed.
DESIGNS = {"experiments/design.py"}
# Which finished replicates are looked at again decides nothing, and nobody may foresee it.
CHECKS = {"cli/stores.py"}
SOURCES = {"random", "secrets", "uuid"}
WAYS = {"random", "rng", "default_rng", "RandomState", "urandom", "rvs", "shuffle", "shuffle_do"}
FILES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))


def uses(source: str) -> set[str]:
    """Return the names by which a module could reach another source of randomness."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.split(".")[0] in SOURCES}
        if isinstance(node, ast.ImportFrom):
            if (node.module or "").split(".")[0] in SOURCES or (node.module or "").endswith(".random"):
                found.add(str(node.module))
            found |= {alias.name for alias in node.names if alias.name in WAYS}
        if isinstance(node, ast.Attribute) and node.attr in WAYS:
            found.add(node.attr)
    return found


@pytest.mark.parametrize("file", sorted({*FILES} - SHUFFLES - MEASURED_AGAINST - DESIGNS - CHECKS))
def test_no_module_draws_elsewhere(file):
    assert uses((ROOT / file).read_text(encoding="utf-8")) == set()


def test_the_modules_excused_exist():
    assert set(FILES) >= SHUFFLES | MEASURED_AGAINST | DESIGNS | CHECKS


@pytest.mark.parametrize(
    "source",
    [
        "import random",
        "from random import gauss",
        "import numpy as np\nnp.random.default_rng(1)",
        "from numpy.random import default_rng",
        "from numpy import random",
        "import secrets",
        "agents.shuffle_do('step')",
        "self.rng.normal()",
        "self.random.random()",
        "import os\nos.urandom(8)",
        "stats.norm.rvs(3)",
    ],
)
def test_the_check_sees_other_sources(source):
    assert uses(source)
