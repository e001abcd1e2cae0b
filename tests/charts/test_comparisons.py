"""Figures that compare: each by the numbers in it, on small results; one replicate has no spread."""

from __future__ import annotations

import math
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from decided import THREE
from decided import results as decided
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection

from sim.charts import (
    aco_ranking,
    cara_portfolio,
    cash_by_month,
    choice_ranking,
    event_study,
    paired_difference,
    savings_funnel,
    settlement_exceedance,
    tornado,
)
from sim.charts.decision import rule_tornado
from sim.charts.funnel import chance_spread
from sim.charts.quantities import leading_arms
from sim.charts.style import STYLE, arm_names, looks
from sim.charts.tornado import Swing
from sim.evaluation.performance import Figure
from sim.evaluation.unsettled import Reading, Turned
from sim.inputs.evidence import load_evidence
from sim.inputs.faults import InputError
from sim.outcomes.error import mean_error


def key_of(axes: Axes) -> list[str]:
    return [text.get_text() for text in axes.get_legend().get_texts()]


def bands(axes: Axes) -> list[PolyCollection]:
    return [one for one in axes.collections if isinstance(one, PolyCollection)]


def points(axes: Axes) -> np.ndarray:
    """Return markers that stand alone and are no ends of whiskers, shape (markers, 2)."""
    alone = [
        line.get_xydata()
        for line in axes.lines
        if len(np.asarray(line.get_xdata())) == 1 and line.get_marker() not in ("|", "_")
    ]
    return np.array([np.asarray(one)[0] for one in alone])


def one_of(data: xr.Dataset) -> xr.Dataset:
    return data.isel(replicate=[0])


def test_an_exceedance_curve_is_the_share_at_or_above(results: xr.Dataset) -> None:
    axes = settlement_exceedance(results, "lead_global")
    total = results["settlement"].sel(arm="lead_global").sum(["aco", "year"]).values / 1e6
    curve = next(line for line in axes.lines if len(np.asarray(line.get_xdata())) == total.size + 2)
    x, y = (np.asarray(values, float) for values in (curve.get_xdata(), curve.get_ydata()))
    for at in [*(total - 1e-6), *(total + 1e-6)]:
        if total.min() < at < total.max():
            # A step holds the height of the point to its right.
            assert y[np.searchsorted(x, at)] == pytest.approx(100 * np.mean(total >= at))
    assert (y[0], y[-1]) == (100, 0)
    below = (total < 0).astype(float)
    told = f"below zero {100 * below.mean():.0f} \N{PLUS-MINUS SIGN} {100 * mean_error(below):.0f} %"
    assert any(told in text for text in key_of(axes))


def test_of_no_replicate_below_zero_no_error_is_claimed(results: xr.Dataset) -> None:
    axes = settlement_exceedance(results.assign(settlement=np.abs(results["settlement"])), "lead_global")
    assert any(f"below zero 0 % of {results.sizes['replicate']}" in text for text in key_of(axes))


def test_an_exceedance_band_is_the_error_of_the_chance(results: xr.Dataset) -> None:
    (band,) = bands(settlement_exceedance(results, "lead_global"))
    heights = band.get_paths()[0].vertices[:, 1]
    # Half of the way down the error is largest: root of p (1 - p) / (n - 1).
    p = np.arange(10) / 9
    assert np.ptp(heights) <= 100
    widest = 100 * np.sqrt(p * (1 - p) / 8).max()
    assert any(abs(h - (100 * q + widest)) < 1e-6 for h in heights for q in (4 / 9, 5 / 9))
    single = settlement_exceedance(one_of(results), "lead_global")
    assert not bands(single)
    assert not any("error" in text for text in key_of(single))


