"""Which choice leaves the ACOs best off, by how much and at which risk, in a few sentences."""

from __future__ import annotations

import math
import tomllib
from dataclasses import dataclass

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from sim.outcomes.error import mean_error, ratio_error

Floats = NDArray[np.float64]

_MILLION, _PERCENT = 1e6, 100.0
_TO_HUNDREDS = -2
# From here on an amount is told in millions.
_LARGE = 0.95e6
# Differences of fewer errors may be chance.
_TOLD_APART = 2.0
_NAMED = 6


@dataclass(frozen=True, eq=False)
class Made:
    """What an arm makes, by replicate: USD a year, arrays of shape (replicates,).

    Attributes
    ----------
    arm : str
    description : str
    cash : float64 array
        Change in ACOs' cash per ACO and year, before they distribute any; nothing where an ACO is in no
        program.
    passed_on : float64 array
        What of it they distribute to their practices, per ACO and year.
    by_aco : float64 array, shape (acos,)
        Cash of each ACO, mean over replicates.
    medicare, spared : float64 arrays
        Net cost to Medicare, and what care costs less than in the reference arm, all ACOs together.
    owes : tuple of float
        Share of settled ACO-years in which the ACO owes Medicare, and its error.
    short : tuple of float
        Share of ACOs and replicates whose years together leave less cash, and its error.
    """

    arm: str
    description: str
    cash: Floats
    passed_on: Floats
    by_aco: Floats
    medicare: Floats
    spared: Floats
    owes: tuple[float, float]
    short: tuple[float, float]

    @property
    def named(self) -> str:
        """The arm's name, and in brackets what it is."""
        return f"{self.arm} ({self.description})" if self.description else self.arm


def answer(data: xr.Dataset) -> list[str]:
    """Return which arm leaves the ACOs best off and what Medicare pays, a sentence or a few for each.

    Parameters
    ----------
    data : Dataset
        Complete replicates, one or more.

    Returns
    -------
    list of str
        Arms with values or evidence of their own are told apart, as what would be if the world were another;
        they are nobody's choice.
    """
    stated = tomllib.loads(data.attrs.get("scenario", "")).get("arms", {})
    settled = data["gross_savings"].notnull()
    arms = [arm for arm in data["arm"].values.tolist() if bool(settled.sel(arm=arm).any())]
    if not arms:
        return ["No ACO is settled by a program in any arm: the run shows what care costs, and no choice."]
    made = [_made(data.sel(arm=arm), stated.get(arm, {}).get("description", "")) for arm in arms]
    chosen = [
        one for one in made if not any(stated.get(one.arm, {}).get(key) for key in ("values", "evidence"))
    ]
    choices = sorted(chosen or made, key=lambda one: -float(one.cash.mean()))
    others = [one for one in made if one not in choices]
    names = data["aco"].values.tolist()
    return [
        _best(choices, names, data.sizes["year"]),
        *_compared(choices),
        *_by_aco(choices, names),
        *_if_otherwise(others, choices[0]),
        _medicare(choices, str(data.attrs["reference_arm"])),
    ]


def _made(own: xr.Dataset, description: str) -> Made:
    years, acos = own.sizes["year"], own.sizes["aco"]
    passed_on = own["distributions"].fillna(0.0).sum("year").transpose("replicate", "aco").values
    cash = own["aco_cash_change"].fillna(0.0).sum("year").transpose("replicate", "aco").values + passed_on
    settled = (own["benchmark"] > 0).transpose("replicate", "aco", "year").values
    owing = (own["settlement"] < 0).transpose("replicate", "aco", "year").values & settled
    possible, owed = settled.sum(axis=(1, 2)), owing.sum(axis=(1, 2))
    short = (cash < 0.0).mean(axis=-1)
    return Made(
        arm=str(own["arm"].item()),
        description=description,
        cash=cash.sum(axis=-1) / acos / years,
        passed_on=passed_on.sum(axis=-1) / acos / years,
        by_aco=cash.mean(axis=0) / years,
        medicare=own["medicare_net_cost"].sum("year").values / years,
        spared=_total(own["true_savings"]) / years,
        owes=(float(owed.sum() / possible.sum()), ratio_error(owed[possible > 0], possible[possible > 0])),
        short=(float(short.mean()), mean_error(short)),
    )


def _total(values: xr.DataArray) -> Floats:
    found: Floats = values.sum([dim for dim in values.dims if dim != "replicate"]).values
    return found


def _best(choices: list[Made], names: list[str], years: int) -> str:
    best, alone = choices[0], len(names) == 1
    whom, it = (names[0], "it") if alone else (f"each of {len(names)} ACOs", "an ACO")
    worse, unsure = float(best.cash.mean()) < 0.0, by_chance(best.cash)
    if len(choices) == 1:
        does = f"{best.named} leaves {whom}"
    elif worse and not unsure:
        does = f"None of {len(choices)} choices pays. Least is lost in {best.named}: it leaves {whom}"
    else:
        does = f"Of {len(choices)} choices {best.named} is best: it leaves {whom}"
    text = (
        f"{does} {dollars(best.cash)} a year {'worse' if worse else 'better'} off than outside any program"
        f"{', which may be chance' if unsure else ''}. Running cost is taken off"
    )
    text += f", {dollars(best.passed_on)} a year for practices is not. " if np.any(best.passed_on) else ". "
    span = "in that one year" if years == 1 else f"in {years} years together"
    return text + (
        f"The chance that {it} owes Medicare for a year is {share_told(best.owes)}, that {it} loses money"
        f" {span} {share_told(best.short)}."
    )


