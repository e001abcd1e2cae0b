"""The tables of MODEL.md, from the code: state variables, decisions, draws and parameters."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

from sim.agents.aco import ACO, AcoYear
from sim.agents.beneficiary import FIELDS as PEOPLE
from sim.agents.providers import PARTICIPANT_FIELDS, PREFERRED_FIELDS
from sim.behaviour.book import BEHAVIOURS, RULES
from sim.columns.fields import Field
from sim.inputs.entries import Entry
from sim.inputs.evidence import Evidence, load_evidence
from sim.inputs.explain import brief_text
from sim.kernels.draws import Decision
from sim.kernels.layout import Markets
from sim.model import STEPS

_DRAW = re.compile(r"^    ([A-Z_]+) = (\d+)(?:  # (.*))?$")
_GROUP = re.compile(r"^    # (.*)$")


class KeysRead:
    """Evidence that writes down which keys a behaviour asks it for."""

    def __init__(self, evidence: Evidence) -> None:
        self._evidence = evidence
        self.keys: list[str] = []

    def number(self, key: str) -> float:
        """Return a number, noting its key."""
        self.keys.append(key)
        return self._evidence.number(key)

    def array(self, key: str) -> Any:
        """Return a list of numbers, noting its key."""
        self.keys.append(key)
        return self._evidence.array(key)

    def entry(self, key: str) -> Entry:
        """Return the whole entry, noting its key."""
        self.keys.append(key)
        return self._evidence.entry(key)


def odd_page() -> str:
    """Return docs/odd.md: what the ODD protocol asks to be listed whole, read from the code that acts."""
    evidence = load_evidence()
    return "\n".join(
        [
            "# State variables, decisions and parameters",
            "",
            "Written by `leadsim odd` from the code: the tables of [MODEL.md](../MODEL.md), which says how",
            "all of this goes together. Result variables are in [outcomes.md](outcomes.md), rules in",
            "[rules.md](rules.md).",
            "",
            *_states(),
            *_steps(),
            *_decisions(evidence),
            *_draws(),
            *_parameters(evidence),
        ]
    )


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield f"| {' | '.join('---' for _ in heads)} |"
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _states() -> Iterator[str]:
    yield from ["## State variables", ""]
    for title, fields in (
        ("Beneficiary", PEOPLE),
        ("Participant Provider (TIN)", PARTICIPANT_FIELDS),
        ("Preferred Provider", PREFERRED_FIELDS),
    ):
        yield from [f"### {title}", "", "One column each, a row an agent.", ""]
        yield from _table(("variable", "unit", "changes", "meaning", "source"), map(_column, fields))
    for title, kind, what in (
        ("ACO", ACO, "Attributes of a Mesa agent."),
        ("What an ACO keeps of each year", AcoYear, "Fields of its `years`."),
        ("Market", Markets, "Arrays, an item or row a market."),
    ):
        yield from [f"### {title}", "", what, ""]
        yield from _table(("variable", "type", "meaning"), described(inspect.getdoc(kind) or ""))


def _column(field: Field) -> tuple[str, ...]:
    changes = "never" if field.fixed else "yes"
    return f"`{field.name}`", field.unit, changes, field.description, field.source


def described(docstring: str) -> Iterator[tuple[str, str, str]]:
    """Yield name, type and meaning of each item of the section Attributes of a NumPy docstring."""
    section = docstring.partition("Attributes\n----------\n")[2].partition("\n\n")[0]
    names, kind, meaning = "", "", list[str]()
    for line in [*section.splitlines(), ""]:
        if line.startswith(" "):
            meaning.append(line.strip())
            continue
        if names:
            yield ", ".join(f"`{name.strip()}`" for name in names.split(",")), kind, " ".join(meaning)
        names, _, kind = line.partition(" : ")
        meaning = []


def _steps() -> Iterator[str]:
    yield from ["## Steps of a performance year", "", "In order (`sim.model.STEPS`):", ""]
    yield from [f"{place}. `{name}`" for place, name in enumerate(STEPS, start=1)]
    yield ""


def _decisions(evidence: Evidence) -> Iterator[str]:
    yield from [
        "## Decisions",
        "",
        "Each is a function that a scenario or notebook may replace by its name, as",
        "[behaviours.md](behaviours.md) says.",
        "",
    ]
    rows = []
    for name, (parameters, function) in BEHAVIOURS.items():
        reader = KeysRead(evidence)
        parameters.read(reader)  # type: ignore[attr-defined]
        rules = ", ".join(f"`{rule}`" for rule in RULES.get(name, ())) or f"`{function.__name__}`"
        rows.append((f"`{name}`", _first(function), rules, _keys(reader.keys)))
    yield from _table(("decision", "what it gives", "rules of ours", "parameters"), rows)


def _first(function: Callable[..., Any]) -> str:
    """Return what a function's docstring says that it returns."""
    sentence = " ".join((inspect.getdoc(function) or "").partition("\n\n")[0].split())
    told = sentence.removeprefix("Return ").removesuffix(".")
    return told[:1].upper() + told[1:]


def _keys(keys: Sequence[str]) -> str:
    return ", ".join(f"`{key}`" for key in dict.fromkeys(keys)) or "none"


def _draws() -> Iterator[str]:
    yield from [
        "## Draws",
        "",
        "A draw is a function of seed, replicate, agent, year, code and number: none moves another.",
        "",
    ]
    yield from _table(("code", "draw", "whose", "what it decides"), draws())


def draws() -> Iterator[tuple[str, str, str, str]]:
    """Yield code, name, whose it is and what is decided, as :class:`sim.kernels.draws.Decision` says."""
    whose = ""
    for line in inspect.getsource(Decision).splitlines():
        if group := _GROUP.match(line):
            whose = group[1].partition(";")[0]
        elif draw := _DRAW.match(line):
            name, code, what = draw.groups()
            yield code, f"`{name}`", whose, what or ""


def _parameters(evidence: Evidence) -> Iterator[str]:
    yield from [
        "## Parameters",
        "",
        "Everything in `sim/evidence`; `leadsim explain evidence.KEY` shows a value whole, with its source.",
        "What varies is drawn once a replicate where a study asks for parameter uncertainty.",
        "",
    ]
    files = dict.fromkeys(entry.file for entry in evidence)
    for file in files:
        yield from [f"### {file}", ""]
        own = [entry for entry in evidence if entry.file == file]
        yield from _table(("key", "meaning", "value", "unit", "grade", "varies"), map(_parameter, own))


def _parameter(entry: Entry) -> tuple[str, ...]:
    varies = entry.distribution["dist"] if entry.distribution and entry.spread == "parameter" else ""
    return f"`{entry.key}`", entry.title, brief_text(entry), entry.unit, entry.standing, varies
