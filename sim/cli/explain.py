"""``leadsim explain KEY``: what a value is, where it comes from, how sure it is, what a scenario changed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from sim.inputs.entries import EntryBook
from sim.inputs.evidence import load_evidence
from sim.inputs.explain import explain_entry, group_rows
from sim.inputs.faults import Fault, InputError, nearest, unknown_aco, unknown_key
from sim.inputs.not_acting import acts
from sim.inputs.rulebook import Rulebook, load_rulebook
from sim.inputs.scenario_books import MSSP
from sim.inputs.scenario_faults import key_path
from sim.inputs.scenario_fields import ANY, completed, field_rows
from sim.inputs.scenario_schema import Program, known_keys
from sim.outcomes.registry import BY_NAME
from sim.scenarios import Scenario

Rows = list[tuple[str, str]]


def explain_key(key: str, scenario: Scenario | None = None) -> list[tuple[str, Rows]]:
    """Explain a rule, a parameter of the evidence, a result variable or a scenario key.

    Parameters
    ----------
    key : str
        ``program.RULEBOOK.KEY``, ``evidence.KEY``, ``outcomes.NAME``, a key of the scenario file, or the bare
        key of a rule or of the evidence, as the closing table of a run has it.
    scenario : Scenario, optional
        To show its values instead of the stated ones.

    Returns
    -------
    list of (str, list of (str, str))
        Sections: a title and (label, text) rows. A rule that differs between arms has a section for each.

    Raises
    ------
    InputError
        When nothing has that key, naming the nearest one.
    """
    kind, _, rest = key.partition(".")
    name, _, rule = rest.partition(".")
    if kind == "program" and name == "values" and rule:
        name = scenario.program.rulebook if scenario else Program().rulebook
    if kind == "program" and rule:
        if scenario and scenario.program.rulebook == name:
            return _by_arm(key, rule, {arm: scenario.rulebook(arm) for arm in scenario.arms})
        return _entries(key, rule, load_rulebook(name, origin="explain"))
    if kind == "program" and name not in known_keys(["program"]) and rest:
        return [(key, group_rows(load_rulebook(name, origin="explain")))]
    if kind == "evidence" and rest:
        if scenario:
            return _by_arm(key, rest, {arm: scenario.evidence(arm) for arm in scenario.arms})
        return _entries(key, rest, load_evidence())
    if kind == "outcomes":
        return [_variable(rest) if rest else (key, [(name, one.long_name) for name, one in BY_NAME.items()])]
    whole = _whole_key(key)
    return [_scenario_key(key, scenario)] if whole is None else explain_key(whole, scenario)


def _whole_key(key: str) -> str | None:
    """Return the key that a bare key of a rule or the evidence, or of a group of them, stands for."""
    first, _, rest = key.partition(".")
    if first in known_keys([]):
        return None
    books: list[tuple[str, str, EntryBook]] = [
        ("program.values", key, load_rulebook(Program().rulebook, origin="explain")),
        ("evidence", key, load_evidence()),
    ]
    if first == MSSP and rest:
        books.append((f"program.{MSSP}", rest, load_rulebook(MSSP, origin="explain")))
    for place, name, book in books:
        if any(f"{known.key}.".startswith(f"{name}.") for known in book):
            return f"{place}.{name}"
    return None


def _by_arm(title: str, key: str, books: dict[str, EntryBook]) -> list[tuple[str, Rows]]:
    """Return one section where all arms agree, one for each group of arms that agree otherwise."""
    groups: dict[int, list[str]] = {}
    for arm, book in books.items():
        known = id(book.entries[key]) if key in book else 0
        groups.setdefault(known, []).append(arm)
    sections: list[tuple[str, Rows]] = []
    for arms in groups.values():
        heading = title if len(groups) == 1 else f"{title} in {', '.join(arms)}"
        sections += _entries(heading, key, books[arms[0]])
    return sections


def _entries(title: str, key: str, book: EntryBook) -> list[tuple[str, Rows]]:
    if inside := group_rows(book, key) if key not in book else []:
        return [(title, inside)]
    if key not in book:
        raise InputError(_unknown(key, book))
    rows = explain_entry(book.entry(key))
    if isinstance(book, Rulebook) and not acts(book.name, key):
        rows.append(("acts", "not yet: it changes no result of a simulation (docs/rules.md)"))
    return [(title, rows)]


def _unknown(key: str, book: EntryBook) -> Fault:
    """Return the fault of a key, with the names in the deepest table of the book that it reaches."""
    table = key
    while table and not any(known.startswith(table + ".") for known in book.entries):
        table = table.rpartition(".")[0]
    start = f"{table}." if table else ""
    names = {known[len(start) :].partition(".")[0] for known in book.entries if known.startswith(start)}
    return unknown_key(book.name, start + key[len(start) :].partition(".")[0], names)


def _variable(name: str) -> tuple[str, Rows]:
    if name not in BY_NAME:
        raise InputError(unknown_key("outcomes", name, BY_NAME))
    variable = BY_NAME[name]
    rows = [
        ("meaning", f"{variable.long_name}. {variable.description}"),
        ("dims", ", ".join(variable.all_dims)),
        ("units", variable.units),
        ("sign", variable.sign_convention),
        ("rule", variable.rule),
    ]
    return f"outcomes.{name}", [(label, text) for label, text in rows if text]


def _steps(key: str) -> list[int | str]:
    parts = re.findall(r"[^.\[\]]+|\[\d+\]", key)
    return completed([int(part[1:-1]) if part.startswith("[") else part.strip("\"'") for part in parts])


def _scenario_key(key: str, scenario: Scenario | None) -> tuple[str, Rows]:
    steps = _steps(key)
    if not steps:
        raise InputError(Fault("explain", "", "no key was given", "see leadsim explain --help"))
    if steps[:2] == ["population", "acos"] and len(steps) > 2 and isinstance(steps[2], str):
        steps[2] = _place(key, steps, scenario)
    known = known_keys(steps[:-1])
    last = steps[-1]
    # Tables whose keys are names and years.
    free = steps[0] == "arms" and len(steps) > 1 and steps[-2] in ("arms", "acos", "since")
    if last not in known and last != ANY and not isinstance(last, int) and not free:
        raise InputError(unknown_key("explain", key, [*known, *([] if steps[:-1] else ["outcomes"])]))
    rows: Rows = [("meaning", known[str(last)])] if last in known else []
    rows += field_rows(steps)
    inside = known_keys(steps)
    rows += [(f"{key}.{name}", meaning) for name, meaning in inside.items()]
    if key == "evidence":
        rows += [(f"evidence.{name}", text) for name, text in group_rows(load_evidence())]
    if key == "program.values":
        rulebook = scenario.program.rulebook if scenario else Program().rulebook
        rows += [(f"program.{rulebook}.{name}", text) for name, text in group_rows(load_rulebook(rulebook))]
    if scenario is None:
        return key, rows or [("meaning", "an item of a list")]
    if ANY in steps:
        return key, rows + _of_all(scenario.tables.model_dump(), steps)
    value = _resolved(scenario, steps)
    if not inside:
        rows.append(("value", _text(value)))
    origin = scenario.merged.origin(key_path(steps)) if _is_stated(scenario, steps) else None
    if origin is None:
        rows.append(("stated in", "nowhere: the default"))
    else:
        rows.append(("stated in", origin.file))
        rows += [("displaced", f"{lost} from {file}") for file, lost in origin.displaced]
    return key, rows


def _place(key: str, steps: Sequence[int | str], scenario: Scenario | None) -> int | str:
    """Return which ACO of the population a key names: its place in the list, or any."""
    name = str(steps[2])
    if name == ANY:
        return ANY
    if scenario is None:
        fields = known_keys(steps[:2])
        if len(steps) == 3 and nearest(name, fields):
            raise InputError(unknown_key("explain", key, fields))
        return ANY
    names = [one if isinstance(one, str) else one.name for one in scenario.population.acos]
    if name not in names:
        raise InputError(unknown_aco(scenario.merged.label, f"population.acos.{name}", name, names))
    return names.index(name)


def _is_stated(scenario: Scenario, steps: Sequence[int | str]) -> bool:
    """Return whether some layer of a scenario states the value at `steps`."""
    value: Any = scenario.merged.tree
    for step in steps:
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            return False
    return True


def _of_all(value: Any, steps: Sequence[int | str], label: str = "value") -> Rows:
    """Return a row for each item's value of a key that leaves out which item it means."""
    for place, step in enumerate(steps):
        if step == ANY:
            items = value.items() if isinstance(value, dict) else enumerate(value or ())
            named = ((one.get("name", name) if isinstance(one, dict) else name, one) for name, one in items)
            return [row for name, one in named for row in _of_all(one, steps[place + 1 :], f"{label} {name}")]
        if not isinstance(value, dict) or step not in value:
            return []
        value = value[step]
    return [] if isinstance(value, dict | list | tuple) else [(label, _text(value))]


def _text(value: object) -> str:
    return "nothing" if value is None else str(value)


def _resolved(scenario: Scenario, steps: Sequence[int | str]) -> Any:
    value: Any = scenario.tables.model_dump()
    for number, step in enumerate(steps):
        try:
            value = value[step]
        except (KeyError, IndexError, TypeError):
            path = ".".join(map(str, steps[: number + 1]))
            allowed = (
                f"it has {', '.join(map(str, value))}" if isinstance(value, dict) else "see the scenario"
            )
            raise InputError(Fault(scenario.merged.label, path, "is not in this scenario", allowed)) from None
    return value
