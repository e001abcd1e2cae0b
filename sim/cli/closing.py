"""What a run ends with: all that it answers, in sentences that need no table."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Iterator, Mapping

import numpy as np
import xarray as xr
from rich.console import Console

from sim.cli.answer import Floats, answer, by_chance, dollars, listed
from sim.cli.cara_tables import arranged_arms
from sim.cli.offers_table import falls_arms
from sim.cli.served_tables import home_care_arms
from sim.cli.signing_table import signing_told
from sim.outcomes.error import mean_error, ratio_error

#: What figures in the sentences are.
ERROR = "Means over replicates; ± is the Monte Carlo error (one standard error), which one replicate lacks."
_PERCENT = _CENTS = 100.0


def closing(data: xr.Dataset) -> list[str]:
    """Return all that a run answers: what is best for the ACOs, then what single terms of contracts bring.

    Parameters
    ----------
    data : Dataset
        As :func:`sim.open_results` returns it; incomplete replicates are left out.

    Returns
    -------
    list of str
        A sentence or a few for each question; empty where no replicate is complete.
    """
    done = data.isel(replicate=data["done"].values.astype(bool))
    if not done.sizes["replicate"]:
        return []
    return [
        *answer(done),
        *(home_care_told(done.sel(arm=arm)) for arm in home_care_arms(done)),
        *medicaid_told(done),
        *hybrid_told(done),
        *falls_told(done),
        *cara_told(done),
        *signing_told(done),
    ]


def print_closing(sentences: list[str], console: Console) -> None:
    """Print what :func:`closing` returns."""
    if sentences:
        console.print("In short", style="bold")
    for sentence in sentences:
        text = textwrap.fill(
            sentence, console.width, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False
        )
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    if any("$" in sentence for sentence in sentences):
        console.print(ERROR, style="dim", highlight=False)


def home_care_told(own: xr.Dataset) -> str:
    """Return whether the home-based programme of an arm pays for itself."""
    months = _total(own, "home_care_months")
    cost, saved = (_over(_total(own, f"home_care_{name}"), months) for name in ("cost", "saved"))
    net = saved - cost
    if by_chance(net):
        verdict = "whether it pays for itself cannot be told"
    else:
        verdict = f"it {'pays' if net.mean() > 0.0 else 'does not pay'} for itself"
    return (
        f"The home-based programme of {own['arm'].item()} has"
        f" {_count(_total(own, 'home_care_people') / own.sizes['year'])} people a year. A month of it costs"
        f" {dollars(cost, digits=0)} and {'saves' if saved.mean() >= 0.0 else 'adds'}"
        f" {dollars(saved, digits=0)} of spending: {verdict}"
        f" ({(net > 0.0).sum()} of {len(net)} replicates say that it does)."
    )


def medicaid_told(data: xr.Dataset) -> Iterator[str]:
    """Yield for each arm in which Medicaid aligns people, or pays for them, whom and how much."""
    for arm in data["arm"].values.tolist() if "full_dual_months" in data else []:
        own = data.sel(arm=arm)
        full = _total(own, "full_dual_months")
        if not full.any():
            continue
        people = _total(own, "medicaid_aligned_people") / own.sizes["year"]
        share = _PERCENT * _over(_total(own, "medicaid_aligned_months"), full)
        told = (
            f"In {arm} the Medicaid route aligns {_count(people)} people a year, {_count(share, 1)} % of"
            " aligned people with full benefits"
        )
        paid = _total(own, "dual_incentive")
        yield told + (f"; incentives for these come to {dollars(paid)}." if paid.any() else ".")


def hybrid_told(data: xr.Dataset) -> Iterator[str]:
    """Yield for each arm whose ACOs people come to within a year how many they are."""
    for arm in data["arm"].values.tolist() if "added_months" in data else []:
        own = data.sel(arm=arm)
        added = _total(own, "added_months")
        if not added.any():
            continue
        people = _total(own, "added_people") / own.sizes["year"]
        share = _PERCENT * _over(added, _total(own, "person_months"))
        yield (
            f"In {arm} hybrid alignment brings {_count(people)} people a year within the year;"
            f" {_count(share, 2)} % of all months are theirs."
        )


def falls_told(data: xr.Dataset) -> Iterator[str]:
    """Yield what falls prevention averts, costs and brings back, once for arms alike; and who pays."""
    alike: dict[str, list[str]] = {}
    payers: dict[str, list[str]] = {}
    for arm in falls_arms(data):
        own = data.sel(arm=arm)
        cost, paid = _total(own, "falls_prevention_cost"), _total(own, "falls_prevention_paid")
        saved = _total(own, "fall_spending_averted")
        stays, visits = (_total(own, f"fall_{name}_averted") for name in ("stays", "ed_visits"))
        back, error = _CENTS * saved.sum() / cost.sum(), _CENTS * ratio_error(saved, cost)
        cents = f"{back:.0f}" if math.isnan(error) else f"{back:.0f} ± {error:.0f}"
        told = (
            f"{_count(_total(own, 'falls_courses'))} people have a course of falls prevention, for"
            f" {dollars(cost)} in all. It averts {_count(stays)} admissions and {_count(visits)} ED visits"
            f" for falls: {dollars(saved)} less spending, {cents} cents for each dollar of its cost."
        )
        alike.setdefault(told, []).append(arm)
        who = (
            "Medicare" if not paid.any() else "the ACOs" if (paid == cost).all() else "the ACOs and Medicare"
        )
        payers.setdefault(who, []).append(arm)
    for told, arms in alike.items():
        yield f"In {listed(arms)} {told}"
    if payers:
        paid_by = listed([f"{who} in {listed(arms)}" for who, arms in payers.items()])
        yield f"Falls prevention is paid by {paid_by}."


def cara_told(data: xr.Dataset) -> Iterator[str]:
    """Yield what contracts with specialists pay, how much of it is luck, and whether care changes."""
    arms = arranged_arms(data)
    if not arms:
        return
    payments = {arm: data["cara_payments"].sel(arm=arm).sum("aco") for arm in arms}
    paid = _each({arm: values.sum("year").values for arm, values in payments.items()})
    told = f"All years together specialists are paid, less what they owe, {paid}"
    if data.sizes["replicate"] > 1:
        told += (
            f"; by luck a single year's payments stray by {_each({a: _luck(v) for a, v in payments.items()})}"
        )
    yield f"{told}."
    settled = data["gross_savings"].notnull()
    without = [
        arm for arm in data["arm"].values.tolist() if arm not in arms and bool(settled.sel(arm=arm).any())
    ]
    if not without:
        return
    saved = {arm: _total(data.sel(arm=arm), "true_savings") for arm in (*arms, without[0])}
    more = {arm: saved[arm] - saved[without[0]] for arm in arms}
    if changed := {arm: values for arm, values in more.items() if values.any()}:
        yield f"Contracts change care: against {without[0]} true savings change by {_each(changed)}."
    else:
        yield f"Care is the same as in {without[0]}: no contract changes it."


def _luck(payments: xr.DataArray) -> Floats:
    """Return how far a year's payments stray from their mean over replicates, mean of years with any."""
    spread = payments.std("replicate").values
    return np.array([spread[spread > 0.0].mean() if (spread > 0.0).any() else 0.0])


def _each(amounts: Mapping[str, Floats]) -> str:
    """Return amounts of arms as a list, with their signs, all in one unit."""
    large = any("million" in dollars(values) for values in amounts.values())
    return listed(
        [
            f"{'-' if values.mean() < 0.0 else ''}{dollars(values, large=large)} in {arm}"
            for arm, values in amounts.items()
        ]
    )


def _count(values: Floats, digits: int = 0) -> str:
    mean, error = values.mean(), mean_error(values)
    return f"{mean:,.{digits}f}" + ("" if math.isnan(error) else f" ± {error:,.{digits}f}")


def _total(own: xr.Dataset, name: str) -> Floats:
    """Return a variable of an arm by replicate, all ACOs and years together."""
    values: Floats = own[name].sum([dim for dim in own[name].dims if dim != "replicate"]).values
    return values


def _over(top: Floats, bottom: Floats) -> Floats:
    found: Floats = np.divide(top, bottom, out=np.zeros_like(top), where=bottom > 0.0)
    return found