def _compared(choices: list[Made]) -> list[str]:
    """Return how far behind the best the others are, one after another."""
    best, *others = choices
    if not others:
        return []
    behind = [(one, best.cash - one.cash) for one in others]
    same = [one.arm for one, gap in behind if not np.any(gap)]
    near = [(one, gap) for one, gap in behind if np.any(gap) and by_chance(gap)]
    far = [(one, gap) for one, gap in behind if np.any(gap) and not by_chance(gap)]
    parts = []
    if same:
        parts.append(f"the same to the cent in {listed(same)}")
    if near:
        told = listed([f"{one.arm} ({dollars(gap)} a year behind)" for one, gap in near])
        count = len(best.cash)
        with_it = "one replicate does" if count == 1 else f"{count} replicates do"
        parts.append(f"{with_it} not tell it apart from {told}")
    if far:
        shown = [f"{dollars(gap)} a year in {one.arm}" for one, gap in far]
        parts.append(f"less is left by {listed(shown)}")
    text = "; ".join(parts)
    return [f"{text[0].upper()}{text[1:]}."]


def _by_aco(choices: list[Made], names: list[str]) -> list[str]:
    """Return which choice is best for how many ACOs, where there are several."""
    if len(names) == 1:
        return []
    cash = np.stack([one.by_aco for one in choices])
    best, gaining = cash.argmax(axis=0), int((cash.max(axis=0) > 0.0).sum())
    counts = [(one.arm, int((best == place).sum())) for place, one in enumerate(choices)]
    text = f"On average {gaining} of {len(names)} ACOs gain"
    if len(choices) > 1:
        best_for = listed([f"{arm} for {count}" for arm, count in counts if count])
        text += f" by what is best for them, which is {best_for}"
    return [f"{text}."]


def _if_otherwise(others: list[Made], best: Made) -> list[str]:
    """Return what other rules or other evidence would make, against the best choice."""
    parts = []
    for one in others:
        gap = one.cash - best.cash
        more = "more" if float(gap.mean()) >= 0.0 else "less"
        parts.append(f"in {one.named} {dollars(gap)} a year {more} than in {best.arm}{_may_be_chance(gap)}")
    return [f"With other rules or evidence an ACO is left {listed(parts)}."] if parts else []


def _medicare(choices: list[Made], reference: str) -> str:
    best = choices[0]
    least = min(choices, key=lambda one: float(one.medicare.mean()))

    def more(values: Floats) -> str:
        return f"{dollars(values)} a year {'less' if float(values.mean()) < 0.0 else 'more'}"

    text = f"Medicare pays {more(best.medicare)} than in {reference} where {best.arm} is chosen"
    if np.any(best.spared):
        text += f", and care itself costs {more(-best.spared)}"
    gap = best.medicare - least.medicare
    if np.any(gap):
        text += f"; it pays least in {least.arm}, {more(least.medicare)} than in {reference}"
    return f"{text}."


def by_chance(values: Floats) -> bool:
    """Return whether a mean over replicates may be nothing: less than two errors, or one replicate."""
    error = mean_error(values)
    return math.isnan(error) or abs(float(values.mean())) < _TOLD_APART * error


def _may_be_chance(values: Floats) -> str:
    return ", which may be chance" if by_chance(values) else ""


def dollars(values: Floats, *, digits: int = _TO_HUNDREDS, large: bool | None = None) -> str:
    """Return the size of a mean over replicates in USD with its Monte Carlo error, both in one unit.

    Parameters
    ----------
    values : float64 array, shape (replicates,)
    digits : int
        To what an amount of less than a million is rounded: -2 to hundreds, 0 to dollars.
    large : bool, optional
        Whether it is told in millions; where mean or error comes near one if not given.
    """
    return amount(float(values.mean()), mean_error(values), digits=digits, large=large)


def amount(mean: float, error: float, *, digits: int = _TO_HUNDREDS, large: bool | None = None) -> str:
    """Return the size of an amount of USD with its Monte Carlo error, see :func:`dollars`."""
    mean = abs(mean)
    large = bool(np.nanmax([mean, error]) >= _LARGE) if large is None else large

    def shown(value: float) -> str:
        return f"{value / _MILLION:,.1f}" if large else f"{round(value, digits):,.0f}"

    told = f"${shown(mean)}" if math.isnan(error) else f"${shown(mean)} ± {shown(error)}"
    return told + (" million" if large else "")


def share_told(share: tuple[float, float]) -> str:
    """Return a share and its Monte Carlo error in percent."""
    mean, error = (_PERCENT * value for value in share)
    return f"{mean:.0f} %" if math.isnan(error) else f"{mean:.0f} ± {error:.0f} %"


def listed(parts: list[str]) -> str:
    """Return parts as a list in a sentence, the first few of many."""
    if len(parts) > _NAMED:
        return ", ".join(parts[:_NAMED]) + f" and {len(parts) - _NAMED} more"
    return parts[0] if len(parts) == 1 else ", ".join(parts[:-1]) + f" and {parts[-1]}"
