"""A decision in sentences that a board reads: what to choose, how sure that is, at which risk."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import TYPE_CHECKING

from sim.cli.answer import amount, listed, share_told
from sim.evaluation.decision import Outcome, difference, told_apart

if TYPE_CHECKING:
    from sim.cli.decide import Decision
    from sim.evaluation.performance import Figure

# What choices are ranked by, where it is not the mean of what they leave.
_BY = {
    "median": " by the median",
    "low": " by what one time in ten is not reached",
    "tail": " by the mean of the worst tenth",
    "loss": " by the chance of a loss",
    "regret": " by regret",
    "lowest": " by cash in the lowest month",
}


def described(outcome: Outcome) -> str:
    """Return what a choice is, in words."""
    return outcome.description or outcome.arm


def decision_told(made: Decision) -> list[str]:
    """Return a sentence or a few for each: what is best, how sure, the risk, the cash, regret, the rules."""
    best, by_arm = made.order[0], {one.arm: one for one in made.order}
    rivals = [by_arm[arm] for arm in made.contenders[1:]]
    return [
        _best(made, best),
        *_sure(best, rivals),
        *_alike(made, best),
        *_risk(best),
        *_out(made, by_arm),
        _regret(best, made.order),
        *_rules(made, by_arm),
    ]


def _best(made: Decision, best: Outcome) -> str:
    years = made.choices.scenario.years
    count, outside = len(made.order), best.arm == made.choices.scenario.study.reference_arm
    if outside:
        return f"None of {count - 1} choices pays for {made.choices.aco}: it is best off in no program."
    more = "more" if best.mean.value >= 0.0 else "less"
    chance = "" if told_apart(best.mean) else ", which may be chance"
    each = (
        f"${abs(best.per_person_year.value):,.0f} a person and year, {abs(best.percent.value):.1f} % of the"
    )
    return (
        f"Of {count} choices {described(best)} is best for {made.choices.aco}{_BY.get(made.by, '')}:"
        f" PY{years[0]}-PY{years[-1]} leave it and its practices {_dollars(best.mean)} {more} than being"
        f" in no program ({each} benchmark){chance}."
    )


def _sure(best: Outcome, rivals: list[Outcome]) -> Iterator[str]:
    """Yield how far the best of every other program and option is behind."""
    if not rivals:
        return
    gaps = [(one, difference(best.cash, one.cash)) for one in rivals]
    far = [f"{described(one)} ({_dollars(gap)} less)" for one, gap in gaps if told_apart(gap)]
    near = [f"{described(one)} ({_behind(gap)})" for one, gap in gaps if not told_apart(gap)]
    parts = []
    if far:
        parts.append(f"It leaves more than {listed(far)}")
    if near:
        count = len(best.cash)
        with_it = "one replicate does" if count == 1 else f"{count} replicates do"
        parts.append(f"{with_it} not tell it apart from {listed(near)}")
    text = "; ".join(parts)
    yield f"{text[0].upper()}{text[1:]}. Each is the best form of its program and risk option."


def _behind(gap: Figure) -> str:
    return f"{_dollars(gap)} {'behind' if gap.value >= 0.0 else 'ahead'}"


def _alike(made: Decision, best: Outcome) -> Iterator[str]:
    """Yield how many forms of the same program and option cannot be told from the best."""
    kinds = {one.arm: one.kind for one in made.choices.choices}
    same = [one for one in made.order if kinds[one.arm] == kinds[best.arm] and one is not best]
    near = [one for one in same if not told_apart(difference(best.cash, one.cash))]
    if not same:
        return
    if not near:
        yield f"All {len(same)} other forms of it leave less, by more than chance."
    else:
        yield (
            f"How it is paid and protected matters less: {len(near)} of {len(same)} other forms of it cannot"
            " be told apart from it."
        )


def _risk(best: Outcome) -> Iterator[str]:
    """Yield how badly it may end, and what cash it takes; nothing of being in no program."""
    if math.isnan(best.owes.value):
        return
    text = (
        f"The chance that the years together lose money is {_share(best.loss)}. One time in ten they end"
        f" {_signed(best.low)} or worse, and the worst tenth {_signed(best.tail)} on average. It owes"
        f" Medicare in {_share(best.owes)} of years"
    )
    if best.beyond_guarantee is not None:
        text += f"; the chance that it once owes more than its guarantee is {_share(best.beyond_guarantee)}"
    text += "."
    if best.lowest_year is not None:
        text += (
            f" Its cash is lowest in {best.lowest_year} as a rule, at {_signed(best.lowest)}, one time in"
            f" ten at {_signed(best.lowest_low)} or less: that has to be found beforehand."
        )
    if best.designations and best.designations["higher_spending"].value > 0.0:
        text += f" It is Higher-spending in {_share(best.designations['higher_spending'])} of its years."
    yield text


def _out(made: Decision, by_arm: dict[str, Outcome]) -> Iterator[str]:
    """Yield in which programs the ACO has not the people it needs."""
    found = [by_arm[arm] for arm in made.contenders if by_arm[arm].out.value > 0.0]
    if found:
        told = listed([f"{_share(one.out)} of years in {described(one)}" for one in found])
        yield f"It has not the people that its program needs in {told}; out for that, it earns nothing."


def _regret(best: Outcome, order: tuple[Outcome, ...]) -> str:
    least = min(order, key=lambda one: one.regret.value)
    text = (
        f"It is the best in {_share(best.best)} of replicates; choosing it forgoes {_dollars(best.regret)}"
        " against what would have been best each time"
    )
    if least.arm == best.arm:
        return f"{text}, the least of all."
    return f"{text}; the least, {_dollars(least.regret)}, is forgone by {described(least)}."


def _rules(made: Decision, by_arm: dict[str, Outcome]) -> Iterator[str]:
    if not made.turned:
        return
    best = described(by_arm[made.rule_best])
    count, on = len(made.turned), f"on {made.rule_replicates} replicates"
    rules = len({one.reading.key for one in made.turned})
    tried = f"{count} other readings of {rules} rules that are assumed or disputed were tried {on}"

    def shown(verdict: str) -> list[str]:
        return [
            f"{one.reading.told} ({described(by_arm[one.best])} is best then, by {_dollars(one.lead)})"
            for one in made.turned
            if one.verdict == verdict
        ]

    turns, may = shown("turns"), shown("may turn")
    lead = made.rule_lead
    assert lead is not None  # noqa: S101  there are readings
    told = (
        f"; as stated {best} leads by {_dollars(lead)}{'' if told_apart(lead) else ', which may be chance'}"
    )
    tried += told
    if turns:
        yield f"{tried}. What to choose is turned by {listed(turns)}."
    if may:
        begin = (
            "It may also be turned"
            if turns
            else f"{tried}. None turns the choice for certain; it may be turned"
        )
        yield f"{begin} by {listed(may)}, which may be chance."
    if not turns and not may:
        nearest = made.turned[0]
        text = f"{tried}: none turns the choice of {best}."
        if nearest.change.value:
            text += f" Nearest comes {nearest.reading.told}, with a lead of {_dollars(nearest.lead)} left."
        yield text


def _dollars(figure: Figure) -> str:
    return amount(figure.value, figure.error)


def _signed(figure: Figure) -> str:
    """Return an amount with its sign in words."""
    side = "below zero" if figure.value < 0.0 else "above zero"
    return f"{_dollars(figure)} {side}"


def _share(figure: Figure) -> str:
    if math.isnan(figure.value):
        return "an unknown share"
    return share_told((figure.value, figure.error))