def test_a_paired_difference_is_drawn_replicate_by_replicate(results: xr.Dataset) -> None:
    kept = (results["aco_cash_change"] + results["distributions"]).sum(["aco", "year"]) / 1e6
    gap = (kept.sel(arm="lead_global") - kept.sel(arm="lead_professional")).values
    axes = paired_difference(results, "lead_global", "lead_professional")
    dots = axes.collections[-1].get_offsets()
    np.testing.assert_allclose(sorted(dots[:, 0]), sorted(gap))
    assert points(axes)[0, 0] == pytest.approx(gap.mean())
    whiskers = [one for one in axes.collections if isinstance(one, LineCollection)][-1].get_segments()
    assert np.ptp(whiskers[0][:, 0]) / 2 == pytest.approx(mean_error(gap))
    ours, theirs = (kept.sel(arm=arm).values for arm in ("lead_global", "lead_professional"))
    gain = (np.var(ours) + np.var(theirs)) / np.var(gap)
    assert axes.get_yticklabels()[0].get_text().endswith(f"\N{DIVISION SIGN} {gain:,.1f}")
    best = max(("lead_global", "lead_professional"), key=lambda arm: float(kept.sel(arm=arm).mean()))
    assert arm_names(results)[best] in paired_difference(results).get_title(loc="left")
    with pytest.raises(InputError, match="lead_global"):
        paired_difference(results, against="lead_globl")


def test_one_replicate_is_a_point(results: xr.Dataset) -> None:
    for draw in (paired_difference, aco_ranking):
        axes = draw(one_of(results))
        assert not [one for one in axes.collections if isinstance(one, LineCollection)]
        assert key_of(axes) == ["Value of one replicate"]


def test_the_funnel_is_what_chance_makes_of_size() -> None:
    draws = np.random.default_rng(3)
    people = np.broadcast_to(np.array([500.0, 5_000.0, 50_000.0])[None, :, None], (400, 3, 4))
    rate = 2.0 + draws.normal(size=people.shape) * 150.0 / np.sqrt(people)
    assert chance_spread(rate, people) == pytest.approx(150.0, rel=0.03)
    # What differs between ACOs or years is not chance.
    moved = rate + np.arange(3)[:, None] * 40.0 + np.arange(4) * 7.0
    assert chance_spread(moved, people) == pytest.approx(chance_spread(rate, people))
    assert math.isnan(chance_spread(rate[:1], people[:1]))


def test_the_funnel_shows_each_acos_rates_by_its_people(results: xr.Dataset) -> None:
    own = results.sel(arm="lead_global")
    people = own["person_months"].sum("cell") / 12
    real = results.assign(
        benchmark=abs(results["benchmark"]) + 1e6, person_months=abs(results["person_months"]) + 1.0
    )
    axes = savings_funnel(real, "lead_global")
    own = real.sel(arm="lead_global")
    people = own["person_months"].sum("cell") / 12
    rate = 100 * own["gross_savings"] / own["benchmark"]
    marks = points(axes)
    for aco, (x, y) in zip(results["aco"].values, marks, strict=True):
        known = rate.sel(aco=aco).notnull()
        assert x == pytest.approx(float(people.sel(aco=aco).where(known).mean()))
        assert y == pytest.approx(float(rate.sel(aco=aco).median()))
    assert len(bands(axes)) == 1
    assert not bands(savings_funnel(one_of(real), "lead_global"))


def test_acos_are_ranked_by_what_a_person_leaves_and_of_many_the_ends_are_shown(results: xr.Dataset) -> None:
    axes = aco_ranking(results, "lead_professional")
    own = results.sel(arm="lead_professional")
    settled = own["benchmark"].notnull()
    each = (own["aco_cash_change"] + own["distributions"]).sum("year") / (
        own["person_months"].sum("cell").where(settled).sum("year") / 12
    )
    means = each.mean("replicate")
    wanted = sorted(means["aco"].values.tolist(), key=lambda one: -float(means.sel(aco=one)))
    assert [label.get_text() for label in axes.get_yticklabels()] == wanted
    np.testing.assert_allclose(points(axes)[:, 0], [float(means.sel(aco=one)) for one in wanted])
    crowd = results.isel(aco=np.arange(40) % 2).assign_coords(aco=[f"aco-{one}" for one in range(40)])
    shown = aco_ranking(crowd)
    assert len(shown.get_yticklabels()) == 30
    assert "the first and last 15 of 40" in shown.get_title(loc="left")


