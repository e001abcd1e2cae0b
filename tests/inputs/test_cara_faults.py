"""Terms of episode arrangements that may not be are told at load, all at once."""

import pytest
from worlds import NO_ACO, aco, scenario_of

from sim.inputs.faults import InputError
from sim.scenarios import Scenario

BONES = {"specialty": "orthopedics"}


def made(*contracts, **arm) -> Scenario:
    stated = {"program": "lead", **({"cara": list(contracts)} if contracts else {}), **arm}
    return scenario_of(aco("a", 1000), aco("b", 1000), arms=NO_ACO | {"x": stated})


def faults(*contracts, **arm) -> list[str]:
    with pytest.raises(InputError) as caught:
        made(*contracts, **arm)
    return caught.value.lines


# Terms, and what the fault says of key, value, what is allowed and what was meant.
ALONE = [
    ({"counterparty": "participant"}, ".counterparty: = 'participant' -> must be preferred", "'preferred'"),
    ({"mechanism": "npcc"}, ".mechanism: = 'npcc' -> must be fee_for_service", "'fee_for_service'"),
    ({"mechanism": "apo"}, ".mechanism: = 'apo' -> must be fee_for_service", "'fee_for_service'"),
    ({"first_py": 2027}, ".first_py: = 2027 -> must be at least 2028", "'2028'"),
    ({"performance_adjustment": "5 %"}, "= 5 % -> must lie between 10 % and 100 %", "'10 %'"),
    ({"performance_adjustment": 1.5}, "= 150 % -> must lie between 10 % and 100 %", "'100 %'"),
    ({"discount": "20 %"}, ".discount: = 20 % -> must lie between -10 % and 10 %", "'10 %'"),
    ({"premium": "11 %"}, ".premium: = 11 % -> must lie between -10 % and 10 %", "'10 %'"),
    ({"days_after": 60}, ".days_after: = 60 -> needs approach = 'max_flex'", ""),
    ({"last_py": 2027}, ".last_py: = 2027 -> must not come before its first year, 2028", ""),
    ({"price": "team", "base_ratio": 1.1}, ".base_ratio: = 1.1 -> must not stand beside price = 'team'", ""),
    ({"discount": "1 %", "premium": "1 %"}, ".premium: = 0.01 -> must not stand beside a discount", ""),
    ({"specialty": "orthopaedics"}, ".specialty: = 'orthopaedics' -> must be one of", "'orthopedics'"),
    ({"episodes": ["knee_artroplasty"]}, "= 'knee_artroplasty' -> must be one of", "'knee_arthroplasty'"),
    ({"episodes": ["hip_fracture"]}, "= 'hip_fracture' -> must be a measure that is offered", ""),
    ({"episodes": ["sepsis"]}, "= 'sepsis' -> must be led by orthopedics", ""),
    ({"episodes": []}, ".episodes: = [] -> must name at least one", ""),
    ({"approach": "maxflex"}, ".approach: = 'maxflex' -> must be one of default, max_flex", "'max_flex'"),
    ({"discont": "1 %"}, ".discont: is not a known key", "'discount'"),
    (
        {"decides": "accepts"},
        ".decides[0]: = 'accepts' -> must be one of acceptance, drop_out",
        "'acceptance'",
    ),
    ({"quality": 2}, ".quality: = 2 -> must be at most 1", ""),
    ({"first_py": 2028.5}, ".first_py: = 2028.5 -> must be a whole number", ""),
]


@pytest.mark.parametrize(("terms", "said", "meant"), ALONE, ids=[str(row[0]) for row in ALONE])
def test_a_term_that_may_not_be_is_named(terms, said, meant):
    (line,) = faults({**BONES, **terms})
    assert line.startswith("scenario text: arms.x.cara[0].")
    assert said in line
    assert line.endswith(f"; did you mean {meant}?") == bool(meant)


def test_all_faults_of_all_arrangements_are_told_at_once():
    wrong = {**BONES, "counterparty": "participant", "mechanism": "apo", "discount": "30 %"}
    lines = faults(wrong, {"specialty": "sepsis"}, {}, risk_option="professional")
    assert len(lines) == 6
    assert sum(line.startswith("scenario text: arms.x.cara[0].") for line in lines) == 3
    assert "arms.x.cara[2]: covers no episodes -> must name a specialty or episodes" in lines[4]


def test_only_global_acos_may_have_them():
    (line,) = faults(BONES, risk_option="professional")
    assert "arms.x.cara: has arrangements of its ACOs in 2028 under risk_option = 'professional'" in line
    assert "needs risk_option = 'global'" in line
    (line,) = faults(BONES, acos={"b": {"risk_option": "professional"}})
    assert "arrangements of b in 2028" in line
    made(BONES, acos={"b": {"risk_option": "professional", "cara": []}})
    made(BONES, risk_option="professional", values={"cara": {"options": ["global", "professional"]}})


def test_it_takes_lead():
    (line,) = faults(BONES, program="mssp")
    assert "needs program = 'lead'" in line
    made(BONES, since={"2030": {"program": "mssp"}})


def test_an_episode_is_in_one_arrangement():
    (line,) = faults(BONES, {"episodes": ["knee_arthroplasty"]})
    assert "arms.x.cara[1]: covers knee_arthroplasty, which arms.x.cara[0] covers in the same year" in line
    made({**BONES, "last_py": 2029}, {"episodes": ["knee_arthroplasty"], "first_py": 2030})


def test_a_stay_for_heart_failure_takes_a_change_of_the_measure():
    (line,) = faults({"episodes": ["hf_inpatient"]})
    assert "needs approach = 'max_flex'" in line
    made({"episodes": ["hf_inpatient"], "approach": "max_flex"})
    (line,) = faults(
        {"episodes": ["hf_inpatient"], "approach": "max_flex"}, values={"cara": {"approaches": ["default"]}}
    )
    assert "must be one of default" in line


def test_a_fault_names_the_table_that_states_it():
    (line,) = faults(since={"2029": {"cara": [{**BONES, "discount": "20 %"}]}})
    assert "arms.x.since.2029.cara[0].discount" in line
    (line,) = faults(acos={"b": {"cara": [{**BONES, "discount": "20 %"}]}})
    assert "arms.x.acos.b.cara[0].discount" in line
    (line,) = faults(acos={"b": {"risk_option": "professional", "cara": [BONES]}})
    assert "arms.x.acos.b.cara: has arrangements of b" in line


def test_a_scenario_in_full_reads_back_the_same():
    scenario = made({**BONES, "premium": "2 %", "cap": "10 %"}, acos={"b": {"cara": []}})
    again = Scenario.from_toml(scenario.to_toml())
    assert again.hash == scenario.hash
    assert again.arms["x"].terms("b", 2030)["cara"] == ()
    (contract,) = again.arms["x"].terms("a", 2030)["cara"]
    assert (contract.premium, contract.cap) == (0.02, 0.10)


def test_results_rest_on_rules_of_cara_only_where_there_are_arrangements():
    assert not any(key.startswith("cara.") for key in made().rules_in_use("x"))
    used = made(BONES).rules_in_use("x")
    assert {"cara.discount.procedural", "cara.counts_as_expenditure", "cara.overlap"} <= used
    assert "cara.review_refused" in made(BONES).assumed()
    assert not any(key.startswith("cara.") for key in made({**BONES, "first_py": 2037}).rules_in_use("x"))
