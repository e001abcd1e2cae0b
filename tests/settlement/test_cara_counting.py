"""Which episodes count under CARA in a run: each switch acts, and a recount by hand gives the same."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from cara_arms import ACOS, ALL_COUNT
from worlds import NO_ACO, scenario_of

from sim.kernels.codes import DIED_AT_ONCE, LEFT_BEFORE_END, WITH_ESRD, Episode, Listed
from sim.model import LeadModel
from sim.outcomes.cara import CARA_BY_KIND
from sim.replicate import Replicate

KINDS = ["cataract", "sepsis", "hf_chronic", "diabetes_chronic"]
TERMS = {"episodes": KINDS, "least_episodes": 1, "quality": 1, "discount": 0}
MANY = 200
ARMS = {
    "usual": {},
    "all_count": ALL_COUNT,
    "left": ALL_COUNT | {"drop": {"left": True, "died": False, "esrd": False}},
    "died": ALL_COUNT | {"drop": {"left": False, "died": True, "esrd": False}},
    "esrd": ALL_COUNT | {"drop": {"left": False, "died": False, "esrd": True}},
    "outliers": ALL_COUNT | {"outliers": "excluded"},
    "standardised": ALL_COUNT | {"standardised": True},
    "least_before": ALL_COUNT | {"least_before": MANY},
    "slow_reports": ALL_COUNT | {"report_lag": 8},
    "exclusive": ALL_COUNT | {"overlap": "exclusive"},
}


def arm(values, *contracts):
    stated = {"cara": values} if values else {}
    return {"program": "lead", "cara": list(contracts or [TERMS]), "values": stated}


@cache
def lived() -> Replicate:
    """Return all arms after 2028."""
    arms = {name: arm(values) for name, values in ARMS.items()}
    alone = [{**TERMS, "episodes": [kind], "overlap": "exclusive"} for kind in KINDS[:2]]
    arms |= {"sepsis_alone": arm(ALL_COUNT, alone[1]), "two": arm(ALL_COUNT, *alone)}
    made = Replicate(scenario_of(*ACOS, seed=3, last_py=2028, arms=NO_ACO | arms), 0)
    made.step()
    made.step()
    return made


def of(name):
    """Return the variables of an arm in 2028, all ACOs together, by kind."""
    outcomes = lived().models[name].outcomes
    return {variable: outcomes[variable][:, 1].sum(axis=0) for variable in CARA_BY_KIND}


def changed(name):
    usual, other = of("all_count"), of(name)
    return [
        Episode(kind).name.lower()
        for kind in range(len(Episode))
        if usual["cara_episodes"][kind] != other["cara_episodes"][kind]
    ]


def test_each_reason_to_drop_acts_on_its_own_classes():
    assert {"sepsis"} <= set(changed("died")) <= {"sepsis", "cataract"}
    assert "hf_chronic" in changed("left")
    assert changed("esrd") == ["cataract"]
    assert set(changed("outliers")) == {"cataract", "sepsis"}
    for name in ("died", "left", "esrd", "outliers"):
        before, after = of("all_count"), of(name)
        lost = before["cara_episodes"] - after["cara_episodes"]
        np.testing.assert_array_equal(after["cara_dropped"], lost)
        assert not before["cara_dropped"].any()
    usual = of("usual")
    assert (usual["cara_dropped"][[Episode.SEPSIS, Episode.HF_CHRONIC]] > 0).all()


def test_chronic_outliers_are_cut_off_and_prices_follow():
    before, after = of("all_count"), of("outliers")
    kind = Episode.HF_CHRONIC
    assert before["cara_episodes"][kind] == after["cara_episodes"][kind]
    kept = lived().world.evidence.array("episodes.outlier_kept")[kind]
    assert after["cara_target"][kind] == pytest.approx(kept * before["cara_target"][kind], rel=1e-6)
    assert after["cara_cost"][kind] < before["cara_cost"][kind]


def test_a_recount_by_hand_gives_the_same():
    """Live 2028 again with everything listed, and go through alpha's people one by one."""
    scene = scenario_of(*ACOS, seed=3, last_py=2028, arms=NO_ACO | {"usual": arm({})})
    model = LeadModel(scene, "usual")
    model.step()
    heard = {}
    cara = model.settlement.cara
    reconcile = cara.reconcile

    def listening(year, history, participants, in_lead):
        heard["rows"], heard["practice_aco"] = history[year].listed.copy(), participants.practice_aco
        return reconcile(year, history, participants, in_lead)

    cara.reconcile = listening
    model.step()
    evidence = model.world.evidence
    low, high, keeps = (evidence.array(f"episodes.outlier_{name}") for name in ("low", "high", "kept"))
    words, own = evidence.words("episodes.class"), cara._own(None)
    cost, number, dropped = np.zeros((3, len(Episode)))
    for row in heard["rows"].tolist():
        episode = dict(zip([field.name for field in Listed], row, strict=True))
        kind = episode["KIND"]
        if heard["practice_aco"][episode["PRACTICE"]] != 0:
            continue
        spent = round(episode["RELATED"] * own[episode["PRACTICE"], kind, episode["PLACE"]])
        ratio, state = spent / episode["EXPECTED"], episode["STATE"]
        out = state & LEFT_BEFORE_END
        out |= state & DIED_AT_ONCE and words[kind] != "chronic"
        out |= state & WITH_ESRD and words[kind] == "procedural"
        out |= words[kind] != "chronic" and not low[kind] <= ratio <= high[kind]
        dropped[kind] += bool(out)
        if not out:
            number[kind] += 1
            cost[kind] += min(spent, high[kind] * episode["EXPECTED"]) if words[kind] == "chronic" else spent
    found = model.outcomes
    np.testing.assert_array_equal(found["cara_episodes"][0, 1], number)
    np.testing.assert_array_equal(found["cara_dropped"][0, 1], dropped)
    np.testing.assert_allclose(found["cara_cost"][0, 1], cost, atol=number.max())
    assert (dropped[[Episode.CATARACT, Episode.SEPSIS, Episode.HF_CHRONIC]] > 0).all()
    assert keeps.shape == low.shape


