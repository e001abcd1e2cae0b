"""Sharing and loss rules of each MSSP track, against closed forms and CMS's own worked losses."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sim.inputs.mssp_columns import TRACKS
from sim.inputs.mssp_terms import mssp_terms
from sim.inputs.rulebook import load_rulebook
from sim.policy.mssp import MsspQuality, settle

RULES = load_rulebook("mssp")


def settled(track, gross_rate, *, py=2022, score=0.9, met=True, alternative=False, minimum=0.02, **more):
    """Settle one ACO with a benchmark of 100 million USD."""
    terms = mssp_terms(RULES, np.array([track]), np.array([py]), np.array([more.pop("agreement", py)]))
    quality = MsspQuality(np.array([score]), np.array([met]), np.array([alternative]))
    benchmark = np.array([1e8])
    done = settle(
        benchmark,
        benchmark * (1 - gross_rate),
        np.array([minimum]),
        np.array([more.pop("lives", 10_000)]),
        quality=quality,
        terms=terms,
        **more,
    )
    return {name: float(getattr(done, name)[0]) for name in ("share_rate", "loss_rate", "settlement_usd")}


@pytest.mark.parametrize(
    ("track", "py", "rate"),
    [
        ("track-1", 2018, 0.45),
        ("track-1-plus", 2018, 0.45),
        ("track-2", 2018, 0.54),
        ("track-3", 2018, 0.675),
        ("basic-b", 2020, 0.36),
        ("basic-b", 2022, 0.40),
        ("basic-c", 2022, 0.50),
        ("basic-e", 2022, 0.50),
        ("enhanced", 2022, 0.75),
    ],
)
def test_sharing_rate_by_track_and_year(track, py, rate):
    assert settled(track, 0.05, py=py)["share_rate"] == pytest.approx(rate)


def test_alternative_standard_scales_by_the_score_and_failure_shares_nothing():
    assert settled("enhanced", 0.05, py=2024, met=False, alternative=True)["share_rate"] == pytest.approx(
        0.675
    )
    assert settled("enhanced", 0.05, py=2024, met=False)["settlement_usd"] == 0.0


def test_from_the_first_dollar_once_the_minimum_rate_is_reached():
    assert settled("basic-b", 0.02)["settlement_usd"] == pytest.approx(0.98 * 0.4 * 2e6)
    assert settled("basic-b", 0.0199)["settlement_usd"] == 0.0


def test_sequestration_comes_off_before_the_savings_limit():
    # 40 % of 25.2 % is above the limit of 10 % of the benchmark, and 98 % of it is below: no limit binds.
    assert settled("basic-b", 0.252)["settlement_usd"] == pytest.approx(0.98 * 0.4 * 25.2e6)
    assert settled("basic-b", 0.40)["settlement_usd"] == pytest.approx(10e6)
    assert settled("enhanced", 0.40)["settlement_usd"] == pytest.approx(20e6)


def test_payments_made_while_sequestration_was_suspended_are_whole():
    assert settled("basic-b", 0.05, py=2020, score=1.0)["settlement_usd"] == pytest.approx(0.4 * 5e6)


@pytest.mark.parametrize(
    ("track", "score", "met", "rate"),
    [
        ("track-1-plus", 0.2, True, 0.30),
        ("basic-e", 1.0, True, 0.30),
        ("track-2", 0.89, True, 0.466),
        ("track-2", 1.0, True, 0.40),
        ("track-3", 0.7952, True, 0.4036),
        ("enhanced", 0.7063, True, 0.470275),
        ("enhanced", 0.2, True, 0.75),
        ("enhanced", 0.9, False, 0.75),
    ],
)
def test_loss_rate(track, score, met, rate):
    done = settled(track, -0.03, py=2019, score=score, met=met)
    assert done["loss_rate"] == pytest.approx(rate)
    assert done["settlement_usd"] == pytest.approx(-rate * 3e6)


@pytest.mark.parametrize(
    ("track", "worst"),
    [("basic-c", 1e6), ("basic-d", 2e6), ("basic-e", 4e6), ("track-2", 10e6), ("enhanced", 15e6)],
)
def test_loss_limit_by_benchmark_and_by_revenue(track, worst):
    assert settled(track, -0.60, py=2019)["settlement_usd"] == pytest.approx(-worst)
    poor = settled(track, -0.60, py=2019, revenue_usd=10e6)["settlement_usd"]
    shares = {"basic-c": 0.02, "basic-d": 0.04, "basic-e": 0.08}
    assert poor == pytest.approx(-shares[track] * 10e6 if track in shares else -worst)


def test_one_sided_acos_owe_nothing_and_the_emergency_forgave_all():
    for track in ("track-1", "basic-a", "basic-b"):
        assert settled(track, -0.30, py=2019)["settlement_usd"] == 0.0
    assert settled("enhanced", -0.30, py=2021)["settlement_usd"] == 0.0


def test_local_disaster_relief_lowers_the_loss_and_never_below_zero():
    # CMS, PY2017: A03907 lost 7,516,402, bore 40 % less 8,908 of relief and owed 2,997,653.
    done = settled("track-3", -0.07516402, py=2017, score=0.8175, disaster_relief_usd=8908.0)
    assert done["settlement_usd"] == pytest.approx(-2_997_653, abs=1)
    assert settled("track-3", -0.03, py=2017, disaster_relief_usd=9e9)["settlement_usd"] == 0.0


@given(
    st.sampled_from(TRACKS),
    st.sampled_from((2017, 2019, 2022, 2024)),
    st.floats(-0.6, 0.6),
    st.floats(-0.6, 0.6),
    st.floats(0.3, 1.0),
)
def test_spending_less_never_pays_less(track, py, one, other, score):
    low, high = sorted((one, other))
    assert (
        settled(track, high, py=py, score=score)["settlement_usd"]
        >= settled(track, low, py=py, score=score)["settlement_usd"] - 1e-6
    )


@given(st.sampled_from(TRACKS), st.floats(-0.9, 0.9), st.floats(0.0, 1.0))
def test_limits_bind(track, rate, score):
    paid = settled(track, rate, py=2018, score=score)["settlement_usd"]
    cap = RULES.number(f"tracks.{track}.savings_cap")
    worst = f"tracks.{track}.loss_cap_benchmark"
    assert paid <= cap * 1e8 + 1e-6
    assert paid >= -(RULES.number(worst) if worst in RULES else 0.0) * 1e8 - 1e-6


@pytest.mark.parametrize(("beside", "paid"), [(-1, 0.0), (0, 1.0), (1, 1.0)])
def test_a_small_saver_of_low_revenue_has_half_the_rate_from_the_least_lives_on(beside, paid):
    terms = mssp_terms(RULES, np.array(["basic-b"]), np.array([2024]), np.array([2024]))
    least = int(np.ravel(terms.smallest_for_reduced)[0])
    assert least == 5_000
    whole = settled("basic-b", 0.03, py=2024)["settlement_usd"] / 3.0
    got = settled("basic-b", 0.01, py=2024, lives=least + beside, low_revenue=np.array([True]))
    assert got["settlement_usd"] == pytest.approx(paid * 0.5 * whole)
    other = settled("basic-b", 0.01, py=2024, lives=least + beside, low_revenue=np.array([False]))
    assert other["settlement_usd"] == 0.0
