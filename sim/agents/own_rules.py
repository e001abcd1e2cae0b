"""Rules that a scenario names instead of the model's: ours by name, somebody's own only when asked for."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sim.behaviour.book import BEHAVIOURS, RULES
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.scenarios import Scenario

#: Set to 1, lets scenarios name code of somebody's own.
OWN_CODE = "LEADSIM_OWN_CODE"


def rules_of(scenario: Scenario, arm: str) -> dict[str, Callable[..., Any]]:
    """Return the functions that an arm uses instead of the model's, by behaviour.

    Raises
    ------
    InputError
        When a rule is none of ours, or is code that is not asked for or cannot be found; all faults at once.
    """
    found: dict[str, Callable[..., Any]] = {}
    faults: list[Fault] = []
    for name, (key, rule) in _stated(scenario, arm).items():
        file = scenario.merged.file(key)
        if ":" not in rule:
            ours = RULES.get(name, {name: BEHAVIOURS[name][1]})
            if rule in ours:
                found[name] = ours[rule]
            else:
                faults.append(wrong_choice(file, key, rule, ours))
        elif os.environ.get(OWN_CODE) != "1":
            allowed = f"is run only when you ask for it: leadsim run --own-code, or {OWN_CODE}=1"
            faults.append(Fault(file, key, f"= {rule!r} is code, not data", f"{allowed}. Read it first"))
        else:
            origin = scenario.merged.origin(key)
            own = _imported(rule, origin.directory if origin else Path.cwd())
            if callable(own):
                found[name] = own
            else:
                faults.append(Fault(file, key, f"= {rule!r} {own}", "must be MODULE:FUNCTION"))
    if faults:
        raise InputError(faults)
    return found


def own_rules(scenario: Scenario) -> dict[str, Callable[..., Any]]:
    """Return the functions of somebody's own in any arm, by arm and behaviour: ``lead.investment``."""
    return {
        f"{arm}.{name}": rules_of(scenario, arm)[name]
        for arm in scenario.arms
        for name, (_, rule) in _stated(scenario, arm).items()
        if ":" in rule
    }


def _stated(scenario: Scenario, arm: str) -> dict[str, tuple[str, str]]:
    """Return key and rule by behaviour; what an arm states takes the place of what all have."""
    tables = {"behaviour": scenario.tables.behaviour, f"arms.{arm}.behaviour": scenario.arms[arm].behaviour}
    return {
        name: (f"{root}.{name}", rule)
        for root, rules in tables.items()
        for name, rule in rules.model_dump(exclude_none=True).items()
    }


def _imported(rule: str, folder: Path) -> object:
    """Return what a rule names, or what is wrong with it in words."""
    module, _, name = rule.partition(":")
    try:
        with _beside(folder):
            found = getattr(importlib.import_module(module), name, None)
    except ImportError as error:
        return f"cannot be imported ({error})"
    return f"names no function of {module}" if found is None else found


@contextmanager
def _beside(folder: Path) -> Iterator[None]:
    sys.path.append(str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
