"""Random mutants of a scenario file: values, keys and text that no scenario has."""

from __future__ import annotations

import random
from collections.abc import Callable
from copy import deepcopy
from functools import cache
from typing import Any

import tomlkit
from worlds import NO_ACO, aco, text_of

from sim.inputs.evidence import load_evidence
from sim.inputs.rulebook import load_rulebook

BASE = text_of(
    aco("alpha", "1,500 people", entry="renewing", former_mssp=True, efficiency="-4 %", region="east"),
    aco("beta", 1000, leadership="hospital", high_needs_share=0.2, count=2),
    aco(
        "gamma",
        900,
        mix={"disabled": "12 %", "aged_dual": 0.1},
        spending={"esrd": 1.1},
        risk={"aged_non_dual": 0.9},
        effect="-4 %",
        effect_scale=0.5,
        fixed_cost="1.2 million USD/year",
        cost_per_person="12 USD/month",
        market_share="20 %",
        region="west",
    ),
    arms={
        **NO_ACO,
        "lead": {
            "program": "lead",
            "risk_option": "professional",
            "values": {"corridors": {"global": {"savings": ["60 %", "35 %", "15 %", "5 %"]}}},
            "evidence": {"effect": {"scale": 0.5}},
        },
        "mssp": {
            "program": "mssp",
            "track": "basic-b",
            "agreement_start": 2027,
            "since": {"2030": {"program": "lead"}},
            "acos": {"alpha": {"track": "enhanced", "since": {"2031": {"elected_rate": "1 %"}}}},
        },
    },
    aco_market_share="60 %",
    first_py=2027,
    last_py=2036,
)
ODD_NUMBERS = (
    *(0, -1, 1, 2, 3.5, 1e300, -1e300, 1e-300, float("inf"), float("-inf"), float("nan")),
    *(10**9, 10**19, -(10**19), 10**400, 2027, 2030.5, 2**63, 0.5, 100),
)
ODD_TEXTS = (
    *("", " ", "5 %", "-5 %", "1e999", "1e999 %", "9" * 5000, "nan", "inf", "5 furlongs", "1.000,50", "(-5)"),
    *(
        "1$00",
        "%",
        "USD",
        "a\0b",
        "../..",
        "/",
        "~",
        "none",
        "lead",
        "basic_a",
        "lead-py2027",
        "true",
        "\u2028",
    ),
    *("a" * 3000, "{}", "[", "\ud7ff", "2027", "no_aco", "alpha", "beta-1", "1,500 people", "٣"),
)
ODD_KEYS = (
    *(
        "",
        ".",
        "a[",
        "[0]",
        "]",
        "..",
        "a.b",
        "2030",
        "2030.5",
        "20300",
        "acos",
        "since",
        "values",
        "evidence",
    ),
    *("program", "\0", "extends", "population", "arms", "x" * 500, "mssp", "reach", "count", "mssp_puf", "é"),
)


def mutant(seed: int) -> str:
    """Return the text of a mutant; the same one for a seed."""
    chance = random.Random(seed)  # noqa: S311
    document = deepcopy(_document())
    for _ in range(chance.choice((1, 1, 1, 2, 3, 6))):
        _mutate(document, chance)
    text = _written(document)
    return _torn(text, chance) if chance.random() < 0.25 else text


@cache
def _document() -> dict[str, Any]:
    return tomlkit.parse(BASE).unwrap()


def _written(document: dict[str, Any]) -> str:
    try:
        return tomlkit.dumps(document)
    except (ValueError, TypeError, RecursionError):
        # What TOML cannot write: an integer of more digits than Python prints, a lone surrogate.
        return BASE


def _places(value: Any) -> list[tuple[Any, Any]]:
    found: list[tuple[Any, Any]] = []
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        found += [(value, key), *_places(item)]
    return found


def _odd(chance: random.Random) -> Any:
    kinds: tuple[Callable[[], Any], ...] = (
        lambda: chance.choice(ODD_NUMBERS),
        lambda: chance.choice(ODD_TEXTS),
        lambda: chance.choice((True, False)),
        list,
        dict,
        lambda: [_odd(chance) for _ in range(chance.randrange(1, 6))],
        lambda: {chance.choice(ODD_KEYS): _odd(chance)},
    )
    return chance.choice(kinds)()


def _mutate(document: dict[str, Any], chance: random.Random) -> None:
    table, key = chance.choice(_places(document))
    kind = chance.randrange(7)
    if kind <= 1:
        table[key] = _odd(chance)
    elif kind == 2:
        del table[key]
    elif kind == 3 and isinstance(table, dict):
        table[chance.choice(ODD_KEYS)] = table.pop(key)
    elif kind == 4 and isinstance(table, dict):
        table[chance.choice(ODD_KEYS)] = _odd(chance)
    elif kind == 5:
        book, place = chance.choice(
            (
                (load_evidence(), ("evidence",)),
                (load_evidence(), ("arms", "lead", "evidence")),
                (load_rulebook("lead-py2027"), ("program", "values")),
                (load_rulebook("mssp"), ("arms", "mssp", "values", "mssp")),
                (load_rulebook("reach-py2025"), ("program", "values", "reach")),
            )
        )
        inner: Any = document
        for name in place:
            inner = inner.setdefault(name, {}) if isinstance(inner, dict) else {}
        if isinstance(inner, dict):
            inner[chance.choice(book.keys())] = _odd(chance)
    else:
        other, name = chance.choice(_places(document))
        item = other[name]
        if item is not table and not any(inside is table for inside, _ in _places(item)):
            table[key] = item


def _torn(text: str, chance: random.Random) -> str:
    """Return a text that was not written by a program: cut, doubled, nested without end or huge."""
    at = chance.randrange(len(text))
    lines = text.splitlines()
    line = chance.randrange(len(lines))
    return chance.choice(
        (
            text[:at],
            text[:at] + chance.choice('[]{}"=.,\0\n') + text[at:],
            "\n".join([*lines[:line], lines[line], *lines[line:]]),
            f"{text}\nx = {'[' * 2000}{']' * 2000}\n",
            f"{text}\n[{'a.' * 3000}b]\n",
            f"x = {'9' * 5000}\n{text}",
            f"{text}\n[evidence]\n" + "\n".join(f"k{i} = 1" for i in range(300)),
        )
    )
