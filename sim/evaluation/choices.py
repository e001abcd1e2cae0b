"""What one ACO may choose between, as arms on common draws: LEAD, the Shared Savings Program or neither."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from sim.inputs.cara_faults import kinds_covered
from sim.inputs.cara_terms import cara_terms
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.lead_terms import OPTIONS
from sim.inputs.scenario_acos import unfolded
from sim.inputs.scenario_cara import CaraContract
from sim.inputs.scenario_file import Tree, overlay, table
from sim.population.plan import plan_acos
from sim.scenarios import Scenario

#: What is chosen, and what may be left out of it.
DIMENSIONS = ("mssp", "option", "payments", "cara", "stop_loss")
NEITHER, MSSP, LEAD = "neither", "mssp", "lead"
ORIGIN = "decide"

_AS_STATED = "as stated"
_PAYMENT_TERMS = (
    *("payments", "enhanced_share", "participant_reduction", "preferred_reduction"),
    *("apo_reduction", "npcc_reduction"),
)
# Of all that is lent, as much as the rules' ceiling leaves.
_PAYMENTS: dict[str, Tree] = {
    "claims": {},
    "pcc": {"payments": ["pcc"]},
    "pcc_advance": {"payments": ["pcc"], "enhanced_share": "100 %"},
    "tcc": {"payments": ["tcc"]},
}
_PAYMENT_WORDS = {"claims": "claims only", "advance": "enhanced advance"}
_OF_DIMENSION = {
    "option": ("risk_option",),
    "payments": _PAYMENT_TERMS,
    "cara": ("cara",),
    "stop_loss": ("stop_loss",),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that the ACO may do.

    Attributes
    ----------
    arm : str
        Name of its arm.
    program : {"lead", "mssp", "neither"}
    option, payments, cara, stop_loss : str
        In LEAD: risk option, how it is paid, ``cara`` or ``no_cara``, ``stop_loss`` or ``no_stop_loss``;
        ``as stated`` where the dimension is left out. Empty in other programs.
    """

    arm: str
    program: str
    option: str = ""
    payments: str = ""
    cara: str = ""
    stop_loss: str = ""

    @property
    def kind(self) -> str:
        """Program and risk option, the choice that comes first."""
        return f"{self.program} {self.option}".strip()

    @property
    def levels(self) -> dict[str, str]:
        """What is chosen in LEAD, by dimension."""
        return {name: getattr(self, name) for name in _OF_DIMENSION}


@dataclass(frozen=True)
class Choices:
    """All that an ACO may choose between.

    Attributes
    ----------
    scenario : Scenario
        With an arm for each; the reference arm is being in neither program.
    aco : str
    choices : tuple of Choice
        In the order of the arms.
    refused : Mapping of str to str
        By name of the arm, why a combination is not allowed.
    """

    scenario: Scenario = field(repr=False)
    aco: str
    choices: tuple[Choice, ...]
    refused: Mapping[str, str]


