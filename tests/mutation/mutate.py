"""Change one thing in a module of rules at a time, and see whether a test notices.

``python tests/mutation/mutate.py sim/policy/baseline.py ...`` tries every mutant of some files, by default of
all of ``sim/policy`` and ``sim/settlement``, and prints those that no test notices; ``--sample 40`` tries so
many of them, ``--list`` only shows them. No file is changed: each mutant lives in a process of its own.
"""

from __future__ import annotations

import argparse
import ast
import copy
import hashlib
import importlib.util
import multiprocessing
import os
import resource
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from functools import cache
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).parents[2]
ACCEPTED = Path(__file__).parent / "accepted.txt"
ROOMS = ("policy", "settlement")
TESTS = {
    "policy": ("tests/policy",),
    "settlement": ("tests/settlement", "tests/model/test_settled_by_hand.py"),
}
LIBRARIES = (
    "hypothesis",
    "mesa",
    "nbmake.pytest_plugin",
    "numba",
    "pydantic",
    "scipy.stats",
    "tomlkit",
    "xarray",
    "zarr",
)
NOTICED, NOT_NOTICED = 1, 0
# Seconds of a processor, which a busy machine does not use up. The first run in a new checkout compiles the
# kernels, which takes longer than all tests after it.
COLD, WARM = 900, 240
# A mutant that waits uses up no processor.
WAITS = 3600.0
# Big worlds show no more of a rule than little ones do.
SMALL = ("-k", "not quickstart")

_COMPARED = {
    ast.Lt: ast.LtE,
    ast.LtE: ast.Lt,
    ast.Gt: ast.GtE,
    ast.GtE: ast.Gt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
}
_CALCULATED = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}
_CALLED = {"minimum": "maximum", "maximum": "minimum", "min": "max", "max": "min", "any": "all", "all": "any"}


@dataclass(frozen=True)
class Mutant:
    """A module with one node put in place of another.

    Attributes
    ----------
    path : str
        File relative to the project.
    function : str
        Where the change is.
    line : int
    before, after : str
        The changed expression.
    source : str
        The whole mutated module.
    place : int
        Which of the same changes in the function, from 1.
    """

    path: str
    function: str
    line: int
    before: str
    after: str
    source: str
    place: int = 1

    def __str__(self) -> str:
        place = f" ({self.place})" if self.place > 1 else ""
        return f"{self.path}: {self.function}: {self.before} -> {self.after}{place}"


def instead_of(node: ast.AST) -> Iterator[ast.AST]:
    """Return what a node may wrongly be."""
    if isinstance(node, ast.Compare) and len(node.ops) == 1 and type(node.ops[0]) in _COMPARED:
        yield ast.Compare(node.left, [_COMPARED[type(node.ops[0])]()], node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in _CALCULATED:
        yield ast.BinOp(node.left, _CALCULATED[type(node.op)](), node.right)
        if isinstance(node.op, ast.Mult):
            yield node.left
            yield node.right
    elif isinstance(node, ast.BoolOp):
        yield ast.BoolOp(ast.Or() if isinstance(node.op, ast.And) else ast.And(), node.values)
    elif isinstance(node, ast.UnaryOp) and not isinstance(node.operand, ast.Constant):
        yield node.operand
    elif isinstance(node, ast.IfExp):
        yield ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Constant) and type(node.value) in (int, float):
        yield ast.Constant(node.value + 1)
    elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
        yield ast.Constant(not node.value)
    elif isinstance(node, ast.Call):
        yield from _other_call(node)


def _other_call(node: ast.Call) -> Iterator[ast.AST]:
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    if name in _CALLED:
        other = copy.deepcopy(node.func)
        setattr(other, "attr" if isinstance(other, ast.Attribute) else "id", _CALLED[name])
        yield ast.Call(other, node.args, node.keywords)
    if name == "clip" and node.args:
        yield node.args[0]
    if name == "where" and len(node.args) == 3:
        yield ast.Call(node.func, [node.args[0], node.args[2], node.args[1]], node.keywords)


def places(tree: ast.Module) -> Iterator[tuple[str, ast.AST, str, int | None]]:
    """Return function, parent node, field and place in it of every expression that is run."""

    def below(node: ast.AST, function: str) -> Iterator[tuple[str, ast.AST, str, int | None]]:
        here = node.name if isinstance(node, ast.FunctionDef | ast.ClassDef) else function
        for field, value in ast.iter_fields(node):
            if field in ("annotation", "returns", "decorator_list", "type_params"):
                continue
            if isinstance(node, ast.Expr) and isinstance(value, ast.Constant):
                continue
            for at, child in enumerate(value) if isinstance(value, list) else ((None, value),):
                if isinstance(child, ast.AST):
                    yield here, node, field, at
                    yield from below(child, here)

    yield from below(tree, "module")


@cache
def mutants(path: Path) -> list[Mutant]:
    """Return every mutant of a file, in the order of its source."""
    text = path.read_text()
    tree = ast.parse(text)
    found = []
    seen: Counter[tuple[str, str, str]] = Counter()
    for function, parent, field, at in places(tree):
        holder = getattr(parent, field)
        node = holder if at is None else holder[at]
        for other in instead_of(node):
            _put(parent, field, at, other)
            shown = ast.unparse(ast.fix_missing_locations(copy.deepcopy(other)))
            source = ast.unparse(tree)
            _put(parent, field, at, node)
            name = str(path.resolve().relative_to(ROOT))
            change = (function, ast.unparse(node), shown)
            seen[change] += 1
            found.append(Mutant(name, function, node.lineno, *change[1:], source, seen[change]))
    return found


