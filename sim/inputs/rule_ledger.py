"""The rule ledger: every program value with unit, years, citation, status and the tests that name it."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from importlib import import_module
from pathlib import Path

from sim.inputs.entries import Entry
from sim.inputs.entry_reader import CONFLICTED
from sim.inputs.explain import plain_text
from sim.inputs.not_acting import acts
from sim.inputs.rule_functions import functions_nothing_calls
from sim.inputs.rulebook import Rulebook, available_rulebooks, load_rulebook


def rule_ledger() -> str:
    """Return docs/rules.md: a table per rulebook of what it states itself.

    The last column names the test that states the rulebook and, among the fewest others, the rule's key. It
    is filled in a source tree only, since the tests are not part of an installed package.
    """
    folder = Path(__file__).parents[2] / "tests"
    tests = _words_by_test(folder) if folder.is_dir() else {}
    books = [load_rulebook(name) for name in available_rulebooks()]
    lines = [
        "# Rule ledger",
        "",
        "Written by `leadsim rules` from `sim/programs`. A value by year holds until the next year stated.",
        "Status: `final` read in a CMS text, `proposed` in a proposed rule, `secondary` read in a summary of",
        "a CMS text, `assumed` not published, `conflicted` stated otherwise by another source.",
        "A scenario changes any of them under `[program.values]`.",
        "",
    ]
    lines += _not_yet_acting(books)
    lines += _functions_not_run()
    for book in books:
        heirs = {heir.name for heir in books if book.name in heir.chain}
        lines += _section(book, {test: words for test, words in tests.items() if words & heirs})
    return "\n".join(lines)


def _not_yet_acting(books: Sequence[Rulebook]) -> Iterator[str]:
    """Yield the section of rules that change no result, a table by program."""
    yield from [
        "## Not yet acting",
        "",
        "These values are stated and change no result of a simulation: a test moves each value of every",
        "program in little worlds and compares all that comes out. The others act.",
        "",
    ]
    for program in dict.fromkeys(book.name.partition("-")[0] for book in books):
        own = [book for book in books if book.name.partition("-")[0] == program]
        titles = {entry.key: entry.title for book in own for entry in book}
        idle = [key for key in titles if not acts(program, key)]
        yield from [f"**{program}**: {len(idle)} of {len(titles)}.", ""]
        yield from ["| rule | what it says |", "| --- | --- |"] if idle else []
        yield from [f"| `{key}` | {titles[key]} |" for key in idle]
        yield from [""] if idle else []


def _functions_not_run() -> Iterator[str]:
    """Yield the section of rules that are written as functions and that nothing calls."""
    yield from [
        "## Functions that nothing runs",
        "",
        "Written and tested in `sim/policy`, and called by no simulation and no settlement of CMS's files.",
        "Claims alignment, the Medicaid route and High Needs act all the same: the kernels have these in",
        "compiled form, and tests hold them to these functions.",
        "",
        "| function | what it says |",
        "| --- | --- |",
    ]
    for name in functions_nothing_calls():
        chapter, _, function = name.partition(".")
        said = getattr(import_module(f"sim.policy.{chapter}"), function).__doc__ or ""
        yield f"| `{name}` | {said.strip().splitlines()[0]} |"
    yield ""


def _section(book: Rulebook, tests: Mapping[str, set[str]]) -> Iterator[str]:
    stated = [entry for entry in book if entry.file == f"{book.name}.toml"]
    parent = f" Extends `{book.chain[1]}`; what is not listed is as there." if len(book.chain) > 1 else ""
    counts = [(sum(entry.standing == one for entry in stated), one) for one in ("assumed", CONFLICTED)]
    weak = ", ".join(f"{count} {word}" for count, word in counts)
    span = f"PY{book.first_py} to PY{book.last_py}"
    yield from [f"## {book.name}", ""]
    yield f"{book.title}, {span}.{parent} {len(stated)} values, {weak}."
    if files := sorted({f"`{test.partition('::')[0]}`" for test in tests}):
        yield f"Tested in {', '.join(files)}."
    yield from [
        "",
        "| rule | value | unit | status | source | test |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for entry in stated:
        cells = (
            f"`{entry.key}`<br>{entry.title}",
            _values(entry),
            entry.unit,
            entry.standing,
            _source(entry),
            _narrowest(tests, entry.key),
        )
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"
    yield ""


def _values(entry: Entry) -> str:
    return "<br>".join(
        plain_text(raw) if year is None else f"{year}: {plain_text(raw)}" for year, raw in entry.written
    )


def _source(entry: Entry) -> str:
    parts = [entry.source]
    if entry.note:
        parts.append(f"*{entry.note}*")
    if entry.conflict:
        stated = f"{entry.conflict.value} ({entry.conflict.source})"
        parts.append(f"Conflict: {stated}; to switch: {entry.conflict.switch}")
    return "<br>".join(parts)


def _narrowest(tests: Mapping[str, set[str]], word: str) -> str:
    """Return the test that states `word` and least else."""
    stating = [(len(words), test) for test, words in tests.items() if word in words]
    return f"`{min(stating)[1]}`" if stating else ""


def _words_by_test(folder: Path) -> dict[str, set[str]]:
    return {
        f"{path.name}::{test}": words
        for path in sorted(folder.rglob("test_*.py"))
        for test, words in _words_of_tests(ast.parse(path.read_text(encoding="utf-8")))
    }


def _words_of_tests(module: ast.Module) -> Iterator[tuple[str, set[str]]]:
    """Yield each test of a file with the words it states, itself or by module names it uses."""
    parts: dict[str, ast.stmt] = {}
    for node in module.body:
        if isinstance(node, ast.FunctionDef):
            parts[node.name] = node
        elif isinstance(node, ast.Assign):
            parts |= {target.id: node for target in node.targets if isinstance(target, ast.Name)}
    for name, node in parts.items():
        if name.startswith("test_"):
            yield name, _words(node, parts, {name})


def _words(node: ast.AST, parts: Mapping[str, ast.stmt], seen: set[str]) -> set[str]:
    words: set[str] = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Constant) and isinstance(part.value, str):
            words.add(part.value)
        elif isinstance(part, ast.keyword) and part.arg and "__" in part.arg:
            words.add(part.arg.replace("__", "."))
        elif isinstance(part, ast.Name) and part.id in parts and part.id not in seen:
            seen.add(part.id)
            words |= _words(parts[part.id], parts, seen)
    return words
