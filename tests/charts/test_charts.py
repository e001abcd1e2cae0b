"""Figures, by what is in them: medians and bands equal numpy's, units, arms apart, nothing cut off."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pytest
import xarray as xr
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import StepPatch
from matplotlib.text import Text

from sim.charts import (
    aco_ranking,
    benchmark_against_truth,
    bridge_waterfall,
    cara_portfolio,
    net_payment_histogram,
    paired_difference,
    savings_fan,
    savings_funnel,
    settlement_exceedance,
)
from sim.charts.histogram import bin_edges
from sim.charts.labels import key_below, spread_out
from sim.charts.style import looks
from sim.inputs.faults import InputError
from sim.outcomes.bridge import STEPS, bridge
from sim.outcomes.error import quantile_error

ARMS = ["lead_global", "lead_professional"]
ALL = [
    savings_fan,
    net_payment_histogram,
    benchmark_against_truth,
    bridge_waterfall,
    settlement_exceedance,
    paired_difference,
    savings_funnel,
    aco_ranking,
    cara_portfolio,
]


def medians(axes: Axes) -> list[np.ndarray]:
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    return [np.asarray(line.get_ydata()) for line in lines if len(np.asarray(line.get_xdata())) == 10]


def by_year(data: xr.Dataset, arm: str, *names: str) -> np.ndarray:
    parts = [data[name].sel(arm=arm) for name in names]
    sums = [part.sum([dim for dim in part.dims if dim not in ("replicate", "year")]) for part in parts]
    return sum(sums).values / 1e6


@pytest.mark.parametrize(
    ("metric", "names"),
    [
        ("gross_savings", ["gross_savings"]),
        ("true_savings", ["true_savings"]),
        ("medicare_net_cost", ["medicare_net_cost"]),
        (
            "net_payment",
            [
                "settlement",
                "admin_add_on",
                "high_performers_pool",
                "capitation_gain",
                "cara_settled",
                "dual_incentive",
            ],
        ),
    ],
)
def test_a_fan_shows_numpys_medians_in_million_dollars(
    results: xr.Dataset, metric: str, names: list[str]
) -> None:
    axes = savings_fan(results, metric=metric)
    for shown, arm in zip(medians(axes), ARMS, strict=True):
        np.testing.assert_allclose(shown, np.median(by_year(results, arm, *names), axis=0))


def test_a_fan_has_two_bands_an_arm_at_the_stated_quantiles(results: xr.Dataset) -> None:
    axes = savings_fan(results, arm="lead_global")
    outer, inner = [band for band in axes.collections if isinstance(band, PolyCollection)]
    values = by_year(results, "lead_global", "gross_savings")
    for band, probabilities in ((outer, (0.1, 0.9)), (inner, (0.25, 0.75))):
        corners = band.get_paths()[0].vertices
        for year in range(2027, 2037):
            heights = corners[corners[:, 0] == year, 1]
            low, high = np.quantile(values[:, year - 2027], probabilities)
            assert (heights.min(), heights.max()) == pytest.approx((low, high))
    both = savings_fan(results)
    assert len([band for band in both.collections if isinstance(band, PolyCollection)]) == 4


def test_whiskers_are_the_monte_carlo_error_and_not_the_spread(results: xr.Dataset) -> None:
    axes = savings_fan(results, arm="lead_global")
    whiskers = next(lines for lines in axes.collections if isinstance(lines, LineCollection)).get_segments()
    values = by_year(results, "lead_global", "gross_savings")
    for year, segment in enumerate(whiskers):
        assert np.ptp(segment[:, 1]) / 2 == pytest.approx(quantile_error(values[:, year], 0.5))
    key = [text.get_text() for text in axes.get_legend().get_texts()]
    assert any("Monte Carlo standard error of the median" in text for text in key)
    assert any("outcome variability" in text for text in key)
    assert "Median of 9 replicates" in key


def test_one_replicate_has_a_median_and_no_error(results: xr.Dataset) -> None:
    axes = savings_fan(results.isel(replicate=[0]), arm="lead_global")
    np.testing.assert_allclose(medians(axes)[0], by_year(results, "lead_global", "gross_savings")[0])


@pytest.mark.parametrize("draw", ALL)
def test_axes_say_what_they_measure_and_nothing_is_cut_off(results: xr.Dataset, draw: object) -> None:
    axes = draw(results)  # type: ignore[operator]
    labels = axes.get_xlabel() + axes.get_ylabel()
    assert "$ " in labels.replace("\\", "") or "%" in labels
    assert axes.get_title(loc="left")
    figure = axes.figure
    figure.canvas.draw()
    page = figure.bbox
    title = [text for text in figure.findobj(Text) if text.get_text() == axes.get_title(loc="left")]
    assert title
    words = [*title, *axes.texts, *axes.get_legend().get_texts(), axes.xaxis.label, axes.yaxis.label]
    for axis in (axes.xaxis, axes.yaxis):
        low, high = sorted(axis.get_view_interval())
        words += [tick.label1 for tick in axis.get_major_ticks() if low <= tick.get_loc() <= high]
    for word in [word for word in words if word.get_text()]:
        box = word.get_window_extent()
        assert box.x0 >= page.x0, word
        assert box.x1 <= page.x1 + 1, word
        assert box.y0 >= page.y0 - 1, word
        assert box.y1 <= page.y1 + 1, word


@pytest.mark.parametrize("draw", ALL)
def test_figures_draw_where_they_are_told_and_leave_settings_alone(
    results: xr.Dataset, draw: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plt, "show", lambda: pytest.fail("a chart is returned, not shown"))
    given_axes = plt.subplots()[1]
    before = dict(plt.rcParams)
    assert draw(results, ax=given_axes) is given_axes  # type: ignore[operator]
    assert dict(plt.rcParams) == before
    assert len(plt.get_fignums()) == 1


@pytest.mark.parametrize("draw", ALL)
def test_wrong_words_and_empty_runs_are_told(results: xr.Dataset, draw: object) -> None:
    with pytest.raises(InputError, match="lead_global"):
        draw(results, "lead_globl")  # type: ignore[operator]
    unfinished = results.assign_coords(done=("replicate", np.zeros(9, bool)))
    with pytest.raises(InputError, match="no replicate is complete"):
        draw(unfinished)  # type: ignore[operator]
    with pytest.raises(InputError, match="beside the reference arm"):
        draw(results.sel(arm=["no_aco"]))  # type: ignore[operator]
    assert not plt.get_fignums()


def test_an_unknown_metric_is_told_with_the_nearest() -> None:
    with pytest.raises(InputError, match="did you mean 'true_savings'"):
        savings_fan(xr.Dataset(), metric="true_saving")


def test_incomplete_replicates_count_nowhere(results: xr.Dataset) -> None:
    done = np.arange(9) < 5
    partial = results.where(xr.DataArray(done, dims="replicate")).assign_coords(done=("replicate", done))
    five = results.isel(replicate=slice(5))
    for shown, wanted in zip(medians(savings_fan(partial)), medians(savings_fan(five)), strict=True):
        np.testing.assert_array_equal(shown, wanted)
    titles = [net_payment_histogram(data).get_title(loc="left") for data in (partial, five)]
    assert titles == ["Net payment per ACO, 2 ACOs in 5 replicates"] * 2


def payments(data: xr.Dataset, arm: str) -> np.ndarray:
    paid = (
        (
            data["settlement"].fillna(0)
            + data["admin_add_on"]
            + data["high_performers_pool"]
            + data["cara_settled"]
            + data["dual_incentive"]
            + data["capitation_gain"]
        )
        .sel(arm=arm)
        .sum("year")
    )
    return paid.values.ravel() / 1e6


def test_the_histogram_holds_every_case_and_names_the_median(results: xr.Dataset) -> None:
    whole = results.fillna({"settlement": 0})
    axes = net_payment_histogram(whole)
    outlines = [patch for patch in axes.patches if isinstance(patch, StepPatch) and not patch.get_fill()]
    key = [text.get_text() for text in axes.get_legend().get_texts()]
    strips = [line for line in axes.lines if len(np.asarray(line.get_xdata())) == 1]
    for outline, strip, arm in zip(outlines, strips, ARMS, strict=True):
        heights, edges, _ = outline.get_data()
        assert heights.sum() == pytest.approx(100)
        cases = payments(whole, arm)
        np.testing.assert_allclose(heights, np.histogram(cases, edges)[0] / cases.size * 100)
        middle = float(np.median(cases))
        assert np.asarray(strip.get_xdata()) == pytest.approx(middle)
        assert any(f"{abs(middle):,.1f} million" in text for text in key)
    ticks = axes.get_yticks()
    assert min(ticks) == 0


@given(
    arrays.arrays(
        np.float64, st.integers(1, 50), elements=st.floats(-1e4, 1e4).map(lambda value: round(value, 3))
    )
)
def test_bins_are_equal_cover_all_and_split_gains_from_losses(values: np.ndarray) -> None:
    edges = bin_edges(values)
    assert 0 in edges
    assert 2 <= edges.size <= 43
    assert edges[0] <= values.min()
    assert edges[-1] >= values.max()
    np.testing.assert_allclose(np.diff(edges), edges[1] - edges[0])


def test_the_scatter_puts_each_aco_at_its_medians_with_a_line_of_slope_one(results: xr.Dataset) -> None:
    axes = benchmark_against_truth(results, arm="lead_global")
    data = results.sel(arm="lead_global")
    truth, spent = (data[name].sum(["cell", "year"]) for name in ("true_savings", "expenditure"))
    shares = [100 * of / (spent + truth) for of in (truth, data["gross_savings"].sum("year"))]
    points = next(line for line in axes.lines if line.get_marker() == "o")
    np.testing.assert_allclose(points.get_xdata(), np.median(shares[0].transpose("replicate", "aco"), axis=0))
    np.testing.assert_allclose(points.get_ydata(), np.median(shares[1].transpose("replicate", "aco"), axis=0))
    assert [line.get_slope() for line in axes.lines if hasattr(line, "get_slope") and line.get_slope()] == [1]
    assert [lines for lines in axes.collections if isinstance(lines, LineCollection)]


def test_the_scatter_compares_the_years_in_which_an_aco_is_settled(results: xr.Dataset) -> None:
    out = results.copy()
    out["gross_savings"] = results["gross_savings"].where(results["aco"] != results["aco"][0])
    points = next(
        line for line in benchmark_against_truth(out, arm="lead_global").lines if line.get_marker() == "o"
    )
    assert len(points.get_xdata()) == results.sizes["aco"] - 1
    out["gross_savings"] = results["gross_savings"].where(results["year"] < results["year"][3])
    whole, early = (
        next(
            line for line in benchmark_against_truth(of, arm="lead_global").lines if line.get_marker() == "o"
        )
        for of in (out, results.isel(year=slice(3)))
    )
    np.testing.assert_allclose(whole.get_xydata(), early.get_xydata())


def test_many_acos_are_drawn_without_bars(results: xr.Dataset) -> None:
    crowd = results.isel(aco=np.arange(40) % 2)
    axes = benchmark_against_truth(crowd)
    assert not [lines for lines in axes.collections if isinstance(lines, LineCollection)]


def test_arms_differ_without_colour_and_look_alike_in_every_figure(results: xr.Dataset) -> None:
    two = [looks(results)[arm] for arm in ARMS]
    for part in ("color", "line", "marker", "hatch"):
        assert len({getattr(look, part) for look in two}) == 2
    assert two[0].label == "LEAD, Global\nrisk option"
    assert two[1].label == "lead professional"
    alone = looks(results.sel(arm=["no_aco", "lead_global"]))
    assert alone["lead_global"] == two[0]


@pytest.mark.parametrize(("length", "columns"), [(45, 2), (46, 1)])
def test_a_key_too_wide_for_two_columns_stands_in_one(length: int, columns: int) -> None:
    axes = Figure().add_subplot()
    key_below(axes, {letter * length: Line2D([], []) for letter in "abc"}, columns=2)
    assert axes.get_legend()._ncols == columns


def test_names_do_not_meet_and_keep_their_order() -> None:
    placed = spread_out([0.5, 0.5, 0.1], [0.2, 0.2, 0.1])
    assert abs(placed[0] - placed[1]) >= 0.2 - 1e-12
    assert placed[2] < placed[0] < placed[1]
    assert spread_out([0.1, 0.9], [0.2, 0.2]) == pytest.approx([0.1, 0.9])


def test_a_waterfall_shows_the_mean_of_every_step_and_hangs_each_on_the_one_before(
    results: xr.Dataset,
) -> None:
    axes = bridge_waterfall(results, "lead_professional")
    means = bridge(results).sel(arm="lead_professional").sum("aco").mean("replicate").values / 1e6
    bars = [bar for bar in axes.patches if bar.get_height() > 0]
    assert len(bars) == len(STEPS)
    np.testing.assert_allclose([bar.get_width() for bar in bars], means, rtol=1e-9)
    for step, before, bar in zip(STEPS[1:], bars[:-1], bars[1:], strict=True):
        start = 0.0 if step.level else before.get_x() + before.get_width()
        assert bar.get_x() == pytest.approx(start)
    assert [label.get_text() for label in axes.get_yticklabels()] == [step.label for step in STEPS]