def test_which_goes_first_is_decided_among_episodes_that_are_arranged():
    everything, exclusive = of("all_count"), of("exclusive")
    alone, two = of("sepsis_alone"), of("two")
    sepsis, cataract = Episode.SEPSIS, Episode.CATARACT
    # Nothing else under contract goes before sepsis; of those few who have it twice one counts.
    each = everything["cara_episodes"][sepsis]
    assert 0.9 * each <= alone["cara_episodes"][sepsis] <= each
    assert two["cara_episodes"][cataract] == everything["cara_episodes"][cataract]
    assert exclusive["cara_episodes"][sepsis] == two["cara_episodes"][sepsis]
    assert two["cara_episodes"][sepsis] <= alone["cara_episodes"][sepsis]
    # Of people with both conditions one counts.
    conditions = [Episode.HF_CHRONIC, Episode.DIABETES_CHRONIC]
    assert (exclusive["cara_episodes"][conditions] < everything["cara_episodes"][conditions]).all()


def test_standardised_prices_are_the_nations():
    made = lived()
    trend, market = made.world.trend, made.world.providers.aco_market(len(ACOS))
    standard = (trend.nation_at(2028) / trend.at(2028))[market, 3]
    assert np.ptp(standard) > 0.01
    usual, other = (made.models[name].outcomes for name in ("all_count", "standardised"))
    for name in ("cara_cost", "cara_target"):
        expected = usual[name][:, 1] * standard[:, None]
        np.testing.assert_allclose(other[name][:, 1], expected, rtol=1e-4)
    assert np.array_equal(usual["cara_episodes"], other["cara_episodes"])
    before = (trend.nation_at(2027) / trend.at(2027))[market, 3]
    np.testing.assert_allclose(other["cara_price"][:, 1], usual["cara_price"][:, 1] * before[:, None], atol=1)


def test_specialists_with_few_episodes_before_are_not_reconciled():
    usual, other = of("all_count"), of("least_before")
    assert 0 < other["cara_contracts"].sum() < usual["cara_contracts"].sum()
    made = lived()
    cara = made.models["least_before"].settlement.cara
    assert [cara.asks(year) for year in (2027, 2028)] == [True, False]
    assert not made.models["all_count"].settlement.cara.asks(2027)
    done = cara.years[2028]
    number = cara._before[2027].number[done.kind, done.specialist]
    assert len(number)
    assert number.min() >= MANY


