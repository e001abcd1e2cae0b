"""Which functions of ``sim/policy`` nothing calls: rules that are written and not yet acting."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

POLICY = "sim.policy"
# What the kernels and the simulation are held to is no part of a simulation.
_NOT_RUNNING = ("sim.reference",)


def functions_nothing_calls(root: Path | None = None) -> list[str]:
    """Return ``chapter.function`` of every public rule that no room calls, directly or through other rules.

    Parameters
    ----------
    root : Path, optional
        Folder of the package, this one by default.
    """
    folder = Path(__file__).parents[1] if root is None else root
    modules = {
        _name_of(path, folder): ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.py"))
    }
    rules = {
        (name, node.name): node
        for name, tree in modules.items()
        if name.startswith(f"{POLICY}.")
        for node in tree.body
        if isinstance(node, ast.FunctionDef)
    }
    reached: set[tuple[str, str]] = set()
    waiting = [
        used
        for name, tree in modules.items()
        if not name.startswith((POLICY, *_NOT_RUNNING))
        for used in _used(tree, name, tree)
    ]
    while waiting:
        rule = waiting.pop()
        if rule in rules and rule not in reached:
            reached.add(rule)
            waiting += _used(rules[rule], rule[0], modules[rule[0]])
    return sorted(
        f"{module.removeprefix(f'{POLICY}.')}.{function}"
        for module, function in rules
        if not function.startswith("_") and (module, function) not in reached
    )


def _name_of(path: Path, folder: Path) -> str:
    parts = path.relative_to(folder.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _used(node: ast.AST, module: str, tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield (module, function) of every rule that a part of a module names."""
    functions, chapters = _imported(tree)
    for part in ast.walk(node):
        if isinstance(part, ast.Name):
            yield functions.get(part.id, (module, part.id))
        elif isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name):
            chapter = chapters.get(part.value.id)
            if chapter is not None:
                yield chapter, part.attr


def _imported(tree: ast.Module) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Return what names stand for: functions of chapters, and chapters."""
    functions: dict[str, tuple[str, str]] = {}
    chapters: dict[str, str] = {}
    for node in ast.walk(tree):
        if not isinstance(node, ast.ImportFrom) or not (node.module or "").startswith(POLICY):
            continue
        for alias in node.names:
            if node.module == POLICY:
                chapters[alias.asname or alias.name] = f"{POLICY}.{alias.name}"
            else:
                functions[alias.asname or alias.name] = (str(node.module), alias.name)
    return functions, chapters
