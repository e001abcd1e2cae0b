"""Stop-loss, reserves and notices of exit that a scenario may not state, each fault with what was meant."""

from __future__ import annotations

import pytest
from little_world import ACOS, STATED, faults_in_lead, in_lead
from worlds import NO_ACO, scenario_of, text_of

from sim.cli import main
from sim.inputs.faults import InputError
from sim.inputs.protection_terms import exit_terms, guarantee_terms, stop_loss_terms
from sim.inputs.rulebook import load_rulebook
from sim.population.plan import plan_acos
from sim.scenarios import Scenario
from sim.settlement.contracts import contracts_of
from sim.settlement.elections import STAYS

NO_RATES = {"stop_loss.payout_rates": [0, 0]}


@pytest.mark.parametrize(
    ("stated", "key", "said"),
    [
        ({"stop_loss": "yes"}, "stop_loss", "'yes'"),
        ({"stop_los": True}, "stop_los", "did you mean 'stop_loss'"),
        ({"stop_loss": True, "values": NO_RATES}, "stop_loss", "did you mean 'false'"),
        ({"exit_notice": "May 2029"}, "exit_notice", "May 2029"),
        ({"exit_notice": "2029-13"}, "exit_notice", "2029-13"),
        ({"exit_notice": "2026-05"}, "exit_notice", "did you mean '2027-05'"),
        ({"program": "mssp", "since": {"2029": {"program": "lead"}}, "exit_notice": "2028-11"},
         "exit_notice", "2029 to 2036; did you mean '2029-11'"),
        ({"program": "mssp", "alignment": "hybrid"}, "alignment", "in no year of LEAD -> needs program"),
        ({"acos": {"beta": {"program": "none", "alignment": "hybrid"}}}, "acos.beta.alignment", "in no year"),
        ({"since": {"2029": {"program": "mssp", "alignment": "hybrid"}}}, "since.2029.alignment", "in no"),
        ({"values": {"stop_loss.attachments": [9, 5]}}, "values.stop_loss.attachments", "must rise"),
        ({"values": {"stop_loss.charge_set": "nutral"}}, "values.stop_loss.charge_set", "neutral"),
        ({"values": {"stop_loss.expected": "finl"}}, "values.stop_loss.expected", "final"),
        ({"values": {"guarantee.tcc": 2}}, "values.guarantee.tcc", "between 0 and 1"),
    ],
)  # fmt: skip
def test_what_cannot_be(stated, key, said):
    found = faults_in_lead(**stated)
    assert list(found) == [f"arms.x.{key}"]
    assert said in found[f"arms.x.{key}"]


def test_hybrid_alignment_is_stated_of_who_is_or_may_come_to_be_in_lead():
    in_lead(alignment="hybrid", since={"2030": {"program": "mssp"}})
    in_lead(program="mssp", alignment="hybrid", since={"2030": {"program": "lead"}})
    in_lead(program="mssp", alignment="hybrid", decides="program")
    in_lead(program="reach", alignment="prospective", since={"2027": {"program": "mssp"}})


def test_a_fault_names_the_table_that_has_the_last_word():
    later = {"beta": {"since": {"2030": {"stop_loss": True}}}}
    assert list(faults_in_lead(values=NO_RATES, acos=later)) == ["arms.x.acos.beta.since.2030.stop_loss"]
    leaving = {"beta": {"exit_notice": "2040-01"}}
    with pytest.raises(InputError):
        in_lead(acos=leaving)


def test_rules_that_elect_it_for_all_need_rates_too():
    with pytest.raises(InputError, match="true without payout rates"):
        in_lead(values={"stop_loss.elected": True, **NO_RATES})


def test_reserves_are_dollars_and_not_negative():
    for value in ("-1 USD", "3 USD/month", "many"):
        acos = ({**ACOS[0], "reserves": value}, *ACOS[1:])
        with pytest.raises(InputError) as raised:
            scenario_of(*acos, **STATED)
        assert [fault.key for fault in raised.value.faults] == ["population.acos[0].reserves"], value
    acos = ({**ACOS[0], "reserves": "2.5 million USD"}, *ACOS[1:])
    plans = plan_acos(scenario_of(*acos, **STATED))
    assert [plan.reserves for plan in plans] == [2.5e6, None, None]


def test_the_command_ends_with_2(tmp_path, capsys):
    path = tmp_path / "wrong.toml"
    path.write_text(text_of(*ACOS, arms={**NO_ACO, "x": {"program": "lead", "exit_notice": "2026-05"}}))
    with pytest.raises(SystemExit) as ended:
        main(["validate", str(path)])
    assert ended.value.code == 2
    said = " ".join(capsys.readouterr().err.split())
    assert "wrong.toml: arms.x.exit_notice: = '2026-05' -> a month of a year in LEAD, 2027 to 2036" in said
    assert "did you mean '2027-05'" in said


def test_elections_by_aco_and_year():
    scenario = in_lead(
        stop_loss=True,
        acos={
            "beta": {"stop_loss": False, "since": {"2029": {"stop_loss": True}}},
            "gamma": {"exit_notice": "2029-04"},
        },
    )
    plans = plan_acos(scenario)
    first, later, last = (contracts_of(scenario, "x", plans, year) for year in (2027, 2029, 2030))
    assert first.stop_loss.tolist() == [True, False, True]
    assert later.stop_loss.tolist() == [True, True, True]
    assert later.elections.exit_month.tolist() == [STAYS, STAYS, 4]
    assert first.elections.exit_month.tolist() == [STAYS] * 3
    assert last.participates.tolist() == [True, True, False]
    assert last.stop_loss.tolist() == [True, True, False]
    assert Scenario.from_toml(scenario.to_toml()).hash == scenario.hash


def test_rules_may_elect_it_for_acos_that_do_not_say():
    scenario = in_lead(values={"stop_loss.elected": True}, acos={"beta": {"stop_loss": False}})
    assert contracts_of(scenario, "x", plan_acos(scenario), 2028).stop_loss.tolist() == [True, False, True]


def test_terms_of_lead_py2027():
    book = load_rulebook("lead-py2027")
    terms = stop_loss_terms(book, 2027)
    assert terms.attachments.tolist() == [200_000, 400_000]
    assert terms.payout_rates.tolist() == [0.6, 0.8]
    assert (terms.by_final, terms.stated_charge) == (False, None)
    other = load_rulebook(
        "lead-py2027",
        {"stop_loss.charge_set": "stated", "stop_loss.charge": 7, "stop_loss.expected": "final"},
    )
    changed = stop_loss_terms(other, 2027)
    assert (changed.by_final, changed.stated_charge) == (True, 7.0)
    rates = [guarantee_terms(book, 2027, option).option for option in ("global", "professional")]
    assert rates == [0.04, 0.02]
    higher = load_rulebook("lead-py2027", {"guarantee.tcc": "5 %", "guarantee.ruined_leaves": False})
    plain, moved = (guarantee_terms(one, 2027, "global") for one in (book, higher))
    assert (plain.tcc, plain.ruined_leaves) == (0.04, True)
    assert (moved.tcc, moved.ruined_leaves) == (0.05, False)
    assert (exit_terms(book, 2027).notice_month, exit_terms(book, 2027).liable_share) == (2, 1)