def test_quarterly_reports_add_up_to_the_settlement():
    model = lived().models["usual"]
    cara = model.settlement.cara
    done, reports = cara.years[2028], cara.reports[2028]
    assert 2027 not in cara.reports
    for name in ("episodes", "cost", "target"):
        by_quarter = getattr(reports, name)
        assert (np.diff(by_quarter, axis=1) >= 0).all()
        places = {
            key: row
            for row, key in enumerate(
                zip(reports.aco.tolist(), reports.kind.tolist(), reports.specialist.tolist(), strict=True)
            )
        }
        rows = [
            places[key]
            for key in zip(done.aco.tolist(), done.kind.tolist(), done.specialist.tolist(), strict=True)
        ]
        np.testing.assert_array_equal(by_quarter[rows, -1], getattr(done, name))
    procedures, chronic = reports.kind == Episode.CATARACT, reports.kind == Episode.HF_CHRONIC
    quarterly = reports.episodes[procedures].sum(axis=0) / reports.episodes[procedures, -1].sum()
    np.testing.assert_allclose(quarterly, [0.25, 0.5, 0.75, 1.0], atol=0.12)
    assert (reports.episodes[chronic] == reports.episodes[chronic, -1:]).all()
    spent = reports.cost[chronic].sum(axis=0) / reports.cost[chronic, -1].sum()
    np.testing.assert_allclose(spent, [0.25, 0.5, 0.75, 1.0], atol=1e-4)


def test_reports_come_out_as_late_as_the_calendar_says():
    usual, slow = (lived().models[name].settlement.cara.reports[2028] for name in ("usual", "slow_reports"))
    assert [usual.delivered(quarter) for quarter in (1, 2, 3, 4)] == [
        (2028, 6), (2028, 9), (2028, 12), (2029, 3),
    ]  # fmt: skip
    assert [usual.known_by(2028, month) for month in (5, 6, 11, 12)] == [0, 1, 2, 3]
    assert (usual.known_by(2029, 2), usual.known_by(2029, 3)) == (3, 4)
    assert slow.known_by(2028, 12) == 1
    for name, known in (("all_count", 3), ("slow_reports", 1)):
        model = lived().models[name]
        reports = model.settlement.cara.reports[2028]
        for what in ("cost", "target"):
            shown = model.outcomes[f"cara_reported_{what}"][:, 1]
            assert shown.sum() == getattr(reports, what)[:, known - 1].sum() > 0


def test_cmss_price_report_knows_nothing_of_the_year_and_is_about_what_is_expected():
    made = lived()
    outcomes = made.models["all_count"].outcomes
    count, target = outcomes["cara_episodes"][:, 1], outcomes["cara_target"][:, 1]
    price, there = outcomes["cara_price"][:, 1], count > 20
    kinds = [Episode[name.upper()] for name in KINDS]
    assert (price[:, kinds] > 0).all()
    assert not np.delete(price, kinds, axis=1).any()
    # Of procedures CMS expects the same whoever has them.
    procedures = Episode.CATARACT
    np.testing.assert_allclose(target[:, procedures] / count[:, procedures], price[:, procedures], rtol=0.01)
    np.testing.assert_allclose(target[there] / count[there], price[there], rtol=0.35)


def test_who_leaves_may_pay_less():
    contract = {**TERMS, "episodes": ["cataract"], "premium": "-10 %", "reconciled": "pooled"}
    contract.pop("discount")
    stays = {**contract, "collected_after_leaving": "50 %"}
    leaves = {**stays, "last_py": 2028}
    arms = {
        "stays": arm({}, stays),
        "leaves": arm({}, leaves),
        "by_rule": arm({"collected_after_leaving": 0.9}, {**contract, "last_py": 2028}),
    }
    made = Replicate(scenario_of(ACOS[0], seed=3, last_py=2029, arms=NO_ACO | arms), 0)
    made.step()
    made.step()
    owed, moved = {}, {}
    for name in arms:
        found = made.models[name].outcomes
        owed[name] = int(found["cara_owed"][0, 1].sum() - found["cara_paid"][0, 1].sum())
        moved[name] = -int(found["cara_payments"][0, 1])
    assert owed["stays"] == owed["leaves"] == owed["by_rule"] > 0
    assert moved["stays"] == owed["stays"]
    assert moved["leaves"] == pytest.approx(0.5 * owed["leaves"], abs=1)
    assert moved["by_rule"] == pytest.approx(0.9 * owed["by_rule"], abs=1)
    made.close()