def choices_of(scenario: Scenario, aco: str | None = None, without: Collection[str] = ()) -> Choices:
    """Return what an ACO may choose between, by the choice sets that scenarios are held to.

    Parameters
    ----------
    scenario : Scenario
        Its first LEAD arm says what else the ACO does in LEAD, its first arm in the Shared Savings Program on
        which terms it stays there; ways to be paid and episode arrangements are those that its LEAD arms
        state, and for what none states the rules' own terms.
    aco : str, optional
        Which ACO; the others are then left out of the world. Needed where there are several.
    without : collection of str
        Of :data:`DIMENSIONS`: what is not chosen. In LEAD it stays as the first LEAD arm has it.

    Raises
    ------
    InputError
        When there is no such ACO or dimension, several ACOs and none named, or a sweep.
    """
    faults = [wrong_choice("--without", "", one, DIMENSIONS) for one in without if one not in DIMENSIONS]
    if scenario.tables.sweep is not None:
        allowed = "must be left out: a decision compares arms"
        faults.append(Fault(scenario.merged.label, "sweep", "is a sweep", allowed))
    names = [plan.name for plan in plan_acos(scenario)]
    if aco is not None and aco not in names:
        faults.append(wrong_choice("--aco", "", aco, names))
    if aco is None and len(names) > 1:
        faults.append(Fault("--aco", "", "is missing", f"must be one of {', '.join(names)}"))
    if faults:
        raise InputError(faults)
    chosen = aco or names[0]
    alone = scenario if len(names) == 1 else scenario.replace({"population.acos": [_raw(scenario, chosen)]})
    stated = _Stated.of(scenario, chosen)
    arms: dict[str, Tree] = {NEITHER: {"description": "in no program", "program": "none"}}
    found = [Choice(NEITHER, NEITHER)]
    if "mssp" not in without:
        arms[MSSP] = {"description": "Shared Savings Program", **stated.mssp, "program": MSSP}
        found.append(Choice(MSSP, MSSP))
    for choice, tree in _in_lead(stated, without):
        found.append(choice)
        arms[choice.arm] = tree
    checked, refused = with_those_allowed(alone, arms, NEITHER)
    return Choices(
        checked.replace({"study.name": f"{scenario.study.name}-{ORIGIN}"}, ORIGIN),
        chosen,
        tuple(one for one in found if one.arm in checked.arms),
        refused,
    )


def with_those_allowed(
    scenario: Scenario, arms: Mapping[str, Tree], reference: str
) -> tuple[Scenario, dict[str, str]]:
    """Return a scenario with those of some arms that it may have, and why it may not have the others.

    Raises
    ------
    InputError
        When something else than one of the arms is at fault.
    """
    left, refused = dict(arms), dict[str, str]()
    while True:
        try:
            return scenario.with_arms(left, reference, ORIGIN), refused
        except InputError as error:
            of_arm = {fault: fault.key.split(".")[1] for fault in error.faults if fault.key[:5] == "arms."}
            if len(of_arm) < len(error.faults) or not set(of_arm.values()) <= set(left) - {reference}:
                raise
            for fault, arm in of_arm.items():
                refused.setdefault(arm, f"{fault.problem}: {fault.allowed}")
                left.pop(arm, None)


def _raw(scenario: Scenario, aco: str) -> Any:
    """Return an ACO's table as the scenario states it; its id where it comes from a file."""
    for one in scenario.merged.tree["population"].get("acos", []):
        if isinstance(one, Mapping) and aco in unfolded(one["name"], one.get("count", 1)):
            return {key: value for key, value in one.items() if key != "count"} | {"name": aco}
    return aco


