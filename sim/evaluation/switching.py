"""What has to be run to take an arm's savings apart: worlds and arms in which channels are switched off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sim.evaluation.channels import CHANNELS, Channel, acts, own_rules, without, world_without
from sim.inputs.faults import Fault, InputError, wrong_choice
from sim.inputs.scenario_file import Tree
from sim.scenarios import Scenario

#: Channels that are off, by name.
Off = frozenset[str]

ORIGIN = "decompose"
ALL_ON: Off = frozenset()
_LONGEST = 100


@dataclass(frozen=True)
class World:
    """One world: what all arms share, and the arms that are lived in it.

    Attributes
    ----------
    name : str
        Of its store.
    scenario : Scenario
    arms : Mapping of frozenset of str to str
        By the channels of ACOs' own that are off, the arm.
    """

    name: str
    scenario: Scenario = field(repr=False)
    arms: Mapping[Off, str]


@dataclass(frozen=True)
class Plan:
    """What has to be run to take an arm's savings apart.

    Attributes
    ----------
    arm : str
    channels : tuple of Channel
        Those that there are, in the order in which they are switched off.
    idle : Mapping of str to str
        By channel that is off already, why.
    replaced : Mapping of str to tuple of str
        By channel, behaviours of the scenario's own that need not follow the evidence.
    worlds : Mapping of frozenset of str to World
        By the channels of the world that are off, the scenario as stated first.
    orders : bool
        Whether each channel is also seen alone and on top of all others.
    """

    arm: str
    channels: tuple[Channel, ...]
    idle: Mapping[str, str]
    replaced: Mapping[str, tuple[str, ...]]
    worlds: Mapping[Off, World]
    orders: bool

    @property
    def all_off(self) -> Off:
        """All channels that there are."""
        return frozenset(one.name for one in self.channels)

    def chain(self) -> list[Off]:
        """Return the channels off after each step, none at first and all in the end."""
        names = [one.name for one in self.channels]
        return [frozenset(names[:count]) for count in range(len(names) + 1)]

    def alone(self, channel: Channel) -> tuple[Off, Off]:
        """Return what is off where a channel acts alone but for those it acts through, and where they do."""
        rest = self.all_off - set(channel.needs)
        return rest - {channel.name}, rest


def plan_of(scenario: Scenario, arm: str | None = None, *, orders: bool = True) -> Plan:
    """Return the worlds and arms in which channels are off.

    Parameters
    ----------
    scenario : Scenario
    arm : str, optional
        Arm to take apart; by default the first but the reference arm.
    orders : bool
        Also see each channel alone, all others off, and on top of all others.

    Raises
    ------
    InputError
        When there is no such arm, none but the reference arm, or a sweep.
    """
    reference, label = scenario.study.reference_arm, scenario.merged.label
    acting = [name for name in scenario.arms if name != reference]
    if scenario.tables.sweep is not None:
        raise InputError(Fault(label, "sweep", "is a sweep", "must be left out: one arm is taken apart"))
    if not acting:
        raise InputError(Fault(label, "arms", f"has {reference} alone", "must have another arm"))
    if arm is not None and arm not in acting:
        raise InputError(wrong_choice("--arm", "", arm, acting))
    chosen = arm or acting[0]
    lean = scenario.replace({"study.provider_books": False, "study.evaluation_panel": False}, ORIGIN)
    made = _Maker(lean, chosen)
    live = [one for one in CHANNELS if acts(one, lean, chosen)]
    names = {one.name for one in live}
    live = [one for one in live if not one.needs or names & set(one.needs)]
    idle = {one.name: one.idle for one in CHANNELS if one not in live}
    replaced = {one.name: found for one in live if (found := tuple(own_rules(scenario, chosen, one)))}
    bare = Plan(chosen, tuple(live), idle, replaced, {}, orders)
    wanted = [off for one in live for off in (frozenset({one.name}), *bare.alone(one))]
    worlds = made.worlds([*bare.chain(), *wanted], bare)
    if not orders:
        # Those of the chain with all their arms, so that a store goes on where orders are asked for later.
        kept = {off & frozenset().union(*worlds) for off in bare.chain()}
        worlds = {off: world for off, world in worlds.items() if off in kept}
    return Plan(chosen, bare.channels, idle, replaced, worlds, orders)


class _Maker:
    """Makes the worlds of a plan from a scenario and its arm."""

    def __init__(self, scenario: Scenario, arm: str) -> None:
        self._scenario, self._arm = scenario, arm
        self._stated = scenario.merged.tree["arms"]
        self._of_world = {one.name for one in CHANNELS if one.of_world(scenario)}

    def worlds(self, wanted: Sequence[Off], plan: Plan) -> dict[Off, World]:
        """Return the worlds in which all that is wanted is lived."""
        arms: dict[Off, list[Off]] = {}
        for off in wanted:
            shared = off & self._of_world
            of_world = arms.setdefault(shared, [])
            if off - shared not in of_world:
                of_world.append(off - shared)
        return {shared: self._world(shared, lived, plan) for shared, lived in arms.items()}

    def _world(self, shared: Off, lived: list[Off], plan: Plan) -> World:
        all_shared = plan.all_off & self._of_world
        name = _world_name(shared, all_shared)
        of_acos = plan.all_off - all_shared
        arms = {_arm_name(off, of_acos): off for off in lived}
        world = world_without(self._scenario, [one for one in plan.channels if one.name in shared])
        made = self._with(world, arms)
        made = made.replace({"study.name": f"{self._scenario.study.name}-{ORIGIN}-{name}"[:_LONGEST]}, ORIGIN)
        return World(name, made, {off: arm for arm, off in arms.items()})

    def _with(self, scenario: Scenario, arms: Mapping[str, Off]) -> Scenario:
        """Return a scenario of the reference arm and of the arm with channels off."""
        reference = self._scenario.study.reference_arm
        trees: dict[str, Tree] = {reference: dict(self._stated[reference])}
        for name, off in arms.items():
            channels = [one for one in CHANNELS if one.name in off]
            told = f"{self._arm} as stated" if not off else f"{self._arm} without {', '.join(sorted(off))}"
            trees[name] = without(self._stated[self._arm], channels, scenario) | {
                "description": told[:_LONGEST]
            }
        return scenario.with_arms(trees, reference, ORIGIN)


def _world_name(off: Off, every: Off) -> str:
    if not off:
        return "as_stated"
    if off == every:
        return "all_off"
    names, order = _ordered(off), _ordered(every)
    if len(names) == 1:
        return f"without_{names[0]}"
    if names == order[: len(names)]:
        return f"off_to_{names[-1]}"
    return "only_" + "-".join(_ordered(every - off))


def _arm_name(off: Off, every: Off) -> str:
    if not off:
        return "as_stated"
    if off == every:
        return "all_off"
    return "without_" + "-".join(_ordered(off))


def _ordered(names: Off) -> list[str]:
    return [one.name for one in CHANNELS if one.name in names]
