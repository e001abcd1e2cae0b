"""How many ACOs and years it takes until an evaluation sees an effect."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import xarray as xr
from scipy import stats

from sim.evaluation.claims import Claims, panels
from sim.evaluation.did import FEWEST, Comparison, compare, comparison_for
from sim.evaluation.performance import Figure
from sim.inputs.faults import Fault, InputError
from sim.outcomes.summary import complete

# With fewer markets errors of errors decide.
_LEAST_ACOS = 4
#: True change of spending that is to be seen.
WANTED = -0.01
#: Power that is held to be enough, and the level of the test.
ENOUGH, LEVEL = 0.8, 0.05


@dataclass(frozen=True, slots=True)
class Power:
    """How often evaluations of so many ACOs after so many years see the effect.

    Attributes
    ----------
    acos, years : int
        Years since the first of them entered; all have by then.
    power : Figure
        Share of evaluations that differ from nothing at 5 %.
    error : Figure
        Standard error that they report, a change of log spending.
    """

    acos: int
    years: int
    power: Figure
    error: Figure


@dataclass(frozen=True, slots=True)
class PowerCurve:
    """Power by ACOs and years.

    Attributes
    ----------
    wanted : float
        The true effect, a fraction of spending.
    rows : tuple of Power
        By ACOs, then years.
    """

    wanted: float
    rows: tuple[Power, ...]

    def needed(self, years: int) -> int:
        """Return about how many ACOs such as these, with as many comparisons each, it takes for 80 %.

        From the error with most of them, which shrinks with the root of their number; by the normal
        distribution.
        """
        most = max((row for row in self.rows if row.years == years), key=lambda row: row.acos)
        apart = stats.norm.ppf(1.0 - LEVEL / 2) + stats.norm.ppf(ENOUGH)
        return math.ceil(most.acos * float(apart * most.error.value / math.log1p(self.wanted)) ** 2)


def power_curve(
    data: xr.Dataset,
    arm: str,
    *,
    comparison: Comparison | None = None,
    practice_list: str = "first",
    wanted: float = WANTED,
) -> PowerCurve:
    """Return how often an evaluation of some of an arm's ACOs would see an effect, by their number and years.

    What an arm's own ACOs change is taken out of each estimate, by the same units in the reference arm, and
    the effect asked for put in its place: on logs that is a sum. Which ACOs they are goes round from one
    replicate to the next. With other markets as comparison, all of those serve, however few ACOs there are.

    Parameters
    ----------
    data, arm, comparison, practice_list
        As for :func:`sim.evaluation.performance.evaluate`.
    wanted : float
        True effect, -0.01 being 1 % less spending.

    Raises
    ------
    InputError
        When no ACO is in a program, or fewer than two markets are on either side.
    """
    whole = complete(data)
    reference = str(data.attrs["reference_arm"])
    ours, theirs = (panels(whole, one, practice_list=practice_list) for one in (arm, reference))
    made: dict[tuple[int, int], list[tuple[bool, float]]] = {}
    chosen = comparison
    for turn, (replicate, panel) in enumerate(ours.items()):
        entering = np.flatnonzero(panel.treated)
        if not entering.size:
            continue
        chosen = chosen or comparison_for(panel)
        with np.errstate(invalid="ignore"):
            changed = panel.outcome - theirs[replicate].outcome
        for number in _numbers(entering.size):
            some = np.roll(entering, -turn * number)[:number]
            if len(np.unique(panel.market[some])) < FEWEST:
                continue
            fewer = _only(panel, some)
            first = int(fewer.entered[some].min())
            for years in range(1, int(panel.years[-1]) - first + 2):
                known = fewer.until(first + years - 1)
                if int(known.treated.sum()) < number:
                    continue
                shown = compare(known, chosen)
                found = shown.effect()
                effect = found.effect - shown.mean_after(changed) + math.log1p(wanted)
                seen = replace(found, effect=effect).seen
                made.setdefault((number, years), []).append((seen, found.error))
    if not made:
        problem = "has too few ACOs in a program to be evaluated"
        raise InputError(
            Fault("evaluate", f"arms.{arm}", problem, f"{FEWEST} or more, in markets of their own")
        )
    rows = (
        Power(acos, years, Figure.of(seen for seen, _ in pairs), Figure.of(error for _, error in pairs))
        for (acos, years), pairs in sorted(made.items())
    )
    return PowerCurve(wanted, tuple(rows))


def _numbers(most: int) -> list[int]:
    """Return powers of two from four up to the number of ACOs, and that."""
    powers = (2**power for power in range(most.bit_length()))
    return sorted({most, *(number for number in powers if _LEAST_ACOS <= number < most)})


def _only(panel: Claims, chosen: np.ndarray[tuple[int], np.dtype[np.int64]]) -> Claims:
    """Return the panel with these ACOs entering, and without the others that do and their markets' people."""
    others = panel.treated.copy()
    others[chosen] = False
    left_out = others | (
        np.isin(panel.market, panel.market[others]) & ~np.isin(panel.market, panel.market[chosen])
    )
    return panel.of_units(~left_out)