@dataclass(frozen=True, eq=False)
class _Stated:
    """What a scenario's arms state for one ACO.

    Attributes
    ----------
    scenario : Scenario
    lead : list of dict
        Its arms in LEAD as tables, those with rules of their own last; one of nothing but the program where
        there is none.
    mssp : dict
        Its first arm in the Shared Savings Program.
    """

    scenario: Scenario
    lead: Sequence[Tree]
    mssp: Tree

    @classmethod
    def of(cls, scenario: Scenario, aco: str) -> _Stated:
        found: dict[str, list[Tree]] = {LEAD: [], MSSP: []}
        for own in table(scenario.merged.tree, "arms").values():
            tree: Tree = {}
            overlay(tree, {key: value for key, value in own.items() if key != "acos"})
            overlay(tree, table(table(own, "acos"), aco))
            if tree.get("decides"):
                # The arms choose the program, not the ACO within them.
                decided = tree["decides"]
                words = [decided] if isinstance(decided, str) else decided
                tree["decides"] = [word for word in words if word != "program"]
            if tree.get("program") in found:
                found[tree["program"]].append(tree)
        # Rules and evidence of an arm's own are no choice of an ACO's.
        for trees in found.values():
            trees.sort(key=lambda tree: bool(tree.get("values") or tree.get("evidence")))
        return cls(scenario, found[LEAD] or [{"program": LEAD}], (found[MSSP] or [{}])[0])

    def payments(self) -> dict[str, Tree]:
        """Return the ways to be paid by name, with their terms."""
        found = dict(_PAYMENTS)
        for tree in self.lead:
            elected = tree.get("payments", [])
            words = [elected] if isinstance(elected, str) else list(elected)
            if words:
                name = "_".join([*words, *(["advance"] if tree.get("enhanced_share") else [])])
                own = {key: tree[key] for key in _PAYMENT_TERMS if key in tree}
                if found.get(name, _PAYMENTS.get(name)) == _PAYMENTS.get(name):
                    found[name] = own
        return found

    def contracts(self) -> list[Any]:
        """Return the episode arrangements that an arm states, else one with every specialty on offer."""
        for tree in self.lead:
            if tree.get("cara"):
                return list(tree["cara"])
        arm = next((name for name, one in self.scenario.arms.items() if one.program == LEAD), None)
        arm = arm or self.scenario.study.reference_arm
        book, evidence = self.scenario.rulebook(arm), self.scenario.evidence(arm)
        offered = cara_terms(book, max(self.scenario.years[0], book.first_py)).measures
        specialties = sorted(set(evidence.words("episodes.specialty")))
        return [
            {"specialty": one}
            for one in specialties
            if kinds_covered(CaraContract(specialty=one), evidence, offered)
        ]


def _in_lead(stated: _Stated, without: Collection[str]) -> Iterator[tuple[Choice, Tree]]:
    """Yield every combination in LEAD with its arm, allowed or not."""
    base = stated.lead[0]
    levels: dict[str, dict[str, Tree]] = {
        "option": {one: {"risk_option": one} for one in OPTIONS},
        "payments": stated.payments(),
        "cara": {"no_cara": {"cara": []}, "cara": {"cara": stated.contracts()}},
        "stop_loss": {"no_stop_loss": {"stop_loss": False}, "stop_loss": {"stop_loss": True}},
    }
    chosen = [name for name in levels if name not in without]
    dropped = {"description", *(term for name in chosen for term in _OF_DIMENSION[name])}
    rest = {key: value for key, value in base.items() if key not in dropped}
    since = {
        year: kept
        for year, terms in table(rest, "since").items()
        if (kept := {key: value for key, value in terms.items() if key not in dropped})
    }
    rest = {key: value for key, value in rest.items() if key != "since"} | ({"since": since} if since else {})
    for words in itertools.product(*(levels[name] for name in chosen)):
        tree: Tree = {}
        overlay(tree, rest)
        for name, word in zip(chosen, words, strict=True):
            overlay(tree, levels[name][word])
        taken = dict(zip(chosen, words, strict=True))
        choice = replace(
            Choice("", LEAD, *(taken.get(name, _AS_STATED) for name in _OF_DIMENSION)), arm=_named(words)
        )
        yield choice, {**tree, "program": LEAD, "description": _described(taken)}


def _named(words: Sequence[str]) -> str:
    return "_".join([word for word in words if not word.startswith("no_")]) or LEAD


def _described(taken: Mapping[str, str]) -> str:
    """Return a combination in words short enough for tables and charts."""
    parts = [f"LEAD {taken['option'].capitalize()}" if "option" in taken else "LEAD"]
    if "payments" in taken:
        words = (_PAYMENT_WORDS.get(word, word.upper()) for word in taken["payments"].split("_"))
        parts.append(" + ".join(words).replace("PCC + enhanced advance", "PCC + advance"))
    parts += ["CARA"] if taken.get("cara") == "cara" else []
    parts += ["stop-loss"] if taken.get("stop_loss") == "stop_loss" else []
    return ", ".join(parts)