def test_choices_are_ranked_and_no_program_stands_at_nothing() -> None:
    axes = choice_ranking(decided(THREE), "a")
    assert [label.get_text() for label in axes.get_yticklabels()] == ["lead global", "mssp", "neither"]
    np.testing.assert_allclose(points(axes)[:, 0], [2.0, 2.0, 0.0])
    assert len(choice_ranking(decided(THREE), "a", ["mssp"]).get_yticklabels()) == 1
    for wrong in (("b", None), ("a", ["mspp"])):
        with pytest.raises(InputError, match="must be one of"):
            choice_ranking(decided(THREE), *wrong)


def test_a_tornado_hangs_its_bars_on_the_base_the_largest_on_top() -> None:
    swings = [Swing("small", ((4.0, 0.5), (7.0, 0.1))), Swing("large $", ((9.0, 0.2), (-1.0, math.nan)))]
    axes = tornado(swings, 5.0, title="t", xlabel="x", whisker="error")
    assert [label.get_text() for label in axes.get_yticklabels()] == [r"large \$", "small"]
    ends = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in axes.patches if bar.get_height() > 0]
    assert ends == [(5.0, 9.0), (5.0, -1.0), (5.0, 4.0), (5.0, 7.0)]
    assert "error" in key_of(axes)
    many = [Swing(f"key {size}", ((float(size), 0.0),)) for size in range(1, 30)]
    shown = tornado(many, 0.0, title="t", xlabel="x", whisker="error", ends=("end",))
    assert [label.get_text() for label in shown.get_yticklabels()] == [
        f"key {size}" for size in range(29, 14, -1)
    ]


def test_a_tornado_of_readings_begins_at_the_lead_as_stated() -> None:
    reading = Reading("add_on.place", "", "conflicted", "'outside'", "'inside'", "inside")
    changes = [Turned(reading, "b", Figure(-2e6, 1e6), Figure(-5e6, 0.5e6), "turns")]
    axes = rule_tornado(changes)
    (bar,) = [one for one in axes.patches if one.get_height() > 0]
    assert (bar.get_x(), bar.get_width()) == (pytest.approx(3.0), pytest.approx(-5.0))


def cash(replicates: int) -> xr.DataArray:
    values = np.zeros((3, replicates, 24))
    values[1] = np.linspace(-1e6, -4e6, 24) + np.arange(replicates)[:, None] * 1e6
    values[2, :, 5] = -2e6
    scenario = '[arms.none]\ndescription = ""\n[arms.one]\ndescription = ""\n[arms.two]\ndescription = ""\n'
    labels = {"arm": ["none", "one", "two"], "replicate": np.arange(replicates), "month": np.arange(24)}
    attrs = {"first_py": 2027, "aco": "a", "scenario": scenario, "reference_arm": "none"}
    return xr.DataArray(values, labels, ("arm", "replicate", "month"), attrs=attrs)


def test_cash_is_drawn_by_month_with_its_lowest_marked() -> None:
    axes = cash_by_month(cash(3))
    lines = [line for line in axes.lines if len(np.asarray(line.get_xdata())) == 24]
    # The arm without any money is left out, and the others look as they do elsewhere.
    assert len(lines) == len(bands(axes)) == 2
    np.testing.assert_allclose(lines[0].get_ydata(), np.linspace(0.0, -3.0, 24))
    x = np.asarray(lines[0].get_xdata(), float)
    assert (x[0], x[-1]) == (pytest.approx(2027 + 1 / 12), 2029)
    np.testing.assert_allclose(points(axes), [[2029, -3.0], [2027.5, -2.0]])
    with plt.style.context(STYLE):
        every = looks(xr.Dataset(coords=cash(3).coords, attrs=cash(3).attrs))
    assert [line.get_color() for line in lines] == [every[arm].color for arm in ("one", "two")]
    single = cash_by_month(cash(1))
    assert not bands(single)
    assert "replicate 0" in single.get_title(loc="left")


