"""The channels by which savings against a benchmark come about, and how each is switched off."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from sim.inputs.evidence_draw import uncertain_keys
from sim.inputs.scenario_acos import Aco
from sim.inputs.scenario_arms import Arm, ChangingTerms, Terms
from sim.inputs.scenario_file import Tree, nested, overlay, table
from sim.inputs.units import parse_number
from sim.scenarios import Scenario

Change = Callable[[Tree], Tree]

NO_EFFECT = 0.0
# Ratios of a trial are 1 where it found nothing.
SAME = 1.0
_SUPPORT = "cost_sharing_support"
_CHOICES = ("exit", "program")

TRUE, ANSWER, CODING, SELECTION = "true savings", "the benchmark's answer", "coding", "selection"
REGRESSION, TREND, RULES = "regression to the mean", "trend error", "rules"
AVERAGE, LUCK = "left on average", "luck"
#: Kinds of parts, in the order in which they are told.
GROUPS = (TRUE, ANSWER, CODING, SELECTION, REGRESSION, TREND, RULES, AVERAGE, LUCK)


@dataclass(frozen=True)
class Channel:
    """One way in which savings against a benchmark come about.

    Attributes
    ----------
    name, label : str
    group : str
        One of :data:`GROUPS`.
    meaning : str
        What is switched off, in words.
    idle : str
        Why it does nothing where it is off already.
    evidence : Mapping of str to float
        Keys and the value that turns them off; every item of a list has it.
    only_where : Mapping of str to str
        By first word of a key, the term without which its evidence does nothing.
    terms : callable or None
        Returns a table of an arm's terms without it.
    plans : callable or None
        Returns an ACO's table without it.
    needs : tuple of str
        Channels through which it acts: without all of them it does nothing.
    behaviours : tuple of str
        Rules that it goes by: one of a scenario's own need not follow the evidence.
    """

    name: str
    label: str
    group: str
    meaning: str
    idle: str
    evidence: Mapping[str, float] = field(default_factory=dict)
    only_where: Mapping[str, str] = field(default_factory=dict)
    terms: Change | None = None
    plans: Change | None = None
    needs: tuple[str, ...] = ()
    behaviours: tuple[str, ...] = ()

    def of_world(self, scenario: Scenario) -> bool:
        """Whether it is in the world, which all arms share, and not in what an arm does."""
        book = scenario.evidence(scenario.study.reference_arm)
        return self.plans is not None or any(book.entry(key).scope == "world" for key in self.evidence)


def _prospective(terms: Tree) -> Tree:
    return {**terms, "alignment": "prospective"} if "alignment" in terms else terms


def _without_choices(terms: Tree) -> Tree:
    if "decides" not in terms:
        return terms
    stated = terms["decides"]
    words = [stated] if isinstance(stated, str) else list(stated)
    return {**terms, "decides": [word for word in words if word not in _CHOICES]}


def _without_support(terms: Tree) -> Tree:
    if "benefits" not in terms:
        return terms
    return {**terms, "benefits": [one for one in terms["benefits"] if one.get("kind") != _SUPPORT]}


def _as_its_region(plan: Tree) -> Tree:
    return {**plan, "efficiency": 0.0}


def _nothing_saved_before(plan: Tree) -> Tree:
    brings = plan.get("entry") == "renewing" or "prior_savings" in plan
    return {**plan, "prior_savings": 0.0} if brings else plan


#: All channels in the order in which they are switched off: first what an arm's ACOs do, then what is in the
#: world, doors of selection before what nobody chooses. Who is named by `needs` comes later.
CHANNELS = (
    Channel(
        "effect",
        "True effect",
        TRUE,
        "all that changes what care costs: effects of ACOs, home-based care, falls prevention, support with"
        " cost sharing, specialists under contract",
        "all effects are off (evidence.effect.scale = 0 and its like)",
        evidence={
            "effect.scale": NO_EFFECT,
            "response.cost": NO_EFFECT,
            "response.volume": NO_EFFECT,
            "falls.stays.multifactorial": SAME,
            "falls.stays.home_hazard": SAME,
            "falls.ed_visits.multifactorial": SAME,
            "falls.ed_visits.home_hazard": SAME,
        },
        only_where={"falls": "falls_prevention", "response": "cara"},
        terms=_without_support,
        behaviours=("effect", "home_care", "investment", "episode_response"),
    ),
    Channel(
        "coding",
        "Coding by ACOs",
        CODING,
        "growth of coded beyond true risk that ACOs add",
        "ACOs add no coding (evidence.coding.excess = 0)",
        evidence={"coding.excess": NO_EFFECT},
        behaviours=("coding",),
    ),
    Channel(
        "decisions",
        "Entry and exit by choice",
        SELECTION,
        "ACOs that choose their program or leave it by what they believe",
        "no ACO of the arm decides on its program or on leaving it (decides)",
        terms=_without_choices,
        behaviours=("exit", "choice", "belief"),
    ),
    Channel(
        "hybrid",
        "Hybrid additions",
        SELECTION,
        "people who come to an ACO within the year",
        "no ACO of the arm has hybrid alignment (alignment)",
        terms=_prospective,
        needs=("attesting", "tins"),
    ),
    Channel(
        "attesting",
        "Patients attesting",
        SELECTION,
        "people aligned because they attest, who are sicker than others",
        "nobody attests (evidence.voluntary.attest = 0)",
        evidence={"voluntary.attest": NO_EFFECT},
        behaviours=("attestation",),
    ),
    Channel(
        "leaving",
        "Patients leaving",
        SELECTION,
        "that the sicker change practice more often than others",
        "health does not count for who changes practice (evidence.care.leave_risk = 0)",
        evidence={"care.leave_risk": NO_EFFECT},
    ),
    Channel(
        "advantage",
        "Moves to and from MA",
        SELECTION,
        "that the healthy move to Medicare Advantage, and the sick come back from it",
        "health does not count for moves to and from Medicare Advantage (evidence.advantage.*_risk = 0)",
        evidence={"advantage.leave_risk": NO_EFFECT, "advantage.back_risk": NO_EFFECT},
    ),
    Channel(
        "costly_tins",
        "Costly TINs leaving",
        SELECTION,
        "that practices which spend more leave their ACO more often",
        "TINs leave whatever they spend (evidence.tins.leave_cost = 0), or none leaves",
        evidence={"tins.leave_cost": NO_EFFECT},
        needs=("tins",),
    ),
    Channel(
        "tins",
        "TIN lists by chance",
        SELECTION,
        "TINs that leave an ACO and others that join it",
        "TIN lists do not change (evidence.tins.leave = 0)",
        evidence={"tins.leave": NO_EFFECT},
    ),
    Channel(
        "entry",
        "Entry: spending level",
        SELECTION,
        "that ACOs enter which spend less, or more, than their region already",
        "ACOs spend as their regions do (efficiency = 0), or a CMS file says what they spend",
        plans=_as_its_region,
    ),
    Channel(
        "brought",
        "Entry: prior savings",
        SELECTION,
        "savings of base years under an earlier program, which adjust a benchmark",
        "ACOs bring no savings along (prior_savings), or a CMS file says what they bring",
        plans=_nothing_saved_before,
    ),
    Channel(
        "drift",
        "Practices drift and return",
        REGRESSION,
        "spending of practices and ACOs against their region that changes and comes back",
        "practices and ACOs keep their level (evidence.drift.practice and drift.aco = 0)",
        evidence={"drift.practice": NO_EFFECT, "drift.aco": NO_EFFECT},
    ),
    Channel(
        "reversion",
        "Markets near the nation",
        REGRESSION,
        "costly and cheap markets that come nearer the nation",
        "markets keep their distance (evidence.trend.market_reversion = 0)",
        evidence={"trend.market_reversion": NO_EFFECT},
    ),
    Channel(
        "coding_drift",
        "Coding drift",
        CODING,
        "coded against true risk of ACOs that changes in all arms alike",
        "coding does not drift (evidence.drift.coding = 0)",
        evidence={"drift.coding": NO_EFFECT},
    ),
    Channel(
        "trend",
        "Growth not foreseen",
        TREND,
        "national growth that misses its central path, and markets that grow otherwise than the nation",
        "growth is as foreseen (evidence.trend.shock, drift, skin_substitute_reversal, market = 0)",
        evidence={
            "trend.shock": NO_EFFECT,
            "trend.drift": NO_EFFECT,
            "trend.skin_substitute_reversal": NO_EFFECT,
            "trend.market": NO_EFFECT,
        },
    ),
)
#: Doors of selection that the model does not have: nothing that is printed speaks of them.
NOT_MODELLED = (
    "clinicians who leave a TIN one by one: TINs leave and join whole",
    "pruning on purpose: no ACO drops a TIN for its cost; costly TINs leave more often by chance",
    "entry by forecast where no ACO decides on its program: who is in it, the scenario says",
)


def acts(channel: Channel, scenario: Scenario, arm: str) -> bool:
    """Return whether there is anything of a channel in an arm that could be switched off."""
    tree = scenario.merged.tree
    if channel.terms is not None:
        stated = tree["arms"][arm]
        if _in_all_terms(stated, channel.terms) != stated:
            return True
    if channel.plans is not None:
        plans = [one for one in tree["population"].get("acos", ()) if not _from_file(one)]
        return any(_moved(channel.plans(dict(plan)), plan) for plan in plans)
    book, terms = scenario.evidence(arm), list(_all_terms(scenario.tables.arms[arm]))
    drawn = uncertain_keys([book]) if scenario.study.parameter_uncertainty else []
    for key, off in channel.evidence.items():
        term = channel.only_where.get(key.partition(".")[0])
        if term is None or any(getattr(one, term) for one in terms):
            values = [np.asarray(value, np.float64) for _, value in book.entry(key).by_year]
            if key in drawn or any((value != off).any() for value in values):
                return True
    return False


def _moved(plan: Tree, stated: Mapping[str, Any]) -> bool:
    """Return whether an ACO is another one than stated."""
    usual = Aco.model_fields
    return any(_number(one) != _number(stated.get(key, usual[key].default)) for key, one in plan.items())


def _number(value: Any) -> Any:
    try:
        return parse_number(value)[0]
    except ValueError:
        return value


def _all_terms(terms: ChangingTerms) -> Iterator[Terms]:
    yield terms
    yield from terms.since.values()
    for one in terms.acos.values() if isinstance(terms, Arm) else ():
        yield from _all_terms(one)


def without(arm: Mapping[str, Any], channels: list[Channel], scenario: Scenario) -> Tree:
    """Return an arm's table with channels of what ACOs do switched off."""
    made: Tree = {}
    overlay(made, arm)
    for channel in channels:
        if channel.terms is not None:
            made = _in_all_terms(made, channel.terms)
        overlay(made, {"evidence": nested(_values(channel, scenario))} if channel.evidence else {})
    return made


