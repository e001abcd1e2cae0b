"""What an arm does to each ACO's money, in a sentence."""

from __future__ import annotations

import xarray as xr

from sim.outcomes.error import mean_error

# Differences of so many Monte Carlo errors are told as such.
_ERRORS = 2.0
_SHOWN = 12


def joining_told(data: xr.Dataset, arm: str) -> str:
    """Return which ACOs have more cash at the end of an arm than they began with, and which have less.

    Parameters
    ----------
    data : Dataset
        Complete replicates, two or more.
    arm : str
        One with a program.
    """
    cash = data["aco_cash_change"].sel(arm=arm)
    groups: dict[str, list[str]] = {"pays": [], "costs money": [], "cannot be told": [], "never begins": []}
    for name in data["aco"].values.tolist():
        own = cash.sel(aco=name)
        if not bool(own.notnull().any()):
            groups["never begins"].append(str(name))
            continue
        total = own.sum("year").values
        error = mean_error(total)
        clear = abs(total.mean()) > _ERRORS * error
        word = ("pays" if total.mean() > 0.0 else "costs money") if clear else "cannot be told"
        shared = data["distributions"].sel(arm=arm, aco=name).sum("year").values
        together = (total + shared).mean() / 1e6
        groups[word].append(f"{name} {total.mean() / 1e6:+,.1f} ({together:+,.1f})")
    told = "; ".join(f"{word} for {_listed(names)}" for word, names in groups.items() if names)
    return (
        f"{arm}: cash over all years, $ million, and in brackets with what practices were passed on: taking"
        f" part {told}."
    )


def _listed(names: list[str]) -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + rest