def test_a_portfolio_adds_up_kinds_of_episode_by_specialty(results: xr.Dataset) -> None:
    axes = cara_portfolio(results, "lead_global")
    evidence = load_evidence()
    lead = dict(zip(evidence.words("episodes.names"), evidence.words("episodes.specialty"), strict=True))
    own = results.sel(arm="lead_global")
    labels = [label.get_text().split("\n")[0] for label in axes.get_yticklabels()]
    bars = [bar for bar in axes.patches if bar.get_height() > 0]
    assert len(bars) == 2 * len(labels)
    for place, label in enumerate(labels):
        kinds = [one for one in own["episode"].values.tolist() if lead[one].replace("_", " ") == label]
        paid, back = (
            float(own[f"cara_{name}"].sel(episode=kinds).sum(["aco", "year", "episode"]).mean()) / 1e6
            for name in ("paid", "collected")
        )
        assert bars[2 * place].get_width() == pytest.approx(-paid)
        assert bars[2 * place + 1].get_width() == pytest.approx(back)
        assert points(axes)[place, 0] == pytest.approx(back - paid)
    with pytest.raises(InputError, match="no episodes"):
        cara_portfolio(results.assign(cara_episodes=0.0 * results["cara_episodes"]))


def evaluation(replicates: int) -> SimpleNamespace:
    error = 0.001 if replicates > 1 else math.nan
    by_event = {
        event: (Figure(0.01 * event, error), Figure(0.005 * event, error)) for event in (-2, -1, 0, 1)
    }
    return SimpleNamespace(by_event_year=by_event, arm="lead", acos=8, replicates=replicates)


def test_an_event_study_sets_estimate_and_truth_side_by_side() -> None:
    axes = event_study(evaluation(5))  # type: ignore[arg-type]
    estimate, truth = [
        line
        for line in axes.lines
        if line.get_linestyle() in ("-", "--") and len(np.asarray(line.get_xdata())) == 4
    ]
    np.testing.assert_allclose(estimate.get_ydata(), [-2.0, -1.0, 0.0, 1.0])
    np.testing.assert_allclose(truth.get_ydata(), [-1.0, -0.5, 0.0, 0.5])
    whiskers = [one for one in axes.collections if isinstance(one, LineCollection)]
    assert np.ptp(whiskers[0].get_segments()[0][:, 1]) / 2 == pytest.approx(0.1)
    single = event_study(evaluation(1))  # type: ignore[arg-type]
    assert not [one for one in single.collections if isinstance(one, LineCollection)]
    assert not any("error" in text for text in key_of(single))


def test_of_many_arms_the_best_of_each_kind_stand_for_all(results: xr.Dataset) -> None:
    assert leading_arms(results) == ["lead_global", "lead_professional"]
    cash = {"neither": [[0, 0]], "lead_a": [[1, 1]], "lead_b": [[3, 3]], "lead_c": [[2, 2]], "mssp": [[0, 1]]}
    many = decided(cash)
    kinds = {"lead_a": "lead", "lead_b": "lead", "lead_c": "lead", "mssp": "mssp", "neither": "none"}
    many.attrs["scenario"] = "".join(f'[arms.{arm}]\nprogram = "{kind}"\n' for arm, kind in kinds.items())
    many.attrs["scenario"] += 'risk_option = "global"\n'
    assert leading_arms(many, most=2) == ["lead_b", "mssp"]
    assert leading_arms(many, most=4) == ["lead_a", "lead_b", "lead_c", "mssp"]


def test_a_long_word_in_a_label_is_not_broken() -> None:
    data = decided({"neither": [[0, 0]], "lead": [[1, 1]]})
    data.attrs["scenario"] = '[arms.lead]\ndescription = "LEAD with otorhinolaryngologists"\n'
    assert "otorhinolaryngologists" in looks(data)["lead"].label.split("\n")
    plt.close("all")