def world_without(scenario: Scenario, channels: list[Channel]) -> Scenario:
    """Return a scenario with channels of the world switched off. Raises InputError."""
    changes: Tree = {}
    plans = [dict(one) for one in scenario.merged.tree["population"].get("acos", ()) if not _from_file(one)]
    for channel in channels:
        if channel.plans is not None and plans:
            plans = [channel.plans(plan) for plan in plans]
            overlay(changes, {"population": {"acos": plans}})
        overlay(changes, {"evidence": nested(_values(channel, scenario))} if channel.evidence else {})
    return scenario.replace(changes, "decompose") if changes else scenario


def _from_file(aco: object) -> bool:
    return isinstance(aco, str)


def _values(channel: Channel, scenario: Scenario) -> dict[str, Any]:
    """Return evidence that is off, in the shape that it has."""
    book = scenario.evidence(scenario.study.reference_arm)
    return {
        key: np.full(np.shape(book.entry(key).by_year[-1][1]), value).tolist()
        for key, value in channel.evidence.items()
    }


def _in_all_terms(arm: Tree, change: Change) -> Tree:
    """Return an arm with a change in its terms, those of single ACOs and those from a later year on."""
    made = change(arm)
    for name in ("since", "acos"):
        inner = table(made, name)
        if inner:
            made = {**made, name: {key: _in_all_terms(dict(one), change) for key, one in inner.items()}}
    return made


def own_rules(scenario: Scenario, arm: str, channel: Channel) -> Iterator[str]:
    """Yield the behaviours of a channel for which the scenario or the arm has a rule of its own."""
    for name in channel.behaviours:
        if getattr(scenario.arms[arm].behaviour, name) or getattr(scenario.tables.behaviour, name):
            yield name