def _put(parent: ast.AST, field: str, at: int | None, node: ast.AST) -> None:
    if at is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[at] = node


class _Finder(MetaPathFinder, Loader):
    """Loads the mutant in place of its module."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant
        self.name = mutant.path.removesuffix(".py").replace("/", ".")

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname == self.name else None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.source, self.mutant.path, "exec"), module.__dict__)  # noqa: S102


def _run(mutant: Mutant, tests: Sequence[str], seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
    sys.meta_path.insert(0, _Finder(mutant))
    for name in [name for name in sys.modules if name.partition(".")[0] == "sim"]:
        del sys.modules[name]
    import pytest

    # Only this process has the mutant: one that pytest starts itself would import the module as it is.
    # Plugins that were loaded before the fork cannot be rewritten, and need not be.
    plugins = ("-n", "0", "-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")
    quiet = ("-q", "--no-header", *plugins)
    passed = {pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED}
    with open(os.devnull, "w") as nowhere, redirect_stdout(nowhere), redirect_stderr(nowhere):
        # One after another: mostly the first notices, and the others need not even be collected.
        noticed = any(pytest.main([one, "-x", *quiet, *SMALL]) not in passed for one in tests)
    os._exit(NOTICED if noticed else NOT_NOTICED)


def load_libraries() -> None:
    """Load what the tests import besides the project: once, and not again in the process of every mutant."""
    for name in LIBRARIES:
        importlib.import_module(name)


def tests_of(mutant: Mutant) -> list[str]:
    """Return the tests of a mutant's room, those named after its module first."""
    room, stem = Path(mutant.path).parent.name, Path(mutant.path).stem
    named = sorted((ROOT / "tests" / room).glob(f"test_{stem}*.py"), key=lambda path: len(path.name))
    return [*(str(path.relative_to(ROOT)) for path in named), *TESTS[room]]


def is_noticed(mutant: Mutant, seconds: int = WARM) -> bool:
    """Run the tests with the mutant in a process of its own; one that hangs is noticed, too."""
    process = multiprocessing.get_context("fork").Process(
        target=_run, args=(mutant, tests_of(mutant), seconds)
    )
    process.start()
    process.join(WAITS)
    if process.is_alive():
        process.kill()
        process.join()
        return True
    return process.exitcode != NOT_NOTICED


def fails_as_it_is(path: str) -> bool:
    """Run the tests of a module with nothing changed: if they fail, every mutant would seem noticed."""
    return is_noticed(Mutant(path, "", 0, "", "", (ROOT / path).read_text()), COLD)


def accepted() -> set[str]:
    """Return the mutants that change nothing, each stated with a reason after ``#``."""
    lines = (line.split("#")[0].strip() for line in ACCEPTED.read_text().splitlines())
    return {line for line in lines if line}


def sources() -> list[Path]:
    """Return the files of rules."""
    return sorted(path for room in ROOMS for path in (ROOT / "sim" / room).glob("*.py"))


def sample(of: Sequence[Mutant], size: int, seed: int) -> list[Mutant]:
    """Return a reproducible choice, in which a mutant stays when other code changes."""

    def rank(mutant: Mutant) -> bytes:
        return hashlib.sha256(f"{seed} {mutant}".encode()).digest()

    return sorted(of, key=rank)[:size]


def main() -> int:
    """Try mutants from the command line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--sample", type=int)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true")
    options = parser.parse_args()
    chosen = [one for path in options.files or sources() for one in mutants(path)]
    if options.sample:
        chosen = sample(chosen, options.sample, options.seed)
    if options.list:
        sys.stdout.write("".join(f"{mutant}\n" for mutant in chosen))
        return 0
    known = accepted()
    tried = [mutant for mutant in chosen if str(mutant) not in known]
    left = 0
    load_libraries()
    with ProcessPoolExecutor(options.jobs, multiprocessing.get_context("fork")) as pool:
        # The modules of a room have the same tests, in another order.
        one_of = {str(Path(mutant.path).parent): mutant.path for mutant in tried}
        fails = pool.map(fails_as_it_is, one_of.values())
        failing = [room for room, fail in zip(one_of, fails, strict=True) if fail]
        if failing:
            sys.stdout.write(
                f"The tests of {', '.join(failing)} fail, or take more than {COLD:.0f} s, as it is: "
                "nothing can be told of mutants there.\n"
            )
            return 2
        for mutant, noticed in zip(tried, pool.map(is_noticed, tried), strict=True):
            if not noticed:
                left += 1
                sys.stdout.write(f"not noticed, line {mutant.line}: {mutant}\n")
                sys.stdout.flush()
    sys.stdout.write(f"{len(tried)} mutants, {left} that no test notices\n")
    return 1 if left else 0


if __name__ == "__main__":
    os.chdir(ROOT)
    sys.path[:0] = [str(ROOT)]
    sys.exit(main())
