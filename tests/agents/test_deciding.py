"""When ACOs decide, by what they know then, and what becomes of their contracts."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hand_made import PRACTICE_ACO, contracts, history
from worlds import NO_ACO, aco, scenario_of

from sim.agents.aco import AcoYear
from sim.agents.deciding import Deciding
from sim.behaviour.book import Behaviours
from sim.inputs.evidence import load_evidence
from sim.inputs.faults import InputError
from sim.kernels.draws import make_key
from sim.settlement.decides import Decides

N = 3
IN_LEAD = contracts("lead")
ALL = {"decides": ["exit"]}
# Of the year before, as many people whatever the year.
LIVED = defaultdict(lambda: history()[2026])
# Final settlement in October of the year after, counted from January of the performance year.
FINAL = np.full(N, 22)
SURE, NEVER = 30.0, -30.0


class Office:
    """Holds what is stated, and lets everybody in."""

    def __init__(self, *terms, stated=IN_LEAD):
        self.stated = replace(stated, decides=Decides.of(terms or [ALL] * N))

    traits = SimpleNamespace(hospital_led=np.array([False, True, False]))
    first_py, last_py = 2027, 2036

    def contracts(self, year):
        return self.stated

    def in_force(self, year, history, practice_aco, decided):
        return decided


def deciding(*terms, stated=IN_LEAD, reserves=-1, **leaving):
    evidence = load_evidence({"leaving": {"level": SURE, "aco_spread": 0.0, **leaving}})
    office = Office(*terms, stated=stated)
    return Deciding(office, Behaviours.read(evidence), make_key(7, 0), np.full(N, reserves))


def live(made, year, savings=0.0, guarantee=0, held=None):
    """Let a year bring savings (a fraction of the benchmark of a million) to every active ACO."""
    program = made.in_force(year, LIVED, PRACTICE_ACO) if held is None else held
    saved = np.broadcast_to(1e8 * np.asarray(savings), N).astype(int)
    rows = np.flatnonzero(program.participates).tolist()
    brought = {row: AcoYear(year, 10**8, int(saved[row]), int(saved[row]), 0, 0, 0) for row in rows}
    settled = {
        "financial_guarantee": np.full(N, guarantee),
        "benchmark_before_discount": np.full(N, 10**8),
        "higher_spending": np.zeros(N),
    }
    made.learn(year, brought, settled, np.full((N, 6), 2_000.0), FINAL)
    return program


def programs(made, year):
    return made.in_force(year, LIVED, PRACTICE_ACO).program.tolist()


def test_nobody_leaves_before_the_first_year_and_whoever_leaves_stays_out():
    made = deciding()
    assert live(made, 2027).program.tolist() == ["lead"] * N
    assert made.told(2027) == {}
    for year in (2028, 2029):
        assert live(made, year).program.tolist() == ["none"] * N
    assert made.told(2028)["exits"].tolist() == [1] * N
    assert made.told(2029)["exits"].tolist() == [-1] * N


def test_only_those_leave_that_decide():
    made = deciding(ALL, {"decides": []}, {})
    live(made, 2027)
    assert programs(made, 2028) == ["none", "lead", "lead"]
    assert made.told(2028)["exits"].tolist() == [1, -1, -1]
    assert np.isnan(made.told(2028)["exit_chance"]).tolist() == [False, True, True]


def test_an_aco_may_go_to_the_shared_savings_program_and_leave_that_too():
    made = deciding(*[{**ALL, "after_exit": "mssp"}] * N)
    live(made, 2027)
    moved = live(made, 2028)
    assert moved.program.tolist() == ["mssp"] * N
    assert moved.agreement_start.tolist() == moved.track_year.tolist() == [2028] * N
    assert programs(made, 2029) == ["none"] * N


def test_notice_within_a_year_is_told_to_its_settlement_and_takes_the_aco_out_after_it():
    made = deciding(notice_month=2)
    assert live(made, 2027).elections.exit_month.tolist() == [13] * N
    notice = live(made, 2028)
    assert notice.program.tolist() == ["lead"] * N
    assert notice.elections.exit_month.tolist() == [2] * N
    assert made.told(2028)["exits"].tolist() == [1] * N
    assert programs(made, 2029) == ["none"] * N
    # Other programs ask for no notice.
    elsewhere = deciding(stated=contracts("mssp"), notice_month=2)
    live(elsewhere, 2027)
    assert programs(elsewhere, 2028) == ["none"] * N


def test_a_year_counts_once_it_is_settled():
    made = deciding(level=NEVER)
    for year, rate in zip(range(2027, 2031), (0.01, 0.03, 0.05, 0.07), strict=True):
        live(made, year, rate)
    assert made.known(2028).rates.shape == (N, 4)
    assert np.isnan(made.known(2028).rates).all()
    np.testing.assert_allclose(made.known(2030).rates[0], [0.01, 0.03, np.nan, np.nan])
    np.testing.assert_allclose(made.known(2031).lives[0], [1_000.0] * 3 + [np.nan])


def test_the_last_two_settled_years_count():
    def chances(rates):
        made = deciding(level=0.0)
        for year, rate in zip(range(2027, 2031), rates, strict=True):
            live(made, year, rate, held=IN_LEAD)
        programs(made, 2031)
        return made.told(2031)["exit_chance"]

    same = chances((0.01, 0.02, 0.04, -0.10))
    np.testing.assert_array_equal(same, chances((0.09, 0.03, 0.03, 0.10)))
    assert (chances((0.01, 0.02, 0.02, -0.10)) > same).all()


@pytest.mark.parametrize(("reserves", "more"), [(-1, False), (0, True), (10**9, False)])
def test_a_guarantee_counts_where_an_aco_states_reserves_that_do_not_reach_it(reserves, more):
    def chance(guarantee):
        made = deciding(level=0.0, reserves=reserves)
        live(made, 2027, guarantee=guarantee)
        programs(made, 2028)
        return made.told(2028)["exit_chance"]

    assert ((chance(4 * 10**6) > chance(0)) == more).all()


def test_a_loss_that_is_not_settled_yet_is_not_known_to_the_treasurer():
    def chance(loss):
        made = deciding(level=0.0, reserves=10**6)
        live(made, 2027, loss, guarantee=2 * 10**6)
        programs(made, 2028)
        return made.told(2028)["exit_chance"]

    np.testing.assert_array_equal(chance(-0.5), chance(0.5))


def test_a_program_out_of_its_years_is_a_fault_of_the_scenario_and_no_traceback():
    arms = {"x": {"program": "mssp", "decides": "program"}}
    with pytest.raises(InputError) as raised:
        scenario_of(aco("one", 500), arms=NO_ACO | arms, first_py=2024, last_py=2027)
    assert "arms.x.program" in str(raised.value)


def test_the_same_year_is_decided_once():
    made = deciding(level=0.0)
    live(made, 2027)
    assert programs(made, 2028) == programs(made, 2028)
