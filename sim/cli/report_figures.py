"""Which figures a report has, what is said of each, and what draws it."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import xarray as xr
    from matplotlib.axes import Axes


def figures_show(data: xr.Dataset) -> str:
    """Return which arms figures show where these are not all, in words; nothing where they are."""
    from sim.charts.quantities import acting_arms, leading_arms  # noqa: PLC0415

    acting, leading = acting_arms(data, None), leading_arms(data)
    if len(leading) == len(acting):
        return ""
    return (
        f"Of {len(acting)} arms, figures show the one of each program and risk option that leaves ACOs most:"
        f" {', '.join(leading)}."
    )


def report_figures(data: xr.Dataset) -> dict[str, tuple[str, Callable[[Axes], Axes]]]:
    """Return for each figure its caption and what draws it."""
    from sim.charts import (  # noqa: PLC0415
        aco_ranking,
        benchmark_against_truth,
        bridge_waterfall,
        cara_portfolio,
        choice_ranking,
        net_payment_histogram,
        paired_difference,
        savings_fan,
        savings_funnel,
        settlement_exceedance,
    )
    from sim.charts.portfolio import has_portfolio  # noqa: PLC0415
    from sim.charts.quantities import acting_arms, leading_arms  # noqa: PLC0415
    from sim.outcomes.bands import bands_hold  # noqa: PLC0415
    from sim.outcomes.summary import complete  # noqa: PLC0415

    whole, done = data, complete(data)
    # Many arms are many lines: the best of each program and risk option stand for all.
    data = data.sel(arm=[*leading_arms(data), str(data.attrs["reference_arm"])])
    arms = acting_arms(data, None)
    acos = data["aco"].values.tolist()

    def fan(metric: str) -> Callable[[Axes], Axes]:
        return lambda axes: savings_fan(data, metric=metric, ax=axes)

    def waterfall(arm: str) -> Callable[[Axes], Axes]:
        return lambda axes: bridge_waterfall(data, arm, ax=axes)

    bridges = {
        f"bridge-{arm.replace('_', '-')}": (
            f"From true savings to savings against the benchmark and to the ACOs' cash, {arm}: what each rule"
            " makes. Means over replicates; whiskers show the error of the simulation.",
            waterfall(arm),
        )
        for arm in arms
    }
    compared: dict[str, tuple[str, Callable[[Axes], Axes]]] = {}
    if len(arms) > 1:
        compared["paired-difference"] = (
            "What each arm leaves ACOs and their practices more than the arm that leaves most, replicate by"
            " replicate on the same draws: a dot each. Beside the names, how many times smaller common draws"
            " make the variance of the difference.",
            lambda axes: paired_difference(data, ax=axes),
        )
    if len(acos) == 1:
        compared["choices"] = (
            "What each arm leaves the ACO and its practices over all years, the best on top.",
            lambda axes: choice_ranking(whole, acos[0], ax=axes),
        )
    else:
        for arm in arms:
            compared[f"acos-{arm.replace('_', '-')}"] = (
                f"What {arm} leaves each ACO and its practices per person and year, the best on top.",
                partial(_of_arm, aco_ranking, data, arm),
            )
            compared[f"funnel-{arm.replace('_', '-')}"] = (
                f"Savings against the benchmark of each ACO in a year by its size, {arm}. The grey funnel"
                " holds 80 % of years where only chance differs: small ACOs gain and lose more by it.",
                partial(_of_arm, savings_funnel, data, arm),
            )
    for arm in arms:
        if has_portfolio(done, arm):
            compared[f"cara-{arm.replace('_', '-')}"] = (
                f"What episode arrangements (CARA) pay specialists and collect from them by"
                f" specialty, {arm}.",
                partial(_of_arm, cara_portfolio, data, arm),
            )
    return {
        "settlement-exceedance": (
            "Settlement of all years: the chance that it is at least so much. Bands are the error of the"
            " simulation; how far a curve stretches is outcome variability.",
            lambda axes: settlement_exceedance(data, ax=axes),
        ),
        "savings-against-benchmark": (
            "Savings against the benchmark by performance year: what CMS reconciles. Bands hold"
            f" {bands_hold(data)}, whiskers show the error of the simulation.",
            fan("gross_savings"),
        ),
        "true-savings": (
            "True savings by performance year: how much less the same people cost than in the reference arm,"
            " on the same random draws.",
            fan("true_savings"),
        ),
        "benchmark-against-truth": (
            "Each ACO's savings against its benchmark, plotted over its true savings. Above the line,"
            " Medicare reconciles more than was saved; below it, less.",
            lambda axes: benchmark_against_truth(data, ax=axes),
        ),
        "net-payment": (
            "Settlements and administrative add-ons paid to ACOs, by performance year, before the ACOs'"
            " own costs.",
            fan("net_payment"),
        ),
        "net-payment-per-aco": (
            "Net payment to each ACO over all years: how it differs between ACOs and between replicates.",
            lambda axes: net_payment_histogram(data, ax=axes),
        ),
        "net-cost-to-medicare": (
            "Medicare's outlay minus its outlay in the reference arm, by performance year. Below zero, the"
            " program saves Medicare money.",
            fan("medicare_net_cost"),
        ),
        **compared,
        **bridges,
    }


def _of_arm(draw: Callable[..., Axes], data: xr.Dataset, arm: str, axes: Axes) -> Axes:
    return draw(data, arm, ax=axes)
