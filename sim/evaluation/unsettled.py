"""Which rule that is assumed or disputed would turn a decision: its other readings, on the same draws."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from sim.evaluation.choices import LEAD, MSSP, NEITHER, Choices, with_those_allowed
from sim.evaluation.decision import Outcome, difference, told_apart
from sim.evaluation.performance import Figure
from sim.inputs.entries import Entry
from sim.inputs.rulebook import available_rulebooks, load_rulebook
from sim.inputs.scenario_file import Tree, nested, overlay
from sim.outcomes.error import mean_error
from sim.scenarios import Scenario

Floats = NDArray[np.float64]
Verdict = Literal["turns", "may turn", "keeps"]
_LEAST = 2


@dataclass(frozen=True, slots=True)
class Reading:
    """Another reading of a rule.

    Attributes
    ----------
    key : str
        As ``program.values`` has it.
    title, standing : str
    stated, other : str
        What the run goes by and what it might be, as a scenario would write it.
    value : object
        The same as `other`, for a scenario.
    """

    key: str
    title: str
    standing: str
    stated: str
    other: str
    value: Any

    @property
    def told(self) -> str:
        """Key and value in one."""
        return f"{self.key} = {self.other}"


@dataclass(frozen=True)
class Readings:
    """What of a decision's unsettled rules can be read otherwise.

    Attributes
    ----------
    scenario : Scenario or None
        Each contender under each other reading, an arm each; None where there is nothing to try.
    tried : tuple of Reading
    arms : Mapping of (int, str) to str
        By place in `tried` and arm of the decision, the arm here; those that a rule is nothing to are not in
        it.
    untried : tuple of str
        Keys of unsettled rules in use of which no other reading is stated, or none that the arms may have.
    """

    scenario: Scenario | None = field(repr=False)
    tried: tuple[Reading, ...]
    arms: Mapping[tuple[int, str], str]
    untried: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Turned:
    """What another reading does to a decision.

    Attributes
    ----------
    reading : Reading
    best : str
        Arm that is best under it, by the mean.
    lead : Figure
        What the decision's best leaves more than the best other contender under this reading, USD; negative
        where it is no longer the best.
    change : Figure
        How far that differs from the lead as stated; the error is that of what the reading changes, paired by
        replicate.
    verdict : {"turns", "may turn", "keeps"}
        Whether another contender is best, by more than chance; by no more; or not.
    """

    reading: Reading
    best: str
    lead: Figure
    change: Figure
    verdict: Verdict


def contenders(choices: Choices, order: Sequence[Outcome]) -> list[str]:
    """Return the best arm of each program and risk option, the best of all first; being in neither too."""
    kinds = {one.arm: one.kind for one in choices.choices}
    found: dict[str, str] = {}
    for one in order:
        found.setdefault(kinds[one.arm], one.arm)
    return list(found.values())


def readings_of(choices: Choices, arms: Sequence[str], asked: Mapping[str, Any] | None = None) -> Readings:
    """Return a scenario in which contenders are settled under other readings of the rules they rest on.

    Parameters
    ----------
    choices : Choices
    arms : sequence of str
        Contenders.
    asked : mapping, optional
        Values of rules to try besides, by key, such as amounts that are assumed.

    Returns
    -------
    Readings
        A rule that is a word is tried as each other word that it may be, a flag as its opposite, any as the
        source that disagrees has it. Amounts that are merely assumed are tried as asked for only.

    Raises
    ------
    InputError
        When a rule asked for does not exist.
    """
    scenario = choices.scenario
    used = {arm: scenario.rules_in_use(arm) for arm in arms if arm != NEITHER}
    keys = [
        key
        for key in (*scenario.assumed(), *scenario.conflicted())
        if any(key in of_arm for of_arm in used.values())
    ]
    tried: list[Reading] = []
    untried: list[str] = []
    for key in dict.fromkeys(keys):
        entry = _entry(scenario, key, next(iter(used)))
        found = list(_other_readings(key, entry))
        tried += found
        untried += [] if found or key in (asked or {}) else [key]
    for key, value in (asked or {}).items():
        entry = _entry(scenario, key, next(iter(used)))
        tried.append(
            Reading(key, entry.title, entry.standing, _toml(entry.written[-1][1]), _toml(value), value)
        )
    made: dict[str, Tree] = {}
    named: dict[tuple[int, str], str] = {}
    stated = scenario.merged.tree["arms"]
    for place, reading in enumerate(tried):
        for arm, of_arm in used.items():
            if reading.key in of_arm:
                name = f"{arm}--{_slug(reading)}"
                named[place, arm] = name
                changes = nested({f"values.{reading.key}": reading.value})
                made[name] = _laid(stated[arm], changes) | {"description": reading.told[:100]}
    if not made:
        return Readings(None, (), {}, (*untried, *(one.told for one in tried)))
    made[NEITHER] = dict(stated[NEITHER])
    allowed, refused = with_those_allowed(scenario, made, NEITHER)
    # A reading that one contender may not have says nothing of which is best.
    broken = {place for (place, _), name in named.items() if name in refused}
    broken |= set(range(len(tried))) - {place for place, _ in named}
    untried += list(dict.fromkeys(tried[place].told for place in sorted(broken)))
    kept = {at: name for at, name in named.items() if at[0] not in broken}
    if not kept:
        return Readings(None, (), {}, tuple(untried))
    order = sorted({place for place, _ in kept})
    allowed = allowed.with_arms(
        {name: made[name] for name in (NEITHER, *kept.values())}, NEITHER, "decide"
    ).replace({"study.name": f"{scenario.study.name}-rules"}, "decide")
    places = {place: number for number, place in enumerate(order)}
    return Readings(
        allowed,
        tuple(tried[place] for place in order),
        {(places[place], arm): name for (place, arm), name in kept.items()},
        tuple(untried),
    )


def turned(
    readings: Readings,
    stated: Mapping[str, Floats],
    shared: NDArray[np.int64],
    under: Mapping[str, Floats],
    best: str,
) -> list[Turned]:
    """Return what each reading does to the order of contenders, those that change it most first.

    A contender's mean under a reading is its mean as stated over all replicates, moved by what the reading
    changes on those that were settled again: paired changes vary far less than the cash itself.

    Parameters
    ----------
    readings : Readings
    stated : mapping of str to float64 array, shape (replicates,)
        Cash of each contender as stated.
    shared : int64 array, shape (again,)
        Places of the replicates that were settled again.
    under : mapping of str to float64 array, shape (again,)
        Cash of each arm of `readings.scenario`.
    best : str
        The contender that is best as stated.
    """
    usual = lead_of(stated, best)
    nothing = np.zeros(shared.size)
    found = []
    for place, reading in enumerate(readings.tried):
        moved = {
            arm: under[readings.arms[place, arm]] - cash[shared] if (place, arm) in readings.arms else nothing
            for arm, cash in stated.items()
        }
        if not any(one.any() for one in moved.values()):
            # Sums in another order would leave a trace of rounding.
            found.append(Turned(reading, best, usual, Figure(0.0, 0.0), "keeps"))
            continue
        means = {arm: float(cash.mean() + moved[arm].mean()) for arm, cash in stated.items()}
        rival = max((arm for arm in means if arm != best), key=means.__getitem__)
        gap, change = stated[best] - stated[rival], moved[best] - moved[rival]
        lead = Figure(means[best] - means[rival], _error_of_sum(gap, shared, change))
        ahead = best if lead.value >= 0.0 else rival
        verdict: Verdict = "keeps" if ahead == best else "turns" if told_apart(lead) else "may turn"
        moves = Figure(lead.value - usual.value, mean_error(change))
        found.append(Turned(reading, ahead, lead, moves, verdict))
    rank = {"turns": 0, "may turn": 1, "keeps": 2}
    return sorted(found, key=lambda one: (rank[one.verdict], one.lead.value))


def _error_of_sum(gap: Floats, shared: NDArray[np.int64], change: Floats) -> float:
    """Return the error of the mean of a gap over all replicates and of a change over some of them."""
    if change.size < _LEAST:
        return math.nan
    together = float(np.cov(gap[shared], change)[0, 1])
    variance = mean_error(gap) ** 2 + mean_error(change) ** 2 + 2.0 * together / gap.size
    # With few of many replicates the estimates may not fit each other.
    return math.sqrt(max(variance, 0.0))


def lead_of(cash: Mapping[str, Floats], best: str) -> Figure:
    """Return what a contender leaves more than the best of the others, USD."""
    return difference(cash[best], cash[_next_best(cash, best)])


def _next_best(cash: Mapping[str, Floats], best: str) -> str:
    return max((arm for arm in cash if arm != best), key=lambda arm: float(cash[arm].mean()))


def _entry(scenario: Scenario, key: str, arm: str) -> Entry:
    if key.startswith(f"{MSSP}."):
        return scenario.rulebook(arm, MSSP).entry(key.removeprefix(f"{MSSP}."))
    return scenario.rulebook(arm, LEAD).entry(key)


def _other_readings(key: str, entry: Entry) -> Iterator[Reading]:
    """Yield other readings of a rule: words that it may be, its opposite, what another source says."""
    values = {repr(value) for _, value in entry.by_year}
    last = entry.by_year[-1][1]
    shown = _toml(entry.written[-1][1])
    others: dict[str, Any] = {}
    if isinstance(last, str):
        others = {repr(word): word for word in entry.choices}
    elif isinstance(last, bool):
        others = {repr(not last): not last}
    elif entry.conflict is not None:
        found = _switched(entry)
        others = {} if found is None else {repr(found): found}
    for text, value in others.items():
        if text not in values:
            yield Reading(key, entry.title, entry.standing, shown, _toml(value), value)


def _switched(entry: Entry) -> Any:
    """Return the value that the switch of a conflict states, None where it states none to be read."""
    assert entry.conflict is not None  # noqa: S101  asked for of conflicted rules only
    for part in entry.conflict.switch.split(", or "):
        try:
            tree = tomllib.loads(part)
        except tomllib.TOMLDecodeError:
            continue
        if tree.get("rulebook") in available_rulebooks():
            other = load_rulebook(tree["rulebook"])
            if entry.key in other:
                written = other.entry(entry.key).written
                return written[0][1] if written[0][0] is None else {str(year): one for year, one in written}
            continue
        found: Any = tree
        for name in entry.key.split("."):
            found = found.get(name) if isinstance(found, Mapping) else None
        if found is not None:
            return found
    return None


def _laid(stated: Mapping[str, Any], changes: Tree) -> Tree:
    tree: Tree = {}
    overlay(tree, stated)
    overlay(tree, changes)
    return tree


def _slug(reading: Reading) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", f"{reading.key}-{reading.other}").strip("-").lower()


def _toml(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return f"'{value}'"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{year} = {_toml(one)}" for year, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    return str(value)
