"""Mesa's private names move between releases: one module may know them."""

from __future__ import annotations

import ast
from pathlib import Path

import mesa
import pytest
from column_toys import MESA_3_3, Firm

import sim
from sim.columns.mesa_compat import AgentSet, GroupBy, drop_id_counter

ROOT = Path(sim.__file__).parent
THE_ONE = ROOT / "columns" / "mesa_compat.py"
#: Private names that Mesa 3.5 added: forbidden under 3.3 too, so that a run of either finds a touch.
LATER = {
    *("_advance_time", "_batch_context", "_event_generators", "_event_list", "_has_subscribers"),
    *("_mesa_notify", "_process_signal_type", "_scenario", "_simulator", "_suppress", "_time"),
}
PYTHONS_OWN = {"_abc_impl", "_hash", "_from_iterable"}


def private_names():
    model = mesa.Model(rng=1)
    holders = [model, Firm(model), AgentSet([], model.random), GroupBy({}), mesa.DataCollector()]
    names = {name for holder in holders for name in (*dir(holder), *vars(holder))}
    drop_id_counter(model)
    return {name for name in names if name.startswith("_") and not name.startswith("__")} - PYTHONS_OWN


def used_names(tree):
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.FunctionDef):
            yield node.name
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def speaks_to_mesa(tree):
    for node in ast.walk(tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if any(name == "mesa" or name.startswith(("mesa.", "sim.agents", "sim.columns")) for name in names):
            return True
    return False


def test_the_list_of_private_names_is_not_empty():
    known = {"_agents", "_all_agents", "_agents_by_type", "_user_step", "_record_agents", "_update"}
    assert known | ({"_ids"} if MESA_3_3 else LATER) <= private_names()


def test_only_one_module_touches_mesas_private_names():
    forbidden = private_names() | LATER
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        touched = forbidden & set(used_names(tree))
        if touched and path != THE_ONE and speaks_to_mesa(tree):
            found[str(path.relative_to(ROOT))] = sorted(touched)
    assert found == {}


@pytest.mark.parametrize(
    "source", ["model._agents", "getattr(model, '_agents')", "def _record_agents(): pass"]
)
def test_a_touch_would_be_seen(source):
    assert private_names() & set(used_names(ast.parse(source)))


def test_the_store_and_its_fields_know_nothing_of_mesa():
    for name in ("fields.py", "store.py", "values.py", "bulk.py"):
        tree = ast.parse((ROOT / "columns" / name).read_text(encoding="utf-8"))
        modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert not any("mesa" in str(module) for module in modules)
